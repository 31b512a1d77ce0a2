from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desk import Desk, small_desk


async def open_timeline(one: Desk) -> None:
    """Five processes a minute apart, each with three files within three seconds."""
    await one.open_hunt()
    await one.go_to("DeviceName")
    await one.press("enter")
    await one.settle()


async def test_the_next_row_with_another_value(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        await one.go_to("Leg")
        await one.press("right_curly_bracket")
        await one.until(lambda: one.place[1] == 1)
        await one.press("right_curly_bracket")
        await one.until(lambda: one.place[1] == 4)
        await one.press("left_curly_bracket")
        await one.until(lambda: one.place[1] == 3)
        await one.press("g", "left_curly_bracket")
        await one.until(lambda: "Leg stays the same from the beginning" in one.line("keys"))


@pytest.mark.parametrize(
    ("words", "row"),
    [("7", 6), ("+3", 5), ("-1", 1), ("50%", 10), ("9,999", 19), ("2026-11-21 02:03Z", 12), ("02:03:02Z", 14)],
)
async def test_a_row_by_number_or_time(tmp_path: Path, words: str, row: int) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        await one.go_to("Leg", 2)
        await one.press("ctrl+g")
        await one.until(lambda: "Go to row or time" in one.text)
        await one.press(*words, "enter")
        await one.until(lambda: one.place[1] == row, words)


async def test_where_one_cannot_go_is_told(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        await one.press("ctrl+g", *"soon")
        await one.until(lambda: "expected a time" in one.text)
        await one.press("ctrl+u", *"2027-01-01", "enter")
        await one.until(lambda: "no row is as late" in one.line("keys"))


async def test_times_are_counted_from_a_row(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await open_timeline(one)
        await one.go_to("Leg", 4)
        await one.press("T")
        await one.until(lambda: "-00:01:00" in one.text and "+00:00:02" in one.text)
        assert "±Time" in one.text
        assert "times from 2026-11-21T02:01:00Z" in one.line("chips")
        await one.press("q")
        await one.settle()
        await one.until(lambda: "11-21 02:00:00" in one.text and "±" not in one.text)
        await open_timeline(one)
        await one.press("T")
        await one.until(lambda: "±Time" in one.text)
        await one.press("T")
        await one.until(lambda: "±" not in one.text and "11-21 02:00:00" in one.text)
        assert "times from" not in one.line("chips")
