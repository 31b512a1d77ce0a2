"""Lines of a table as few segments: each costs some forty bytes on its way to the terminal, beside its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.terminal.safe_text import cell_width, safe
from tui.widgets.table_cells import FormatTime, fitted, label_lines, shown_text
from tui.widgets.table_layout import GUTTER, Layout, TableColumn
from tui.widgets.table_pages import Row

CURSOR_MARK = ">"
"""Stands left of the row under the cursor, for terminals without colours."""
BEFORE_MARK = "‹"
AFTER_MARK = "›"


@dataclass(frozen=True)
class RowLook:
    """How a row is drawn: styles, and the column under the cursor (None in other rows)."""

    text: Style
    cell: Style
    match: Style
    cursor: int | None = None
    search: re.Pattern[str] | None = None


class _Line:
    """Segments in the making; neighbours of one style become one segment."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.width = 0
        self._texts: list[str] = []
        self._style: Style | None = None

    def add(self, text: str, style: Style, width: int) -> None:
        if style is not self._style and style != self._style:
            self.end()
            self._style = style
        self._texts.append(text)
        self.width += width

    def end(self) -> None:
        if text := "".join(self._texts):
            self.segments.append(Segment(text, self._style))
        self._texts.clear()


def row_strip(
    row: Row, columns: Sequence[TableColumn], layout: Layout, width: int, format_time: FormatTime, look: RowLook
) -> Strip:
    """A row in `width` cells."""
    line = _Line()
    line.add(" " if look.cursor is None else CURSOR_MARK, look.text, GUTTER)
    for slot in layout.slots:
        if slot.x > line.width:
            line.add(" " * (slot.x - line.width), look.text, slot.x - line.width)
        column = columns[slot.index]
        text = fitted(shown_text(row, slot.index, column, format_time), column, slot.width)
        style = look.cell if slot.index == look.cursor else look.text
        for part in look.search.split(text) if look.search else [text]:
            found = look.search is not None and look.search.fullmatch(part) is not None
            line.add(part, style + look.match if found else style, 0)
        line.width += slot.width
    if line.width < width:
        line.add(" " * (width - line.width), look.text, width - line.width)
    line.end()
    return _strip(line.segments, width)


def header_strips(
    labels: Sequence[str], columns: Sequence[TableColumn], layout: Layout, width: int, style: Style, lines: int
) -> list[Strip]:
    """The header, `lines` (1 or 2) of `width` cells; `‹` and `›` stand where columns are scrolled away."""
    texts = ["", ""]
    used = 0
    for number, slot in enumerate(layout.slots):
        gap = " " * (slot.x - used)
        label, column = labels[slot.index], columns[slot.index]
        above, below = ("", label) if lines == 1 or cell_width(label) <= slot.width else label_lines(label)
        texts[0] += gap + fitted(above, column, slot.width)
        if layout.before and number == layout.pinned:
            gap = gap[:-1] + BEFORE_MARK
        texts[1] += gap + fitted(below, column, slot.width)
        used = slot.x + slot.width
    rest = " " * max(0, width - used)
    ends = [rest, rest[:-1] + AFTER_MARK if layout.after else rest]
    strips = [_strip([Segment(text + end, style)], width) for text, end in zip(texts, ends, strict=True)]
    return strips[-lines:]


def _strip(segments: list[Segment], width: int) -> Strip:
    """A strip of `width` cells; only in a widget narrower than one column is there more, which is cropped."""
    strip = Strip(segments)
    return strip if strip.cell_length == width else strip.crop(0, width)


def search_pattern(text: str) -> re.Pattern[str] | None:
    """A pattern that splits shown text at what was searched, in any case; None when nothing was."""
    return re.compile(f"({re.escape(safe(text))})", re.IGNORECASE) if text else None
