"""Watching: hunts that run again and again while their window moves on; rows that the round before did not have are told.

A round waits for the one before, and its runs for their turn in the workspace's queue. The window keeps its length; it
ends at the newest event of evidence, else now, and begins earlier where rounds before gave no answer or came late, so
that no moment lies between two rounds unseen. Times come from a clock that is given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from tui.library.model import Hunt
from tui.library.times import span_said
from tui.settings.crashes import error_type, write_report
from tui.triage.fresh import find_fresh
from tui.triage.judged import verdict_on
from tui.triage.queries.compile import view_query
from tui.triage.queries.context import QueryContext
from tui.triage.records.compare import NotComparableError
from tui.triage.records.row_keys import entity_of, is_of_entities
from tui.workspaces.protocol import State, WorkspaceError
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    from tui.triage.records.keeper import Keeper
    from tui.triage.runs import Fresh, Run
    from tui.triage.session import Session

EVERY, LASTING = timedelta(minutes=15), timedelta(hours=8)
"""How often, and how long, where nothing else is asked for."""
SHORTEST = timedelta(seconds=1)
FAILURES = 5
"""Rounds one after another without any answer, after which a watch ends."""
_STRETCHED_MOST = 8
"""How many times as long the time between rounds may become when the service throttles."""


class WatchError(ValueError):
    """A watch that cannot be: says what is expected."""


class Clock(Protocol):
    """The present, and waiting for later."""

    def now(self) -> datetime:
        """The present, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Waits."""


class RealClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The present, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)


class Shelf(Protocol):
    """What keeps the rounds."""

    async def keep(self, run: Run) -> None:
        """`run` has ended, and what is fresh in it is known."""

    async def drop(self, run: Run) -> bool:
        """`run` need not be kept: it is neither first nor last, and brought nothing new. Whether it was let go."""


@dataclass(frozen=True)
class Plan:
    """Which hunts with which values and scope, how often and for how long; the length of the window is that of each one's.

    WatchError when there would be no round, or moments between two rounds that neither looks at.
    """

    contexts: tuple[QueryContext, ...]
    every: timedelta = EVERY
    lasting: timedelta = LASTING
    failures: int = FAILURES

    def __post_init__(self) -> None:
        if not self.contexts:
            raise WatchError("there is no hunt to watch")
        if self.every < SHORTEST:
            raise WatchError(f"rounds cannot come more often than every {span_said(SHORTEST)}")
        if self.lasting < self.every:
            raise WatchError(
                f"{span_said(self.lasting)} are over before the second round, after {span_said(self.every)}"
            )
        length = min(context.window.end - context.window.start for context in self.contexts)
        if self.every > length:
            raise WatchError(
                f"every {span_said(self.every)} is too seldom for a window of {span_said(length)}: "
                "what happens in between would never be seen"
            )


@dataclass(frozen=True)
class Watched:
    """What a round gave for one hunt. `new` and `more` name rows that are new or have more behind them than before.

    `sure` says whether rows that are not in the round before are new, or may have been cut off there. `trouble` says why
    there was no answer.
    """

    run: Run
    first: bool = False
    new: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    sure: bool = True
    trouble: str = ""

    @property
    def news(self) -> int:
        """How many rows are new or have more behind them."""
        return len(self.new) + len(self.more)


@dataclass(frozen=True)
class Round:
    """A round that has ended. `said` is what the analyst should hear besides the rows."""

    number: int
    began: datetime
    watched: tuple[Watched, ...]
    said: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether any hunt gave an answer."""
        return any(not one.trouble for one in self.watched)


def plan_of(
    session: Session, hunts: Iterable[Hunt], every: timedelta = EVERY, lasting: timedelta = LASTING
) -> tuple[Plan, list[str]]:
    """The plan to watch `hunts` as they would be run now, and why some of them cannot be. WatchError as `Plan`."""
    contexts, refused = [], []
    for hunt in hunts:
        try:
            context = session.context(hunt)
            view_query(context)
        except ValueError as error:
            refused.append(f"{hunt.id} cannot run here: {error}")
        else:
            contexts.append(context)
    if not contexts and refused:
        raise WatchError("; ".join(refused))
    return Plan(tuple(contexts), every, lasting), refused


