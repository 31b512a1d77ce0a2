from __future__ import annotations

import asyncio

import pytest

from tui.workspaces.live.limits import RATES, Limiter, QueueState, Rates, limiter_for


class Time:
    """A clock that only sleeping moves; others get their turn meanwhile."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds
        await asyncio.sleep(0)


@pytest.fixture
def time() -> Time:
    return Time()


def limiter(time: Time, at_once: int = 2, calls: int = 3, seconds: float = 30.0) -> Limiter:
    return Limiter(Rates(at_once, calls, seconds), time.clock, time.sleep)


class Query:
    """A query that runs until it is let go."""

    def __init__(self, queue: Limiter) -> None:
        self.begun, self.end = asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(self._run(queue))

    async def _run(self, queue: Limiter) -> None:
        async with queue.turn():
            self.begun.set()
            await self.end.wait()

    async def finish(self) -> None:
        self.end.set()
        await self.task


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_no_more_run_than_may_and_the_first_to_come_is_the_first_served(time: Time) -> None:
    queue = limiter(time, calls=100)
    queries = [Query(queue) for _ in range(4)]
    await settle()
    assert [query.begun.is_set() for query in queries] == [True, True, False, False]
    assert queue.state == QueueState(2, 2)
    assert queue.state.words == "2 running, 2 wait"
    await queries[1].finish()
    await settle()
    assert [query.begun.is_set() for query in queries] == [True, True, True, False]
    for query in queries:
        await query.finish()
    assert queue.state == QueueState()
    assert queue.state.words == ""


async def test_so_many_in_so_long(time: Time) -> None:
    queue = limiter(time, at_once=10, calls=3, seconds=30)
    began = []
    for _ in range(7):
        async with queue.turn():
            began.append(time.now - 1_000)
    assert began[:3] == [0, 0, 0]
    assert all(30 <= moment < 31 for moment in began[3:6])
    assert 60 <= began[6] < 61


async def test_what_the_service_asks_for_is_waited_and_told(time: Time) -> None:
    queue = limiter(time)
    queue.close_for(12, "429")
    queue.close_for(5, "something shorter")
    assert queue.closed_for == 12
    waiting = Query(queue)
    await asyncio.sleep(0)
    assert queue.state.words.startswith("1 waits 12 s (429)")
    await asyncio.wait_for(waiting.begun.wait(), 5)
    assert time.slept == pytest.approx(12, abs=0.3)
    await waiting.finish()


async def test_who_waits_can_be_cancelled_and_holds_nobody_up(time: Time) -> None:
    queue = limiter(time, at_once=1, calls=100)
    first, second, third = (Query(queue) for _ in range(3))
    await settle()
    second.task.cancel()
    await settle()
    assert second.task.cancelled()
    assert queue.state == QueueState(1, 1)
    await first.finish()
    await settle()
    assert third.begun.is_set()
    third.task.cancel()
    await settle()
    assert queue.state == QueueState()


async def test_a_turn_that_fails_is_given_back(time: Time) -> None:
    queue = limiter(time, at_once=1, calls=100)
    with pytest.raises(ZeroDivisionError):
        async with queue.turn():
            1 / 0  # noqa: B018
    assert queue.state.running == 0


def test_workspaces_of_one_service_and_tenant_share_their_limits() -> None:
    one = limiter_for("defender", "graph.microsoft.com", "acme.example")
    assert limiter_for("defender", "graph.microsoft.com", "acme.example") is one
    assert limiter_for("defender", "graph.microsoft.com", "other.example") is not one
    assert (RATES["log_analytics"].at_once, RATES["log_analytics"].calls, RATES["log_analytics"].seconds) == (
        5,
        200,
        30,
    )
    assert (RATES["defender"].calls, RATES["defender"].seconds) == (45, 60)
