"""Rows of the file that is being read, held aside in DuckDB until the file is known to be whole.

Nothing of a file reaches the workspace's tables before its last record was read: only then is its clock known, and
only then is it sure that the file is not cut off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from tui.evidence.tables import PROVENANCE, create_table, quote, visible_columns

BATCH = 10_000
"""Rows held in memory before they are handed to DuckDB."""

_SCHEMA = "staging"
_ARROW = {
    "int": pa.int32(),
    "long": pa.int64(),
    "real": pa.float64(),
    "bool": pa.bool_(),
    "datetime": pa.timestamp("us"),
}
_TEXT = ("string", "guid", "dynamic")
_PROVENANCE_KINDS = {
    "_File": "string",
    "_Record": "long",
    "_FileSha256": "string",
    "_Source": "string",
    "_TimeText": "string",
}
_EXTRA = {
    "_Utc": "datetime",
    "_Printed": "datetime",
    "_Received": "datetime",
    "_RowKey": "string",
    "_Undecided": "bool",
}
_SQL = {
    "int": "INTEGER",
    "long": "BIGINT",
    "real": "DOUBLE",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    **dict.fromkeys(_TEXT, "VARCHAR"),
}


class Staging:
    """The staged rows of one file at a time; `clear` forgets them."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        self._waiting: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._count = 0
        self._made: set[str] = set()
        self.time = "_Utc"
        """The SQL that tells a staged row's time in UTC."""
        connection.execute(f"ATTACH ':memory:' AS {_SCHEMA}")

    @property
    def tables(self) -> list[str]:
        """The tables that have staged rows."""
        return sorted(self._made)

    def add(self, table: str, row: dict[str, Any]) -> None:
        """Stages one row: columns of the table, of its provenance, and `_Utc`, `_Printed`, `_Received`, `_RowKey`
        and `_Undecided`."""
        self._waiting[table].append(row)
        self._count += 1
        if self._count >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Hands the rows in memory to DuckDB."""
        for table, rows in self._waiting.items():
            if rows:
                self._insert(table, rows)
        self._waiting.clear()
        self._count = 0

    def clear(self) -> None:
        """Forgets all staged rows."""
        self._waiting.clear()
        self._count = 0
        for table in self._made:
            self._connection.execute(f"DROP TABLE {staged(table)}")
        self._made.clear()

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        if table not in self._made:
            self._make(table)
        kinds = _kinds(table)
        names = sorted({name for row in rows for name in row})
        batch = pa.table({name: _array([row.get(name) for row in rows], kinds[name]) for name in names})
        self._connection.register("batch", batch)
        self._connection.execute(f"INSERT INTO {staged(table)} BY NAME SELECT * FROM batch")
        self._connection.unregister("batch")

    def _make(self, table: str) -> None:
        columns = ", ".join(f"{quote(name)} {_SQL[kind]}" for name, kind in _kinds(table).items())
        self._connection.execute(f"CREATE TABLE {staged(table)} ({columns})")
        self._made.add(table)

    def settle_times(self, offset: timedelta | None, hours: Mapping[datetime, timedelta], receipt: bool) -> None:
        """Fixes how times are told: UTC as the record says it, else the file's clock put right by `offset`.

        `hours` holds the hours with an offset of their own. Where the clock is not known (`offset` is None) the time of
        `receipt` counts before the clock as it stands.
        """
        micros = "0" if offset is None else str(offset // timedelta(microseconds=1))
        apart = [f"WHEN TIMESTAMP '{hour}' THEN {span // timedelta(microseconds=1)}" for hour, span in hours.items()]
        if apart:
            micros = f"CASE date_trunc('hour', _Printed) {' '.join(apart)} ELSE {micros} END"
        received = "_Received, " if receipt and offset is None else ""
        self.time = f"coalesce(_Utc, {received}_Printed + to_microseconds({micros}))"

    def move(self, table: str) -> int:
        """Adds the staged rows of `table` to the workspace's table, which is made if need be; gives their number."""
        create_table(self._connection, table)
        columns: list[str] = []
        for name, kind in {**visible_columns(table), **_PROVENANCE_KINDS}.items():
            value = quote(name)
            if name == "Timestamp":
                value = self.time
            elif name == "TimeGenerated" or (table, name) == ("DeviceProcessEvents", "ProcessCreationTime"):
                value = f"coalesce({value}, {self.time})"
            elif name == "ReportId" and kind == "long":
                value = f"coalesce({value}, {self._last_report_id(table)} + row_number() OVER ())"
            elif kind in _TEXT and name not in PROVENANCE:
                value = f"coalesce({value}, '')"
            columns.append(f"{value} AS {quote(name)}")
        moved = self._connection.execute(
            f"INSERT INTO {quote(table)} BY NAME SELECT {', '.join(columns)} FROM {staged(table)}"
        ).fetchone()
        return int(moved[0]) if moved else 0

    def _last_report_id(self, table: str) -> int:
        """The highest number so far, without what would leave no room for more."""
        both = f"SELECT ReportId FROM {quote(table)} UNION ALL SELECT ReportId FROM {staged(table)}"
        found = self._connection.execute(f"SELECT max(ReportId) FROM ({both}) WHERE ReportId < {2**62}").fetchone()
        return int(found[0] or 0) if found else 0


def present_tables(connection: DuckDBPyConnection) -> set[str]:
    """The tables that the workspace itself has, its own with `_` among them."""
    found = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")
    return {name for (name,) in found.fetchall()}


def staged(table: str) -> str:
    """The quoted name of the staged twin of `table`."""
    return f"{_SCHEMA}.{quote(table)}"


@cache
def _kinds(table: str) -> dict[str, str]:
    return {**visible_columns(table), **_PROVENANCE_KINDS, **_EXTRA}


def _array(values: list[Any], kind: str) -> pa.Array:
    if kind not in _TEXT:
        return pa.array(values, _ARROW[kind])
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if value is None else _whole_characters(value) for value in values], pa.string())


def _whole_characters(value: str) -> str:
    """`value` with halves of surrogate pairs, which no encoding can hold, shown as U+FFFD."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
