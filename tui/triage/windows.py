"""Windows from what an analyst says: a span back from the newest event, or two times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.kql.literals import LiteralError
from tui.library.times import read_moment, read_span
from tui.workspaces.protocol import Window


class WindowError(ValueError):
    """A window that cannot be: says what is expected."""


def make_window(last: str, start: str, end: str, span: Window | None, now: datetime, late: bool = False) -> Window:
    """The window for `--last`, `--from` and `--to` (empty when not given).

    Times may be told from the newest event, or from `now` where there is no evidence (`2h ago`, `yesterday 03:00`); without
    a zone they are UTC. An end such as `+4h` is told from the start. What is not given comes from `span`, the whole of the
    evidence, else from `now`: the last 24 hours. `--last` counts back from `--to`, the newest event, or now. WindowError
    says what does not fit. `late` as in `Window`.
    """
    if last and start:
        raise WindowError("give either a span back or a start, not both")
    newest = span.end if span else now.astimezone(UTC)
    try:
        if end.lstrip().startswith("+") and start:
            since = read_moment(start, newest)
            return Window(since, since + read_span(end.lstrip()[1:]), late)
        until = read_moment(end, newest) if end else newest
        if last:
            since = until - read_span(last)
        elif start:
            since = read_moment(start, newest)
        else:
            since = span.start if span else until - timedelta(days=1)
        return Window(since, until, late)
    except (LiteralError, ValueError, OverflowError) as error:
        raise WindowError(str(error)) from error


def show_window(window: Window) -> str:
    """`2026-11-20 01:00:00Z -> 2026-11-21 01:00:00Z`, with `+late` where rows stored late are looked for."""
    return f"{window.start:%Y-%m-%d %H:%M:%S}Z -> {window.end:%Y-%m-%d %H:%M:%S}Z{' +late' if window.late else ''}"
