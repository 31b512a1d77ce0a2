"""Watching on a clock that is set: what is fresh is told, rounds that brought nothing go, and it ends by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.support.small import HOSTILE_DEVICE, HeldWorkspace, small_catalogue, small_workspace, write_run
from tui.results.store import ResultStore
from tui.triage.judged import Judge
from tui.triage.records.model import Verdict
from tui.triage.runs import Run
from tui.triage.session import Session
from tui.triage.watch import Plan, Round, Watch, WatchError, fresh_words, plan_of, watch_words
from tui.workspaces.protocol import BatchSink, Completion, Limits, Outcome, State, Window

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEGAN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class SetClock:
    """A clock that waits for nothing; `before` is done before each later round."""

    def __init__(self) -> None:
        self.time = BEGAN
        self.slept: list[float] = []
        self.before: dict[int, Callable[[], None]] = {}

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
        self.before.get(len(self.slept) + 1, lambda: None)()


class Kept:
    """Keeps what is asked of it, as a list."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.kept: list[int] = []
        self.dropped: list[int] = []

    async def keep(self, run: Run) -> None:
        self.kept.append(run.number)

    async def drop(self, run: Run) -> bool:
        if self.session.is_needed(run):
            return False
        await self.session.drop(run)
        self.dropped.append(run.number)
        return True


