"""Logon sessions: visits by remote desktop with their source and length, and all of one session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.chain import DEVICE, LOGON, chain_workspace, moment
from tests.support.small import START
from tests.triage.opening import answer_of, cells, disagreements
from tui.evidence.tables import create_table, quote
from tui.kql.dialects import dialect_for
from tui.library.catalogue import load_catalogue
from tui.library.parameters import values_for
from tui.triage.pivots import pivots_for
from tui.triage.queries.compile import view_query
from tui.triage.queries.context import QueryContext
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Window

CATALOGUE = load_catalogue()
WINDOW = Window(START.replace(tzinfo=UTC) - timedelta(hours=1), START.replace(tzinfo=UTC) + timedelta(hours=3))
LOGONS = (
    (0, "LogonSuccess", "RemoteInteractive", LOGON),
    (45, "Logoff", "RemoteInteractive", LOGON),
    (10, "LogonSuccess", "RemoteInteractive", 888),
    (25, "SessionDisconnected", "", 888),
    (50, "LogonSuccess", "RemoteInteractive", 999),
    (51, "LogonSuccess", "Network", 1000),
    (52, "LogonFailed", "RemoteInteractive", 0),
)
"""Minutes, action, type and logon id."""


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = chain_workspace(tmp_path_factory.mktemp("visits"))
    with duckdb.connect(str(path)) as connection:
        create_table(connection, "DeviceLogonEvents")
        for number, (at, action, kind, logon) in enumerate(LOGONS):
            row = {
                "DeviceName": DEVICE,
                "ReportId": number,
                "Timestamp": moment(at),
                "TimeGenerated": moment(at),
                "ActionType": action,
                "LogonType": kind,
                "LogonId": logon,
                "AccountName": "ann",
                "RemoteIP": "10.0.0.7" if action == "LogonSuccess" else "",
            }
            names = ", ".join(map(quote, row))
            statement = f"INSERT INTO DeviceLogonEvents ({names}) VALUES ({', '.join('?' * len(row))})"
            connection.execute(statement, list(row.values()))
    return path


async def rows_of(path: Path, hunt: str, values: Mapping[str, object], view: str) -> tuple[Any, Any, Any, list[Any]]:
    workspace = EvidenceWorkspace("visits", path)
    known = CATALOGUE.hunts[hunt]
    dialect = dialect_for("evidence", await workspace.schema())
    context = QueryContext(known, values_for(known, values), WINDOW, dialect)
    query = view_query(context, view)
    answer = await answer_of(workspace, context, query)
    return workspace, context, query, answer.table.to_pylist()


async def test_a_visit_has_its_source_and_length_and_says_how_that_is_known(evidence: Path) -> None:
    workspace, context, query, rows = await rows_of(evidence, "pivot-remote-desktop", {"device": DEVICE}, "")
    assert query.view == "visits"
    told = [
        (row["LogonId"], row["RemoteIP"], row["Minutes"], row["UntilIs"], row["LogonCount"], row["ProcessCount"])
        for row in rows
    ]
    assert told == [
        (LOGON, "10.0.0.7", 45, "logged off", 1, 6),
        (888, "10.0.0.7", 15, "disconnected", 1, 0),
        (999, "10.0.0.7", None, "not known", 1, 0),
    ]
    assert await disagreements(workspace, context, query, cells(context, query, rows)) == []
    await workspace.close()


async def test_all_that_was_done_in_one_session(evidence: Path) -> None:
    found = await rows_of(evidence, "pivot-logon", {"device": DEVICE, "logon_id": str(LOGON)}, "timeline")
    workspace, _, _, rows = found
    legs = [row["Leg"] for row in rows]
    assert {leg: legs.count(leg) for leg in set(legs)} == {"processes": 6, "logons": 2, "files": 4, "connections": 1}
    assert {row["DeviceName"] for row in rows} == {DEVICE}
    await workspace.close()


async def test_a_line_of_a_timeline_leads_to_its_logon_session_and_process(evidence: Path) -> None:
    workspace, _, query, rows = await rows_of(
        evidence, "pivot-logon", {"device": DEVICE, "logon_id": "888"}, "timeline"
    )
    assert [row["LogonId"] for row in rows] == [888, 888]
    offered = {one.hunt.id: dict(one.values) for one in pivots_for(CATALOGUE.pivots, query, rows[0], "EventTime")}
    assert offered["pivot-logon"] == {"device": DEVICE, "logon_id": "888"}
    assert "pivot-process-tree" not in offered
    await workspace.close()
