"""The main screen with its keys, on the small workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.support.small import HeldWorkspace, small_catalogue, small_workspace
from tests.support.snapshot import screen_text
from tests.support.waiting import until
from tui.app import HuntdeckApp
from tui.screens.main import MainScreen
from tui.screens.opening import Start


class Desk:
    """A running app with its main screen, and what a test asks of it."""

    def __init__(self, pilot: Pilot[Any], app: HuntdeckApp) -> None:
        self.pilot, self.app = pilot, app

    @property
    def workspace(self) -> Any:
        return self.screen.session.workspace

    @property
    def screen(self) -> MainScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def trail(self) -> str:
        return self.line("trail")

    def line(self, name: str) -> str:
        return str(self.screen.query_one(f"#{name}").text)

    @property
    def place(self) -> tuple[str, int, str]:
        current = self.screen.trail.current
        assert current is not None
        return current.step.run.query.view, self.screen.pane.row, self.screen.pane.column

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        await until(self.pilot, condition, what)

    async def page_to(self, words: str) -> None:
        """Pages down until `words` are on the screen."""
        for _ in range(20):
            if words in self.text:
                return
            await self.press("pagedown")
            await self.pilot.pause()
        raise AssertionError(f"{words} is on no page")

    async def settle(self) -> None:
        """Waits until nothing runs and what was asked for is on the screen."""

        def settled() -> bool:
            current = self.screen.trail.current
            if current is None or self.screen.session.active() or self.screen.workers._workers:
                return False
            run = current.step.run
            if not run.received:
                return run.outcome is not None and not self.screen.pane.has_rows
            return bool(current.ready and self.screen.pane.values) or (current.ready and current.prepared.count == 0)

        await self.until(settled, "rest")
        await self.pilot.pause()

    async def open_hunt(self, hunt: str = "T1119-91") -> None:
        if not self.screen.in_tree:
            await self.press("tab")
        self.screen.hunt_tree.select(hunt)
        await self.press("enter")
        await self.settle()

    async def go_to(self, column: str, row: int = 0) -> None:
        self.screen.pane.go(row, column)
        await self.until(lambda: (self.screen.pane.row, self.screen.pane.column) == (row, column))


@asynccontextmanager
async def desk_on(app: HuntdeckApp, size: tuple[int, int] = (160, 45)) -> AsyncIterator[Desk]:
    """`app` on the screen, its workspace open."""
    async with app.run_test(size=size) as pilot:
        one = Desk(pilot, app)
        await one.until(lambda: one.screen.ready, "the workspace")
        await pilot.pause()
        yield one


@asynccontextmanager
async def small_desk(
    folder: Path,
    sessions: Path | None = None,
    resume: Path | None = None,
    size: tuple[int, int] = (160, 45),
    name: str = "",
) -> AsyncIterator[Desk]:
    """The app on the small workspace in `folder`, made when it is not there; its session kept below `sessions`."""
    path = folder / "small.duckdb"
    if not path.is_file():
        await small_workspace(folder).close()
    catalogue = small_catalogue(folder)
    start = Start("small", lambda _: (HeldWorkspace("small", path), catalogue), None, sessions, resume, name)
    async with desk_on(HuntdeckApp(start), size) as one:
        yield one
