"""The value of one cell, whole: wrapped, what JSON holds as a tree; to read and to copy."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.modal import Modal
from tui.terminal.safe_text import has_hidden
from tui.widgets.dialog import Dialog
from tui.widgets.value_tree import ValueTree, size_words


class ValueScreen(Modal[None]):
    """Shows `value` of `column`; `y` copies all of it, `p` the part of a tree that is under the cursor.

    What holds hidden characters is copied as it is seen; `r` copies it as it is.
    """

    CSS_PATH = "value.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy", tooltip="copy the value; hidden characters as they are seen"),
        Binding("r", "copy(True)", "exact", tooltip="copy the value as it is, hidden characters too"),
        Binding("p", "part", "copy part", tooltip="copy the part of the tree under the cursor"),
        Binding("t", "turn", "tree", tooltip="the tree of the JSON, or its text"),
        Binding("escape,q,backspace", "close", "back", key_display="Esc"),
    ]

    def __init__(self, column: str, value: Any) -> None:
        super().__init__()
        self._column, self._value = column, value
        self._tree = ValueTree(value, id="value")

    def compose(self) -> ComposeResult:
        """The value."""
        with Dialog(self._column):
            yield self._tree

    def on_mount(self) -> None:
        """The value has the focus, so that the keys scroll it."""
        self._tree.focus()
        hidden = ", hidden ones!" if has_hidden(self._tree.text) else ""
        self.query_one(Dialog).say(size_words(self._value, self._tree.text) + hidden)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is about a tree is there where there is one; nothing is copied exactly that looks as it is."""
        if action in ("turn", "part"):
            return self._tree.has_tree
        return has_hidden(self._tree.text) if action == "copy" and parameters else True

    def action_copy(self, exactly: bool = False) -> None:
        """Copies all of it."""
        self._copy(self._tree.text, exactly)

    def action_part(self) -> None:
        """Copies the part under the cursor."""
        self._copy(self._tree.part)

    def _copy(self, text: str, exactly: bool = False) -> None:
        from tui.triage.copying import seen_text

        copied = text if exactly else seen_text(text)
        self.app.copy_to_clipboard(copied.encode("utf-8", "replace").decode("utf-8"))

    def action_turn(self) -> None:
        """The tree, or the text."""
        self._tree.turn()

    def action_close(self) -> None:
        """Back to the table."""
        self.dismiss(None)