class Watch:
    """Watches as `plan` says, in `session`. `told` is called after each round, and a last time when `over` is said.

    `unseen` is what is fresh, by hunt, since `see` was called last; `next_at` is when the next round begins, None during one.
    """

    def __init__(
        self, session: Session, plan: Plan, shelf: Shelf, told: Callable[[Round | None], None], clock: Clock
    ) -> None:
        self.session, self.plan = session, plan
        self._shelf, self._told, self._clock = shelf, told, clock
        self.rounds = self.dropped = 0
        self.unseen: dict[str, Fresh] = {}
        self.every = plan.every
        self.next_at: datetime | None = None
        self.until = clock.now() + plan.lasting
        self.over = ""
        """Why it ended; empty while it goes on."""
        self._failed = 0
        self._chains = {context.hunt.id: _Chain() for context in plan.contexts}
        self._running: list[Run] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def hunts(self) -> list[str]:
        """The ids of the hunts that are watched."""
        return [context.hunt.id for context in self.plan.contexts]

    @property
    def answering(self) -> bool:
        """Whether it did not end for want of answers."""
        return self._failed < self.plan.failures

    @property
    def news(self) -> int:
        """Fresh rows that were not seen yet."""
        return sum(fresh.count for fresh in self.unseen.values())

    def see(self, hunt: str) -> None:
        """What is fresh of `hunt` was looked at."""
        self.unseen.pop(hunt, None)

    def begin(self) -> None:
        """Goes on beside everything else in its session, until `stop`."""
        self.session.watching = self
        self._task = asyncio.get_running_loop().create_task(self.run(), name="watch")

    async def stop(self) -> None:
        """Ends it and its runs, and waits until they have ended."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def run(self) -> None:
        """Goes on until the time is over, too many rounds failed, or it is cancelled; runs of it are stopped then."""
        try:
            self.until = self._clock.now() + self.plan.lasting
            while not self.over:
                began = self._clock.now()
                done = await self._round(began)
                self._told(done)
                self._end_after(began)
                if self.next_at is not None:
                    await self._clock.sleep((self.next_at - self._clock.now()).total_seconds())
                    self.next_at = None
        except Exception as error:
            # What such an error says may quote what no screen and no session should hold.
            report = write_report(error) or "none could be written"
            self.over = f"ended by an error of huntdeck's own: {error_type(error)}; report: {report}"
            self._failed = self.plan.failures
        except BaseException:
            self.over = f"stopped after {_rounds_words(self.rounds)}"
            for run in self._running:
                self.session.cancel(run)
            await asyncio.gather(*(run.task for run in self._running if run.task is not None))
            raise
        finally:
            self.next_at = None
            if self.session.watching is self:
                self.session.watching = None
            self._told(None)

    def _end_after(self, began: datetime) -> None:
        """Sets when the next round begins, or why there is none."""
        following = max(began + self.every, self._clock.now())
        if self._failed >= self.plan.failures:
            self.over = f"ended by itself: {self._failed} rounds one after another gave no answer"
        elif following > self.until:
            self.over = f"ended by itself after {span_said(self.plan.lasting)} and {_rounds_words(self.rounds)}"
        else:
            self.next_at = following

    async def _round(self, began: datetime) -> Round:
        self.rounds += 1
        said: list[str] = []
        try:
            end = await self._newest()
        except WorkspaceError as error:
            self._failed += error.outcome.state is not State.THROTTLED
            said += [f"round {self.rounds} could not begin: {error}"]
            said += self._pace(error.outcome.state is State.THROTTLED)
            return Round(self.rounds, began, (), tuple(said))
        self._running = [self._start(context, end) for context in self.plan.contexts]
        await asyncio.gather(*(run.task for run in self._running if run.task is not None))
        watched = [await self._look(run) for run in self._running]
        self._running = []
        states = {one.run.outcome.state for one in watched if one.run.outcome is not None}
        done = Round(self.rounds, began, tuple(watched))
        if done.answered:
            self._failed = 0
        elif states != {State.THROTTLED}:
            self._failed += 1
        said += self._pace(State.THROTTLED in states)
        return replace(done, said=tuple(said))

    async def _newest(self) -> datetime:
        """Where windows end."""
        whole = await self.session.workspace.span()
        if whole is None:
            return self._clock.now()
        self.session.whole = whole
        return whole.end

    def _start(self, context: QueryContext, end: datetime) -> Run:
        length = context.window.end - context.window.start
        answered = self._chains[context.hunt.id].answered
        start = end - length
        if answered is not None:
            start = min(start, answered.context.window.end)
        moved = replace(context, window=replace(context.window, start=start, end=end), dialect=self.session.dialect)
        try:
            query = view_query(moved)
        except ValueError:  # a table went: the service says so
            moved = replace(moved, dialect=context.dialect)
            query = view_query(moved)
        run = self.session.start(moved, query)
        run.watched = True
        return run

    async def _look(self, run: Run) -> Watched:
        """What is fresh in `run`, which has ended; rounds that nobody needs any more are let go."""
        chain = self._chains[run.hunt_id]
        found = await self._compared(run, chain.answered)
        await self._shelf.keep(run)
        for old in chain.add(run, answered=not found.trouble):
            self.dropped += await self._shelf.drop(old)
        return found

    async def _compared(self, run: Run, before: Run | None) -> Watched:
        outcome = run.outcome
        if outcome is None or run.failed:
            words = f"{outcome.state}: {outcome.reason}" if outcome is not None and outcome.reason else ""
            return Watched(run, trouble=words or str(outcome.state if outcome is not None else "not ended"))
        if before is None:
            return Watched(run, first=True)
        try:
            found = await in_thread(lambda: find_fresh(before, run, self._is_benign))
        except (NotComparableError, OSError) as error:
            return Watched(run, trouble=f"cannot be compared with the round before: {error}")
        run.fresh = run.unseen = found.fresh
        if known := self.unseen.get(run.hunt_id):
            run.unseen = known.and_then(found.fresh)
        if run.unseen is not None:
            self.unseen[run.hunt_id] = run.unseen
        return Watched(run, new=found.new, more=found.more, sure=found.sure)

    def _is_benign(self, run: Run, row: Mapping[str, Any]) -> bool:
        entity = entity_of(run.query, row) if is_of_entities(run.query) else None
        verdict = None if entity is None else verdict_on(self.session, (run.workspace, run.hunt_id, *entity))
        return verdict is not None and verdict.opinion == "benign" and verdict.holds(self._clock.now())

    def _pace(self, throttled: bool) -> list[str]:
        """Makes the time between rounds longer when the service throttles, and shorter again later; says so."""
        before, plan = self.every, self.plan.every
        longest = max(plan * _STRETCHED_MOST, plan)
        self.every = min(before * 2, longest) if throttled else max(before / 2, plan)
        if self.every == before:
            return []
        why = "the service throttles" if throttled else "the service does not throttle any more"
        return [f"{why}: rounds come every {span_said(self.every)}"]


class _Chain:
    """The rounds of one hunt that are there: which answered first and last, which brought something, which came last."""

    def __init__(self) -> None:
        self.first: Run | None = None
        self.answered: Run | None = None
        self._idle: list[Run] = []

    def add(self, run: Run, answered: bool) -> list[Run]:
        """Goes on with `run`; gives those that nobody needs any more."""
        if answered:
            self.first = self.first or run
            self.answered = run
        known = [*self._idle, run]
        needed = [run, self.answered]
        self._idle = [one for one in known if one is not self.first and one.fresh is None and _is_among(one, needed)]
        return [one for one in known if one is not self.first and one.fresh is None and not _is_among(one, needed)]


def _is_among(run: Run, runs: Sequence[Run | None]) -> bool:
    return any(run is one for one in runs)


def _rounds_words(number: int) -> str:
    return f"{number} round{'s' * (number != 1)}"


NAMED = 5
"""Rows that are named when they are fresh; of more, their number is told."""


def fresh_words(found: Watched) -> str:
    """`2 new: fin-ws-114, fs01; 1 more: bkp-03`: the rows that are fresh, by what they are called."""
    new = "new" if found.sure else "new, or not listed before"
    parts = [(len(found.new), new, found.new), (len(found.more), "with more", found.more)]
    return "; ".join(f"{count:,} {word}: {_names(names)}" for count, word, names in parts if count)


def _names(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join([*names[:NAMED], *([f"and {rest:,} others"] if rest > 0 else [])])


def watch_words(watch: Watch) -> str:
    """`watch every 15 min: 3 fresh`: what the header says while it goes on."""
    what = watch.hunts[0] if len(watch.hunts) == 1 else f"{len(watch.hunts)} hunts"
    news = f": {watch.news:,} fresh" if watch.news else ""
    return f"watching {what} every {span_said(watch.every)}{news}"


class SessionShelf:
    """Keeps rounds in `session`, which `keeper` saves."""

    def __init__(self, session: Session, keeper: Keeper) -> None:
        self._session, self._keeper = session, keeper

    async def keep(self, run: Run) -> None:
        """Has what is fresh in `run` saved with it."""
        if run.fresh is not None:
            self._keeper.write_again(run)

    async def drop(self, run: Run) -> bool:
        """Lets go of `run`, unless the analyst is there, opened something in it or marked a row."""
        if self._session.is_needed(run):
            return False
        await self._session.drop(run)
        self._keeper.let_go(run)
        return True
