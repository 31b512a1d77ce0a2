from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.records import MOMENT, a_run, a_session
from tui.triage.queries.context import Scope
from tui.triage.records.documents import run_document, run_of, session_document, session_of
from tui.triage.records.model import Note, RunRecord, SessionRecord
from tui.triage.records.seal import Finding, contents, contents_digest, sha256, verify
from tui.triage.records.toml import dumps, loads
from tui.workspaces.protocol import Outcome, State, Window

RUNS = [a_run(1), a_run(2)]


class Folder:
    """A session's files, in memory."""

    def __init__(self, rows: int = 4) -> None:
        stream = io.BytesIO()
        pq.write_table(pa.table({"DeviceName": [f"d{number}" for number in range(rows)]}), stream)
        self.rows: bytes | None = stream.getvalue()
        self.hunt: bytes | None = b"id = 'T1119-91'"
        hunt_file = f"T1119-91-{hashlib.sha256(self.hunt).hexdigest()[:8]}.toml"
        self.run = replace(a_run(2), hunt_file=hunt_file, rows_sha256=hashlib.sha256(self.rows).hexdigest())
        self.text: bytes | None = dumps(run_document(self.run)).encode()
        self.session = replace(a_session(), runs={2: hashlib.sha256(self.text).hexdigest()})

    def open_rows(self, number: int) -> BinaryIO | None:
        return None if self.rows is None else io.BytesIO(self.rows)

    def findings(self) -> list[Finding]:
        return verify(self.session, lambda number: self.text, self.open_rows, lambda name: self.hunt)

    def wrong(self) -> list[tuple[str, str]]:
        return [(one.part, one.state) for one in self.findings() if one.state != "ok"]


def test_what_is_as_it_was_written_is_ok() -> None:
    findings = Folder().findings()
    assert [(one.run, one.part, one.state) for one in findings] == [
        (2, "description", "ok"),
        (2, "query", "ok"),
        (2, "hunt", "ok"),
        (2, "rows", "ok"),
        (2, "row count", "ok"),
    ]


def test_a_changed_query_is_seen() -> None:
    folder = Folder()
    assert folder.text is not None
    folder.text = folder.text.replace(b"DeviceProcessEvents", b"DeviceFileEvents")
    assert folder.wrong() == [("description", "changed"), ("query", "changed")]


def test_a_changed_query_is_seen_when_the_description_s_digest_is_changed_with_it() -> None:
    folder = Folder()
    assert folder.text is not None
    folder.text = folder.text.replace(b"DeviceProcessEvents", b"DeviceFileEvents")
    folder.session = replace(folder.session, runs={2: hashlib.sha256(folder.text).hexdigest()})
    assert folder.wrong() == [("query", "changed")]


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_flipped_bit_of_the_rows_is_seen(place: int) -> None:
    folder = Folder()
    data = bytearray(folder.rows or b"")
    data[place] ^= 1
    folder.rows = bytes(data)
    assert ("rows", "changed") in folder.wrong()


def test_rows_of_another_number_are_seen() -> None:
    folder = Folder(rows=5)
    assert folder.wrong() == [("row count", "changed")]
    (finding,) = [one for one in folder.findings() if one.state != "ok"]
    assert finding.words == "5 rows, where the description says 4"


def test_missing_files_are_named() -> None:
    folder = Folder()
    folder.rows = None
    assert folder.wrong() == [("rows", "missing")]
    folder.text = None
    assert folder.wrong() == [("description", "missing")]


def test_a_file_that_cannot_be_read_is_a_finding() -> None:
    folder = Folder()

    def refused(number: object) -> None:
        raise PermissionError(13, "Permission denied", "/x")

    hunt, rows = [
        one for one in verify(folder.session, lambda number: folder.text, refused, refused) if one.state != "ok"
    ]
    assert (hunt.part, hunt.state, hunt.words) == ("hunt", "missing", "its file cannot be read: Permission denied")
    assert (rows.part, rows.state) == ("rows", "missing")
    assert rows.words == "the file of its 4 rows cannot be read: Permission denied"
    (finding,) = verify(folder.session, refused, refused, refused)
    assert finding.words == "its file cannot be read: Permission denied; its query and rows cannot be checked"


def test_a_changed_hunt_is_seen() -> None:
    folder = Folder()
    folder.hunt = b"id = 'T1119-92'"
    assert folder.wrong() == [("hunt", "changed")]


