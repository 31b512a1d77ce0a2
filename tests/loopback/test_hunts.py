"""Hunts, drills and pivots give the same rows through each service as from the evidence itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.loopback.clients import SERVICES, ask, named, rows_of
from tests.support.demo import END
from tui.kql.dialects import dialect_for
from tui.library.catalogue import load_catalogue
from tui.library.parameters import values_for
from tui.loopback.answers import datetime_text, timespan_text
from tui.loopback.group import Loopback
from tui.triage.execute import execute
from tui.triage.queries.compile import drill_query, view_query
from tui.triage.queries.context import Query, QueryContext
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Window

HUNTS = {hunt.id: hunt for hunt in load_catalogue().listed}
WINDOW = Window(END - timedelta(days=7), END)
TRIED = [("T1119-02", "groups_archives"), ("T1119-04", "groups_files"), ("T1119-09", "groups_processes")]
"""Views over tables that every service has."""


@pytest.fixture(scope="module")
def hunted(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EvidenceWorkspace, Loopback]]:
    """The demo evidence, by itself and behind the services."""
    workspace = EvidenceWorkspace("demo", demo)
    with Loopback(demo, tmp_path_factory.mktemp("hunts"), clock=lambda: END) as loopback:
        yield workspace, loopback
    asyncio.run(workspace.close())


def context_for(hunt_id: str, kind: str, schema: Any) -> QueryContext:
    hunt = HUNTS[hunt_id]
    return QueryContext(hunt, values_for(hunt, {}), WINDOW, dialect_for(kind, schema))


def plain(value: Any, kind: str = "") -> Any:
    """A value of either side in one form: times and spans as text, nothing as an empty text of JSON."""
    if isinstance(value, datetime):
        return datetime_text(value)
    if isinstance(value, timedelta):
        return timespan_text(value)
    return value or "" if kind == "dynamic" else value


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(("hunt_id", "view"), TRIED)
def test_the_same_rows(hunted: tuple[EvidenceWorkspace, Loopback], hunt_id: str, view: str, name: str) -> None:
    workspace, loopback = hunted
    server = named(loopback, name)
    schema = server.tables.schema  # type: ignore[attr-defined]
    here = context_for(hunt_id, "evidence", asyncio.run(workspace.schema()))
    there = context_for(hunt_id, name, schema)
    kinds = {column: kind for columns in schema.values() for column, kind in columns.items()}

    def compared(local: Query, live: Query) -> list[dict[str, Any]]:
        expected = asyncio.run(execute(workspace, here, local)).rows()
        found = rows_of(server, ask(server, live.kql))
        shared = [column for column in expected[0] if column in found[0]]
        assert {column.name for column in local.columns} <= {*shared, "Timestamp"}
        wanted, got = (
            [[plain(row[name], kinds.get(name, "")) for name in shared] for row in rows] for rows in (expected, found)
        )
        assert got == wanted
        return expected

    local, live = view_query(here, view), view_query(there, view)
    row = compared(local, live)[0]
    events = compared(drill_query(here, local, row, "EventCount"), drill_query(there, live, row, "EventCount"))
    assert len(events) == row["EventCount"]
