"""The tables of an evidence workspace file: how they are made, and how rows of any source are laid out for them."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from tui.kql.schema import evidence_schema

PROVENANCE = {
    "_File": "VARCHAR",
    "_Record": "BIGINT",
    "_FileSha256": "VARCHAR",
    "_Source": "VARCHAR",
    "_TimeText": "VARCHAR",
}
"""Columns that KQL does not see: file, number of the record in it, SHA-256 of its content, the source or sources of the
row (such as `Sysmon 1 + Security 4688`), and the time as the source wrote it."""

_DUCKDB_TYPES = {
    "string": "VARCHAR NOT NULL DEFAULT ''",
    "guid": "VARCHAR NOT NULL DEFAULT ''",
    "dynamic": "VARCHAR NOT NULL DEFAULT ''",
    "int": "INTEGER",
    "long": "BIGINT",
    "real": "DOUBLE",
    "decimal": "DECIMAL(38, 18)",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "timespan": "INTERVAL",
}


def quote(identifier: str) -> str:
    """`identifier` as a quoted SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def is_stored(column: str) -> bool:
    """Whether a documented column is kept: billing columns start with `_` and mean nothing in evidence."""
    return not column.startswith("_")


def visible_columns(table: str) -> dict[str, str]:
    """The columns of `table` that KQL sees, with their KQL types, in order."""
    return {name: kind for name, kind in evidence_schema()[table].items() if is_stored(name)}


def create_table(connection: DuckDBPyConnection, table: str) -> None:
    """Make `table` in `connection` unless it is there: visible columns first, provenance last."""
    columns = [f"{quote(name)} {_DUCKDB_TYPES[kind]}" for name, kind in visible_columns(table).items()]
    columns += [f"{quote(name)} {kind}" for name, kind in PROVENANCE.items()]
    connection.execute(f"CREATE TABLE IF NOT EXISTS {quote(table)} ({', '.join(columns)})")
