"""The frame of every dialog: a title, what is in it, and below a line with the keys and how things stand."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from tui.terminal.safe_text import safe
from tui.widgets.key_line import KeyLine
from tui.widgets.words import Words


class Dialog(Vertical):
    """A frame with `title`; put what it holds inside with `with Dialog(...):`."""

    DEFAULT_CSS = """
    Dialog {
        background: $surface;
        color: $foreground;
        border: round $border;
        border-title-color: $primary;
        border-title-style: bold;
        padding: 0 1;
        width: 90%;
        max-width: 100;
        height: auto;
        max-height: 100%;
        & > .foot { height: 1; }
        & > .foot > KeyLine { width: 1fr; }
        & > .foot > .state { width: auto; height: 1; padding: 0 0 0 2; color: $text-muted; }
    }
    """

    def __init__(self, title: object) -> None:
        super().__init__()
        self._state = Words(classes="state", flows=True)
        self.border_title = Content(safe(title, 200))

    def compose(self) -> ComposeResult:
        """The line of keys; the dialog's own widgets stand above it."""
        with Horizontal(classes="foot"):
            yield KeyLine()
            yield self._state

    def say(self, state: object) -> None:
        """Says how things stand, beside the keys; made safe here."""
        self._state.say(safe(state, 100))


def leave_rows(widget: Widget, others: int) -> None:
    """Lets `widget` grow until `others` rows of the screen are left. A share of the screen's height in the style sheet
    would not do: a frame as high as what it holds takes no notice of it."""
    widget.styles.max_height = max(widget.screen.size.height - others, 3)
