"""How new the data is, where an answer is empty: in place of the rows, on the trail, and on the command line."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.small import small_catalogue
from tests.workspaces.live.services import KINDS, SMALL_WINDOW, make
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.screens.header import trail_pieces
from tui.screens.places import Place
from tui.triage.queries.context import Scope
from tui.triage.runs import Run, Step
from tui.triage.session import Session
from tui.triage.words import empty_words, run_words
from tui.workspaces.live.newest import without_rows
from tui.workspaces.protocol import State, Window

NEWEST = "2026-11-21 04:00:00Z"
"""Of the processes of the small evidence."""


async def session_on(loopback: Loopback, kind: str, folder: Path) -> Session:
    session = Session(make(loopback, kind), small_catalogue(folder), ResultStore(None), lambda run: None)
    await session.prepare()
    session.window = SMALL_WINDOW
    return session


async def hunted(session: Session) -> Run:
    run = session.run_view(session.catalogue.find("T1119-91"))
    assert run.task is not None
    await run.task
    return run


def trail_of(session: Session, run: Run) -> str:
    place = Place(Step(run))
    trail: Any = SimpleNamespace(current=place, places=[place])
    return " | ".join(str(piece.text) for piece in trail_pieces(session, trail, None, run.began, UTC))


@pytest.mark.parametrize("kind", KINDS)
async def test_an_empty_result_says_how_new_the_data_is(small: Loopback, tmp_path: Path, kind: str) -> None:
    session = await session_on(small, kind, tmp_path)
    assert "newest event" not in trail_of(session, await hunted(session)), "nothing has looked for it yet"
    session.scope = Scope(devices=("nobody",))
    run = await hunted(session)
    assert run.outcome is not None
    assert run.outcome.state is State.COMPLETE
    words = f"newest event in DeviceProcessEvents: {NEWEST}"
    assert empty_words(run)[1] == f"{words[0].upper()}{words[1:]}."
    assert run_words(run).endswith(words)
    assert "newest event 11-21 04:00" in trail_of(session, run)

    session.window = Window(SMALL_WINDOW.start - timedelta(days=2), SMALL_WINDOW.start - timedelta(days=1))
    run = await hunted(session)
    assert run.outcome is not None
    assert run.outcome.state is State.NOT_COVERED
    assert run.outcome.reason == f"DeviceProcessEvents has no events at all in the window; {words}"
    session.window = Window(SMALL_WINDOW.end, SMALL_WINDOW.end + timedelta(hours=1))
    run = await hunted(session)
    assert run.outcome is not None
    assert run.outcome.reason.endswith(f"in the window, nor since; {words}, when it was counted last")
    await session.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_the_trail_tells_the_newest_event_that_was_counted(small: Loopback, tmp_path: Path, kind: str) -> None:
    session = await session_on(small, kind, tmp_path)
    await session.workspace.coverage(["DeviceProcessEvents"])
    assert "newest event 11-21 04:00" in trail_of(session, await hunted(session))
    await session.close()


def test_a_table_nothing_is_known_of() -> None:
    assert without_rows("T", None, 0, None).reason == "T has no events at all in the window, nor since"
