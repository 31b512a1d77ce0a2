from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.small import small_catalogue, small_workspace
from tui.kql.dialects import dialect_for
from tui.library.parameters import values_for
from tui.triage.execute import execute
from tui.triage.queries.compile import base_query, drill_query, view_query
from tui.triage.queries.context import Query, QueryContext
from tui.triage.records.row_keys import entity_of, is_of_entities, key_columns, row_key
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Window


class Asked:
    """The small workspace with the hunt for file copies."""

    def __init__(self, workspace: EvidenceWorkspace, context: QueryContext) -> None:
        self.workspace, self.context = workspace, context

    async def rows(self, query: Query) -> list[dict[str, Any]]:
        return (await execute(self.workspace, self.context, query)).rows()

    def key(self, query: Query, row: dict[str, Any]) -> str:
        return row_key(self.context, query, row)


@pytest.fixture
async def asked(tmp_path: Path) -> Any:
    workspace = small_workspace(tmp_path)
    hunt = small_catalogue(tmp_path).find("T1119-91")
    span = await workspace.span()
    assert span is not None
    context = QueryContext(hunt, values_for(hunt, {}), span, dialect_for("evidence", await workspace.schema()))
    yield Asked(workspace, context)
    await workspace.close()


async def test_an_event_has_one_key_wherever_it_is_listed(asked: Asked) -> None:
    base = base_query(asked.context)
    events = await asked.rows(base)
    devices = view_query(asked.context)
    (row,) = [row for row in await asked.rows(devices) if row["DeviceName"] == "alpha.corp.example"]
    drill = drill_query(asked.context, devices, row, "ProcessCount")
    listed = {asked.key(drill, event) for event in await asked.rows(drill)}
    assert len(listed) == 5
    assert listed == {asked.key(base, event) for event in events if event["DeviceName"] == "alpha.corp.example"}
    assert len({asked.key(base, event) for event in events}) == len(events) == 8


async def test_a_column_that_holds_nothing_changes_no_key(asked: Asked) -> None:
    base = base_query(asked.context)
    event = (await asked.rows(base))[0]
    assert asked.key(base, {**event, "New": None, "Other": ""}) == asked.key(base, event)
    assert asked.key(base, {**event, "New": "x"}) != asked.key(base, event)


async def test_a_device_keeps_its_key_when_its_counts_and_the_window_change(asked: Asked) -> None:
    devices = view_query(asked.context)
    row, other = (await asked.rows(devices))[:2]
    later = Window(asked.context.window.start, asked.context.window.end + timedelta(days=1))
    changed = {**row, "ProcessCount": 99, "DeviceKey": row["DeviceKey"].upper()}
    context = replace(asked.context, window=later)
    assert row_key(context, view_query(context), changed) == asked.key(devices, row) != asked.key(devices, other)


async def test_a_value_keeps_its_key_when_its_events_become_more(asked: Asked) -> None:
    devices = view_query(asked.context)
    rows = {row["DeviceName"]: row for row in await asked.rows(devices)}
    mine, others = (
        drill_query(asked.context, devices, rows[name], "DistinctCommandLines")
        for name in ("alpha.corp.example", "gamma.corp.example")
    )
    value = (await asked.rows(mine))[0]
    assert asked.key(mine, {**value, "EventCount": 99}) == asked.key(mine, value)
    assert asked.key(others, value) != asked.key(mine, value), "the same command line on another device"


async def test_lines_of_a_timeline_differ_by_all_they_say(asked: Asked) -> None:
    timeline = view_query(asked.context, "timeline")
    lines = await asked.rows(timeline)
    assert len({asked.key(timeline, line) for line in lines}) == len(lines) == 32
    assert key_columns(timeline) == ()


async def test_who_a_row_is_about(asked: Asked) -> None:
    devices, accounts = view_query(asked.context), view_query(asked.context, "accounts")
    assert is_of_entities(devices)
    assert is_of_entities(accounts)
    assert not is_of_entities(base_query(asked.context))
    assert key_columns(devices) == ("DeviceKey",)
    assert entity_of(devices, {"DeviceKey": "ALPHA"}) == ("device", "alpha")
    assert entity_of(devices, {"DeviceKey": ""}) is None
    found = {entity_of(accounts, row) for row in await asked.rows(accounts)}
    assert found == {("account", "corp\\j.doe"), ("account", "corp\\svc")}
