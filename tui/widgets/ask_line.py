"""A line that asks for a few words: what to search for, or which hunts to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.widgets.seen_text import seen_text


class AskLine(Input):
    """An input one line high without a blinking caret; posts `Answered` when the words change, are given or given up."""

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
        super().__init__(words, placeholder, id=id, select_on_focus=False)
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        return Text(seen_text(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(seen_text(self.value[:position]))

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = " ".join(line for line in event.text.splitlines() if line.strip())
        self.replace(text, *sorted(self.selection))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Words as they are typed."""
        event.stop()
        self.post_message(self.Answered(self, event.value))

    def action_answer(self, given: bool) -> None:
        """Ends the question."""
        self.post_message(self.Answered(self, self.value, done=given, given_up=not given))
