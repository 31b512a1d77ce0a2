"""Rarity gives the same rows through each service as from the evidence, what lies before the window included."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.loopback.clients import SERVICES, ask, named, rows_of
from tests.support.demo import END
from tui.kql.dialects import dialect_for
from tui.library.catalogue import load_catalogue
from tui.library.parameters import values_for
from tui.loopback.group import Loopback
from tui.triage.execute import execute
from tui.triage.queries.context import QueryContext
from tui.triage.queries.rarity import Shared, rarity_context, rarity_query
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Window

WINDOW = Window(END - timedelta(days=2), END)
COUNTED = ("Value", "Devices", "Accounts", "Days", "Events", "BeforeDevices", "BeforeDays", "BeforeEvents")


@pytest.fixture(scope="module")
def served(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with Loopback(demo, tmp_path_factory.mktemp("rarity"), clock=lambda: END) as loopback:
        yield loopback


@pytest.fixture(scope="module")
def expected(demo: Path) -> list[tuple[Any, ...]]:
    """The rows from the evidence itself."""

    async def asked() -> list[tuple[Any, ...]]:
        workspace = EvidenceWorkspace("demo", demo)
        context = context_for("evidence", await workspace.schema())
        answer = await execute(workspace, context, rarity_query(context))
        await workspace.close()
        return [tuple(row[name] for name in COUNTED) for row in answer.rows()]

    return asyncio.run(asked())


def context_for(kind: str, schema: Any) -> QueryContext:
    hunt = load_catalogue().hunts["T1119-02"]
    leg = Shared(hunt.primary, "InitiatingProcessFileName")
    return rarity_context(QueryContext(hunt, values_for(hunt, {}), WINDOW, dialect_for(kind, schema)), leg)


@pytest.mark.parametrize("name", SERVICES)
def test_the_same_rarity(served: Loopback, expected: list[tuple[Any, ...]], name: str) -> None:
    server = named(served, name)
    context = context_for(name, server.tables.schema)  # type: ignore[attr-defined]
    query = rarity_query(context)
    reach = context.reach(query.kql)
    assert reach == Window(WINDOW.start - timedelta(days=30), WINDOW.end)
    body = {"timespan": f"{reach.start.isoformat()}/{reach.end.isoformat()}"} if name == "log_analytics" else {}
    found = [tuple(row[column] for column in COUNTED) for row in rows_of(server, ask(server, query.kql, body))]
    assert found == expected
    assert any(row[-1] > 0 for row in found)
