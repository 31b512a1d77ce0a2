"""Runs on the main screen: several at once, stopped, ended elsewhere, not possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.desk import Desk as Desk
from tui.workspaces.protocol import State


async def test_leaving_asks_when_runs_would_be_lost(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        one.workspace.held = True
        await one.press("enter")
        await one.until(lambda: one.workspace.asked == 1)
        await one.press("ctrl+q")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the question")
        await one.pilot.pause()
        assert "1 run would be stopped" in one.text
        await one.press("n")
        await one.until(lambda: len(one.app.screen_stack) == 1)
        assert one.screen.session.active()


async def test_a_run_is_cancelled_at_once_and_says_so(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        one.workspace.held = True
        await one.press("enter")
        await one.until(lambda: one.workspace.asked == 1)
        assert "1 running" in one.line("header")
        assert "…" in one.screen.hunt_tree.lines[2]
        await one.press("ctrl+c")
        await one.until(lambda: "Cancelled" in one.text)
        assert one.screen.session.runs[0].outcome.state is State.CANCELLED
        assert one.screen.hunt_tree.lines[2].endswith("stopped")
        assert "running" not in one.line("header")
        await one.press("ctrl+c")
        await one.pilot.pause()
        assert "nothing runs here" in one.line("keys")


async def test_several_runs_go_on_at_once_each_with_its_state(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        one.workspace.held = True
        await one.press("enter")
        await one.until(lambda: one.workspace.asked == 1)
        one.screen.hunt_tree.select("T1560-01")
        for _ in range(2):
            await one.press("r")
        await one.until(lambda: "2 running, 1 waits" in one.line("header"), "the queue")
        one.workspace.let_go.set()
        await one.settle()
        assert [run.received for run in one.screen.session.runs] == [3, 3, 3]


async def test_a_hunt_that_cannot_run_says_why_and_what_next(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt("T1560-01")
        assert "make_string" in one.text
        assert "K shows the query" in one.text
        assert one.screen.hunt_tree.lines[5].endswith("failed")
        await one.press("tab")
        one.screen.hunt_tree.select("T1560-02")
        await one.press("enter")
        await one.pilot.pause()
        assert "T1560-02 Mail only cannot run here." in one.text
        assert "OfficeActivity" in one.text
        await one.press("escape")
        assert one.screen.in_tree


async def test_a_hunt_with_an_empty_required_parameter_opens_its_form(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        one.screen.hunt_tree.select("T1119-92")
        await one.press("enter")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the form")
        await one.press(*"copy-0-1.pdf", "f5")
        await one.settle()
        assert one.trail.startswith("T1119-92 A named file > devices | 3 of 3")
        await one.press("e")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the form")
        await one.pilot.pause()
        assert "copy-0-1.pdf" in one.text
        await one.press(*["backspace"] * 12, *"nothing", "f5")
        await one.settle()
        assert "No rows: the data was there" in one.text


async def test_rows_are_shown_as_they_arrive(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        run = one.screen.session.runs[0]
        table = run.rows.prepare().arrow()
        one.workspace.answer = [batch.slice(place, 1) for batch in table.to_batches() for place in range(3)]
        await one.press("r")
        for number in (1, 2):
            one.workspace.give.release()
            await one.until(lambda number=number: one.screen.trail.current.step.run.received == number)
            await one.until(lambda number=number: f"{number} so far" in one.trail)
            await one.until(lambda: one.screen.pane.values)
        await one.press("down", "right")
        assert "running" in one.trail
        one.workspace.give.release()
        await one.settle()
        assert "| 3 of 3 | complete" in one.trail
        assert one.screen.pane.column == "LegsHit"


async def test_a_run_that_ends_elsewhere_is_told(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        one.workspace.held = True
        await one.press("enter")
        await one.until(lambda: one.workspace.asked == 1)
        one.workspace.held = False
        await one.press("tab")
        one.screen.hunt_tree.select("T1560-01")
        await one.press("enter")
        await one.until(lambda: one.screen.session.runs[1].outcome is not None)
        one.workspace.let_go.set()
        await one.until(lambda: "T1119-91 devices: 3 of 3, complete" in one.line("keys"))


async def test_a_view_that_was_run_is_shown_again_without_a_query(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        for view in ("accounts", "devices"):
            await one.press("v")
            await one.until(lambda: len(one.app.screen_stack) == 2, "the views")
            await one.press(*view, "enter")
            await one.until(lambda view=view: one.screen.trail.current.step.run.query.view == view)
            await one.settle()
        assert one.workspace.asked == 2


async def test_the_runs_list_leads_to_a_run(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("FileCount")
        await one.press("enter")
        await one.settle()
        await one.press("R")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the runs")
        await one.pilot.pause()
        await one.press("down", "enter")
        await one.until(lambda: len(one.screen.trail.places) == 1)
        await one.settle()
        assert one.place == ("devices", 0, "FileCount")
