"""A session on a live workspace: its window, its runs, what is told of the queue, and cancelling."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.workspaces.live.services import KINDS, WINDOW, make, server_of
from tui.library.catalogue import load_catalogue
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.triage.queries.compile import base_query, view_query
from tui.triage.runs import Phase, Run
from tui.triage.session import Session
from tui.triage.words import badge_words, empty_words, queue_words
from tui.workspaces.protocol import State

CATALOGUE = load_catalogue()


@pytest.fixture(params=KINDS)
async def session(loopback: Loopback, request: pytest.FixtureRequest) -> AsyncIterator[Session]:
    opened = Session(make(loopback, request.param), CATALOGUE, ResultStore(None), lambda run: None)
    await opened.prepare()
    server_of(loopback, request.param).clear()
    yield opened
    await opened.close()


async def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        await asyncio.sleep(0.01)


async def finished(run: Run) -> Run:
    await until(lambda: run.phase is Phase.DONE)
    return run


async def test_the_window_is_the_last_day_and_moves_with_the_clock(session: Session) -> None:
    assert session.whole is None
    assert session.window.end - session.window.start == timedelta(days=1)
    assert abs(session.window.end - datetime.now(UTC)) < timedelta(minutes=2)


async def test_a_count_opens_into_as_many_events(session: Session) -> None:
    session.window = WINDOW
    hunt = CATALOGUE.find("T1119-01")
    run = await finished(session.run_view(hunt))
    assert run.outcome is not None
    assert run.outcome.state is State.COMPLETE
    assert run.rows is not None
    row = dict(zip(run.rows.schema.names, run.rows.prepare().page(0, 1)[0], strict=True))
    drill = await finished(session.open_cell(run, row, "ProcessCount"))
    assert drill.received == row["ProcessCount"] > 0
    assert drill.mismatch == ""
    assert run.completion is not None
    assert run.completion.identifiers["client_request_id"] != drill.completion.identifiers["client_request_id"]
    assert badge_words(session, hunt, datetime.now(UTC)).startswith(f"{run.received} ")


async def test_a_listing_asks_for_no_more_than_the_service_gives(session: Session) -> None:
    session.window = WINDOW
    context = session.context(CATALOGUE.find("T1119-01"))
    whole, timeline = base_query(context), view_query(context, "timeline")
    if session.workspace.kind == "defender":
        assert (whole.limit, timeline.limit) == (10_000, 99_999)
    else:
        assert (whole.limit, timeline.limit) == (100_000, 100_000)
    assert f"take {whole.limit + 1}" in whole.kql
    assert f"take {timeline.limit + 1}" in timeline.kql


async def test_what_is_put_off_is_told_and_can_be_cancelled(session: Session, loopback: Loopback) -> None:
    server_of(loopback, session.workspace.kind).fail_next("throttled", retry_after=40)
    run = session.run_view(CATALOGUE.find("T1119-01"))
    await until(lambda: "(429)" in queue_words(session))
    assert queue_words(session).startswith("1 waits ")
    started = time.monotonic()
    session.cancel(run)
    await finished(run)
    assert time.monotonic() - started < 0.2
    assert run.outcome is not None
    assert run.outcome.state is State.CANCELLED
    await until(lambda: queue_words(session) == "")


async def test_the_place_of_a_mistake_and_the_next_step_are_shown(session: Session, loopback: Loopback) -> None:
    server_of(loopback, session.workspace.kind).fail_next("forbidden")
    run = await finished(session.run_view(CATALOGUE.find("T1119-01")))
    assert empty_words(run)[0].startswith("Not permitted: access is refused")
    assert empty_words(run)[-1].startswith("It needs ")
