"""A line of text that is being edited: what is common to all inputs of one line."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.widgets import Input

from tui.widgets.seen_text import seen_text


class OneLine(Input):
    """An input without a blinking caret, which shows hidden characters and loses nothing of what is pasted."""

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
        self.put(event.text)

    def action_paste(self) -> None:
        """What was copied within the program, as if it were pasted."""
        self.put(self.app.clipboard)

    def put(self, text: str) -> None:
        """Takes `text` as pasted: its lines become one."""
        line = " ".join(part for part in text.splitlines() if part.strip())
        self.replace(line, *sorted(self.selection))
