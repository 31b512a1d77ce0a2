"""A note: on a row, with tags, or on the session."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button

from tui.screens.modal import Modal
from tui.widgets.dialog import Dialog
from tui.widgets.note_field import NoteField
from tui.widgets.text_field import TextField
from tui.widgets.words import Words

_BETWEEN = re.compile(r"[\s,#]+")


@dataclass(frozen=True)
class Written:
    """What was written, without blank lines around it, and the tags, each once."""

    text: str
    tags: tuple[str, ...] = ()


class NoteScreen(Modal[Written | None]):
    """Asks for the text of a note; for tags, too, unless `tags` is None. Gives what was written, or None."""

    CSS_PATH = "note.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+enter", "take", "keep", key_display="F5"),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, title: str, text: str = "", tags: Sequence[str] | None = None) -> None:
        super().__init__()
        self._title, self._text, self._tags = title, text, tags

    def compose(self) -> ComposeResult:
        """The note, and the tags."""
        with Dialog(self._title):
            yield NoteField(self._text, "what is worth knowing later", id="note")
            if self._tags is not None:
                yield Words("Tags", classes="name")
                yield TextField(" ".join(self._tags), "words with spaces between", id="tags")
            yield Button("Keep", id="keep", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The note is asked for first."""
        self.query_one("#note").focus()

    @on(Button.Pressed)
    def _pressed(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        """Gives what was written."""
        words = _BETWEEN.split(self.query_one("#tags", TextField).value) if self._tags is not None else []
        text = self.query_one("#note", NoteField).text.strip()
        self.dismiss(Written(text, tuple(dict.fromkeys(word for word in words if word))))

    def action_cancel(self) -> None:
        """Leaves the note as it was."""
        self.dismiss(None)
