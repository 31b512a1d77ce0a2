"""A view of rows made ready: its rows in order, read by page, searched and exported."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from tui.kql.arrow_times import nanoseconds_hold, told_to_fit
from tui.results.columns import from_python, to_logical, to_python
from tui.results.database import Database, Running, first_row
from tui.results.errors import ViewError
from tui.results.view import Columns, RowView, condition, search_condition

BATCH_ROWS = 65_536
"""Rows of one batch of an export."""
_FIRST_SEARCH = 8_192
_SAMPLE_ROWS = 65_536
_FEW_VALUES = 8_192
_FIRST_COMPARED = 200

REFUSALS = (
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.BinderException,
    duckdb.OutOfRangeException,
)
"""What the engine says of a view that cannot be had."""


@dataclass(frozen=True)
class StoredRows:
    """Where rows lie: `count` of them in `table`, the columns named by position."""

    database: Database
    table: str
    columns: Columns
    schema: pa.Schema
    running: Running
    count: int


class PreparedView:
    """The rows of a view, as they were when it was prepared. Positions count from 0 in the view's order.

    Without order and filter this is free; else the places of its rows are kept in a temporary table of a connection of
    its own, which goes with `close` or with the object.
    """

    def __init__(self, rows: StoredRows, view: RowView) -> None:
        self.view = view
        self.columns = rows.columns.infos
        """Name and KQL type of each column, in the order `page` gives them."""
        self._rows = rows
        self._lock = threading.Lock()
        self._cursor = rows.database.open_cursor()
        self._indexed = bool(view.sort) or view.chooses
        self.count = rows.count
        """Rows in the view."""
        if self._indexed:
            try:
                self.count = self._build()
            except BaseException:
                self._cursor.close()
                raise

    def _build(self) -> int:
        with self._rows.running.watch(self._cursor):
            query, parameters = self._index_query()
            statement = f"CREATE OR REPLACE TEMP TABLE positions AS {query}"
            try:
                made = self._rows.database.with_room(lambda: first_row(self._cursor, statement, parameters))
            except REFUSALS as error:
                raise ViewError(str(error).splitlines()[0]) from None
        return int(made[0])

    def _index_query(self) -> tuple[str, list[Any]]:
        where, parameters = condition(self.view, self._rows.columns)
        limits = f"WHERE rowid < {self._rows.count}"
        codes, joins, order = [], [], []
        for number, (name, descending) in enumerate(self.view.sort):
            column = self._rows.columns.sql(name)
            key = f"t.{column}"
            if self._has_few_values(name, column):
                # Sorting numbers is several times faster than sorting texts with long common beginnings.
                distinct = f"SELECT DISTINCT {column} AS value FROM {self._rows.table} {limits}"
                codes.append(
                    f"k{number} AS (SELECT value, row_number() OVER (ORDER BY value) AS code FROM ({distinct}))"
                )
                joins.append(f"LEFT JOIN k{number} ON t.{column} = k{number}.value")
                key = f"k{number}.code"
            order.append(f"{key} {'DESC' if descending else 'ASC'} NULLS LAST")
        prelude = f"WITH {', '.join(codes)} " if codes else ""
        source = f"{self._rows.table} t {' '.join(joins)}"
        kept = f"t.rowid < {self._rows.count} AND ({where})"
        return (
            f"{prelude}SELECT t.rowid AS place FROM {source} WHERE {kept} ORDER BY {', '.join([*order, 't.rowid'])}",
            parameters,
        )

    def _has_few_values(self, name: str, column: str) -> bool:
        if self._rows.columns.info(name).kql_type not in ("string", "dynamic") or self._rows.count < _SAMPLE_ROWS:
            return False
        sample = f"SELECT {column} AS value FROM {self._rows.table} WHERE rowid < {_SAMPLE_ROWS}"
        return int(first_row(self._cursor, f"SELECT approx_count_distinct(value) FROM ({sample})")[0]) <= _FEW_VALUES

    def page(self, offset: int, limit: int, columns: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
        """The rows at `offset` and after, at most `limit`, with all columns or those named.

        Datetimes are aware, in UTC; timespans are timedeltas; dynamic values are JSON text; null is None.
        """
        chosen = self._chosen(columns)
        with self._lock, self._rows.running.watch(self._cursor):
            found = self._cursor.execute(self._select(offset, limit, chosen)).fetchall()
        kinds = [self.columns[place].kql_type for place in chosen]
        if "datetime" not in kinds and "timespan" not in kinds:
            return found
        return [tuple(map(to_python, row, kinds)) for row in found]

    def _chosen(self, columns: Sequence[str] | None) -> list[int]:
        if columns is None:
            return list(range(len(self.columns)))
        return [self._rows.columns.position(name) for name in columns]

    def _select(self, offset: int, limit: int, chosen: Sequence[int]) -> str:
        selected = ", ".join(f"t.c{place}" for place in chosen)
        return f"SELECT {selected} FROM {self._source(offset, offset + limit)} ORDER BY position"

    def _source(self, start: int, end: int) -> str:
        """The rows from position `start` to before `end` as `t`, with their `position`."""
        end = min(end, self.count)
        if not self._indexed:
            return f"(SELECT *, rowid AS position FROM {self._rows.table} WHERE rowid >= {start} AND rowid < {end}) t"
        places = f"SELECT place, rowid AS position FROM positions WHERE rowid >= {start} AND rowid < {end}"
        return f"({places}) p JOIN {self._rows.table} t ON t.rowid = p.place"

    def arrivals(self, offset: int, limit: int) -> list[int]:
        """Which of all rows, counted in the order they came from 0, stand at `offset` and after."""
        end = min(offset + limit, self.count)
        if not self._indexed:
            return list(range(offset, end))
        query = f"SELECT place FROM positions WHERE rowid >= {offset} AND rowid < {end} ORDER BY rowid"
        with self._lock, self._rows.running.watch(self._cursor):
            return [int(row[0]) for row in self._cursor.execute(query).fetchall()]

    def position(self, arrival: int) -> int | None:
        """Where the row that came as number `arrival` (from 0) stands; None when the view does not show it."""
        if not self._indexed:
            return arrival if 0 <= arrival < self.count else None
        with self._lock, self._rows.running.watch(self._cursor):
            found = first_row(self._cursor, f"SELECT min(rowid) FROM positions WHERE place = {int(arrival)}")[0]
        return None if found is None else int(found)

    def find(self, text: str, start: int, forward: bool = True, columns: Sequence[str] | None = None) -> int | None:
        """The nearest row at `start` or beyond in which a column (of those named) has `text`, in any case.

        None when the end is reached. InterruptedByUserError.
        """
        matching, parameters = search_condition(text, self._rows.columns, columns)
        return self._nearest(matching, parameters, start, forward)

    def find_change(self, name: str, start: int, forward: bool = True) -> int | None:
        """The nearest row beyond `start` whose column `name` has another value than there; None when none has."""
        held = self.page(start, 1, [name])
        if not held:
            return None
        other = f"t.{self._rows.columns.sql(name)} IS DISTINCT FROM ?"
        return self._nearest(
            other, [from_python(held[0][0], self._rows.columns.info(name))], start + (1 if forward else -1), forward
        )

    def first_at(self, name: str, moment: datetime) -> int | None:
        """Where the row stands whose time in the column `name` is the first at or after `moment`; None without one."""
        column = f"t.{self._rows.columns.sql(name)}"
        query = f"SELECT position FROM {self._source(0, self.count)} WHERE {column} >= ? ORDER BY {column}, position LIMIT 1"
        with self._lock, self._rows.running.watch(self._cursor):
            found = self._cursor.execute(query, [from_python(moment, self._rows.columns.info(name))]).fetchall()
        return int(found[0][0]) if found else None

    def _nearest(self, matching: str, parameters: list[Any], start: int, forward: bool) -> int | None:
        """The nearest row at `start` or beyond that `matching` holds for."""
        token = self._rows.running.started()
        size = _FIRST_SEARCH
        while 0 <= start < self.count:
            first, end = (start, start + size) if forward else (max(0, start + 1 - size), start + 1)
            which = "min" if forward else "max"
            query = f"SELECT {which}(position) FROM {self._source(first, end)} WHERE {matching}"
            with self._lock, self._rows.running.watch(self._cursor, token):
                found = first_row(self._cursor, query, parameters)[0]
            if found is not None:
                return int(found)
            start = end if forward else first - 1
            # In another order than that of arrival each step reads the table once: take all the rest at once.
            size = self.count if self._indexed else size * 8
        return None

    def single_values(self, columns: Sequence[str]) -> dict[str, Any]:
        """Those of `columns` that hold one and the same value in all rows of the view, null for all included, with it.

        Those that differ in the first rows already are left out of the one query over all rows. Nothing for a view
        without rows. InterruptedByUserError.
        """
        first = self.page(0, _FIRST_COMPARED, columns) if columns else []
        columns = [name for place, name in enumerate(columns) if all(row[place] == first[0][place] for row in first)]
        chosen = self._chosen(columns)
        if not chosen or not self.count:
            return {}
        parts = ", ".join(f"count(t.c{place}), min(t.c{place}), max(t.c{place})" for place in chosen)
        query = f"SELECT {parts} FROM {self._source(0, self.count)}"
        with self._lock, self._rows.running.watch(self._cursor):
            found = first_row(self._cursor, query)
        single: dict[str, Any] = {}
        for number, (name, place) in enumerate(zip(columns, chosen, strict=True)):
            filled, least, most = found[number * 3 : number * 3 + 3]
            if not filled or (filled == self.count and least == most):
                single[name] = to_python(least, self.columns[place].kql_type)
        return single

    def batches(self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """All rows in order, `size` at a time, with the schema of the rows; memory holds one batch."""
        chosen = self._chosen(columns)
        schema = pa.schema([self._rows.schema.field(place) for place in chosen])
        token = self._rows.running.started()
        for offset in range(0, self.count, size):
            with self._lock, self._rows.running.watch(self._cursor, token):
                table = self._cursor.sql(self._select(offset, size, chosen)).to_arrow_table()
            yield from to_logical(table, schema).combine_chunks().to_batches()

    def reader(self, columns: Sequence[str] | None = None) -> pa.RecordBatchReader:
        """All rows in order as a stream, for exports."""
        chosen = self._chosen(columns)
        batches = self.batches(columns)
        exact = [place for place in chosen if self.columns[place].ticks]
        told = dict(zip(exact, self._in_nanoseconds(exact), strict=True))
        fields = [self._rows.schema.field(place) for place in chosen]
        schema = pa.schema(
            [told_to_fit(one) if told.get(place) else one for one, place in zip(fields, chosen, strict=True)]
        )
        return pa.RecordBatchReader.from_batches(
            schema, (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in batches)
        )

    def _in_nanoseconds(self, places: Sequence[int]) -> list[bool]:
        """Whether all times in the columns at `places`, which are to 100 ns, can be had in nanoseconds."""
        if not places:
            return []
        parts = ", ".join(f"min(t.c{place}), max(t.c{place})" for place in places)
        with self._lock, self._rows.running.watch(self._cursor):
            found = first_row(self._cursor, f"SELECT {parts} FROM {self._source(0, self.count)}")
        return [nanoseconds_hold(*found[2 * number : 2 * number + 2]) for number in range(len(places))]

    def arrow(self, columns: Sequence[str] | None = None) -> pa.Table:
        """All rows in order, in memory."""
        return self.reader(columns).read_all()

    def close(self) -> None:
        """Let go of the index. Waits for a page that is being read."""
        with self._lock:
            self._cursor.close()

    def __enter__(self) -> PreparedView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
