"""Showing what is there: a place's rows or words, a row with all its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.results.prepared import PreparedView
    from tui.results.view import RowView
    from tui.screens.main import MainScreen
    from tui.screens.places import Place
    from tui.triage.cell import Cell
    from tui.triage.runs import Run

Field = tuple[str, object]


def show_place(screen: MainScreen) -> None:
    """Shows the current place as far as it is there: words at once, rows when they are ready."""
    place = screen.trail.current
    if place is None:
        return
    run = place.step.run
    if run.rows is None or not run.received:
        from tui.triage.words import empty_words

        screen.pane.show_words(empty_words(run))
        screen.pane.show_chips([])
        screen.show_trail()
    else:
        screen.run_worker(display(screen, place), group="display", description="display", exclusive=True)


async def display(screen: MainScreen, place: Place) -> None:
    """Makes the rows of `place` ready, and shows them when it is still the current one. ViewError as `Rows.prepare`."""
    from tui.triage.words import chip_words
    from tui.workspaces.threads import in_thread

    stored, view = place.step.run.rows, place.step.view
    if stored is None:
        return
    if not place.ready:
        came = stored.count
        prepared = await in_thread(lambda: stored.prepare(view), stored.interrupt)
        if place.step.view != view:
            return
        place.prepared, place.came = prepared, came
    if place is screen.trail.current and place.prepared is not None:
        screen.pane.show_rows(place, place.prepared)
        screen.pane.show_chips(chip_words(view, place.stacked))
        screen.show_trail()


async def look(screen: MainScreen, view: RowView) -> None:
    """Shows the rows of the current place by another view; the former one stays when that cannot be had."""
    place = screen.trail.current
    if place is None:
        return
    before, place.step.view = place.step.view, view
    try:
        await display(screen, place)
    except Exception:
        place.step.view = before
        raise


async def show_row(screen: MainScreen, cell: Cell) -> None:
    """All fields of a row of the current place, with the way to the others; the cursor follows."""
    place = screen.trail.current
    held = place.prepared if place is not None else None
    if held is not None:
        await _show_fields(screen, cell.run.query.title, held, screen.pane.row, screen.pane.go)


async def show_event(screen: MainScreen, run: Run) -> None:
    """All fields of the rows of `run`, which stays out of the trail."""
    from tui.workspaces.threads import in_thread

    stored = run.rows
    if stored is not None:
        await _show_fields(screen, run.query.title, await in_thread(stored.prepare), 0)


async def _show_fields(
    screen: MainScreen, title: str, held: PreparedView, index: int, left: Callable[[int], None] | None = None
) -> None:
    from tui.screens.event import EventScreen
    from tui.workspaces.threads import in_thread

    types = {info.name: info.kql_type for info in held.columns}

    async def load(position: int) -> list[Field]:
        found = await in_thread(lambda: held.page(position, 1))
        return list(zip(types, found[0], strict=True))

    def closed(position: int | None) -> None:
        if left is not None and position is not None:
            left(position)

    screen.app.push_screen(EventScreen(title, await load(index), index, held.count, types, load), closed)
