"""`huntdeck watch` as a program: what is fresh is printed, signals end it in order, and the session has the rounds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.support.small import HOSTILE_DEVICE, HUNTS, small_workspace, write_run
from tui.cli import main
from tui.settings.paths import own_hunts_folder, sessions_folder, workspace_file
from tui.triage.records.reading import Contents, read_contents
from tui.triage.records.shelf import entries
from tui.workspaces.protocol import State

SECONDS = 30.0


@pytest.fixture
def workspace() -> Path:
    """The small workspace and its hunt where the program looks for them."""
    path = workspace_file("small")
    path.parent.mkdir(parents=True)
    own_hunts_folder().mkdir(parents=True)
    (own_hunts_folder() / "copies.toml").write_text(HUNTS["copies.toml"])
    small_workspace(path.parent)
    return path


def write(path: Path, device: str, number: int, run: int) -> None:
    """Has another process with its files in the evidence."""
    copy = path.with_suffix(".next")
    copy.write_bytes(path.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        write_run(connection, device, number, run)
    copy.replace(path)


class Watching:
    """A program that watches; what it prints goes to files."""

    def __init__(self, folder: Path, *words: str, ignoring: str = "") -> None:
        self.folder = folder
        self.out, self.err = folder / "out", folder / "err"
        command = [sys.executable, "-m", "tui", "watch", *words, "-w", "small", "-s", "night", "--every", "1s"]
        if ignoring:
            command = ["sh", "-c", f'trap "" {ignoring}; exec "$@"', "sh", *command]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env={**os.environ}
            )

    def wait_for(self, words: str, where: Callable[[Watching], Path]) -> str:
        deadline = time.monotonic() + SECONDS
        while words not in (text := where(self).read_text()):
            assert time.monotonic() < deadline, f"{words!r} is not said: {self.out.read_text()} {self.err.read_text()}"
            assert self.process.poll() is None, self.err.read_text()
            time.sleep(0.02)
        return text

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


@pytest.fixture
def programs() -> Iterator[list[Watching]]:
    started: list[Watching] = []
    yield started
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def session() -> Contents:
    (entry,) = entries(sessions_folder())
    assert not entry.held
    return read_contents(entry.path, None)


def test_what_is_fresh_is_printed_and_kept(workspace: Path, tmp_path: Path, programs: list[Watching]) -> None:
    watching = Watching(tmp_path, "T1119-91")
    programs.append(watching)
    watching.wait_for("round 1: 3 rows", lambda one: one.err)
    write(workspace, HOSTILE_DEVICE.replace("beta", "delta"), 2, 9)
    line = watching.wait_for("\n", lambda one: one.out)
    assert "T1119-91 File copies, run " in line
    assert "1 new: delta[/]" in line
    assert "\x1b" not in line
    assert "\x07" not in line
    assert watching.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert "stopped after " in watching.err.read_text()
    kept = session()
    assert kept.problems == []
    rounds = sorted(kept.runs.values(), key=lambda run: run.number)
    assert rounds[0].number == 1
    (fresh,) = [run for run in rounds if run.fresh is not None]
    assert fresh.fresh is not None
    assert len(fresh.fresh.new) == 1
    assert fresh.received == 3
    others = [run for run in rounds[1:] if run is not fresh]
    assert len(others) <= 2 + sum(run.outcome.state is State.CANCELLED for run in others)


def test_a_lost_terminal_ends_it_unless_it_is_to_be_ignored(
    workspace: Path, tmp_path: Path, programs: list[Watching]
) -> None:
    watching = Watching(tmp_path, "T1119-91", ignoring="HUP")
    programs.append(watching)
    watching.wait_for("round 1: ", lambda one: one.err)
    watching.process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        watching.process.wait(0.3)
    assert watching.end(signal.SIGINT) == 4
    assert session().problems == []


def test_it_ends_after_its_time(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["watch", "T1119-91", "-w", "small", "-s", "night", "--every", "1s", "--for", "1s"]
    assert main(words) == 0
    assert "ended by itself after 1 s and " in capsys.readouterr().err
    before = sorted(session().runs)
    assert before[0] == 1
    assert main([*words, "--last", "30m"]) == 0
    later = [run for number, run in session().runs.items() if number not in before]
    assert {run.window.end - run.window.start for run in later} == {timedelta(minutes=30)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["T1119-91"], "name the session"),
        (["T1119-91", "-s", "n", "--every", "often"], "--every: expected a span"),
        (["T1119-91", "-s", "n", "--every", "0s"], "more often than every 1 s"),
        (["T1119-91", "-s", "n", "--every", "9h"], "8 h are over before the second round"),
        (["T1119-9", "-s", "n"], "there is no hunt 'T1119-9'; did you mean"),
        (["pivot-device", "-s", "n"], "pivot-device cannot run here"),
    ],
)
def test_words_that_cannot_be(workspace: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert main(["watch", *words, "-w", "small"]) == 2
    assert said in capsys.readouterr().err
    assert entries(sessions_folder()) == []
