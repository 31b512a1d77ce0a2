"""From a cell to other events: pivots."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.triage.cell import Cell
    from tui.triage.pivots import Pivot

_MOST_WITHIN = 100
"""Pivots that are offered from within one text."""


def cell_with_device(screen: MainScreen) -> Cell | None:
    """The cell under the cursor; where its row names no device but is of one, that of the cell it was opened from."""
    from tui.triage.pivots import device_of

    cell = screen.cell()
    if cell is None or device_of(cell.row) or not any(bound.key.subject == "device" for bound in cell.run.query.bounds):
        return cell
    above = next((device_of(opened.row) for opened in screen.trail.opened if opened and device_of(opened.row)), "")
    return replace(cell, row={**cell.row, "DeviceName": above})


def pivot(screen: MainScreen) -> None:
    """Offers the hunts that can start from the cell, from what stands within it, then from the rest of its row."""
    from tui.screens.choose import ChooseScreen
    from tui.triage.entities import text_pivots
    from tui.triage.pivots import entity_of, pivots_for

    cell = cell_with_device(screen)
    if cell is None:
        return
    pivots = screen.session.catalogue.pivots
    found = pivots_for(pivots, cell.run.query, cell.row, cell.column)
    if isinstance(cell.value, str) and entity_of(cell.column) in ("", "file", "domain"):
        own = sum(one.column == cell.column for one in found)
        within = [one for one in text_pivots(pivots, cell.value, cell.column) if one not in found]
        found[own:own] = within[:_MOST_WITHIN]
    if not found:
        screen.say("nothing in this row can start a pivot")
        return

    def chosen(index: int | None) -> None:
        if index is not None:
            screen.attempt(lambda: _start(screen, found[index], cell))

    options = [(one.hunt.title, f"{one.column} = {', '.join(one.values.values())}") for one in found]
    screen.app.push_screen(ChooseScreen(f"Pivot from {cell.column}", options), chosen)


def _start(screen: MainScreen, chosen: Pivot, cell: Cell) -> None:
    from tui.triage.around import TREE_SPAN, window_around
    from tui.triage.pivots import moment_of
    from tui.triage.queries.processes import has_processes

    place = screen.trail.current
    # The minutes around an event are too few to see where else a value was.
    window = screen.session.window if place is not None and place.centre is not None else cell.run.context.window
    moment = moment_of(cell.row, cell.column) if has_processes(chosen.hunt) else None
    if moment is not None:
        window = window_around(moment, TREE_SPAN)
    screen.session.values[chosen.hunt.id] = dict(chosen.values)
    screen.push(screen.session.run_view(chosen.hunt, window=window), cell)
