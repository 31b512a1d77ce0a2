"""Letters on the lines in sight: pressing those of a line goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.widgets import Static

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Those under the fingers come first."""


@dataclass(frozen=True)
class Target:
    """A place on the screen, in cells from its upper left corner."""

    x: int
    y: int


def letters_for(count: int) -> list[str]:
    """Distinct words of one letter, and where those do not suffice of two, of which none begins another."""
    doubles = 0
    while len(LETTERS) - doubles + doubles * len(LETTERS) < count and doubles < len(LETTERS):
        doubles += 1
    singles = LETTERS[: len(LETTERS) - doubles]
    firsts = LETTERS[len(LETTERS) - doubles :]
    return [*singles, *(first + second for first in firsts for second in LETTERS)][:count]


class JumpScreen(Modal[int | None]):
    """Shows letters on `targets`, the first of them with the shortest; gives the number of the one chosen, or None."""

    CSS_PATH = "jump.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "stay here")]

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self._words = letters_for(len(targets))
        self._targets = list(targets)[: len(self._words)]
        self._typed = ""
        self._size_then: Size | None = None

    def compose(self) -> ComposeResult:
        """The letters, each on its target."""
        for target, word in zip(self._targets, self._words, strict=True):
            label = Static(safe(word), classes="letters", markup=False)
            label.styles.offset = (target.x, target.y)
            yield label

    def on_key(self, event: events.Key) -> None:
        """A letter more; one that leads nowhere ends it."""
        if event.key == "escape":
            return
        event.stop()
        self._typed += event.character or " "
        if self._typed in self._words:
            self.dismiss(self._words.index(self._typed))
        elif not any(word.startswith(self._typed) for word in self._words):
            self.dismiss(None)

    def on_click(self) -> None:
        """A click ends it."""
        self.dismiss(None)

    def on_resize(self, event: events.Resize) -> None:
        """In another size the lines are elsewhere."""
        if self._size_then not in (None, event.size):
            self.dismiss(None)
        self._size_then = event.size

    def action_close(self) -> None:
        """Back, where one was."""
        self.dismiss(None)
