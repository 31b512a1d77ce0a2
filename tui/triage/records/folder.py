"""The folder of one session: `session.toml`, `runs/N.toml` with `runs/N.parquet`, `hunts`, `backup`, `damaged`, `lock`.

A run's rows are written first, then its description, then `session.toml`, which holds the digest of the description: what
`session.toml` names is there. A run that was written when the program was killed before `session.toml` is taken up again.
Nothing is ever deleted here but files that were never finished: what cannot be read goes to `damaged`.

All functions wait for the disk and are meant for worker threads. What the disk refuses is raised as OSError.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tui.settings.files import PARTIAL, Lock, flush_folder, holder_of, own_folder, read_private, write_private
from tui.triage.records.documents import run_document, session_document
from tui.triage.records.model import FORMAT, RunRecord, SessionRecord
from tui.triage.records.reading import LARGEST_TEXT, Contents, digest_of, read_contents, read_session
from tui.triage.records.toml import dumps

if TYPE_CHECKING:
    import pyarrow as pa

SESSION = "session.toml"
_BACKUPS = 5
_BACKUP_EVERY = timedelta(minutes=5)
_STAMP = "%Y%m%dT%H%M%SZ"


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
        for name in ("runs", "hunts", "backup"):
            own_folder(path / name)
        flush_folder(path.parent)
        return cls(path, Lock.take(path / "lock", who))

    @classmethod
    def open(cls, path: Path, who: str) -> tuple[SessionFolder, Contents]:
        """The folder at `path` with what could be read of it; read only when another holds it or it cannot be written."""
        folder = cls(path, None)
        try:
            own_folder(path)
            folder.lock = Lock.take(path / "lock", who)
            if folder.lock is None:
                folder.held = f"open elsewhere: {holder_of(path / 'lock') or 'by another program'}"
        except OSError as error:
            folder.held = f"cannot be written: {error.strerror or error}"
        if folder.writable:
            folder._clear_partial()
        contents = read_contents(path, folder.set_aside if folder.writable else None)
        if contents.record.format > FORMAT:
            folder.held = folder.held or f"written by a newer huntdeck (form {contents.record.format})"
        folder._written = contents.digest
        return folder, contents

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
        hunt = self.path / "hunts" / record.hunt_file
        if not hunt.exists():
            write_private(hunt, source.encode())
        if batches is not None:
            from tui.triage.records.rows_file import write_rows

            record = replace(record, rows_sha256=write_rows(self.rows_path(record.number), batches))
        write_private(self.run_path(record.number), dumps(run_document(record)).encode())
        return record

    def run_digest(self, number: int) -> str:
        """The digest of a run's description as it lies there."""
        return digest_of(read_private(self.run_path(number), LARGEST_TEXT))

    def write_session(self, record: SessionRecord) -> None:
        """Puts `record` in the place of `session.toml`, of which backups are kept; one changed by hand is kept, too."""
        self._must_be_writable()
        target = self.path / SESSION
        before = self._current(target)
        if before is not None:
            self._keep_backup(before, changed=bool(self._written) and digest_of(before) != self._written)
        data = dumps(session_document(record)).encode()
        write_private(target, data)
        self._written = digest_of(data)

    def _current(self, target: Path) -> bytes | None:
        with contextlib.suppress(FileNotFoundError):
            return read_private(target, LARGEST_TEXT)
        return None

    def _keep_backup(self, before: bytes, changed: bool) -> None:
        backup = own_folder(self.path / "backup")
        now = datetime.now(UTC)
        if changed:
            kept = f"{SESSION}.changed-{now:{_STAMP}}"
            write_private(backup / kept, before)
            self.said.append(
                f"{SESSION} was changed by somebody else while it was open; that one is kept as backup/{kept}"
            )
            return
        known = sorted(backup.glob(f"{SESSION}.2*"))
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
            kept = self.set_aside(path) if self.writable else ""
            where = f"; they are kept as {kept}" if kept else ""
            raise DamagedRowsError(f"the rows of run {record.number} cannot be read: {error}{where}") from None

    def rows_path(self, number: int) -> Path:
        """Where the rows of a run lie."""
        return self.path / "runs" / f"{number}.parquet"

    def run_path(self, number: int) -> Path:
        """Where the description of a run lies."""
        return self.path / "runs" / f"{number}.toml"

    def set_aside(self, path: Path) -> str:
        """Moves what cannot be used into `damaged` under a name with the time; gives that, or nothing when it is not there."""
        if not path.exists() and not path.is_symlink():
            return ""
        kept = own_folder(self.path / "damaged") / f"{path.name}.{datetime.now(UTC):{_STAMP}}"
        count = 1
        while kept.exists():
            count += 1
            kept = kept.with_name(f"{path.name}.{datetime.now(UTC):{_STAMP}}-{count}")
        path.rename(kept)
        return f"damaged/{kept.name}"

    def _must_be_writable(self) -> None:
        if not self.writable:
            raise PermissionError(0, self.held or "is closed", str(self.path))

    def _clear_partial(self) -> None:
        for left in (*self.path.glob(f".*{PARTIAL}"), *self.path.glob(f"*/.*{PARTIAL}")):
            left.unlink(missing_ok=True)


def session_in(path: Path) -> SessionRecord:
    """The session in the folder `path`, for lists: nothing is locked, moved or mended. DocumentError, OSError."""
    return read_session(read_private(path / SESSION, LARGEST_TEXT))


def hunt_file_of(hunt: str, source: str) -> str:
    """The name under which a session keeps a hunt: its id, as far as file names can hold it, and a digest of its text."""
    from tui.triage.records.names import slug

    return f"{slug(hunt)}-{hashlib.sha256(source.encode()).hexdigest()[:8]}.toml"
