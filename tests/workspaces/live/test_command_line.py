"""The command line on live workspaces; the first hunt and the first failure in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.demo import END
from tests.workspaces.live.services import KINDS, WINDOW
from tui import cli
from tui.commands.serve import workspaces_toml
from tui.loopback.group import Loopback
from tui.workspaces.live import limits

NAMES = {"log_analytics": "loop-logs", "defender": "loop-defender", "data_explorer": "loop-explorer"}
WHEN = ("--from", f"{WINDOW.start:%Y-%m-%dT%H:%M:%SZ}", "--to", f"{WINDOW.end:%Y-%m-%dT%H:%M:%SZ}")
Huntdeck = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def huntdeck(
    loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Huntdeck:
    """Runs the program with the loopback services configured as they say themselves; `apart` in a process of its own."""
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    configuration = tmp_path / "CONFIG" / "huntdeck" / "workspaces.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(workspaces_toml(loopback, sign_in=False), encoding="utf-8")

    def run(*words: str, apart: bool = False) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tui", *words]
        if apart:
            return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        monkeypatch.setattr(limits, "_limiters", {})
        return subprocess.CompletedProcess(command, cli.main(list(words)), *capsys.readouterr())

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_a_hunt_and_a_drill(huntdeck: Huntdeck, kind: str) -> None:
    name = NAMES[kind]
    found = huntdeck("run", "T1119-01", "-w", name, "-f", "json", *WHEN, apart=kind == "defender")
    assert found.returncode == 0, found.stderr
    assert "complete: " in found.stderr
    answer = json.loads(found.stdout)
    columns = [column["name"] for column in answer["columns"]]
    row = dict(zip(columns, answer["rows"][0], strict=True))
    words = ("--row", f"DeviceName={row['DeviceName']}", "--column", "ProcessCount")
    drilled = huntdeck("drill", "T1119-01", "-w", name, "-f", "jsonl", *words, *WHEN)
    assert drilled.returncode == 0, drilled.stderr
    assert len(drilled.stdout.splitlines()) == row["ProcessCount"] > 0


def test_kql_and_coverage_and_workspaces(huntdeck: Huntdeck) -> None:
    said = huntdeck("kql", "T1119-01", "-w", "loop-logs", *WHEN).stdout
    assert "TimeGenerated >= p_from" in said
    assert "Timestamp >= p_from" in huntdeck("kql", "T1119-01", "-w", "loop-defender", *WHEN).stdout
    entries = json.loads(huntdeck("coverage", "-w", "loop-explorer", "--json").stdout)
    assert {"DeviceProcessEvents", "DeviceFileEvents"} <= {entry["table"] for entry in entries}
    listed = huntdeck("workspaces").stdout
    for kind, name in NAMES.items():
        assert any(line.split()[:2] == [name, kind] for line in listed.splitlines())


def test_the_default_window_is_the_last_day(huntdeck: Huntdeck) -> None:
    lines = huntdeck("kql", "T1119-01", "-w", "loop-logs").stdout.splitlines()
    start, end = (line.split("datetime(")[1].rstrip("Z);") for line in lines[1:3])
    assert datetime.fromisoformat(end) - datetime.fromisoformat(start) == timedelta(days=1)
    assert datetime.fromisoformat(end).replace(tzinfo=END.tzinfo) != END


def test_failures_have_their_exit_code_and_next_step(huntdeck: Huntdeck, loopback: Loopback) -> None:
    cases = [
        ("syntax", 1, "^"),
        ("forbidden", 5, "It needs"),
        ("timed_out", 4, "not sent again by itself"),
        ("throttled", 1, "r runs it again later."),
        ("truncated", 3, "narrow the window"),
    ]
    loopback.log_analytics.fail_next("forbidden", on="metadata")
    found = huntdeck("run", "T1119-01", "-w", "loop-logs", *WHEN, apart=True)
    assert found.returncode == 5
    assert "access is refused" in found.stderr
    assert "Traceback" not in found.stderr
    for fault, code, words in cases:
        loopback.log_analytics.fail_next(fault, on="T1119")
        found = huntdeck("run", "T1119-01", "-w", "loop-logs", *WHEN)
        assert (found.returncode, fault) == (code, fault), found.stderr
        assert words in found.stderr


def test_a_broken_configuration_is_named(huntdeck: Huntdeck, tmp_path: Path) -> None:
    path = tmp_path / "CONFIG" / "huntdeck" / "workspaces.toml"
    path.write_text('[a]\nkind = "defender"\nclient_secret = "hunter2"\n', encoding="utf-8")
    found = huntdeck("run", "T1119-01", "-w", "a")
    assert found.returncode == 2
    assert "client_secret: secrets do not belong in this file" in found.stderr
    assert "hunter2" not in found.stderr
