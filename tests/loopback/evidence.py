"""A few events, with every kind of value that the services write in their own ways."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from tui.evidence.tables import create_table

START = datetime(2026, 11, 21, 2, 0)
FILES = 12
"""File events, a minute apart; the last with nothing but its time."""


def write_evidence(path: Path) -> Path:
    """The workspace file at `path`: file events of two devices, connections, and one Windows event."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE _meta AS SELECT 'kind' AS key, 'demo' AS value")
        for table in ("DeviceFileEvents", "DeviceNetworkEvents", "SecurityEvent"):
            create_table(connection, table)
        for number in range(FILES):
            moment = START + timedelta(minutes=number, microseconds=number * 100_001)
            full = number < FILES - 1
            connection.execute(
                "INSERT INTO DeviceFileEvents (Timestamp, TimeGenerated, DeviceName, ActionType, FileName, FileSize, "
                "InitiatingProcessId, AdditionalFields, ReportId) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    moment,
                    moment,
                    f"pc-{number % 2}.corp.example" if full else "",
                    "FileCreated" if full else "",
                    f"höhe-{number}.csv" if full else "",
                    2**40 + number if full else None,
                    number if full else None,
                    '{"b": [1, 2], "a": "é"}' if full else "",
                    number,
                ],
            )
        for number, address in enumerate(("10.0.0.5", "203.0.113.9", "198.51.100.7", "2001:db8::7")):
            moment = START + timedelta(minutes=number)
            connection.execute(
                "INSERT INTO DeviceNetworkEvents (Timestamp, TimeGenerated, DeviceName, RemoteIP, RemotePort, ReportId) "
                "VALUES (?, ?, 'pc-0.corp.example', ?, 443, ?)",
                [moment, moment, address, number],
            )
        connection.execute(
            "INSERT INTO SecurityEvent (Timestamp, TimeGenerated, Computer, EventID) VALUES (?, ?, 'pc-0.corp.example', 4624)",
            [START, START],
        )
    return path
