"""Many hunts run as one: which there are, which run each got, how far it is, and going on with one that was cut off."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.library.model import Hunt
from tui.settings.crashes import error_type, write_report
from tui.triage.queries.compile import view_query
from tui.triage.queries.context import Query, QueryContext, Scope
from tui.triage.queries.subjects import NAMES
from tui.triage.runs import Phase, Run
from tui.workspaces.protocol import State, Window

if TYPE_CHECKING:
    from tui.triage.session import Session

AT_ONCE = 1
"""Runs of a sweep at the same time in an evidence workspace: whoever works meanwhile has a turn of their own."""

LIVE_AT_ONCE = 4
"""The same in a live workspace, whose service lets at least one more in."""


class SweepError(ValueError):
    """A sweep that cannot begin, or be gone on with; says why."""


class Stage(StrEnum):
    """How far a hunt of a sweep is."""

    WAITING = "waiting"
    """Not begun, or what was begun is not there any more."""
    RUNNING = "running"
    STOPPED = "stopped"
    """Cancelled before it had an answer."""
    FAILED = "failed"
    """It ended without an answer."""
    ANSWERED = "answered"
    NOT_RUN = "not run"
    """It could not begin."""


@dataclass
class Sweep:
    """Hunts that are run with the same pinned window and scope, each once. `began` is in UTC.

    `runs` holds the number of the run that each hunt got, `not_run` why a hunt could not begin; both by the hunt's id.
    """

    number: int
    title: str
    """What was chosen: a node of the tree, or how many hunts."""
    hunts: tuple[str, ...]
    """The ids, in the order in which they are run."""
    window: Window
    scope: Scope = field(default_factory=Scope)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    runs: dict[str, int] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)


def subject_view(hunt: Hunt) -> str:
    """The view of `hunt` with a row for each subject: `devices`, `accounts`, whichever it shows first."""
    return NAMES[hunt.subject][0]


def plan(
    session: Session, hunts: Sequence[Hunt], title: str, window: Window | None = None, scope: Scope | None = None
) -> Sweep:
    """A sweep of `hunts`, each once, in `window` and `scope`, or else those of the session, of which it is part once it
    begins. SweepError when there is nothing to run."""
    if not hunts:
        raise SweepError("there is no hunt in this sweep")
    number = max((known.number for known in session.sweeps), default=0) + 1
    ids = tuple(dict.fromkeys(hunt.id for hunt in hunts))
    return Sweep(number, title, ids, window or session.window, session.scope if scope is None else scope)


def asked_for(session: Session, sweep: Sweep, hunt: str) -> tuple[QueryContext, Query]:
    """What `hunt` of `sweep` is run for, and with which query; ValueError says why it cannot begin."""
    known = session.catalogue.hunts.get(hunt)
    if known is None:
        raise SweepError("there is no hunt of this id any more")
    context = session.context(known, sweep.window, sweep.scope)
    return context, view_query(context, subject_view(known))


def runs_in(session: Session, sweep: Sweep) -> dict[str, Run]:
    """The runs of `sweep` that are there, by the hunt's id, in its order."""
    numbers = {number: hunt for hunt, number in sweep.runs.items()}
    found = {run.hunt_id: run for run in session.runs if numbers.get(run.number) == run.hunt_id}
    return {hunt: found[hunt] for hunt in sweep.hunts if hunt in found}


def stages(session: Session, sweep: Sweep) -> dict[str, Stage]:
    """How far each hunt of `sweep` is, by its id, in its order."""
    runs = runs_in(session, sweep)
    return {hunt: _stage(runs.get(hunt), hunt in sweep.not_run) for hunt in sweep.hunts}


def _stage(run: Run | None, refused: bool) -> Stage:
    if run is None:
        return Stage.NOT_RUN if refused else Stage.WAITING
    if run.outcome is None:
        return Stage.RUNNING
    if run.outcome.state is State.CANCELLED:
        return Stage.STOPPED
    return Stage.FAILED if run.failed else Stage.ANSWERED


def is_cut_off(session: Session, sweep: Sweep) -> bool:
    """Whether hunts of `sweep` were not run to their end although they could be, and none is on its way."""
    going = session.sweeping is not None and session.sweeping.sweep is sweep
    return not going and any(stage in (Stage.WAITING, Stage.STOPPED) for stage in stages(session, sweep).values())


def last_unfinished(session: Session) -> Sweep | None:
    """The newest sweep that was cut off, else the newest with hunts that have no answer; None when all have."""
    newest = list(reversed(session.sweeps))
    cut_off = (sweep for sweep in newest if is_cut_off(session, sweep))
    lacking = (
        sweep for sweep in newest if any(stage is not Stage.ANSWERED for stage in stages(session, sweep).values())
    )
    return next(cut_off, None) or next(lacking, None)


def ended_part(sweep: Sweep, runs: Iterable[Run]) -> Sweep:
    """`sweep` as it is kept: only with those of `runs` that have ended, which are kept themselves."""
    ended = {run.number for run in runs if run.phase is Phase.DONE}
    kept = {hunt: number for hunt, number in sweep.runs.items() if number in ended}
    return replace(sweep, runs=kept, not_run=dict(sweep.not_run))


