from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.small import small_catalogue, small_workspace
from tests.support.snapshot import screen_text
from tests.support.waiting import until
from tui.app import HuntdeckApp
from tui.screens.main import MainScreen


async def opened(tmp_path: Path, pilot: Any) -> MainScreen:
    screen = pilot.app.screen_stack[0]
    await until(pilot, lambda: screen.ready)
    await pilot.pause()
    return screen


def small_app(tmp_path: Path) -> HuntdeckApp:
    return HuntdeckApp.on(small_workspace(tmp_path), small_catalogue(tmp_path), tmp_path / "cache")


async def test_messages_are_never_markup(tmp_path: Path) -> None:
    app = small_app(tmp_path)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await opened(tmp_path, pilot)
        app.notify("[red]x[/] \x1b]0;t\x07 [/", title="[/]\x1b", markup=True)
        await until(pilot, lambda: "[red]x[/] ␛]0;t␇ [/" in screen_text(app))


def pictures(folder: Path) -> list[Path]:
    return list(folder.rglob("*.svg"))


async def test_what_nobody_may_do_for_the_analyst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = small_app(tmp_path)
    async with app.run_test(size=(120, 30)) as pilot:
        await opened(tmp_path, pilot)
        await app.run_action("app.screenshot('evil.svg', '.')")
        await app.run_action("app.simulate_key('q')")
        app.open_url("https://evil.example/[/]")
        await pilot.pause()
        assert "not opened: https://evil.example/[/]" in screen_text(app)
        assert not app._exit
    assert pictures(tmp_path) == []


async def test_leaving_removes_the_rows_it_kept(tmp_path: Path) -> None:
    app = small_app(tmp_path)
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await opened(tmp_path, pilot)
        screen.hunt_tree.select("T1119-91")
        await pilot.press("enter")
        await until(pilot, lambda: screen.pane.has_rows)
        assert list((tmp_path / "cache").iterdir())
    assert list((tmp_path / "cache").iterdir()) == []
