"""An error of the program's own in a run: told without what it says, which may be a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.small import small_catalogue, small_workspace
from tui.results.errors import ResultStoreError
from tui.results.store import ResultStore
from tui.triage.session import Session
from tui.workspaces.protocol import State

SECRET = "Zx9-5f3c0d9a-secret"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError(f"token {SECRET}"), "an error of huntdeck's own: RuntimeError; report: "),
        (ResultStoreError("no room on the disk"), "rows cannot be kept: no room on the disk"),
    ],
)
async def test_a_run_that_fails_says_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    workspace = small_workspace(tmp_path)

    async def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(workspace, "run", fail)
    session = Session(workspace, small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await session.prepare()
    run = session.run_view(session.catalogue.hunts["T1119-91"])
    assert run.task is not None
    await run.task
    assert run.outcome is not None
    assert run.outcome.state is State.FAILED
    assert run.outcome.reason.startswith(words)
    assert SECRET not in run.outcome.reason
    reports = list((tmp_path / "state").rglob("crash-*"))
    assert len(reports) == ("own" in words)
    assert all(SECRET not in report.read_text() for report in reports)
    await session.close()
