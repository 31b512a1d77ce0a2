"""All notes and marks of the session: read, written, gone to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.ask import AskScreen
from tui.screens.modal import Modal
from tui.screens.note import NoteScreen, Written
from tui.terminal.safe_text import safe
from tui.triage.judged import mark_words
from tui.triage.records.model import Mark, Note
from tui.triage.session import Session
from tui.widgets.columns import Column, Row, heading_and_items
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import ItemList
from tui.widgets.words import Words

_COLUMNS = (
    Column("kind"),
    Column("run", right=True),
    Column("said"),
    Column("by", widest=16),
    Column("note", widest=60),
    Column("row", widest=200),
)
_MOST = 300
"""Characters of a row that are shown."""


class FindingsScreen(Modal[Mark | None]):
    """The notes on the session, then the marks, the newest first; gives the mark to go to, or None.

    `undo` takes back what was said last, and says what that was.
    """

    CSS_PATH = "findings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "go"),
        Binding("n", "add", "new note"),
        Binding("e,a", "edit", "write", key_display="e"),
        Binding("x,delete", "remove", "take away", key_display="x"),
        Binding("y", "copy", "copy"),
        Binding("X", "undo", "undo"),
        Binding("escape,q,backspace,M", "close", "back", key_display="Esc"),
    ]

    def __init__(self, session: Session, now: Callable[[], datetime], zone: tzinfo, undo: Callable[[], str]) -> None:
        super().__init__()
        self._session, self._now, self._zone, self._undo = session, now, zone, undo
        self._said: list[Note | Mark] = []

    def compose(self) -> ComposeResult:
        """The names of the columns, what was said, and the one under the cursor in full."""
        with Dialog("Marks and notes"):
            yield Words(id="names")
            yield ItemList(wrap=False)
            yield Words(id="about", flows=True)

    def on_mount(self) -> None:
        """All of it."""
        self.query_one(ItemList).focus()
        self._fill()

    def on_resize(self) -> None:
        """As many rows, and columns as wide, as there is room for."""
        leave_rows(self.query_one(ItemList), 10)
        self._fill()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only rows can be gone to, and only what is there be written, copied or taken away."""
        current = self._current
        if action == "go":
            return isinstance(current, Mark)
        return current is not None if action in ("edit", "remove", "copy") else True

    @property
    def _current(self) -> Note | Mark | None:
        cursor = self.query_one(ItemList).cursor if self.is_mounted else None
        return self._said[cursor] if cursor is not None and self._said else None

    def _fill(self) -> None:
        """Shows what is said now, with the cursor where it was."""
        findings, before = self._session.findings, self.query_one(ItemList).cursor
        self._said = [*reversed(findings.notes), *reversed(findings.marks)]
        names, items = heading_and_items(
            _COLUMNS, [self._row(one) for one in self._said], self.query_one(ItemList).room
        )
        self.query_one("#names", Words).say(
            names if items else "Nothing is marked or noted: m marks a row, n writes a note."
        )
        self.query_one(ItemList).update_items(items, before or 0)
        marks, notes = len(findings.marks), len(findings.notes)
        self.query_one(Dialog).say(f"{marks:,} mark{'s' * (marks != 1)}, {notes:,} note{'s' * (notes != 1)}")
        self._tell()

    def _row(self, one: Note | Mark) -> Row:
        said, author = f"{one.at.astimezone(self._zone):%m-%d %H:%M}", one.author.partition("@")[0]
        if isinstance(one, Note):
            return Row(("note", "", said, author, " ".join(one.text.split()), ""))
        return Row(("mark", one.run, said, author, mark_words(one), row_words(one)))

    @on(ItemList.Highlighted)
    def _tell(self) -> None:
        """Says the one under the cursor in full."""
        one = self._current
        text = "" if one is None else one.text if isinstance(one, Note) else f"{mark_words(one)}  {row_words(one)}"
        self.query_one("#about", Words).say(safe(" ".join(text.split()), 600))
        self.refresh_bindings()

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self.action_go()

    def action_go(self) -> None:
        """Goes to the row of the mark; writes on a note."""
        current = self._current
        if isinstance(current, Mark):
            self.dismiss(current)
        else:
            self.action_edit()

    def action_add(self) -> None:
        """A new note on the session."""

        def given(written: Written | None) -> None:
            if written is not None and written.text:
                self._session.findings.add_note(Note(written.text, str(self._session.author), self._now()))
                self._fill()

        self.app.push_screen(NoteScreen("Note on the session"), given)

    def action_edit(self) -> None:
        """Writes on what is under the cursor."""
        one, findings = self._current, self._session.findings
        if one is None:
            return

        def given(written: Written | None) -> None:
            author, now = str(self._session.author), self._now()
            if written is None:
                return
            if isinstance(one, Mark):
                findings.annotate(replace(one, note=written.text, tags=written.tags, author=author, at=now))
            elif written.text and one in findings.notes:
                findings.change_note(findings.notes.index(one), written.text, author, now)
            self._fill()

        if isinstance(one, Mark):
            self.app.push_screen(NoteScreen("Note on the row", one.note, one.tags), given)
        else:
            self.app.push_screen(NoteScreen("Note on the session", one.text), given)

    def action_remove(self) -> None:
        """Takes away what is under the cursor; asks first when something is written on it."""
        one, findings = self._current, self._session.findings
        if one is None:
            return
        text = one.text if isinstance(one, Note) else mark_words(one)

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            if isinstance(one, Mark):
                findings.unmark(one.key)
            elif one in findings.notes:
                findings.remove_note(findings.notes.index(one))
            self._fill()

        if not text:
            answered(True)
            return
        what = "the note" if isinstance(one, Note) else "the mark, with its note"
        self.app.push_screen(AskScreen(f"Take {what} away?", text, "Take away", "Keep"), answered)

    def action_copy(self) -> None:
        """Copies the note, or the mark with what its row held."""
        one = self._current
        if isinstance(one, Note):
            self.app.copy_to_clipboard(one.text)
        elif one is not None:
            lines = [mark_words(one), *(f"{name}: {value}" for name, value in one.fields.items())]
            self.app.copy_to_clipboard("\n".join(line for line in lines if line))

    def action_undo(self) -> None:
        """Takes back what was said last."""
        words = self._undo()
        self._fill()
        self.query_one("#about", Words).say(safe(words, 300))

    def action_close(self) -> None:
        """Back, without going to a row."""
        self.dismiss(None)


def row_words(mark: Mark) -> str:
    """What the row held, the values only, as many as anybody reads in a line or two."""
    words, length = [], 0
    for value in mark.fields.values():
        words.append(" ".join(value[:_MOST].split()))
        length += len(words[-1])
        if length > _MOST:
            break
    return "  ".join(words)
