"""How far results are behind, in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.small import small_catalogue, small_workspace
from tui.results.store import ResultStore
from tui.triage.runs import Run
from tui.triage.session import Session
from tui.triage.stale import stale_words
from tui.workspaces.protocol import Window

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[Session]:
    opened = Session(small_workspace(tmp_path), small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await opened.prepare()
    yield opened
    await opened.close()


async def run_until(session: Session, end: datetime, hunt: str = "T1119-91") -> Run:
    run = session.run_view(session.catalogue.hunts[hunt], window=Window(end - timedelta(hours=2), end))
    assert run.task is not None
    await run.task
    return run


async def test_nothing_is_said_of_nothing_or_of_results_that_are_young(session: Session) -> None:
    session.whole = None
    assert stale_words(session, NOW) == ""
    await run_until(session, NOW - timedelta(minutes=59))
    assert stale_words(session, NOW) == ""


async def test_the_end_of_the_window_counts_not_when_it_was_run(session: Session) -> None:
    session.whole = None
    await run_until(session, NOW - timedelta(hours=14, minutes=1))
    assert stale_words(session, NOW) == "results are 14 h old: . runs again with the window moved"


async def test_several_results_have_a_span_of_ages_the_newest_of_each_hunt_counts(session: Session) -> None:
    session.whole = None
    session.values["T1119-92"] = {"name": "x"}
    await run_until(session, NOW - timedelta(days=9))
    await run_until(session, NOW - timedelta(hours=2))
    await run_until(session, NOW - timedelta(days=3), "T1119-92")
    assert stale_words(session, NOW) == "results are 2 h to 3 d old: . runs again with the window moved"


async def test_in_evidence_nothing_is_later_than_its_newest_event(session: Session) -> None:
    assert session.whole is not None
    end = session.whole.end
    await run_until(session, end)
    assert stale_words(session, NOW) == ""
    await run_until(session, end - timedelta(hours=1, minutes=10))
    words = "the evidence goes on for 1 h after these results: . runs again with the window moved"
    assert stale_words(session, NOW) == words
