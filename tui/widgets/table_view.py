"""Rows under a header on Textual's line API: the pages shown are read, and only the lines that change are drawn."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.safe_text import cell_width
from tui.widgets.table_cells import FormatTime, short_time
from tui.widgets.table_layout import Layout, TableColumn, lay_out, lay_out_around, place_cursor
from tui.widgets.table_pages import PAGE_ROWS, Paged, PageReader, Place, Renewal, Row, Source
from tui.widgets.table_paint import RowLook, header_strips, row_strip, search_pattern

_LOWEST_WITH_TWO = 8
"""Lines that a table has at least when its header takes two."""


class TableView(Widget, can_focus=True):
    """Rows of a `PreparedView` under a header, with a cursor on one cell; what keys do with it is for `ResultTable`.

    The table scrolls itself, half a page at a time, and has no scroll bar: both keep what is written small. Rows that
    are not at hand are read in a thread first; the cursor then moves and the table is drawn once, at the newest place
    asked for.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--header", "table--row", "table--cursor", "table--match"}
    DEFAULT_CSS = """
    TableView {
        height: 1fr;
        & > .table--header { color: $text-muted; text-style: bold; }
        & > .table--row { background: $panel; }
        & > .table--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        & > .table--match { text-style: bold underline; }
        &:focus > .table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
    }
    """

    def __init__(self, format_time: FormatTime = short_time, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._format_time = format_time
        self._source: Source | None = None
        self._next: Source | None = None
        self._row = 0
        self._top = 0
        self._column = 0
        self._layout_now = Layout()
        self._head = 1
        self._laid_out_in = 0
        self._target: tuple[int, int] | None = None
        self._open_there = False
        self._stale = False
        self._reader = PageReader(self, self._wanted, self._take, self._fail)
        self._followers: list[Callable[[], None]] = []

    def open_cell(self) -> None:
        """Called when the cell under the cursor is to be opened."""

    def tell_moved(self, row: int | None, column: str | None) -> None:
        """Called when the cursor is on another cell, or the rows are others; without rows with None."""

    def tell_failed(self, reason: str) -> None:
        """Called when rows could not be read; `reason` may quote data."""

    # What is shown

    def set_source(
        self,
        prepared: Paged,
        columns: Sequence[TableColumn],
        key: Hashable = None,
        row: int | None = None,
        column: str = "",
        top: int | None = None,
        renewal: Renewal | None = None,
        shown: Sequence[TableColumn] | None = None,
    ) -> None:
        """Show `columns` of the rows of `prepared`, as soon as the first of them are read.

        When `key` is that of the rows shown before and not None, the cursor keeps its place and column; `row` and
        `column` put it elsewhere, `top` is the position of the row then shown first. `renewal` is what `renew` does
        with rows at hand; `shown` are the same columns as `show_columns` takes them. Do not close what was shown before
        until `CursorMoved` comes.
        """
        self._next = Source(prepared, columns, key, Place(row, column, top), renewal)
        if shown is not None:
            self._next.arrange(shown)
        self._target, self._open_there = None, False
        self._read_on()

    def show_columns(self, columns: Sequence[TableColumn], column: str = "") -> None:
        """Show the columns given before in another order, or otherwise, with the cursor on `column` (default: as it is).

        Nothing is read for it.
        """
        for source in (self._source, self._next):
            if source is not None and sorted(source.names) == sorted(one.name for one in columns):
                source.arrange(columns)
                source.measure(self._format_time)
        if self._source is None:
            return
        if column in self._source.names:
            self._column = self._source.names.index(column)
        self._lay_out()
        self.refresh()
        self._read_on()
        self._tell()

    def renew(self) -> None:
        """Shows rows at hand as they are to be shown now; only the lines that changed are drawn."""
        # A page that is being read may hold what was said before.
        self._stale = self._reader.busy
        source = self._next or self._source
        if source is None or source.renewal is None:
            return
        changed = source.renew()
        if source is self._next:
            return
        layout = self._layout_now
        self._lay_out()
        if self._layout_now != layout:
            self.refresh()
        else:
            lines = [row for row in changed if 0 <= row - self._top < self._height]
            if lines:
                self.refresh(*map(self._line_region, lines))
        for draw in self._followers:
            draw()

    def clear(self) -> None:
        """Show nothing."""
        self._source = self._next = self._target = None
        self._layout_now = Layout()
        self.refresh()
        self._tell()

    def follow(self, draw: Callable[[], None]) -> None:
        """Have `draw` called whenever `CursorMoved` is posted, but at once: what it draws goes out in the same frame."""
        self._followers.append(draw)

    @property
    def format_time(self) -> FormatTime:
        """How datetimes, which are in UTC, are shown."""
        return self._format_time

    @format_time.setter
    def format_time(self, format_time: FormatTime) -> None:
        self._format_time = format_time
        if self._source is not None:
            self._source.measure(format_time)
            self._lay_out()
            self.refresh()

    @property
    def row_count(self) -> int:
        """Rows in the view shown."""
        return self._source.count if self._source is not None else 0

    # Where the cursor is

    @property
    def cursor_row(self) -> int:
        """The position in the view of the row under the cursor."""
        return self._row

    @property
    def in_sight(self) -> dict[int, int]:
        """The rows that the table shows, each with its line in the table."""
        shown = range(self._top, min(self._top + self._height, self.row_count))
        return {row: self._head + row - self._top for row in shown}

    @property
    def top(self) -> int:
        """The position of the first row shown."""
        return self._top

    @property
    def cursor_column(self) -> TableColumn | None:
        """The column under the cursor; None when nothing is shown."""
        if self._source is None or self._column not in self._stops:
            return None
        return self._source.columns[self._column]

    @property
    def _stops(self) -> list[int]:
        """The columns that the cursor can be on, from left to right."""
        columns = self._source.columns if self._source is not None else ()
        return [index for index in self._layout_now.order if not columns[index].passive]

    def width_of(self, column: str) -> tuple[int, int]:
        """Cells in which `column` is shown (0: it is not), and those that its values known so far take."""
        source = self._source
        if source is None or not source.widths or column not in source.names:
            return 0, 0
        index = source.names.index(column)
        slot = self._layout_now.slot(index)
        return slot.width if slot is not None else 0, source.widths[index]

    def row_at_cursor(self) -> Row | None:
        """The values of the row under the cursor, in the order of the columns given, hidden ones too."""
        return self._source.row(self._row) if self._source is not None else None

    def cell_at_cursor(self) -> Any:
        """The value under the cursor; None when it is null or when there is none."""
        row = self.row_at_cursor()
        return row[self._column] if row is not None else None

    def move_cursor(self, row: int | None = None, column: str | None = None) -> None:
        """Put the cursor on the row at position `row` and on the column named `column`, scrolling there."""
        if self._source is None:
            return
        if column is not None:
            for index in self._stops:
                if self._source.columns[index].name == column:
                    self._go_to_column(index)
        if row is not None:
            self._go(row, self._goal[1])

    # Moving

    @property
    def _height(self) -> int:
        """Rows that fit under the header."""
        return max(1, self.size.height - self._head)

    @property
    def _goal(self) -> tuple[int, int]:
        """Cursor row and first row shown, as they will be when the rows asked for are read."""
        return self._target or (self._row, self._top)

    def _go(self, row: int, top: int) -> None:
        """Move to `row` with `top` shown first, or half a page around `row` when it is not shown then."""
        if self._source is None or not self._source.count or self._open_there:
            return
        row, top = place_cursor(row, top, self._height, self._source.count)
        if (row, top) == (self._row, self._top):
            self._target = None
        elif self._source.missing(top, top + self._height) is None:
            self._arrive(row, top)
        else:
            self._target = (row, top)
        self._read_on()

    def _arrive(self, row: int, top: int) -> None:
        before, scrolled = self._row, top != self._top
        self._row, self._top, self._target = row, top, None
        if scrolled:
            self._draw_rows()
        else:
            self.refresh(self._line_region(before), self._line_region(row))
        self._tell()
        if self._open_there:
            self._open_there = False
            self.open_cell()

    def _draw_rows(self) -> None:
        """Draw all rows shown, and the header when a number among them needs a wider column."""
        source, layout = self._source, self._layout_now
        if source is not None and source.measure(self._format_time, source.rows(*self._window(self._top))):
            self._lay_out()
        if self._layout_now != layout:
            self.refresh()
        else:
            self.refresh(Region(0, self._head, self.size.width, self._height))

    def _line_region(self, row: int) -> Region:
        return Region(0, self._head + row - self._top, self.size.width, 1)

    def _go_to_column(self, index: int) -> None:
        if index == self._column or self._source is None or self._open_there:
            return
        slots = [self._layout_now.slot(self._column)]
        self._column = index
        before = self._layout_now
        self._lay_out()
        if self._layout_now != before:
            self.refresh()
        else:
            slots.append(before.slot(index))
            end = max(slot.x + slot.width for slot in slots if slot is not None)
            self.refresh(Region(0, self._head + self._row - self._top, end, 1))
        self._tell()

    def _tell(self) -> None:
        column = self.cursor_column
        there = column is not None and self.row_count > 0
        for draw in self._followers:
            draw()
        self.tell_moved(self._row if there else None, column.name if column and there else None)

    def _lay_out(self) -> None:
        source = self._source
        if source is None or not source.widths:
            return
        # What was scrolled away while the table was not shown, and had no width, says nothing.
        width, first = self.size.width, self._layout_now.before if self._laid_out_in else 0
        self._laid_out_in = width
        columns, natural = source.laid_out, source.natural()
        self._head = 1
        whole = lay_out(columns, natural, width, 0, source.order)
        if whole.after and self.size.height >= _LOWEST_WITH_TWO:
            narrower, labels = source.natural(lines=2), source.labels
            cut = any(slot.width < cell_width(labels[slot.index]) for slot in whole.slots)
            if cut or lay_out(columns, narrower, width, 0, source.order).after < whole.after:
                self._head, natural = 2, narrower
        layout = lay_out_around(columns, natural, width, first, self._column, source.order)
        self._layout_now = layout
        if self._stops and self._column not in self._stops:
            self._column = self._stops[0]
            self._layout_now = lay_out_around(columns, natural, width, first, self._column, source.order)
        if source.count:
            self._row, self._top = place_cursor(self._row, self._top, self._height, source.count)

    def on_mount(self) -> None:
        """Read the rows asked for before there was an event loop."""
        self._read_on()

    def on_resize(self) -> None:
        """Lay out anew and keep the cursor in sight."""
        self._lay_out()
        self.refresh()
        self._read_on()

    # Reading

    def _read_on(self) -> None:
        """Have the rows read that are wanted and not at hand."""
        if self._next is not None and self._next.count == 0:
            self._take_over(self._next)
        self._reader.read_on()

    def _wanted(self) -> tuple[Source, int] | None:
        """The page to read next: of what comes, of where the cursor goes, of what is shown, of what is near."""
        if self._next is not None:
            number = self._next.missing(*self._window(self._next_place(self._next)[1]))
            return (self._next, number) if number is not None else None
        if self._source is None or self._source.failed:
            return None
        start, end = self._window(self._top)
        ranges = [(start, end), (start - PAGE_ROWS // 2, end + PAGE_ROWS)]
        if self._target is not None:
            ranges.insert(0, self._window(self._target[1]))
        found = [number for one in ranges if (number := self._source.missing(*one)) is not None]
        return (self._source, found[0]) if found else None

    def _window(self, top: int) -> tuple[int, int]:
        return top, top + self._height

    def _next_place(self, source: Source) -> tuple[int, int]:
        """Where the cursor goes in `source`, and the first row shown then."""
        row, top = (self._row, self._top) if source.follows(self._source) else (0, 0)
        row = row if source.place.row is None else source.place.row
        top = top if source.place.top is None else source.place.top
        return place_cursor(row, top, self._height, source.count)

    def _fail(self, source: Source, reason: str) -> None:
        # What is about to be replaced may be gone already.
        if source is (self._next or self._source):
            self._next, self._target, self._open_there = None, None, False
            self.tell_failed(reason)

    def _take(self, source: Source, number: int, rows: list[Row]) -> None:
        """Draw what became possible with page `number` of `source`."""
        in_sight = source is self._source and source.missing(*self._window(self._top)) == number
        source.keep(number, rows)
        if source is self._next:
            if source.missing(*self._window(self._next_place(source)[1])) is None:
                self._take_over(source)
        elif source is self._source:
            if self._target is not None and source.missing(*self._window(self._target[1])) is None:
                self._arrive(*self._target)
            elif in_sight:
                self._draw_rows()
        if self._stale:
            self.renew()

    def _take_over(self, source: Source) -> None:
        """Show `source`, which has at hand what is shown first."""
        before = self.cursor_column
        same = source.follows(self._source)
        name = source.place.column or (before.name if before is not None and same else "")
        self._row, self._top = self._next_place(source) if source.count else (0, 0)
        self._source, self._next = source, None
        if not same:
            self._layout_now = Layout()
        self._column = source.names.index(name) if name in source.names else 0
        source.measure(self._format_time)
        self._lay_out()
        self.refresh()
        self._tell()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """A line of the header, a row, or nothing."""
        source, width = self._source, self.size.width
        if source is None or not self._layout_now.slots:
            return Strip.blank(width, self.rich_style)
        if y < self._head:
            style = self.get_component_rich_style("table--header")
            return header_strips(source.labels, source.columns, self._layout_now, width, style, self._head)[y]
        position = self._top + y - self._head
        row = source.row(position)
        if row is None:
            return Strip.blank(width, self.rich_style)
        look = self._look(source, position == self._row)
        return row_strip(row, source.columns, self._layout_now, width, self._format_time, look)

    def _look(self, source: Source, under_cursor: bool) -> RowLook:
        search = search_pattern(source.prepared.view.search)
        # Only what it sets, to be added to the style of the cell.
        match = self.get_component_rich_style("table--match", partial=True)
        if not under_cursor:
            return RowLook(self.rich_style, self.rich_style, match, None, search)
        row, cell = (self.get_component_rich_style(f"table--{part}") for part in ("row", "cursor"))
        return RowLook(row, cell, match, self._column, search)
