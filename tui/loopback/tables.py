"""The tables of an evidence workspace as a live service shows them: its columns and types, its time range, its late rows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from tui.evidence.tables import is_stored, quote
from tui.kql.lexer import tokenize
from tui.kql.schema import Schema
from tui.loopback.answers import Answer, Chunk, Column
from tui.loopback.lets import rows_named
from tui.loopback.rewriting import Prepared, QuerySemanticError, check_syntax, prepare, unresolved
from tui.workspaces.protocol import UnsupportedQueryError
from tui.workspaces.translation import MissingTableError, Translated, Translator

_BATCH = 5_000
_ROWS = '"rows of the answer"'
_TYPES = {
    "BOOLEAN": "bool",
    "TINYINT": "int",
    "SMALLINT": "int",
    "INTEGER": "int",
    "BIGINT": "long",
    "HUGEINT": "long",
    "UBIGINT": "long",
    "FLOAT": "real",
    "DOUBLE": "real",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "DATE": "datetime",
    "INTERVAL": "timespan",
    "UUID": "guid",
    "JSON": "dynamic",
}
_CASTS = {
    "dynamic": "TRY_CAST(nullif({column}, '') AS JSON)",
    "guid": "TRY_CAST(nullif({column}, '') AS UUID)",
    "string": "coalesce(CAST({column} AS VARCHAR), '')",
    "int": "TRY_CAST({column} AS INTEGER)",
    "long": "TRY_CAST({column} AS BIGINT)",
    "real": "TRY_CAST({column} AS DOUBLE)",
    "bool": "TRY_CAST({column} AS BOOLEAN)",
}


class Range:
    """A time range that a request asks for besides its query: [start, end), either side open when None."""

    def __init__(self, start: datetime | None = None, end: datetime | None = None) -> None:
        self.start, self.end = start, end

    def condition(self, column: str) -> str:
        """The range as SQL over `column`; empty when it is open on both sides."""
        parts = [
            f"{quote(column)} {comparison} TIMESTAMP '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
            for comparison, moment in ((">=", self.start), ("<", self.end))
            if moment is not None
        ]
        return " AND ".join(parts)


class Tables:
    """One service's view of an evidence file: `schema` names its tables, their columns and KQL types.

    Thread-safe. QuerySemanticError, QuerySyntaxError and MissingTableError come from `query` as the service would refuse.
    """

    def __init__(self, file: Path, schema: Schema, time_columns: tuple[str, ...]) -> None:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        self._connection.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS evidence (READ_ONLY)")
        self._lock = threading.Lock()
        self._time_columns = time_columns
        self._late: dict[str, str] = {}
        self._stored: dict[str, dict[str, str]] = {}
        self.schema: dict[str, dict[str, str]] = self._present(schema)
        self.rows = self._stored_rows()
        """Rows of all its tables together."""
        self._make_views()
        self._translator = Translator(self.schema)

    def _present(self, schema: Schema) -> dict[str, dict[str, str]]:
        """Those tables and columns of `schema` that the file has."""
        rows = self._connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = 'evidence' AND schema_name = 'main'"
        ).fetchall()
        there = self._stored
        for table, column, kind in rows:
            there.setdefault(table, {})[column] = kind
        return {
            table: {name: kind for name, kind in columns.items() if is_stored(name) and name in there[table]}
            for table, columns in schema.items()
            if table in there
        }

    def _stored_rows(self) -> int:
        counted = self._connection.execute(
            "SELECT table_name, estimated_size FROM duckdb_tables() "
            "WHERE database_name = 'evidence' AND schema_name = 'main'"
        ).fetchall()
        return sum(rows for table, rows in counted if table in self.schema)

    def _make_views(self) -> None:
        with self._lock:
            for table in self.schema:
                self._connection.execute(f"CREATE OR REPLACE VIEW {quote(table)} AS {self._select(table, Range())}")

    def _select(self, table: str, span: Range) -> str:
        stored = self._stored[table]
        fields = [_field(name, kind, stored[name]) for name, kind in self.schema[table].items()]
        time = self.time_column(table)
        conditions = [span.condition(time) if time else "", self._late.get(table, "")]
        where = " AND ".join(f"({condition})" for condition in conditions if condition)
        return f"SELECT {', '.join(fields)} FROM evidence.{quote(table)}" + (f" WHERE {where}" if where else "")

    def time_column(self, table: str) -> str:
        """The column that a request's time range applies to; empty for a table without one."""
        return next((name for name in self._time_columns if name in self.schema[table]), "")

    def hold_back(self, table: str, condition: str) -> None:
        """Rows of `table` that meet `condition`, SQL over the evidence, have not arrived yet."""
        self._late[table] = f"NOT coalesce({condition}, false)"
        self._make_views()

    def arrive(self) -> None:
        """All rows that were held back are there."""
        self._late.clear()
        self._make_views()

    def newest(self) -> datetime | None:
        """The time of the newest event of any table, UTC; None when there is none."""
        parts = [f"SELECT max(Timestamp) AS newest FROM evidence.{quote(table)}" for table in self.schema]
        if not parts:
            return None
        with self._lock:
            row = self._connection.execute(f"SELECT max(newest) FROM ({' UNION ALL '.join(parts)})").fetchone()
        return row[0].replace(tzinfo=UTC) if row and row[0] else None

    def query(self, text: str, now: datetime, span: Range, started: Callable[[Callable[[], None]], None]) -> Answer:
        """The rows of `text` with the clock at `now`; the first chunk is there when this returns.

        `started` is given a function that interrupts the work from another thread.
        """
        prepared = prepare(text, self.schema, self.time_column)
        cursor = self._cursor(span, prepared)
        started(cursor.interrupt)
        try:
            return self._read(cursor, prepared, now)
        except MissingTableError as error:
            check_syntax(prepared.source)
            raise QuerySemanticError(unresolved("table or column", _quoted(str(error)))) from error
        except UnsupportedQueryError as error:
            check_syntax(prepared.source)
            raise QuerySemanticError(f"this server's engine cannot run it: {error}") from error
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ConversionException) as error:
            raise QuerySemanticError(_semantic_words(str(error))) from error

    def _cursor(self, span: Range, prepared: Prepared) -> duckdb.DuckDBPyConnection:
        with self._lock:
            cursor = self._connection.cursor()
        if span.start is not None or span.end is not None:
            for table in prepared.tables:
                cursor.execute(f"CREATE TEMP VIEW {quote(table)} AS {self._select(table, span)}")
        return cursor

    def _read(self, cursor: duckdb.DuckDBPyConnection, prepared: Prepared, now: datetime) -> Answer:
        translated = self._translated(cursor, prepared.text, now)
        # The engine would plan what it is asked for the columns once more for the rows, which takes as long again.
        cursor.execute(f"CREATE TEMP TABLE {_ROWS} AS {translated.sql}", translated.parameters or None)
        relation = cursor.table(_ROWS)
        columns = [
            Column(name, _kql_type(str(kind))) for name, kind in zip(relation.columns, relation.types, strict=True)
        ]
        order = prepared.order([column.name for column in columns])
        chunks = _chunks(relation.to_arrow_reader(_BATCH), order)
        first = next(chunks, [])

        def rest() -> Iterator[Chunk]:
            try:
                yield first
                yield from chunks
            finally:
                cursor.close()

        return Answer([columns[index] for index in order], rest(), options=prepared.options)

    def _translated(self, cursor: duckdb.DuckDBPyConnection, text: str, now: datetime) -> Translated:
        """SQL for `text`; rows that it names and uses several times are worked out first, and are tables of `cursor` then."""
        named, rest = rows_named(text, self.schema)
        schema: dict[str, Mapping[str, str]] = dict(self.schema)
        try:
            for one in named:
                rows = _once(one.text, now, _used(one.text, schema))
                table = quote(one.name)
                cursor.execute(f"CREATE TEMP TABLE {table} AS {rows.sql}", rows.parameters or None)
                described = cursor.execute(f"DESCRIBE {table}").fetchall()
                schema[one.name] = {column[0]: column[1] for column in described}
            return _once(rest, now, _used(rest, schema))
        except duckdb.InterruptException:
            raise
        except (UnsupportedQueryError, duckdb.Error):
            return self._translator.translate(text, now)  # what is wrong is told by its place in the whole

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()


