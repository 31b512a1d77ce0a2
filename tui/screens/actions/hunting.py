"""Running hunts: enter one, fill in its form, again, other views, stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.screens.actions import exporting, sweeping
from tui.screens.actions.processes import is_of_processes, show_tree
from tui.screens.actions.showing import judge_of, show_event, show_row
from tui.screens.places import Place
from tui.screens.ranked import MergedPlace, RankedPlace

if TYPE_CHECKING:
    from tui.library.model import Hunt
    from tui.screens.main import MainScreen
    from tui.triage.cell import Cell
    from tui.triage.column_choices import SavedView
    from tui.triage.runs import Run


def open_hunt(screen: MainScreen, hunt: Hunt) -> None:
    """Shows the last run of `hunt`; runs it when there is none, after its form when something required is empty.

    A hunt that cannot even begin says why in place of its rows.
    """
    from tui.library.parameters import missing_parameters
    from tui.triage.words import main_run

    run = main_run(screen.session, hunt)
    if run is not None:
        screen.show_root(run)
    elif missing_parameters(hunt, screen.session.values.get(hunt.id, {})):
        ask_form(screen, hunt)
    else:
        begin(screen, hunt)


def begin(screen: MainScreen, hunt: Hunt, view: str = "") -> None:
    """Runs `hunt` now; says in place of its rows why it cannot."""
    try:
        run = screen.session.run_view(hunt, view)
    except ValueError as error:
        screen.show_refusal(f"{hunt.id} {hunt.title} cannot run here.", str(error))
    else:
        screen.show_root(run)


def ask_form(screen: MainScreen, hunt: Hunt) -> None:
    """Opens the form of `hunt`; what is given runs it."""
    from tui.screens.form import FormScreen
    from tui.settings.earlier_values import EarlierValues
    from tui.settings.paths import earlier_values_file

    session = screen.session

    def preview(given: Mapping[str, object]) -> str:
        from tui.library.parameters import values_for
        from tui.triage.queries.compile import view_query
        from tui.triage.queries.context import QueryContext

        context = QueryContext(hunt, values_for(hunt, given), session.window, session.dialect, session.scope)
        return view_query(context).kql

    def given(values: dict[str, object] | None) -> None:
        if values is not None:
            session.values[hunt.id] = values
            begin(screen, hunt)

    newest = session.whole.end if session.whole is not None else None
    form = FormScreen(
        hunt, session.values.get(hunt.id, {}), preview, EarlierValues(earlier_values_file()), newest_event=newest
    )
    screen.app.push_screen(form, given)


def open_form(screen: MainScreen) -> None:
    """The form of the hunt in hand."""
    hunt = screen.hunt_in_hand
    if hunt is not None:
        ask_form(screen, hunt)
    else:
        screen.say("this is no hunt: put the cursor on one")


def again(screen: MainScreen) -> None:
    """The same query once more, in the same window."""
    _again(screen, moved=False)


def moved(screen: MainScreen) -> None:
    """The same query with the window moved to now, or to the newest event; only the first place of a trail can move."""
    _again(screen, moved=True)


def _again(screen: MainScreen, moved: bool) -> None:
    place = screen.trail.current
    if place is None or place.derived:
        screen.say("this cannot run again: it counts rows that are here" if place else "nothing was run yet")
        return
    run = place.step.run
    if moved and run.origin is not None:
        screen.say(
            "what is behind a number keeps its window: go back (Backspace), then . moves the hunt's", warning=True
        )
        return
    from tui.triage.runs import Step

    # Which rows were chosen or hidden by number was about the rows that came then.
    view = replace(place.step.view, only=None, without=())
    screen.replace(Place(Step(screen.session.again(run, moved), view), opened=place.opened, saved=place.saved))


def choose_view(screen: MainScreen) -> None:
    """Another view of the same hunt with the same values, window and scope; one that was run before is not run again.

    Named views stand first.
    """
    from tui.screens.actions.views import saved_views, show_view, view_words
    from tui.screens.choose import ChooseScreen
    from tui.screens.column_looks import list_of
    from tui.triage.queries.compile import view_names, view_query
    from tui.triage.words import same_run

    place = screen.trail.current
    run = place.step.run if place and not isinstance(place, RankedPlace | MergedPlace) else None
    hunt = run.context.hunt if run else screen.hunt_in_hand
    if hunt is None:
        screen.say("this is no hunt: put the cursor on one")
        return
    names = view_names(hunt)
    saved = saved_views(screen, hunt.id, names)

    def show(name: str) -> None:
        if run is None:
            begin(screen, hunt, name)
            return
        known, context = same_run(screen.session, run, name), run.context
        screen.show_root(known or screen.session.start(context, view_query(context, name)))

    def show_saved(view: SavedView) -> None:
        if run is None or list_of(run) != view.of:
            show(view.of)
        screen.turns.beside(lambda: show_view(screen, view), "view", exclusive=True)

    def chosen(index: int | None) -> None:
        if index is None:
            return
        if index < len(saved):
            screen.attempt(lambda: show_saved(saved[index]))
        else:
            screen.attempt(lambda: show(names[index - len(saved)]))

    options = [(view.name, view_words(view)) for view in saved] + [(name, view_help(hunt, name)) for name in names]
    screen.app.push_screen(ChooseScreen(f"Views of {hunt.id}", options), chosen)


def view_help(hunt: Hunt, name: str) -> str:
    """What a view lists, in words."""
    if name == "timeline":
        return "all legs in time order"
    if name.startswith("groups_"):
        leg = name.removeprefix("groups_")
        return f"leg {leg} by {', '.join(hunt.legs[leg].group_by)}"
    return hunt.views[name].title if name in hunt.views else f"one row each of {name}, a count per leg"


async def open_cell(screen: MainScreen) -> None:
    """What is behind the cell: a list, a timeline, or the whole event."""
    place = screen.trail.current
    cell = screen.cell()
    if place is None or cell is None:
        return
    if place.stacked:
        from tui.screens.actions.rows import keep_stacked

        await keep_stacked(screen, place, cell)
    elif place.compared:
        from tui.screens.actions.comparing import open_compared

        open_compared(screen, place, cell)
    elif isinstance(place, RankedPlace):
        from tui.screens.actions.ranking import open_ranked

        await open_ranked(screen, place, cell)
    elif isinstance(place, MergedPlace):
        from tui.screens.actions.ranking import open_line

        open_line(screen, place, cell)
    elif cell.run.query.view in ("events", "base"):
        await show_row(screen, cell)
    elif cell.run.query.view == "timeline":
        open_whole(screen, cell)
    elif is_of_processes(cell.run) and not cell.run.query.meaning(cell.column).opens:
        from tui.triage.process_tree import key_in

        await show_tree(screen, place, key_in(cell.row, "Process"))
    else:
        screen.push(screen.session.open_cell(cell.run, cell.row, cell.column), cell)


def open_whole(screen: MainScreen, cell: Cell) -> None:
    """The event behind a line of a timeline, with all its fields, once it is there."""
    run = screen.session.open_cell(cell.run, cell.row, cell.column)
    screen.turns.beside(lambda: _show_whole(screen, cell, run), "whole", exclusive=True)


async def _show_whole(screen: MainScreen, cell: Cell, run: Run) -> None:
    if run.task is not None:
        await run.task
    if run.rows is None or not run.received:
        from tui.triage.words import empty_words

        screen.say(" ".join(empty_words(run)), warning=True)
        return
    place = screen.trail.current
    said = place.judge.fields(cell.row) if place is not None and place.judge is not None else []
    await show_event(screen, run, judge_of(screen, run, run.rows), said)


def cancel(screen: MainScreen) -> None:
    """Stops the export that is being written, else the run that is shown, or that of the hunt under the cursor.

    On the tree it offers to stop the sweep that goes on.
    """
    if exporting.stop(screen) or sweeping.offer_stop(screen):
        return
    run = screen.run_in_hand
    if run is None or run.outcome is not None:
        active = screen.session.active()
        words = f"; {len(active)} go on elsewhere: R lists them" if active else "; q leaves the program"
        screen.say(f"nothing runs here{words}")
        return
    screen.session.cancel(run)
