"""The query that is copied for a portal asks the same question there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.small import small_catalogue, small_workspace
from tui.results.store import ResultStore
from tui.triage.cell import Cell
from tui.triage.portal import PORTALS, PortalError, portal_kql
from tui.triage.runs import Run
from tui.triage.session import Session


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[Session]:
    made = Session(small_workspace(tmp_path), small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await made.prepare()
    yield made
    await made.close()


async def ended(run: Run) -> Run:
    assert run.task is not None
    await run.task
    return run


async def first_cell(run: Run, column: str) -> Cell:
    await ended(run)
    assert run.rows is not None
    held = run.rows.prepare()
    names = [info.name for info in held.columns]
    return Cell(run, dict(zip(names, held.page(0, 1)[0], strict=True)), column)


@pytest.mark.parametrize("kind", PORTALS)
async def test_a_view_a_drill_and_a_value_are_said_in_the_portals_words(session: Session, kind: str) -> None:
    hunt = session.catalogue.hunts["T1119-91"]
    devices = session.run_view(hunt)
    time = "Timestamp" if kind == "defender" else "TimeGenerated"
    assert f"{time} >= p_from" in portal_kql(kind, devices)
    values = await first_cell(devices, "DistinctCommandLines")
    listed = session.open_cell(values.run, values.row, values.column)
    event = await first_cell(listed, "EventCount")
    events = await ended(session.open_cell(event.run, event.row, event.column))
    kql = portal_kql(kind, events, [event, values])
    assert f"sort by {time} asc" in kql
    assert '"alpha.corp.example"' in kql
    assert "ProcessCommandLine ==" in kql
    assert "project-reorder" in kql
    assert kql.startswith("// T1119-91")


async def test_the_base_of_a_leg_is_listed_there_too(session: Session) -> None:
    run = await ended(session.run_base(session.catalogue.hunts["T1119-91"], "files"))
    kql = portal_kql("defender", run)
    assert "leg_files" in kql
    assert "summarize" not in kql.partition("let leg_files")[2]


async def test_what_cannot_be_asked_there_says_what_is_missing(session: Session) -> None:
    from dataclasses import replace

    run = await ended(session.run_view(session.catalogue.hunts["T1119-91"]))
    leg = replace(run.context.hunt.legs["processes"], table="WindowsEvent", where="EventID == 1")
    hunt = replace(run.context.hunt, legs={**run.context.hunt.legs, "processes": leg})
    run.context = replace(run.context, hunt=hunt)
    with pytest.raises(PortalError, match="WindowsEvent"):
        portal_kql("defender", run)
