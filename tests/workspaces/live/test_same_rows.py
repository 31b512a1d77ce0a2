"""Every hunt gives the same rows, and every drill the same events, through each service as from the evidence itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces.live.services import KINDS, WINDOW, make
from tui.kql.dialects import dialect_for
from tui.library.catalogue import load_catalogue
from tui.library.model import Hunt
from tui.library.parameters import values_for
from tui.loopback.group import Loopback
from tui.loopback.log_analytics import LogAnalytics
from tui.results.values import plain_text
from tui.triage.execute import Answer, execute
from tui.triage.queries.compile import drill_query, view_query
from tui.triage.queries.context import Query, QueryContext
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.live.limits import Limiter, Rates
from tui.workspaces.protocol import State, Workspace

HUNTS = {hunt.id: hunt for hunt in load_catalogue().listed}
TIMES = {"Timestamp", "TimeGenerated"}


class Side:
    """One workspace in which hunts are run; keeps what it gave."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.schema = asyncio.run(workspace.schema())
        self.devices, self.drill = cache(self._devices), cache(self._drill)

    def context(self, hunt: Hunt, lacking: frozenset[str]) -> QueryContext:
        """`lacking` are tables that are treated as if they were not here."""
        schema = {table: columns for table, columns in self.schema.items() if table not in lacking}
        return QueryContext(hunt, values_for(hunt, {}), WINDOW, dialect_for(self.workspace.kind, schema))

    def _devices(self, hunt_id: str, lacking: frozenset[str]) -> tuple[Query, Answer]:
        context = self.context(HUNTS[hunt_id], lacking)
        query = view_query(context, "devices")
        return query, self.run(query, context)

    def run(self, query: Query, context: QueryContext) -> Answer:
        answer = asyncio.run(execute(self.workspace, context, query))
        lacking = State.PARTIAL if query.lacks else State.COMPLETE
        assert answer.completion.outcome.state is lacking, answer.completion.outcome
        return answer

    def _drill(self, hunt_id: str, device: str, column: str) -> Answer:
        query, answer = self.devices(hunt_id, frozenset())
        row = next(row for row in answer.rows() if row["DeviceName"] == device)
        context = self.context(HUNTS[hunt_id], frozenset())
        return self.run(drill_query(context, query, row, column), context)


@pytest.fixture(scope="module")
def evidence(demo: Path) -> Iterator[Side]:
    side = Side(EvidenceWorkspace("demo", demo))
    yield side
    asyncio.run(side.workspace.close())


@pytest.fixture(scope="module")
def sides(shared: Loopback) -> Iterator[dict[str, Side]]:
    made = {kind: Side(unlimited(shared, kind)) for kind in KINDS}
    yield made
    for side in made.values():
        asyncio.run(side.workspace.close())


def unlimited(loopback: Loopback, kind: str) -> Workspace:
    """A workspace that does not wait for the service's minute to pass: there is no such limit in this test."""
    workspace = make(loopback, kind)
    workspace._limiter = Limiter(Rates(5, 10_000, 1.0))
    loopback.defender.rates = loopback.log_analytics.rates = loopback.data_explorer.rates
    return workspace


@cache
def run_everywhere(sides: tuple[Side, ...], hunt_id: str) -> None:
    """Runs the hunt in all workspaces at once, the first time it is asked for: each keeps its answer."""
    with ThreadPoolExecutor(len(sides)) as pool:
        list(pool.map(lambda side: side.devices(hunt_id, frozenset()), sides))


def comparable(rows: list[dict[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    """Rows without the columns that one side lacks, values written one way: a flag is a flag, unset or not."""
    return [{name: said(row.get(name)) for name in sorted(names)} for row in rows]


def said(value: object) -> str:
    return plain_text(value) if isinstance(value, datetime) else "" if value is None else str(value)


def shared_names(local: Answer, live: Answer) -> set[str]:
    return (set(local.table.column_names) & set(live.table.column_names)) - TIMES


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hunt_id", HUNTS)
def test_a_hunt_and_its_drill_give_the_same_rows(
    evidence: Side, sides: Mapping[str, Side], hunt_id: str, kind: str
) -> None:
    side = sides[kind]
    run_everywhere((evidence, *sides.values()), hunt_id)
    used = {leg.table for leg in HUNTS[hunt_id].legs.values() if leg.table}
    lacking = frozenset(used & (evidence.schema.keys() - side.schema.keys()))  # a leg without its table says n/a
    (_, local), (_, live) = evidence.devices(hunt_id, lacking), side.devices(hunt_id, frozenset())
    assert local.table.num_rows > 0
    assert set(live.table.column_names) == set(local.table.column_names)
    names = shared_names(local, live)
    assert comparable(live.rows(), names) == comparable(local.rows(), names)

    count = HUNTS[hunt_id].legs[HUNTS[hunt_id].primary].count
    row = next(row for row in local.rows() if row[count])
    events, listed = (one.drill(hunt_id, row["DeviceName"], count) for one in (evidence, side))
    assert listed.table.num_rows == events.table.num_rows == row[count]
    names = shared_names(events, listed)
    assert len(names) > 20
    assert comparable(listed.rows(), names) == comparable(events.rows(), names)


@pytest.mark.parametrize("kind", KINDS)
def test_the_times_of_events_are_the_same(evidence: Side, sides: Mapping[str, Side], kind: str) -> None:
    row = evidence.devices("T1119-01", frozenset())[1].rows()[0]
    local, live = (one.drill("T1119-01", row["DeviceName"], "ProcessCount") for one in (evidence, sides[kind]))
    column = "TimeGenerated" if kind == "log_analytics" else "Timestamp"
    assert live.table.num_rows == row["ProcessCount"]
    assert [plain_text(row[column]) for row in live.rows()] == [plain_text(row["Timestamp"]) for row in local.rows()]


@pytest.mark.parametrize("timestamps", [False, True])
def test_streamed_tables_with_and_without_timestamp(
    evidence: Side, demo: Path, shared: Loopback, timestamps: bool
) -> None:
    with LogAnalytics(shared.authority, demo, timestamps=timestamps, clock=lambda: WINDOW.end) as server:
        workspace = make(shared, "log_analytics", url=server.url)
        side = Side(workspace)
        assert ("Timestamp" in side.schema["DeviceProcessEvents"]) == timestamps
        _, live = side.devices("T1119-04", frozenset())
        asyncio.run(workspace.close())
    _, local = evidence.devices("T1119-04", frozenset())
    names = shared_names(local, live)
    assert comparable(live.rows(), names) == comparable(local.rows(), names)
