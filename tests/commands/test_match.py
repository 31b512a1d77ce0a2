"""`huntdeck match` on a session that lies on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from tests.support.hostile_report import a_hunt
from tests.support.records import a_run, a_session
from tui.cli import main
from tui.settings.paths import sessions_folder
from tui.triage.records.folder import SessionFolder, hunt_file_of
from tui.workspaces.protocol import Outcome, State

SOURCE = a_hunt().source


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a session with two runs."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = SessionFolder.create(sessions_folder() / "inc-4471-0a1b2c3d", "ana@host")
    texts = {1: ["ping 10.1.2.3", "x", "cdn.evil.example\x1b[2J"], 2: ["10.1.2.3"]}
    for number, values in texts.items():
        table = pa.table({"Number": list(range(len(values))), "Text": values})
        run = replace(a_run(number), hunt_file=hunt_file_of("T1119-91", SOURCE), origin=None, received=len(values))
        folder.write_run(replace(run, outcome=Outcome(State.COMPLETE)), SOURCE, table.to_batches())
    digests = {number: folder.run_digest(number) for number in texts}
    folder.write_session(replace(a_session(), name="INC-4471", runs=digests, trail=()))
    folder.close()
    return folder.path


@pytest.fixture
def known(tmp_path: Path) -> Path:
    path = tmp_path / "known.txt"
    path.write_text("10[.]1[.]2[.]3\nevil.example\nunseen.example\nab\n", encoding="utf-8")
    return path


def test_matches_as_json(saved: Path, known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", str(known), "--session", "INC-4471", "-f", "json"]) == 0
    printed = capsys.readouterr()
    address = {"column": "Text", "indicator": "10.1.2.3", "type": "address", "subdomain": False}
    assert json.loads(printed.out) == [
        {"run": 1, "row": 1, **address},
        {"run": 1, "row": 3, "column": "Text", "indicator": "evil.example", "type": "domain", "subdomain": True},
        {"run": 2, "row": 1, **address},
    ]
    assert "2 of 3 indicators in 3 cells of 2 runs" in printed.err
    assert "line 4: shorter than 3 characters" in printed.err


def test_matches_as_lines(saved: Path, known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", str(known), "-s", "INC-4471"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1\t1\tText\taddress\t10.1.2.3"
    assert lines[1] == "1\t3\tText\tdomain\tevil.example  (a name below it)"


def test_damaged_rows_are_said(saved: Path, known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (saved / "runs" / "2.parquet").write_bytes(b"no rows")
    assert main(["match", str(known), "-s", "INC-4471"]) == 3
    printed = capsys.readouterr()
    assert "1\t1\tText" in printed.out
    assert "run 2" in printed.err


def test_a_wrong_file_is_a_wrong_use(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", str(tmp_path / "none.txt"), "-s", "INC-4471"]) == 2
    assert "none.txt: No such file" in capsys.readouterr().err
    assert main(["match", str(tmp_path / "none.txt"), "-s", "OTHER"]) == 2
