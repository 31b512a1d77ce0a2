"""How far the results of a session are behind what could be known now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.triage.words import age_words

if TYPE_CHECKING:
    from tui.triage.runs import Run
    from tui.triage.session import Session

FRESH_FOR = timedelta(hours=1)
"""Results that are younger are not told to be old."""


def stale_words(session: Session, now: datetime) -> str:
    """`results are 2 h to 14 h old`, or how far the evidence reaches beyond them; nothing where none is behind.

    A result ends where its window does: what came later is not in it. In evidence nothing is later than its newest event.
    """
    present = session.whole.end if session.whole is not None else now
    behind = sorted(
        {run.context.window.end for run in _results(session) if present - run.context.window.end >= FRESH_FOR}
    )
    if not behind:
        return ""
    ages = dict.fromkeys(age_words(end, present) for end in reversed(behind))
    span = f"{next(iter(ages))} to {next(reversed(ages))}" if len(ages) > 1 else next(iter(ages))
    if session.whole is not None:
        return f"the evidence goes on for {span} after these results: . runs again with the window moved"
    return f"results are {span} old: . runs again with the window moved"


def _results(session: Session) -> list[Run]:
    """The newest run of each hunt that gave an answer, other than from a cell."""
    newest = {
        run.hunt_id: run for run in session.runs if run.origin is None and run.outcome is not None and not run.failed
    }
    return [run for run in newest.values() if not run.context.hunt.pivot]
