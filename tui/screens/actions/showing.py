"""Showing what is there: a place's rows or words, a row with all its fields."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.screens.actions import histogram
from tui.screens.actions.processes import is_of_processes

if TYPE_CHECKING:
    from tui.results.prepared import PreparedView
    from tui.results.store import Rows
    from tui.results.view import RowView
    from tui.screens.main import MainScreen
    from tui.screens.places import Place
    from tui.triage.around import Centre
    from tui.triage.cell import Cell
    from tui.triage.judged import Judge
    from tui.triage.queries.context import Query
    from tui.triage.runs import Run

Field = tuple[str, object]


def show_place(screen: MainScreen) -> None:
    """Shows the current place as far as it is there: words at once, rows when they are ready."""
    place = screen.trail.current
    if place is None:
        return
    run = place.step.run
    if run.rows is None and run.load is not None:
        screen.pane.show_words(["reading the rows that were saved"])
        screen.run_worker(_load(screen, run), group="load", description="load", exclusive=True)
    elif run.rows is None or not run.received:
        from tui.triage.words import empty_words

        screen.pane.show_words(empty_words(run))
        screen.pane.show_chips([])
        screen.show_trail()
    elif run.outcome is not None or place is not screen.displaying:
        screen.run_worker(_display_once(screen, place), group="display", description="display", exclusive=True)


async def _load(screen: MainScreen, run: Run) -> None:
    """Reads the saved rows of `run` and shows them, when it is still the one that is shown."""
    try:
        await screen.session.load(run)
    except (OSError, ValueError) as error:
        run.load = None
        words = [f"The rows of this run are not there any more: {error}", "r runs it again."]
        if screen.trail.current is not None and screen.trail.current.step.run is run:
            screen.pane.show_words(words)
        return
    if screen.trail.current is not None and screen.trail.current.step.run is run:
        show_place(screen)


async def _display_once(screen: MainScreen, place: Place) -> None:
    """Displays `place`; while that goes on, rows that arrive do not begin it anew.

    Order and filters of an earlier day, or from elsewhere, may not fit the rows: then it is displayed without them.
    """
    from tui.results.view import RowView, ViewError
    from tui.triage.words import error_words

    screen.displaying = place
    try:
        try:
            await display(screen, place)
        except ViewError as error:
            place.step.view = RowView()
            screen.say(f"order and filters do not fit these rows, and are left out: {error_words(error)}", warning=True)
            await display(screen, place)
    finally:
        screen.displaying = None


async def display(screen: MainScreen, place: Place, arrival: int | None = None) -> None:
    """Makes the rows of `place` ready, and shows them when it is still the current one. ViewError as `Rows.prepare`.

    The cursor goes to the row that came as number `arrival`, if it is given and among them.
    """
    from tui.triage.words import chip_words
    from tui.workspaces.threads import in_thread

    stored = place.step.run.rows
    if stored is None:
        return
    await _leave_out_benign(screen, place, stored)
    if place.kin_wanted and place.step.run.outcome is not None:
        from tui.screens.actions.around import kin_of

        place.kin_wanted, place.chosen = False, "the process tree"
        place.step.view = replace(place.step.view, only=await kin_of(place))
    view = place.step.view
    if not place.ready:
        came = stored.count
        prepared = await in_thread(lambda: stored.prepare(view), stored.interrupt)
        if place.step.view != view:
            return
        place.prepared, place.came = prepared, came
    held, row = place.prepared, None
    jump = place.arrival if place.step.run.outcome is not None else None
    wanted = arrival if jump is None else jump
    if held is not None and wanted is not None:
        row = await in_thread(lambda: held.position(wanted))
    if jump is not None:
        place.arrival = None
        if row is None:
            screen.say("filters hide that row here: u takes them back one by one", warning=True)
    if place.moment is not None and place.step.run.outcome is not None:
        row, place.moment = await in_thread(lambda: _first_at(place)), None
    if place is screen.trail.current and held is not None:
        screen.pane.show_rows(place, held, row)
        await histogram.renew(screen, place)
        screen.pane.show_chips([*place.chips, *chip_words(view, ", ".join(place.stacked))])
        screen.show_trail()
        if is_of_processes(place.step.run) and not place.derived:
            await _show_tree(screen, place)


async def _show_tree(screen: MainScreen, place: Place) -> None:
    """Shows the tree of a place of processes once all of them are there, unless their list is wanted."""
    from tui.screens.actions.processes import show_tree

    if place.step.run.outcome is not None and (place.tree is None or place.tree.shown) and screen.app.screen is screen:
        await show_tree(screen, place)


def judge_of(screen: MainScreen, run: Run, stored: Rows, centre: Centre | None = None) -> Judge:
    """What finds what was said about the rows of `run`, which may be about one of them."""
    from tui.triage.judged import Judge

    kinds = {info.name: info.kql_type for info in stored.columns}
    if centre is None:
        return Judge(screen.session, run, kinds, screen.now, lambda: screen.zone)
    from tui.triage.around import CentredJudge

    judge = CentredJudge(screen.session, run, kinds, screen.now, lambda: screen.zone)
    judge.centre = centre
    return judge


async def _leave_out_benign(screen: MainScreen, place: Place, stored: Rows) -> None:
    """Has the rows of `place` that were judged benign left out, unless they are to be shown."""
    from tui.workspaces.threads import in_thread

    if place.derived:
        return
    judge = place.judge = place.judge or judge_of(screen, place.step.run, stored, place.centre)
    if not place.ready:
        place.benign = await in_thread(lambda: judge.benign(stored))
    place.benign_shown = place.benign_shown or place.arrival in place.benign
    without = () if place.benign_shown else place.benign
    if place.step.view.without != without:
        place.step.view = replace(place.step.view, without=without)


def _first_at(place: Place) -> int:
    """Where the first row of a timeline at or after the place's moment stands, or the last row before it."""
    held, moment = place.prepared, place.moment
    if held is None or moment is None:
        return 0
    found = held.first_at("EventTime", moment)
    return found if found is not None else held.count - 1


