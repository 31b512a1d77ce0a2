"""What a sweep will ask of its workspace, said before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from tui.kql.literals import datetime_literal
from tui.triage.held import span_words
from tui.triage.sweep import AT_ONCE, LIVE_AT_ONCE, Stage, Sweep, asked_for, stages, subject_view
from tui.workspaces.live.limits import RATES, QueueState, Rates
from tui.workspaces.protocol import Limits, State, Window, Workspace
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    import pyarrow as pa

    from tui.library.model import Hunt
    from tui.triage.queries.context import QueryContext
    from tui.triage.session import Session

MANY_QUERIES, MANY_LIVE_QUERIES = 30, 10
LONG_LIVE_WINDOW = timedelta(days=1)
MANY_EVENTS = 5_000_000
"""From where on a sweep is large: whoever begins it is asked first."""

_COUNTING_SECONDS = 2.0
"""How long counting the events of a table may take: an estimate that takes longer is none."""


@dataclass(frozen=True)
class Estimate:
    """The queries of a sweep on `tables`, and why other hunts of it cannot begin, by their ids.

    `events` is how many the tables of evidence hold in the window, None where that is not known; `seconds` what the sweep
    takes by runs of the same hunts before, None where there were none. `rates` are those of a live service, `waiting` what
    its queue says.
    """

    queries: int
    not_run: Mapping[str, str]
    tables: tuple[str, ...]
    window: Window
    events: int | None = None
    seconds: float | None = None
    rates: Rates | None = None
    waiting: str = ""

    @property
    def large(self) -> bool:
        """Whether it is so much that it should be asked first."""
        if self.rates is not None:
            return self.queries > MANY_LIVE_QUERIES or self.window.end - self.window.start > LONG_LIVE_WINDOW
        return self.queries > MANY_QUERIES or (self.events or 0) > MANY_EVENTS

    @property
    def words(self) -> str:
        """`10 queries on 4 tables, 2 hunts cannot begin; 98,234 events in 1 d; 1 at a time, about 14 s by earlier runs`."""
        length = span_words(self.window.end - self.window.start)
        refused = len(self.not_run)
        parts = [f"{_number(self.queries, 'query', 'queries')} on {_number(len(self.tables), 'table', 'tables')}"]
        if refused:
            parts[0] += f", {_number(refused, 'hunt', 'hunts')} cannot begin"
        parts.append(f"{_number(self.events, 'event', 'events')} in {length}" if self.events is not None else length)
        parts.append(f"{AT_ONCE if self.rates is None else LIVE_AT_ONCE} at a time")
        if self.rates is not None:
            parts[0] += f"; {_number(self.queries, 'more', 'more')} at most, where an answer has no rows"
            parts.append(f"the service takes {self.rates.calls} in {self.rates.seconds:g} s{self._at_least()}")
        if self.seconds is not None:
            parts.append(f"about {span_words(timedelta(seconds=ceil(self.seconds)))} by earlier runs")
        return "; ".join([*parts, *([self.waiting] if self.waiting else [])])

    def _at_least(self) -> str:
        assert self.rates is not None
        periods = ceil(self.queries / self.rates.calls) - 1
        return f", so at least {span_words(timedelta(seconds=periods * self.rates.seconds))}" if periods > 0 else ""


def _number(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


async def estimate(session: Session, sweep: Sweep) -> Estimate:
    """What the hunts of `sweep` without an answer will ask of the workspace of `session`."""
    left = [hunt for hunt, stage in stages(session, sweep).items() if stage is not Stage.ANSWERED]
    contexts, not_run = await in_thread(lambda: _contexts(session, sweep, left))
    tables = tuple(dict.fromkeys(table for context in contexts for table in _tables(context)))
    live = session.workspace.banner == "LIVE"
    queue = getattr(session.workspace, "queue", None)
    return Estimate(
        queries=len(contexts),
        not_run=not_run,
        tables=tables,
        window=sweep.window,
        events=None if live else await _events(session.workspace, tables, sweep.window),
        seconds=_seconds(session, [context.hunt for context in contexts], LIVE_AT_ONCE if live else AT_ONCE),
        rates=RATES[session.workspace.kind] if live else None,
        waiting=queue.words if isinstance(queue, QueueState) else "",
    )


def _contexts(session: Session, sweep: Sweep, left: Iterable[str]) -> tuple[list[QueryContext], dict[str, str]]:
    """What those of `left` that can begin are run for, and why the others cannot."""
    contexts, not_run = [], {}
    for hunt in left:
        try:
            contexts.append(asked_for(session, sweep, hunt)[0])
        except ValueError as error:
            not_run[hunt] = str(error)
    return contexts, not_run


def _tables(context: QueryContext) -> list[str]:
    """The tables that the hunt's own view looks in."""
    return [leg.table for leg in context.hunt.legs.values() if leg.table and context.dialect.has_table(leg.table)]


async def _events(workspace: Workspace, tables: Iterable[str], window: Window) -> int | None:
    """How many events `tables` of evidence hold in `window`; None when that cannot be counted soon."""
    total = 0
    for table in tables:
        batches: list[pa.RecordBatch] = []
        start, end = datetime_literal(window.start), datetime_literal(window.end)
        query = f"{table}\n| where Timestamp >= {start} and Timestamp < {end}\n| count\n"
        completion = await workspace.run(query, window, Limits(1, _COUNTING_SECONDS), batches.append)
        if completion.outcome.state is not State.COMPLETE:
            return None
        total += sum(sum(batch.column(0).to_pylist()) for batch in batches)
    return total


def _seconds(session: Session, hunts: list[Hunt], at_once: int) -> float | None:
    """What `hunts` take by the last answers that each gave in this session; those that gave none take as long as the others."""
    views = {hunt.id: subject_view(hunt) for hunt in hunts}
    took = {
        run.hunt_id: run.seconds
        for run in session.runs
        if run.origin is None
        and not run.failed
        and run.outcome is not None
        and views.get(run.hunt_id) == run.query.view
    }
    return sum(took.values()) / len(took) * len(hunts) / at_once if took else None
