"""Filters, order, search and stacks on the main screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.desk import Desk as Desk
from tests.support.small import HOSTILE_DEVICE


async def test_filters_are_chips_and_are_undone(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("ProcessCount", 1)
        await one.press("=")
        await one.settle()
        assert one.line("chips") == "only ProcessCount 2"
        assert "1 of 3 filtered" in one.trail
        assert one.screen.pane.values["DeviceName"] == HOSTILE_DEVICE
        await one.press("-")
        await one.settle()
        assert "0 of 3 filtered" in one.trail
        await one.press("u", "u")
        await one.settle()
        assert "| 3 of 3 |" in one.trail
        assert one.line("chips") == ""


async def test_a_column_sorts_down_up_and_back(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("ProcessCount")

        async def numbers() -> list[int]:
            held = one.screen.trail.current.prepared
            return [row[0] for row in held.page(0, 10, ["ProcessCount"])]

        for order, chip in (([5, 2, 1], "down"), ([1, 2, 5], "up"), ([5, 2, 1], "")):
            await one.press("s")
            await one.settle()
            assert await numbers() == order
            assert one.line("chips") == (f"sorted by ProcessCount {chip}" if chip else "")


async def test_search_finds_the_next_row_and_wraps(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.press("/", *"corp", "enter")
        await one.settle()
        assert one.place == ("devices", 0, "DeviceName")
        await one.press("n")
        await one.until(lambda: one.screen.pane.row == 2)
        await one.press("n")
        await one.until(lambda: one.screen.pane.row == 0)
        assert "from the top again" in one.line("keys")
        await one.press("N")
        await one.until(lambda: one.screen.pane.row == 2)


async def test_a_paste_searches_and_presses_no_keys(desk: Callable[..., Any]) -> None:
    from textual.events import Paste

    async with desk() as one:
        await one.open_hunt()
        one.app.post_message(Paste("gamma\nqqq"))
        await one.until(lambda: one.screen.pane.row == 2)
        assert one.line("chips") == "search gamma"
        assert not one.screen.in_tree


async def test_a_stack_counts_values_and_leads_back_to_its_rows(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.press("enter")
        await one.settle()
        asked = one.workspace.asked
        await one.go_to("Leg")
        await one.press("F")
        await one.until(lambda: len(one.screen.trail.places) == 3)
        await one.settle()
        assert one.screen.pane.values == {"Leg": "files", "Count": 15, "Percent": 75, "Bar": "█" * 20}
        await one.press("enter")
        await one.settle()
        assert one.place[0] == "timeline"
        assert "15 of 20 filtered" in one.trail
        assert one.workspace.asked == asked