class Answering(HeldWorkspace):
    """Answers the rounds with these outcomes first."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, path)
        self.outcomes: list[Outcome] = []
        self.begun = asyncio.Event()

    async def run(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> Completion:
        self.begun.set()
        if self.outcomes and (outcome := self.outcomes.pop(0)).state is not State.COMPLETE:
            return Completion(outcome)
        return await super().run(query, window, limits, on_batch)


class Bench:
    """A session with a watch on it."""

    def __init__(self, session: Session, path: Path) -> None:
        self.session, self.path = session, path
        self.clock, self.kept = SetClock(), Kept(session)
        self.told: list[Round] = []

    def watch(self, every: timedelta = 15 * MINUTE, lasting: timedelta = HOUR, *hunts: str) -> Watch:
        named = [self.session.catalogue.hunts[hunt] for hunt in hunts or ("T1119-91",)]
        plan, _ = plan_of(self.session, named, every, lasting)
        return Watch(self.session, plan, self.kept, lambda done: self.told.append(done) if done else None, self.clock)

    @property
    def workspace(self) -> Answering:
        assert isinstance(self.session.workspace, Answering)
        return self.session.workspace

    def workspace_outcomes(self, state: State, number: int) -> None:
        """Has the next runs end so."""
        self.workspace.outcomes = [Outcome(state, "made so")] * number

    def write(self, device: str, number: int, run: int) -> None:
        """Has another process with its files in the evidence."""
        copy = self.path.with_suffix(".next")
        copy.write_bytes(self.path.read_bytes())
        with duckdb.connect(str(copy)) as connection:
            write_run(connection, device, number, run)
        copy.replace(self.path)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    small = small_workspace(tmp_path)
    await small.close()
    workspace = Answering("small", tmp_path / "small.duckdb")
    session = Session(workspace, small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await session.prepare()
    yield Bench(session, tmp_path / "small.duckdb")
    await session.close()


async def test_rows_that_are_new_or_have_more_behind_them_are_told(bench: Bench) -> None:
    bench.clock.before = {
        2: lambda: bench.write("delta.corp.example", 3, 0),
        4: lambda: bench.write("gamma.corp.example", 4, 1),
    }
    watch = bench.watch()
    await watch.run()
    found = [done.watched[0] for done in bench.told]
    assert [one.first for one in found] == [True, False, False, False, False]
    assert [(one.new, one.more) for one in found[1:]] == [
        (("delta.corp.example",), ()),
        ((), ()),
        ((), ("gamma.corp.example",)),
        ((), ()),
    ]
    assert fresh_words(found[1]) == "1 new: delta.corp.example"
    assert fresh_words(found[3]) == "1 with more: gamma.corp.example"
    assert watch.news == 2
    assert watch_words(watch) == "watching T1119-91 every 15 min: 2 fresh"
    watch.see("T1119-91")
    assert watch.news == 0


async def test_the_window_moves_to_the_newest_event_and_keeps_its_length(bench: Bench) -> None:
    length = bench.session.window.end - bench.session.window.start
    bench.clock.before = {2: lambda: bench.write("delta.corp.example", 3, 0)}
    await bench.watch(lasting=15 * MINUTE).run()
    first, second = (run.context.window for run in bench.session.runs)
    assert first.end - first.start == second.end - second.start == length
    assert second.end == first.end + HOUR


async def test_no_moment_lies_between_two_rounds_unseen(bench: Bench) -> None:
    bench.session.window = Window(bench.session.window.end - 20 * MINUTE, bench.session.window.end)
    bench.clock.before = {2: lambda: bench.write("delta.corp.example", 9, 0)}
    await bench.watch(lasting=15 * MINUTE).run()
    first, second = (run.context.window for run in bench.session.runs)
    assert second.start == first.end
    assert second.end - second.start > HOUR


async def test_rounds_that_brought_nothing_go_but_for_the_first_and_the_last(bench: Bench) -> None:
    bench.clock.before = {4: lambda: bench.write("delta.corp.example", 3, 0)}
    watch = bench.watch(lasting=2 * HOUR)
    await watch.run()
    assert watch.rounds == 9
    assert [run.number for run in bench.session.runs] == [1, 4, 9]
    assert bench.kept.dropped == [2, 3, 5, 6, 7, 8]
    assert watch.dropped == 6
    assert bench.kept.kept == list(range(1, 10))


async def test_a_round_that_is_looked_at_or_opened_stays(bench: Bench) -> None:
    def open_from_the_second() -> None:
        run = bench.session.runs[1]
        assert run.rows is not None
        names = [info.name for info in run.rows.columns]
        with run.rows.prepare() as held:
            row = dict(zip(names, held.page(0, 1, names)[0], strict=True))
        bench.session.open_cell(run, row, "ProcessCount")

    bench.clock.before = {3: open_from_the_second}
    await bench.watch().run()
    assert [run.number for run in bench.session.runs if run.origin is None] == [1, 2, 6]


async def test_it_ends_by_itself_when_its_time_is_over(bench: Bench) -> None:
    watch = bench.watch(lasting=40 * MINUTE)
    await watch.run()
    assert watch.over == "ended by itself after 40 min and 3 rounds"
    assert bench.clock.slept == [900, 900]


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED, State.NOT_PERMITTED])
async def test_it_ends_when_rounds_give_no_answer(bench: Bench, state: State) -> None:
    bench.workspace_outcomes(state, 50)
    watch = bench.watch(lasting=8 * HOUR)
    await watch.run()
    assert watch.rounds == 5
    assert watch.over == "ended by itself: 5 rounds one after another gave no answer"
    assert [done.watched[0].trouble for done in bench.told] == [f"{state}: made so"] * 5
    assert not any(done.answered for done in bench.told)


async def test_an_answer_in_between_begins_the_count_anew(bench: Bench) -> None:
    failed = [Outcome(State.FAILED, "made so")] * 4
    bench.workspace.outcomes = [*failed, Outcome(State.COMPLETE), *failed]
    watch = bench.watch(lasting=2 * HOUR)
    await watch.run()
    assert watch.rounds == 9
    assert watch.over.startswith("ended by itself after 2 h")


async def test_a_service_that_throttles_is_asked_less_often(bench: Bench) -> None:
    throttled, fine = Outcome(State.THROTTLED, "429"), Outcome(State.COMPLETE)
    bench.workspace.outcomes = [fine, throttled, throttled, fine, fine]
    watch = bench.watch(lasting=8 * HOUR)
    bench.clock.before = {6: lambda: setattr(watch, "until", bench.clock.now())}
    await watch.run()
    assert [seconds / 60 for seconds in bench.clock.slept] == [15, 30, 60, 30, 15]
    assert [done.said for done in bench.told[:5]] == [
        (),
        ("the service throttles: rounds come every 30 min",),
        ("the service throttles: rounds come every 1 h",),
        ("the service does not throttle any more: rounds come every 30 min",),
        ("the service does not throttle any more: rounds come every 15 min",),
    ]


async def test_throttling_alone_does_not_end_it(bench: Bench) -> None:
    bench.workspace_outcomes(State.THROTTLED, 100)
    watch = bench.watch(timedelta(seconds=30), 2 * HOUR)
    await watch.run()
    assert watch.rounds > 5
    assert watch.over.startswith("ended by itself after 2 h")
    assert max(bench.clock.slept) == 240


async def test_one_hunt_that_fails_does_not_hide_the_others(bench: Bench) -> None:
    watch = bench.watch(15 * MINUTE, 15 * MINUTE, "T1560-01", "T1119-91")
    await watch.run()
    refused, copies = bench.told[-1].watched
    assert refused.trouble.startswith("failed: ")
    assert copies.trouble == ""
    assert watch_words(watch) == "watching 2 hunts every 15 min"


async def test_when_it_is_stopped_its_runs_are_too(bench: Bench) -> None:
    bench.workspace.held = True
    watch = bench.watch()
    task = asyncio.get_running_loop().create_task(watch.run())
    await bench.workspace.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (run,) = bench.session.runs
    assert run.task is not None
    await run.task
    assert run.outcome is not None
    assert run.outcome.state is State.CANCELLED
    assert watch.over == "stopped after 1 round"


async def test_what_was_judged_benign_is_not_told(bench: Bench) -> None:
    verdict = Verdict("small", "T1119-91", "device", "delta.corp.example", "delta", "benign", "ana@host", BEGAN)
    bench.session.findings.restore((), (), (verdict,))
    bench.clock.before = {2: lambda: bench.write("delta.corp.example", 3, 0)}
    watch = bench.watch(lasting=15 * MINUTE)
    await watch.run()
    assert bench.told[1].watched[0].new == ()
    assert watch.news == 0


async def test_fresh_rows_have_a_sign(bench: Bench) -> None:
    def write() -> None:
        bench.write("delta.corp.example", 3, 0)
        bench.write(HOSTILE_DEVICE, 3, 1)

    bench.clock.before = {2: write}
    await bench.watch(lasting=15 * MINUTE).run()
    run = bench.session.runs[-1]
    assert run.rows is not None
    kinds = {info.name: info.kql_type for info in run.rows.columns}
    judge = Judge(bench.session, run, kinds, lambda: BEGAN, lambda: UTC)
    with run.rows.prepare() as held:
        rows = [dict(zip(kinds, row, strict=True)) for row in held.page(0, 10, list(kinds))]
    since = bench.session.runs[0].began
    assert {row["DeviceName"]: (judge.sign(row), judge.before(row)) for row in rows} == {
        "delta.corp.example": ("+", f"new since {since:%H:%M}"),
        HOSTILE_DEVICE: ("^", f"more since {since:%H:%M}"),
        "gamma.corp.example": ("", ""),
    }


@pytest.mark.parametrize(
    ("every", "lasting", "words"),
    [
        (timedelta(milliseconds=1), HOUR, "more often than every 1 s"),
        (2 * HOUR, HOUR, "1 h are over before the second round, after 2 h"),
        (24 * HOUR, 48 * HOUR, "every 1 d is too seldom for a window of 2 h"),
    ],
)
async def test_a_watch_that_cannot_be_says_why(bench: Bench, every: timedelta, lasting: timedelta, words: str) -> None:
    with pytest.raises(WatchError, match=words):
        bench.watch(every, lasting)


async def test_what_cannot_run_is_said_and_the_rest_is_watched(bench: Bench) -> None:
    hunts = [bench.session.catalogue.hunts[name] for name in ("T1119-92", "T1560-02", "T1119-91")]
    plan, refused = plan_of(bench.session, hunts)
    assert [context.hunt.id for context in plan.contexts] == ["T1119-91"]
    assert [words.split(":")[0] for words in refused] == ["T1119-92 cannot run here", "T1560-02 cannot run here"]
    with pytest.raises(WatchError, match="T1119-92 cannot run here"):
        plan_of(bench.session, hunts[:1])
    with pytest.raises(WatchError, match="no hunt to watch"):
        Plan(())
