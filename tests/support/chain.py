"""A chain of processes in the small workspace: a shell below a desktop, its child that wrote and connected, an id used
again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.support.small import START, small_workspace
from tui.evidence.tables import quote

DEVICE = "delta.corp.example"
HOSTILE = 'copy "[@click=app.quit]x[/]" \x1b[2J\u202ed:'
LOGON = 777_123


def moment(minutes: float) -> datetime:
    """So many minutes after the start of the small workspace."""
    return START + timedelta(minutes=minutes)


PROCESSES: tuple[tuple[int, float, str, int, float], ...] = (
    (50, 1, "cmd.exe", 40, -600),
    (60, 2, "tool.exe", 50, 1),
    (61, 2.5, "sibling.exe", 50, 1),
    (70, 3, "robocopy.exe", 60, 2),
    (60, 30, "later.exe", 40, -600),
    (71, 31, "other.exe", 60, 30),
)
"""Id, start in minutes, name, and the parent's id and start. 60 is used twice; 40 started long before."""


def chain_workspace(folder: Path) -> Path:
    """The file of the small workspace below `folder`, with the chain on a device of its own."""
    workspace = small_workspace(folder)
    path = folder / "small.duckdb"
    del workspace
    with duckdb.connect(str(path)) as connection:
        for number, at, name, parent, parent_at in PROCESSES:
            _insert(connection, "DeviceProcessEvents", at, number, _process(number, at, name, parent, parent_at))
        for place in range(3):
            file = {"ActionType": "FileCreated", "FileName": f"out{place}.pdf", "FolderPath": f"d:\\out{place}.pdf"}
            _insert(connection, "DeviceFileEvents", 4 + place, 100 + place, {**file, **_by(70, 3, "robocopy.exe")})
        late = {"ActionType": "FileCreated", "FileName": "late.pdf", "FolderPath": "d:\\late.pdf"}
        _insert(connection, "DeviceFileEvents", 32, 110, {**late, **_by(60, 30, "later.exe")})
        sent = {"ActionType": "ConnectionSuccess", "RemoteIP": "203.0.113.9", "RemotePort": 443}
        _insert(connection, "DeviceNetworkEvents", 8, 120, {**sent, **_by(60, 2, "tool.exe")})
        _insert(connection, "DeviceNetworkEvents", 9, 121, {**sent, **_by(60, None, "tool.exe")})
    return path


def _process(number: int, at: float, name: str, parent: int, parent_at: float) -> dict[str, Any]:
    return {
        "ActionType": "ProcessCreated",
        "FileName": name,
        "ProcessCommandLine": HOSTILE if name == "robocopy.exe" else name,
        "ProcessId": number,
        "ProcessCreationTime": moment(at),
        "AccountName": "j.doe",
        "LogonId": LOGON,
        **_by(
            parent,
            parent_at,
            {(number, at): name for number, at, name, *_ in PROCESSES}.get((parent, parent_at), "explorer.exe"),
        ),
    }


def _by(number: int, at: float | None, name: str) -> dict[str, Any]:
    created = moment(at) if at is not None else None
    return {
        "InitiatingProcessId": number,
        "InitiatingProcessCreationTime": created,
        "InitiatingProcessFileName": name,
        "InitiatingProcessAccountName": "j.doe",
    }


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, at: float, report: int, values: Mapping[str, Any]
) -> None:
    row = {"DeviceName": DEVICE, "ReportId": report, "Timestamp": moment(at), "TimeGenerated": moment(at), **values}
    columns = ", ".join(map(quote, row))
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
