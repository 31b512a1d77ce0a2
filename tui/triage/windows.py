"""Windows from what an analyst says: a span back from the newest event, or two times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.kql.literals import LiteralError, parse_datetime, parse_timespan
from tui.workspaces.protocol import Window


class WindowError(ValueError):
    """A window that cannot be: says what is expected."""


def make_window(last: str, start: str, end: str, span: Window | None, now: datetime) -> Window:
    """The window for `--last`, `--from` and `--to` (empty when not given).

    Times without a zone are UTC. What is not given comes from `span`, the whole of the evidence, else from `now`: the
    last 24 hours. `--last` counts back from `--to`, the newest event, or now. WindowError says what does not fit.
    """
    if last and start:
        raise WindowError("give either a span back or a start, not both")
    newest = span.end if span else now.astimezone(UTC)
    try:
        until = parse_datetime(end) if end else newest
        if last:
            since = until - parse_timespan(last)
        elif start:
            since = parse_datetime(start)
        else:
            since = span.start if span and not end else (span.start if span else until - timedelta(days=1))
        return Window(since, until)
    except (LiteralError, ValueError, OverflowError) as error:
        raise WindowError(str(error)) from error


def show_window(window: Window) -> str:
    """`2026-11-20 01:00:00Z -> 2026-11-21 01:00:00Z`."""
    return f"{window.start:%Y-%m-%d %H:%M:%S}Z -> {window.end:%Y-%m-%d %H:%M:%S}Z"
