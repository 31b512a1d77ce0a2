"""What tables hold, asked in one query for several of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tui.kql.schema import Schema
from tui.workspaces.protocol import TableCoverage

DAYS = 7
"""How far back is looked."""


def coverage_query(tables: Schema) -> str:
    """KQL for table, host, first, last and number of events of the last days; empty when no table has a time."""
    parts = []
    for table, columns in tables.items():
        time = next((name for name in ("Timestamp", "TimeGenerated") if name in columns), "")
        if not time:
            continue
        host = next((f"tolower({name})" for name in ("DeviceName", "Computer") if name in columns), '""')
        parts.append(
            f"{table} | where {time} > ago({DAYS}d)"
            f" | summarize First = min({time}), Last = max({time}), Events = count() by Host = {host}"
            f' | extend TableName = "{table}"'
        )
    if not parts:
        return ""
    body = "union " + ",\n".join(f"({part})" for part in parts) if len(parts) > 1 else parts[0]
    return f"{body}\n| project TableName, Host, First, Last, Events"


def coverage_from(rows: Iterable[Mapping[str, Any]], tables: Sequence[str]) -> list[TableCoverage]:
    """The rows of `coverage_query` by table and host; a table without any has one entry that says so."""
    found = [
        TableCoverage(
            str(row["TableName"]), str(row["Host"]), _time(row["First"]), _time(row["Last"]), int(row["Events"])
        )
        for row in rows
    ]
    known = {entry.table for entry in found}
    found += [TableCoverage(table, "", None, None, 0) for table in tables if table not in known]
    return sorted(found, key=lambda entry: (entry.table, entry.host))


def _time(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None
