"""A session's folder as it is found: what can be read, and what was done about the rest."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

from tui.settings.files import read_private
from tui.triage.records.documents import DocumentError, run_of, session_of
from tui.triage.records.model import RunRecord, SessionRecord
from tui.triage.records.toml import loads

LARGEST_TEXT = 64 * 2**20
_RUN_FILE = re.compile(r"(\d{1,9})\.toml\Z")
_IDENTITY = re.compile(r"-([0-9a-f]{8})\Z")

SetAside = Callable[[Path], str]
"""Moves a file away and says where it is now."""


@dataclass
class Contents:
    """A session with its runs by number, and what was amiss, in words. `digest` is that of `session.toml` as it lies there."""

    record: SessionRecord
    runs: dict[int, RunRecord] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    digest: str = ""


def digest_of(data: bytes) -> str:
    """The SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def read_session(data: bytes) -> SessionRecord:
    """The session in the bytes of a `session.toml`; DocumentError says what is wrong and where."""
    return session_of(_table(data))


def read_run(data: bytes) -> RunRecord:
    """The run in the bytes of a description; DocumentError says what is wrong and where."""
    return run_of(_table(data))


def _table(data: bytes) -> dict[str, object]:
    try:
        return loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DocumentError("not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"not TOML: {error}") from None


def read_contents(path: Path, set_aside: SetAside | None) -> Contents:
    """The session in the folder `path`. What cannot be read is moved by `set_aside`, unless that is None, and reported."""
    problems: list[str] = []
    record, digest = _session(path, set_aside, problems)
    contents = Contents(record, problems=problems, digest=digest)
    for number in sorted({*_numbers(path), *record.runs}):
        _take_run(contents, path, number, set_aside)
    # A step needs its run, and those before it; a mark without its run still holds what the row was.
    trail = tuple(takewhile(lambda step: step.run in contents.runs, record.trail))
    contents.record = replace(contents.record, trail=trail)
    return contents


def _session(path: Path, set_aside: SetAside | None, problems: list[str]) -> tuple[SessionRecord, str]:
    """`session.toml`, else the newest backup that can be read, else a session made up from the runs."""
    target = path / "session.toml"
    try:
        data = read_private(target, LARGEST_TEXT)
        return read_session(data), digest_of(data)
    except (OSError, DocumentError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        kept = set_aside(target) if set_aside is not None else ""
    where = f" (kept as {kept})" if kept else ""
    for backup in sorted((path / "backup").glob("session.toml.2*"), reverse=True):
        try:
            record = read_session(read_private(backup, LARGEST_TEXT))
        except (OSError, DocumentError):
            continue
        problems.append(f"session.toml cannot be read: {reason}{where}; the state of {record.saved:%H:%M:%S}Z is used")
        return record, ""
    problems.append(f"session.toml cannot be read: {reason}{where}; there is no backup, so only the runs are here")
    return _made_up(path), ""


def _made_up(path: Path) -> SessionRecord:
    """A session of the folder's own name; its workspace and window are those of the last run that can be read."""
    identity = match.group(1) if (match := _IDENTITY.search(path.name)) else "00000000"
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    record = SessionRecord(identity, path.name.removesuffix(f"-{identity}"), "", "evidence", "", moment, moment)
    for number in sorted(_numbers(path), reverse=True):
        try:
            run = read_run(read_private(path / "runs" / f"{number}.toml", LARGEST_TEXT))
        except (OSError, DocumentError):
            continue
        return replace(
            record, workspace=run.workspace, kind=run.kind, window=run.window, scope=run.scope, author=run.author
        )
    return record


def _numbers(path: Path) -> list[int]:
    found = (_RUN_FILE.match(entry.name) for entry in (path / "runs").glob("*.toml"))
    return [int(match.group(1)) for match in found if match]


def _take_run(contents: Contents, path: Path, number: int, set_aside: SetAside | None) -> None:
    """Reads run `number`; one whose description is not the saved one, or cannot be read, is left out and reported."""
    target = path / "runs" / f"{number}.toml"
    try:
        data = read_private(target, LARGEST_TEXT)
        expected = contents.record.runs.get(number)
        if expected is not None and digest_of(data) != expected:
            raise DocumentError("it is not the one that was saved (its SHA-256 differs)")
        run = read_run(data)
        if run.number != number:
            raise DocumentError(f"it says that it is run {run.number}")
    except (OSError, DocumentError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        kept = set_aside(target) if set_aside is not None else ""
        contents.problems.append(f"run {number} is left out: {reason}" + (f" (kept as {kept})" if kept else ""))
        return
    contents.runs[number] = run
