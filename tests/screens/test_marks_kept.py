"""Marks, notes and verdicts of a session that is left and come back to; their dialogs at rest and with hostile text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.screen import ModalScreen

from tests.support.desk import Desk, small_desk
from tests.support.dialogs import HOSTILE, SIZES, harmful, opened
from tests.support.small import small_catalogue, small_workspace
from tui.results.store import ResultStore
from tui.screens.benign import BenignScreen
from tui.screens.findings import FindingsScreen
from tui.screens.note import NoteScreen, Written
from tui.triage.records.model import Mark, Note
from tui.triage.session import Session

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


async def said(one: Desk, words: str) -> None:
    await one.until(lambda: words in one.line("keys"), words)


async def kept(one: Desk) -> Path:
    await one.screen.keeper.flush()
    folder = one.screen.keeper.folder
    assert folder is not None
    return folder.path


async def test_what_was_said_is_there_the_next_day_and_marks_lead_to_their_rows(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await one.open_hunt()
        await one.press("1")
        await said(one, "suspicious")
        await one.go_to("FileCount", 1)
        await one.press("enter")
        await one.settle()
        await one.go_to("FileName", 4)
        await one.press("m")
        await said(one, "marked")
        await one.open_hunt("T1119-91")
        folder = await kept(one)
        findings = one.screen.session.findings
        before = (findings.marks, findings.notes, findings.verdicts)
    async with small_desk(tmp_path, sessions, folder) as one:
        await one.settle()
        findings = one.screen.session.findings
        assert (findings.marks, findings.notes, findings.verdicts) == before
        assert one.place[0] == "devices"
        asked = one.workspace.asked
        assert "suspicious" in one.text
        await one.press("M")
        await one.until(lambda: "1 mark, 0 notes" in one.text)
        await one.press("enter")
        await one.until(lambda: one.place[0] == "events" and one.screen.pane.has_rows)
        await one.settle()
        assert one.screen.pane.row == 4
        assert one.workspace.asked == asked
        await one.press("m")
        await said(one, "mark taken away")
        folder = await kept(one)
    async with small_desk(tmp_path, sessions, folder) as one:
        await one.settle()
        assert one.screen.session.findings.marks == ()
        assert len(one.screen.session.findings.verdicts) == 1


async def findings_screen(folder: Path) -> FindingsScreen:
    session = Session(small_workspace(folder), small_catalogue(folder), ResultStore(None), lambda run: None)
    session.findings.add_note(Note(HOSTILE, f"{HOSTILE}@host", NOW))
    session.findings.mark(Mark("a" * 24, 1, 0, HOSTILE, NOW, {HOSTILE: HOSTILE}, HOSTILE, (HOSTILE,)))
    return FindingsScreen(session, lambda: NOW, UTC, lambda: f"taken back: {HOSTILE}")


async def dialog(name: str, folder: Path) -> ModalScreen[object]:
    if name == "findings":
        return await findings_screen(folder)  # type: ignore[return-value]
    if name == "note":
        return NoteScreen(HOSTILE, HOSTILE, (HOSTILE,))  # type: ignore[return-value]
    return BenignScreen(HOSTILE, NOW, UTC)  # type: ignore[return-value]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["findings", "note", "benign"])
async def test_hostile_text_is_seen_and_harmless_and_nothing_is_drawn_at_rest(
    tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    async with opened(await dialog(name, tmp_path), size) as shown:
        assert harmful(shown.text) == []
        assert "[/]␛]0;title␇" in shown.words
        await shown.pilot.pause(0.1)
        drawn = shown.app.drawn
        await shown.pilot.pause(0.7)
        assert shown.app.drawn == drawn


async def test_what_is_hidden_in_a_note_is_given_as_it_was(tmp_path: Path) -> None:
    async with opened(NoteScreen("Note", "a\u202eb\nsecond", ("c2",))) as shown:
        await shown.press("end")
        await shown.type(" more")
        await shown.press("f5")
        assert shown.given == [Written("a\u202eb\nsecond more", ("c2",))]


async def test_copying_a_note_and_a_mark_gives_all_of_it(tmp_path: Path) -> None:
    async with opened(await findings_screen(tmp_path), (160, 45)) as shown:
        await shown.until_shown("1 mark, 1 note")
        copied: list[str] = []
        shown.app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await shown.press("y", "down", "y")
        assert copied[0] == HOSTILE
        assert copied[1].splitlines()[-1].endswith(HOSTILE.splitlines()[-1])
        await shown.press("X")
        assert "taken back: [/]␛]0;title␇" in shown.words
