"""Files that `run` and `drill` write, with their manifests."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tui.cli import main


@pytest.fixture
def home(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspaces = tmp_path / "data" / "huntdeck" / "workspaces"
    workspaces.mkdir(parents=True)
    (workspaces / "demo.duckdb").symlink_to(demo)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def test_a_manifest_beside_the_rows(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    target = home / "rows.csv"
    assert main(["run", "T1119-06", "-f", "csv", "--device", "*", "-o", str(target), "--manifest"]) == 0
    assert f"described in {target}.manifest.json" in capfd.readouterr().err
    said = json.loads((home / "rows.csv.manifest.json").read_text())
    assert said["file"]["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert said["hunt"]["id"] == "T1119-06"
    assert said["scope"] == {"devices": ["*"]}
    assert (said["format"], said["values"]) == ("csv", "spreadsheet-safe")
    assert said["rows"] == said["run"]["rows_received"] > 0
    assert said["run"]["outcome"] == "complete"
    assert said["query"]["sha256"] == hashlib.sha256(said["query"]["kql"].encode()).hexdigest()
    assert said["window"]["from"] < said["window"]["to"]
    assert "tools" in said["parameters"]


def test_a_file_that_is_there_stays_unless_forced(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    target = home / "rows.jsonl"
    target.write_text("mine")
    words = ["run", "T1119-06", "-f", "jsonl", "-o", str(target)]
    assert main(words) == 2
    assert "is there already; --force writes over it" in capfd.readouterr().err
    assert target.read_text() == "mine"
    assert main([*words, "--force"]) == 0
    assert json.loads(target.read_text().splitlines()[0])["DeviceName"]


def test_a_manifest_needs_a_file(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "T1119-06", "--manifest"]) == 2
    assert "name it with -o" in capfd.readouterr().err
    assert main(["run", "T1119-06", "-o", "/dev/null", "--manifest"]) == 2
    assert "is no file" in capfd.readouterr().err
    assert main(["run", "T1119-06", "-o", "/dev/null"]) == 0
