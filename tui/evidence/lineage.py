"""When the process behind an event started, and what else its own record says of it.

Windows and Sysmon name the process of an event by its id, which is used again. Defender's tables also tell when that
process started, so that events and processes join on both. Here it is looked up among the process rows of the host: by
Sysmon's ProcessGuid where the event has one, else by id and file name, the last start before the event. Where no such
process was recorded, the second that Sysmon wrote into the GUID stays, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from tui.evidence.staging import present_tables
from tui.evidence.tables import quote, visible_columns

_TABLES = ("DeviceProcessEvents", "DeviceFileEvents", "DeviceNetworkEvents", "DeviceLogonEvents")
_FROM_LOGS = "(starts_with(_Source, 'Sysmon ') OR starts_with(_Source, 'Security '))"
"""Rows of other sources say themselves when their processes started."""

_SLACK = 1_000_000
"""Microseconds by which an event may lie before its process's start: one of the clocks may show whole seconds only."""

_COPIED = {
    "InitiatingProcessCreationTime": "ProcessCreationTime",
    "InitiatingProcessCommandLine": "ProcessCommandLine",
    "InitiatingProcessFolderPath": "FolderPath",
    "InitiatingProcessSHA1": "SHA1",
    "InitiatingProcessSHA256": "SHA256",
    "InitiatingProcessMD5": "MD5",
    "InitiatingProcessVersionInfoOriginalFileName": "ProcessVersionInfoOriginalFileName",
    "InitiatingProcessIntegrityLevel": "ProcessIntegrityLevel",
    "InitiatingProcessAccountDomain": "AccountDomain",
    "InitiatingProcessAccountName": "AccountName",
    "InitiatingProcessAccountSid": "AccountSid",
    "InitiatingProcessParentId": "InitiatingProcessId",
    "InitiatingProcessParentFileName": "InitiatingProcessFileName",
    "InitiatingProcessParentCreationTime": "InitiatingProcessCreationTime",
}
_ALWAYS = ("InitiatingProcessCreationTime", "InitiatingProcessParentCreationTime")
"""Looked up again each time, since a start may become more exact; the others are only filled where empty."""


def note_hosts(connection: DuckDBPyConnection, imported: Sequence[str]) -> None:
    """Notes the hosts that files in `imported` (SHA-256s) tell of, before rows are merged."""
    tables = _present(connection)
    hosts = " UNION ".join(
        f"SELECT DeviceId FROM {quote(table)} WHERE list_contains(?, _FileSha256)" for table in tables
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE hosts AS {hosts or 'SELECT NULL AS DeviceId WHERE FALSE'}",
        [list(imported)] * len(tables),
    )


def trace_processes(connection: DuckDBPyConnection) -> None:
    """Fills what is known of initiating processes on the noted hosts."""
    tables = _present(connection)
    if "DeviceProcessEvents" not in tables:
        return
    _list_processes(connection)
    _trace(connection, "DeviceProcessEvents")
    _list_processes(connection)
    for table in tables:
        _trace(connection, table)


def _present(connection: DuckDBPyConnection) -> list[str]:
    present = present_tables(connection)
    return [table for table in _TABLES if table in present]


def _list_processes(connection: DuckDBPyConnection) -> None:
    columns = ", ".join(quote(name) for name in dict.fromkeys((*_COPIED.values(), "ProcessUniqueId", "FileName")))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE processes AS
        SELECT DeviceId, ProcessId, {columns} FROM DeviceProcessEvents
        WHERE DeviceId IN (FROM hosts) AND DeviceId <> '' AND ProcessId IS NOT NULL AND ProcessCreationTime IS NOT NULL""")


def _trace(connection: DuckDBPyConnection, table: str) -> None:
    copied = {name: source for name, source in _COPIED.items() if name in visible_columns(table)}
    given = ", ".join(f"p.{quote(source)} AS {quote(name)}" for name, source in copied.items())
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE events AS
        SELECT rowid AS event, DeviceId, InitiatingProcessId AS id, InitiatingProcessUniqueId AS guid,
               lower(InitiatingProcessFileName) AS file, InitiatingProcessCreationTime AS started,
               Timestamp + to_microseconds({_SLACK}) AS latest
        FROM {quote(table)} WHERE DeviceId IN (FROM hosts) AND InitiatingProcessId IS NOT NULL AND {_FROM_LOGS}""")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE found AS
        SELECT e.event, {given} FROM events e JOIN processes p ON e.DeviceId = p.DeviceId AND e.guid = p.ProcessUniqueId
        WHERE e.guid <> '' QUALIFY row_number() OVER (PARTITION BY e.event ORDER BY p.ProcessCreationTime) = 1""")
    for which, also in (("file <> ''", "AND e.file = lower(p.FileName)"), ("file = ''", "")):
        connection.execute(f"""
            INSERT INTO found SELECT e.event, {given}
            FROM (FROM events ANTI JOIN found USING (event) WHERE {which}) e
            ASOF JOIN processes p
                ON e.DeviceId = p.DeviceId AND e.id = p.ProcessId {also} AND e.latest >= p.ProcessCreationTime
            WHERE e.started IS NULL OR abs(epoch_us(e.started) - epoch_us(p.ProcessCreationTime)) <= 2 * {_SLACK}""")
    _fill(connection, table, list(copied))


def _fill(connection: DuckDBPyConnection, table: str, names: Sequence[str]) -> None:
    kinds = visible_columns(table)
    filled = []
    for name in names:
        column = quote(name)
        if name in _ALWAYS:
            filled.append(f"{column} = coalesce(found.{column}, event.{column})")
        else:
            empty = "IS NULL" if kinds[name] == "long" else "= ''"
            filled.append(f"{column} = CASE WHEN event.{column} {empty} THEN found.{column} ELSE event.{column} END")
    connection.execute(
        f"UPDATE {quote(table)} AS event SET {', '.join(filled)} FROM found WHERE event.rowid = found.event"
    )
