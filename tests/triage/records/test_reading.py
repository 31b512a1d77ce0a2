from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.kept import HUNT, a_kept_run, rows_of
from tests.support.records import a_run, a_session
from tui.triage.records.documents import DocumentError, run_document, session_document
from tui.triage.records.folder import DamagedRowsError, SessionFolder
from tui.triage.records.model import RunRecord, SessionRecord
from tui.triage.records.reading import is_sealed, read_run, read_session, sealed
from tui.triage.records.shelf import with_digests
from tui.triage.records.toml import dumps

SESSION_TEXT = dumps(session_document(a_session()))
RUN_TEXT = dumps(run_document(a_run()))


@pytest.mark.parametrize("read", [read_session, read_run])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe", "not UTF-8 text"),
        (b"a = [" + b"[" * 20_000, "not TOML: nested too deep"),
        (b"a." * 100_000 + b"a = 1", "a key has more than 40 parts"),
        (b"x = [{ " + b"'a' . " * 100_000 + b"a = 1 }]", "a key has more than 40 parts"),
        (b"[" + b'"a".' * 100_000 + b"a]", "a key has more than 40 parts"),
        (b"a = " + b"9" * 5000, "not TOML: "),
        (b"a = 1\na = 2\n", "not TOML: Cannot overwrite a value (at line 2"),
    ],
)
def test_bytes_that_are_no_document_are_named(read: Any, data: bytes, words: str) -> None:
    with pytest.raises(DocumentError) as error:
        read(data)
    assert str(error.value).startswith(words)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "format: this key is missing"),
        (
            b"a = [\n[" + b" " * 100_000 + b"1 ],\n]\nformat = 'x'",
            "format: expected a whole number from 0, found 'x' (line 4)",
        ),
    ],
)
def test_a_key_that_is_wrong_is_named(data: bytes, words: str) -> None:
    with pytest.raises(DocumentError) as error:
        read_session(data)
    assert str(error.value) == words


def test_dots_in_texts_are_no_keys() -> None:
    dotted = "1.a." * 100
    session = replace(a_session(), notes=(replace(a_session().notes[0], text=f'{dotted}"{dotted}'),), name=dotted[:60])
    assert read_session(dumps(session_document(session)).encode()) == session


def test_a_mark_of_the_order_of_bytes_does_no_harm() -> None:
    assert read_session(b"\xef\xbb\xbf" + SESSION_TEXT.encode()) == a_session()


@given(st.text(max_size=60))
def test_only_what_was_sealed_is_sealed(text: str) -> None:
    try:
        data = sealed(text)
    except UnicodeEncodeError:
        return
    assert is_sealed(data)
    assert not is_sealed(data[:-1])
    assert not is_sealed(b"x" + data)
    assert not is_sealed(text.encode())


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.datetimes()
    | st.dates()
    | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_none(item) for name, item in value.items() if item is not None}
    return [_without_none(item) for item in value if item is not None] if isinstance(value, list) else value


@settings(max_examples=100)
@given(st.data())
def test_whatever_stands_at_a_key_is_read_or_named(data: st.DataObject) -> None:
    """A document where one value, at any depth, is something else."""
    document = data.draw(st.sampled_from([session_document(a_session()), run_document(a_run())]))
    place: Any = document
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(place[key], dict | list) and place[key]) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = _without_none(data.draw(VALUES.filter(lambda value: value is not None)))
    text = dumps(document).encode()
    for read in (read_session, read_run):
        with suppress(DocumentError):
            read(text)


@settings(max_examples=150)
@given(st.sampled_from([SESSION_TEXT, RUN_TEXT]), st.data())
def test_every_flipped_byte_gives_a_document_or_a_named_fault(text: str, data: st.DataObject) -> None:
    raw = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    for read in (read_session, read_run):
        with suppress(DocumentError):
            read(bytes(raw))


Kind = Literal["run", "mark", "reopen", "truncate", "flip", "delete"]
Act = tuple[Kind, int, int]
ACTS = st.tuples(
    st.sampled_from(["run", "mark", "reopen", "truncate", "flip", "delete"]),
    st.integers(0, 1000),
    st.integers(0, 100_000),
)


