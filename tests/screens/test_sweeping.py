"""Sweeps on the main screen: ticked or a node, followed, stopped, asked, kept and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk, small_desk
from tui.triage.records.folder import session_in
from tui.triage.runs import Phase
from tui.workspaces.protocol import State, Window

COPIES, NAMED, REFUSED, MAIL = "T1119-91", "T1119-92", "T1560-01", "T1560-02"


async def tick(one: Desk, *hunts: str) -> None:
    for hunt in hunts:
        one.screen.hunt_tree.select(hunt)
        await one.press("space")


async def swept(one: Desk) -> None:
    """Waits until the sweep is over and said."""
    await one.until(lambda: one.screen.session.sweeps and one.screen.session.sweeping is None, "the end of the sweep")
    await one.until(lambda: "): " in one.line("keys"), "its words")


def badge(one: Desk, hunt: str) -> str:
    tree = one.screen.hunt_tree
    place = next(place for place, node in enumerate(tree._shown) if node.hunt == hunt)
    return tree.lines[place].rpartition("  ")[2].strip()


async def held_at_the_first(one: Desk) -> None:
    """Begins a sweep of two hunts, the first of which waits once the sweep was estimated."""
    real = one.workspace.run

    async def run(query: str, *given: Any) -> Any:
        one.workspace.held = not query.endswith("| count\n")
        return await real(query, *given)

    one.workspace.run = run
    await tick(one, COPIES, REFUSED)
    await one.press("R")
    await one.until(lambda: one.screen.session.sweeping, "the sweep")
    await one.until(lambda: any(run.phase is Phase.RUNNING for run in one.screen.session.runs), "its first run")


async def test_ticked_hunts_are_run_and_badges_fill_in(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await tick(one, COPIES, NAMED, REFUSED)
        assert "3 ticked" in one.line("header")
        assert "R sweep" in one.line("keys")
        await one.press("R")
        await swept(one)
        assert one.line("keys").startswith("sweep 1 (3 ticked hunts): 1 complete, 1 not run, 1 failed")
        assert badge(one, COPIES).startswith("3 ")
        assert (badge(one, NAMED), badge(one, REFUSED)) == ("not run", "failed")
        assert "ticked" not in one.line("header")
        assert "sweep" not in one.line("header")
        assert one.screen.in_tree
        assert one.screen.trail.current is None
        await one.open_hunt()
        assert len(one.screen.session.runs) == 2


async def test_r_on_a_node_runs_all_of_it_and_on_a_hunt_lists_the_runs(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await one.press("R")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the runs")
        await one.press("escape", "home")
        await one.until(lambda: "R sweep" in one.line("keys"), "the key")
        await one.press("R")
        await swept(one)
        (sweep,) = one.screen.session.sweeps
        assert sweep.title == "TA0009 Collection"
        assert sweep.hunts == (COPIES, NAMED, REFUSED, MAIL)


async def test_a_run_of_the_sweep_leaves_the_words_alone_and_the_header_counts(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await held_at_the_first(one)
        assert "sweep 0 of 2" in one.line("header")
        assert (badge(one, COPIES), badge(one, REFUSED)) == ("…", "waits")
        assert "sweep 1 (2 ticked hunts) begins: 2 queries" in one.line("keys")
        await one.press("R")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the runs")
        await one.press("escape", "home", "R")
        await one.pilot.pause()
        assert "Ctrl+C on the tree stops it" in one.line("keys")
        one.workspace.let_go.set()
        await swept(one)
        assert [sweep.number for sweep in one.screen.session.sweeps] == [1]


async def test_ctrl_c_on_the_tree_offers_to_stop_it(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await held_at_the_first(one)
        await one.press("ctrl+c")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the choice")
        await one.press("enter")
        await swept(one)
        assert "1 cancelled, 1 not begun" in one.line("keys")
        assert badge(one, COPIES) == "stopped"
        assert len(one.screen.session.runs) == 1


async def test_one_run_of_it_can_be_stopped(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await held_at_the_first(one)
        one.screen.hunt_tree.select(COPIES)
        await one.press("ctrl+c")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the choice")
        await one.press("down", "enter")
        one.workspace.let_go.set()
        await swept(one)
        assert [run.outcome.state for run in one.screen.session.runs] == [State.CANCELLED, State.FAILED]


async def test_much_is_asked_first(desk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.triage.sweep_estimate.MANY_EVENTS", 20)
    async with desk() as one:
        await tick(one, COPIES)
        await one.press("R")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the question")
        await one.pilot.pause()
        assert "1 query on 2 tables; 32 events" in one.text
        await one.press("n")
        await one.until(lambda: len(one.app.screen_stack) == 1)
        assert (one.screen.session.sweeps, one.screen.session.runs) == ([], [])
        assert one.screen.hunt_tree.ticked == [COPIES]
        await one.press("R")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the question")
        await one.press("y")
        await swept(one)


async def test_hunts_of_which_none_can_begin_say_why(desk: Callable[..., Any]) -> None:
    async with desk() as one:
        await tick(one, NAMED, MAIL)
        await one.press("R")
        await one.until(lambda: "none of these hunts can begin" in one.line("keys"), "the reason")
        assert f"{NAMED}: name: a value is required" in one.line("keys")
        assert one.screen.session.sweeps == []


async def test_leaving_stops_it_and_coming_back_goes_on(tmp_path: Path) -> None:
    async with small_desk(tmp_path, tmp_path / "sessions") as one:
        session = one.screen.session
        session.window = Window(session.window.start, session.window.end - timedelta(minutes=1))
        await held_at_the_first(one)
        await one.press("ctrl+q")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the question")
        await one.pilot.pause()
        assert "The sweep would be stopped" in one.text
        await one.press("y")
    (folder,) = (tmp_path / "sessions").glob("small-*")
    kept = session_in(folder).sweeps[0]
    assert kept.runs == {COPIES: 1}
    async with small_desk(tmp_path, tmp_path / "sessions", folder) as one:
        assert "sweep 1 (2 ticked hunts): 1 cancelled, 1 not begun" in one.line("keys")
        one.screen.session.window = replace(one.screen.session.window, end=kept.window.end - timedelta(minutes=9))
        await one.press("colon")
        await one.until(lambda: len(one.app.screen_stack) == 2, "the commands")
        await one.press(*"sweepthatwas", "enter")
        await swept(one)
        assert "1 complete, 1 failed" in one.line("keys")
        runs = one.screen.session.runs
        assert [(run.number, run.hunt_id) for run in runs] == [(1, COPIES), (2, COPIES), (3, REFUSED)]
        assert {run.context.window for run in runs} == {kept.window}
    assert session_in(folder).sweeps[0].runs == {COPIES: 2, REFUSED: 3}
