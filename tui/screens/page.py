"""A text to read and to copy, over the whole screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe_lines
from tui.widgets.dialog import Dialog
from tui.widgets.item_list import Item, ItemList


class PageScreen(Modal[None]):
    """Shows `text`; `y` copies it as it is. Nothing stands beside the text, so that a selection of the terminal's own
    takes nothing else along. `lines` are how its lines look, where that is not as they are."""

    CSS_PATH = "page.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy"),
        Binding("l", "numbers", "line numbers"),
        Binding("escape,q,backspace,K", "close", "back", key_display="Esc"),
    ]

    def __init__(self, title: str, text: str, lines: Sequence[Content] | None = None) -> None:
        super().__init__()
        self._title, self._whole = title, text.rstrip("\n")
        self._lines = list(lines) if lines is not None else [Content(line) for line in safe_lines(self._whole)]
        self._numbered = False

    def compose(self) -> ComposeResult:
        """The lines."""
        with Dialog(self._title):
            yield ItemList([Item((line,)) for line in self._lines], cursor=False)

    def on_mount(self) -> None:
        """The text has the focus, so that the keys scroll it."""
        self.query_one(ItemList).focus()
        self.query_one(Dialog).say(f"{len(self._lines):,} lines, {len(self._whole):,} characters")

    def action_copy(self) -> None:
        """Copies the whole text."""
        self.app.copy_to_clipboard(self._whole)

    def action_numbers(self) -> None:
        """Shows the numbers of the lines, or no longer."""
        self._numbered = not self._numbered
        width = len(str(len(self._lines))) if self._numbered else 0
        items = [
            Item((line,), Content.styled(f"{number:>{width}}", "$text-muted") if self._numbered else Content(""))
            for number, line in enumerate(self._lines, 1)
        ]
        self.query_one(ItemList).update_items(items, indent=width + 2 if self._numbered else 0)

    def action_close(self) -> None:
        """Back to where it was opened."""
        self.dismiss(None)
