"""The folder of one session: `session.toml`, `runs/N.toml` with `runs/N.parquet`, `hunts`, `backup`, `damaged`, `lock`.

A run's rows are written first, then its description, then `session.toml`, which holds the digest of the description: what
`session.toml` names is there. A run that was written when the program was killed before `session.toml` is taken up again.
Nothing is ever deleted here but files that were never finished and runs that the session let go: what cannot be read goes
to `damaged`.

All functions wait for the disk and are meant for worker threads. What the disk refuses is raised as OSError.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tui.settings.files import (
    PARTIAL,
    Lock,
    UnsafeFileError,
    close_to_others,
    flush_folder,
    holder_of,
    own_folder,
    plain_folder,
    read_private,
    reason_of,
    write_private,
)
from tui.triage.records.documents import DocumentError, run_document, session_document
from tui.triage.records.model import FORMAT, RunRecord, SessionRecord
from tui.triage.records.reading import (
    LARGEST_TEXT,
    PREVIOUS,
    Contents,
    check_hunt_file,
    digest_of,
    highest_number,
    read_contents,
    read_run,
    read_session,
    sealed,
)
from tui.triage.records.toml import dumps

if TYPE_CHECKING:
    import pyarrow as pa

SESSION = "session.toml"
_BACKUPS = 5
_BACKUP_EVERY = timedelta(minutes=5)
_STAMP = "%Y%m%dT%H%M%SZ"
_FOLDERS = ("runs", "hunts", "backup")


class DamagedRowsError(ValueError):
    """Rows of a run that are not what was saved; they are kept in `damaged`."""


@dataclass
class SessionFolder:
    """One session's folder. `held` says who or what keeps it from being written; empty when this program may.

    `said` gathers what was found amiss while writing, for the analyst.
    """

    path: Path
    lock: Lock | None
    held: str = ""
    said: list[str] = field(default_factory=list)
    who: str = ""
    _written: str = ""

    @property
    def writable(self) -> bool:
        """Whether this program may write here."""
        return self.lock is not None and not self.held

    @classmethod
    def create(cls, path: Path, who: str) -> SessionFolder:
        """A new folder at `path`, locked by `who`; FileExistsError when there is one."""
        own_folder(path.parent)
        path.mkdir(mode=0o700)
        for name in _FOLDERS:
            own_folder(path / name)
        flush_folder(path.parent)
        return cls(path, Lock.take(path / "lock", who), who=who)

    @classmethod
    def open(cls, path: Path, who: str) -> tuple[SessionFolder, Contents]:
        """The folder at `path` with what could be read of it; read only when another holds it or it cannot be written.

        OSError when there is no such folder, or a link in its place.
        """
        plain_folder(path)
        folder = cls(path, None, who=who)
        try:
            own_folder(path)
            folder._take_lock()
        except OSError as error:
            folder.held = f"cannot be written: {_what(error, path)}"
        try:
            if folder.writable:
                folder._mend()
            contents = read_contents(path, folder.set_aside if folder.writable else None)
        except BaseException:
            folder.close()
            raise
        contents.problems[:0] = folder.said
        folder.said.clear()
        if contents.record.format > FORMAT:
            folder.held = folder.held or f"written by a newer huntdeck (form {contents.record.format})"
        folder._written = contents.digest
        return folder, contents

    def _take_lock(self) -> None:
        self.lock = Lock.take(self.path / "lock", self.who)
        if self.lock is None:
            self.held = f"open elsewhere: {holder_of(self.path / 'lock') or 'by another program'}"

    def _mend(self) -> None:
        """Removes files that were never finished, and takes from others the right to read."""
        for folder in (self.path, *(self.path / name for name in (*_FOLDERS, "damaged"))):
            try:
                left = [entry for entry in plain_folder(folder).iterdir() if entry.name.endswith(PARTIAL)]
                for partial in left:
                    if partial.name.startswith(".") and not partial.is_dir():
                        partial.unlink(missing_ok=True)
                mended = close_to_others(own_folder(folder))
            except (FileNotFoundError, UnsafeFileError):
                continue
            except OSError as error:
                self.said.append(f"not all is as it should be: {_what(error, self.path)}")
                continue
            if mended:
                self.said.append(f"others could read {', '.join(sorted(mended)[:5])}; now they cannot")

    def close(self) -> None:
        """Lets others open it."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None

    def write_run(self, record: RunRecord, source: str, batches: Iterable[pa.RecordBatch] | None) -> RunRecord:
        """Keeps a run with the text of its hunt and its rows; gives `record` with the digest of the rows."""
        self._must_be_writable()
        for name in ("runs", "hunts"):
            own_folder(self.path / name)
        self._write_hunt(self.path / "hunts" / record.hunt_file, source)
        self._make_place(record)
        if batches is not None:
            from tui.triage.records.rows_file import write_rows

            record = replace(record, rows_sha256=write_rows(self.rows_path(record.number), batches))
        write_private(self.run_path(record.number), sealed(dumps(run_document(record))))
        return record

    def _write_hunt(self, path: Path, source: str) -> None:
        try:
            check_hunt_file(path)
            return
        except FileNotFoundError:
            pass
        except (DocumentError, UnsafeFileError):
            self._say_aside(path, "it is not what was saved")
        write_private(path, source.encode())

    def _make_place(self, record: RunRecord) -> None:
        """Moves away a run that has the number of `record` but is another one: no run is ever written over."""
        path = self.run_path(record.number)
        if not os.path.lexists(path):
            return
        try:
            there = read_run(read_private(path, LARGEST_TEXT))
            same = (there.began, there.query.kql) == (record.began, record.query.kql)
        except (DocumentError, UnsafeFileError):
            same = False
        if not same:
            for one in (path, self.rows_path(record.number)):
                self._say_aside(one, "another run had its number")

    def _say_aside(self, path: Path, why: str) -> None:
        if kept := self.set_aside(path):
            self.said.append(f"{path.name}: {why}; it is kept as {kept}")

    def forget_run(self, number: int) -> None:
        """Deletes a run that `session.toml` does not name any more, the description first."""
        self._must_be_writable()
        for path in (self.run_path(number), self.rows_path(number)):
            path.unlink(missing_ok=True)
        flush_folder(self.path / "runs")

    def run_digest(self, number: int) -> str:
        """The digest of a run's description as it lies there."""
        return digest_of(read_private(self.run_path(number), LARGEST_TEXT))

    def next_number(self, record: SessionRecord) -> int:
        """A number that no run of this session has or had, lost ones included; `record` is the session's."""
        return highest_number(self.path, record) + 1

    def write_session(self, record: SessionRecord) -> None:
        """Puts `record` in the place of `session.toml`, of which backups are kept; one changed by hand is kept, too."""
        self._must_be_writable()
        target = self.path / SESSION
        before = self._current(target)
        if before is not None:
            self._keep_backup(target, before)
        elif self._written:
            self.said.append(f"{SESSION} was deleted by somebody else while it was open; it is written again")
        data = sealed(dumps(session_document(record)))
        write_private(target, data)
        self._written = digest_of(data)

    def _current(self, target: Path) -> bytes | None:
        try:
            return read_private(target, LARGEST_TEXT)
        except FileNotFoundError:
            return None
        except UnsafeFileError as error:
            self._say_aside(target, reason_of(error))
            self._written = ""
            return None

    def _keep_backup(self, target: Path, before: bytes) -> None:
        """Keeps what is about to be replaced: the last state always, one each few minutes, and any that is not ours."""
        backup = own_folder(self.path / "backup")
        now = datetime.now(UTC)
        if digest_of(before) != self._written:
            kept = f"{SESSION}.changed-{now:{_STAMP}}"
            write_private(backup / kept, before)
            self.said.append(
                f"{SESSION} was changed by somebody else while it was open; that one is kept as backup/{kept}"
            )
            return
        try:
            _link_over(target, backup / PREVIOUS)
        except OSError:  # not every file system gives a file two names
            write_private(backup / PREVIOUS, before)
        known = sorted(entry for entry in backup.iterdir() if entry.name.startswith(f"{SESSION}.2"))
        if known and known[-1].name > f"{SESSION}.{now - _BACKUP_EVERY:{_STAMP}}":
            return
        write_private(backup / f"{SESSION}.{now:{_STAMP}}", before)
        for old in known[: max(0, len(known) + 1 - _BACKUPS)]:
            old.unlink(missing_ok=True)

    def rows(self, record: RunRecord) -> pa.Table | None:
        """The rows of a run, None when it kept none; DamagedRowsError when they are not those that were saved."""
        if not record.rows_sha256:
            return None
        from tui.triage.records.rows_file import read_rows

        path = self.rows_path(record.number)
        try:
            return read_rows(path, record.rows_sha256)
        except (OSError, ValueError) as error:
            where = self._where_kept(path) if isinstance(error, ValueError | UnsafeFileError) else ""
            raise DamagedRowsError(
                f"the rows of run {record.number} cannot be read: {reason_of(error)}{where}"
            ) from None

    def _where_kept(self, path: Path) -> str:
        """Moves damaged rows away, where that is possible, and says where to."""
        try:
            kept = self.set_aside(path) if self.writable else ""
        except OSError:
            return ""
        return f"; they are kept as {kept}" if kept else ""

    def rows_path(self, number: int) -> Path:
        """Where the rows of a run lie."""
        return self.path / "runs" / f"{number}.parquet"

    def run_path(self, number: int) -> Path:
        """Where the description of a run lies."""
        return self.path / "runs" / f"{number}.toml"

    def set_aside(self, path: Path) -> str:
        """Moves what cannot be used into `damaged` under a name with the time; gives that, or nothing when it is not there."""
        if not os.path.lexists(path):
            return ""
        kept = own_folder(self.path / "damaged") / f"{path.name}.{datetime.now(UTC):{_STAMP}}"
        count = 1
        while os.path.lexists(kept):
            count += 1
            kept = kept.with_name(f"{path.name}.{datetime.now(UTC):{_STAMP}}-{count}")
        path.rename(kept)
        return f"damaged/{kept.name}"

    def _must_be_writable(self) -> None:
        """PermissionError when another holds the session, FileNotFoundError when its folder is gone."""
        if self.writable and self.lock is not None and not self.lock.in_place:
            self._take_again()
        if not self.writable:
            raise PermissionError(errno.EACCES, self.held or "is closed", str(self.path))

    def _take_again(self) -> None:
        """The lock's file is not the one that was locked: deleted, or the whole folder moved or replaced."""
        try:
            plain_folder(self.path)
        except FileNotFoundError:
            message = "the session's folder is gone: deleted or moved by somebody else"
            raise FileNotFoundError(errno.ENOENT, message, str(self.path)) from None
        if self.lock is not None:
            self.lock.release()
        self._take_lock()


def _link_over(source: Path, target: Path) -> None:
    """Has `target` be what `source` is now; done by a second name, since nothing is ever written into the file."""
    beside = target.with_name(f".{target.name}{PARTIAL}")
    beside.unlink(missing_ok=True)
    os.link(source, beside, follow_symlinks=False)
    beside.replace(target)
    flush_folder(target.parent)


def _what(error: OSError, folder: Path) -> str:
    """Why, and of which file in `folder` where it is of one."""
    name = os.path.relpath(str(error.filename), folder) if error.filename else "."
    return reason_of(error) if name == "." else f"{name}: {reason_of(error)}"


def session_in(path: Path) -> SessionRecord:
    """The session in the folder `path`, for lists: nothing is locked, moved or mended. DocumentError, OSError."""
    return read_session(read_private(path / SESSION, LARGEST_TEXT))


def hunt_file_of(hunt: str, source: str) -> str:
    """The name under which a session keeps a hunt: its id, as far as file names can hold it, and a digest of its text."""
    from tui.triage.records.names import slug

    return f"{slug(hunt)}-{hashlib.sha256(source.encode()).hexdigest()[:8]}.toml"
