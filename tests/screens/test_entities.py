"""The entities of the session, and pivots from within a text, by key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
from textual.events import Paste

from tests.support.desk import Desk, small_desk
from tests.support.small import small_workspace
from tui.screens.copies import copies_of
from tui.triage.records.model import Mark


async def open_entities(one: Desk) -> None:
    await one.press("colon", *"entities of this", "enter")
    await one.until(lambda: "letters narrow the list" in one.text)


async def test_entities_are_listed_narrowed_and_gone_on_from(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await open_entities(one)
        assert "3 of 3" in one.text
        await one.press(*"alpha")
        await one.until(lambda: "1 of 3" in one.text)
        await one.press("enter")
        await one.until(lambda: "rows of run 1" in one.text)
        assert "Events of a device" in one.text
        await one.press("enter")
        await one.settle()
        assert "timeline alpha.corp.example" in one.trail


async def test_the_rows_that_hold_one_are_shown(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("FileCount")
        await one.press("enter")
        await one.settle()
        await open_entities(one)
        await one.press(*"j.doe", "enter")
        await one.until(lambda: "rows of run 2" in one.text)
        await one.press(*"rows of run", "enter")
        await one.settle()
        assert "only corp\\j.doe" in one.text or "only j.doe" in one.text
        assert "15" in one.trail


async def test_they_are_copied_defanged(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        mark = Mark("k", 1, 0, "ana", datetime(2026, 11, 21, tzinfo=UTC), {"RemoteIP": "203.0.113.9"})
        one.screen.session.findings.mark(mark)
        await open_entities(one)
        await one.press(*"203.0", "ctrl+d")
        copies = copies_of(one.app)
        await one.until(lambda: copies.last is not None)
        assert copies.last is not None
        assert copies.last.text == "address\t203[.]0[.]113[.]9"


async def test_p_offers_what_stands_within_a_text(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path)
    await workspace.close()
    with duckdb.connect(str(workspace.path)) as connection:
        connection.execute(
            "UPDATE DeviceProcessEvents SET ProcessCommandLine = 'copy \\\\gamma.corp.example\\c$\\x ' || ProcessCommandLine"
        )
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("ProcessCount")
        await one.press("enter")
        await one.settle()
        await one.go_to("ProcessCommandLine")
        await one.press("p")
        await one.until(lambda: "ProcessCommandLine = gamma.corp.example" in one.text)
        await one.press(*"gamma", "enter")
        await one.settle()
        assert "gamma.corp.example" in one.trail


async def test_they_are_written_to_a_file_that_is_matched_again(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await open_entities(one)
        await one.press(*"alpha", "ctrl+e")
        await one.until(lambda: "1 indicator, one a line" in one.text)
        await one.press("ctrl+u")
        one.app.post_message(Paste(str(tmp_path / "known.txt")))
        await one.press("enter")
        await one.until(lambda: "written to" in one.line("keys"))
    assert (tmp_path / "known.txt").read_text(encoding="utf-8") == "alpha.corp.example\n"
    assert (tmp_path / "known.txt").stat().st_mode & 0o077 == 0
