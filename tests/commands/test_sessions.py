"""Sessions on the command line: what is kept of runs, and how sessions are handed on, taken in and put away."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import small_desk
from tests.support.kept import opened, put, tree
from tests.support.small import HUNTS, small_workspace
from tui.cli import main
from tui.triage.records.folder import SessionFolder, session_in
from tui.triage.records.shelf import entries
from tui.triage.runs import Run
from tui.workspaces.protocol import State

ALPHA = "DeviceName=alpha.corp.example"

HELD = """
import asyncio, sys
from tui.cli import main
from tui.workspaces.evidence import EvidenceWorkspace

async def wait(*given):
    print("asked", flush=True)
    await asyncio.sleep(60)

EvidenceWorkspace.run = wait
sys.exit(main(["run", "T1119-91", "-w", "small", "-s", "stopped"]))
"""
"""The program, with a query that takes its time."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace `small` and the hunts over it."""
    data = tmp_path_factory.mktemp("made") / "huntdeck"
    for name in ("workspaces", "hunts"):
        (data / name).mkdir(parents=True)
    asyncio.run(small_workspace(data / "workspaces").close())
    for name, text in HUNTS.items():
        (data / "hunts" / name).write_text(text, encoding="utf-8")
    return data


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder that holds them."""
    data = tmp_path / "huntdeck"
    shutil.copytree(made, data)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return data


@pytest.fixture
def sessions(home: Path) -> Path:
    return home / "sessions"


def answer(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it wrote to standard output and standard error."""
    code = main(list(words))
    out, err = capfd.readouterr()
    return code, out, err


