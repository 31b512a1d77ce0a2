"""Benign verdicts are said beside the rows of a run, and take none away."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui.cli import main
from tui.settings.paths import verdicts_file
from tui.triage.records.model import Verdict
from tui.triage.verdicts import VerdictStore

RUN = ("run", "T1119-01", "-w", "demo", "-f", "json")


@pytest.fixture
def home(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspaces = tmp_path / "huntdeck" / "workspaces"
    workspaces.mkdir(parents=True)
    (workspaces / "demo.duckdb").symlink_to(demo)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def test_run_says_how_many_rows_were_judged_benign(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(list(RUN)) == 0
    out, err = capfd.readouterr()
    assert "benign" not in err
    answer = json.loads(out)
    key = [column["name"] for column in answer["columns"]].index("DeviceKey")
    entities = [row[key].lower() for row in answer["rows"]]
    now = datetime.now(UTC)
    held = Verdict("demo", "T1119-01", "device", entities[0], "one", "benign", "ana@host", now, "backup")
    ended = Verdict("demo", "T1119-01", "device", entities[1], "two", "benign", "ana@host", now, "x", now)
    other = Verdict("demo", "T1119-02", "device", entities[2], "three", "benign", "ana@host", now, "x")
    bad = Verdict("demo", "T1119-01", "device", entities[3], "four", "suspicious", "ana@host", now)
    VerdictStore(verdicts_file()).add([held, ended, other, bad])
    assert main(list(RUN)) == 0
    again, err = capfd.readouterr()
    assert f"1 of {len(entities)} rows has a benign verdict; none is left out" in err
    assert json.loads(again)["rows"] == answer["rows"]
    later = Verdict(*held.about, "one", "unknown", "ana@host", now + timedelta(seconds=1))
    VerdictStore(verdicts_file()).add([later])
    assert main(list(RUN)) == 0
    assert "benign" not in capfd.readouterr().err
