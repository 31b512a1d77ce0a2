from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.workspaces.running import START
from tui.evidence.tables import create_table
from tui.workspaces.evidence import EvidenceWorkspace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Five process events within the window's hour, from two hosts; an empty table of files."""
    path = tmp_path / "ca'se.duckdb"
    with duckdb.connect(str(path)) as connection:
        for table in ("DeviceProcessEvents", "DeviceFileEvents", "SecurityEvent"):
            create_table(connection, table)
        connection.executemany(
            "INSERT INTO DeviceProcessEvents (Timestamp, TimeGenerated, DeviceId, DeviceName, FileName, ProcessId, _File)"
            " VALUES (?, ?, ?, ?, 'a.exe', ?, 'secret.evtx')",
            [
                (moment, moment, f"d{number % 2}", f"D{number % 2}", 10 + number)
                for number, moment in enumerate(START.replace(tzinfo=None) + timedelta(minutes=m) for m in range(5))
            ],
        )
        connection.execute("CREATE TABLE _meta (key VARCHAR PRIMARY KEY, value VARCHAR)")
        connection.execute("INSERT INTO _meta VALUES ('kind', 'demo')")
        connection.execute("CREATE TABLE _log_cleared (DeviceId VARCHAR, Timestamp TIMESTAMP)")
        connection.execute("INSERT INTO _log_cleared VALUES ('d1', '2026-11-20 00:02:30')")
    return path


@pytest.fixture
async def workspace(path: Path) -> AsyncIterator[EvidenceWorkspace]:
    opened = EvidenceWorkspace("case", path)
    yield opened
    await opened.close()
