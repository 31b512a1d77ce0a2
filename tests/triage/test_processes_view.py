"""The view behind a process tree: its counts open into exactly those events."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.support.chain import DEVICE, chain_workspace, moment
from tests.support.demo import demo as demo
from tests.support.small import START
from tests.triage.opening import answer_of, cells, disagreements
from tui.kql.dialects import dialect_for
from tui.library.catalogue import load_catalogue
from tui.library.parameters import values_for
from tui.triage.process_tree import ProcessKey, Tree, build_tree, key_in
from tui.triage.queries.compile import start_query, view_query
from tui.triage.queries.context import Query, QueryContext
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Window

HUNT = load_catalogue().hunts["pivot-process-tree"]


def wrote(path: Path, device: str, window: Window) -> dict[ProcessKey, int]:
    """How many files each process of a device wrote in `window`, counted by hand."""
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "SELECT InitiatingProcessId, InitiatingProcessCreationTime, count(*) FROM DeviceFileEvents "
            "WHERE DeviceName = ? AND Timestamp >= ? AND Timestamp < ? GROUP BY ALL",
            [device, window.start.replace(tzinfo=None), window.end.replace(tzinfo=None)],
        ).fetchall()
    return {ProcessKey(number, created): count for number, created, count in found}


async def opened(path: Path, device: str, window: Window) -> tuple[EvidenceWorkspace, QueryContext, Query, list[Any]]:
    """The workspace, the view there, and its rows."""
    workspace = EvidenceWorkspace("tree", path)
    dialect = dialect_for("evidence", await workspace.schema())
    context = QueryContext(HUNT, values_for(HUNT, {"device": device, "process_id": "60"}), window, dialect)
    query = view_query(context)
    answer = await answer_of(workspace, context, query)
    return workspace, context, query, answer.table.to_pylist()


def at(number: int, minutes: float | None) -> ProcessKey:
    return ProcessKey(number, moment(minutes).replace(tzinfo=UTC) if minutes is not None else None)


def tree_of(rows: list[dict[str, Any]]) -> Tree:
    """The tree of `rows`, their times with their zone."""
    return build_tree(
        {
            name: value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
            for name, value in row.items()
        }
        for row in rows
    )


def test_a_chain_is_a_tree_and_an_id_used_again_is_another_process(tmp_path: Path) -> None:
    async def work() -> None:
        window = Window(START.replace(tzinfo=UTC), (START + timedelta(hours=1)).replace(tzinfo=UTC))
        workspace, context, query, rows = await opened(chain_workspace(tmp_path), DEVICE, window)
        tree = tree_of(rows)
        assert tree.parents == {
            at(50, 1): at(40, -600),
            at(60, 30): at(40, -600),
            at(60, 2): at(50, 1),
            at(61, 2.5): at(50, 1),
            at(70, 3): at(60, 2),
            at(71, 31): at(60, 30),
        }
        assert set(tree.roots) == {at(40, -600), at(60, None)}
        counted = {
            (process.key, name): process.count(name)
            for process in tree.processes.values()
            for name in ("ChildCount", "FileCount", "ConnectionCount")
            if process.count(name)
        }
        assert counted == {
            (at(40, -600), "ChildCount"): 2,
            (at(50, 1), "ChildCount"): 2,
            (at(60, 2), "ChildCount"): 1,
            (at(60, 30), "ChildCount"): 1,
            (at(70, 3), "FileCount"): 3,
            (at(60, 30), "FileCount"): 1,
            (at(60, 2), "ConnectionCount"): 1,
            (at(60, None), "ConnectionCount"): 1,
        }
        assert await disagreements(workspace, context, query, cells(context, query, rows)) == []
        later = next(row for row in rows if row["FileName"] == "later.exe")
        started = await answer_of(workspace, context, start_query(context, later))
        assert started.table.column("ReportId").to_pylist() == [60]
        assert started.table.column("FileName").to_pylist() == ["later.exe"]
        await workspace.close()

    asyncio.run(work())


def test_on_the_demo_every_number_opens_into_its_events(demo: Path) -> None:
    async def work() -> None:
        with duckdb.connect(str(demo), read_only=True) as connection:
            planted = connection.execute(
                "SELECT DeviceName, InitiatingProcessId, InitiatingProcessCreationTime, min(Timestamp) "
                "FROM DeviceProcessEvents WHERE InitiatingProcessFileName = 'wsmhelper.exe' "
                "GROUP BY ALL ORDER BY count(*) DESC LIMIT 1"
            ).fetchone()
        assert planted is not None
        device, number, created, first = planted
        middle = first.replace(tzinfo=UTC)
        window = Window(middle - timedelta(days=1), middle + timedelta(days=1))
        workspace, context, query, rows = await opened(demo, device, window)
        tree = tree_of(rows)
        top = tree.processes[ProcessKey(number, created.replace(tzinfo=UTC))]
        below = tree.children[top.key]
        assert len(below) == top.count("ChildCount") >= 6
        assert any(tree.children.get(child) for child in below)
        own = [row for row in rows if row["ProcessId"] == number]
        assert await disagreements(workspace, context, query, cells(context, query, own)) == []
        assert {key_in(row, "Process"): row["FileCount"] for row in rows if row["FileCount"]} == wrote(
            demo, device, window
        )
        await workspace.close()

    asyncio.run(work())
