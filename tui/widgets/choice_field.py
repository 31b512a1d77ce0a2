"""A field for one of a few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Select

from tui.terminal.safe_text import safe
from tui.widgets.key_order import taken


class ChoiceField(Select[str]):
    """Shows the word; Left and Right turn to another, Enter or Space opens the list. Up and Down go to other fields."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "show_overlay", "Choose", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("right,l,plus", "turn(1)", "Next word", show=False),
        Binding("left,h,minus", "turn(-1)", "Word before", show=False),
    ]
    DEFAULT_CSS = """
    ChoiceField {
        width: 30;
        height: 1;
        border-left: outer $border-blurred;
        padding: 0 0 0 1;
        background: $panel;
        & > SelectCurrent { background: $panel; border: none; }
        &:focus > SelectCurrent { border: none; }
        &:focus, &.-expanded { border-left: outer $accent; }
        &.-wrong, &.-wrong:focus { border-left: outer $error; }
        & > SelectOverlay { border: round $border; background: $panel; padding: 0; }
    }
    """

    def __init__(self, words: Sequence[str], value: str | None = None, id: str | None = None) -> None:  # noqa: A002
        self._words = tuple(words)
        self._start = value if value is not None and value in words else Select.NULL
        super().__init__(
            [(Text(safe(word)), word) for word in words],
            prompt="choose",
            value=self._start,
            compact=True,
            id=id,
        )

    async def _on_key(self, event: events.Key) -> None:
        if not self.expanded:
            await taken(self, event)

    @property
    def word(self) -> str:
        """The word, empty while none is chosen."""
        value = self.value if self.is_mounted else self._start
        return value if isinstance(value, str) else ""

    @word.setter
    def word(self, word: str) -> None:
        self.value = word if word in self._words else Select.NULL

    def action_turn(self, step: int) -> None:
        """The next word, or the one before; the list has two ends."""
        at = self._words.index(self.word) if self.word else (-1 if step > 0 else len(self._words))
        self.word = self._words[min(max(at + step, 0), len(self._words) - 1)]