@pytest.mark.parametrize("text", [b"[" * 20_000, b"\xff", b"number = ", b"number = 2\n"])
def test_a_description_that_cannot_be_read_is_a_finding(text: bytes) -> None:
    folder = Folder()
    folder.text = text
    assert folder.wrong() == [("description", "changed"), ("query", "missing")]


def test_the_description_of_another_run_in_its_place_is_seen() -> None:
    folder = Folder()
    folder.session = replace(folder.session, runs={3: folder.session.runs[2]})
    assert folder.wrong() == [("description", "changed")]


def test_rows_beside_a_run_that_kept_none_are_seen() -> None:
    folder = Folder()
    run = replace(folder.run, rows_sha256="", received=0)
    folder.text = dumps(run_document(run)).encode()
    folder.session = replace(folder.session, runs={2: hashlib.sha256(folder.text).hexdigest()})
    assert folder.wrong() == [("rows", "changed"), ("row count", "changed")]
    folder.rows = None
    assert folder.wrong() == []


def test_the_digest_is_what_sha256sum_gives(tmp_path: Path) -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("there is no sha256sum here")
    file = tmp_path / "contents"
    file.write_bytes(contents(a_session(), RUNS).encode())
    printed = subprocess.run([program, str(file)], capture_output=True, text=True, check=True).stdout
    assert printed.split()[0] == contents_digest(a_session(), RUNS)


def test_contents_are_plain_lines_in_order() -> None:
    text = contents(a_session(), RUNS)
    assert text.isascii()
    assert text.splitlines() == sorted(text.splitlines())
    assert len(text.splitlines()) == len(RUNS) + 3


@pytest.mark.parametrize(
    "change",
    [
        lambda session: replace(session, name="Renamed"),
        lambda session: replace(session, identity="ffffffff"),
        lambda session: replace(session, saved=session.saved + timedelta(days=1)),
        lambda session: replace(session, created=session.created - timedelta(days=1)),
        lambda session: replace(session, trail=()),
        lambda session: replace(session, values={}),
        lambda session: replace(session, unknown={"colour": "blue"}),
    ],
)
def test_what_does_not_matter_to_the_digest(change: Callable[[SessionRecord], SessionRecord]) -> None:
    assert contents_digest(change(a_session()), reversed(RUNS)) == contents_digest(a_session(), RUNS)


@pytest.mark.parametrize(
    "change",
    [
        lambda session: replace(session, marks=()),
        lambda session: replace(session, marks=(replace(session.marks[0], note="other"),)),
        lambda session: replace(session, marks=(replace(session.marks[0], fields={"FileName": "other"}),)),
        lambda session: replace(session, notes=(*session.notes, Note("More.", "bo@host", MOMENT))),
        lambda session: replace(session, verdicts=(replace(session.verdicts[0], opinion="suspicious"),)),
        lambda session: replace(session, verdicts=(replace(session.verdicts[0], until=None),)),
    ],
)
def test_what_the_session_says_matters_to_the_digest(change: Callable[[SessionRecord], SessionRecord]) -> None:
    assert contents_digest(change(a_session()), RUNS) != contents_digest(a_session(), RUNS)


@pytest.mark.parametrize(
    "change",
    [
        {"kql_sha256": sha256("x")},
        {"rows_sha256": sha256("x")},
        {"received": 5},
        {"outcome": Outcome(State.COMPLETE)},
        {"window": Window(MOMENT, MOMENT + timedelta(hours=1))},
        {"values": {"minimum": 4}},
        {"scope": Scope()},
        {"number": 7},
        {"author": "eve@host"},
        {"began": MOMENT + timedelta(microseconds=1)},
    ],
)
def test_what_a_run_was_matters_to_the_digest(change: dict[str, Any]) -> None:
    runs: list[RunRecord] = [RUNS[0], replace(RUNS[1], **change)]
    assert contents_digest(a_session(), runs) != contents_digest(a_session(), RUNS)


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_digest_is_the_same_after_the_session_was_read_back(note: str, value: str) -> None:
    session = replace(a_session(), notes=(Note(note, "ana@host", MOMENT),))
    run = replace(a_run(2), values={"name": value, "ratio": 0.1, "minimum": 3})
    again = session_of(loads(dumps(session_document(session))))
    assert contents_digest(again, [run_of(loads(dumps(run_document(run))))]) == contents_digest(session, [run])
