from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from tests.support.snapshot import screen_text
from tui.widgets.hunt_tree import HuntTree, Node

NODES = [
    Node("TA0009", "TA0009 Collection", 0),
    Node("T1119", "T1119 Automated Collection", 1),
    *(Node(f"T1119-{n:02}", f"{n:02} Hunt {n}", 2, f"T1119-{n:02}", f"t1119-{n:02} hunt {n} collection") for n in range(40)),
    Node("pivots", "Pivots", 0),
    Node("p1", "A device [/]\x1b]0;x\x07", 1, "p1", "a device"),
]  # fmt: skip


class TreeApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield HuntTree()

    @property
    def tree_(self) -> HuntTree:
        return self.query_one(HuntTree)

    def on_hunt_tree_opened(self, event: HuntTree.Opened) -> None:
        self.opened.append(event.hunt)


@pytest.fixture
def shown() -> Callable[..., Any]:
    @asynccontextmanager
    async def run(width: int = 40, height: int = 12) -> AsyncIterator[tuple[Pilot[None], TreeApp]]:
        app = TreeApp()
        async with app.run_test(size=(width, height)) as pilot:
            app.tree_.show(NODES, folded=["pivots"])
            app.tree_.focus()
            await pilot.pause()
            yield pilot, app

    return run


async def test_folding_hides_and_unfolding_shows(shown: Callable[..., Any]) -> None:
    async with shown() as (pilot, app):
        assert len(app.tree_.lines) == 43
        await pilot.press("j", "h")
        assert app.tree_.lines == ["v TA0009 Collection", "+ T1119 Automated Collection", "+ Pivots"]
        await pilot.press("l", "l", "j")
        assert app.tree_.hunt == "T1119-01"
        await pilot.press("left")
        assert app.tree_.hunt == ""
        await pilot.press("enter")
        assert len(app.tree_.lines) == 3


async def test_enter_opens_the_hunt_under_the_cursor(shown: Callable[..., Any]) -> None:
    async with shown() as (pilot, app):
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert app.opened == ["T1119-00"]


async def test_a_step_draws_two_lines(shown: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    async with shown() as (_, app):
        app.tree_.action_move(3)
        drawn: list[Region] = []
        monkeypatch.setattr(HuntTree, "refresh", lambda self, *regions, **_: drawn.extend(regions))
        app.tree_.action_move(1)
        assert drawn == [Region(0, 3, 40, 1), Region(0, 4, 40, 1)]


async def test_the_cursor_stays_in_sight(shown: Callable[..., Any]) -> None:
    async with shown() as (pilot, app):
        for key in ("G", "g", "pagedown", "pagedown", "ctrl+u", *["down"] * 15):
            await pilot.press(key)
            await pilot.pause()
            lines = screen_text(app).splitlines()
            mark = "> " if app.tree_.hunt else "v" if app.tree_.lines[0] in lines else "+"
            assert any(line.lstrip().startswith(mark) for line in lines)
        await pilot.resize_terminal(30, 4)
        await pilot.pause()
        assert any(line.lstrip().startswith("> ") for line in screen_text(app).splitlines())


async def test_page_by_page_every_line_is_seen(shown: Callable[..., Any]) -> None:
    async with shown() as (pilot, app):
        for key in ("pagedown", "pageup"):
            seen = set()
            for _ in range(6):
                seen |= {line.split(">")[-1].strip() for line in screen_text(app).splitlines()}
                await pilot.press(key)
                await pilot.pause()
            assert {f"{n:02} Hunt {n}" for n in range(40)} <= seen


async def test_the_filter_shows_hunts_with_what_holds_them(shown: Callable[..., Any]) -> None:
    async with shown() as (_, app):
        app.tree_.filter("hunt 17")
        assert app.tree_.lines == ["v TA0009 Collection", "v T1119 Automated Collection", "  > 17 Hunt 17"]
        app.tree_.filter("device")
        assert [line.split()[0] for line in app.tree_.lines] == ["v", ">"]
        app.tree_.filter("nothing like it")
        assert app.tree_.lines == []
        assert app.tree_.hunt == ""
        app.tree_.filter("")
        assert len(app.tree_.lines) == 43


async def test_badges_stand_at_the_end_and_only_changed_ones_are_drawn(
    shown: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown() as (_, app):
        app.tree_.mark({"T1119-00": "7 14:01", "T1119-01": "."})
        assert app.tree_.lines[2] == "    00 Hunt 0                    7 14:01"
        drawn: list[Region] = []
        monkeypatch.setattr(HuntTree, "refresh", lambda self, *regions, **_: drawn.extend(regions))
        app.tree_.mark({"T1119-00": "7 14:01", "T1119-01": "…"})
        assert drawn == [Region(0, 3, 40, 1)]


async def test_selecting_unfolds_what_holds_the_hunt(shown: Callable[..., Any]) -> None:
    async with shown() as (_, app):
        app.tree_.select("p1")
        assert app.tree_.hunt == "p1"
        assert app.tree_.lines[-1] == "> A device [/]␛]0;x␇"
        app.tree_.select("unknown")
        assert app.tree_.hunt == "p1"


async def test_the_mouse_moves_and_a_second_click_opens(shown: Callable[..., Any]) -> None:
    async with shown() as (pilot, app):
        await pilot.click(HuntTree, offset=(5, 4))
        assert app.tree_.hunt == "T1119-02"
        await pilot.click(HuntTree, offset=(5, 4))
        await pilot.pause()
        assert app.opened == ["T1119-02"]
        await pilot.click(HuntTree, offset=(5, 11))


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (200, 60)])
async def test_any_size_can_be_drawn(shown: Callable[..., Any], size: tuple[int, int]) -> None:
    async with shown(*size) as (pilot, app):
        for key in ("G", "g", "down", "h", "l"):
            await pilot.press(key)
        assert max(map(len, screen_text(app).splitlines())) <= size[0]
