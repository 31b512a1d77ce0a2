"""A field of one line."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.widgets.seen_text import seen_text


class TextField(Input):
    """An input without a blinking caret, which shows hidden characters and loses nothing of what is pasted.

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

    def __init__(self, value: str = "", placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, placeholder, id=id, select_on_focus=False)
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        return Text(seen_text(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(seen_text(self.value[:position]))

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._put(event.text)

    def action_paste(self) -> None:
        """What was copied within the program, as if it were pasted."""
        self._put(self.app.clipboard)

    def _put(self, text: str) -> None:
        line = " ".join(part for part in text.splitlines() if part.strip())
        self.replace(line, *sorted(self.selection))
