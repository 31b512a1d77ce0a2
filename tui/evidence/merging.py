"""Two records of one event made one row: Sysmon 1 with Security 4688, Sysmon 3 with Security 5156.

The Sysmon row stays and takes from its twin what it lacks; `_Source` then names both. Pairs are looked for among all
rows that have no twin yet, so that it does not matter whether both logs came in one import or in two, and in which
order. Of several possible pairs the nearest in time wins, and no row is used twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from tui.evidence.staging import Staging, present_tables, staged
from tui.evidence.tables import quote, visible_columns

_TOLERANCE = 2_000_000
"""Microseconds that two records of one event may lie apart: one of the clocks may show whole seconds only."""

_IDENTITY = (
    "Timestamp",
    "TimeGenerated",
    "DeviceId",
    "DeviceName",
    "ActionType",
    "ReportId",
    "AdditionalFields",
    "Type",
)
"""Columns a row keeps as they are."""


@dataclass(frozen=True)
class _Rule:
    """Rows of `left` and `right` pair where `exact` holds, or failing that `otherwise`; l and r are their rows."""

    table: str
    left: str
    right: str
    exact: str
    otherwise: str = ""


_SAME_HOST = "l.DeviceId = r.DeviceId AND l.DeviceId <> '' AND lower(l.FolderPath) = lower(r.FolderPath)"
_ENDS = "ends({0}.LocalIP, {0}.LocalPort, {0}.RemoteIP, {0}.RemotePort)"

_RULES = (
    _Rule(
        "DeviceProcessEvents",
        "Sysmon 1",
        "Security 4688",
        f"{_SAME_HOST} AND l.ProcessId = r.ProcessId",
        f"{_SAME_HOST} AND l.ProcessId IS NULL"
        " AND lower(l.InitiatingProcessFolderPath) = lower(r.InitiatingProcessFolderPath)",
    ),
    _Rule(
        "DeviceNetworkEvents",
        "Sysmon 3",
        "Security 5156",
        "l.DeviceId = r.DeviceId AND l.DeviceId <> '' AND l.Protocol = r.Protocol AND l.ActionType = r.ActionType"
        f" AND {_ENDS.format('l')} = {_ENDS.format('r')}",
    ),
)
_ENDS_MACRO = """CREATE OR REPLACE TEMP MACRO ends(a, p, b, q) AS
    CASE WHEN (a, coalesce(p, -1)) <= (b, coalesce(q, -1)) THEN concat_ws('|', a, p, b, q) ELSE concat_ws('|', b, q, a, p) END"""


def decide_ends(connection: DuckDBPyConnection, staging: Staging) -> None:
    """Turns staged UDP rows round whose remote end is an address of the host itself and whose local end is none.

    Sysmon and Windows do not say reliably which end of a UDP packet is here. The addresses of a host are the local
    ends of its other connections, in this file and in the workspace.
    """
    table = "DeviceNetworkEvents"
    if table not in staging.tables:
        return
    known = f"SELECT DISTINCT DeviceId, LocalIP FROM {staged(table)} WHERE NOT coalesce(_Undecided, FALSE) AND LocalIP <> ''"
    if table in present_tables(connection):
        known += (
            f" UNION SELECT DISTINCT DeviceId, LocalIP FROM {quote(table)} WHERE Protocol = 'Tcp' AND LocalIP <> ''"
        )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE own AS {known}")
    swapped = ", ".join(f"Local{part} = Remote{part}, Remote{part} = Local{part}" for part in ("IP", "Port", "IPType"))
    connection.execute(f"""
        UPDATE {staged(table)} AS row SET {swapped}
        WHERE _Undecided AND LocalIPType <> 'Loopback'
          AND (RemoteIPType = 'Loopback'
               OR EXISTS (FROM own WHERE own.DeviceId = row.DeviceId AND own.LocalIP = row.RemoteIP))
          AND NOT EXISTS (FROM own WHERE own.DeviceId = row.DeviceId AND own.LocalIP = row.LocalIP)""")


def merge_twins(connection: DuckDBPyConnection, imported: Sequence[str]) -> dict[str, dict[str, int]]:
    """Merges pairs of which at least one row came from a file in `imported` (SHA-256s).

    Gives for each table the number of pairs in which each of those files had a part; `""` holds the number of all.
    """
    connection.execute(_ENDS_MACRO)
    present = present_tables(connection)
    merged: dict[str, dict[str, int]] = {}
    for rule in _RULES:
        if rule.table in present:
            _find_pairs(connection, rule, imported)
            merged[rule.table] = _count_pairs(connection, rule.table, imported)
            if merged[rule.table][""]:
                _join_pairs(connection, rule)
    return merged


def _find_pairs(connection: DuckDBPyConnection, rule: _Rule, imported: Sequence[str]) -> None:
    """Fills the table `pairs` (l, r): rowids, each at most once."""
    connection.execute("CREATE OR REPLACE TEMP TABLE pairs (l BIGINT, r BIGINT)")
    for condition in filter(None, (rule.exact, rule.otherwise)):
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE likely AS
            SELECT l.rowid AS l, r.rowid AS r, abs(epoch_us(l.Timestamp) - epoch_us(r.Timestamp)) AS apart
            FROM {quote(rule.table)} l JOIN {quote(rule.table)} r ON {condition}
            WHERE l._Source = ? AND r._Source = ? AND abs(epoch_us(l.Timestamp) - epoch_us(r.Timestamp)) <= {_TOLERANCE}
              AND (list_contains(?, l._FileSha256) OR list_contains(?, r._FileSha256))""",
            [rule.left, rule.right, list(imported), list(imported)],
        )
        while _take_nearest(connection):
            pass


