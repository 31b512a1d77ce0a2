"""`huntdeck matrix` over a session that lies on disk."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.hunted import WINDOW, a_hunt, a_hunted_run, a_row
from tests.support.records import a_session
from tui.cli import main
from tui.results.store import ResultStore
from tui.settings.paths import sessions_folder
from tui.triage.records.folder import SessionFolder
from tui.triage.records.model import Verdict
from tui.triage.records.restoring import record_of
from tui.triage.runs import Run
from tui.triage.sweep import Sweep
from tui.workspaces.protocol import State

HOSTILE = "beta\x1b[2J"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sweeps: of two hunts, then of three, of which one failed; a device judged benign, and one elsewhere."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = ResultStore(None)
    first, second, third = a_hunt("T1"), a_hunt("T2", ["T1560", "T1005"]), a_hunt("T3")
    runs = [
        a_hunted_run(store, first, 1, [a_row("alpha", 1, 2), a_row("bkp-03", 9)]),
        a_hunted_run(store, second, 2, [a_row("alpha", 2)]),
        a_hunted_run(store, first, 3, [a_row("alpha", 4), a_row(HOSTILE, 1), a_row("bkp-03", 9)]),
        a_hunted_run(store, second, 4, [a_row(HOSTILE, 7, 7)]),
        a_hunted_run(store, third, 5, [], State.FAILED),
    ]
    folder = SessionFolder.create(sessions_folder() / "inc-4471-0a1b2c3d", "ana@host")
    for run in runs:
        folder.write_run(record_of(run, "evidence", "ana@host"), run.context.hunt.source, batches(run))
    sweeps = (
        Sweep(1, "TA0009", ("T1", "T2"), WINDOW, runs={"T1": 1, "T2": 2}),
        Sweep(2, "TA0009", ("T1", "T2", "T3"), WINDOW, runs={"T1": 3, "T2": 4, "T3": 5}),
    )
    verdict = Verdict("small", "T1", "device", "bkp-03", "bkp-03", "benign", "ana@host", runs[0].began, "backup")
    digests = {run.number: folder.run_digest(run.number) for run in runs}
    session = replace(a_session(), name="INC-4471", runs=digests, trail=(), sweeps=sweeps, verdicts=(verdict,))
    folder.write_session(session)
    folder.close()
    store.close()


def batches(run: Run) -> Any:
    return run.rows.prepare().batches() if run.rows is not None else None


def test_a_table_says_numbers_signs_and_what_is_hidden(saved: None, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", "-s", "INC-4471"]) == 3
    out, err = capfd.readouterr()
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][-3:] == ["T1", "T2", "T3"]
    assert lines[1][0] == "beta␛[2J"
    assert lines[1][-3:] == ["1▃*", "14▇*", "failed"]
    assert lines[2][0] == "alpha"
    assert lines[2][-3:] == ["4▇↑", "-", "failed"]
    assert len(lines) == 3
    assert "1 hidden as benign; --benign lists them" in err
    assert "3 hunts: 2 found something, 0 nothing" in err
    assert "failed: T3" in err


def test_csv_keeps_what_was_judged_benign_when_asked(saved: None, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", "-s", "INC-4471", "-f", "csv", "--benign"]) == 3
    rows = list(csv.DictReader(io.StringIO(capfd.readouterr().out)))
    assert [(row["Key"], row["T1"], row["T1 rank"], row["T1 change"], row["T1 verdict"]) for row in rows] == [
        ("beta␛[2j", "1", "2", "first", ""),
        ("alpha", "4", "1", "more", ""),
        ("bkp-03", "9", "", "", "benign"),
    ]
    assert {row["T3"] for row in rows} == {"failed"}


def test_json_of_one_sweep(saved: None, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", "-s", "INC-4471", "--sweep", "1", "-f", "json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert [(one["hunt"], one["run"], one["before"]) for one in found["hunts"]] == [("T1", 1, None), ("T2", 2, None)]
    assert [(one["key"], one["techniques"], one["benign"]) for one in found["subjects"]] == [
        ("alpha", 3, False),
        ("bkp-03", 0, True),
    ]
    assert found["subjects"][0]["cells"]["T1"] == {"events": 3, "rank": 1, "of": 1, "change": "", "verdict": ""}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-s", "INC-4471", "--sweep", "9"], "has no sweep 9; its sweeps: 1, 2"),
        (["-s", "INC-4471", "--by", "account"], "has no run that lists accounts"),
        (["-s", "none"], "none"),
    ],
)
def test_what_is_not_there_is_said(saved: None, words: list[str], said: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", *words]) == 2
    assert said in capfd.readouterr().err
