"""Watching a live workspace: windows end now, and a service that throttles is asked less often."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from tests.support.small import small_catalogue
from tests.workspaces.live.services import SMALL_WINDOW, make
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.triage.runs import Run
from tui.triage.session import Session
from tui.triage.watch import Round, Watch, plan_of
from tui.workspaces.protocol import State


class Clock:
    """A clock that waits for nothing; the service throttles from the second round on."""

    def __init__(self, loopback: Loopback) -> None:
        self.time, self.loopback = SMALL_WINDOW.end - timedelta(minutes=50), loopback
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
        if len(self.slept) == 2:
            self.loopback.defender.fail_next("cpu_quota")


class Everything:
    """Keeps every round."""

    async def keep(self, run: Run) -> None:
        del run

    async def drop(self, run: Run) -> bool:
        del run
        return False


async def test_windows_end_now_and_throttling_makes_rounds_rarer(small: Loopback, tmp_path: Path) -> None:
    session = Session(make(small, "defender"), small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await session.prepare()
    session.window = SMALL_WINDOW
    clock, told = Clock(small), list[Round]()
    plan, _ = plan_of(session, [session.catalogue.find("T1119-91")], timedelta(minutes=15), timedelta(minutes=50))
    watch = Watch(session, plan, Everything(), lambda done: told.append(done) if done else None, clock)
    try:
        began = clock.now()
        await watch.run()
    finally:
        await session.close()
    ends = [done.watched[0].run.context.window.end - began for done in told]
    assert ends == [timedelta(minutes=minutes) for minutes in (0, 15, 30)]
    throttled = told[2].watched[0].run.outcome
    assert throttled is not None
    assert throttled.state is State.THROTTLED
    assert told[2].said == ("the service throttles: rounds come every 30 min",)
    assert (told[0].watched[0].first, told[1].watched[0].trouble) == (True, "")
