from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.desk import Desk, small_desk


async def open_timeline(one: Desk, row: int = 4) -> None:
    """The time around the file `row` of the first device: its five processes and their fifteen files."""
    await one.open_hunt()
    await one.go_to("FileCount")
    await one.press("enter")
    await one.settle()
    await one.go_to("FileName", row)
    await one.press("t")
    await one.until(lambda: len(one.screen.trail.places) == 3)
    await one.settle()


def marked(one: Desk) -> list[str]:
    """The lines that are marked as the event itself."""
    return [line for line in one.text.splitlines() if "@   11-21" in line or "@  11-21" in line]


def shown(one: Desk) -> list[dict[str, Any]]:
    place = one.screen.trail.current
    assert place is not None
    assert place.prepared is not None
    names = ["Leg", "What", "ReportId"]
    return [dict(zip(names, row, strict=True)) for row in place.prepared.page(0, place.prepared.count, names)]


async def test_the_event_is_marked_and_the_cursor_on_it(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        assert "15 min around @" in one.line("chips")
        await one.press("g")
        await one.until(lambda: one.screen.pane.row == 0)
        await one.pilot.pause()
        assert len(marked(one)) == 1
        assert "copy-1-1.pdf" in marked(one)[0]


async def test_the_span_grows_and_shrinks_about_the_event_and_asks_once(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        runs = len(one.screen.session.runs)
        await one.press("ctrl+down", "ctrl+down")
        await one.until(lambda: "1 min around" in one.line("chips"), "a minute")
        await one.settle()
        assert "window 11-21 02:00:02 -> 02:02:02" in one.trail
        assert len(one.screen.session.runs) == runs + 2
        assert len(shown(one)) == 9
        assert "copy-1-1.pdf" in one.screen.pane.values["What"]
        await one.press("ctrl+up", "ctrl+up")
        await one.until(lambda: "15 min around" in one.line("chips"), "fifteen again")
        await one.settle()
        assert len(one.screen.session.runs) == runs + 2
        assert len(one.screen.trail.places) == 3
        assert "20 of 20" in one.trail


async def test_only_a_timeline_grows(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("ctrl+up")
        assert "only a timeline or a process tree grows" in one.text
        assert len(one.screen.session.runs) == 1


async def test_one_key_shows_only_the_kind_of_the_row(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        await one.press("L")
        await one.until(lambda: "15 of 20 filtered" in one.trail, "only files")
        assert {row["Leg"] for row in shown(one)} == {"files"}
        await one.press("L")
        await one.until(lambda: "20 of 20" in one.trail, "all again")


async def test_one_key_shows_only_the_process_tree_and_growing_keeps_it(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        await one.press("P")
        await one.until(lambda: "4 of 20 filtered" in one.trail, "the tree")
        assert "only the process tree" in one.line("chips")
        assert [row["Leg"] for row in shown(one)] == ["processes", "files", "files", "files"]
        assert all(row["ReportId"] // 10 == 1001 for row in shown(one))
        await one.press("ctrl+up")
        await one.until(lambda: "30 min around" in one.line("chips"), "half an hour")
        await one.until(lambda: "4 of 20 filtered" in one.trail, "the tree there")
        await one.press("P")
        await one.until(lambda: "20 of 20" in one.trail, "all again")


async def test_devices_have_no_kind_and_no_tree(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("L")
        assert "all rows here are of one kind" in one.text
        await one.press("P")
        assert "only a timeline is narrowed" in one.text


async def test_a_pivot_from_there_is_of_the_whole_window_again(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        await one.press("p")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the pivots")
        await one.pilot.pause()
        await one.press("enter")
        await one.until(lambda: len(one.screen.trail.places) == 4)
        run = one.screen.session.runs[-1]
        assert run.hunt_id == "pivot-device"
        assert run.context.window == one.screen.session.window
