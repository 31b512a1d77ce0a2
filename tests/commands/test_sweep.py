"""`huntdeck sweep`: what it prints, keeps, refuses, and how it goes on."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.kept import opened
from tests.support.small import HUNTS, small_workspace
from tui.cli import main
from tui.triage.records.folder import SessionFolder
from tui.triage.records.shelf import entries
from tui.workspaces.protocol import State

COPIES, NAMED, REFUSED, MAIL = "T1119-91", "T1119-92", "T1560-01", "T1560-02"
ALL = (COPIES, NAMED, "T1560")

HELD = """
import asyncio, sys
from tui.cli import main
from tui.workspaces.evidence import EvidenceWorkspace

real = EvidenceWorkspace.run

async def wait(self, query, *given):
    if "make_string" in query:
        print("asked", flush=True)
        await asyncio.sleep(60)
    return await real(self, query, *given)

EvidenceWorkspace.run = wait
sys.exit(main(["sweep", "T1119-91", "T1560-01", "T1119-92", "-w", "small", "-s", "stopped", "--last", "100m"]))
"""
"""The program, with one hunt whose query takes its time."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("made") / "huntdeck"
    for name in ("workspaces", "hunts"):
        (data / name).mkdir(parents=True)
    asyncio.run(small_workspace(data / "workspaces").close())
    for name, text in HUNTS.items():
        (data / "hunts" / name).write_text(text, encoding="utf-8")
    return data


