"""What the analyst has said in a session: marks with what is written on them, notes, and verdicts."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tui.settings.config import user_name
from tui.triage.records.model import Author, Mark, Note, Verdict

_UNDONE_AT_MOST = 100
"""Changes that can be taken back."""

About = tuple[str, str, str, str]
"""What a verdict judges: workspace, hunt, subject, entity."""


@dataclass(frozen=True)
class Undone:
    """A change that was taken back: what it was, in words, and the verdicts that were said or unsaid by it."""

    words: str
    said: tuple[Verdict, ...] = ()
    unsaid: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class _State:
    """What was said before a change; `words` tell the change."""

    words: str
    marks: Mapping[str, Mark]
    notes: tuple[Note, ...]
    verdicts: tuple[Verdict, ...]


class Findings:
    """Marks by the key of their row, notes and verdicts in the order in which they were said.

    Lives on the event loop. `revision` grows with every change, after which all that `follow` are called.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._marks: dict[str, Mark] = {}
        self._notes: list[Note] = []
        self._verdicts: list[Verdict] = []
        self._before: list[_State] = []
        self._followers: list[Callable[[], None]] = []

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All marks, the oldest first."""
        return tuple(self._marks.values())

    @property
    def notes(self) -> tuple[Note, ...]:
        """All notes on the session, the oldest first."""
        return tuple(self._notes)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All verdicts given in the session, the oldest first; those about the same thing, too."""
        return tuple(self._verdicts)

    def follow(self, changed: Callable[[], None]) -> None:
        """Have `changed` called after every change."""
        self._followers.append(changed)

    def restore(self, marks: Iterable[Mark], notes: Iterable[Note], verdicts: Iterable[Verdict]) -> None:
        """Takes over what was said before, in place of what is here; this cannot be undone."""
        self._marks = {mark.key: mark for mark in marks}
        self._notes, self._verdicts = list(notes), list(verdicts)
        self._before.clear()
        self._tell()

    # Marks

    @property
    def marked(self) -> Mapping[str, Mark]:
        """The marks by the keys of their rows, as they are at any time."""
        return self._marks

    def mark_of(self, key: str) -> Mark | None:
        """The mark on the row with the key `key`."""
        return self._marks.get(key)

    def mark(self, mark: Mark) -> None:
        """Marks a row. A row that is marked already keeps its mark."""
        self.mark_all([mark])

    def mark_all(self, marks: Sequence[Mark]) -> int:
        """Marks those of the rows that are not marked yet; how many they were."""
        new = {mark.key: mark for mark in marks if mark.key not in self._marks}
        if new:
            self._change(f"the mark on {len(new):,} rows" if len(new) > 1 else "the mark")
            self._marks |= new
            self._tell()
        return len(new)

    def unmark(self, key: str) -> Mark | None:
        """Takes the mark of a row away, with what is written on it; the mark there was."""
        found = self._marks.get(key)
        if found is not None:
            self._change("the removal of a mark")
            del self._marks[key]
            self._tell()
        return found

    def annotate(self, mark: Mark) -> None:
        """Writes the note and the tags of `mark` on its row, which is marked by that; author and time are its own.

        Where the row was marked first, and what it held then, stay as they were.
        """
        held = self._marks.get(mark.key)
        new = mark if held is None else replace(held, note=mark.note, tags=mark.tags, author=mark.author, at=mark.at)
        if held is not None and (held.note, held.tags) == (new.note, new.tags):
            return
        self._change("the note on a row")
        self._marks[mark.key] = new
        self._tell()

    # Notes on the session

    def add_note(self, note: Note) -> None:
        """Writes a note on the session."""
        self._change("a note on the session")
        self._notes.append(note)
        self._tell()

    def change_note(self, index: int, text: str, author: str, at: datetime) -> None:
        """Writes note `index` (from 0) anew; IndexError when there is none."""
        if self._notes[index].text != text:
            self._change("the change of a note")
            self._notes[index] = Note(text, author, at)
            self._tell()

    def remove_note(self, index: int) -> Note:
        """Takes note `index` away, and gives it; IndexError when there is none."""
        found = self._notes[index]
        self._change("the removal of a note")
        del self._notes[index]
        self._tell()
        return found

    # Verdicts

    def judge(self, verdict: Verdict) -> None:
        """Gives a verdict; earlier ones about the same thing stay as its history."""
        self._change(f"the verdict on {verdict.name or verdict.entity}")
        self._verdicts.append(verdict)
        self._tell()

    def verdict_on(self, about: About) -> Verdict | None:
        """The newest verdict given here about the same thing, whether it still holds or not."""
        return newest(verdict for verdict in self._verdicts if verdict.about == about)

    # Taking back

    def undo(self) -> Undone | None:
        """Takes the last change back; None when there is none."""
        if not self._before:
            return None
        state, verdicts = self._before.pop(), self._verdicts
        self._marks, self._notes = dict(state.marks), list(state.notes)
        self._verdicts = list(state.verdicts)
        self._tell()
        said = tuple(one for one in self._verdicts if one not in verdicts)
        return Undone(state.words, said, tuple(one for one in verdicts if one not in self._verdicts))

    def _change(self, words: str) -> None:
        """Keeps what is said now, before it changes."""
        self._before.append(_State(words, dict(self._marks), self.notes, self.verdicts))
        del self._before[:-_UNDONE_AT_MOST]

    def _tell(self) -> None:
        self.revision += 1
        for changed in self._followers:
            changed()


def newest(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The one given last; of those given at the same moment the later in order."""
    found: Verdict | None = None
    for verdict in verdicts:
        if found is None or verdict.at >= found.at:
            found = verdict
    return found


def author_here(name: str = "") -> Author:
    """Who works here: `name`, or that of the user, and the machine without its domain."""
    return Author(name or user_name(), socket.gethostname().partition(".")[0])
