"""What was said is what is there: after any sequence of operations, and after taking them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.triage.findings import Findings, author_here
from tui.triage.records.model import Mark, Note, Verdict

START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
KEYS = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.sampled_from(["", "look here", "[/]\x1b[2J"])
TAGS = st.sampled_from([(), ("c2",), ("exfil", "c2")])


def a_mark(key: str, note: str = "", tags: tuple[str, ...] = (), at: datetime = START) -> Mark:
    return Mark(key, 3, 7, "ana@host", at, {"FileName": key}, note, tags)


def a_verdict(entity: str = "bkp-03", opinion: Any = "benign", at: datetime = START, **more: Any) -> Verdict:
    return Verdict("acme", "T1119-02", "device", entity, entity.upper(), opinion, "ana@host", at, **more)


OPERATIONS = st.one_of(
    st.tuples(st.just("mark"), KEYS),
    st.tuples(st.just("mark_all"), st.lists(KEYS, max_size=4)),
    st.tuples(st.just("unmark"), KEYS),
    st.tuples(st.just("annotate"), KEYS, TEXTS, TAGS),
    st.tuples(st.just("add_note"), TEXTS),
    st.tuples(st.just("change_note"), st.integers(0, 3), TEXTS),
    st.tuples(st.just("remove_note"), st.integers(0, 3)),
    st.tuples(st.just("judge"), KEYS, st.sampled_from(["suspicious", "benign", "unknown"])),
)


class Said:
    """What was said, in the plainest way."""

    def __init__(self) -> None:
        self.marks: dict[str, tuple[datetime, str, tuple[str, ...]]] = {}
        self.notes: list[tuple[str, datetime]] = []
        self.verdicts: list[tuple[str, str, datetime]] = []

    def copy(self) -> Said:
        other = Said()
        other.marks, other.notes, other.verdicts = dict(self.marks), list(self.notes), list(self.verdicts)
        return other

    def do(self, operation: tuple[Any, ...], at: datetime) -> None:
        match operation:
            case ("mark", key):
                self.marks.setdefault(key, (at, "", ()))
            case ("mark_all", keys):
                for key in keys:
                    self.marks.setdefault(key, (at, "", ()))
            case ("unmark", key):
                self.marks.pop(key, None)
            case ("annotate", key, note, tags):
                if key not in self.marks or self.marks[key][1:] != (note, tags):
                    self.marks[key] = (at, note, tags)
            case ("add_note", text):
                self.notes.append((text, at))
            case ("change_note", index, text):
                if index < len(self.notes) and self.notes[index][0] != text:
                    self.notes[index] = (text, at)
            case ("remove_note", index):
                del self.notes[index : index + 1]
            case ("judge", entity, opinion):
                self.verdicts.append((entity, opinion, at))

    def all(self) -> tuple[object, ...]:
        return self.marks, self.notes, self.verdicts


def do(findings: Findings, operation: tuple[Any, ...], at: datetime) -> None:
    match operation:
        case ("mark", key):
            findings.mark(a_mark(key, at=at))
        case ("mark_all", keys):
            findings.mark_all([a_mark(key, at=at) for key in keys])
        case ("unmark", key):
            findings.unmark(key)
        case ("annotate", key, note, tags):
            findings.annotate(a_mark(key, note, tags, at))
        case ("add_note", text):
            findings.add_note(Note(text, "ana@host", at))
        case ("change_note", index, text):
            if index < len(findings.notes):
                findings.change_note(index, text, "ana@host", at)
        case ("remove_note", index):
            if index < len(findings.notes):
                findings.remove_note(index)
        case ("judge", entity, opinion):
            findings.judge(a_verdict(entity, opinion, at))


def said(findings: Findings) -> Said:
    found = Said()
    found.marks = {mark.key: (mark.at, mark.note, mark.tags) for mark in findings.marks}
    found.notes = [(note.text, note.at) for note in findings.notes]
    found.verdicts = [(verdict.entity, verdict.opinion, verdict.at) for verdict in findings.verdicts]
    return found


@given(st.lists(OPERATIONS, max_size=25))
def test_any_sequence_keeps_exactly_what_was_said_and_can_be_taken_back(operations: list[tuple[Any, ...]]) -> None:
    findings, model, states = Findings(), Said(), [Said()]
    changes = []
    findings.follow(lambda: changes.append(findings.revision))
    for number, operation in enumerate(operations):
        at = START + timedelta(minutes=number)
        do(findings, operation, at)
        model.do(operation, at)
        assert said(findings).all() == model.all()
        if states[-1].all() != model.all():
            states.append(model.copy())
    assert changes == list(range(1, len(states)))
    while len(states) > 1:
        states.pop()
        assert findings.undo() is not None
        assert said(findings).all() == states[-1].all()
    assert findings.undo() is None


@given(st.lists(OPERATIONS, max_size=10))
def test_what_is_restored_is_what_was_there(operations: list[tuple[Any, ...]]) -> None:
    first, second = Findings(), Findings()
    for number, operation in enumerate(operations):
        do(first, operation, START + timedelta(minutes=number))
    second.mark(a_mark("other"))
    second.restore(first.marks, first.notes, first.verdicts)
    assert (second.marks, second.notes, second.verdicts) == (first.marks, first.notes, first.verdicts)
    assert second.undo() is None


def test_annotating_keeps_where_and_what_was_marked_first() -> None:
    findings = Findings()
    findings.mark(a_mark("a"))
    later = START + timedelta(hours=1)
    findings.annotate(Mark("a", 9, 1, "ben@host", later, {"FileName": "other"}, "moved", ("t",)))
    assert findings.mark_of("a") == replace(a_mark("a", "moved", ("t",), later), author="ben@host")


def test_undo_says_what_it_was_and_which_verdicts_changed() -> None:
    findings = Findings()
    first, second = a_verdict(), a_verdict("fs01", "suspicious", START + timedelta(minutes=1))
    findings.judge(first)
    findings.judge(second)
    undone = findings.undo()
    assert undone is not None
    assert (undone.words, undone.said, undone.unsaid) == ("the verdict on FS01", (), (second,))
    assert findings.verdict_on(first.about) == first
    assert findings.verdict_on(second.about) is None


def test_the_newest_verdict_counts() -> None:
    findings = Findings()
    later = a_verdict(opinion="suspicious", at=START + timedelta(hours=1))
    findings.judge(later)
    findings.judge(a_verdict())
    assert findings.verdict_on(later.about) == later


def test_there_is_no_note_beyond_the_last() -> None:
    findings = Findings()
    with pytest.raises(IndexError):
        findings.remove_note(0)
    assert findings.undo() is None


def test_the_author_is_the_analyst_and_the_machine_without_its_domain() -> None:
    author = author_here("ana")
    assert author.name == "ana"
    assert author.host
    assert "." not in author.host
    assert author_here().name
