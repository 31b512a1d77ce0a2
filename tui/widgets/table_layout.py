"""Which columns of a table are shown where, and how wide: numbers without any widget, in terminal cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "path", "number", "time", "bool"]

GUTTER = 1
"""Cells left of the first column, where the row under the cursor has its mark."""
GAP = 2
"""Cells between two columns."""
MARGIN = 1
"""Cells right of the last column, where the header says that more columns follow."""
MAXIMUM = 40
_SHRUNK = 24
_PINNED_MINIMUM = 4


@dataclass(frozen=True)
class TableColumn:
    """How a table shows the column `name` of its rows.

    `opens` is how a cell of it opens, None when it does not; the header marks columns that open with `↵`, so that no
    cell needs a colour for it. `width` is fixed; without it the values decide, between `minimum` and `maximum`, and
    texts and paths give room first where it lacks. Values of a hidden column are read but not shown. The cursor passes
    over a `passive` column.
    """

    name: str
    label: str = ""
    kind: Kind = "text"
    width: int | None = None
    minimum: int = 0
    maximum: int = MAXIMUM
    align: Literal["left", "right"] | None = None
    pinned: bool = False
    opens: str | None = None
    hidden: bool = False
    passive: bool = False
    whole: bool = False
    """Whether its values are never cut, however much room they take."""
    signs: int | None = None
    """The place, among the values of a row, of a text that stands right behind the value; alone where that is null."""

    @property
    def right(self) -> bool:
        """Whether values stand on the right, as numbers do unless `align` says otherwise."""
        return self.align == "right" if self.align else self.kind == "number"

    @property
    def flexible(self) -> bool:
        """Whether the column gives room to others."""
        return self.width is None and not self.whole and self.kind in ("text", "path")


@dataclass(frozen=True)
class Slot:
    """A shown column: its index among all columns, its first cell and its width."""

    index: int
    x: int
    width: int


@dataclass(frozen=True)
class Layout:
    """The shown columns from left to right, the pinned ones first, and how many lie outside on either side."""

    slots: tuple[Slot, ...] = ()
    order: tuple[int, ...] = ()
    """All columns that are not hidden, from left to right, shown or scrolled away."""
    pinned: int = 0
    before: int = 0
    after: int = 0

    def slot(self, index: int) -> Slot | None:
        """Where column `index` stands, None when it is not shown."""
        return next((slot for slot in self.slots if slot.index == index), None)

    def column_at(self, x: int) -> int | None:
        """The column whose cell, or gap before it, is at `x`; the last one right of all."""
        inside = [slot.index for slot in self.slots if x < slot.x + slot.width]
        return inside[0] if inside else self.slots[-1].index if self.slots else None


def lay_out(
    columns: Sequence[TableColumn], natural: Sequence[int], width: int, first: int, order: Sequence[int] | None = None
) -> Layout:
    """The columns shown in `width` cells when `first` of those not pinned are scrolled away to the left.

    `natural` is the width that each column's header and known values take; `order` puts the columns, by index, in
    another order than their own.
    """
    room = width - GUTTER - MARGIN
    soft = [_soft_width(column, size) for column, size in zip(columns, natural, strict=True)]
    least = [_least_width(column, size) for column, size in zip(columns, soft, strict=True)]
    visible = [index for index in (range(len(columns)) if order is None else order) if not columns[index].hidden]
    pinned, widths, moving = _pin(columns, visible, soft, least, room)
    first = max(0, min(first, len(moving) - 1))
    left = room - sum(widths) - GAP * len(widths)
    shown: list[int] = []
    for index in moving[first:]:
        needed = least[index] + (GAP if shown else 0)
        if shown and needed > left:
            break
        widths.append(min(least[index], max(1, left)))
        shown.append(index)
        left -= needed
    chosen = pinned + shown
    room_for = left + sum(widths)
    # What tells rows apart first; then as many columns as can be made whole.
    keys = [soft[index] if place < len(pinned) else 0 for place, index in enumerate(chosen)]
    whole = [natural[index] if columns[index].flexible else 0 for index in chosen]
    grown = list(widths)
    for goals in (keys, [soft[index] for index in chosen], whole):
        grown = _grow(grown, goals, room_for - sum(grown))
    slots, x = [], GUTTER
    for index, size in zip(chosen, grown, strict=True):
        slots.append(Slot(index, x, size))
        x += size + GAP
    return Layout(tuple(slots), tuple(pinned + moving), len(pinned), first, len(moving) - first - len(shown))


def lay_out_around(
    columns: Sequence[TableColumn],
    natural: Sequence[int],
    width: int,
    first: int,
    cursor: int,
    order: Sequence[int] | None = None,
) -> Layout:
    """The layout nearest to that with `first` columns scrolled away in which column `cursor` is shown."""
    layout = lay_out(columns, natural, width, first, order)
    if cursor in layout.order:
        place = layout.order.index(cursor) - layout.pinned
        if 0 <= place < layout.before:
            layout = lay_out(columns, natural, width, place, order)
        while layout.after and layout.slot(cursor) is None:
            layout = lay_out(columns, natural, width, layout.before + 1, order)
    # Room left over at the right end is given to columns on the left.
    while layout.before and not layout.after:
        wider = lay_out(columns, natural, width, layout.before - 1, order)
        if wider.after:
            break
        layout = wider
    return layout


def _soft_width(column: TableColumn, natural: int) -> int:
    if column.width is not None:
        return column.width
    return max(1, column.minimum, natural if column.whole else min(natural, column.maximum))


def _least_width(column: TableColumn, soft: int) -> int:
    return min(soft, max(column.minimum, _SHRUNK)) if column.flexible else soft


def _pin(
    columns: Sequence[TableColumn], visible: Sequence[int], soft: Sequence[int], least: Sequence[int], room: int
) -> tuple[list[int], list[int], list[int]]:
    """The pinned columns with their widths, in at most half of the room, and the columns that move."""
    pinned = [index for index in visible if columns[index].pinned]
    if len(pinned) == len(visible):
        return [], [], list(visible)
    while pinned:
        gaps = GAP * len(pinned)
        smallest = [min(least[index], _PINNED_MINIMUM) if columns[index].flexible else soft[index] for index in pinned]
        if sum(smallest) <= room // 2 - gaps:
            grown = _grow(smallest, [soft[index] for index in pinned], room // 2 - gaps - sum(smallest))
            return pinned, grown, [index for index in visible if index not in pinned]
        pinned = pinned[:-1]
    return [], [], list(visible)


def _grow(widths: Sequence[int], goals: Sequence[int], left: int) -> list[int]:
    """`widths` with `left` cells shared out alike among those that lack some of their goal: none takes more."""
    grown = list(widths)
    lacking = sorted((goal - width, place) for place, (width, goal) in enumerate(zip(widths, goals, strict=True)))
    lacking = [one for one in lacking if one[0] > 0]
    for rest in range(len(lacking), 0, -1):
        lack, place = lacking[-rest]
        share = max(0, min(lack, left // rest))
        grown[place] += share
        left -= share
    return grown


def place_cursor(row: int, top: int, height: int, count: int) -> tuple[int, int]:
    """`row` and the first row shown, `top`, brought within `count` rows of which `height` are shown.

    A row that would not be shown is put in the middle, which scrolls by half a page when the cursor leaves by one row.
    """
    row = max(0, min(row, count - 1))
    last = max(0, count - height)
    top = max(0, min(top, last))
    if not top <= row < top + height:
        top = max(0, min(row - height // 2, last))
    return row, top
