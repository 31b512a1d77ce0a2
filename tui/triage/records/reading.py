"""A session's folder as it is found: what can be read, and what was done about the rest."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeVar

from tui.kql.dialects import KINDS
from tui.settings.files import UnsafeFileError, plain_folder, read_private, reason_of
from tui.settings.toml_lines import find_line, key_lines
from tui.triage.records.documents import DocumentError, run_of, session_of
from tui.triage.records.model import FORMAT, RunRecord, SessionRecord
from tui.triage.records.toml import loads

LARGEST_TEXT = 64 * 2**20
PREVIOUS = "session.toml.previous"
"""The backup of the last state but one."""

_RUN_FILE = re.compile(r"([1-9]\d{0,8})\.(?:toml|parquet)\Z", re.ASCII)
_IDENTITY = re.compile(r"-([0-9a-f]{8})\Z", re.ASCII)
_SEAL = re.compile(rb"(?s)(.*)# SHA-256 of the text above: ([0-9a-f]{64})\n\Z")
_TEXTS = re.compile(r""""(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_DEEP = re.compile(r"""(?<![\w"'-])(?:[\w"'-]+[ \t]*\.[ \t]*){40}""")
"""A key of so many parts as no file has: reading it takes time with their square."""
_FAULTS = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)
"""What reading a document may stumble over that is wrong in ways nobody thought of."""

_OTHER = "it is not the one that was saved (its SHA-256 differs)"

SetAside = Callable[[Path], str]
"""Moves a file away and says where it is now."""
Record = TypeVar("Record")


@dataclass
class Contents:
    """A session with its runs by number, and what was amiss, in words. `digest` is that of `session.toml` as it lies there;
    `as_saved` says whether it is as this program wrote it, so that what it says of the runs counts."""

    record: SessionRecord
    runs: dict[int, RunRecord] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    digest: str = ""
    as_saved: bool = True


def digest_of(data: bytes) -> str:
    """The SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def sealed(text: str) -> bytes:
    """`text` with a last line, a comment, that holds its digest, so that a change by hand or by damage is noticed."""
    data = text.encode()
    return data + f"# SHA-256 of the text above: {digest_of(data)}\n".encode()


def is_sealed(data: bytes) -> bool:
    """Whether `data` is as `sealed` made it."""
    match = _SEAL.match(data)
    return match is not None and digest_of(match[1]) == match[2].decode()


def read_session(data: bytes) -> SessionRecord:
    """The session in the bytes of a `session.toml`; DocumentError says what is wrong and in which line."""
    return _read(data, _known_session)


def _known_session(document: Mapping[str, Any]) -> SessionRecord:
    """The session in `document`, of a kind of workspace that there is, unless a later version wrote it."""
    record = session_of(document)
    if record.kind not in KINDS and record.format <= FORMAT:
        raise DocumentError(f"kind: expected one of {', '.join(KINDS)}, found {record.kind!r}")
    return record


def read_run(data: bytes) -> RunRecord:
    """The run in the bytes of a description; DocumentError says what is wrong and in which line."""
    return _read(data, run_of)


def check_keys(text: str) -> None:
    """DocumentError for a TOML text that would take very long to read."""
    if match := _DEEP.search(_TEXTS.sub('""', text)):
        raise DocumentError(f"a key has more than 40 parts: {match[0][:40]}")


def _read(data: bytes, convert: Callable[[Mapping[str, Any]], Record]) -> Record:
    try:
        text = data.decode("utf-8-sig")
        check_keys(text)
        document = loads(text)
    except DocumentError:
        raise
    except UnicodeDecodeError:
        raise DocumentError("not UTF-8 text") from None
    except RecursionError:
        raise DocumentError("not TOML: nested too deep") from None
    except ValueError as error:
        raise DocumentError(f"not TOML: {error}") from None
    try:
        return convert(document)
    except DocumentError as error:
        line = _line_of(str(error).partition(":")[0], text, document, convert)
        raise DocumentError(f"{error} (line {line})" if line else str(error)) from None
    except _FAULTS as error:
        raise DocumentError(f"it holds what it cannot hold: {type(error).__name__}: {error}") from None


def _line_of(key: str, text: str, document: Mapping[str, Any], convert: Callable[[Mapping[str, Any]], object]) -> int:
    """The line of `key`; where that is one of several tables of a name, of the first that is wrong. 0 when not known."""
    lines = key_lines(text)
    top, _, rest = key.partition(".")
    several = document.get(top)
    for number, one in enumerate(several if isinstance(several, list) else (), 1):
        try:
            convert({**document, top: [one]})
        except DocumentError:
            return find_line(lines, f"{top}.{number}.{rest}")
        except _FAULTS:
            break
    return find_line(lines, key)


def read_contents(path: Path, set_aside: SetAside | None) -> Contents:
    """The session in the folder `path`. What cannot be read is moved by `set_aside`, unless that is None, and reported.

    What the disk refuses to give for now stays where it is. UnsafeFileError and OSError when `path` is no folder.
    """
    plain_folder(path)
    problems: list[str] = []
    aside = _Aside(set_aside, problems)
    for name in ("runs", "hunts", "backup"):
        _check_folder(path / name, aside)
    contents = _session(path, aside)
    record = contents.record
    for number in sorted({*_numbers(path, "toml"), *record.runs}):
        _take_run(contents, path, number, aside)
    _check_parts(contents, path, aside)
    # A step needs its run, and those before it; a mark without its run still holds what the row was.
    trail = tuple(takewhile(lambda step: step.run in contents.runs, record.trail))
    contents.record = replace(contents.record, trail=trail)
    return contents


def highest_number(path: Path, record: SessionRecord) -> int:
    """The highest number that a run of the session in the folder `path` has or had: a new one is higher."""
    known = (*_numbers(path, "toml"), *_numbers(path, "parquet"), *record.runs, *(mark.run for mark in record.marks))
    return max(known, default=0)


@dataclass(frozen=True)
class _Aside:
    """Moves away what is damaged, when it may; gives ` (kept as ...)`."""

    move: SetAside | None
    problems: list[str]

    def __call__(self, target: Path, error: Exception) -> str:
        damaged = isinstance(error, DocumentError | UnsafeFileError)
        if self.move is None or not damaged:
            return ""
        try:
            kept = self.move(target)
        except OSError as refused:
            return f" (it stays where it is: {reason_of(refused)})"
        return f" (kept as {kept})" if kept else ""


def _check_folder(folder: Path, aside: _Aside) -> None:
    try:
        plain_folder(folder)
    except UnsafeFileError as error:
        aside.problems.append(f"{folder.name} {reason_of(error)}{aside(folder, error)}")
    except FileNotFoundError:
        pass
    except OSError as error:
        aside.problems.append(f"{folder.name} cannot be read: {reason_of(error)}")


def _session(path: Path, aside: _Aside) -> Contents:
    """`session.toml`, else the newest backup that can be read, else a session made up from the runs; without runs."""
    target, problems = path / "session.toml", aside.problems
    try:
        data = read_private(target, LARGEST_TEXT)
        record = read_session(data)
    except (OSError, DocumentError) as error:
        reason, where = reason_of(error), aside(target, error)
    else:
        if not is_sealed(data):
            problems.append(
                "session.toml is not as huntdeck saved it: changed by hand, or damaged; it is used as it is"
            )
        return Contents(record, problems=problems, digest=digest_of(data), as_saved=is_sealed(data))
    for backup in _backups(path):
        try:
            data = read_private(backup, LARGEST_TEXT)
            record = read_session(data)
        except (OSError, DocumentError):
            continue
        state = f"the state of {record.saved:%Y-%m-%d %H:%M:%S}Z is used"
        problems.append(f"session.toml cannot be read: {reason}{where}; {state}")
        return Contents(record, problems=problems, as_saved=is_sealed(data))
    problems.append(f"session.toml cannot be read: {reason}{where}; there is no backup, so only the runs are here")
    return Contents(_made_up(path), problems=problems)


def _backups(path: Path) -> list[Path]:
    """The backups of `session.toml`, the newest first."""
    folder = path / "backup"
    names = [name for name in _names_in(folder) if name.startswith("session.toml.2")]
    return [folder / PREVIOUS, *(folder / name for name in sorted(names, reverse=True))]


def _made_up(path: Path) -> SessionRecord:
    """A session of the folder's own name; its workspace and window are those of the last run that can be read."""
    identity = match.group(1) if (match := _IDENTITY.search(path.name)) else "00000000"
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    record = SessionRecord(identity, path.name.removesuffix(f"-{identity}"), "", "evidence", "", moment, moment)
    for number in sorted(_numbers(path, "toml"), reverse=True):
        try:
            run = read_run(read_private(path / "runs" / f"{number}.toml", LARGEST_TEXT))
        except (OSError, DocumentError):
            continue
        return replace(
            record, workspace=run.workspace, kind=run.kind, window=run.window, scope=run.scope, author=run.author
        )
    return record


def _numbers(path: Path, ending: str) -> list[int]:
    found = (_RUN_FILE.match(name) for name in _names_in(path / "runs") if name.endswith(f".{ending}"))
    return [int(match.group(1)) for match in found if match]


def _names_in(folder: Path) -> list[str]:
    """The names in `folder`; none where it is a link, no folder, or cannot be read."""
    try:
        return [entry.name for entry in plain_folder(folder).iterdir()]
    except OSError:
        return []


def _take_run(contents: Contents, path: Path, number: int, aside: _Aside) -> None:
    """Reads run `number`; one whose description is not the saved one, or cannot be read, is left out and reported."""
    target = path / "runs" / f"{number}.toml"
    try:
        plain_folder(target.parent)
        data = read_private(target, LARGEST_TEXT)
        expected = contents.record.runs.get(number, digest_of(data))
        if digest_of(data) != expected and (contents.as_saved or not is_sealed(data)):
            raise DocumentError(_OTHER)
        run = read_run(data)
        if number not in contents.record.runs and not is_sealed(data):
            raise DocumentError(_OTHER)
        if run.number != number:
            raise DocumentError(f"it says that it is run {run.number}")
        if run.hunt_file != Path(run.hunt_file).name or run.hunt_file.startswith("."):
            raise DocumentError(f"its hunt cannot be the file {run.hunt_file!r}")
    except (OSError, DocumentError) as error:
        contents.problems.append(f"run {number} is left out: {reason_of(error)}{aside(target, error)}")
        aside(target.with_suffix(".parquet"), error)
        return
    contents.runs[number] = run


def _check_parts(contents: Contents, path: Path, aside: _Aside) -> None:
    """Reports hunts that are not as they were run, and rows that are not there; rows are checked when they are read."""
    for number, run in contents.runs.items():
        if run.rows_sha256 and not os.path.lexists(path / "runs" / f"{number}.parquet"):
            contents.problems.append(f"the rows of run {number} are not there")
    for name in sorted({run.hunt_file for run in contents.runs.values()}):
        target = path / "hunts" / name
        try:
            check_hunt_file(target)
        except (OSError, DocumentError) as error:
            runs = ", ".join(_runs_of(contents, name))
            contents.problems.append(f"the hunt of run {runs} cannot be used: {reason_of(error)}{aside(target, error)}")


def _runs_of(contents: Contents, hunt_file: str) -> Iterator[str]:
    return (str(number) for number, run in contents.runs.items() if run.hunt_file == hunt_file)


def check_hunt_file(path: Path) -> str:
    """The text of the hunt kept at `path`; DocumentError when it is not the one its name has the digest of, OSError."""
    plain_folder(path.parent)
    data = read_private(path, LARGEST_TEXT)
    if not path.name.endswith(f"-{digest_of(data)[:8]}.toml"):
        raise DocumentError(_OTHER)
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise DocumentError("not UTF-8 text") from None
