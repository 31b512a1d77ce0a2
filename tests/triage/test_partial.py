"""What a hunt answers where one of its tables is not there."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tui.evidence.tables import create_table, visible_columns
from tui.kql.dialects import dialect_for
from tui.library.loader import read_hunt
from tui.library.parameters import values_for
from tui.triage.execute import execute
from tui.triage.queries.compile import NothingBehindError, drill_query, view_query
from tui.triage.queries.context import NoTableError, QueryContext
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import State


def workspace_with(folder: Path, table: str) -> EvidenceWorkspace:
    path = folder / "case.duckdb"
    with duckdb.connect(str(path)) as connection:
        create_table(connection, table)
        row = {
            "Timestamp": "2026-11-20",
            "TimeGenerated": "2026-11-20",
            "DeviceId": "a",
            "DeviceName": "a.example",
            "FileName": "robocopy.exe",
            "ProcessCommandLine": "robocopy copy /e",
        }
        known = {name: value for name, value in row.items() if name in visible_columns(table)}
        marks = ", ".join("?" for _ in known)
        connection.execute(f"INSERT INTO {table} ({', '.join(known)}) VALUES ({marks})", list(known.values()))
    return EvidenceWorkspace("case", path)


async def context_in(workspace: EvidenceWorkspace) -> QueryContext:
    hunt = read_hunt(Path(__file__).parent.parent / "hunts" / "copies.toml")
    window = await workspace.span()
    assert window is not None
    return QueryContext(hunt, values_for(hunt, {}), window, dialect_for("evidence", await workspace.schema()))


async def test_absent_tables_leave_their_columns_empty_and_the_run_partial(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, "DeviceProcessEvents")
    context = await context_in(workspace)
    query = view_query(context)
    answer = await execute(workspace, context, query)
    await workspace.close()
    assert answer.completion.outcome.state is State.PARTIAL
    assert "DeviceNetworkEvents" in answer.completion.outcome.reason
    assert "DeviceFileEvents" not in answer.completion.outcome.reason, "that leg is optional"
    [row] = answer.rows()
    assert row["ProcessCount"] == 1
    assert row["ConnectionCount"] is None
    with pytest.raises(NothingBehindError):
        drill_query(context, query, row, "ConnectionCount")


async def test_a_hunt_without_its_primary_table_says_so(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, "DeviceFileEvents")
    context = await context_in(workspace)
    await workspace.close()
    with pytest.raises(NoTableError, match="DeviceProcessEvents"):
        view_query(context)
