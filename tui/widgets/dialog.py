"""The frame of every dialog: a title, what is in it, and below a line with the keys."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from tui.terminal.safe_text import safe
from tui.widgets.key_line import KeyLine


class Dialog(Vertical):
    """A frame with `title`; put what it holds inside with `with Dialog(...):`."""

    DEFAULT_CSS = """
    Dialog {
        background: $surface;
        color: $foreground;
        border: round $border;
        border-title-color: $primary;
        border-title-style: bold;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        width: 90%;
        max-width: 100;
        height: auto;
        max-height: 100%;
    }
    """

    def __init__(self, title: object) -> None:
        super().__init__()
        self.set_title(title)

    def compose(self) -> ComposeResult:
        """The line of keys; the dialog's own widgets stand above it."""
        yield KeyLine()

    def set_title(self, title: object, subtitle: object = "") -> None:
        """Shows other words in the frame, made safe here."""
        self.border_title = Content(safe(title, 200))
        self.border_subtitle = Content(safe(subtitle, 100)) if subtitle else None


def leave_rows(widget: Widget, others: int) -> None:
    """Lets `widget` grow until `others` rows of the screen are left. A share of the screen's height in the style sheet
    would not do: a frame as high as what it holds takes no notice of it."""
    widget.styles.max_height = max(widget.screen.size.height - others, 3)
