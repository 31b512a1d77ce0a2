"""Places of the ranking across hunts: the matrix, and the timeline of one of its rows over all hunts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tui.screens.places import Place

if TYPE_CHECKING:
    from tui.library.model import Hunt
    from tui.triage.cell import Cell
    from tui.triage.matrix import Matrix
    from tui.triage.runs import Run
    from tui.widgets.table_layout import TableColumn


_NAME = 26
"""Cells that a name takes at most: the cell under the cursor says it whole, and hunts need the room."""


@dataclass
class RankedPlace(Place):
    """The matrix itself."""

    matrix: Matrix = field(kw_only=True)
    said: tuple[str, ...] = ()
    """What is to be known of its hunts, shown above it."""
    timelines: dict[str, MergedPlace] = field(default_factory=dict)
    """Those that were opened from it, by the key of their row."""

    @property
    def derived(self) -> bool:
        """It is made from rows that are here."""
        return True

    @property
    def chips(self) -> list[str]:
        """Above the filters, what is to be known of its hunts."""
        return [*self.said, *super().chips]


@dataclass
class MergedPlace(Place):
    """A timeline over several hunts; `runs` are those that listed its lines, by their numbers."""

    runs: Mapping[int, Run] = field(kw_only=True)

    @property
    def derived(self) -> bool:
        """It is made from rows that are here."""
        return True


def hunt_at(place: Place, row: Mapping[str, Any], column: str) -> Hunt | None:
    """The hunt that a cell of `place` is about: of the matrix that of its column; None where it is of all of them."""
    if isinstance(place, RankedPlace):
        asked = place.matrix.column(column)
        return asked.hunt if asked is not None else None
    if isinstance(place, MergedPlace):
        run = place.runs.get(row.get("Run", 0))
        return run.context.hunt if run is not None else None
    return place.step.run.context.hunt


def note_at(place: Place | None, cell: Cell) -> str:
    """What Enter on the cell lists."""
    if isinstance(place, RankedPlace):
        from tui.triage.matrix_words import cell_words

        return cell_words(place.matrix, cell.row, cell.column)
    from tui.triage.words import opens_words

    return opens_words(cell)


def ranked_columns(place: Place, columns: Sequence[TableColumn]) -> list[TableColumn]:
    """`columns` as `place` has them shown: in the matrix how a hunt ended stands in its head, signs behind its numbers."""
    if not isinstance(place, RankedPlace):
        return list(columns)
    from tui.triage.matrix import CHANGES, TECHNIQUES, VERDICTS, signs_column

    table = place.matrix.table
    names = [column.name for column in columns]
    states = {one.hunt.id: "" if one.whole else f" {one.state}" for one in place.matrix.asked}
    empty = {name for name in (VERDICTS, CHANGES) if not any(table[name].to_pylist())}

    def ranked(column: TableColumn) -> TableColumn:
        name = column.name
        if name in states:
            return replace(column, label=name + states[name], signs=names.index(signs_column(name)))
        return replace(
            column, label="Tech" if name == TECHNIQUES else column.label, hidden=column.hidden or name in empty
        )

    return [ranked(column) for column in columns]
