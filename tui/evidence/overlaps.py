"""Rows that an earlier import brought already, found among the staged rows of another file."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from tui.evidence.staging import Staging, present_tables, staged
from tui.evidence.tables import quote

ROW_KEYS = "CREATE TABLE IF NOT EXISTS _row_keys (TableName VARCHAR, RowKey VARCHAR, Copies BIGINT)"
"""How often each row of a portal CSV is in the workspace: an export may rightly hold equal rows."""


def drop_known_records(connection: DuckDBPyConnection, staging: Staging) -> int:
    """Drops staged Windows records that are in the workspace from another file (another export of the same log, say).

    One record is known by host, log, number in the log, event id and time, the last within two seconds.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE known (_Record BIGINT)")
    present = present_tables(connection)
    for table in ("WindowsEvent", "SecurityEvent"):
        if table in staging.tables and table in present:
            connection.execute(f"""
                INSERT INTO known SELECT DISTINCT new._Record FROM {staged(table)} new JOIN {quote(table)} old
                ON new.EventRecordId = old.EventRecordId AND new.EventID = old.EventID
                   AND lower(new.Computer) = lower(old.Computer) AND lower(new.Channel) = lower(old.Channel)
                WHERE new.EventRecordId <> ''
                  AND abs(epoch_us({staging.time}) - epoch_us(old.Timestamp)) <= 2000000""")
    return _drop(connection, staging)


def drop_known_rows(connection: DuckDBPyConnection, staging: Staging) -> int:
    """Drops staged rows of a portal CSV that are in the workspace from an overlapping export.

    Of rows that are alike, as many are kept as the export with most of them has.
    """
    connection.execute(ROW_KEYS)
    connection.execute("CREATE OR REPLACE TEMP TABLE known (_Record BIGINT)")
    for table in staging.tables:
        connection.execute(
            f"""
            INSERT INTO known SELECT _Record FROM (
                SELECT _Record, row_number() OVER (PARTITION BY _RowKey ORDER BY _Record) AS copy, coalesce(Copies, 0) AS had
                FROM {staged(table)} LEFT JOIN _row_keys ON RowKey = _RowKey AND TableName = ? WHERE _RowKey IS NOT NULL
            ) WHERE copy <= had""",
            [table],
        )
    return _drop(connection, staging)


def note_rows(connection: DuckDBPyConnection, staging: Staging) -> None:
    """Notes the staged rows of a portal CSV for `drop_known_rows` of later imports."""
    for table in staging.tables:
        connection.execute(
            f"INSERT INTO _row_keys SELECT ?, _RowKey, count(*) FROM {staged(table)} WHERE _RowKey IS NOT NULL GROUP BY _RowKey",
            [table],
        )
    connection.execute(
        "CREATE OR REPLACE TABLE _row_keys AS SELECT TableName, RowKey, sum(Copies)::BIGINT AS Copies FROM _row_keys GROUP BY ALL"
    )


def _drop(connection: DuckDBPyConnection, staging: Staging) -> int:
    """Deletes what the records in `known` gave from all staged tables; gives the number of records."""
    found = connection.execute("SELECT count(DISTINCT _Record) FROM known").fetchall()
    dropped = int(found[0][0])
    if dropped:
        for table in staging.tables:
            connection.execute(f"DELETE FROM {staged(table)} WHERE _Record IN (FROM known)")
    return dropped
