"""Queries over the wire give what the evidence holds."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.loopback.clients import ask, rows_of
from tui.loopback.group import Loopback

TIME = {"log_analytics": "TimeGenerated", "defender": "Timestamp", "data_explorer": "Timestamp"}


@pytest.mark.parametrize("name", TIME)
def test_counts_are_those_of_the_evidence(loopback: Loopback, demo: Path, name: str) -> None:
    server = getattr(loopback, name)
    response = ask(server, f"DeviceFileEvents | summarize Rows = count(), Last = max({TIME[name]}) by ActionType")
    with duckdb.connect(str(demo), read_only=True) as connection:
        counted = dict(connection.execute("SELECT ActionType, count(*) FROM DeviceFileEvents GROUP BY 1").fetchall())
    assert response.status_code == 200
    assert {row["ActionType"]: row["Rows"] for row in rows_of(server, response)} == counted
