"""Marking rows and writing on them: what is shown and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.marks import NOW, a_verdict, marks_desk
from tests.support.small import HOSTILE_DEVICE
from tests.support.snapshot import assert_snapshot
from tui.triage.verdicts import VerdictStore


async def test_a_row_is_marked_and_unmarked(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        assert one.signs() == ["", "", ""]
        await one.press("down", "m")
        await one.said("marked, 1 in this session")
        assert one.signs() == ["", "M", ""]
        (mark,) = one.findings.marks
        assert (mark.run, mark.row, mark.author, mark.at) == (1, 1, "ana@host", NOW)
        assert mark.fields["DeviceName"] == HOSTILE_DEVICE
        assert mark.fields["ProcessCount"] == "2"
        assert "MailCount" not in mark.fields
        assert one.place == ("devices", 1, "DeviceName")
        await one.press("m")
        await one.said("mark taken away")
        assert one.signs() == ["", "", ""]
        await one.press("X")
        await one.said("taken back: the removal of a mark")
        assert one.signs() == ["", "M", ""]
        await one.press("X", "X")
        await one.said("nothing was said")
        assert one.findings.marks == ()


async def test_keys_pressed_at_once_all_count(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("m", "down", "m", "down", "m")
        await one.at_rest()
        assert one.signs() == ["M", "M", "M"]


async def test_a_note_marks_the_row_and_is_shown_wherever_it_is_read(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("a")
        await one.dialog("Note on the row")
        await one.type("asked its owner")
        await one.press("tab")
        await one.type("c2 exfil c2")
        await one.press("f5")
        await one.said("noted on the row")
        assert one.signs() == ["N", "", ""]
        assert "note: asked its owner #c2 #exfil" in one.line("cell")
        await one.press("i")
        await one.dialog("asked its owner")
        assert "2026-11-22 09:00:00Z, ana@host" in one.text
        await one.press("escape")
        await one.until(lambda: len(one.app.screen_stack) == 1)
        await one.press("m")
        await one.dialog("Take the mark away, with its note?")
        await one.press("n")
        await one.until(lambda: len(one.app.screen_stack) == 1)
        assert one.signs() == ["N", "", ""]
        await one.press("m")
        await one.dialog("Take the mark away, with its note?")
        await one.press("y")
        await one.said("mark taken away")
        assert one.signs() == ["", "", ""]


async def test_an_event_is_marked_wherever_it_is_listed(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("FileCount", 1)
        await one.press("enter")
        await one.settle()
        await one.press("down", "down", "m")
        await one.said("marked")
        assert one.signs() == ["", "", "M", "", "", ""]
        await one.press("backspace")
        await one.settle()
        await one.go_to("Bytes", 1)
        await one.press("enter")
        await one.settle()
        assert one.signs() == ["", "", "M", "", "", ""]
        await one.press("home", "s")
        await one.settle()
        assert one.signs() == ["", "", "", "M", "", ""]


async def test_lines_of_a_timeline_are_marked_and_counted_values_are_not(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("enter")
        await one.settle()
        await one.press("m")
        await one.said("marked")
        assert one.signs()[:3] == ["M", "", ""]
        await one.press("i")
        await one.dialog("ProcessCommandLine")
        assert "2026-11-22 09:00:00Z, ana@host" in one.text
        await one.press("escape")
        await one.until(lambda: len(one.app.screen_stack) == 1)
        await one.press("F")
        await one.until(lambda: len(one.screen.trail.places) == 3)
        await one.settle()
        for key in ("m", "a", "1", "A", "asterisk"):
            await one.press(key)
            await one.said("this row counts a value: Enter shows the rows it counts")
        assert len(one.findings.marks) == 1


async def test_many_rows_are_marked_after_asking(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("A")
        await one.said("3 rows marked")
        assert one.signs() == ["M", "M", "M"]
        await one.press("A")
        await one.said("all rows shown are marked already")
        await one.press("X")
        await one.said("taken back: the mark on 3 rows")
        await one.press("v")
        await one.dialog("Views of")
        await one.type("timeline")
        await one.press("enter")
        await one.until(lambda: one.place[0] == "timeline")
        await one.settle()
        await one.press("A")
        await one.dialog("Mark all 32 rows that are shown?")
        await one.press("n")
        await one.until(lambda: len(one.app.screen_stack) == 1)
        assert one.findings.marks == ()
        await one.press("A")
        await one.dialog("Mark all 32 rows")
        await one.press("y")
        await one.said("32 rows marked")
        assert set(one.signs()) == {"M"}


async def test_only_so_many_rows_are_marked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.actions.marking.AT_ONCE", 2)
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("A")
        await one.said("3 rows are shown, and 2 can be marked at once")
        assert one.findings.marks == ()


async def test_from_mark_to_mark_and_only_marked_rows(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("enter")
        await one.settle()
        await one.press("right_square_bracket")
        await one.said("no row here is marked")
        for row in (2, 7, 19):
            await one.go_to("EventTime", row)
            await one.press("m")
            await one.at_rest()
        await one.press("right_square_bracket")
        await one.said("from the top again")
        assert one.screen.pane.row == 2
        await one.press("right_square_bracket")
        await one.until(lambda: one.screen.pane.row == 7)
        await one.press("left_square_bracket")
        await one.until(lambda: one.screen.pane.row == 2)
        await one.press("left_square_bracket")
        await one.said("from the end again")
        assert one.screen.pane.row == 19
        await one.press("asterisk")
        await one.settle()
        assert one.signs() == ["M", "M", "M"]
        assert one.screen.pane.row == 2
        assert "only marked rows" in one.line("chips")
        assert "3 of 20 filtered" in one.trail
        await one.press("u")
        await one.settle()
        assert len(one.rows()) == 20
        assert one.screen.pane.row == 19
        await one.press("asterisk")
        await one.settle()
        await one.press("asterisk")
        await one.settle()
        assert len(one.rows()) == 20


async def test_all_marks_and_notes_in_one_list(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("FileCount", 1)
        await one.press("enter")
        await one.settle()
        await one.press("down", "m")
        await one.said("marked")
        await one.open_hunt("T1119-91")
        await one.press("M")
        await one.dialog("1 mark, 0 notes")
        await one.press("n")
        await one.dialog("Note on the session")
        await one.type("nothing urgent")
        await one.press("f5")
        await one.dialog("1 mark, 1 note")
        await one.press("e")
        await one.dialog("Note on the session")
        await one.type(" so far")
        await one.press("f5")
        await one.dialog("nothing urgent so far")
        await one.press("down", "a")
        await one.dialog("Note on the row")
        await one.type("the first copy")
        await one.press("f5")
        await one.dialog("the first copy")
        await one.press("enter")
        await one.until(lambda: len(one.app.screen_stack) == 1)
        await one.settle()
        assert one.place[:2] == ("events", 1)
        assert one.signs()[1] == "N"
        await one.press("M")
        await one.dialog("1 mark, 1 note")
        await one.press("x")
        await one.dialog("Take the note away?")
        await one.press("y")
        await one.dialog("1 mark, 0 notes")
        await one.press("X")
        await one.dialog("1 mark, 1 note")
        await one.press("escape")
        assert [note.text for note in one.findings.notes] == ["nothing urgent so far"]
        assert [mark.note for mark in one.findings.marks] == ["the first copy"]


async def test_a_mark_on_a_hidden_row_is_shown_when_gone_to(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.toml"
    VerdictStore(verdicts).add([a_verdict()])
    async with marks_desk(tmp_path, verdicts) as one:
        await one.open_hunt()
        await one.press("b")
        await one.settle()
        await one.press("g", "m")
        await one.said("marked")
        await one.press("b")
        await one.settle()
        assert len(one.rows()) == 2
        await one.press("M")
        await one.dialog("1 mark, 0 notes")
        await one.press("enter")
        await one.until(lambda: len(one.app.screen_stack) == 1 and len(one.rows()) == 3)
        await one.settle()
        assert one.screen.pane.row == 0
        assert one.signs() == ["MB", "", ""]


async def test_marked_rows_are_copied_with_their_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with marks_desk(tmp_path) as one:
        monkeypatch.setattr(one.app.copies, "copy", lambda text, what="": copied.append(text))
        await one.open_hunt()
        await one.press("a")
        await one.dialog("Note on the row")
        await one.type("=cmd")
        await one.press("f5")
        await one.at_rest()
        await one.press("y")
        await one.dialog("the one of the session, note first")
        await one.type("marked rows as tsv")
        await one.press("enter")
        await one.until(lambda: copied, "the copy")
        names, values = (line.split("\t") for line in copied[0].splitlines())
        row = dict(zip(names, values, strict=True))
        assert names[:4] == ["(marked)", "(note)", "(tags)", "DeviceName"]
        assert row["(marked)"] == "2026-11-22T09:00:00Z ana@host"
        assert row["(note)"] != "=cmd"
        assert row["(note)"].endswith("=cmd")
        assert row["ProcessCount"] == "5"


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_what_marks_and_verdicts_look_like(tmp_path: Path, size: tuple[int, int]) -> None:
    verdicts = tmp_path / "verdicts.toml"
    VerdictStore(verdicts).add([a_verdict("gamma.corp.example"), a_verdict(opinion="suspicious", until=None)])
    async with marks_desk(tmp_path, verdicts, size) as one:
        await one.open_hunt()
        one.screen.session.runs[0].began, one.screen.session.runs[0].took = NOW, 0.1
        await one.press("m", "down", "a")
        await one.dialog("Note on the row")
        await one.type("ask its owner")
        await one.press("f5")
        await one.at_rest()
        await one.press("up")
        one.screen.refresh_words()
        await one.pilot.pause()
        assert_snapshot(one.app, f"marks-{size[0]}x{size[1]}")
        await one.press("M")
        await one.dialog("2 marks, 0 notes")
        assert_snapshot(one.app, f"findings-{size[0]}x{size[1]}")
        await one.press("escape", "2")
        await one.dialog("Benign: ")
        assert_snapshot(one.app, f"benign-{size[0]}x{size[1]}")
