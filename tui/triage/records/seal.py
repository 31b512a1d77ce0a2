"""Digests by which somebody else can tell that what a session says it found is what was found.

Every digest is SHA-256 in lower-case hex. That of a query is over its text in UTF-8, that of rows over the bytes of their
Parquet file, that of a run's description over the bytes of its file; a hunt's file has the first eight digits of its own
in its name. The session's file names the digests of descriptions, a description the others, so that one change anywhere
below shows.

The digest of the contents is over lines of JSON in ASCII, each ended by a line feed: objects with their keys in order and
no spaces, sorted as bytes (`LC_ALL=C sort`). Each line says by `is` what it is: `run` (number, hunt, view, the digests of
its query and rows, how many rows came, outcome and reason, window, scope, parameters, workspace, author, when it
began), `mark`, `note` or `verdict`. Times are UTC with six digits and `Z`; a key without a value is left out; half a
surrogate pair, which no file can hold, is U+FFFD. Names, places on the trail, and when the session was made and saved
are no part of it, nor is what a session is called. Printed as they are and piped into sha256sum, the lines give the
digest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, BinaryIO, Literal, TypeVar

from tui.kql.literals import datetime_text
from tui.settings.files import reason_of
from tui.triage.records.documents import DocumentError
from tui.triage.records.model import RunRecord, SessionRecord
from tui.triage.records.reading import read_run
from tui.triage.records.toml import packed

State = Literal["ok", "changed", "missing"]
Part = Literal["description", "query", "hunt", "rows", "row count"]

Name = TypeVar("Name")
Result = TypeVar("Result")

_BLOCK = 1 << 20
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Finding:
    """What was found of one part of run `run`; `words` say more where it is not ok."""

    run: int
    part: Part
    state: State
    words: str = ""


def sha256(text: str) -> str:
    """The digest of `text` in UTF-8."""
    return hashlib.sha256(_SURROGATES.sub("\ufffd", text).encode()).hexdigest()


def contents_digest(session: SessionRecord, runs: Iterable[RunRecord]) -> str:
    """The digest of what `session` found in `runs`."""
    return sha256(contents(session, runs))


def contents(session: SessionRecord, runs: Iterable[RunRecord]) -> str:
    """The lines the digest is over."""
    things: list[dict[str, Any]] = [_run(run) for run in runs]
    things += [{"is": "mark", **_filled(mark)} for mark in session.marks]
    things += [{"is": "note", **_filled(note)} for note in session.notes]
    things += [{"is": "verdict", **_filled(verdict)} for verdict in session.verdicts]
    return "".join(sorted(f"{_json(thing)}\n" for thing in things))


def verify(
    session: SessionRecord,
    description: Callable[[int], bytes | None],
    rows: Callable[[int], BinaryIO | None],
    hunt: Callable[[str], bytes | None],
) -> list[Finding]:
    """What of the runs that `session` names is as it was written, by run and part.

    `description` gives the bytes of a run's file, `rows` its Parquet file open for reading (it is closed here), `hunt` the
    bytes of a file in the session's folder of hunts by its name; None where there is none. What they raise as OSError is a
    finding, too.
    """
    return [
        finding
        for number, digest in sorted(session.runs.items())
        for finding in _findings(number, digest, description, rows, hunt)
    ]


def _findings(
    number: int,
    digest: str,
    description: Callable[[int], bytes | None],
    rows: Callable[[int], BinaryIO | None],
    hunt: Callable[[str], bytes | None],
) -> Iterator[Finding]:
    text, reason = _given(description, number)
    if text is None:
        yield Finding(number, "description", "missing", f"its file {reason}; its query and rows cannot be checked")
        return
    found = hashlib.sha256(text).hexdigest()
    if found == digest:
        yield Finding(number, "description", "ok")
    else:
        yield Finding(number, "description", "changed", f"{found}, where the session says {digest or 'nothing'}")
    try:
        run = read_run(text)
    except DocumentError as error:
        yield Finding(number, "query", "missing", f"the description cannot be read: {error}")
        return
    if run.number != number:
        yield Finding(number, "description", "changed", f"it describes run {run.number}")
    yield _query(number, run)
    yield _hunt(number, run.hunt_file, hunt)
    stream, reason = _given(rows, number)
    if stream is None:
        yield _no_rows(number, run, reason)
        return
    with stream:
        yield from _rows(number, run, stream)


def _query(number: int, run: RunRecord) -> Finding:
    found = sha256(run.query.kql)
    if found == run.kql_sha256:
        return Finding(number, "query", "ok")
    return Finding(number, "query", "changed", f"{found}, where the description says {run.kql_sha256 or 'nothing'}")


def _hunt(number: int, name: str, hunt: Callable[[str], bytes | None]) -> Finding:
    """A hunt's file has the first eight digits of its digest in its name, which the description holds."""
    text, reason = _given(hunt, name)
    if text is None:
        return Finding(number, "hunt", "missing", f"its file {reason}")
    found = hashlib.sha256(text).hexdigest()
    if name.endswith(f"-{found[:8]}.toml"):
        return Finding(number, "hunt", "ok")
    return Finding(number, "hunt", "changed", f"{found}, where its name says {name}")


def _given(read: Callable[[Name], Result | None], name: Name) -> tuple[Result | None, str]:
    """What `read` gives, or why it gives nothing."""
    try:
        return read(name), "is not there"
    except OSError as error:
        return None, f"cannot be read: {reason_of(error)}"


def _no_rows(number: int, run: RunRecord, reason: str) -> Finding:
    if run.rows_sha256:
        return Finding(number, "rows", "missing", f"the file of its {run.received:,} rows {reason}")
    if run.received:
        return Finding(number, "rows", "missing", f"{run.received:,} rows came, but none were kept")
    return Finding(number, "rows", "ok", "it has none")


def _rows(number: int, run: RunRecord, stream: BinaryIO) -> Iterator[Finding]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = _digest_of(stream)
    if found == run.rows_sha256:
        yield Finding(number, "rows", "ok")
    else:
        expected = run.rows_sha256 or "that there are none"
        yield Finding(number, "rows", "changed", f"{found}, where the description says {expected}")
    try:
        stream.seek(0)
        count = pq.ParquetFile(stream).metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        yield Finding(number, "row count", "changed", f"the file cannot be read: {error}")
        return
    if count == run.received:
        yield Finding(number, "row count", "ok")
    else:
        yield Finding(number, "row count", "changed", f"{count:,} rows, where the description says {run.received:,}")


def _digest_of(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _run(run: RunRecord) -> dict[str, Any]:
    return {
        "is": "run",
        "number": run.number,
        "hunt": run.hunt,
        "view": run.query.view,
        "kql_sha256": run.kql_sha256,
        "rows_sha256": run.rows_sha256,
        "rows": run.received,
        "outcome": str(run.outcome.state),
        "reason": run.outcome.reason,
        "window": [run.window.start, run.window.end, *(["late"] if run.window.late else [])],
        "scope": _filled(run.scope),
        "parameters": {name: packed(value) for name, value in run.values.items()},
        "workspace": run.workspace,
        "kind": run.kind,
        "author": run.author,
        "began": run.began,
    }


def _filled(item: Any) -> dict[str, Any]:
    found = {field.name: getattr(item, field.name) for field in fields(item)}
    return {name: value for name, value in found.items() if value is not None}


def _json(thing: Mapping[str, Any]) -> str:
    return json.dumps(_plain(thing), ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """`value` as JSON holds it."""
    match value:
        case str():
            return _SURROGATES.sub("\ufffd", value)
        case datetime():
            return datetime_text(value)
        case Mapping():
            return {_plain(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value