def _take_nearest(connection: DuckDBPyConnection) -> bool:
    """Moves from `likely` to `pairs` those that are each other's nearest; False when there are none left."""
    connection.execute("DELETE FROM likely WHERE l IN (SELECT l FROM pairs) OR r IN (SELECT r FROM pairs)")
    taken = connection.execute("""
        INSERT INTO pairs SELECT l, r FROM likely
        QUALIFY row_number() OVER (PARTITION BY l ORDER BY apart, r, l) = 1
            AND row_number() OVER (PARTITION BY r ORDER BY apart, l, r) = 1""").fetchone()
    return bool(taken and taken[0])


def _count_pairs(connection: DuckDBPyConnection, table: str, imported: Sequence[str]) -> dict[str, int]:
    files = connection.execute(f"""
        SELECT a._FileSha256, b._FileSha256, count(*) FROM pairs
        JOIN {quote(table)} a ON a.rowid = l JOIN {quote(table)} b ON b.rowid = r GROUP BY ALL""").fetchall()
    counted = {"": sum(count for _, _, count in files)}
    for name in imported:
        counted[name] = sum(count for left, right, count in files if name in (left, right))
    return counted


def _join_pairs(connection: DuckDBPyConnection, rule: _Rule) -> None:
    taken = []
    for name, kind in visible_columns(rule.table).items():
        if name not in _IDENTITY:
            column = quote(name)
            empty = f"{column} = ''" if kind in ("string", "guid", "dynamic") else f"{column} IS NULL"
            taken.append(f"{column} = CASE WHEN kept.{empty} THEN twin.{column} ELSE kept.{column} END")
    connection.execute(
        f"""
        UPDATE {quote(rule.table)} AS kept SET {", ".join(taken)}, _Source = ?
        FROM (SELECT pairs.l, twin.* FROM pairs JOIN {quote(rule.table)} twin ON twin.rowid = pairs.r) AS twin
        WHERE kept.rowid = twin.l""",
        [f"{rule.left} + {rule.right}"],
    )
    connection.execute(f"DELETE FROM {quote(rule.table)} WHERE rowid IN (SELECT r FROM pairs)")