def _used(text: str, schema: Mapping[str, Mapping[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The tables of `schema` that `text` may read, with their columns."""
    used = {token.text for token in tokenize(text)}
    return tuple((table, tuple(columns)) for table, columns in schema.items() if table in used)


@lru_cache(maxsize=512)
def _once(text: str, now: datetime, tables: tuple[tuple[str, tuple[str, ...]], ...]) -> Translated:
    """SQL for `text`, which several services are asked alike."""
    return Translator({table: dict.fromkeys(columns, "") for table, columns in tables}).translate(text, now)


def _field(name: str, kind: str, stored: str) -> str:
    """The column as the service types it: as it is stored, where that is the same."""
    same = _kql_type(stored) == kind
    expression = quote(name) if same else _CASTS.get(kind, "{column}").format(column=quote(name))
    return f"{expression} AS {quote(name)}"


def _chunks(reader: Any, order: list[int]) -> Iterator[Chunk]:
    for batch in reader:
        if batch.num_rows:
            yield list(zip(*(batch.column(index).to_pylist() for index in order), strict=True))


def _kql_type(kind: str) -> str:
    if kind.startswith("DECIMAL"):
        return "long" if kind.endswith(",0)") else "decimal"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return "dynamic"
    return _TYPES.get(kind, "string")


def _semantic_words(message: str) -> str:
    """The engine's complaint in the service's words where it is about a name."""
    for marker, what in (
        ("Referenced column ", "scalar"),
        ("Table with name ", "table or column"),
        ("does not have a column named ", "scalar"),
    ):
        if marker in message:
            return unresolved(what, _quoted(message.partition(marker)[2]))
    return message.splitlines()[0]


def _quoted(text: str) -> str:
    """The name that `text` begins with, or the first in quotes where it begins with words."""
    first = text.split()[0].strip("\"'!.")
    quoted = next((text.split(mark)[1] for mark in ('"', "'") if text.count(mark) > 1), first)
    return quoted if text.startswith("there is") else first


def merged(*schemas: Mapping[str, Mapping[str, str]]) -> Schema:
    """The tables of several schemas; where several have a table, the first's columns count."""
    found: dict[str, Mapping[str, str]] = {}
    for schema in schemas:
        for table, columns in schema.items():
            found.setdefault(table, columns)
    return found
