"""A question that is answered with yes or no; no unless yes is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.widgets.dialog import Dialog
from tui.widgets.item_list import Item, ItemList
from tui.widgets.words import Words


class AskScreen(Modal[bool]):
    """Asks `question`, with `detail`, a line or several, below it; the answers may have words of their own.

    Only `y`, or Enter on the first answer, is yes.
    """

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take"),
        Binding("y", "answer(True)", "yes"),
        Binding("n", "answer(False)", "no"),
        Binding("escape,q", "answer(False)", "no", key_display="Esc", show=False),
    ]

    def __init__(self, question: str, detail: str | Sequence[str] = "", yes: str = "Yes", no: str = "No") -> None:
        super().__init__()
        self._question = question
        self._detail = [detail] if isinstance(detail, str) else list(detail)
        self._answers = (yes, no)

    def compose(self) -> ComposeResult:
        """Question, detail, answers."""
        with Dialog(self._question):
            if any(self._detail):
                yield Words("\n".join(safe(line) for line in self._detail), id="detail")
            yield ItemList([Item((Content(safe(answer)),)) for answer in self._answers])

    def on_mount(self) -> None:
        """No stands under the cursor."""
        answers = self.query_one(ItemList)
        answers.focus()
        answers.move_to(1)

    @on(ItemList.Chosen)
    def action_take(self) -> None:
        """The answer under the cursor."""
        self.dismiss(self.query_one(ItemList).cursor == 0)

    def action_answer(self, yes: bool) -> None:
        """The answer of a key."""
        self.dismiss(yes)
