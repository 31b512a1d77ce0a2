"""Judging devices and accounts: what is remembered, what is hidden and that it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.marks import NOW, a_verdict, marks_desk
from tests.support.small import HOSTILE_DEVICE
from tui.triage.records.model import Verdict
from tui.triage.verdicts import VerdictStore


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
