"""The time around an event: windows about a moment that grow and shrink, and which of the rows is the event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tui.triage.judged import Judge
from tui.triage.runs import Run
from tui.workspaces.protocol import Window

AROUND = timedelta(minutes=15)
"""How far before and after a row its surroundings reach at first."""

TREE_SPAN = timedelta(hours=8)
"""The same of a process tree: ancestors and children are often hours apart."""

SPANS = (
    *(timedelta(seconds=seconds) for seconds in (10, 60, 300)),
    AROUND,
    *(timedelta(minutes=minutes) for minutes in (30, 60, 120, 240, 480, 1440)),
    *(timedelta(days=days) for days in (3, 7, 30)),
)
"""How far a window may reach before and after its middle, one step after another."""

SIGN = "@"
"""What marks the event among the rows."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Centre:
    """The event a timeline is about: its moment and, where the row it was asked from tells, its number in its table."""

    moment: datetime
    report: int | None = None

    def is_of(self, row: Mapping[str, Any]) -> bool:
        """Whether `row` of a timeline is that event."""
        return row.get("EventTime") == self.moment and self.report in (None, row.get("ReportId"))


class CentredJudge(Judge):
    """Finds what was said about rows, one of which is the event they are about: its sign begins with `@`."""

    centre: Centre

    def marked_moments(self) -> frozenset[datetime | None]:
        """As `Judge`, and the moment of the event."""
        return super().marked_moments() | {self.centre.moment}

    def sign(self, row: Mapping[str, Any]) -> str:
        """As `Judge`, after `@` where it is the event."""
        return (SIGN if self.centre.is_of(row) else "") + super().sign(row)


def centre_of(row: Mapping[str, Any], moment: datetime) -> Centre:
    """The event that `row` is, or the moment alone where it tells only that."""
    report = row.get("ReportId") or row.get("EventRecordId")
    whole = row.get("Timestamp") == moment or row.get("EventTime") == moment or row.get("TimeGenerated") == moment
    return Centre(moment, report if whole and isinstance(report, int) else None)


def window_around(moment: datetime, span: timedelta = AROUND) -> Window:
    """The window from `span` before to `span` after `moment`."""
    return Window(moment - span, moment + span + _INSTANT)


def middle(window: Window) -> datetime:
    """The moment half-way through `window`."""
    return window.start + (window.end - window.start) // 2


def span_of(window: Window) -> timedelta:
    """How far `window` reaches before and after its middle."""
    return (window.end - window.start) // 2


def grown(window: Window, moment: datetime) -> Window | None:
    """The window about `moment` that reaches one step farther than `window`; None when that is the farthest."""
    return next((window_around(moment, span) for span in SPANS if span > span_of(window)), None)


def shrunk(window: Window, moment: datetime) -> Window | None:
    """The window about `moment` that reaches one step less far than `window`; None when that is the nearest."""
    return next((window_around(moment, span) for span in reversed(SPANS) if span < span_of(window)), None)


def run_in(runs: Sequence[Run], like: Run, window: Window) -> Run | None:
    """The newest of `runs` that asked what `like` asks, in `window`, and ended with rows."""
    context = replace(like.context, window=window)
    for run in reversed(runs):
        same = run.query.view == like.query.view and run.query.bounds == like.query.bounds and run.origin is None
        if same and run.context == context and not run.failed:
            return run
    return None


def span_words(span: timedelta) -> str:
    """A span in its largest whole unit: `15 min`, `2 h`, `3 d`."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if span >= timedelta(seconds=size) and not span % timedelta(seconds=size):
            return f"{span // timedelta(seconds=size)} {unit}"
    return f"{span.total_seconds():g} s"
