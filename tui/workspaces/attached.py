"""A file of evidence, open for reading: its tables without their provenance, and no way to any other file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tui.evidence.tables import PROVENANCE, quote
from tui.kql.schema import evidence_schema
from tui.workspaces.translation import Translator

Stamp = tuple[int, int, int, int]
"""What tells one state of a file from another: device, inode, size, time of change in nanoseconds."""


@dataclass(frozen=True)
class Attached:
    """The file as it was when it was opened; one that takes its place later is not this one."""

    connection: duckdb.DuckDBPyConnection
    schema: dict[str, dict[str, str]]
    translator: Translator
    stamp: Stamp | None

    @classmethod
    def open(cls, path: Path) -> Attached:
        """The file at `path`; duckdb.Error when it is none of evidence."""
        stamp = _stamp(path)
        connection = duckdb.connect(":memory:")
        try:
            run = connection.execute
            run("SET GLOBAL TimeZone = 'UTC'")
            run(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS evidence (READ_ONLY)")
            schema = _schema(connection)
            for table, columns in schema.items():
                shown = ", ".join(quote(name) for name in columns)
                run(f"CREATE VIEW {quote(table)} AS SELECT {shown} FROM evidence.{quote(table)}")
            run("SET GLOBAL enable_external_access = false")
            run("SET GLOBAL lock_configuration = true")
        except BaseException:
            connection.close()
            raise
        return cls(connection, schema, Translator(schema), stamp)

    def is_replaced(self, path: Path) -> bool:
        """Whether another file lies at `path` now; one that is gone replaces nothing."""
        now = _stamp(path)
        return now is not None and now != self.stamp

    def close(self) -> None:
        """Lets go of the file, once the queries under way on it have ended."""
        with suppress(duckdb.Error):
            self.connection.close()


def _schema(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The tables with their columns and KQL types, without provenance."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = 'evidence' AND schema_name = 'main' ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column in rows:
        if not table.startswith("_") and column not in PROVENANCE:
            found.setdefault(table, {})[column] = evidence_schema().get(table, {}).get(column, "string")
    return found


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
