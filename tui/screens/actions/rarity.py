"""How rare the values of a column are: among all devices, accounts and days, in the window and before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.screens.places import Place

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.triage.cell import Cell
    from tui.triage.queries.rarity import Shared
    from tui.triage.runs import Run


def show_rarity(screen: MainScreen) -> None:
    """Runs the rarity of the column under the cursor; asks which column where that is a number or a device."""
    from tui.screens.choose import ChooseScreen
    from tui.triage.queries.rarity import VIEW, columns_to_share, shared_of

    place, cell = screen.trail.current, screen.cell()
    if place is None or cell is None:
        return
    if place.derived or cell.run.query.view == VIEW:
        screen.say("these rows count values already: go back (Backspace) to the list they come from")
        return
    shared = shared_of(cell.run.context, cell.run.query, cell.row, cell.column)
    if shared.expression:
        _start(screen, cell, shared)
        return
    names = columns_to_share(cell.run.context, shared.leg)

    def chosen(index: int | None) -> None:
        if index is not None:
            screen.attempt(lambda: _start(screen, cell, replace(shared, expression=names[index])))

    screen.app.push_screen(
        ChooseScreen(f"Rarity of which column of {shared.leg}", [(name, "") for name in names]), chosen
    )


def _start(screen: MainScreen, cell: Cell, shared: Shared) -> None:
    from tui.triage.queries.rarity import rarity_context, rarity_query
    from tui.triage.runs import Step

    session = screen.session
    context = rarity_context(cell.run.context, shared, session.whole.start if session.whole else None)
    run = session.start(context, rarity_query(context))
    place = Place(Step(run), opened=cell)
    screen.push_place(place)
    if cell.column == shared.expression:
        screen.turns.beside(lambda: _go_to_value(screen, place, run, cell), "rarity", exclusive=True)


async def _go_to_value(screen: MainScreen, place: Place, run: Run, cell: Cell) -> None:
    """Puts the cursor on the value of `cell` once the rows are here."""
    from tui.results.view import Filter, RowView
    from tui.screens.actions.showing import show_place
    from tui.triage.queries.rarity import is_normalised, normalised
    from tui.workspaces.threads import in_thread

    if run.task is not None:
        await run.task
    stored, value = run.rows, cell.value
    if stored is None or place.step.view.chooses:
        return
    wanted = normalised(value) if isinstance(value, str) and is_normalised(cell.column) else value
    view = RowView(filters=(Filter("Value", "==", wanted),))
    found = await in_thread(lambda: stored.prepare(view).arrivals(0, 1))
    if found and place is screen.trail.current:
        place.arrival = found[0]
        show_place(screen)
