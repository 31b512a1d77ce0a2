"""Coming back to a session says how far its results are behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.desk import small_desk
from tui.screens.actions import attached
from tui.triage.runs import Fresh


async def test_a_session_come_back_to_says_how_old_its_results_are(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as desk:
        session = desk.screen.session
        assert session.whole is not None
        session.window = replace(session.window, end=session.window.end - timedelta(minutes=65))
        await desk.open_hunt()
        assert await desk.screen.keeper.flush()
        folder = desk.screen.keeper.folder
        assert folder is not None
    async with small_desk(tmp_path, sessions, folder.path) as desk:
        words = "the evidence goes on for 1 h after these results: . runs again with the window moved"
        await desk.until(lambda: words in desk.line("keys"), "how old they are")
        await desk.settle()
        await desk.press("full_stop")
        await desk.settle()
        run = desk.screen.session.runs[-1]
        assert run.context.window.end == desk.screen.session.whole.end  # type: ignore[union-attr]


async def test_a_session_that_another_program_writes_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached, "_EVERY", 0.05)
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as writer:
        await writer.open_hunt()
        assert await writer.screen.keeper.flush()
        folder = writer.screen.keeper.folder
        assert folder is not None
        session, keeper = writer.screen.session, writer.screen.keeper
        reading = tmp_path / "reading"
        reading.mkdir()
        async with small_desk(reading, sessions, folder.path) as reader:
            assert "read only" in reader.line("header")
            again = session.again(session.runs[0])
            assert again.task is not None
            await again.task
            again.fresh = Fresh(session.runs[0].began, frozenset({"0" * 24}))
            keeper.touch()
            assert await keeper.flush()
            await reader.until(lambda: "T1119-91: 1 fresh in run 2" in reader.line("keys"), "what came")
            assert [run.number for run in reader.screen.session.runs] == [1, 2]
            await keeper.close()
            await reader.until(lambda: "nobody writes this session any more" in reader.line("keys"), "the end")
