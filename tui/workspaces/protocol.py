"""What every kind of workspace can do, and how a run in it can end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from tui.kql.schema import Schema

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Window:
    """An absolute UTC range [start, end); both are timezone-aware UTC datetimes with microseconds.

    With `late`, events in it are looked for however late they were stored; without, up to an hour after its end. That
    makes a difference in Log Analytics, to tables that hold both times.
    """

    start: datetime
    end: datetime
    late: bool = False

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window needs times with a zone")
        if self.start >= self.end:
            raise ValueError(
                f"the window is empty: {self.start:%Y-%m-%d %H:%M:%S} is not before {self.end:%Y-%m-%d %H:%M:%S}"
            )


@dataclass(frozen=True)
class Identity:
    """Who signed in (a user's or application's name) and to which tenant; empty where it is not known."""

    name: str = ""
    tenant: str = ""


class State(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    PARTIAL = "partial"
    NO_TABLE = "no table"
    NOT_COVERED = "not covered"
    BLIND = "blind"
    NOT_PERMITTED = "not permitted"
    THROTTLED = "throttled"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """A state and, where there is more to say, the reason in words for the analyst.

    `next_step` says what to do about it where that is known better than by the state alone; `place` is the line and column
    of the query, both from 1, that the service complains of.
    """

    state: State
    reason: str = ""
    next_step: str = ""
    place: tuple[int, int] | None = None


def mark_place(query: str, place: tuple[int, int]) -> list[str]:
    """The line of `query` at `place` (line and column from 1), and a line that points to the column; none when it has none."""
    lines = query.splitlines()
    line, column = place
    if not 1 <= line <= len(lines):
        return []
    shown = lines[line - 1].replace("\t", " ")
    return [shown, " " * min(column - 1, len(shown)) + "^"]


@dataclass(frozen=True)
class Limits:
    """What one run may take: `rows` kept (one more is asked for, to detect truncation) and `seconds`."""

    rows: int = 100_000
    seconds: float = 180.0


@dataclass(frozen=True)
class Completion:
    """The end of a run: its outcome, and figures such as rows, bytes, seconds.

    `identifiers` are what a service's owner asks for: client request id, correlation id, when it began and ended.
    """

    outcome: Outcome
    statistics: Mapping[str, float] = field(default_factory=dict)
    identifiers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableCoverage:
    """What a workspace holds of one table from one host; times are UTC, `rows` within [first, last]."""

    table: str
    host: str
    first: datetime | None
    last: datetime | None
    rows: int
    log_cleared: tuple[datetime, ...] = ()


class MissingWorkspaceError(LookupError):
    """There is no workspace of this name."""


class WorkspaceError(LookupError):
    """A workspace cannot say what it is asked besides queries: its schema, or what it holds; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.reason or outcome.state}{'. ' + outcome.next_step if outcome.next_step else ''}")
        self.outcome = outcome


class UnsupportedQueryError(Exception):
    """The workspace cannot run this query; says which construct and where."""


BatchSink = Callable[["pa.RecordBatch"], None]
"""Takes each Arrow batch as it arrives; called from a worker thread, in order."""


class Workspace(Protocol):
    """Where queries run. All methods may be called from the event loop and never hold it."""

    @property
    def name(self) -> str:
        """The name the analyst knows it by."""

    @property
    def kind(self) -> str:
        """`evidence`, `log_analytics`, `defender` or `data_explorer`: the dialect its KQL is written in."""

    @property
    def banner(self) -> str:
        """`LIVE`, `EVIDENCE` or `DEMO`."""

    async def check(self, query: str) -> str | None:
        """None when the query can run here, else what stands in the way and where."""

    async def run(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> Completion:
        """Run `query`, hand over its batches, and say how it ended. Cancel by cancelling the task."""

    async def schema(self) -> Schema:
        """The tables that are there, with their columns and KQL types."""

    async def span(self) -> Window | None:
        """The time from the first to just after the last event, or None when there is none."""

    async def coverage(self, tables: Sequence[str]) -> list[TableCoverage]:
        """First, last and number of rows per table and host."""

    def portal_link(self, query: str) -> str | None:
        """Where the query opens in a browser; None where there is no portal."""

    async def close(self) -> None:
        """Stop what runs and let go of files and connections."""
