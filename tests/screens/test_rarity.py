"""How rare values are, by key: from a device, from a list of events, and into the events behind each number."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

from tests.support.desk import small_desk
from tests.support.small import START
from tui.workspaces.protocol import Window


async def test_a_column_of_events_by_rarity_and_back_into_events(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        first = START.replace(tzinfo=UTC)
        one.screen.session.window = Window(first + timedelta(minutes=3), first + timedelta(hours=3))
        await one.open_hunt()
        await one.go_to("ProcessCount")
        await one.press("enter")
        await one.settle()
        await one.go_to("ProcessCommandLine", 1)
        await one.press("percent_sign")
        await one.settle()
        assert "rarity of ProcessCommandLine, and 3 min before the window (no more is held)" in one.trail
        await one.until(lambda: one.screen.pane.row == 1, "the value that was under the cursor")
        assert one.screen.pane.values["Devices"] == 3
        await one.press("percent_sign")
        await one.until(lambda: "count values already" in one.text)
        await one.go_to("BeforeEvents", 1)
        assert "opens 2 events" in one.text
        await one.press("enter")
        await one.settle()
        assert "2 of 2" in one.trail
        await one.press("backspace", "backspace")
        await one.settle()
        assert one.place[2] == "ProcessCommandLine"


async def test_from_a_device_it_asks_for_the_column(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("FileCount")
        await one.press("percent_sign")
        await one.until(lambda: "Rarity of which column of files" in one.text)
        await one.press(*"FolderPath", "enter")
        await one.settle()
        assert "rarity of FolderPath, nothing is held before the window" in one.trail
        assert one.screen.pane.values["Value"].startswith("d:\\b\\copy-#-#.pdf")
        assert one.screen.pane.values["Devices"] == 3


async def test_its_numbers_open_when_the_session_is_taken_up_again(tmp_path: Path) -> None:
    async with small_desk(tmp_path, tmp_path / "sessions") as one:
        await one.open_hunt()
        await one.go_to("DistinctCommandLines")
        await one.press("percent_sign")
        await one.settle()
        assert one.place[0] == "rarity"
    kept = next((tmp_path / "sessions").iterdir())
    async with small_desk(tmp_path, tmp_path / "sessions", resume=kept) as one:
        await one.settle()
        assert one.place[0] == "rarity"
        await one.go_to("Accounts")
        number = one.screen.pane.values["Accounts"]
        await one.press("enter")
        await one.settle()
        assert f"{number} of {number}" in one.trail