@dataclass
class Bench:
    """A session that is written, reopened and damaged, and what must be true of it."""

    path: Path
    folder: SessionFolder
    record: SessionRecord
    runs: dict[int, int] = field(default_factory=dict)
    """Rows by number of those runs that were saved and are whole."""
    rowless: set[int] = field(default_factory=set)
    hurt: set[str] = field(default_factory=set)
    ever_hurt: bool = False
    heard: list[str] = field(default_factory=list)

    def run(self, size: int) -> None:
        number = self.folder.next_number(self.record)
        rows = size % 4
        self.folder.write_run(a_kept_run(number), HUNT, rows_of(rows).to_batches() if rows else None)
        self.runs[number] = rows
        self.save(replace(self.record, runs={**self.record.runs, number: self.folder.run_digest(number)}))

    def mark(self) -> None:
        mark = replace(a_session().marks[0], row=len(self.record.marks))
        self.save(replace(self.record, marks=(*self.record.marks, mark)))

    def save(self, record: SessionRecord) -> None:
        self.folder.write_session(record)
        self.record = record
        self.heard += self.folder.said
        self.folder.said.clear()

    def damage(self, kind: Kind, which: int, where: int) -> None:
        files = sorted(
            one for one in self.path.rglob("*") if one.is_file() and one.name != "lock" and "damaged" not in one.parts
        )
        if not files:
            return
        target = files[which % len(files)]
        data = target.read_bytes()
        name = str(target.relative_to(self.path))
        if name in self.hurt:
            return  # the same byte flipped twice would be whole again
        self.hurt.add(name)
        self.ever_hurt = True
        if kind == "delete":
            target.unlink()
        elif kind == "truncate":
            target.write_bytes(data[: where % max(1, len(data))])
        elif data:
            place = where % len(data)
            target.write_bytes(data[:place] + bytes([data[place] ^ (1 + which % 255)]) + data[place + 1 :])
        if name.startswith("runs/") and name.endswith(".toml"):
            self.runs.pop(int(target.stem), None)

    def reopen(self) -> None:
        self.folder.close()
        self.folder, contents = SessionFolder.open(self.path, "ana@host")
        assert self.folder.writable
        self.heard += contents.problems
        assert set(self.runs) <= set(contents.runs), "a run that is whole is lost"
        assert set(contents.runs) == set(self.runs), "a run that is damaged is shown"
        for number, rows in self.runs.items():
            self.check_rows(contents.runs[number], rows)
        for name in self.hurt:
            self.check_said(name)
        if not self.ever_hurt:
            assert self.heard == []
        self.hurt.clear()
        self.heard.clear()
        self.save(with_digests(self.folder, contents))

    def check_rows(self, run: RunRecord, rows: int) -> None:
        name = f"runs/{run.number}.parquet"
        if name in self.hurt:
            with pytest.raises(DamagedRowsError) as error:
                self.folder.rows(run)
            self.heard.append(str(error.value))
            self.rowless.add(run.number)
        elif run.number not in self.rowless:
            table = self.folder.rows(run)
            assert (table.num_rows if table is not None else 0) == rows

    def is_whole(self, hunt: Path) -> bool:
        """Whether a kept hunt was written again with a run that came after the damage."""
        return hunt.exists() and hunt.read_text(errors="replace") == HUNT

    def check_said(self, name: str) -> None:
        stem = Path(name).stem
        if name.startswith("backup/") or (name.endswith(".parquet") and int(stem) not in self.runs):
            return  # no backup was needed; a run that is gone is said to be, rows and all
        words = {f"runs/{stem}.toml": f"run {stem} ", f"runs/{stem}.parquet": f"run {stem}"}
        expected = [words.get(name, "the hunt"), Path(name).name]
        if not (self.path / name).exists() and "session.toml" in self.hurt:
            expected.append("session.toml cannot be read")  # which was the only one that knew of what is gone
        if name.startswith("hunts/") and (not self.runs or self.is_whole(self.path / name)):
            return
        assert any(word in said for word in expected for said in self.heard), name


@settings(max_examples=40, deadline=None)
@example([("run", 1, 0), ("mark", 0, 0), ("delete", 5, 0), ("reopen", 0, 0)])
@given(st.lists(ACTS, min_size=3, max_size=14))
def test_no_damage_goes_unsaid_or_takes_what_is_whole_with_it(acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "sessions" / "x-0a1b2c3d"
        folder = SessionFolder.create(path, "ana@host")
        record = replace(a_session(), runs={}, marks=(), trail=())
        folder.write_session(record)
        bench = Bench(path, folder, record)
        end: list[Act] = [("reopen", 0, 0)]
        for kind, which, where in [*acts, *end]:
            if kind == "run":
                bench.run(which)
            elif kind == "mark":
                bench.mark()
            elif kind == "reopen":
                bench.reopen()
            else:
                bench.damage(kind, which, where)
        bench.folder.close()