def look(screen: MainScreen, view: RowView) -> Coroutine[None, None, None]:
    """Shows the rows of the current place by another view; the former one stays when that cannot be had.

    The view counts from now on, so that a key that follows at once builds on it; awaiting it shows its rows. The cursor
    stays on its row among other filters, and at its height in another order.
    """
    place = screen.trail.current
    if place is not None:
        place.step.view = view
    return _look(screen, place, view)


async def _look(screen: MainScreen, place: Place | None, view: RowView) -> None:
    from tui.workspaces.threads import in_thread

    if place is None:
        return
    held, row = place.prepared, screen.pane.row
    follows = held is not None and _chosen(view) != _chosen(held.view)
    arrivals = await in_thread(lambda: held.arrivals(row, 1)) if held is not None and follows else []
    try:
        await display(screen, place, arrivals[0] if arrivals else None)
    except Exception:
        if held is not None:
            place.step.view = held.view
        raise
    screen.keeper.touch()


def _chosen(view: RowView) -> tuple[object, ...]:
    """What of `view` decides which rows there are."""
    return view.filters, view.only, view.without


async def show_row(screen: MainScreen, cell: Cell) -> None:
    """All fields of a row of the current place, with the way to the others; the cursor follows."""
    place = screen.trail.current
    held = place.prepared if place is not None else None
    if place is not None and held is not None:
        await _show_fields(screen, cell.run.query, held, screen.pane.row, screen.pane.go, place.judge)


async def show_event(screen: MainScreen, run: Run, judge: Judge, said: Sequence[Field]) -> None:
    """All fields of the rows of `run`, which stays out of the trail, after what was `said` about where it was listed.

    `judge` finds what was said about the rows themselves.
    """
    from tui.workspaces.threads import in_thread

    stored = run.rows
    if stored is not None:
        await _show_fields(screen, run.query, await in_thread(stored.prepare), 0, judge=judge, said=said)


async def _show_fields(
    screen: MainScreen,
    query: Query,
    held: PreparedView,
    index: int,
    left: Callable[[int], None] | None = None,
    judge: Judge | None = None,
    said: Sequence[Field] = (),
) -> None:
    from tui.screens.event import EventScreen
    from tui.workspaces.threads import in_thread

    kinds = {info.name: info.kql_type for info in held.columns}
    names = list(dict.fromkeys([*(column.name for column in query.columns if column.name in kinds), *kinds]))

    async def load(position: int) -> list[Field]:
        found = await in_thread(lambda: held.page(position, 1, names))
        fields = list(zip(names, found[0], strict=True))
        return [*said, *(judge.fields(dict(fields)) if judge is not None else ()), *fields]

    def closed(position: int | None) -> None:
        if left is not None and position is not None:
            left(position)

    screen.app.push_screen(EventScreen(query.title, await load(index), index, held.count, kinds, load), closed)
