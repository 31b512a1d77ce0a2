"""Many hunts as one, on a real small workspace: run, stopped, kept, come back to, estimated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.small import HeldWorkspace, small_catalogue, small_workspace
from tui.results.store import ResultStore
from tui.triage.queries.context import Scope
from tui.triage.records.documents import DocumentError, session_document, session_of
from tui.triage.records.folder import SessionFolder
from tui.triage.records.keeper import Keeper
from tui.triage.records.resuming import resume
from tui.triage.session import Session
from tui.triage.sweep import (
    Stage,
    Sweep,
    SweepError,
    Sweeping,
    end_words,
    is_cut_off,
    last_unfinished,
    outcome_counts,
    plan,
    progress_words,
    rows_behind,
    runs_in,
    stages,
)
from tui.triage.sweep_estimate import LONG_LIVE_WINDOW, MANY_QUERIES, estimate
from tui.workspaces.live.limits import RATES
from tui.workspaces.protocol import State, Window

COPIES, NAMED, REFUSED, MAIL = "T1119-91", "T1119-92", "T1560-01", "T1560-02"
Opened = tuple[Session, Keeper]


@asynccontextmanager
async def opened(folder: Path, kept: bool = True) -> AsyncIterator[Opened]:
    """A session on the small workspace in `folder`, come back to where one is kept there."""
    path = folder / "small.duckdb"
    workspace = HeldWorkspace("small", path) if path.is_file() else small_workspace(folder)
    session = Session(workspace, small_catalogue(folder), ResultStore(None), lambda run: run.outcome and keeper.touch())
    keeper = Keeper(session, folder / "sessions" if kept else None, lambda: None)
    await session.prepare()
    for known in (folder / "sessions").glob("*"):
        await resume(session, keeper, *SessionFolder.open(known, "ana@host"))
    try:
        yield session, keeper
    finally:
        await keeper.close()
        await session.close()


def everything(session: Session) -> Sweep:
    return plan(session, session.catalogue.listed, "all of them")


async def run_through(session: Session, sweep: Sweep, told: Callable[[str], None] = lambda hunt: None) -> Sweep:
    sweeping = Sweeping(session, sweep, told)
    sweeping.begin()
    await sweeping.wait()
    return sweep


async def until(condition: Callable[[], Any]) -> None:
    for _ in range(20_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    pytest.fail("the condition did not come about")


def held_after_the_first(session: Session, sweep: Sweep) -> Sweeping:
    """The second of its runs waits until it is let go."""

    def told(hunt: str) -> None:
        session.workspace.held = session.runs[0].outcome is not None  # type: ignore[attr-defined]

    return Sweeping(session, sweep, told)


async def test_every_hunt_is_in_it_and_says_how_it_ended(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        told: list[str] = []
        sweep = await run_through(session, everything(session), told.append)
        assert stages(session, sweep) == {
            COPIES: Stage.ANSWERED,
            NAMED: Stage.NOT_RUN,
            REFUSED: Stage.FAILED,
            MAIL: Stage.NOT_RUN,
        }
        assert sweep.not_run[NAMED] == "name: a value is required"
        assert "OfficeActivity" in sweep.not_run[MAIL]
        assert outcome_counts(session, sweep) == {"not run": 2, "complete": 1, "failed": 1}
        assert end_words(session, sweep) == "sweep 1 (all of them): 2 not run, 1 complete, 1 failed"
        assert told == [COPIES, COPIES, NAMED, REFUSED, REFUSED, MAIL, ""]
        assert session.sweeps == [sweep]
        assert session.sweeping is None
        run = runs_in(session, sweep)[COPIES]
        assert (run.query.view, run.received, run.origin) == ("devices", 3, None)
        assert rows_behind(run) == 8 + 24


async def test_all_its_runs_have_one_window_and_scope(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        window = Window(session.window.start, session.window.start + timedelta(minutes=30))
        scope = Scope(devices=("alpha*",))
        sweep = plan(session, session.catalogue.listed, "x", window, scope)
        session.scope = Scope(devices=("gamma*",))
        await run_through(session, sweep)
        contexts = [run.context for run in session.runs]
        assert {(context.window, context.scope) for context in contexts} == {(window, scope)}
        assert len(contexts) == 2
        assert session.window != window


async def test_a_few_run_at_once_and_the_analyst_has_a_turn(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        session.workspace.held = True  # type: ignore[attr-defined]
        sweeping = Sweeping(session, everything(session))
        sweeping.begin()
        await until(lambda: session.workspace.asked == 1)  # type: ignore[attr-defined]
        assert [run.hunt_id for run in session.runs] == [COPIES]
        own = session.run_view(session.catalogue.hunts[REFUSED])
        await until(lambda: session.workspace.asked == 2)  # type: ignore[attr-defined]
        assert str(own.phase) == "running"
        assert progress_words(session) == "sweep 0 of 4"
        session.workspace.let_go.set()  # type: ignore[attr-defined]
        await sweeping.wait()
        assert progress_words(session) == ""
        assert own.number not in sweeping.sweep.runs.values()


async def test_one_run_can_be_stopped_and_the_others_go_on(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        session.workspace.held = True  # type: ignore[attr-defined]
        sweeping = Sweeping(session, everything(session))
        sweeping.begin()
        await until(lambda: session.workspace.asked == 1)  # type: ignore[attr-defined]
        session.cancel(session.runs[0])
        await until(lambda: session.workspace.asked == 2)  # type: ignore[attr-defined]
        session.workspace.let_go.set()  # type: ignore[attr-defined]
        await sweeping.wait()
        found = stages(session, sweeping.sweep)
        assert (found[COPIES], found[REFUSED]) == (Stage.STOPPED, Stage.FAILED)
        assert is_cut_off(session, sweeping.sweep)


async def test_a_sweep_that_was_stopped_goes_on_where_it_stopped(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        hunts = [session.catalogue.hunts[hunt] for hunt in (COPIES, REFUSED)]
        sweep = plan(session, hunts, "two")
        sweeping = held_after_the_first(session, sweep)
        sweeping.begin()
        await until(lambda: len(session.runs) == 2 and str(session.runs[1].phase) == "running")
        sweeping.stop()
        await sweeping.wait()
        assert stages(session, sweep) == {COPIES: Stage.ANSWERED, REFUSED: Stage.STOPPED}
        assert session.sweeping is None
        assert last_unfinished(session) is sweep
        session.workspace.held = False  # type: ignore[attr-defined]
        session.window = Window(session.window.start, session.window.start + timedelta(minutes=1))
        await run_through(session, sweep)
        assert [run.hunt_id for run in session.runs] == [COPIES, REFUSED, REFUSED]
        assert sweep.runs == {COPIES: 1, REFUSED: 3}
        assert session.runs[2].context.window == sweep.window != session.window
        assert session.sweeps == [sweep]
        assert not is_cut_off(session, sweep)


async def test_stopped_before_it_began_it_is_over(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        told: list[str] = []
        sweeping = Sweeping(session, everything(session), told.append)
        sweeping.begin()
        sweeping.stop()
        await sweeping.wait()
        await until(lambda: told)
        assert (session.sweeping, session.runs, told) == (None, [], [""])


async def test_there_is_one_sweep_at_a_time_and_none_of_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        session.workspace.held = True  # type: ignore[attr-defined]
        first = Sweeping(session, everything(session))
        first.begin()
        with pytest.raises(SweepError, match="sweep 1 goes on"):
            Sweeping(session, everything(session)).begin()
        first.stop()
        await first.wait()
        with pytest.raises(SweepError, match="no hunt"):
            plan(session, [], "nothing")
        session.workspace.held = False  # type: ignore[attr-defined]
        done = await run_through(session, plan(session, [session.catalogue.hunts[COPIES]], "one"))
        with pytest.raises(SweepError, match="has its answer"):
            Sweeping(session, done).begin()
        assert [sweep.number for sweep in session.sweeps] == [1, 2]


async def test_values_that_were_filled_in_since_count_when_it_goes_on(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        sweep = await run_through(session, everything(session))
        session.values[NAMED] = {"name": "copy-0-1.pdf"}
        await run_through(session, sweep)
        assert stages(session, sweep)[NAMED] is Stage.ANSWERED
        assert NAMED not in sweep.not_run
        assert runs_in(session, sweep)[NAMED].received == 3


async def test_it_is_kept_with_its_session_and_goes_on_in_the_same_window(tmp_path: Path) -> None:
    async with opened(tmp_path) as (session, keeper):
        window = Window(session.window.start, session.window.end - timedelta(minutes=5))
        hunts = [session.catalogue.hunts[hunt] for hunt in (COPIES, NAMED, REFUSED)]
        sweeping = held_after_the_first(session, plan(session, hunts, "kept", window, Scope(devices=("alpha*",))))
        sweeping.begin()
        await until(lambda: len(session.runs) == 2 and str(session.runs[1].phase) == "running")
        # As a kill would leave it: saved while a run goes on.
        await until(lambda: not keeper.dirty)
        before = keeper.record().sweeps[0]
        sweeping.stop()
        await sweeping.wait()
    assert before.runs == {COPIES: 1}
    async with opened(tmp_path) as (session, keeper):
        (sweep,) = session.sweeps
        assert (sweep.title, sweep.window, sweep.scope.devices) == ("kept", window, ("alpha*",))
        assert sweep.not_run == {NAMED: "name: a value is required"}
        assert stages(session, sweep) == {COPIES: Stage.ANSWERED, NAMED: Stage.NOT_RUN, REFUSED: Stage.STOPPED}
        assert last_unfinished(session) is sweep
        await run_through(session, sweep)
        new = [run for run in session.runs if run.number > 2]
        assert [(run.hunt_id, run.context.window) for run in new] == [(REFUSED, window)]
        assert keeper.record().sweeps[0].runs == {COPIES: 1, REFUSED: 3}


async def test_a_run_that_is_lost_or_is_another_hunts_is_run_again(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        sweep = await run_through(session, plan(session, [session.catalogue.hunts[COPIES]], "one"))
        lost = replace(sweep, runs={COPIES: 7})
        assert stages(session, lost) == {COPIES: Stage.WAITING}
        own = session.run_view(session.catalogue.hunts[REFUSED])
        await until(lambda: own.outcome)
        taken = replace(sweep, runs={COPIES: own.number})
        assert stages(session, taken) == {COPIES: Stage.WAITING}
        gone = replace(sweep, hunts=("T9999-99",), runs={})
        await run_through(session, gone)
        assert "any more" in gone.not_run["T9999-99"]


def test_what_is_written_is_read_and_what_is_wrong_is_named() -> None:
    from tests.support.records import MOMENT, WINDOW, a_session

    sweep = Sweep(
        3, "T1119 [/]\u202e", ("a", "b"), WINDOW, Scope(devices=("x*",)), MOMENT, {"a": 4}, {"b": "why\x1b[2J"}
    )
    document = session_document(replace(a_session(), sweeps=(sweep,)))
    assert session_of(document).sweeps == (sweep,)
    assert "sweeps" not in session_document(a_session())
    for key, value, words in (
        ("runs", {"a": -1}, r"sweeps\.runs\.a: expected a whole number"),
        ("not_run", {"b": 3}, r"sweeps\.not_run\.b: expected a text"),
        ("hunts", "a", r"sweeps\.hunts: expected a list of texts"),
        ("began", "now", r"sweeps\.began: expected a time"),
    ):
        with pytest.raises(DocumentError, match=words):
            session_of({**document, "sweeps": [{**document["sweeps"][0], key: value}]})


async def test_the_estimate_says_what_will_be_asked(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        sweep = everything(session)
        before = await estimate(session, sweep)
        assert (before.queries, set(before.not_run), before.events) == (2, {NAMED, MAIL}, 32)
        assert before.words.startswith("2 queries on 3 tables, 2 hunts cannot begin; 32 events in 2 h")
        assert not before.large
        assert session.runs == []
        await run_through(session, sweep)
        assert "by earlier runs" in (await estimate(session, everything(session))).words
        again = await estimate(session, sweep)
        assert again.queries == 1


async def test_large_is_much_for_the_workspace(tmp_path: Path) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        small = await estimate(session, everything(session))
    assert replace(small, queries=MANY_QUERIES + 1).large
    assert replace(small, events=5_000_001).large
    live = replace(small, rates=RATES["defender"], events=None, queries=100)
    assert live.large
    assert "the service takes 45 in 60 s, so at least 2 min" in live.words
    assert "100 more at most" in live.words
    few = replace(live, queries=2)
    assert not few.large
    assert replace(few, window=Window(few.window.start, few.window.start + 2 * LONG_LIVE_WINDOW)).large


async def test_a_hunt_that_huntdeck_stumbles_over_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, kept=False) as (session, _):
        real = session.checked_values

        def stumble(hunt: Any) -> Any:
            if hunt.id == COPIES:
                raise KeyError("a value that no message may quote")
            return real(hunt)

        monkeypatch.setattr(session, "checked_values", stumble)
        sweep = await run_through(session, everything(session))
        assert "an error of huntdeck's own: KeyError" in sweep.not_run[COPIES]
        assert "quote" not in sweep.not_run[COPIES]
        (run,) = session.runs
        assert run.outcome is not None
        assert run.outcome.state is State.FAILED
