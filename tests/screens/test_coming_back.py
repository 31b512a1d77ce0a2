"""Coming back to a session says how far its results are behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.support.desk import small_desk


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
