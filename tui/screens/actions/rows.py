"""Looking at the rows that are here: filters, order, search, stacks. Nothing here asks the workspace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.screens.actions.showing import look
from tui.screens.places import Place

if TYPE_CHECKING:
    from tui.results.view import Operator
    from tui.screens.main import MainScreen
    from tui.screens.turns import Work
    from tui.triage.cell import Cell


def only(screen: MainScreen) -> Work | None:
    """Only rows with the cell's value."""
    return _filter(screen, "==")


def without(screen: MainScreen) -> Work | None:
    """Only rows without the cell's value."""
    return _filter(screen, "!=")


def _filter(screen: MainScreen, operator: Operator) -> Work | None:
    from tui.results.view import Filter

    place, cell = screen.trail.current, screen.cell()
    if place is None or cell is None:
        return None
    view = place.step.view
    new = Filter(cell.column, operator, cell.row[cell.column])
    return look(screen, replace(view, filters=(*view.filters, new))) if new not in view.filters else None


def undo(screen: MainScreen) -> Work | None:
    """Takes the last filter back, then the order."""
    place = screen.trail.current
    if place is None:
        return None
    view = place.step.view
    if view.filters:
        return look(screen, replace(view, filters=view.filters[:-1]))
    if view.only is not None:
        return look(screen, replace(view, only=None))
    if view.sort or view.search:
        return look(screen, replace(view, sort=(), search=""))
    screen.say("no filter or order to undo")
    return None


def sort(screen: MainScreen) -> Work | None:
    """Sorts by the column: numbers and times the largest first, texts from A; then the other way; then as they came."""
    return _sort(screen, ())


def sort_also(screen: MainScreen) -> Work | None:
    """Sorts rows that are equal so far by the column; then the other way; then not by it."""
    place = screen.trail.current
    return _sort(screen, place.step.view.sort) if place is not None else None


def _sort(screen: MainScreen, before: tuple[tuple[str, bool], ...]) -> Work | None:
    """Turns the order by the column under the cursor on, around or off; the other keys are those of `before`."""
    place = screen.trail.current
    column = screen.pane.column
    if place is None or place.prepared is None or not column:
        return None
    kind = next(info.kql_type for info in place.prepared.columns if info.name == column)
    first = kind not in ("string", "dynamic", "bool")
    keys = dict(before)
    held = dict(place.step.view.sort).get(column)
    if held is None or held is first:
        keys[column] = first if held is None else not first
    else:
        keys.pop(column, None)
    return look(screen, replace(place.step.view, sort=tuple(keys.items())))


def ask_search(screen: MainScreen) -> None:
    """Asks for the text to search for."""
    place = screen.trail.current
    if place is not None and place.prepared is not None:
        screen.ask("result", "search for a text in the rows shown", place.step.view.search)


async def search(screen: MainScreen, text: str) -> None:
    """Marks `text` wherever it stands in the rows, and goes to the first row that has it from here on."""
    place = screen.trail.current
    if place is None or place.prepared is None:
        screen.say("there are no rows to search")
        return
    await look(screen, replace(place.step.view, search=text))
    if text:
        await _find(screen, forward=True, here=True)


async def find_next(screen: MainScreen) -> None:
    """The next row with the searched text."""
    await _find(screen, forward=True)


async def find_previous(screen: MainScreen) -> None:
    """The row before with the searched text."""
    await _find(screen, forward=False)


async def _find(screen: MainScreen, forward: bool, here: bool = False) -> None:
    from tui.workspaces.threads import in_thread

    place = screen.trail.current
    if place is None or place.prepared is None:
        return
    held, text = place.prepared, place.step.view.search
    if not text:
        screen.say("nothing is searched for: / asks for a text")
        return
    columns = list(screen.pane.columns)
    start = screen.pane.row + (0 if here else 1 if forward else -1)
    found = await in_thread(lambda: held.find(text, start, forward, columns))
    around = ""
    if found is None:
        start, around = (0, "from the top again") if forward else (held.count - 1, "from the end again")
        found = await in_thread(lambda: held.find(text, start, forward, columns))
    if found is None:
        screen.say(f"no row has {text}")
        return
    row = (await in_thread(lambda: held.page(found, 1, columns)))[0]
    column = next((name for name, value in zip(columns, row, strict=True) if _holds(value, text)), screen.pane.column)
    screen.pane.go(found, column)
    if around:
        screen.say(around)


def _holds(value: Any, text: str) -> bool:
    return value is not None and text.lower() in str(value).lower()


async def stack(screen: MainScreen) -> None:
    """How often each value of the column occurs among the rows shown, as a place of its own."""
    place, column = screen.trail.current, screen.pane.column
    if place is not None and column:
        await _stack(screen, place, (column,))


def stack_also(screen: MainScreen) -> None:
    """Asks for a further column, and counts how often its values occur together with those of the column or stack."""
    from tui.screens.choose import ChooseScreen

    place, column = screen.trail.current, screen.pane.column
    if place is None or not column:
        return
    stacked = place.stacked
    # Behind a stack stands the place whose rows it counts.
    counted, names = (screen.trail.places[-2], stacked) if stacked else (place, (column,))
    if counted.prepared is None:
        counted_columns = [info.name for info in counted.step.run.rows.columns] if counted.step.run.rows else []
    else:
        counted_columns = [info.name for info in counted.prepared.columns]
    shown = [] if stacked else screen.pane.columns
    offers = [name for name in dict.fromkeys([*shown, *counted_columns]) if name not in names]

    async def count(name: str) -> None:
        if stacked:
            screen.back()
        await _stack(screen, counted, (*names, name))

    def chosen(index: int | None) -> None:
        if index is not None and place is screen.trail.current:
            screen.attempt(lambda: count(offers[index]))

    screen.app.push_screen(
        ChooseScreen(f"Stack {', '.join(names)} together with", [(name, "") for name in offers]), chosen
    )


async def _stack(screen: MainScreen, place: Place, names: tuple[str, ...]) -> None:
    from tui.triage.queries.context import ColumnMeaning, Key, Query
    from tui.triage.runs import Phase, Run, Step
    from tui.workspaces.protocol import Completion, Outcome, State
    from tui.workspaces.threads import in_thread

    run, rows, view = place.step.run, place.step.run.rows, place.step.view
    if rows is None:
        return
    counted = await in_thread(lambda: rows.stack(names, view), rows.interrupt)
    query = Query(
        kql=run.query.kql,
        view="stack",
        title=f"{', '.join(names)} in {run.query.title}",
        limit=run.query.limit,
        columns=tuple(ColumnMeaning(info.name) for info in counted.columns),
        keys=tuple(Key(name, expression=name) for name in names),
    )
    made = Run(run.number, query, run.context, run.workspace, phase=Phase.DONE, rows=counted, began=run.began)
    made.received, made.took = counted.count, 0.0
    made.completion = Completion(Outcome(State.COMPLETE))
    screen.push_place(Place(Step(made), stacked=names))


async def keep_stacked(screen: MainScreen, place: Place, cell: Cell) -> None:
    """Goes back to the rows that a stack counts, filtered to the values of its row."""
    from tui.results.view import Filter

    names = [column.name for column in cell.run.query.columns]
    new = [Filter(name, "==", cell.row[held]) for name, held in zip(place.stacked, names, strict=False)]
    screen.back()
    parent = screen.trail.current
    if parent is not None:
        view = parent.step.view
        added = [one for one in new if one not in view.filters]
        await look(screen, replace(view, filters=(*view.filters, *added)))
