"""Verdicts remembered across sessions, in one file of the analyst's data that several programs may write at once."""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui.kql.literals import LiteralError, parse_datetime, parse_timespan
from tui.settings.files import Lock, UnsafeFileError, holder_of, own_folder, read_private, reason_of, write_private
from tui.triage.findings import About, newest
from tui.triage.records.documents import DocumentError, verdict_document, verdict_of
from tui.triage.records.model import Verdict
from tui.triage.records.toml import dumps, loads

FORMAT = 1
"""The version of the file's form; a file of a later one is read, never written."""
SIZE_LIMIT = 64_000_000
PATIENCE = 10.0
"""Seconds to wait for another program that writes."""
_STEP = 0.02

UNTIL_CHANGED = "until changed"

TAKEN_BACK = "taken back"
"""The reason of what takes a verdict back."""


class VerdictError(OSError):
    """Verdicts that cannot be read or kept: says which file, and why."""

    def __str__(self) -> str:
        return str(self.args[0])


class VerdictStore:
    """The verdicts in the file at `path`, as they were when it was read last; None keeps them in memory only.

    Nothing is ever taken out of the file but what `remove` is given: of several verdicts about the same thing the newest
    counts, and the others are its history. `problem` says what was amiss with the file. `add` and `remove` wait for the
    disk and for other programs, so they are for worker threads.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.problem = ""
        self._verdicts: list[Verdict] = []
        self._newest: dict[About, Verdict] = {}
        self._lock = threading.Lock()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All of them, the oldest first."""
        return tuple(self._verdicts)

    def verdict_on(self, about: About) -> Verdict | None:
        """The newest verdict about `about`, whether it still holds or not."""
        return self._newest.get(about)

    def load(self) -> None:
        """Reads the file; what cannot be read is said in `problem`. What is damaged is kept aside before it is replaced."""
        if self.path is None or not _is_there(self.path):
            return
        try:
            document = self._document(self.path)
            if document is None:
                self._take(self._readable(self.path))
                with self._locked(self.path):
                    document = self._document_or_new(self.path)
        except OSError as error:
            self.problem = self.problem or f"verdicts of earlier sessions are not known: {_reason(error)}"
            return
        self._take(_verdicts_in(document)[0])

    def add(self, verdicts: Sequence[Verdict]) -> None:
        """Remembers `verdicts`; VerdictError when the file cannot be written, which then is as it was."""
        new = [verdict_document(verdict) for verdict in verdicts]
        self._change(lambda tables: [*tables, *(one for one in new if one not in tables)], verdicts)

    def remove(self, verdicts: Sequence[Verdict]) -> None:
        """Forgets exactly `verdicts`; VerdictError as `add`."""

        def left(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [table for table in tables if verdict_of(table) not in verdicts]

        self._change(left, (), verdicts)

    def settle(self) -> None:
        """Waits until what is being written is written."""
        if self._lock.acquire(timeout=PATIENCE):
            self._lock.release()

    def _change(
        self,
        change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
        said: Sequence[Verdict],
        unsaid: Sequence[Verdict] = (),
    ) -> None:
        """Puts what `change` makes of the verdicts in the file in their place; others may have written since."""
        if self.path is None:
            self._take([one for one in (*self._verdicts, *said) if one not in unsaid])
            return
        try:
            own_folder(self.path.parent)
            with self._locked(self.path):
                document = self._document_or_new(self.path)
                document["verdicts"] = change(list(document.get("verdicts", [])))
                write_private(self.path, dumps(document).encode())
        except OSError as error:
            raise VerdictError(f"not remembered beyond this session: {_reason(error)}") from None
        self._take(_verdicts_in(document)[0])

    def _locked(self, path: Path) -> _Held:
        """The right to write; VerdictError when another program keeps it for too long."""
        return _Held(path.with_name(f".{path.name}.lock"), self._lock)

    def _document(self, path: Path) -> dict[str, Any] | None:
        """What the file holds; None when it is damaged, which `problem` says. OSError when it cannot be read."""
        try:
            document = loads(read_private(path, SIZE_LIMIT).decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.problem = f"{path} is damaged: {error}"
            return None
        version = document.get("format")
        if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT:
            return document
        _, wrong = _verdicts_in(document)
        if version != FORMAT or wrong:
            self.problem = f"{path} is damaged: {wrong or f'its format is {version!r}'}"
            return None
        return document

    def _document_or_new(self, path: Path) -> dict[str, Any]:
        """What the file holds and may be written again. What can be read of a damaged one, after it was kept aside."""
        if not _is_there(path):
            return {"format": FORMAT, "verdicts": []}
        document = self._document(path)
        if document is not None:
            if document["format"] != FORMAT:
                raise VerdictError(f"{path} was written by a later version of huntdeck")
            return document
        readable = self._readable(path)
        aside = path.with_name(f"{path.stem}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}{path.suffix}")
        write_private(aside, read_private(path, SIZE_LIMIT))
        document = {"format": FORMAT, "verdicts": [verdict_document(verdict) for verdict in readable]}
        write_private(path, dumps(document).encode())
        self.problem += f"; it is kept as {aside.name}, and {len(readable)} verdicts could be read"
        return document

    def _readable(self, path: Path) -> list[Verdict]:
        try:
            return _verdicts_in(loads(read_private(path, SIZE_LIMIT).decode()))[0]
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return []

    def _take(self, verdicts: Sequence[Verdict]) -> None:
        found: dict[About, list[Verdict]] = {}
        for verdict in verdicts:
            found.setdefault(verdict.about, []).append(verdict)
        self._verdicts = list(verdicts)
        self._newest = {about: last for about, each in found.items() if (last := newest(each)) is not None}


class _Held:
    """A lock between programs and between the threads of this one."""

    def __init__(self, path: Path, here: threading.Lock) -> None:
        self._path, self._here = path, here
        self._lock: Lock | None = None

    def __enter__(self) -> None:
        end = time.monotonic() + PATIENCE
        self._here.acquire()
        try:
            while (lock := Lock.take(self._path, "huntdeck")) is None:
                if time.monotonic() > end:
                    raise VerdictError(f"{holder_of(self._path) or 'another program'} holds {self._path}")
                time.sleep(_STEP)
        except BaseException:
            self._here.release()
            raise
        self._lock = lock

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()
        self._here.release()


def until_of(text: str, now: datetime) -> datetime | None:
    """When a verdict ends: a span from `now` such as `30d`, or a time after it; None for `until changed`. LiteralError."""
    words = text.strip()
    if words.lower() == UNTIL_CHANGED:
        return None
    try:
        return now + parse_timespan(words)
    except (LiteralError, OverflowError):
        pass
    try:
        moment = parse_datetime(words)
    except LiteralError as error:
        expected = f"expected a span such as 30d, a date such as 2026-12-14, or {UNTIL_CHANGED}; {error}"
        raise LiteralError(expected if words[:1].isdecimal() and "-" in words else expected.partition(";")[0]) from None
    if moment <= now:
        raise LiteralError(f"{words} is not in the future")
    return moment


def taken_back(verdict: Verdict, author: str, at: datetime) -> Verdict:
    """What takes `verdict` back: the same, said at `at` and ended there. It stays in the history like any other."""
    return replace(verdict, author=author, at=at, until=at, reason=TAKEN_BACK)


def is_taken_back(verdict: Verdict) -> bool:
    """Whether it never held: it takes back what was said before."""
    return verdict.until is not None and verdict.until <= verdict.at


def _verdicts_in(document: Mapping[str, Any]) -> tuple[list[Verdict], str]:
    """The verdicts of `document` that can be read, and what is wrong with the first that cannot."""
    tables = document.get("verdicts", [])
    if not isinstance(tables, list):
        return [], "its verdicts are no list"
    found, wrong = [], ""
    for number, table in enumerate(tables, 1):
        try:
            if not isinstance(table, dict):
                raise DocumentError("it is no table")
            found.append(verdict_of(table))
        except DocumentError as error:
            wrong = wrong or f"verdict {number}: {error}"
    return found, wrong


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _reason(error: OSError) -> str:
    """Why, and of which file."""
    if isinstance(error, VerdictError):
        return str(error)
    if isinstance(error, UnsafeFileError) or error.filename:
        return f"{error.filename}: {error.strerror}"
    return reason_of(error)