class Sweeping:
    """Runs the hunts of `sweep` in `session`, a few at once, each through `Session.start`; on the event loop.

    Hunts that have an answer already are not run again, so that a sweep that was cut off goes on where it stopped.
    `told` is called whenever a hunt begins, ends, or cannot begin, with its id, and with an empty one at the end.
    """

    def __init__(self, session: Session, sweep: Sweep, told: Callable[[str], None] = lambda hunt: None) -> None:
        self.session, self.sweep, self._told = session, sweep, told
        self._left = [hunt for hunt, stage in stages(session, sweep).items() if stage is not Stage.ANSWERED]
        self._running: dict[int, Run] = {}
        self.task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begins; SweepError while another sweep of the session goes on, or when every hunt has its answer."""
        session = self.session
        if session.sweeping is not None:
            raise SweepError(f"sweep {session.sweeping.sweep.number} goes on: it has to end, or be stopped, first")
        if not self._left:
            raise SweepError(f"every hunt of sweep {self.sweep.number} has its answer")
        if not any(known is self.sweep for known in session.sweeps):
            session.sweeps.append(self.sweep)
        for hunt in self._left:
            self.sweep.not_run.pop(hunt, None)
            self.sweep.runs.pop(hunt, None)
        session.sweeping = self
        self.task = asyncio.get_running_loop().create_task(self._run(), name=f"sweep {self.sweep.number}")
        self.task.add_done_callback(self._ended)

    def stop(self) -> None:
        """Stops the runs that go on, and begins no others."""
        if self.task is not None:
            self.task.cancel()

    async def wait(self) -> None:
        """Waits until every hunt has been run, or the sweep was stopped."""
        if self.task is not None:
            await asyncio.wait([self.task])

    async def _run(self) -> None:
        at_once = LIVE_AT_ONCE if self.session.workspace.banner == "LIVE" else AT_ONCE
        try:
            await asyncio.gather(*(self._take() for _ in range(at_once)))
        finally:
            running = list(self._running.values())
            for run in running:
                self.session.cancel(run)
            tasks = [run.task for run in running if run.task is not None]
            if tasks:
                await asyncio.wait(tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.session.sweeping = None
        if not task.cancelled():
            task.result()
        self._told("")

    async def _take(self) -> None:
        """Runs one hunt after another as long as there are any."""
        while self._left:
            hunt = self._left.pop(0)
            run = self._start(hunt)
            self._told(hunt)
            if run is None or run.task is None:
                # Many hunts that cannot begin do not hold the event loop up.
                await asyncio.sleep(0)
                continue
            self._running[run.number] = run
            await asyncio.wait([run.task])
            del self._running[run.number]
            self._told(hunt)

    def _start(self, hunt: str) -> Run | None:
        try:
            run = self.session.start(*asked_for(self.session, self.sweep, hunt))
        except ValueError as error:
            self.sweep.not_run[hunt] = str(error)
            return None
        except Exception as error:
            # One hunt that huntdeck stumbles over does not take the others with it, nor is it passed over.
            report = write_report(error) or "none could be written"
            self.sweep.not_run[hunt] = f"an error of huntdeck's own: {error_type(error)}; report: {report}"
            return None
        self.sweep.runs[hunt] = run.number
        return run


def rows_behind(run: Run) -> int:
    """How many raw rows the counts of `run`, a view of subjects, stand for; a row that several subjects share counts for
    each. Reads the store: for worker threads."""
    if run.rows is None or not run.received:
        return 0
    here = {info.name for info in run.rows.columns}
    counts = [leg.count for leg in run.context.hunt.legs.values() if not leg.of and leg.count in here]
    return sum(int(run.rows.numbers(count).total or 0) for count in counts)


def progress_words(session: Session) -> str:
    """`sweep 4 of 12`: how many hunts of the sweep that goes on are through; nothing when none does."""
    if session.sweeping is None:
        return ""
    sweep = session.sweeping.sweep
    found = stages(session, sweep)
    through = sum(stage not in (Stage.WAITING, Stage.RUNNING) for stage in found.values())
    return f"sweep {through} of {len(found)}"


def unrun_words(session: Session, hunt: str) -> str:
    """`waits` of a hunt that the sweep that goes on will run, `not run` of one that the last sweep could not; else nothing."""
    if session.sweeping is not None:
        sweep = session.sweeping.sweep
        if hunt in sweep.hunts and hunt not in sweep.runs and hunt not in sweep.not_run:
            return "waits"
    return "not run" if session.sweeps and hunt in session.sweeps[-1].not_run else ""


def end_words(session: Session, sweep: Sweep) -> str:
    """`sweep 1 (TA0009 Collection): 9 complete, 1 blind, 1 failed, 1 not run`: how its hunts ended."""
    counts = ", ".join(f"{count} {state}" for state, count in outcome_counts(session, sweep).items())
    return f"sweep {sweep.number} ({sweep.title}): {counts}"


def outcome_counts(session: Session, sweep: Sweep) -> Mapping[str, int]:
    """How many hunts ended with each outcome, the most frequent first; those without one as `not run`, `not begun`."""
    runs = runs_in(session, sweep)
    counts = Counter(outcome_of(sweep, hunt, runs.get(hunt)) for hunt in sweep.hunts)
    return dict(counts.most_common())


def outcome_of(sweep: Sweep, hunt: str, run: Run | None) -> str:
    """How `hunt` ended whose run is `run`: an outcome, `running`, `not run` or `not begun`."""
    if run is None:
        return "not run" if hunt in sweep.not_run else "not begun"
    return str(run.outcome.state) if run.outcome is not None else str(run.phase)
