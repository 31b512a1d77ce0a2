from __future__ import annotations

import os
import pty
import select
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from tests.support.small import small_catalogue, small_workspace
from tests.support.snapshot import screen_text
from tests.support.waiting import until
from tui.app import HuntdeckApp, crash_report
from tui.screens.main import MainScreen

SECRET = "Bearer-5f3c0d9a"

CRASHING = """
import sys
from tui.app import HuntdeckApp
from tui.screens.main import MainScreen

def go_wrong(self):
    token = sys.argv[1]
    raise RuntimeError(f"could not use {token} \\x1b]0;title\\x07")

MainScreen.on_mount = go_wrong
HuntdeckApp("small", lambda: None, None).run()
"""


def run_in_terminal(argv: list[str]) -> bytes:
    """All that a program writes to a terminal until it ends."""
    child, descriptor = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(argv[0], argv)
    written = b""
    try:
        while select.select([descriptor], [], [], 30)[0]:
            try:
                part = os.read(descriptor, 65536)
            except OSError:
                break
            if not part:
                break
            written += part
    finally:
        os.close(descriptor)
        os.waitpid(child, 0)
    return written


def test_a_crash_names_the_place_and_no_value() -> None:
    written = run_in_terminal([sys.executable, "-c", CRASHING, SECRET]).rpartition(b"\x1b[?1049l")[2].decode()
    assert "huntdeck stopped on an error of its own: RuntimeError" in written
    assert "go_wrong" in written
    assert SECRET not in written
    assert "could not use" not in written
    assert "token" not in written
    assert "title" not in written


def test_a_crash_report_holds_no_escape_sequences() -> None:
    made: dict[str, Any] = {}
    exec("def f\u0302():\n    raise ValueError('x')", made)
    try:
        made["f\u0302"]()
    except ValueError as error:
        report = crash_report(error)
    assert "ValueError" in report
    assert "\x1b" not in report
    assert "'x'" not in report


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


async def test_a_copy_says_how_far_the_text_got(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("STY", raising=False)
    monkeypatch.setenv("SSH_TTY", "/dev/pts/7")
    sent: list[str] = []
    monkeypatch.setattr(App, "copy_to_clipboard", lambda self, text: sent.append(text))
    app = small_app(tmp_path)
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await opened(tmp_path, pilot)
        app.copy_to_clipboard("union *\n| take 1")
        await until(pilot, lambda: sent)
        await until(pilot, lambda: "sent to your terminal (cannot be confirmed)" in screen_text(app))
        assert sent == ["union *\n| take 1"]
        assert app.clipboard == "union *\n| take 1"
        await pilot.press("j")
        await pilot.pause()
        assert "sent to your terminal" not in screen_text(app)
        assert screen.ready


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
