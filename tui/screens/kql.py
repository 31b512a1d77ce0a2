"""KQL as it was run, in colour, to read and to copy."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.modal import Modal
from tui.widgets.dialog import Dialog
from tui.widgets.item_list import Item, ItemList
from tui.widgets.kql_text import highlight_kql


class KqlScreen(Modal[None]):
    """Shows `kql`; `y` copies it as it is. Nothing stands beside the text, so that a selection of the terminal's own
    takes nothing else along."""

    CSS_PATH = "kql.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy"),
        Binding("l", "numbers", "line numbers"),
        Binding("escape,q,backspace,K", "close", "back", key_display="Esc"),
    ]

    def __init__(self, title: str, kql: str) -> None:
        super().__init__()
        self._title, self._kql = title, kql.rstrip("\n")
        self._lines = highlight_kql(self._kql)
        self._numbered = False

    def compose(self) -> ComposeResult:
        """The lines."""
        with Dialog(self._title):
            yield ItemList([Item((line,)) for line in self._lines], cursor=False)

    def on_mount(self) -> None:
        """The text has the focus, so that the keys scroll it."""
        self.query_one(ItemList).focus()
        self.query_one(Dialog).say(f"{len(self._lines):,} lines, {len(self._kql):,} characters")

    def action_copy(self) -> None:
        """Copies the whole query."""
        self.app.copy_to_clipboard(self._kql)

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
