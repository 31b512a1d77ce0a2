"""Columns as the analyst wants them: what was chosen, put to the columns a table has by itself; and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.triage.column_choices import WHOLE, ColumnChoices, LookStore

if TYPE_CHECKING:
    from tui.screens.places import Place
    from tui.triage.runs import Run
    from tui.widgets.table_layout import TableColumn

_STEPS_KEPT = 100


def kind_of(run: Run) -> str:
    """What rows are of, so that what is chosen for some holds for all of them: `process`, `devices`, `timeline`."""
    query = run.query
    if query.view in ("events", "base"):
        return query.kind or "events"
    if query.view.startswith("groups_"):
        return "groups"
    return f"{run.hunt_id} {query.view}" if query.view in run.context.hunt.views else query.view


def list_of(run: Run) -> str:
    """Which list of its hunt a run's rows are: `devices`, `events of processes`."""
    query = run.query
    return f"{query.view} of {query.leg}" if query.view in ("events", "base", "values") else query.view


class ColumnLooks:
    """What is chosen about columns, each choice with what was before it."""

    def __init__(self, store: LookStore) -> None:
        self.store = store
        self._before: dict[str, list[ColumnChoices]] = {}

    def of(self, place: Place) -> ColumnChoices:
        """What is chosen where `place` is."""
        if place.saved is not None:
            return place.saved.columns
        return self.store.looks.kinds.get(kind_of(place.step.run), ColumnChoices())

    def choose(self, place: Place, choices: ColumnChoices) -> None:
        """`choices` from now on: for all rows of the kind, or in a named view until it is left."""
        before = self.of(place)
        if choices == before:
            return
        steps = self._before.setdefault(self._key(place), [])
        steps.append(before)
        del steps[:-_STEPS_KEPT]
        self._set(place, choices)

    def undo(self, place: Place) -> bool:
        """Takes the last choice back; False when there is none of this piece of work."""
        steps = self._before.get(self._key(place))
        if not steps:
            return False
        self._set(place, steps.pop())
        return True

    def _key(self, place: Place) -> str:
        saved = place.saved
        return f"{saved.hunt} {saved.name}" if saved is not None else kind_of(place.step.run)

    def _set(self, place: Place, choices: ColumnChoices) -> None:
        if place.saved is not None:
            place.saved = replace(place.saved, columns=choices)
        else:
            self.store.choose(kind_of(place.step.run), choices)


def chosen_columns(
    columns: Sequence[TableColumn], choices: ColumnChoices, single: Sequence[str] = ()
) -> list[TableColumn]:
    """`columns` in the order and with the looks of `choices`, those of `single` hidden.

    A column that was never moved stands after the one that it stands after by itself. At least one is shown.
    """
    looked = {column.name: _looked(column, choices, column.name in single) for column in columns}
    if all(column.hidden or column.passive for column in looked.values()):
        looked |= {column.name: column for column in columns}
    order = [name for name in choices.order if name in looked and not looked[name].passive]
    previous = ""
    for column in columns:
        if column.name not in order:
            order.insert(order.index(previous) + 1 if previous else 0, column.name)
        previous = column.name
    return [looked[name] for name in order]


def _looked(column: TableColumn, choices: ColumnChoices, single: bool) -> TableColumn:
    name = column.name
    if column.passive:
        return column
    width = choices.widths.get(name)
    return replace(
        column,
        hidden=choices.hidden.get(name, column.hidden) or single,
        pinned=choices.pinned.get(name, column.pinned),
        width=width or column.width,
        whole=width == WHOLE,
    )


def whole_choices(columns: Sequence[TableColumn], choices: ColumnChoices, single: Sequence[str]) -> ColumnChoices:
    """All that `choices` make of `columns`, as they stand, said of each; those of `single` are not hidden in it."""
    own = [column for column in columns if not column.passive]
    return ColumnChoices(
        tuple(column.name for column in own),
        {column.name: column.hidden and column.name not in single for column in own},
        {column.name: column.pinned for column in own},
        dict(choices.widths),
    )


def beside(columns: Sequence[TableColumn], name: str, step: int) -> str:
    """The column shown next to `name` on the right (1) or the left (-1), pinned as it is or not; nothing at the edge."""
    pinned = next(column.pinned for column in columns if column.name == name)
    shown = [one.name for one in columns if not (one.hidden or one.passive) and one.pinned == pinned]
    place = shown.index(name) + step
    return shown[place] if 0 <= place < len(shown) else ""


def moved(columns: Sequence[TableColumn], name: str, other: str, step: int) -> tuple[str, ...]:
    """The order of `columns` with `name` right of `other` (1) or left of it (-1); passive ones are of no order."""
    order = [column.name for column in columns if not column.passive and column.name != name]
    order.insert(order.index(other) + (1 if step > 0 else 0), name)
    return tuple(order)
