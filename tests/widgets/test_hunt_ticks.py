"""Ticks in the tree: on a hunt, on all of a node, told without colour, taken away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.widgets.hunt_tree import HuntTree, Node

NODES = [
    Node("TA0009", "Collection", 0),
    Node("T1119", "Automated", 1),
    *(Node(f"a{n}", f"Copies {n}", 2, f"a{n}", f"copies {n}") for n in range(2)),
    Node("T1560", "Archives", 1),
    Node("b0", "Packed", 2, "b0", "packed"),
    Node("problems", "! 1 hunt file not read", 0),
]


class TreeApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.changes = 0

    def compose(self) -> ComposeResult:
        yield HuntTree()

    @property
    def hunts(self) -> HuntTree:
        return self.query_one(HuntTree)

    def on_hunt_tree_ticked(self) -> None:
        self.changes += 1


@pytest.fixture
def shown() -> Callable[[], Any]:
    @asynccontextmanager
    async def run() -> AsyncIterator[tuple[Pilot[None], TreeApp]]:
        app = TreeApp()
        async with app.run_test(size=(30, 12)) as pilot:
            app.hunts.show(NODES)
            app.hunts.focus()
            await pilot.pause()
            yield pilot, app

    return run


async def test_a_hunt_is_ticked_and_its_nodes_say_that_a_part_is(shown: Callable[[], Any]) -> None:
    async with shown() as (pilot, app):
        before = app.hunts.lines
        await pilot.press("down", "down", "space")
        assert app.hunts.ticked == ["a0"]
        assert app.hunts.lines == [
            "v - Collection",
            "v - Automated",
            "  > x Copies 0",
            "      Copies 1",
            "v   Archives",
            "      Packed",
            "v   ! 1 hunt file not read",
        ]
        await pilot.press("space")
        await pilot.press("up", "up")
        assert (app.hunts.ticked, app.hunts.lines, app.changes) == ([], before, 2)


async def test_a_node_ticks_all_it_holds_folded_or_not(shown: Callable[[], Any]) -> None:
    async with shown() as (pilot, app):
        await pilot.press("down", "left", "space")
        assert app.hunts.ticked == ["a0", "a1"]
        assert app.hunts.lines[1] == "+ x Automated"
        await pilot.press("up", "space")
        assert app.hunts.ticked == ["a0", "a1", "b0"]
        assert app.hunts.lines[0] == "v x Collection"
        await pilot.press("space")
        assert app.hunts.ticked == []


async def test_escape_takes_all_ticks_away_and_nothing_holds_none(shown: Callable[[], Any]) -> None:
    async with shown() as (pilot, app):
        await pilot.press("end", "space")
        assert (app.hunts.ticked, app.changes) == ([], 0)
        await pilot.press("home", "space", "escape")
        assert app.hunts.ticked == []
        changes = app.changes
        await pilot.press("escape")
        assert app.changes == changes


async def test_a_filtered_node_holds_what_is_shown_and_ticks_stay(shown: Callable[[], Any]) -> None:
    async with shown() as (pilot, app):
        app.hunts.filter("packed")
        await pilot.press("home", "space")
        assert app.hunts.ticked == ["b0"]
        app.hunts.filter("copies")
        assert app.hunts.lines[0] == "v   Collection"
        app.hunts.filter("")
        assert app.hunts.lines[0] == "v - Collection"
        app.hunts.show([node for node in NODES if node.key != "b0"])
        assert app.hunts.ticked == []
