"""A run as the screen sees it: what was asked, how far it is, its rows and how it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tui.results.store import ResultStore, Rows
from tui.results.values import plain_text
from tui.results.view import RowView
from tui.triage.queries.context import Query, QueryContext
from tui.triage.queries.subjects import NAMES
from tui.workspaces.protocol import Completion, Outcome, State


class Phase(StrEnum):
    """Where a run is on its way."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class Origin:
    """The cell a run was opened from: its run, column and shown row, and the number it said (None when it said none)."""

    run: int
    column: str
    row: str
    counted: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Fresh:
    """What a round of a watch has that the round before, begun at `since`, had not: rows by their keys (`row_keys.row_key`).

    `new` were not there, `more` have more events behind them.
    """

    since: datetime
    new: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many rows are fresh."""
        return len(self.new | self.more)

    def and_then(self, later: Fresh | None) -> Fresh:
        """This with what a later round brought."""
        if later is None:
            return self
        return Fresh(self.since, self.new | later.new, self.more | later.more)


@dataclass
class Run:
    """One execution of a view or a drill. Times are UTC; `received` and `bytes` grow while it runs."""

    number: int
    query: Query
    context: QueryContext
    workspace: str
    origin: Origin | None = None
    phase: Phase = Phase.WAITING
    rows: Rows | None = None
    received: int = 0
    bytes: int = 0
    completion: Completion | None = None
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    task: asyncio.Task[None] | None = None
    load: Callable[[ResultStore], Rows] | None = None
    """Reads the rows of a run of an earlier day into the store, once they are looked at."""
    begun_at: float = field(default_factory=time.monotonic)
    took: float | None = None
    watched: bool = False
    """Whether it is a round of a watch that is on."""
    fresh: Fresh | None = None
    """What is fresh in it; None where nothing is, and in runs that are no round of a watch."""
    unseen: Fresh | None = None
    """What is fresh in it against what the analyst of a watch saw last; not kept."""

    @property
    def hunt_id(self) -> str:
        """The id of the hunt that was run."""
        return self.context.hunt.id

    @property
    def seconds(self) -> float:
        """How long it has run, or took."""
        return self.took if self.took is not None else time.monotonic() - self.begun_at

    @property
    def outcome(self) -> Outcome | None:
        """How it ended, or None while it goes on."""
        return self.completion.outcome if self.completion else None

    @property
    def failed(self) -> bool:
        """Whether it ended without rows that can be shown as an answer."""
        answered = (State.COMPLETE, State.TRUNCATED, State.PARTIAL, State.NOT_COVERED, State.BLIND)
        return self.outcome is not None and self.outcome.state not in answered

    @property
    def count_words(self) -> str:
        """`4 of 4`, `1,000 of 5,213`, `1,000+`: the rows that are here and the number there should be."""
        shown = f"{self.received:,}"
        expected = self.origin.counted if self.origin else None
        if self.outcome is not None and self.outcome.state is State.TRUNCATED:
            return f"{shown} of {expected:,}" if expected else f"{shown}+"
        if self.phase is not Phase.DONE:
            return f"{shown} so far"
        return f"{shown} of {expected:,}" if expected is not None else f"{shown} of {shown}"

    @property
    def mismatch(self) -> str:
        """What to say when the list is not as long as the number said, else nothing."""
        if self.origin is None or self.origin.counted is None or self.outcome is None:
            return ""
        if self.outcome.state is not State.COMPLETE or self.received == self.origin.counted:
            return ""
        counted_at = f" at {self.origin.at:%H:%M}" if self.origin.at else ""
        return f"{self.origin.counted:,} counted{counted_at}, {self.received:,} listed at {self.began:%H:%M}"


def event_columns(run: Run) -> list[str]:
    """The columns of a run's rows whose sum is the number of events of all legs, each leg's rows counted once.

    They are those of the timeline that a row of a device, an account... opens into; none where rows are of nobody.
    """
    if run.query.view not in {names[0] for names in NAMES.values()}:
        return []
    counts = {leg.count: leg.name for leg in run.context.hunt.legs.values() if not leg.of}
    return [one.name for one in run.query.columns if one.opens == "rows" and counts.get(one.name) == one.leg]


def origin_in(run: Run, row: Mapping[str, Any], column: str) -> Origin:
    """What a drill into the cell `column` of `row`, which is of `run`, comes from."""
    value = row.get(column)
    opens = run.query.meaning(column).opens
    if opens == "timeline":
        legs = [row[name] for name in event_columns(run) if isinstance(row.get(name), int)]
        value = sum(legs) if legs else None
    counts = opens in ("rows", "values", "timeline") and isinstance(value, int) and not isinstance(value, bool)
    shown = (row.get(known.name) for known in run.query.columns)
    label = next((plain_text(held) for held in shown if held not in (None, "")), "")
    return Origin(run.number, column, label, value if counts else None, run.began)


@dataclass
class Step:
    """One place on the trail: a run, how its rows are shown, and where the cursor stands."""

    run: Run
    view: RowView = field(default_factory=RowView)
    row: int = 0
    column: str = ""
