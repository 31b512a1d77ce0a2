from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.support.desk import Desk, small_desk
from tests.support.small import START
from tui.results.view import Filter
from tui.widgets.time_bars import TimeBars

BEGIN = START.replace(tzinfo=UTC)


async def open_files(one: Desk) -> TimeBars:
    """The fifteen files of the first device, three in each of five minutes, with their bars."""
    await one.open_hunt()
    await one.go_to("FileCount")
    await one.press("enter")
    await one.settle()
    await one.press("H")
    await one.until(lambda: one.screen.query(TimeBars) and one.screen.query_one(TimeBars).has_focus)
    await one.settle()
    return one.screen.query_one(TimeBars)


async def test_bars_count_rows_and_a_bin_narrows_them(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        bars = await open_files(one)
        await one.until(lambda: "11-21 02:00 -> 11-21 02:00:05: 3 rows" in bars.text, bars.text)
        assert "█" in one.text
        await one.press("n")
        await one.until(lambda: "11-21 02:01 -> 11-21 02:01:05: 3 rows" in bars.text)
        await one.press("enter")
        await one.settle()
        current = one.screen.trail.current
        assert current is not None
        later = BEGIN + timedelta(minutes=1)
        assert current.step.view.filters == (
            Filter("Timestamp", ">=", later),
            Filter("Timestamp", "<", later + timedelta(seconds=5)),
        )
        assert "3 of 15 filtered" in one.trail
        assert one.screen.pane.table.has_focus
        await one.until(lambda: ": 1 row" in bars.text, "bars of the rows that are left")
        await one.press("u", "u")
        await one.until(lambda: ": 3 rows" in bars.text)


async def test_bars_come_and_go_by_their_key(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        bars = await open_files(one)
        assert bars.display
        await one.press("escape")
        await one.until(lambda: one.screen.pane.table.has_focus)
        assert bars.display
        await one.press("H")
        await one.until(lambda: bars.has_focus)
        await one.press("H")
        await one.until(lambda: not bars.display and one.screen.pane.table.has_focus)


async def test_bars_stay_with_their_place(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        bars = await open_files(one)
        await one.press("q")
        await one.settle()
        await one.until(lambda: not bars.display)
        await one.press("H")
        await one.until(lambda: bars.has_focus)


async def test_moving_in_the_rows_draws_no_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with small_desk(tmp_path) as one:
        bars = await open_files(one)
        await one.press("escape")
        await one.until(lambda: one.screen.pane.table.has_focus)
        await one.pilot.pause()
        drawn: list[int] = []
        real = bars.render_line
        monkeypatch.setattr(bars, "render_line", lambda y: drawn.append(y) or real(y))
        await one.press("j", "j", "k", "l", "h")
        await one.until(lambda: one.place[1] == 1)
        await one.pilot.pause()
        assert drawn == []
        await one.press("H", "right")
        await one.until(lambda: drawn)


async def test_bars_fit_a_narrower_screen(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        bars = await open_files(one)
        await one.pilot.resize_terminal(50, 30)
        await one.until(lambda: bars.size.width < 52 and ": 3 rows" in bars.text)
        assert bars.bins is not None
        await one.until(lambda: bars.bins is not None and len(bars.bins.counts) <= bars.size.width)
        assert sum(bars.bins.counts) == 15
