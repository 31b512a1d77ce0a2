from __future__ import annotations

from pathlib import Path

import duckdb

from tests.support.desk import small_desk
from tests.support.small import small_workspace, write_run


def another_run(folder: Path) -> None:
    """One more run of a copy tool on the first device, and the first one on a new device."""
    with duckdb.connect(str(folder / "small.duckdb")) as connection:
        write_run(connection, "alpha.corp.example", 0, 40)
        write_run(connection, "delta.corp.example", 1, 50)


async def test_two_runs_side_by_side(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    await small_workspace(tmp_path).close()
    async with small_desk(tmp_path, sessions) as one:
        await one.open_hunt()
        await one.press("C")
        await one.until(lambda: "no other run of this view" in one.line("keys"))
        await one.screen.keeper.flush()
        folder = one.screen.keeper.folder
        assert folder is not None
    another_run(tmp_path)
    async with small_desk(tmp_path, sessions, folder.path) as one:
        await one.settle()
        await one.press("r")
        await one.settle()
        await one.press("C")
        await one.until(lambda: "Compare run 2 with" in one.text)
        await one.press("enter")
        await one.settle()
        assert "1 new, 0 gone, 1 changed, 2 unchanged" in one.line("keys")
        assert one.place[0] == "comparison"
        assert [(one.screen.pane.values["Compared"], one.screen.pane.values["DeviceName"])] == [
            ("new", "delta.corp.example")
        ]
        await one.go_to("ProcessCount", 1)
        assert "ProcessCount: 5 -> 6" in one.screen.pane.values["Changes"]
        await one.press("enter")
        await one.settle()
        assert one.screen.trail.current is not None
        assert one.screen.trail.current.step.run.received == 6
        await one.press("backspace")
        await one.settle()
        await one.go_to("Compared", 0)
        await one.press("enter")
        await one.until(lambda: "what became of the row" in one.line("keys"))
        await one.press("r")
        await one.until(lambda: "cannot run again" in one.line("keys"))
        await one.press("backspace")
        await one.settle()
        assert one.place[0] == "devices"