@pytest.fixture
def sessions(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where sessions are kept, beside the small workspace and its hunts."""
    data = tmp_path / "huntdeck"
    shutil.copytree(made, data)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return data / "sessions"


def answer(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["sweep", *words])
    out, err = capfd.readouterr()
    return code, out, err


def test_a_line_for_each_hunt_and_how_many_ended_how(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = answer(capfd, *ALL, "-w", "small")
    heading, *lines, summary = out.splitlines()
    assert heading.split() == ["hunt", "title", "outcome", "found", "rows", "seconds"]
    assert [line.split()[0] for line in lines] == [COPIES, NAMED, REFUSED, MAIL]
    assert lines[0].split()[1:-1] == ["File", "copies", "complete", "3", "devices", "32"]
    assert "not run" in lines[1]
    assert lines[1].endswith("name: a value is required")
    assert "make_string" in lines[2]
    assert "OfficeActivity" in lines[3]
    assert summary.endswith("): 2 not run, 1 complete, 1 failed")
    assert "EVIDENCE small" in err
    assert "2 queries on 3 tables, 2 hunts cannot begin; 32 events" in err
    assert code == 1
    assert not sessions.exists()


def test_exit_codes_are_those_of_the_gravest_outcome(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert answer(capfd, COPIES, "-w", "small")[0] == 0
    assert answer(capfd, COPIES, NAMED, "-w", "small")[0] == 3
    given = ("-p", f"{NAMED}.name=copy-0-1.pdf")
    assert answer(capfd, COPIES, NAMED, "-w", "small", *given)[0] == 0
    early = ("--from", "2026-11-01", "--to", "2026-11-02")
    assert answer(capfd, COPIES, "-w", "small", *early)[0] == 5


def test_json_is_as_its_help_says(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = answer(capfd, *ALL, "-w", "small", "-f", "json", "-s", "INC 1", "--device", "alpha*")
    found = json.loads(out)
    assert (found["sweep"], found["session"], found["workspace"]) == (1, "INC 1", "small")
    assert found["scope"]["devices"] == ["alpha*"]
    assert found["summary"] == {"not run": 2, "complete": 1, "failed": 1}
    first, second, third, _ = found["hunts"]
    assert first | {"seconds": 0} == {
        "hunt": COPIES,
        "title": "File copies",
        "techniques": ["T1119"],
        "subject": "device",
        "outcome": "complete",
        "reason": "",
        "run": 1,
        "devices": 1,
        "truncated": False,
        "rows": 20,
        "seconds": 0,
    }
    assert (second["outcome"], second["reason"], second["run"]) == ("not run", "name: a value is required", None)
    assert (third["outcome"], third["run"], third["devices"]) == ("failed", 2, None)
    _, out, _ = answer(capfd, *ALL, "-w", "small", "-f", "jsonl")
    assert [json.loads(line)["hunt"] for line in out.splitlines()] == [COPIES, NAMED, REFUSED, MAIL]


def test_a_sweep_is_part_of_its_session_and_takes_its_window(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answer(capfd, COPIES, REFUSED, "-w", "small", "-s", "INC", "--last", "2h", "--device", "alpha*")
    _, _, err = answer(capfd, COPIES, "-s", "inc")
    assert "is new" not in err
    (entry,) = entries(sessions)
    record, runs, problems = opened(entry.path)
    assert problems == []
    assert [(sweep.number, sweep.runs) for sweep in record.sweeps] == [(1, {COPIES: 1, REFUSED: 2}), (2, {COPIES: 3})]
    assert {(run.window, run.scope.devices) for run in runs.values()} == {(record.window, ("alpha*",))}
    assert runs[2].outcome.state is State.FAILED
    folder, _ = SessionFolder.open(entry.path, "ana@host")
    rows = folder.rows(runs[3])
    folder.close()
    assert rows is not None
    assert rows["ProcessCount"].to_pylist() == [4]
    answer(capfd, COPIES, "-s", "INC", "--last", "30m", "--device", "gamma*")
    again, runs, _ = opened(entry.path)
    assert again.window == record.window
    assert runs[4].scope.devices == ("gamma*",)


def stopped(by: int, tmp_path: Path) -> int:
    """Stops a sweep at its second hunt, once the first is kept, as `by` does."""
    child = subprocess.Popen(
        [sys.executable, "-c", HELD], stdout=subprocess.PIPE, env={**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    )
    assert child.stdout is not None
    assert any(line == b"asked\n" for line in child.stdout)
    while not any(
        kept.read_text().count("1 = ") for kept in (tmp_path / "huntdeck" / "sessions").glob("*/session.toml")
    ):
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(by)
    child.communicate(timeout=20)
    return child.returncode


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGKILL])
def test_what_was_stopped_goes_on_where_it_stopped(
    by: signal.Signals, sessions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = stopped(by, tmp_path)
    _, err = capfd.readouterr()
    if by is signal.SIGINT:
        assert code == 4, err
        assert "huntdeck sweep --resume --session stopped goes on" in err
    (entry,) = entries(sessions)
    before, first, problems = opened(entry.path)
    assert problems == []
    done = [number for number, run in first.items() if run.outcome.state is State.COMPLETE]
    assert [first[number].hunt for number in done] == [COPIES]
    code, out, _ = answer(capfd, "--resume", "-s", "stopped", "-p", f"{NAMED}.name=copy-0-1.pdf")
    assert [line.split()[0] for line in out.splitlines()[1:-1]] == [NAMED, REFUSED]
    after, runs, _ = opened(entry.path)
    (sweep,) = after.sweeps
    assert sweep.window == before.sweeps[0].window
    assert {run.window for run in runs.values()} == {sweep.window}
    assert sweep.runs[COPIES] == done[0]
    assert {runs[number].outcome.state for number in sweep.runs.values()} == {State.COMPLETE, State.FAILED}
    assert code == 1


def test_only_what_has_no_answer_is_left_to_go_on_with(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answer(capfd, COPIES, "-w", "small", "-s", "done")
    code, _, err = answer(capfd, "--resume", "-s", "done")
    assert code == 2
    assert "every hunt has its answer" in err


def test_a_session_is_shown_with_its_sweeps(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answer(capfd, COPIES, NAMED, "-w", "small", "-s", "INC")
    assert main(["sessions", "show", "INC"]) == 0
    out, _ = capfd.readouterr()
    assert f"  {COPIES}, {NAMED}: 2 hunts, runs 1\n  {NAMED} not run: name: a value is required\n" in out


def test_an_estimate_runs_nothing(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = answer(capfd, *ALL, "-w", "small", "-s", "new", "--estimate")
    assert (code, out) == (0, "")
    assert "2 queries" in err
    assert f"{NAMED} cannot begin: name: a value is required" in err
    assert not sessions.exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "name what to sweep"),
        (("T1119-93", "-w", "small"), "did you mean T1119-9"),
        (("--resume",), "name it with --session"),
        ((COPIES, "--resume", "-s", "x"), "takes hunts, window and scope from the sweep"),
        (("--resume", "-s", "x", "--last", "1d"), "takes hunts, window and scope from the sweep"),
        (("--resume", "-s", "none", "-w", "small"), "has no sweep to go on with"),
        ((COPIES, "-w", "small", "-p", "name=x"), "expected HUNT.NAME=VALUE"),
        ((COPIES, "-w", "small", "-p", f"{COPIES}.tool=x"), "has no parameter tool; it has tools"),
        ((COPIES, "-w", "small", "--last", "soon"), "expected a span"),
        ((COPIES, "-w", "small", "-s", " "), "a session needs a name"),
    ],
)
def test_words_that_cannot_be_are_named(
    words: tuple[str, ...], why: str, sessions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = answer(capfd, *words)
    assert (code, out) == (2, "")
    assert why in err


def test_a_session_of_another_workspace_or_held_elsewhere_is_refused(
    sessions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answer(capfd, COPIES, "-w", "small", "-s", "INC")
    shutil.copy(sessions.parent / "workspaces" / "small.duckdb", sessions.parent / "workspaces" / "other.duckdb")
    code, _, err = answer(capfd, COPIES, "-w", "other", "-s", "INC")
    assert code == 2
    assert "was made in workspace small" in err
    (entry,) = entries(sessions)
    folder, _ = SessionFolder.open(entry.path, "bob@host")
    code, _, err = answer(capfd, COPIES, "-s", "INC")
    folder.close()
    assert code == 1
    assert "nothing was asked" in err


def test_help_documents_the_json(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sweep", "--help"])
    out, _ = capfd.readouterr()
    for name in ("hunt", "techniques", "outcome", "run", "devices", "truncated", "rows", "seconds", "summary"):
        assert name in out
    assert max(map(len, out.splitlines())) <= 80
