"""The time around a row: all of its device, by kind, by process tree, and farther or less far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.screens.actions.pivoting import cell_with_device
from tui.screens.actions.processes import is_of_processes
from tui.screens.actions.showing import look
from tui.screens.places import Place

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.turns import Work
    from tui.workspaces.protocol import Window


def around(screen: MainScreen) -> None:
    """All events of the row's device from 15 minutes before to 15 minutes after the row."""
    from tui.triage.around import centre_of, window_around
    from tui.triage.pivots import device_of, device_pivot, moment_of
    from tui.triage.runs import Step

    cell = cell_with_device(screen)
    if cell is None:
        return
    hunt = device_pivot(screen.session.catalogue.pivots)
    device, moment = device_of(cell.row), moment_of(cell.row, cell.column)
    if hunt is None or not device or moment is None:
        missing = "device" if not device else "time" if moment is None else "pivot for devices"
        screen.say(f"no {missing} in this row to show the time around", warning=True)
        return
    name = next(name for name, parameter in hunt.parameters.items() if parameter.entity)
    screen.session.values[hunt.id] = {name: device}
    run = screen.session.run_view(hunt, "timeline", window=window_around(moment))
    screen.push_place(Place(Step(run), opened=cell, moment=moment, centre=centre_of(cell.row, moment)))


def wider(screen: MainScreen) -> None:
    """The same timeline, one step farther before and after its middle."""
    from tui.triage.around import grown

    _resize(screen, grown, "this is as far as it goes: w sets a longer window")


def narrower(screen: MainScreen) -> None:
    """The same timeline, one step less far before and after its middle."""
    from tui.triage.around import shrunk

    _resize(screen, shrunk, "this is as near as it goes: H and Enter narrow the rows to a bar")


def _resize(screen: MainScreen, step: Callable[[Window, datetime], Window | None], last: str) -> None:
    """Asks anew in another window; one in which it was asked before is not asked again."""
    from tui.triage.around import middle, run_in
    from tui.triage.queries.compile import view_query
    from tui.triage.runs import Step

    place = screen.trail.current
    if place is None or not _has_span(place):
        screen.say("only a timeline or a process tree grows and shrinks: t shows what is around a row")
        return
    run = place.step.run
    moment = place.centre.moment if place.centre is not None else middle(run.context.window)
    window = step(run.context.window, moment)
    if window is None:
        screen.say(last)
        return
    context = replace(run.context, window=window)
    known = run_in(screen.session.runs, run, window)
    asked = known or screen.session.start(context, view_query(context, run.query.view, run.query.bounds))
    filters = tuple(one for one in place.step.view.filters if one.column != "EventTime")
    view = replace(place.step.view, only=None, without=(), filters=filters)
    kin = place.kin if place.step.view.only is not None else None
    new = Place(Step(asked, view), opened=place.opened, centre=place.centre, saved=place.saved, kin=kin)
    new.histogram, new.reference, new.kin_wanted = place.histogram, place.reference, kin is not None
    new.tree, new.moment = place.tree, moment if run.query.view == "timeline" else None
    screen.replace(new)


def _has_span(place: Place) -> bool:
    """Whether the rows are all that happened in a window, not what is behind a number."""
    run = place.step.run
    return (run.query.view == "timeline" or is_of_processes(run)) and run.origin is None and not place.derived


def only_kind(screen: MainScreen) -> Work | None:
    """Only the events of the row's leg, or all legs again."""
    from tui.results.view import Filter

    place, cell = screen.trail.current, screen.cell()
    if place is None or cell is None or "Leg" not in cell.row:
        screen.say("all rows here are of one kind: t shows all kinds around a row")
        return None
    view = place.step.view
    others = tuple(one for one in view.filters if one.column != "Leg")
    filters = others if len(others) < len(view.filters) else (*others, Filter("Leg", "==", cell.row["Leg"]))
    return look(screen, replace(view, filters=filters))


def only_kin(screen: MainScreen) -> Work | None:
    """Only events of the row's process, its ancestors and descendants, or all again."""
    from tui.triage.process_tree import done_by, started_by

    place, cell = screen.trail.current, screen.cell()
    if place is None or cell is None:
        return None
    if place.kin is not None and place.step.view.only is not None:
        return look(screen, replace(place.step.view, only=None))
    if cell.run.query.view != "timeline":
        screen.say("only a timeline is narrowed to a process tree: t shows the one around a row")
        return None
    place.kin = started_by(cell.row) or done_by(cell.row)
    if place.kin is None:
        screen.say("this row names no process")
        return None
    return narrow_to_kin(screen, place)


async def narrow_to_kin(screen: MainScreen, place: Place) -> None:
    """Shows only the rows of `place` that are of the process tree of its `kin`."""
    found = await kin_of(place)
    place.chosen = "the process tree"
    await look(screen, replace(place.step.view, only=found))


async def kin_of(place: Place) -> tuple[int, ...]:
    """The rows of `place`, by number, that are of the process tree of its `kin`."""
    from tui.triage.process_tree import WHOSE, of_family
    from tui.workspaces.threads import in_thread

    stored, kin = place.step.run.rows, place.kin
    if stored is None or kin is None:
        return ()

    def work() -> tuple[int, ...]:
        with stored.prepare() as held:
            rows = [dict(zip(WHOSE, row, strict=True)) for row in held.page(0, held.count, WHOSE)]
        return of_family(kin, rows)

    return await in_thread(work, stored.interrupt)
