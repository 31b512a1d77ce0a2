"""Large queries to live services: what one will cost, and whether it may be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf

from tui.kql.lexer import names
from tui.settings.asking import LiveConfig
from tui.triage.held import span_words
from tui.triage.queries.context import Query, QueryContext
from tui.workspaces.live.covering import DAYS
from tui.workspaces.live.kept import TableTotal
from tui.workspaces.protocol import Outcome, State, Window, Workspace

_DAY = timedelta(days=1)
_DEFENDER_KEEPS, _SLACK = timedelta(days=30), timedelta(hours=1)
NEXT_STEP = "w sets a smaller window, o the scope; r asks again."


@dataclass(frozen=True)
class Cost:
    """What a query looks through: `tables` over `window`; `rows` by the last count, None where they were not counted."""

    title: str
    tables: tuple[str, ...]
    window: Window
    rows: int | None = None
    missing: str = ""
    """What of the window the service does not hold any more."""

    @property
    def days(self) -> float:
        """The length of the window."""
        return (self.window.end - self.window.start) / _DAY

    @property
    def words(self) -> str:
        """`4 tables over 30 d, about 1,200,000 rows to look through`."""
        count = len(self.tables)
        tables = f"{count} table{'s' * (count != 1)} over {span_words(self.window.end - self.window.start)}"
        if self.rows is None:
            return f"{tables}; how many rows they hold was not counted yet"
        return f"{tables}, about {self.rows:,} rows to look through"

    def reasons(self, limits: LiveConfig) -> list[str]:
        """Why it is to be asked about first; nothing where it is not."""
        found = []
        if self.days > limits.ask_days:
            found.append(f"the window is longer than {limits.ask_days} d")
        if self.days * len(self.tables) > limits.ask_table_days:
            product = self.days * len(self.tables)
            found.append(f"tables times days are {product:,.0f}, more than {limits.ask_table_days:,}")
        if self.rows is not None and self.rows > limits.ask_rows:
            found.append(f"the rows are more than {limits.ask_rows:,}")
        return found


Ask = Callable[[Cost, list[str]], Awaitable[bool]]
"""Asks whoever is there about a query, with the reasons why; whether it may be sent."""


class Consent:
    """Whether large queries may be sent: each is asked about, unless a yes was given to one that was no smaller."""

    def __init__(self, ask: Ask, limits: LiveConfig, step: str = NEXT_STEP) -> None:
        self._ask, self._limits, self._step = ask, limits, step
        self._one_at_a_time = asyncio.Lock()
        self._days = self._table_days = self._rows = 0.0

    def trust(self, window: Window) -> None:
        """Whatever looks at no longer time than `window` may be sent: it was asked about elsewhere."""
        self._days, self._table_days, self._rows = max(self._days, (window.end - window.start) / _DAY), inf, inf

    async def refused(self, workspace: Workspace, context: QueryContext, query: Query) -> Outcome | None:
        """None when `query` may be sent, at once where it is not large; else the outcome that says that it was not."""
        cost = cost_of(workspace, context, query)
        reasons = cost.reasons(self._limits) if cost is not None else []
        if cost is None or not reasons:
            return None
        async with self._one_at_a_time:
            if self._agreed(cost):
                return None
            if not await self._ask(cost, reasons):
                return Outcome(State.CANCELLED, f"not sent: {cost.words}: {', '.join(reasons)}", self._step)
            self._days = max(self._days, cost.days)
            self._table_days = max(self._table_days, cost.days * len(cost.tables))
            self._rows = max(self._rows, cost.rows or 0)
        return None

    def _agreed(self, cost: Cost) -> bool:
        fits = cost.days <= self._days and cost.days * len(cost.tables) <= self._table_days
        return fits and (cost.rows or 0) <= self._rows


def cost_of(workspace: Workspace, context: QueryContext, query: Query) -> Cost | None:
    """What `query` will cost in a live workspace; None in another, where nobody pays for it."""
    if workspace.banner != "LIVE":
        return None
    window = context.reach(query.kql)
    tables = tuple(sorted(names(query.kql) & context.dialect.schema.keys()))
    knowledge = getattr(workspace, "knowledge", None)
    kept = knowledge.kept if knowledge is not None else None
    rows = _rows(tables, window, kept.totals) if kept is not None else None
    missing = ""
    oldest = datetime.now(UTC) - _DEFENDER_KEEPS
    if workspace.kind == "defender" and window.start < oldest - _SLACK:
        missing = f"Defender XDR keeps 30 d: nothing before {oldest:%Y-%m-%d} is found"
    return Cost(f"{context.hunt.id} {query.view}", tables, window, rows, missing)


def _rows(tables: tuple[str, ...], window: Window, totals: Mapping[str, TableTotal]) -> int | None:
    """What `tables` hold in `window` at the rate of the days that were counted; None where one was not counted."""
    if any(table not in totals for table in tables):
        return None
    daily = sum(totals[table].rows for table in tables) / DAYS
    return round(daily * ((window.end - window.start) / _DAY))
