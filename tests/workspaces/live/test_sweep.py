"""A sweep of a live workspace: a few at a time, estimated by the service's limits, put off and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.small import small_catalogue
from tests.workspaces.live.services import SMALL_WINDOW, make
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.triage.runs import Run
from tui.triage.session import Session
from tui.triage.sweep import LIVE_AT_ONCE, Stage, Sweep, Sweeping, end_words, plan, stages
from tui.triage.sweep_estimate import estimate
from tui.triage.words import queue_words
from tui.workspaces.protocol import State

HUNTS = 7


class Counted(Session):
    """A session that notes how many of its runs went on at once."""

    most = 0


@pytest.fixture
async def session(small: Loopback, tmp_path: Path) -> AsyncIterator[Counted]:
    catalogue = small_catalogue(tmp_path)
    copies = catalogue.find("T1119-91")
    catalogue.hunts = {f"T1119-1{n}": replace(copies, id=f"T1119-1{n}") for n in range(HUNTS)}

    def changed(run: Run) -> None:
        opened.most = max(opened.most, len(opened.active()))

    opened = Counted(make(small, "defender"), catalogue, ResultStore(None), changed)
    await opened.prepare()
    opened.window = SMALL_WINDOW
    yield opened
    await opened.close()


async def until(condition: Callable[[], object]) -> None:
    for _ in range(20_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    pytest.fail("it never came to be")


def everything(session: Session) -> Sweep:
    return plan(session, session.catalogue.listed, "all of them")


async def test_a_few_at_a_time_and_all_answered(session: Counted) -> None:
    sweep = everything(session)
    sweeping = Sweeping(session, sweep)
    sweeping.begin()
    await sweeping.wait()
    assert set(stages(session, sweep).values()) == {Stage.ANSWERED}
    assert {run.received for run in session.runs} == {3}
    assert session.most == LIVE_AT_ONCE


async def test_the_estimate_is_by_the_limits_of_the_service(session: Counted, small: Loopback) -> None:
    sent = len(small.defender.queries)
    found = await estimate(session, everything(session))
    assert f"{HUNTS} queries on 2 tables; {HUNTS} more at most" in found.words
    assert "4 at a time; the service takes 45 in 60 s" in found.words
    assert found.events is None
    assert len(small.defender.queries) == sent


async def test_what_the_service_puts_off_waits_and_is_stopped_at_once(session: Counted, small: Loopback) -> None:
    small.defender.fail_next("throttled", retry_after=40)
    sweep = everything(session)
    sweeping = Sweeping(session, sweep)
    sweeping.begin()
    await until(lambda: "(429)" in queue_words(session))
    async with asyncio.timeout(2):
        sweeping.stop()
        await sweeping.wait()
    assert session.active() == []
    found = stages(session, sweep)
    assert Stage.RUNNING not in found.values()
    assert list(found.values()).count(Stage.WAITING) >= HUNTS - 2 * LIVE_AT_ONCE
    assert {str(run.outcome.state) for run in session.runs if run.outcome} <= {State.CANCELLED, State.COMPLETE}
    assert "cancelled" in end_words(session, sweep)
