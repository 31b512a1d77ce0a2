"""A line that asks for a few words: what to search for, or which hunts to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.widgets.one_line import OneLine


class AskLine(OneLine):
    """An input that posts `Answered` when the words change, are given or given up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", "give up", show=False),
        Binding("enter", "answer(True)", "go", show=False),
        Binding("down", "answer(True)", "go", show=False),
    ]
    DEFAULT_CSS = """
    AskLine, AskLine:focus {
        height: 1;
        border: none;
        padding: 0;
        background: $panel;
        background-tint: 0%;
    }
    """

    @dataclass
    class Answered(Message):
        """The words so far; `done` when Enter ended them, `given_up` when Escape did."""

        line: AskLine
        words: str
        done: bool = False
        given_up: bool = False

        @property
        def control(self) -> AskLine:
            """The line that was answered."""
            return self.line

    def __init__(self, placeholder: str, words: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(words, placeholder, id)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Words as they are typed."""
        event.stop()
        self.post_message(self.Answered(self, event.value))

    def action_answer(self, given: bool) -> None:
        """Ends the question."""
        self.post_message(self.Answered(self, self.value, done=given, given_up=not given))
