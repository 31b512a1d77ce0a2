from __future__ import annotations

from pathlib import Path

from tests.support.desk import Desk, small_desk
from tui.results.view import Filter


async def open_files(one: Desk) -> None:
    """The fifteen files of the first device."""
    await one.open_hunt()
    await one.go_to("FileCount")
    await one.press("enter")
    await one.settle()


async def stack_with(one: Desk, name: str) -> None:
    await one.press("ctrl+f")
    await one.until(lambda: "together with" in one.text)
    await one.press(*name, "enter")
    await one.settle()


async def test_columns_are_stacked_together_and_open_as_rows(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_files(one)
        await one.go_to("ActionType")
        await stack_with(one, "FileSize")
        assert "stack of ActionType, FileSize" in one.trail
        assert one.screen.pane.values["Count"] == 1
        await stack_with(one, "DeviceName")
        current = one.screen.trail.current
        assert current is not None
        assert current.stacked == ("ActionType", "FileSize", "DeviceName")
        assert len(one.screen.trail.places) == 3
        size = one.screen.pane.values["FileSize"]
        await one.press("enter")
        await one.settle()
        current = one.screen.trail.current
        assert current is not None
        assert current.step.view.filters == (
            Filter("ActionType", "==", "FileCreated"),
            Filter("FileSize", "==", size),
            Filter("DeviceName", "==", "alpha.corp.example"),
        )
        assert current.prepared is not None
        assert current.prepared.count == 1


async def test_a_stack_shows_share_and_bar_and_sorts_by_value(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("ProcessCount")
        await one.press("F")
        await one.settle()
        assert "33.3" in one.text
        assert "█" * 20 in one.text
        assert [one.screen.pane.values[name] for name in ("ProcessCount", "Count")] == [5, 1]
        await one.press("s", "s")
        await one.until(lambda: one.screen.pane.values["ProcessCount"] == 1)
