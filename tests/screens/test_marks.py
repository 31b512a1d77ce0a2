"""Marking rows, writing on them, judging devices: what is shown, what is kept, and what is never hidden silently."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk, desk_on
from tests.support.small import HOSTILE_DEVICE, HeldWorkspace, small_catalogue, small_workspace
from tests.support.snapshot import assert_snapshot
from tui.app import HuntdeckApp
from tui.screens.opening import Start
from tui.triage.records.model import Author, Verdict
from tui.triage.verdicts import VerdictStore

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HUNT = "T1119-91"


class Marks(Desk):
    """A desk with a clock of its own, and what it shows of marks and verdicts."""

    @property
    def findings(self) -> Any:
        return self.screen.session.findings

    def signs(self) -> list[str]:
        """What stands in the column V of the rows on the screen."""
        return [str(row[0]) for row in self.rows()]

    def before(self) -> list[str]:
        """What stands in the column Before."""
        return [str(row[2]) for row in self.rows()]

    def rows(self) -> list[Any]:
        source = self.screen.pane.table._source
        assert source is not None
        return source.rows(0, 100)

    async def said(self, words: str) -> None:
        await self.until(lambda: words in self.line("keys"), f"{words!r} in {self.line('keys')!r}")

    async def dialog(self, words: str) -> None:
        await self.until(lambda: len(self.app.screen_stack) > 1 and words in self.text, f"{words!r} in {self.text}")

    async def type(self, words: str) -> None:
        await self.press(*("space" if character == " " else character for character in words))

    async def at_rest(self) -> None:
        """Waits until what was said is kept."""
        await self.until(lambda: not self.screen.workers._workers, "rest")
        await self.pilot.pause()

    async def judge_benign(self, reason: str = "backup") -> None:
        await self.press("2")
        await self.dialog("Benign: ")
        await self.type(reason)
        await self.press("f5")
        await self.said("benign until")


@asynccontextmanager
async def marks_desk(
    folder: Path, verdicts: Path | None = None, size: tuple[int, int] = (160, 45), now: datetime = NOW
) -> AsyncIterator[Marks]:
    path = folder / "small.duckdb"
    if not path.is_file():
        await small_workspace(folder).close()
    catalogue = small_catalogue(folder)
    start = Start("small", lambda _: (HeldWorkspace("small", path), catalogue), verdicts=verdicts)
    async with desk_on(HuntdeckApp(start), size) as one:
        one.screen.now = lambda: now
        one.screen.session.author = Author("ana", "host")
        yield Marks(one.pilot, one.app)


def a_verdict(device: str = "alpha.corp.example", opinion: Any = "benign", **more: Any) -> Verdict:
    at = datetime(2024, 11, 14, tzinfo=UTC)
    return replace(
        Verdict("small", HUNT, "device", device, device, opinion, "ben@host", at, "backup", NOW + timedelta(days=22)),
        **more,
    )


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


async def test_a_device_is_judged_and_the_verdict_is_remembered(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.toml"
    async with marks_desk(tmp_path, verdicts) as one:
        await one.open_hunt()
        await one.press("1")
        await one.said("suspicious: device alpha.corp.example for T1119-91; 4 takes it back")
        await one.press("down", "3")
        await one.said("unknown: device beta[/]␛]0;title␇ for T1119-91")
        await one.press("down")
        await one.judge_benign()
        await one.at_rest()
        assert one.signs() == ["S", "?", "B"]
        assert one.before() == ["suspicious 11-22 ana", "unknown 11-22 ana", "benign until 12-22 ana: backup"]
        assert "benign until 12-22 ana: backup" in one.line("cell")
        given = one.findings.verdicts
        assert [verdict.entity for verdict in given] == [
            "alpha.corp.example",
            HOSTILE_DEVICE.lower(),
            "gamma.corp.example",
        ]
    store = VerdictStore(verdicts)
    store.load()
    assert store.verdicts == given
    async with marks_desk(tmp_path, verdicts, now=NOW + timedelta(days=60)) as one:
        await one.open_hunt()
        assert one.before() == ["suspicious 11-22 ana", "unknown 11-22 ana", "benign ended 12-22 ana: backup"]
        assert one.signs() == ["S", "?", ""]


async def test_a_verdict_is_taken_back_and_its_history_stays(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.toml"
    async with marks_desk(tmp_path, verdicts) as one:
        await one.open_hunt()
        await one.press("4")
        await one.said("there is no verdict on device alpha.corp.example")
        await one.press("1")
        await one.at_rest()
        await one.press("4")
        await one.said("taken back: suspicious, device alpha.corp.example")
        await one.at_rest()
        assert one.signs() == ["", "", ""]
        assert one.before() == ["", "", ""]
        await one.press("5")
        await one.dialog("Verdicts on device alpha.corp.example")
        assert "suspicious, taken back, ana@host" in one.text
        await one.press("escape")
        await one.until(lambda: len(one.app.screen_stack) == 1)
        await one.press("X")
        await one.said("taken back: the verdict on alpha.corp.example")
        await one.at_rest()
        assert one.signs() == ["S", "", ""]
        assert [found.opinion for found in one.screen.session.remembered.verdicts] == ["suspicious"]


async def test_in_a_list_the_entity_it_was_opened_from_is_judged(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("FileCount", 1)
        await one.press("enter")
        await one.settle()
        await one.press("1")
        await one.said("suspicious: device beta[/]␛]0;title␇ for T1119-91")
        await one.press("backspace")
        await one.settle()
        assert one.signs() == ["", "S", ""]


async def test_accounts_and_groups_are_judged_as_what_they_are(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        for view, words in (
            ("accounts", "suspicious: account corp\\j.doe for T1119-91"),
            ("groups_processes", "suspicious: device alpha.corp.example for T1119-91"),
        ):
            await one.open_hunt()
            await one.press("v")
            await one.dialog("Views of")
            await one.type(view)
            await one.press("enter")
            await one.until(lambda view=view: len(one.app.screen_stack) == 1 and one.place[0] == view)
            await one.settle()
            await one.press("1")
            await one.said(words)


async def test_what_a_pivot_lists_is_judged_for_the_hunt_it_came_from(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("FileCount", 2)
        await one.press("enter")
        await one.settle()
        await one.press("t")
        await one.until(lambda: len(one.screen.trail.places) == 3)
        await one.settle()
        assert one.screen.trail.places[-1].step.run.hunt_id == "pivot-device"
        await one.press("3")
        await one.said("unknown: device gamma.corp.example for T1119-91")


async def test_a_row_of_another_device_is_not_judged_by_mistake(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("FileCount", 1)
        await one.press("enter")
        await one.settle()
        place = one.screen.trail.current
        assert place is not None
        place.step.run.query = replace(place.step.run.query, bounds=())
        opened = place.opened
        assert opened is not None
        place.opened = replace(opened, row={**opened.row, "DeviceKey": "other.corp.example", "DeviceName": "other"})
        await one.press("1")
        await one.said("was opened from device other for T1119-91: go back to judge")
        assert one.findings.verdicts == ()


async def test_rows_that_are_no_entities_say_so(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("v")
        await one.dialog("Views of")
        await one.type("timeline")
        await one.press("enter")
        await one.until(lambda: one.place[0] == "timeline")
        await one.settle()
        await one.press("1")
        await one.said("this is not a row of a device, account, mailbox or address, and was not opened from one")


async def test_what_was_judged_benign_before_is_hidden_and_said(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.toml"
    VerdictStore(verdicts).add([a_verdict()])
    async with marks_desk(tmp_path, verdicts) as one:
        await one.open_hunt()
        assert [row[1] for row in one.rows()] == [HOSTILE_DEVICE, "gamma.corp.example"]
        assert "2 of 3, 1 hidden as benign" in one.trail
        assert "1 hidden as benign (b shows them)" in one.line("chips")
        await one.press("b")
        await one.settle()
        assert one.signs() == ["B", "", ""]
        assert one.before()[0] == "benign until 12-14 ben: backup"
        assert "3 of 3" in one.trail
        assert "1 benign shown (b hides them)" in one.line("chips")
        await one.press("b")
        await one.settle()
        assert len(one.rows()) == 2
        await one.go_to("ProcessCount", 0)
        await one.press("=")
        await one.settle()
        assert "1 of 3 filtered, 1 hidden as benign" in one.trail
        await one.press("u")
        await one.settle()
        await one.press("F")
        await one.until(lambda: len(one.screen.trail.places) == 2)
        await one.settle()
        assert sum(row[1] for row in one.rows()) == 2
        await one.press("backspace")
        await one.settle()
        await one.press("b")
        await one.settle()
        await one.go_to("FileCount", 0)
        await one.press("enter")
        await one.settle()
        assert "15 of 15" in one.trail


@pytest.mark.parametrize(
    "other",
    [
        a_verdict(opinion="suspicious"),
        a_verdict(until=NOW - timedelta(days=1)),
        a_verdict(at=datetime(2999, 1, 1, tzinfo=UTC)),
        a_verdict(workspace="other"),
        a_verdict(hunt="T1119-92"),
        a_verdict(subject="account"),
    ],
)
async def test_nothing_else_is_hidden(tmp_path: Path, other: Verdict) -> None:
    verdicts = tmp_path / "verdicts.toml"
    VerdictStore(verdicts).add([other])
    async with marks_desk(tmp_path, verdicts) as one:
        await one.open_hunt()
        assert len(one.rows()) == 3
        assert "hidden" not in one.trail


async def test_what_is_judged_while_it_is_shown_stays_until_it_is_run_again(tmp_path: Path) -> None:
    async with marks_desk(tmp_path, now=datetime.now(UTC)) as one:
        one.screen.now = lambda: datetime.now(UTC)
        await one.open_hunt()
        await one.judge_benign()
        await one.at_rest()
        await one.press("s")
        await one.settle()
        assert len(one.rows()) == 3
        await one.press("r")
        await one.settle()
        assert "2 of 3, 1 hidden as benign" in one.trail
        assert [row[1] for row in one.rows()] == [HOSTILE_DEVICE, "gamma.corp.example"]


async def test_only_rows_with_a_verdict(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.toml"
    VerdictStore(verdicts).add([a_verdict(), a_verdict("gamma.corp.example", "suspicious", until=None)])
    async with marks_desk(tmp_path, verdicts) as one:
        await one.open_hunt()
        for opinion, shown in (("suspicious", "gamma.corp.example"), ("benign", "alpha.corp.example")):
            await one.press("colon")
            await one.dialog("Commands and hunts")
            await one.type("only rows with a verdict")
            await one.press("enter")
            await one.dialog("Only rows judged")
            await one.type(opinion)
            await one.press("enter")
            await one.until(lambda: len(one.app.screen_stack) == 1)
            await one.settle()
            assert [row[1] for row in one.rows()] == [shown]
            assert f"only rows judged {opinion}" in one.line("chips")


async def test_a_verdict_that_cannot_be_kept_holds_here_and_says_so(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.toml"
    verdicts.symlink_to(tmp_path / "elsewhere")
    async with marks_desk(tmp_path, verdicts) as one:
        await one.open_hunt()
        await one.press("1")
        await one.said("the verdict holds in this session, but is not remembered beyond this session: ")
        assert one.signs() == ["S", "", ""]


def kept_aside(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in folder.glob("verdicts.damaged-*.toml")]


async def test_a_damaged_file_of_verdicts_is_said_when_it_is_opened(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.toml"
    verdicts.write_text("format = ", encoding="utf-8")
    async with marks_desk(tmp_path, verdicts) as one:
        await one.said("verdicts.toml is damaged: ")
    assert kept_aside(tmp_path) == ["format = "]


async def test_the_benign_dialog_wants_a_reason_and_a_time_to_come(tmp_path: Path) -> None:
    async with marks_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("2")
        await one.dialog("Benign: device alpha.corp.example")
        await one.press("f5")
        await one.dialog("say why")
        await one.type("backup")
        await one.press("tab", *["backspace"] * 3)
        await one.type("2020-01-01")
        await one.dialog("2020-01-01 is not in the future")
        await one.press("f5", *["backspace"] * 10)
        await one.type("until changed")
        await one.press("f5")
        await one.said("benign: device alpha.corp.example")
        assert one.findings.verdicts[0].until is None
        assert one.before()[0] == "benign 11-22 ana: backup"


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
