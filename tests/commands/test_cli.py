"""The command line on the demo evidence: what it prints, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tui.cli import build_parser, main, opens_screen


@pytest.fixture
def home(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder that holds the demo workspace."""
    workspaces = tmp_path / "huntdeck" / "workspaces"
    workspaces.mkdir(parents=True)
    (workspaces / "demo.duckdb").symlink_to(demo)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def answer(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it wrote to standard output and standard error."""
    code = main(list(words))
    out, err = capfd.readouterr()
    return code, out, err


def as_json(capfd: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The JSON that a command that succeeds prints."""
    code, out, err = answer(capfd, *words, "-f", "json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def process_events(folder: Path, **more: str) -> Path:
    """A file with one Security 4688 record."""
    record = {
        "Hostname": "a.example",
        "Channel": "Security",
        "EventID": 4688,
        "@timestamp": "2026-11-20T01:00:00Z",
        "EventTime": "2026-11-20 01:00:00",
        "NewProcessId": "0x10",
        "ProcessId": "0x8",
        "SubjectUserName": "ana",
        "SourceModuleType": "im_msvistalog",
    }
    path = folder / "events.ndjson"
    path.write_text(json.dumps(record | more) + "\n", encoding="utf-8")
    return path


def test_run_prints_rows_with_how_each_column_opens(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = as_json(capfd, "run", "T1119-01")
    columns = {column["name"]: column for column in found["columns"]}
    assert columns["FileCopyCount"] == {"name": "FileCopyCount", "type": "long", "opens": "rows"}
    assert columns["FirstSeen"]["type"] == "datetime"
    assert found["outcome"] == {"state": "complete", "reason": ""}
    assert "let leg_processes" in found["kql"]
    assert all(moment.endswith("Z") for moment in found["window"])
    first = dict(zip(columns, found["rows"][0], strict=True))
    assert first["DeviceName"] == "fin-ws-114.northwharf.example"
    assert first["FirstSeen"].endswith("Z")


def test_a_drill_lists_as_many_events_as_the_cell_says(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = as_json(capfd, "run", "T1119-06")
    names = [column["name"] for column in found["columns"]]
    row = dict(zip(names, found["rows"][0], strict=True))
    for column in ("ProcessCount", "ConnectionCount"):
        listed = as_json(capfd, "drill", "T1119-06", "--row", f"DeviceName={row['DeviceName']}", "--column", column)
        assert len(listed["rows"]) == row[column] > 0
        times = [event[0] for event in listed["rows"]]
        assert times == sorted(times), "oldest first"


def test_only_the_result_goes_to_standard_output(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = answer(capfd, "run", "T1119-06", "-f", "csv-exact")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert rows
    assert set(rows[0]) >= {"DeviceName", "ProcessCount", "DeviceKey"}
    assert "complete" in err


def test_a_file_can_take_the_result(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "rows.jsonl"
    code, out, _ = answer(capfd, "run", "T1119-06", "-f", "jsonl", "-o", str(target))
    assert (code, out) == (0, "")
    assert json.loads(target.read_text().splitlines()[0])["DeviceName"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run", "T1119-06", "--limit", "1"], 3, "truncated"),
        (["run", "T1119-06", "--timeout", "0.001"], 4, "timed out"),
        (["run", "T1119-06", "--from", "2001-01-01", "--to", "2001-01-02"], 5, "not covered"),
        (["run", "T1119-06", "-p", "tool=x"], 2, "did you mean tools?"),
        (["run", "T1119-06", "-p", "min_size_mb=much"], 2, "expected"),
        (["run", "T1119-06", "-p", "tools"], 2, "expected NAME=VALUE"),
        (["run", "T1119-66"], 2, "there is no hunt 'T1119-66'"),
        (["run", "T1119-06", "--view", "device"], 2, "did you mean devices?"),
        (["run", "T1119-06", "--last", "soon"], 2, "expected a span"),
        (["run", "T1119-06", "-w", "dema"], 2, "did you mean demo?"),
        (["run", "T1119-06", "-w", "../demo"], 2, "cannot name a workspace"),
        (["drill", "T1119-06", "--row", "DeviceName=nobody", "--column", "ProcessCount"], 2, "selects 0 of"),
        (["drill", "T1119-06", "--row", "Device=x", "--column", "ProcessCount"], 2, "did you mean DeviceName?"),
        (["hunts", "check", "nowhere"], 2, "there is no such file"),
    ],
)
def test_what_goes_wrong_has_words_and_a_code(
    home: Path, capfd: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    found, _, err = answer(capfd, *words)
    assert found == code
    assert said in err
    assert "Traceback" not in err


def test_kql_for_a_portal_needs_no_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    code, out, _ = answer(capfd, "kql", "T1119-06", "--dialect", "log_analytics", "--last", "24h")
    assert code == 0
    assert "TimeGenerated >= p_from" in out
    assert not (tmp_path / "huntdeck").exists()


def test_times_are_given_as_in_a_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    words = ["kql", "pivot-process", "-p", "device=x", "-p", "process_id=1", "-p"]
    code, out, _ = answer(capfd, *words, "process_created=yesterday 03:00Z")
    assert code == 0
    assert "T03:00:00.000000Z);" in out
    code, _, err = answer(capfd, *words, "process_created=soon")
    assert code == 2
    assert "2h ago" in err


def test_kql_of_a_drill_can_be_for_another_kind(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["kql", "T1119-06", "--row", "DeviceName=db-01.northwharf.example", "--column", "ProcessCount"]
    here = answer(capfd, *words)
    there = answer(capfd, *words, "--dialect", "defender")
    assert here[0] == there[0] == 0
    assert "DeviceId) ==" in here[1]
    assert "project-reorder" in there[1]
    assert "project-reorder" not in here[1]


def test_hunts_are_listed_for_people_and_machines(capfd: pytest.CaptureFixture[str]) -> None:
    assert "T1119 Automated Collection" in answer(capfd, "hunts")[1]
    found = json.loads(answer(capfd, "hunts", "--json")[1])
    assert {"T1119-01", "T1119-10", "pivot-device"} <= {hunt["id"] for hunt in found}
    one = next(hunt["path"] for hunt in found if hunt["id"] == "pivot-device")
    assert answer(capfd, "hunts", "check", one)[0] == 0


def test_coverage_names_tables_hosts_and_rows(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    entries = json.loads(answer(capfd, "coverage", "--json")[1])
    assert sum(entry["rows"] for entry in entries) == 300_000
    assert {"table", "host", "first", "last", "rows", "log_cleared"} == set(entries[0])


def test_without_a_terminal_the_hunts_are_printed_with_their_counts(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("DEMO demo")
    assert sum(line.startswith("T1119-") and line.endswith("complete") for line in done.stdout.splitlines()) == 10
    assert "run `huntdeck` in a terminal" in done.stdout


def test_a_workspace_of_evidence_is_not_replaced_by_a_demo(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    events = process_events(home, NewProcessName="C:\\Windows\\System32\\cmd.exe")
    code, out, err = answer(capfd, "import", str(events), "-w", "case")
    assert code == 0, out + err
    assert "DeviceProcessEvents 1" in out
    assert answer(capfd, "demo", "-w", "case")[0] == 2
    assert answer(capfd, "import", str(events), "-w", "demo")[0] == 2
    assert "already there" in answer(capfd, "import", str(events), "-w", "case")[1]


def test_evidence_that_cannot_show_it_is_blind(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    events = process_events(home)
    assert answer(capfd, "import", str(events), "-w", "nameless")[0] == 0
    code, out, err = answer(capfd, "run", "pivot-hash", "-w", "nameless", "-p", "hash=00ff", "-f", "json")
    assert code == 5, err
    assert json.loads(out)["outcome"]["state"] == "blind"


def test_the_screen_opens_without_reading_the_commands() -> None:
    assert opens_screen([])
    assert opens_screen(["-w", "case7"])
    assert not opens_screen(["hunts"])
    assert not opens_screen(["--help"])
    script = "import sys; from tui.cli import build_parser; build_parser(True); sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
    assert build_parser(screen_only=True).parse_args(["-w", "case7"]).workspace == "case7"
