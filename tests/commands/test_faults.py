"""What the command line says of errors it did not expect, and of wrong words: never a value that it was not told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import pytest

from tests.commands.test_cli import home as home
from tests.commands.test_cli import process_events
from tui.cli import main

SECRET = "Zx9-5f3c0d9a-secret"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where log and reports come to lie."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    return tmp_path / "state" / "huntdeck"


@pytest.mark.parametrize("error", [RuntimeError, KeyError, OSError, ValueError])
def test_an_error_of_its_own_is_told_without_values(
    home: Path, state: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: type[Exception]
) -> None:
    def go_wrong(*_: object) -> NoReturn:
        token = SECRET
        raise error(f"\x1b {token}") from LookupError(token)

    monkeypatch.setattr("tui.commands.run.context_in", go_wrong)
    assert main(["--log-level", "debug", "run", "T1119-06", "-p", f"tools={SECRET}"]) == 1
    out, err = capfd.readouterr()
    main(["--log-level", "", "workspaces"])
    [report] = (state / "crashes").iterdir()
    assert f"huntdeck stopped on an error of its own: {error.__name__} in tests/commands/test_faults.py" in err
    assert err.strip().endswith(str(report))
    for text in (out, err, report.read_text(), (state / "huntdeck.log").read_text()):
        assert SECRET not in text
    assert "go_wrong" in report.read_text()


def test_a_file_that_cannot_be_written_is_named(
    home: Path, state: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "T1119-06", "-o", str(tmp_path / "no" / "a\x1b.csv")]) == 1
    assert f"{tmp_path}/no/a␛.csv: No such file or directory" in capfd.readouterr().err
    assert not state.exists()


def test_the_log_names_what_was_done_and_no_value(home: Path, state: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--log-level", "debug", "run", "T1119-06", "-p", f"tools={SECRET}", "-f", "csv"]) == 0
    main(["--log-level", "", "workspaces"])
    text = (state / "huntdeck.log").read_text()
    assert "evidence workspace demo opens" in text
    assert "begins, at most" in text
    assert "ended: complete" in text
    assert SECRET not in text
    assert "DeviceProcessEvents" not in text


def test_the_environment_can_ask_for_a_log(
    home: Path, state: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUNTDECK_LOG", "loud\x1b")
    assert main(["workspaces"]) == 2
    assert "log level 'loud\\x1b' is none of debug" in capfd.readouterr().err
    monkeypatch.setenv("HUNTDECK_LOG", "info")
    assert main(["coverage"]) == 0
    assert "opens" in (state / "huntdeck.log").read_text()
    monkeypatch.setenv("HUNTDECK_LOG", "")
    main(["workspaces"])


def test_wrong_words_are_repeated_harmlessly(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["hunts", "--x\x1b]0;t\x07"])
    assert ended.value.code == 2
    assert "\x1b" not in capfd.readouterr().err


def test_a_thread_and_an_object_that_fail_print_nothing(tmp_path: Path) -> None:
    program = """
import sys, threading
sys.argv = ["huntdeck", "--version"]
from tui.cli import main
class Held:
    def __del__(self): raise ValueError(token)
def fail(): raise ValueError(token)
token = %r
try: main()
except SystemExit: pass
Held()
thread = threading.Thread(target=fail); thread.start(); thread.join()
import warnings; warnings.warn(token)
raise ValueError(token)
"""
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program % SECRET], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    assert done.stderr.count("\n") == 1
    assert "huntdeck stopped on an error of its own: ValueError" in done.stderr
    reports = list((tmp_path / "huntdeck" / "crashes").iterdir())
    assert len(reports) == 2
    assert not [report for report in reports if SECRET in report.read_text()]


def test_a_signal_lets_a_command_clean_up(home: Path, tmp_path: Path) -> None:
    events = process_events(tmp_path)
    events.write_text(events.read_text() * 40_000)
    command = [sys.executable, "-m", "tui", "import", str(events), "-w", "case"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    workspaces = home / "huntdeck" / "workspaces"
    end = time.monotonic() + 20
    while not list(workspaces.glob(".case*/*")) and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM, out + err
    assert "Traceback" not in err
    assert list(workspaces.glob(".case*")) == []