def fine(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    """What a command that succeeds wrote."""
    code, out, err = answer(capfd, *words)
    assert code == 0, err
    return out, err


def hunted(capfd: pytest.CaptureFixture[str], name: str, *more: str) -> tuple[str, str]:
    return fine(capfd, "run", "T1119-91", "-w", "small", "--session", name, *more)


def test_a_run_is_kept_with_its_rows_in_a_new_session(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _, err = hunted(capfd, "INC  4471", "-f", "csv", "-p", "tools=robocopy.exe,x.exe", "--device", "alpha*")
    assert "session INC 4471 is new" in err
    assert "kept as run 1 of session INC 4471" in err
    (entry,) = entries(sessions)
    assert (entry.name, entry.workspace, entry.kind, entry.runs, entry.trouble, entry.held) == (
        "INC 4471",
        "small",
        "evidence",
        1,
        "",
        "",
    )
    record, runs, problems = opened(entry.path)
    run = runs[1]
    assert problems == []
    assert (run.hunt, run.query.view, run.workspace, run.origin) == ("T1119-91", "devices", "small", None)
    assert (run.values["tools"], run.scope.devices) == (("robocopy.exe", "x.exe"), ("alpha*",))
    assert (run.outcome.state, run.received) == (State.COMPLETE, 1)
    assert (record.window, record.scope) == (run.window, run.scope)
    assert record.values == {"T1119-91": {"tools": "robocopy.exe,x.exe"}}
    folder, _ = SessionFolder.open(entry.path, "ana@host")
    rows = folder.rows(run)
    folder.close()
    assert rows is not None
    assert (rows.num_rows, rows["ProcessCount"].to_pylist()) == (1, [5])


def test_a_drill_is_kept_with_the_run_it_comes_from(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hunted(capfd, "one")
    fine(capfd, "drill", "T1119-91", "-w", "small", "-s", "ONE", "--row", ALPHA, "--column", "FileCount")
    (entry,) = entries(sessions)
    record, runs, problems = opened(entry.path)
    assert (sorted(runs), sorted(record.runs), problems) == ([1, 2, 3], [1, 2, 3], [])
    origin = runs[3].origin
    assert origin is not None
    assert (origin.run, origin.column, origin.row, origin.counted) == (2, "FileCount", "alpha.corp.example", 15)
    assert (runs[3].query.view, runs[3].received, origin.at) == ("events", 15, runs[2].began)


async def test_what_the_command_line_kept_opens_on_the_screen_as_the_screens_own(
    home: Path, sessions: Path, tmp_path: Path
) -> None:
    words = ["drill", "T1119-91", "-w", "small", "-s", "one", "--row", ALPHA, "--column", "FileCount"]
    assert await asyncio.to_thread(main, words) == 0
    (entry,) = entries(sessions)
    place = tmp_path / "desk"
    place.mkdir()
    async with small_desk(place, sessions, entry.path) as one:
        assert [run.number for run in one.screen.session.runs] == [1, 2]
        first, second = one.screen.session.runs
        await one.screen.session.load(second)
        assert second.rows is not None
        assert second.rows.count == second.received == 15
        assert second.count_words == "15 of 15"
        assert one.workspace.asked == 0
        assert first.query.columns
        await one.screen.session.load(first)
        again = one.screen.session.open_cell(first, rows_of(first)[0], "FileCount")
        await one.until(lambda: again.completion, "the drill ended")
        assert (again.number, again.received, again.mismatch) == (3, 15, "")


def rows_of(run: Run) -> list[dict[str, Any]]:
    assert run.rows is not None
    return [row for batch in run.rows.prepare().batches() for row in batch.to_pylist()]


async def test_a_session_that_the_screen_has_open_is_refused_before_anything_is_asked(
    home: Path, sessions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "desk"
    place.mkdir()
    async with small_desk(place, sessions) as one:
        await one.open_hunt()
        await one.until(lambda: one.screen.keeper.saved is not None and not one.screen.keeper.dirty, "saved")
        (entry,) = entries(sessions)
        before = tree(entry.path)
        asked = one.workspace.asked
        for words in (
            ["run", "T1119-91", "-w", "small", "-s", entry.name],
            ["drill", "T1119-91", "-w", "small", "-s", entry.identity, "--row", ALPHA, "--column", "FileCount"],
            ["sessions", "rename", entry.name, "other"],
            ["sessions", "delete", entry.name],
        ):
            assert await asyncio.to_thread(main, words) == 1
        assert tree(entry.path) == before
        assert one.workspace.asked == asked
        assert entries(sessions)[0].held == entry.held != ""
        assert await asyncio.to_thread(main, ["sessions", "export", entry.name, "-o", str(tmp_path)]) == 0
        assert await asyncio.to_thread(main, ["sessions", "show", entry.name]) == 0
    assert await asyncio.to_thread(main, ["run", "T1119-91", "-w", "small", "-s", entry.name]) == 0


def test_who_holds_a_session_is_said(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = put(sessions)
    folder, _ = SessionFolder.open(path, "bob@far")
    code, out, err = answer(capfd, "run", "T1119-91", "-w", "small", "--session", "inc-4471")
    assert (code, out) == (1, "")
    assert err == "huntdeck: session inc-4471: open elsewhere: bob@far; nothing was asked\n"
    folder.close()


def test_another_workspace_is_said(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    put(sessions, "acmes")
    _, err = hunted(capfd, "acmes")
    assert "session acmes was made in workspace acme; this run is of small" in err
    assert "kept as run 3 of session acmes" in err
    record, runs, _ = opened(entries(sessions)[0].path)
    assert (record.workspace, runs[3].workspace) == ("acme", "small")


def test_what_was_found_amiss_is_said(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = put(sessions, "hurt")
    (path / "runs" / "2.toml").write_text("no")
    _, err = hunted(capfd, "hurt")
    assert "run 2 is left out: " in err
    assert "kept as run 3 of session hurt" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "T1119-91", "-w", "small", "-s", "x" * 90], "at most 80 characters"),
        (["run", "T1119-91", "-w", "small", "-s", "twice"], "2 sessions are called 'twice'"),
        (["run", "T1119-91", "-w", "none", "-s", "new"], "there is no workspace 'none'"),
        (["run", "T1119-99", "-w", "small", "-s", "new"], "there is no hunt 'T1119-99'"),
        (["run", "T1119-91", "-w", "small", "-s", "new", "--view", "nowhere"], "nowhere"),
        (["run", "T1119-91", "-w", "small", "-s", "new", "-p", "tool=x"], "did you mean tools?"),
        (["sessions", "show", "twic"], "there is no session 'twic'; did you mean twice?"),
        (["sessions", "export", "twice"], "name one of 00000002 "),
        (["sessions", "delete", "../workspaces"], "there is no session"),
        (["sessions", "recover", "twice"], "there is no deleted session 'twice'"),
        (["sessions", "rename", "00000001", " "], "a session needs a name"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    sessions: Path, capfd: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    for identity in ("00000001", "00000002"):
        put(sessions, "twice", identity)
    before = tree(sessions)
    code, out, err = answer(capfd, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert {name: digest for name, digest in tree(sessions).items() if not name.endswith("lock")} == {
        name: digest for name, digest in before.items() if not name.endswith("lock")
    }


def test_a_run_that_cannot_be_kept_is_printed_and_fails(
    sessions: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise OSError(28, "No space left on device")

    hunted(capfd, "full")
    before = tree(sessions)
    monkeypatch.setattr(SessionFolder, "write_run", refuse)
    code, out, err = answer(capfd, "run", "T1119-91", "-w", "small", "-s", "full", "-f", "jsonl", "--device", "alpha*")
    assert code != 0
    assert json.loads(out)["ProcessCount"] == 5
    assert "not kept in session full: No space left on device" in err
    assert tree(sessions) == before


def test_runs_that_fail_are_kept_too(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, _ = answer(capfd, "run", "T1119-91", "-w", "small", "-s", "one", "--timeout", "0.00001")
    assert code == 4
    _, runs, problems = opened(entries(sessions)[0].path)
    assert (runs[1].outcome.state, runs[1].rows_sha256, problems) == (State.TIMED_OUT, "", [])


def test_a_session_goes_to_a_file_and_comes_back(
    sessions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hunted(capfd, "INC 4471")
    target = tmp_path / "INC-4471.huntdeck"
    out, _ = fine(capfd, "sessions", "export", "inc 4471", "-o", str(tmp_path))
    assert out.startswith(f"{target}: ")
    code, _, err = answer(capfd, "sessions", "export", "inc 4471", "-o", str(target))
    assert code == 1
    assert "there is such a file already" in err
    fine(capfd, "sessions", "export", "inc 4471", "-o", str(target), "--force")
    out, _ = fine(capfd, "sessions", "import", str(target))
    first, second = entries(sessions)
    assert {first.identity, second.identity} > {first.identity}
    assert "INC 4471 (" in out
    assert "1 runs, 0 marks" in out
    imported = next(entry for entry in (first, second) if entry.imported)
    assert opened(imported.path)[1] == opened(next(entry for entry in (first, second) if not entry.imported).path)[1]
    out, _ = fine(capfd, "sessions")
    assert "(imported by " in out


def test_a_file_that_is_not_taken_in_is_named_with_the_reason(
    sessions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad\x1b[2J.huntdeck"
    bad.write_text("no")
    code, out, err = answer(capfd, "sessions", "import", str(bad))
    assert (code, out) == (1, "")
    assert "\x1b" not in err
    assert "is not taken in: it is no session file: it is not a zip archive" in err
    code, _, err = answer(capfd, "sessions", "import", str(tmp_path / "none"))
    assert code == 1
    assert "No such file" in err
    assert entries(sessions) == []


def test_sessions_are_listed_shown_deleted_recovered_and_renamed(
    sessions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = put(sessions, "one [/]\x1b[2J", "00000001")
    out, _ = fine(capfd, "sessions", "list")
    assert out.splitlines()[0].split() == ["identity", "saved", "runs", "marks", "size", "workspace", "name"]
    assert "00000001  2026-11-21 14:02:31Z     2      1" in out
    assert "one [/]␛[2J" in out
    out, _ = fine(capfd, "sessions", "show", "00000001")
    assert "run   1  2026-11-21 14:02:31Z  T1119-91 devices of run 1, fin-ws-114, ProcessCount: truncated" in out
    for words in ("mark in run 2, row 4 #exfil #c2: look⏎here", "Asked the owner.", "verdict benign until"):
        assert words in out
    out, _ = fine(capfd, "sessions", "delete", "00000001")
    assert "now lies in" in out
    out, err = fine(capfd, "sessions")
    assert "there are no sessions in" in err
    out, _ = fine(capfd, "sessions", "recover")
    assert "(deleted 2" in out
    out, _ = fine(capfd, "sessions", "recover", "00000001")
    assert path.is_dir()
    fine(capfd, "sessions", "rename", "00000001", "another  name")
    assert session_in(path).name == "another name"


def test_json_says_the_same(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = put(sessions, "one", "00000001")
    for words in (("sessions", "--json"), ("sessions", "list", "--json")):
        out, _ = fine(capfd, *words)
        (listed,) = json.loads(out)
        assert (listed["name"], listed["saved"], listed["runs"]) == ("one", "2026-11-21T14:02:31.123456Z", 2)
        assert listed["path"] == str(path)
    out, _ = fine(capfd, "sessions", "show", "one", "--json")
    shown = json.loads(out)
    assert [run["number"] for run in shown["runs"]] == [1, 2]
    assert shown["runs"][0]["query"]["kql"].startswith("DeviceProcessEvents")
    assert shown["marks"][0]["note"] == "look\nhere"
    assert shown["problems"] == []


def test_a_session_that_is_damaged_is_shown_as_far_as_it_can_be(
    sessions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = put(sessions, "one", "00000001")
    (path / "runs" / "1.toml").write_text("no")
    before = tree(path)
    code, out, err = answer(capfd, "sessions", "show", "one")
    assert code == 1
    assert "run   2" in out
    assert "amiss: run 1 is left out" in err
    assert tree(path) == before
    (path / "session.toml").write_text("no")
    out, _ = fine(capfd, "sessions")
    assert "(cannot be read: session.toml: not TOML" in out


def test_a_run_that_is_stopped_is_kept_as_such(home: Path, sessions: Path) -> None:
    """The program, interrupted while its query runs."""
    child = subprocess.Popen([sys.executable, "-c", HELD], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"asked\n"
    os.kill(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert child.returncode == 4, err
    _, runs, problems = opened(entries(sessions)[0].path)
    assert (runs[1].outcome.state, runs[1].rows_sha256, problems) == (State.CANCELLED, "", [])
    assert b"kept as run 1 of session stopped" in err


def test_two_programs_keep_their_runs_in_two_sessions(home: Path, sessions: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tui.cli", "run", "T1119-91", "-w", "small", "-s", name],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for name in ("one", "two")
    ]
    for child in children:
        _, err = child.communicate(timeout=60)
        assert child.returncode in (0, 3), err
    found = entries(sessions)
    assert {entry.name for entry in found} == {"one", "two"}
    first, second = (opened(entry.path) for entry in found)
    assert [replace(run, began=first[1][1].began, seconds=0.0, statistics={}) for run in second[1].values()] == [
        replace(run, seconds=0.0, statistics={}) for run in first[1].values()
    ]
