"""`huntdeck sessions report`, `verify` and `compare` on a session that lies on disk."""

from __future__ import annotations

import hashlib
import json
import stat
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from tests.support.active import active_html, active_markdown
from tests.support.hostile_report import a_hunt
from tests.support.records import a_run, a_session
from tui.cli import main
from tui.settings.paths import sessions_folder
from tui.triage.queries.context import Key
from tui.triage.records.folder import SessionFolder, hunt_file_of
from tui.triage.records.model import RunRecord
from tui.workspaces.protocol import Outcome, State

SOURCE = a_hunt().source
ROWS = {
    1: [("alpha", 1), ("beta\x1b[2J", 2)],
    2: [("beta\x1b[2J", 5), ("gamma", 1)],
}


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a session with two runs of a view, and a failed one of another."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = SessionFolder.create(sessions_folder() / "inc-4471-0a1b2c3d", "ana@host")
    for number, rows in ROWS.items():
        table = pa.table({"DeviceKey": [name for name, _ in rows], "ProcessCount": [count for _, count in rows]})
        folder.write_run(_run(number, len(rows)), SOURCE, table.to_batches())
    failed = replace(_run(3, 0), outcome=Outcome(State.FAILED, "no such column"))
    folder.write_run(replace(failed, query=replace(failed.query, view="accounts")), SOURCE, None)
    digests = {number: folder.run_digest(number) for number in (1, 2, 3)}
    folder.write_session(replace(a_session(), name="INC-4471", runs=digests, trail=()))
    folder.close()
    return folder.path


def _run(number: int, rows: int) -> RunRecord:
    hunt_file = hunt_file_of("T1119-91", SOURCE)
    query = replace(a_run(number).query, keys=(Key("DeviceKey", subject="device"),))
    return replace(
        a_run(number), query=query, hunt_file=hunt_file, origin=None, received=rows, outcome=Outcome(State.COMPLETE)
    )


def command(*words: str) -> int:
    return main(["sessions", *words])


