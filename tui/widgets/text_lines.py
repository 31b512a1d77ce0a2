"""A text area as the forms here have them."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from tui.widgets.seen_text import seen_text


class TextLines(TextArea):
    """A text area without a blinking caret, which shows hidden characters; what is pasted goes through `put`.

    Up on the first line and Down on the last go to the previous and the next field.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d", "delete_right", "Delete", show=False),
    ]
    DEFAULT_CSS = """
    TextLines {
        height: auto;
        border: none;
        border-left: outer $border-blurred;
        padding: 0 0 0 1;
        background: $panel;
        scrollbar-size: 1 1;
        & .text-area--cursor-line { background: transparent; }
        & .text-area--placeholder { color: $text-muted; }
        &:focus { border: none; border-left: outer $accent; }
        &:dark .text-area--cursor, &:light .text-area--cursor {
            background: $input-cursor-background;
            color: $input-cursor-foreground;
        }
    }
    """

    def __init__(self, text: str, placeholder: str, id: str | None, soft_wrap: bool) -> None:  # noqa: A002
        super().__init__(
            text,
            soft_wrap=soft_wrap,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=placeholder,
            id=id,
        )
        self.cursor_blink = False
        self.match_cursor_bracket = False

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn."""
        return Text(seen_text(self.document.get_line(line_index)), end="", no_wrap=True)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.put(event.text)

    def action_paste(self) -> None:
        """What was copied within the program, as if it were pasted."""
        self.put(self.app.clipboard)

    def put(self, text: str) -> None:
        """Takes `text` as pasted."""
        result = self._replace_via_keyboard("\n".join(text.splitlines()), *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)

    def action_cursor_up(self, select: bool = False) -> None:
        """A line up, or the previous field."""
        if self.cursor_at_first_line and not select:
            self.screen.focus_previous()
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """A line down, or the next field."""
        if self.cursor_at_last_line and not select:
            self.screen.focus_next()
        else:
            super().action_cursor_down(select)
