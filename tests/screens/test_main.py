"""The main screen as a whole: panes, trail, words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk as Desk
from tests.support.small import HOSTILE_DEVICE, START
from tests.support.snapshot import assert_snapshot, screen_text
from tests.support.waiting import until
from tui.app import HuntdeckApp
from tui.screens.opening import Start


async def test_the_first_frame_waits_for_nothing(tmp_path: Path) -> None:
    opened = asyncio.Event()

    def opening(_: str) -> Any:
        opened.set()
        raise LookupError("no such workspace \x1b]0;x\x07[/]")

    app = HuntdeckApp(Start("small", opening))
    async with app.run_test(size=(160, 45)) as pilot:
        assert "small" in screen_text(app)
        await until(pilot, lambda: "cannot be opened" in screen_text(app))
        assert "no such workspace ␛]0;x␇[/]" in screen_text(app)


async def test_what_is_always_visible(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        header = one.line("header")
        assert header.startswith("EVIDENCE small | evidence | 11-21 02:00 -> 04:00 UTC (all of it) | scope all")
        assert "session kept while open" in header
        assert [" ".join(line.split()) for line in one.screen.hunt_tree.lines] == [
            "v TA0009 Collection",
            "v T1119 Automated Collection",
            "> 91 File copies .",
            "92 A named file .",
            "v T1560 Archive Collected Data",
            "01 A refused hunt .",
            "02 Mail only n/a",
            "+ Pivots: from a value, or its form",
        ]


async def test_enter_runs_a_hunt_and_shows_devices_with_counts(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        assert one.trail.startswith("T1119-91 File copies > devices | 3 of 3 | complete")
        assert "filter: none" in one.trail
        assert one.screen.pane.values["ProcessCount"] == 5
        assert one.screen.pane.values["MailCount"] is None
        assert "Process↵" in one.text
        assert "DeviceKey" not in one.text
        badge = one.screen.hunt_tree.lines[2].split()[-2:]
        assert badge[0] == "3"
        assert ":" in badge[1]


async def test_a_hunt_shows_its_last_run_without_running_again(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("FileCount", 1)
        await one.open_hunt("T1560-01")
        asked = one.workspace.asked
        await one.open_hunt()
        assert one.workspace.asked == asked
        assert one.place == ("devices", 1, "FileCount")


async def test_a_count_opens_as_many_events_and_back_restores_the_place(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("FileCount", 1)
        assert "leg files, opens 6 events" in one.line("cell")
        await one.press("enter")
        await one.settle()
        assert " > FileCount of beta[/]␛]0;title␇ | 6 of 6 | complete" in one.trail
        assert one.place == ("events", 0, "Timestamp")
        assert one.screen.session.trail[1].run.mismatch == ""
        asked = one.workspace.asked
        await one.press("backspace")
        await one.settle()
        assert one.place == ("devices", 1, "FileCount")
        assert one.trail.startswith("T1119-91 File copies > devices | 3 of 3")
        assert one.workspace.asked == asked


async def test_back_restores_what_was_scrolled_to(desk: Callable[..., Any]) -> None:
    async with desk(160, 14) as one:
        await one.open_hunt()
        await one.press("enter")
        await one.settle()
        await one.go_to("What", 19)
        await one.press(*["up"] * 6)
        table = one.screen.pane.table
        place = (table.top, table.cursor_row, one.screen.pane.column)
        assert place == (11, 13, "What")
        shown = one.text
        await one.press("F")
        await one.until(lambda: len(one.screen.trail.places) == 3)
        await one.settle()
        await one.press("backspace")
        await one.until(lambda: (table.top, table.cursor_row, one.screen.pane.column) == place)
        assert one.text == shown


async def test_the_device_name_opens_the_timeline_whose_lines_open_whole(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.press("enter")
        await one.settle()
        assert "timeline of alpha.corp.example | 20 of 20" in one.trail
        await one.press("enter")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the event")
        await one.pilot.pause()
        assert "ProcessCommandLine" in one.text
        await one.press("escape")
        await one.pilot.pause()
        assert one.place[0] == "timeline"


async def test_at_the_root_back_goes_to_the_tree_and_q_leaves(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        assert not one.screen.in_tree
        await one.press("q")
        await one.until(lambda: one.screen.in_tree)
        await one.press("q")
        await one.until(lambda: one.app._exit)
    assert one.app.return_code == 0


async def test_the_time_around_a_row_and_pivots(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("FileCount")
        await one.press("enter")
        await one.settle()
        await one.go_to("FileName", 4)
        await one.press("t")
        await one.until(lambda: len(one.screen.trail.places) == 3)
        await one.settle()
        assert "window 11-21 01:46:02 -> 02:16:02" in one.trail
        assert one.screen.pane.values["EventTime"].replace(tzinfo=None) >= START
        assert one.screen.pane.row == 6
        await one.press("backspace")
        await one.settle()
        assert one.place == ("events", 4, "FileName")
        await one.press("p")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the pivots")
        await one.pilot.pause()
        assert "Events of a device" in one.text
        await one.press("enter")
        await one.until(lambda: len(one.screen.trail.places) == 3)
        await one.settle()
        assert "> timeline alpha.corp.example | 20 of 20" in one.trail
        assert one.screen.session.trail[2].run.hunt_id == "pivot-device"


async def test_a_value_of_one_device_knows_its_device(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("DistinctCommandLines", 1)
        await one.press("enter")
        await one.settle()
        assert "DistinctCommandLines of beta[/]␛]0;title␇ | 2 of 2" in one.trail
        await one.press("t")
        await one.until(lambda: len(one.screen.trail.places) == 3)
        await one.settle()
        assert "window 11-21 02:45:00 -> 03:15:00" in one.trail
        assert one.screen.pane.values["DeviceName"] == HOSTILE_DEVICE


async def test_other_views_of_the_same_hunt(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.press("v")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the views")
        await one.press(*"accounts", "enter")
        await one.until(lambda: one.screen.trail.current.step.run.query.view == "accounts")
        await one.settle()
        assert "> accounts | 2 of 2" in one.trail


async def test_a_changed_scope_makes_badges_old_and_says_so(desk: Callable[..., Any]) -> None:
    from tui.triage.queries.context import Scope

    async with desk() as one:
        await one.open_hunt()
        one.screen.session.scope = Scope(devices=("alpha",))
        one.screen.refresh_words()
        assert one.screen.hunt_tree.lines[2].endswith("(3) now")
        assert "scope alpha" in one.line("header")
        assert "scope then all" in one.trail


@pytest.mark.parametrize(("width", "height"), [(160, 45), (80, 24), (40, 10)])
async def test_hostile_values_are_shown_and_act_on_nothing(desk: Callable[..., Any], width: int, height: int) -> None:
    async with desk(width, height) as one:
        await one.open_hunt()
        assert "\x1b" not in one.text
        await one.go_to("ProcessCount")
        await one.press("enter")
        await one.settle()
        await one.go_to("ProcessCommandLine")
        assert "[@click=app.quit]x[/]" in one.line("cell") or width == 40
        assert not set(one.text) & {"\x1b", "\x07", "\u202e"}


async def test_at_80_columns_one_pane_is_shown_at_a_time(desk: Callable[..., Any]) -> None:
    async with desk(80, 24) as one:
        assert "TA0009 Collection" in one.text
        assert "Enter on a hunt" not in one.screen.pane.query_one("#words").region.__str__()
        assert not one.screen.pane.display
        await one.open_hunt()
        assert "TA0009 Collection" not in one.text
        assert "3 of 3" in one.trail
        assert one.line("header").startswith("EVIDENCE small | 11-21 02:00 -> 04:00 UTC")
        assert one.line("keys").endswith("? help")
        await one.press("tab")
        await one.pilot.pause()
        assert "TA0009 Collection" in one.text


async def test_a_resize_keeps_the_place(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("FileCount", 1)
        for size in ((80, 24), (30, 8), (200, 60), (160, 45)):
            await one.pilot.resize_terminal(*size)
            await one.pilot.pause()
            assert one.place == ("devices", 1, "FileCount")
        assert "TA0009 Collection" in one.text
        assert "Process↵" in one.text


async def test_the_filter_of_the_tree(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.press("/", *"archive mail")
        await one.until(lambda: len(one.screen.hunt_tree.lines) == 3)
        assert one.screen.hunt_tree.hunt == "T1560-02"
        await one.press("escape")
        await one.until(lambda: len(one.screen.hunt_tree.lines) == 8)
        await one.press("/", *"named", "enter", "enter")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the form of the hunt found")


async def test_times_turn_from_utc_to_the_zone_of_the_machine(
    desk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        async with desk() as one:
            await one.press("U")
            await one.pilot.pause()
            assert "07:30 -> 09:30 UTC+05:30" in one.line("header")
            await one.press("U")
            await one.pilot.pause()
            assert "02:00 -> 04:00 UTC" in one.line("header")
    finally:
        monkeypatch.undo()
        time.tzset()


async def stand_still(one: Desk) -> None:
    """Gives the runs times that are the same at each test."""
    moment = datetime(2026, 11, 22, 14, 1, tzinfo=UTC)
    for run in one.screen.session.runs:
        run.began, run.took, run.bytes = moment, 1.25, 4096
    one.screen.now = lambda: moment + timedelta(minutes=7)
    one.screen.refresh_words()
    await one.pilot.pause()


@pytest.mark.parametrize(("width", "height"), [(160, 45), (80, 24)])
async def test_what_the_screen_looks_like(desk: Callable[..., Any], width: int, height: int) -> None:
    size = f"{width}x{height}"
    async with desk(width, height) as one:
        assert_snapshot(one.app, f"main-start-{size}")
        await one.open_hunt()
        await stand_still(one)
        assert_snapshot(one.app, f"main-devices-{size}")
        await one.go_to("FileCount", 1)
        await one.press("enter")
        await one.settle()
        await stand_still(one)
        assert_snapshot(one.app, f"main-drill-{size}")
        await one.open_hunt("T1560-01")
        await stand_still(one)
        assert_snapshot(one.app, f"main-failed-{size}")


async def test_commands_are_found_by_their_words(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.press(":")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the commands")
        await one.press(*"t1119-91", "enter")
        await one.settle()
        assert one.trail.startswith("T1119-91 File copies")
        await one.press("ctrl+p")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the commands")
        await one.press(*"stack the", "enter")
        await one.until(lambda: len(one.screen.trail.places) == 2)


async def test_help_lists_the_keys_of_the_place(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.press("?")
        await one.until(lambda: len(one.app.screen_stack) == 2, "help")
        await one.pilot.pause()
        for words in ("On a row", "Pivot from the cell or its row", "Bksp Esc q", "Where you are"):
            assert words in one.text
        await one.page_to("Mark the row, or take its mark away")
        await one.press("G")
        await one.until(lambda: "Stop the run" in one.text)


async def test_what_a_hunt_is_about_is_read_in_the_tree(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.press("i")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the guidance")
        await one.pilot.pause()
        for words in ("Copy tools and what they wrote.", "Read the command lines.", "T1119 Automated Collection"):
            assert words in one.text
        await one.press("escape")
        await one.press("k", "e")
        await one.pilot.pause()
        assert "this is no hunt" in one.line("keys")


async def test_a_zoomed_pane_has_all_the_room(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        width = one.screen.pane.table.size.width
        await one.press("z")
        await one.pilot.pause()
        assert one.screen.pane.table.size.width == 160
        assert "TA0009 Collection" not in one.text
        await one.press("tab")
        await one.pilot.pause()
        assert "TA0009 Collection" in one.text
        assert not one.screen.pane.display
        await one.press("z")
        await one.pilot.pause()
        assert one.screen.pane.table.size.width == width


async def test_a_click_on_a_hunt_and_on_a_cell(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.pilot.click("#tree", offset=(8, 2), times=2)
        await one.settle()
        assert one.trail.startswith("T1119-91 File copies > devices | 3 of 3")
        await one.pilot.click("#rows", offset=(2, 4), times=2)
        await one.until(lambda: len(one.screen.trail.places) == 2)
        await one.settle()
        assert "timeline of gamma.corp.example | 4 of 4" in one.trail
