"""Columns as the analyst wants them: hidden, moved, pinned, wide. What is chosen is remembered per kind of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.triage.column_choices import ColumnChoices, LookStore

_STEP = 4
_NARROWEST = 4
_NAMED = 4
"""Columns that a sentence names with their values."""


def hide(screen: MainScreen) -> None:
    """Hides the column under the cursor, which goes on to the next one."""
    pane = screen.pane
    name, shown = pane.column, pane.columns
    if not name:
        return
    if len(shown) < 2:
        screen.say("this is the only column: it stays", warning=True)
        return
    place = shown.index(name)
    choices = pane.choices
    neighbour = shown[place + 1] if place + 1 < len(shown) else shown[place - 1]
    _choose(screen, replace(choices, hidden={**choices.hidden, name: True}), neighbour)
    screen.say(f"{name} is hidden: V shows it again, Z takes this back")


def show_hidden(screen: MainScreen) -> None:
    """A list of the columns that are hidden; the one picked is shown, and the cursor goes there."""
    from tui.screens.choose import ChooseScreen

    pane = screen.pane
    hidden = [column for column in pane.arranged if column.hidden and not column.passive]
    if not hidden:
        screen.say("no column is hidden")
        return
    single = pane.single
    options = [(one.name, f"one value: {_value(single[one.name])}" if one.name in single else "") for one in hidden]

    def chosen(index: int | None) -> None:
        if index is not None:
            _show(screen, hidden[index].name)

    screen.app.push_screen(ChooseScreen("Hidden columns", options), chosen)


def _show(screen: MainScreen, name: str) -> None:
    pane = screen.pane
    pane.single.pop(name, None)
    _choose(screen, replace(pane.choices, hidden={**pane.choices.hidden, name: False}), name)


def move_left(screen: MainScreen) -> None:
    """Moves the column one place to the left."""
    _move(screen, -1)


def move_right(screen: MainScreen) -> None:
    """Moves the column one place to the right."""
    _move(screen, 1)


def _move(screen: MainScreen, step: int) -> None:
    from tui.screens.column_looks import beside, moved

    pane = screen.pane
    name = pane.column
    if not name:
        return
    other = beside(pane.arranged, name, step)
    if not other:
        screen.say(f"{name} is the {'last' if step > 0 else 'first'} of the columns that it can stand among")
        return
    _choose(screen, replace(pane.choices, order=moved(pane.arranged, name, other, step)), name)


def pin(screen: MainScreen) -> None:
    """Pins the column at the left, where it stays when others are scrolled; or lets it go."""
    pane = screen.pane
    column = pane.table.cursor_column
    if column is None:
        return
    _choose(screen, replace(pane.choices, pinned={**pane.choices.pinned, column.name: not column.pinned}), column.name)
    screen.say(f"{column.name} {'moves with the others again' if column.pinned else 'is pinned at the left'}")


def wider(screen: MainScreen) -> None:
    """Makes the column wider, as far as its values need it."""
    _resize(screen, _STEP)


def narrower(screen: MainScreen) -> None:
    """Makes the column narrower; numbers and times are never cut."""
    _resize(screen, -_STEP)


def _resize(screen: MainScreen, step: int) -> None:
    pane = screen.pane
    column = pane.table.cursor_column
    if column is None:
        return
    if column.kind not in ("text", "path"):
        screen.say(f"{column.name} is as wide as it needs: numbers and times are never cut")
        return
    shown, needed = pane.table.width_of(column.name)
    if step > 0 and shown >= needed:
        screen.say(f"{column.name} shows its values whole already")
        return
    width = max(_NARROWEST, min(shown + step, needed) if step > 0 else shown + step)
    _choose(screen, replace(pane.choices, widths={**pane.choices.widths, column.name: width}), column.name)


def whole(screen: MainScreen) -> None:
    """Makes the column as wide as its values, or as it was by itself."""
    from tui.triage.column_choices import WHOLE

    pane = screen.pane
    column = pane.table.cursor_column
    if column is None:
        return
    widths = {name: width for name, width in pane.choices.widths.items() if name != column.name}
    if pane.choices.widths.get(column.name) != WHOLE:
        widths[column.name] = WHOLE
    _choose(screen, replace(pane.choices, widths=widths), column.name)


async def hide_single(screen: MainScreen) -> None:
    """Hides the columns that have one value in all rows shown, or shows them again. Holds for this list only."""
    from tui.workspaces.threads import in_thread

    place, pane = screen.trail.current, screen.pane
    held = place.prepared if place is not None else None
    if place is None or held is None:
        return
    if place.single:
        number = len(place.single)
        place.single = {}
        pane.show_columns()
        screen.say(f"{_number(number)} with one value shown again")
        return
    if held.count < 2:
        screen.say("one row has one value in each column: there is nothing to hide")
        return
    names = [one.name for one in pane.arranged if not (one.hidden or one.passive or one.pinned)]
    found = await in_thread(lambda: held.single_values(names))
    if place is not screen.trail.current:
        return
    if len(found) == len(pane.columns):
        found.pop(pane.column or names[0], None)
    if not found:
        screen.say("no column has one value only in the rows shown")
        return
    place.single = found
    pane.show_columns()
    screen.say(single_words(found))


def single_words(found: Mapping[str, Any]) -> str:
    """`12 columns with one value hidden, 3 of them empty: ActionType = ProcessCreated, ...`."""
    filled = [f"{name} = {_value(value)}" for name, value in found.items() if value not in (None, "")]
    empty = len(found) - len(filled)
    words = f"{_number(len(found))} with one value hidden"
    if not filled:
        return f"{words}: without any value"
    of_them = f", {empty} of them empty" if empty else ""
    return f"{words}{of_them}: {', '.join(filled[:_NAMED])}{', ...' if len(filled) > _NAMED else ''}"


def _number(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def _value(value: Any) -> str:
    from tui.terminal.safe_text import fit, safe
    from tui.widgets.cell_line import whole_text

    return fit(safe(whole_text(value)), 32)


def jump(screen: MainScreen) -> None:
    """A list of all columns; the cursor goes to the one picked, which is shown if it was hidden."""
    from tui.screens.choose import ChooseScreen

    pane = screen.pane
    columns = sorted((one for one in pane.arranged if not one.passive), key=lambda one: one.hidden)
    options = [
        (one.name, ("hidden" if one.hidden else "") or (one.label if one.label != one.name else "")) for one in columns
    ]

    def chosen(index: int | None) -> None:
        if index is None:
            return
        if columns[index].hidden:
            _show(screen, columns[index].name)
        else:
            pane.go(pane.row, columns[index].name)

    screen.app.push_screen(ChooseScreen("Go to a column", options), chosen)


def undo(screen: MainScreen) -> None:
    """Takes the last choice about columns back."""
    place, pane = screen.trail.current, screen.pane
    if place is None:
        return
    if place.single:
        place.single = {}
        pane.show_columns()
    elif not pane.looks.undo(place):
        screen.say("nothing to take back about these columns; `columns as they were at first` is among the commands")
        return
    else:
        _shown(screen)
    screen.say("columns as they were before")


def reset(screen: MainScreen) -> None:
    """Columns of this kind of rows as they are by themselves."""
    from tui.triage.column_choices import ColumnChoices

    place = screen.trail.current
    if place is not None:
        place.single = {}
        _choose(screen, ColumnChoices(), screen.pane.column)
        screen.say("columns as they are by themselves; Z takes this back")


def show_value(screen: MainScreen) -> None:
    """The value of the cell, whole."""
    from tui.screens.value import ValueScreen

    cell = screen.cell()
    if cell is not None:
        screen.app.push_screen(ValueScreen(cell.column, cell.row[cell.column]))


def _choose(screen: MainScreen, choices: ColumnChoices, column: str) -> None:
    place = screen.trail.current
    if place is not None:
        screen.pane.looks.choose(place, choices)
        _shown(screen, column)


def _shown(screen: MainScreen, column: str = "") -> None:
    """Shows the columns as they are chosen now, and has the choice saved."""
    screen.pane.show_columns(column)
    screen.run_worker(save(screen), group="columns", description="columns")


async def save(screen: MainScreen) -> None:
    """Saves what is chosen about columns; says so when it cannot."""
    from tui.triage.words import error_words

    before = screen.looks.problem
    try:
        await write(screen.looks)
    except OSError as error:
        screen.say(f"columns are not saved: {error_words(error)}", warning=True)
    if screen.looks.problem != before:
        screen.say(screen.looks.problem, warning=True)


async def write(looks: LookStore) -> None:
    """Writes what was chosen and is not in the file yet. OSError."""
    from tui.workspaces.threads import in_thread

    if looks.unsaved:
        await in_thread(looks.save)
