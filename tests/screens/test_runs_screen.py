from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.screens.forms import hunt_with
from tests.support.dialogs import HOSTILE, SIZES, Opened, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.kql.dialects import dialect_for
from tui.library.catalogue import Catalogue
from tui.results.store import ResultStore
from tui.screens.runs import RunsScreen
from tui.triage.queries.context import Query, QueryContext
from tui.triage.runs import Origin, Phase, Run
from tui.triage.session import Session
from tui.workspaces.protocol import BatchSink, Completion, Limits, Outcome, State, Window

WINDOW = Window(datetime(2026, 11, 14, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))
BEGAN = datetime(2026, 11, 21, 14, 1, 7, tzinfo=UTC)


class Endless:
    """A workspace whose runs never end by themselves."""

    name, kind, banner = "demo", "evidence", "DEMO"

    async def schema(self) -> dict[str, dict[str, str]]:
        return {"DeviceProcessEvents": {"Timestamp": "datetime"}}

    async def span(self) -> Window | None:
        return WINDOW

    async def run(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> Completion:
        await asyncio.Event().wait()
        raise AssertionError

    async def check(self, query: str) -> str | None:
        return None

    async def coverage(self, tables: Any = ()) -> list[Any]:
        return []

    def portal_link(self, query: str) -> str | None:
        return None

    async def close(self) -> None:
        pass


def session() -> Session:
    return Session(Endless(), Catalogue(), ResultStore(None), lambda _: None)


def finished(session: Session, outcome: Outcome, rows: int, origin: Origin | None = None, title: str = "Copies") -> Run:
    context = QueryContext(hunt_with(title=title), {}, WINDOW, dialect_for("evidence", {}))
    run = Run(len(session.runs) + 1, Query("print 1", "devices", "devices", 100), context, "demo", origin, Phase.DONE)
    run.received, run.completion, run.took, run.began = rows, Completion(outcome), 3.14, BEGAN
    session.runs.append(run)
    return run


def fill(session: Session) -> None:
    finished(session, Outcome(State.COMPLETE), 4)
    more = Outcome(State.TRUNCATED, "the first 1,000 rows; there are more")
    finished(session, more, 1000, Origin(1, "FileCopyCount", "fin-ws-114", 5213))
    finished(session, Outcome(State.FAILED, "no such column [bold]X[/]"), 0)
    finished(session, Outcome(State.NOT_COVERED, "DeviceFileEvents starts 2026-11-16 00:00"), 0)


def started(session: Session) -> Run:
    context = QueryContext(hunt_with(), {}, WINDOW, dialect_for("evidence", {}))
    run = session.start(context, Query("print 1", "devices", "devices", 100))
    run.began = BEGAN
    return run


def screen(build: Callable[[Session], Any]) -> tuple[RunsScreen, Session]:
    one = session()
    build(one)
    return RunsScreen(one), one


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    dialog, _ = screen(fill)
    async with opened(dialog, size) as shown:
        await shown.press("down")
        assert_snapshot(shown.app, f"runs-{size[0]}x{size[1]}")


async def test_enter_goes_to_the_run_under_the_cursor() -> None:
    dialog, one = screen(fill)
    async with opened(dialog) as shown:
        await shown.press("j", "j", "enter")
        assert shown.given == [one.runs[1]]


async def test_leaving_goes_nowhere() -> None:
    dialog, _ = screen(fill)
    async with opened(dialog) as shown:
        await shown.press("escape")
        assert shown.given == [None]


async def test_a_run_that_goes_on_can_be_stopped_and_only_that() -> None:
    dialog, one = screen(fill)
    async with opened(dialog) as shown:
        run = started(one)
        await shown.until_shown("running")
        assert "5 runs, 1 under way" in shown.text
        assert "x stop it" not in shown.text
        await shown.press("x", "g")
        await shown.until_shown("x stop it")
        await shown.press("x")
        await shown.until(lambda: run.outcome is not None and run.outcome.state is State.CANCELLED)
        await shown.until_shown("cancelled")
        assert "0 under way" in shown.text
        await shown.until(lambda: "x stop it" not in shown.text)


async def test_new_runs_do_not_move_the_cursor() -> None:
    dialog, one = screen(fill)
    async with opened(dialog) as shown:
        await shown.press("j")
        started(one)
        await shown.until_shown("running")
        await shown.press("enter")
        assert shown.given == [one.runs[2]]
        await one.close()


async def test_nothing_was_run() -> None:
    dialog, _ = screen(lambda _: None)
    async with opened(dialog) as shown:
        assert "Nothing was run yet." in shown.text
        await shown.press("enter", "x", "q")
        assert shown.given == [None]


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_outcomes_are_harmless(size: tuple[int, int]) -> None:
    def build(one: Session) -> None:
        finished(one, Outcome(State.FAILED, HOSTILE), 0, Origin(1, HOSTILE, HOSTILE, 1), HOSTILE)

    dialog, _ = screen(build)
    async with opened(dialog, size) as shown:
        assert "[@click=app.quit]go" in shown.words
        assert harmful(shown.text) == []
        for y in range(size[1]):
            await shown.pilot.click(offset=(70, y))
        assert shown.given == []


async def test_a_finished_list_is_not_drawn_again() -> None:
    dialog, _ = screen(fill)
    async with opened(dialog) as shown:
        await settled(shown)
        drawn = shown.app.drawn
        dialog._follow()
        await shown.pilot.pause()
        assert shown.app.drawn == drawn


async def settled(shown: Opened) -> None:
    await shown.pilot.pause()
    await shown.pilot.pause()
