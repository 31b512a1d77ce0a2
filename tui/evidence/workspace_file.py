"""The file of an evidence workspace while it is written: one writer, built aside, put in place at once."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from tui.evidence.errors import EvidenceImportError
from tui.evidence.tables import quote
from tui.settings.paths import make_private

_BUILD = "workspace.duckdb"
_MEMORY = "512MB"
"""What DuckDB may hold in memory; beyond it, it uses the folder it builds in."""

_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS _meta (key VARCHAR PRIMARY KEY, value VARCHAR);
CREATE TABLE IF NOT EXISTS _imports (
    Sha256 VARCHAR, Name VARCHAR, ImportedAt TIMESTAMP, Layout VARCHAR, Records BIGINT, Clock VARCHAR);
CREATE TABLE IF NOT EXISTS _aliases (alias VARCHAR, DeviceId VARCHAR);
CREATE TABLE IF NOT EXISTS _log_cleared (DeviceId VARCHAR, Timestamp TIMESTAMP);
"""


@contextmanager
def writing(workspace: Path) -> Iterator[Path]:
    """Holds the workspace's lock and gives a folder beside it, private and gone afterwards, to build in.

    EvidenceImportError when another import is writing, or the place cannot be written to.
    """
    with _locked(workspace):
        prefix = f".{workspace.name}.import-"
        for left_over in workspace.parent.glob(f"{prefix}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=workspace.parent, ignore_cleanup_errors=True) as folder:
            yield Path(folder)


@contextmanager
def _locked(workspace: Path) -> Iterator[None]:
    path = workspace.with_name(f"{workspace.name}.lock")
    try:
        if not workspace.parent.is_dir():
            make_private(workspace.parent)
        while True:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The one who held it may have taken the file away since it was opened here: then it locks nothing.
                if path.exists() and os.path.samestat(os.fstat(lock), path.stat()):
                    break
            except BlockingIOError as error:
                os.close(lock)
                raise EvidenceImportError(f"another import is writing to {workspace}") from error
            os.close(lock)
    except OSError as error:
        raise EvidenceImportError(f"{workspace.parent} cannot be written to: {error.strerror}") from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def open_copy(workspace: Path, folder: Path) -> DuckDBPyConnection:
    """A connection to a copy of `workspace` in `folder`, or to a new file there.

    EvidenceImportError when the file is no evidence workspace.
    """
    build = folder / _BUILD
    for ending in ("", ".wal"):
        part = workspace.with_name(workspace.name + ending)
        if part.exists():
            shutil.copyfile(part, build.with_name(build.name + ending))
    try:
        connection = duckdb.connect(str(build))
    except duckdb.Error as error:
        raise EvidenceImportError(f"{workspace} is no evidence workspace: {_first_line(error)}") from error
    try:
        build.chmod(0o600)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute(_OWN_TABLES)
        kind = connection.execute("SELECT value FROM _meta WHERE key = 'kind'").fetchone()
        if kind is not None and kind[0] != "evidence":
            raise EvidenceImportError(f"{workspace} holds {kind[0]} data, not evidence: import into another workspace")
        if kind is None:
            connection.execute("INSERT INTO _meta VALUES ('kind', 'evidence')")
    except duckdb.Error as error:
        connection.close()
        raise EvidenceImportError(f"{workspace} is no evidence workspace: {_first_line(error)}") from error
    except EvidenceImportError:
        connection.close()
        raise
    return connection


def put_in_place(folder: Path, workspace: Path) -> None:
    """Makes what was built (its connection closed) the workspace, safely on disk."""
    build = folder / _BUILD
    build.chmod(0o600)
    with build.open("rb+") as stream:
        os.fsync(stream.fileno())
    build.replace(workspace)
    with suppress(FileNotFoundError):
        workspace.with_name(f"{workspace.name}.wal").unlink()
    directory = os.open(workspace.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """Makes what is written to the workspace's tables one step."""
    connection.execute("BEGIN")
    yield
    connection.execute("COMMIT")


def earlier_import(connection: DuckDBPyConnection, sha256: str) -> str:
    """Which import brought this content, in words; '' for none."""
    found = connection.execute("SELECT Name, ImportedAt FROM _imports WHERE Sha256 = ?", [sha256]).fetchone()
    return "" if found is None else f"the same content came as {found[0]} on {found[1]:%Y-%m-%d %H:%M}Z"


def note_import(connection: DuckDBPyConnection, sha256: str, name: str, layout: str, records: int, clock: str) -> None:
    """Notes that this content is in the workspace."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    connection.execute("INSERT INTO _imports VALUES (?, ?, ?, ?, ?, ?)", [sha256, name, now, layout, records, clock])


def note_devices(connection: DuckDBPyConnection) -> None:
    """Fills `_aliases` (each device by its id, its name and its short name, in lower case) and `_log_cleared`."""
    columns = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE database_name = current_database() GROUP BY 1"
    ).fetchall()
    named = [
        f"SELECT DISTINCT if(DeviceId = '', lower(DeviceName), DeviceId) AS id, lower(DeviceName) AS name FROM {quote(table)}"
        for table, names in columns
        if not table.startswith("_") and {"DeviceId", "DeviceName"} <= set(names)
    ]
    named += [
        f"SELECT DISTINCT lower(Computer), lower(Computer) FROM {quote(table)}"
        for table, names in columns
        if not table.startswith("_") and "Computer" in names
    ]
    connection.execute("DELETE FROM _aliases")
    if named:
        connection.execute(f"""
            INSERT INTO _aliases SELECT DISTINCT unnest([lower(id), name, short]) AS alias, id
            FROM (SELECT id, name, if(regexp_matches(name, '[a-z]'), split_part(name, '.', 1), name) AS short
                  FROM ({" UNION ".join(named)}) AS device (id, name)) WHERE id <> '' ORDER BY ALL""")
        connection.execute("DELETE FROM _aliases WHERE alias = ''")
    connection.execute("DELETE FROM _log_cleared")
    if "DeviceEvents" in {table for table, _ in columns}:
        connection.execute("""
            INSERT INTO _log_cleared SELECT DISTINCT if(DeviceId = '', lower(DeviceName), DeviceId), Timestamp
            FROM DeviceEvents WHERE ActionType = 'SecurityLogCleared' AND Timestamp IS NOT NULL ORDER BY ALL""")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
