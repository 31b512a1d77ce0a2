"""How the program ends on errors and signals: saved first, no value shown or kept, the terminal as it was."""

from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

SECRET = "Zx9-5f3c0d9a-secret"
AFTER = "\x1b[?1049l"
"""Leaves the alternate screen."""

PROGRAM = """
import asyncio, logging, sys
from tui.settings.crashes import install_hooks
from tui.settings.log import LOG, start_log
from tui.app import HuntdeckApp
from tui.screens.opening import Start
from tui.screens.main import MainScreen
install_hooks()
place, token, saved, level = sys.argv[1:]
start_log(level)

def speak():
    for name in ("azure.core.pipeline.policies", "msal.token_cache", "urllib3.connectionpool", "huntdeck", "asyncio"):
        for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger(name).log(number, "Authorization: Bearer %s", token)
            logging.getLogger(name).log(number, 'body {"access_token": "%s", "refresh_token": "%s"}', token, token)
            logging.getLogger(name).log(number, "client_secret=%s&device_code=%s&x=1", token, token)
    try: go_wrong()
    except RuntimeError as error: LOG.error("failed", exc_info=error)

def go_wrong(*_):
    held = {"client_secret": token}
    raise RuntimeError(f"could not use {token} \\x1b]0;title\\x07 [/]")

async def go_wrong_later(*_):
    await asyncio.sleep(0)
    go_wrong()

class Shown(Exception):
    def __rich__(self):
        return f"shown {token}"

def go_wrong_and_show(*_):
    raise Shown(token)

def rescue():
    open(saved, "w").write("saved")
    raise OSError(f"disk full {token}")

def opening(name):
    raise LookupError("nothing to open")

app = HuntdeckApp(Start("small", opening))
app.rescue = rescue
mount = MainScreen.on_mount

def mounted(screen):
    mount(screen)
    speak()
    match place:
        case "handler": go_wrong()
        case "rich": go_wrong_and_show()
        case "timer": screen.set_timer(0.01, go_wrong)
        case "later": screen.call_after_refresh(go_wrong)
        case "worker": screen.run_worker(go_wrong_later(), exit_on_error=True)
        case "quiet worker": screen.run_worker(go_wrong_later(), exit_on_error=False)
        case "thread worker": screen.run_worker(go_wrong, thread=True)
        case "drawing": screen.hunt_tree.render_line = go_wrong; screen.hunt_tree.refresh()
        case "panic": app.panic(f"could not use {token}")
        case "task": app.held = asyncio.get_running_loop().create_task(go_wrong_later()); screen.set_timer(0.05, forget)
        case "hang": screen.call_after_refresh(never)

def forget():
    # A task whose error nobody took says so when it is let go of.
    app.held = None
    import gc; gc.collect()

async def never():
    await asyncio.Event().wait()

MainScreen.on_mount = mounted
app.run()
sys.stderr.flush()
import os
os._exit(app.return_code or 0)
"""


def program(tmp_path: Path, place: str = "", level: str = "debug") -> Terminal:
    homes = {f"XDG_{name.upper()}_HOME": str(tmp_path / name) for name in ("data", "state", "cache", "config")}
    environment = {**os.environ, **homes, "AZURE_CLIENT_SECRET": SECRET}
    return Terminal(
        [sys.executable, "-c", PROGRAM, place, SECRET, str(tmp_path / "saved"), level], environment, 120, 30
    )


def leaks(tmp_path: Path) -> list[Path]:
    """The files that hold the secret."""
    return [path for path in tmp_path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def reports(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "state" / "huntdeck" / "crashes").glob("*"))


def was_restored(terminal: Terminal) -> bool:
    """Whether the modes of the terminal are as they were found: screen, mouse, pastes, the cursor, line wrap."""
    modes: dict[str, str] = {}
    for token in terminal.stream.tokens:
        if token.text.startswith("\x1b[?") and token.text[-1] in "hl":
            modes[token.text[3:-1]] = token.text[-1]
    return {mode for mode, state in modes.items() if state == "h"} == {"7", "25"}


@pytest.mark.parametrize("place", ["handler", "rich", "timer", "later", "worker", "thread worker", "drawing", "panic"])
def test_an_error_is_reported_without_values(tmp_path: Path, place: str) -> None:
    with program(tmp_path, place) as terminal:
        assert terminal.until_end() == 1
        written = terminal.written.decode()
        said = written.rpartition(AFTER)[2]
        [report] = reports(tmp_path)
        assert said.count("huntdeck stopped on an error of its own") == 1
        assert str(report) in said
        assert len(said.strip().splitlines()) == 1
        text = report.read_text()
        if place != "panic":
            assert "go_wrong" in said
            assert "RuntimeError" in text or "Shown" in text
            assert "<string>:" in text
        for shown in (written, text):
            assert SECRET not in shown
            assert "could not use" not in shown
            assert "client_secret" not in shown
            assert "\x1b]0;" not in shown
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
        assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
        log = (tmp_path / "state" / "huntdeck" / "huntdeck.log").read_text()
        assert "Authorization: ***" in log
        assert "failed [RuntimeError" in log
        assert leaks(tmp_path) == []
    assert (tmp_path / "saved").read_text() == "saved"


@pytest.mark.parametrize("level", ["", "info", "warning", "error"])
def test_a_secret_is_nowhere_at_any_level(tmp_path: Path, level: str) -> None:
    with program(tmp_path, "handler", level) as terminal:
        assert terminal.until_end() == 1
        assert SECRET.encode() not in terminal.written
    assert (tmp_path / "state" / "huntdeck" / "huntdeck.log").exists() == bool(level)
    assert leaks(tmp_path) == []


@pytest.mark.parametrize("place", ["handler", "worker", "drawing"])
def test_the_terminal_is_restored_after_an_error(tmp_path: Path, place: str) -> None:
    with program(tmp_path, place) as terminal:
        terminal.until_end()
        assert was_restored(terminal)


@pytest.mark.parametrize("place", ["quiet worker", "task"])
def test_an_error_in_the_background_is_a_message(tmp_path: Path, place: str) -> None:
    with program(tmp_path, place) as terminal:
        terminal.until_shown("an error of huntdeck's own: RuntimeError")
        terminal.until_shown("cannot be opened")
        assert SECRET not in terminal.text
        assert len(reports(tmp_path)) == 1
        terminal.press("ctrl+q")
        assert terminal.until_end() == 0
        assert SECRET.encode() not in terminal.written
    assert leaks(tmp_path) == []


@pytest.mark.parametrize(("place", "number"), [("", signal.SIGTERM), ("", signal.SIGHUP), ("hang", signal.SIGTERM)])
def test_a_signal_ends_the_program_in_order(tmp_path: Path, place: str, number: signal.Signals) -> None:
    with program(tmp_path, place) as terminal:
        terminal.until_shown("cannot be opened" if not place else "reading the hunts")
        terminal.until_quiet()
        terminal.signal(number)
        assert terminal.until_end() == 128 + number
        assert was_restored(terminal)
    assert (tmp_path / "saved").read_text() == "saved"
    assert reports(tmp_path) == []


def test_a_lost_terminal_ends_the_program_and_saves_first(tmp_path: Path) -> None:
    with program(tmp_path) as terminal:
        terminal.until_shown("cannot be opened")
        terminal.hang_up()
        assert terminal.code in (128 + signal.SIGHUP, 1)
    assert (tmp_path / "saved").read_text() == "saved"
