"""Sessions that were changed by hand, or come from elsewhere, and ask for what their rows do not have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.desk import small_desk
from tui.results.view import Filter, RowView
from tui.triage.records.folder import SessionFolder
from tui.triage.records.model import StepRecord
from tui.triage.records.shelf import entries, with_digests


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (StepRecord(1, RowView(), 10**12, "Nowhere"), ""),
        (StepRecord(1, RowView(filters=(Filter("Nowhere", "==", 1),))), "there is no column 'Nowhere'"),
        (StepRecord(1, RowView((("Nowhere", True),))), "there is no column 'Nowhere'"),
        (StepRecord(1, RowView(filters=(Filter("FileCount", "<", "x'; DROP"),))), "Could not convert string"),
        (StepRecord(1, RowView(filters=(Filter("DeviceName", "matches", "(["),))), "missing ]"),
        (StepRecord(1, RowView(filters=(Filter("FileCount", ">", 10**18),))), ""),
    ],
)
async def test_a_view_that_does_not_fit_is_left_out_and_said(tmp_path: Path, step: StepRecord, words: str) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await one.open_hunt()
        await one.until(lambda: one.screen.keeper.saved is not None and not one.screen.keeper.dirty, "saved")
    (entry,) = entries(sessions)
    folder, contents = SessionFolder.open(entry.path, "ana@host")
    folder.write_session(replace(with_digests(folder, contents), trail=(step,)))
    folder.close()
    async with small_desk(tmp_path, sessions, entry.path) as one:
        await one.settle()
        assert (words in one.line("keys")) if words else ("do not fit" not in one.line("keys"))
        assert one.place[0] == "devices"
        if words:
            assert "order and filters do not fit these rows, and are left out" in one.line("keys")
            assert one.screen.pane.has_rows
