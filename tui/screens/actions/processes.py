"""The process tree of a place whose rows are processes: shown over them, and what is opened from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.places import Place
    from tui.screens.process_tree import Opened
    from tui.triage.process_tree import ProcessKey
    from tui.triage.runs import Run


def is_of_processes(run: Run) -> bool:
    """Whether the rows of `run` are processes, which a tree can show."""
    from tui.triage.queries.processes import PROCESSES

    return run.query.view == PROCESSES


async def show_tree(screen: MainScreen, place: Place, about: ProcessKey | None = None) -> None:
    """Shows the rows of `place` as a tree, about a process of theirs, or the one that was asked for."""
    from tui.screens.process_tree import ProcessTreeScreen, TreeLook
    from tui.triage.process_tree import build_tree
    from tui.workspaces.threads import in_thread

    run, stored = place.step.run, place.step.run.rows
    if stored is None:
        return
    if place.tree is None:
        place.tree = TreeLook(_asked_in(run))
    look = place.tree
    if about is not None and about != look.about:
        look.about, look.cursor, look.whole = about, about, False
        look.opened.add(about)
    look.shown = True

    def work() -> list[dict[str, Any]]:
        with stored.prepare() as held:
            names = [info.name for info in held.columns]
            return [dict(zip(names, row, strict=True)) for row in held.page(0, held.count, names)]

    tree = await in_thread(lambda: build_tree(work()), stored.interrupt)
    if place is not screen.trail.current or screen.app.screen is not screen:
        return
    counted = [known.name for known in run.query.columns if known.opens == "rows"]
    device = next((process.row.get("DeviceName") for process in tree.processes.values() if process.row), "")

    def done(answer: Opened | str | None) -> None:
        screen.attempt(lambda: _answered(screen, place, answer))

    title = f"Process tree of {device}, window {_window(run)}"
    said = "; the first only" if run.outcome is not None and run.outcome.state == "truncated" else ""
    screen.app.push_screen(ProcessTreeScreen(tree, look, counted, title, said, screen.zone), done)


def _window(run: Run) -> str:
    from tui.triage.words import window_words

    return f"{window_words(run.context.window)} UTC"


def _asked_in(run: Run) -> ProcessKey | None:
    """The process that the run's parameters name."""
    from tui.kql.literals import parse_datetime
    from tui.triage.process_tree import key_in

    named = {parameter.entity: run.context.values.get(name) for name, parameter in run.context.hunt.parameters.items()}
    created = named.get("process_time")
    moment = parse_datetime(created) if isinstance(created, str) and created else None
    return key_in({"Id": named.get("process"), "CreationTime": moment}, "")


def _answered(screen: MainScreen, place: Place, answer: Opened | str | None) -> None:
    """Does what was asked for in the tree of `place`."""
    if place is not screen.trail.current or place.tree is None:
        return
    from tui.screens.actions import around

    if answer == "list":
        place.tree.shown = False
    elif answer == "wider":
        around.wider(screen)
    elif answer == "nearer":
        around.narrower(screen)
    elif answer is None or isinstance(answer, str):
        place.tree.shown = len(screen.trail.places) > 1
        screen.go_back()
    else:
        _open(screen, place, answer.column, answer.row)


def _open(screen: MainScreen, place: Place, column: str, row: Mapping[str, Any]) -> None:
    from tui.screens.process_tree import START
    from tui.triage.cell import Cell
    from tui.triage.queries.compile import start_query
    from tui.triage.runs import origin_in

    run = place.step.run
    if column == START:
        opened = screen.session.start(run.context, start_query(run.context, row), origin_in(run, row, "FileName"))
        screen.push(opened, Cell(run, dict(row), "FileName"))
    else:
        screen.push(screen.session.open_cell(run, row, column), Cell(run, dict(row), column))
