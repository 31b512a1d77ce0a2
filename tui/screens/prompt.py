"""A question that is answered in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.widgets.dialog import Dialog
from tui.widgets.text_field import TextField
from tui.widgets.words import Words


class PromptScreen(Modal[str | None]):
    """Asks for one line, `value` at first; `check` gives what is wrong with an answer, or nothing. Gives the answer, or None."""

    CSS_PATH = "prompt.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take", priority=True),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, title: str, detail: str, value: str, check: Callable[[str], str] = lambda _: "") -> None:
        super().__init__()
        self._title, self._detail, self._value, self._check = title, detail, value, check

    def compose(self) -> ComposeResult:
        """The line, and what is wrong with it."""
        with Dialog(self._title):
            if self._detail:
                yield Words(safe(self._detail, 400), id="detail")
            yield TextField(self._value)
            yield Words(id="wrong", flows=True)

    def on_mount(self) -> None:
        """The answer is typed at once."""
        self.query_one(TextField).focus()

    @on(Input.Changed)
    def _changed(self) -> None:
        field = self.query_one(TextField)
        wrong = self._check(field.value)
        field.set_class(bool(wrong), "-wrong")
        self.query_one("#wrong", Words).say(safe(wrong, 400))

    def action_take(self) -> None:
        """Gives the answer, unless something is wrong with it, once what was typed before has arrived in the field."""
        self.query_one(TextField).call_later(self._take)

    def _take(self) -> None:
        answer = self.query_one(TextField).value
        if self._check(answer):
            self._changed()
        elif self.is_current:
            self.dismiss(answer)

    def action_cancel(self) -> None:
        """Gives no answer."""
        self.dismiss(None)
