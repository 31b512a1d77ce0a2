"""The results store: the rows of every run, whichever workspace they came from, in one DuckDB database.

All methods wait for DuckDB and are meant for worker threads; all may be called from several threads at once.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from tui.results.bins import EPOCH, TimeBins, bin_length, bin_start
from tui.results.columns import (
    KQL_TYPE_KEY,
    ColumnInfo,
    column_infos,
    logical_schema,
    stored_schema,
    to_python,
    to_stored,
)
from tui.results.database import Database, Running, first_row
from tui.results.errors import ResultStoreError, ViewError
from tui.results.matching import HOWS, Hit, Wanted, hits, register
from tui.results.numbers import ColumnNumbers, numbers_of, numbers_sql
from tui.results.prepared import REFUSALS, PreparedView, StoredRows
from tui.results.view import Columns, RowView, condition, microseconds

ALL_ROWS = RowView()
_BAR_WIDTH = 20
"""Cells that the bar of the most frequent value takes."""


class ResultStore:
    """One database for the program: a file in a private directory under `directory`, or in memory when that is None."""

    def __init__(self, directory: Path | None) -> None:
        self._database = Database(directory)

    def open(self, schema: pa.Schema) -> Rows:
        """New, empty rows of `schema`; ValueError when two columns have one name."""
        stored = stored_schema(schema)
        rows = Rows(self._database, self._database.new_table_name(), schema)
        with self._database.cursor() as cursor:
            cursor.register("batch", stored.empty_table())
            cursor.execute(f"CREATE TABLE {rows.table} AS SELECT * FROM batch")
        return rows

    def load(self, table: pa.Table) -> Rows:
        """Rows that hold `table`."""
        rows = self.open(table.schema)
        for batch in table.to_batches():
            rows.append(batch)
        return rows

    def close(self) -> None:
        """Stop what is under way and remove the database; no Rows or PreparedView can be used after."""
        self._database.close()


class Rows:
    """The rows of one run, in the order they came."""

    def __init__(self, database: Database, table: str, schema: pa.Schema, count: int = 0) -> None:
        self.table = table
        self.columns: tuple[ColumnInfo, ...] = column_infos(schema)
        """Name and KQL type of each column, in order."""
        self.schema = logical_schema(schema)
        """The Arrow schema that rows come back with."""
        self._database = database
        self._columns = Columns(self.columns)
        self._stored = stored_schema(schema)
        self._running = Running()
        self._append_lock = threading.Lock()
        self._count = count

    @property
    def count(self) -> int:
        """Rows appended so far."""
        return self._count

    def append(self, batch: pa.RecordBatch) -> None:
        """Add `batch`, whose columns are those of the schema in order; it can be read when this returns.

        ValueError when it has another number of columns, ResultStoreError when there is no room for it.
        """
        if not batch.num_rows:
            return
        stored = to_stored(batch, self._stored)
        with self._append_lock:
            try:
                self._database.with_room(lambda: self._insert(stored))
            except duckdb.Error as error:
                raise ResultStoreError(str(error)) from error
            self._count += batch.num_rows

    def _insert(self, stored: pa.RecordBatch) -> None:
        with self._database.cursor() as cursor:
            cursor.register("batch", stored)
            cursor.execute(f"INSERT INTO {self.table} SELECT * FROM batch")

    def prepare(self, view: RowView = ALL_ROWS) -> PreparedView:
        """The rows of `view` among those appended so far. ViewError when it cannot be had, InterruptedByUserError."""
        rows = StoredRows(self._database, self.table, self._columns, self.schema, self._running, self._count)
        return PreparedView(rows, view)

    def matching(self, view: RowView, running: Running | None = None) -> int:
        """How many rows `view` would show; `running` can stop it. ViewError when it cannot be had, InterruptedByUserError."""
        where, parameters = condition(view, self._columns)
        statement = f"SELECT count(*) FROM {self.table} WHERE rowid < {self._count} AND ({where})"
        with self._database.cursor() as cursor, (running or self._running).watch(cursor):
            try:
                return int(first_row(cursor, statement, parameters)[0])
            except REFUSALS as error:
                raise ViewError(str(error).splitlines()[0]) from None

    def numbers(self, name: str, view: RowView = ALL_ROWS) -> ColumnNumbers:
        """What can be counted and added of the column `name` over the rows of `view`. ViewError, InterruptedByUserError."""
        where, parameters = condition(view, self._columns)
        selected = numbers_sql(self._columns.sql(name), self._columns.info(name))
        statement = f"SELECT {selected} FROM {self.table} WHERE rowid < {self._count} AND ({where})"
        with self._database.cursor() as cursor, self._running.watch(cursor):
            found = self._database.with_room(lambda: first_row(cursor, statement, parameters))
        return numbers_of(found, self._columns.info(name))

    def time_bins(self, name: str, most: int, view: RowView = ALL_ROWS) -> TimeBins | None:
        """The rows of `view` counted over the times in the column `name`, in at most `most` bins; None without a time.

        ViewError when the column holds no times, InterruptedByUserError.
        """
        if self._columns.info(name).kql_type != "datetime":
            raise ViewError(f"{name} holds no times")
        column = self._columns.sql(name)
        where, parameters = condition(view, self._columns)
        source = f"FROM {self.table} WHERE rowid < {self._count} AND ({where})"
        with self._database.cursor() as cursor, self._running.watch(cursor):
            limits = f"SELECT min({column}), max({column}), count(*) - count({column}) {source}"
            first, last, without = first_row(cursor, limits, parameters)
            if first is None:
                return None
            first, last = to_python(first, "datetime"), to_python(last, "datetime")
            step = bin_length(first, last, most)
            start = bin_start(first, step)
            length, origin = step // timedelta(microseconds=1), (start - EPOCH) // timedelta(microseconds=1)
            place = f"({microseconds(column, self._columns.info(name))} - ({origin})) // {length}"
            counted = cursor.execute(
                f"SELECT {place} AS place, count(*) {source} AND {column} IS NOT NULL GROUP BY place", parameters
            ).fetchall()
        counts = [0] * (1 + max(place for place, _ in counted))
        for place, count in counted:
            counts[place] = count
        return TimeBins(start, step, tuple(counts), without)

    def counts(self, name: str, most: int) -> list[tuple[str, int]]:
        """The values of the column `name` that are neither null nor empty, as text, each with its number of rows.

        At most `most`, the most frequent first. ViewError when there is no such column, InterruptedByUserError.
        """
        column = self._columns.sql(name)
        statement = (
            f"SELECT CAST({column} AS VARCHAR) AS value, count(*) AS n FROM {self.table} "
            f"WHERE rowid < {self._count} AND value <> '' GROUP BY value ORDER BY n DESC, value LIMIT {most}"
        )
        with self._database.cursor() as cursor, self._running.watch(cursor):
            return self._database.with_room(lambda: cursor.execute(statement).fetchall())

    def numbers_with(self, name: str, texts: Sequence[str]) -> tuple[int, ...]:
        """Which rows, by the order they came from 0, hold one of `texts` in the column `name`. Raises as `counts`."""
        column = self._columns.sql(name)
        statement = (
            f"SELECT rowid FROM {self.table} WHERE rowid < {self._count} "
            f"AND CAST({column} AS VARCHAR) IN (SELECT unnest(CAST(? AS VARCHAR[]))) ORDER BY rowid"
        )
        with self._database.cursor() as cursor, self._running.watch(cursor):
            found = self._database.with_room(lambda: cursor.execute(statement, [list(texts)]).fetchall())
        return tuple(number for (number,) in found)

    def matches(self, wanted: Sequence[Wanted], most: int) -> list[Hit]:
        """Which rows hold one of the texts `wanted`, at most `most` hits, column by column. InterruptedByUserError."""
        found: list[Hit] = []
        with self._database.cursor() as cursor, self._running.watch(cursor):
            self._database.with_room(lambda: register(cursor, wanted))
            for info in self.columns:
                if info.kql_type in ("string", "dynamic") and len(found) < most:
                    found += self._hits(cursor, info.name, most - len(found))
        return found

    def _hits(self, cursor: duckdb.DuckDBPyConnection, name: str, most: int) -> list[Hit]:
        rows = self._database.with_room(lambda: hits(cursor, self.table, self._columns.sql(name), self._count, most))
        return [Hit(row, name, number, HOWS[how]) for row, number, how in rows]

    def stack(self, names: Sequence[str], view: RowView = ALL_ROWS) -> Rows:
        """The distinct values of the columns `names` among the rows of `view`, as rows of their own.

        They have the columns `names`, then `Count`, `Percent` (of all rows of the view, 0 to 100) and `Bar` (Count
        drawn with block characters), the most frequent first and equally frequent ones in the order they first came.
        """
        where, parameters = condition(view, self._columns)
        places = [self._columns.position(name) for name in names]
        chosen = ", ".join(f"c{place} AS v{number}" for number, place in enumerate(places))
        values = ", ".join(f"v{number} AS c{number}" for number in range(len(places)))
        width = len(places)
        kept = f"rowid < {self._count} AND ({where})"
        query = (
            f"WITH shown AS (SELECT rowid AS came, {chosen} FROM {self.table} WHERE {kept}), "
            "counted AS MATERIALIZED (SELECT * EXCLUDE came, count(*) AS n, min(came) AS first FROM shown GROUP BY ALL), "
            "whole AS (SELECT sum(n) AS total, max(n) AS most FROM counted), "
            f"drawn AS (SELECT counted.*, 100.0 * n / total AS p, "
            f"CAST(greatest(1, round({_BAR_WIDTH * 8.0} * n / most)) AS INTEGER) AS e FROM counted, whole) "
            f"SELECT {values}, n AS c{width}, round(p, CASE WHEN p >= 1 THEN 1 ELSE 4 END) AS c{width + 1}, "
            f"repeat('█', e // 8) || CASE WHEN e % 8 = 0 THEN '' ELSE substr('▏▎▍▌▋▊▉', e % 8, 1) END AS c{width + 2} "
            "FROM drawn ORDER BY n DESC, first"
        )
        return self._derived(query, parameters, _stack_schema([self.schema.field(place) for place in places]))

    def _derived(self, query: str, parameters: list[object], schema: pa.Schema) -> Rows:
        table = self._database.new_table_name()
        with self._database.cursor() as cursor, self._running.watch(cursor):
            statement = f"CREATE TABLE {table} AS {query}"
            made = self._database.with_room(lambda: first_row(cursor, statement, parameters))
        return Rows(self._database, table, schema, int(made[0]))

    def interrupt(self) -> None:
        """Stop the sorting, searching and counting under way in these rows, from any thread."""
        self._running.interrupt()

    def drop(self) -> None:
        """Let go of the rows; neither they nor their views can be used after."""
        self.interrupt()
        with self._database.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self.table}")


def _stack_schema(fields: list[pa.Field]) -> pa.Schema:
    names = {field.name for field in fields}
    count, percent, bar = (_free_name(name, names) for name in ("Count", "Percent", "Bar"))
    counted = pa.field(count, pa.int64(), metadata={KQL_TYPE_KEY: b"long"})
    of_all = pa.field(percent, pa.float64(), metadata={KQL_TYPE_KEY: b"real"})
    return pa.schema([*fields, counted, of_all, pa.field(bar, pa.string(), metadata={KQL_TYPE_KEY: b"string"})])


def _free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