def test_a_report_goes_to_standard_output(saved: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert command("report", "INC-4471") == 0
    text = capfdbinary.readouterr().out.decode()
    assert text.startswith("# Threat hunt report: ")
    assert "2 devices" in text
    assert "**failed** no such column" in text
    assert active_markdown(text) == []


def test_a_report_is_written_in_the_form_of_its_name(saved: Path, tmp_path: Path) -> None:
    for name in ("r.md", "r.html", "r.json", "r.layer.json"):
        assert command("report", "0a1b2c3d", "-o", str(tmp_path / name)) == 0
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert active_html((tmp_path / "r.html").read_text()) == []
    assert json.loads((tmp_path / "r.json").read_text())["name"] == "INC-4471"
    assert json.loads((tmp_path / "r.layer.json").read_text())["versions"]["layer"] == "4.5"
    assert command("report", "inc-4471", "-o", str(tmp_path / "s.md"), "--navigator", str(tmp_path / "n.json")) == 0
    assert json.loads((tmp_path / "n.json").read_text())["domain"] == "enterprise-attack"


def test_a_report_of_another_form_is_refused_before_anything_is_read(
    saved: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command("report", "nothing", "-o", str(tmp_path / "r.pdf")) == 2
    assert "a report ends in .md, .html, .json or .layer.json" in capfd.readouterr().err


def test_a_file_that_is_there_is_replaced_only_when_told_to(
    saved: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "r.md"
    target.write_text("mine")
    assert command("report", "INC-4471", "-o", str(target)) == 1
    assert "there is such a file already; --force replaces it" in capfd.readouterr().err
    assert target.read_text() == "mine"
    assert command("report", "INC-4471", "-o", str(target), "--force") == 0
    assert target.read_text().startswith("# Threat hunt report")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_an_unknown_session_is_named_with_the_nearest(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert command("report", "INC-4472") == 2
    assert "did you mean INC-4471" in capfd.readouterr().err


def test_a_report_says_what_is_damaged(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _flip(saved / "runs" / "2.parquet")
    assert command("report", "INC-4471") == 0
    out, err = capfd.readouterr()
    assert "rows of run 2 cannot be read" in out
    assert "rows of run 2 cannot be read" in err
    assert (saved / "runs" / "2.parquet").exists(), "a report moves nothing"


def test_parameters_are_starred_by_the_hunt_as_it_was_run(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command("report", "INC-4471")
    out, err = capfd.readouterr()
    assert "- `p_tools *`: `robocopy.exe`, `x<U+001B>[2J`\n- `p_minimum`: `3`\n" in out
    assert err == ""
    next((saved / "hunts").iterdir()).write_text("id = ")
    command("report", "INC-4471")
    out, err = capfd.readouterr()
    assert "- `p_tools`: " in out
    assert "the hunt of run 1, 2, 3 cannot be used" in err


def test_verify_agrees_with_what_was_saved(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert command("verify", "INC-4471") == 0
    out, _ = capfd.readouterr()
    assert "run 1: description ok, query ok, hunt ok, rows ok, row count ok\n" in out
    assert "run 3: description ok, query ok, hunt ok, rows ok\n" in out
    assert "3 runs, 15 parts checked, 0 not as they were saved\n" in out


def test_verify_names_what_was_changed(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _flip(saved / "runs" / "2.parquet")
    (saved / "runs" / "3.toml").unlink()
    assert command("verify", "INC-4471") == 1
    out, _ = capfd.readouterr()
    assert "run 1: description ok, query ok, hunt ok, rows ok, row count ok\n" in out
    assert "  rows changed: " in out
    assert "run 3: description missing\n" in out


def test_verify_notices_a_session_that_was_changed_by_hand(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = saved / "session.toml"
    file.write_text(file.read_text().replace("benign", "unknown"))
    assert command("verify", "INC-4471") == 1
    out, _ = capfd.readouterr()
    assert "session.toml: changed: it is not as huntdeck saved it\n" in out
    assert "1 not as they were saved" in out


def test_verify_does_not_follow_links(saved: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    target = saved / "runs" / "1.parquet"
    target.rename(tmp_path / "moved")
    target.symlink_to(tmp_path / "moved")
    assert command("verify", "INC-4471") == 1
    assert "is a link, which is not followed" in capfd.readouterr().out


def test_the_digest_of_a_report_is_that_of_the_contents(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command("verify", "INC-4471", "--contents")
    digest = hashlib.sha256(capfd.readouterr().out.encode()).hexdigest()
    command("report", "INC-4471")
    assert f"Contents: SHA-256 `{digest}`" in capfd.readouterr().out
    assert command("verify", "INC-4471", "--digest", digest.upper()) == 0
    assert "the contents are those of the report" in capfd.readouterr().out
    assert command("verify", "INC-4471", "--digest", "0" * 64) == 1
    assert "the contents are NOT those of the report" in capfd.readouterr().out


def test_a_session_that_cannot_be_read_cannot_be_checked(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (saved / "session.toml").write_text("format = ")
    assert command("verify", "inc-4471-0a1b2c3d") == 2
    assert "the session cannot be checked: not TOML" in capfd.readouterr().err


def test_two_runs_are_compared(saved: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert command("compare", "INC-4471", "1", "2", "-f", "jsonl") == 0
    out, err = capfd.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["Compared"], row["DeviceKey"], row["Changes"]) for row in rows] == [
        ("new", "gamma", ""),
        ("gone", "alpha", ""),
        ("changed", "beta\x1b[2J", "ProcessCount: 2 -> 5"),
    ]
    assert "1 new, 1 gone, 1 changed, 0 unchanged" in err
    assert command("compare", "INC-4471", "1", "2", "-o", str(tmp_path / "c.txt")) == 0
    text = (tmp_path / "c.txt").read_text()
    assert "\x1b" not in text
    assert "DeviceKey" not in text, "a hidden column"


def test_what_cannot_be_compared_is_a_usage_error(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert command("compare", "INC-4471", "1", "3") == 2
    assert "only runs of the same view" in capfd.readouterr().err
    assert command("compare", "INC-4471", "1", "9") == 2
    assert "has no run 9; its runs: 1, 2, 3" in capfd.readouterr().err
    _flip(saved / "runs" / "2.parquet")
    assert command("compare", "INC-4471", "1", "2") == 2
    assert "rows of run 2 cannot be read" in capfd.readouterr().err


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
