"""The ranking across hunts on the screen: every number opens, as many events as it said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desk import Desk, small_desk
from tests.support.small import HOSTILE_DEVICE
from tui.screens.acts import BY_ID
from tui.screens.ranked import MergedPlace, RankedPlace
from tui.triage.records.model import Verdict


async def run_two(one: Desk) -> None:
    """Copies on three devices; a file of one name on two of them, which the first also wrote more of."""
    one.screen.session.values["T1119-92"] = {"name": "copy-1-0.pdf"}
    await one.open_hunt("T1119-91")
    await one.open_hunt("T1119-92")


async def rank(one: Desk) -> RankedPlace:
    await one.press("B")
    await one.until(lambda: isinstance(one.screen.trail.current, RankedPlace), "the ranking")
    await one.settle()
    place = one.screen.trail.current
    assert isinstance(place, RankedPlace)
    return place


@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
async def test_every_number_opens_into_as_many_events(tmp_path: Path, size: tuple[int, int]) -> None:
    async with small_desk(tmp_path, size=size) as one:
        await run_two(one)
        place = await rank(one)
        rows = place.matrix.table.to_pylist()
        assert [row["Key"] for row in rows] == ["alpha.corp.example", HOSTILE_DEVICE.lower(), "gamma.corp.example"]
        numbers = [(row, hunt) for row in range(3) for hunt in ("T1119-91", "T1119-92") if rows[row][hunt]]
        assert [rows[row][hunt] for row, hunt in numbers] == [20, 1, 8, 1, 4]
        for row, hunt in numbers:
            await one.go_to(hunt, row)
            await one.press("enter")
            await one.settle()
            assert one.place[0] == "devices"
            assert one.screen.pane.values["DeviceKey"] == rows[row]["Key"]
            await one.press("enter")
            await one.settle()
            timeline = one.screen.trail.current
            assert timeline is not None
            assert timeline.step.run.received == rows[row][hunt]
            assert f"{rows[row][hunt]} of {rows[row][hunt]}" in one.trail
            await one.press("backspace", "backspace")
            await one.settle()
            assert one.place == ("matrix", row, hunt)


async def test_a_device_opens_into_its_events_of_all_hunts(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await run_two(one)
        await rank(one)
        await one.go_to("DeviceName", 0)
        assert "opens its timeline over all hunts" in one.line("cell")
        await one.press("enter")
        await one.settle()
        place = one.screen.trail.current
        assert isinstance(place, MergedPlace)
        assert place.step.run.received == 21
        assert "21 of 21" in one.trail
        assert place.step.run.rows is not None
        lines = place.step.run.rows.prepare().arrow().to_pylist()
        times = [line["EventTime"] for line in lines]
        assert times == sorted(times)
        both = next(number for number, line in enumerate(lines) if line["Hunt"] == "T1119-92")
        await one.go_to("Hunt", both)
        await one.press("enter")
        await one.until(lambda: "copy-1-0.pdf" in one.text and len(one.app.screen_stack) == 2, "the event")


async def test_changes_and_verdicts_are_signs(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt("T1119-91")
        await one.press("1", "down")
        await one.screen.keeper.flush()
        session = one.screen.session
        about = ("small", "T1119-91", "device", "gamma.corp.example", "gamma")
        session.findings.judge(Verdict(*about, "benign", "ana@host", one.screen.now(), "backup"))
        session.values["T1119-91"] = {"tools": "none.exe"}
        session.values["T1119-92"] = {"name": "copy-1-0.pdf"}
        await one.open_hunt("T1119-92")
        await rank(one)
        assert "1 hidden as benign" in one.trail
        assert "20▇ S" in one.text
        assert "2 of 3, 1 hidden as benign" in one.trail
        await one.press("b")
        await one.until(lambda: "gamma.corp.example" in one.text, "the benign device")
        assert "4  B" in one.text
        await one.go_to("T1119-91", 0)
        assert "File copies: rank 1 of 2, judged suspicious, opens its row" in one.line("cell")


async def test_what_is_gone_opens_in_the_run_before(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt("T1119-91")
        await one.press("e")
        session = one.screen.session
        await one.press("escape")
        session.values["T1119-91"] = {"tools": "none.exe"}
        run = session.run_view(session.catalogue.hunts["T1119-91"])
        assert run.task is not None
        await run.task
        place = await rank(one)
        assert [row["Changes"] for row in place.matrix.table.to_pylist()] == ["-1"] * 3
        assert "asked otherwise the time before: T1119-91" in one.text
        await one.go_to("T1119-91", 1)
        assert "gone since the run before" in one.line("cell")
        await one.press("enter")
        await one.settle()
        current = one.screen.trail.current
        assert current is not None
        assert current.step.run is session.runs[0]
        assert one.screen.pane.values["DeviceName"] == HOSTILE_DEVICE


async def test_what_gave_no_answer_says_so(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.press("B")
        await one.until(lambda: "no hunt was run that lists devices" in one.line("keys"))
        await one.open_hunt("T1560-01")
        await one.open_hunt("T1119-91")
        place = await rank(one)
        assert "failed: T1560-01" in one.text
        assert [asked.hunt.id for asked in place.matrix.asked] == ["T1119-91", "T1560-01"]
        await one.go_to("T1560-01", 0)
        assert "A refused hunt: failed, so not known" in one.line("cell")
        await one.press("enter")
        await one.until(lambda: "failed, so not known (" in one.line("keys"))
        await one.press("m")
        await one.until(lambda: "is of several hunts" in one.line("keys"))
        await one.press("e")
        await one.until(lambda: "T1560-01" in one.text)


async def test_accounts_are_ranked_and_open_alike(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        session = one.screen.session
        run = session.run_view(session.catalogue.hunts["T1119-91"], "accounts")
        assert run.task is not None
        await run.task
        one.screen.do(BY_ID["ranking_accounts"])
        await one.until(lambda: isinstance(one.screen.trail.current, RankedPlace), "the ranking")
        await one.settle()
        place = one.screen.trail.current
        assert isinstance(place, RankedPlace)
        numbers = {row["Key"]: row["T1119-91"] for row in place.matrix.table.to_pylist()}
        assert numbers == {"corp\\j.doe": 29, "corp\\svc": 3}
        for row, number in enumerate(numbers.values()):
            await one.go_to("Account", row)
            await one.press("enter")
            await one.settle()
            assert f"{number} of {number}" in one.trail
            await one.press("backspace")
            await one.settle()


async def test_listing_over_all_hunts_is_stopped_and_said(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await run_two(one)
        await rank(one)
        await one.go_to("DeviceName", 0)
        one.workspace.held = True
        await one.press("enter")
        await one.until(lambda: len(one.screen.session.active()) == 2, "both listings")
        assert "over 2 hunts: running" in one.text
        await one.press("ctrl+c")
        await one.until(lambda: not one.screen.session.active(), "the end")
        await one.until(lambda: "T1119-92: cancelled" in one.text, "what was stopped")
        one.workspace.held = False
        await one.press("backspace")
        await one.settle()
        await one.press("enter")
        await one.settle()
        assert "21 of 21" in one.trail
        await one.press("v")
        await one.until(lambda: "Views of T1119-91" in one.text)
