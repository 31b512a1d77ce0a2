"""A field of one line."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.library.pasting import refang
from tui.widgets.key_order import taken
from tui.widgets.one_line import OneLine


class TextField(OneLine):
    """An input among others, which takes keys in the order they were pressed.

    Enter, Up and Down go to the next or the previous field.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]
    DEFAULT_CSS = """
    TextField {
        height: 1;
        border: none;
        border-left: outer $border-blurred;
        padding: 0 0 0 1;
        background: $panel;
        &:focus { border: none; border-left: outer $accent; background-tint: 0%; }
        &.-wrong, &.-wrong:focus { border-left: outer $error; }
    }
    """

    async def _on_key(self, event: events.Key) -> None:
        if not await taken(self, event):
            await super()._on_key(event)


class PlainField(TextField):
    """A field that makes what is pasted plain again when somebody defanged it."""

    _noted = ("", "")

    @property
    def note(self) -> str:
        """What was done to the last paste, until something else is done."""
        value, words = self._noted
        return words if self.value == value else ""

    def put(self, text: str) -> None:
        """Takes `text` as pasted, refanged."""
        plain = refang(text)
        line = " ".join(part for part in plain.splitlines() if part.strip())
        start, end = sorted(self.selection)
        self._noted = (self.value[:start] + line + self.value[end:], "refanged" if plain != text else "")
        super().put(plain)
