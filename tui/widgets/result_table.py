"""The table of a run's rows, on Textual's line API: it reads the pages it shows and draws only the lines that change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.table_cells import FormatTime, label_text, short_time
from tui.widgets.table_layout import Layout, TableColumn, lay_out_around, place_cursor
from tui.widgets.table_pages import PAGE_ROWS, Paged, PageReader, Row, Source
from tui.widgets.table_paint import RowLook, header_strip, row_strip, search_pattern

_WHEEL_ROWS = 3


class ResultTable(Widget, can_focus=True):
    """Rows of a `PreparedView` under a header, with a cursor on one cell.

    The table scrolls itself, half a page at a time, and has no scroll bar: both keep what is written small. Rows that
    are not at hand are read in a thread first; the cursor then moves and the table is drawn once, at the newest place
    asked for.
    """

    @dataclass
    class CellOpened(Message):
        """Enter or a double click on the cell of `column` in the row at position `row`."""

        row: int
        column: str

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another cell, or the rows are others; without rows both are None."""

        row: int | None
        column: str | None

    @dataclass
    class PageFailed(Message):
        """Rows could not be read; `reason` may quote data."""

        reason: str

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--header", "table--row", "table--cursor", "table--match"}
    DEFAULT_CSS = """
    ResultTable {
        height: 1fr;
        & > .table--header { color: $text-muted; text-style: bold; }
        & > .table--row { background: $panel; }
        & > .table--cursor { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; }
        & > .table--match { text-style: bold underline; }
        &:focus > .table--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="table.open"),
        Binding("down,j", "move(1)", "down", show=False, id="table.down"),
        Binding("up,k", "move(-1)", "up", show=False, id="table.up"),
        Binding("right,l", "column(1)", "right", show=False, id="table.right"),
        Binding("left,h", "column(-1)", "left", show=False, id="table.left"),
        Binding("pagedown", "scroll_rows(1.0)", "page down", show=False, id="table.page_down"),
        Binding("pageup", "scroll_rows(-1.0)", "page up", show=False, id="table.page_up"),
        Binding("ctrl+d", "scroll_rows(0.5)", "half a page down", show=False, id="table.half_page_down"),
        Binding("ctrl+u", "scroll_rows(-0.5)", "half a page up", show=False, id="table.half_page_up"),
        Binding("g,ctrl+home", "edge(-1)", "first row", show=False, id="table.first_row"),
        Binding("G,ctrl+end", "edge(1)", "last row", show=False, id="table.last_row"),
        Binding("home", "edge_column(-1)", "first column", show=False, id="table.first_column"),
        Binding("end", "edge_column(1)", "last column", show=False, id="table.last_column"),
    ]

    def __init__(self, format_time: FormatTime = short_time, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._format_time = format_time
        self._source: Source | None = None
        self._next: Source | None = None
        self._next_row: int | None = None
        self._row = 0
        self._top = 0
        self._column = 0
        self._layout_now = Layout()
        self._laid_out_in = 0
        self._target: tuple[int, int] | None = None
        self._open_there = False
        self._reader = PageReader(self, self._wanted, self._take, self._fail)
        self._followers: list[Callable[[], None]] = []

    # What is shown

    def set_source(
        self, prepared: Paged, columns: Sequence[TableColumn], key: Hashable = None, row: int | None = None
    ) -> None:
        """Show `columns` of the rows of `prepared`, as soon as the first of them are read.

        When `key` is that of the rows shown before and not None, the cursor keeps its place and column; `row` puts it
        elsewhere. Do not close what was shown before until `CursorMoved` comes.
        """
        self._next, self._next_row = Source(prepared, columns, key), row
        self._target, self._open_there = None, False
        self._read_on()

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

    # Keys and mouse

    def action_move(self, rows: int) -> None:
        """Move the cursor by `rows`."""
        row, top = self._goal
        self._go(row + rows, top)

    def action_scroll_rows(self, pages: float) -> None:
        """Scroll by `pages` of what is shown, the cursor with it."""
        row, top = self._goal
        rows = max(1, int(abs(pages) * self._height)) * (1 if pages > 0 else -1)
        self._go(row + rows, top + rows)

    def action_edge(self, side: int) -> None:
        """Go to the first row (-1) or the last (1)."""
        row = 0 if side < 0 else self.row_count - 1
        self._go(row, row)

    def action_column(self, columns: int) -> None:
        """Move the cursor by `columns`."""
        stops = self._stops
        if stops:
            place = stops.index(self._column) + columns
            self._go_to_column(stops[max(0, min(place, len(stops) - 1))])

    def action_edge_column(self, side: int) -> None:
        """Go to the first column (-1) or the last (1)."""
        self.action_column(side * len(self._layout_now.order))

    def action_open(self) -> None:
        """Open the cell under the cursor; when the cursor is on its way, the one where it will be."""
        self._open_there = self._target is not None
        column = self.cursor_column
        if not self._open_there and column is not None and self.row_at_cursor() is not None:
            self.post_message(self.CellOpened(self._row, column.name))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; open at the second click."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None or not 0 < offset.y <= self.row_count - self._top:
            return
        column = self._layout_now.column_at(offset.x)
        if column in self._stops:
            self._go_to_column(column)
        self._go(self._top + offset.y - 1, self._top)
        if event.chain == 2:
            self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the cursor down some rows: a wheel that scrolled would draw the whole table at each notch."""
        event.stop()
        self.action_move(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the cursor up some rows."""
        event.stop()
        self.action_move(-_WHEEL_ROWS)

    # Moving

    @property
    def _height(self) -> int:
        """Rows that fit under the header."""
        return max(1, self.size.height - 1)

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
            self.action_open()

    def _draw_rows(self) -> None:
        """Draw all rows shown, and the header when a number among them needs a wider column."""
        source, layout = self._source, self._layout_now
        if source is not None and source.measure(self._format_time, source.rows(*self._window(self._top))):
            self._lay_out()
        if self._layout_now != layout:
            self.refresh()
        else:
            self.refresh(Region(0, 1, self.size.width, self._height))

    def _line_region(self, row: int) -> Region:
        return Region(0, 1 + row - self._top, self.size.width, 1)

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
            self.refresh(Region(0, 1 + self._row - self._top, end, 1))
        self._tell()

    def _tell(self) -> None:
        column = self.cursor_column
        there = column is not None and self.row_count > 0
        for draw in self._followers:
            draw()
        self.post_message(self.CursorMoved(self._row if there else None, column.name if column and there else None))

    def _lay_out(self) -> None:
        if self._source is not None and self._source.natural:
            # What was scrolled away while the table was not shown, and had no width, says nothing.
            source, first = self._source, self._layout_now.before if self._laid_out_in else 0
            self._laid_out_in = self.size.width
            self._layout_now = lay_out_around(source.columns, source.natural, self.size.width, first, self._column)
            if self._stops and self._column not in self._stops:
                self._column = self._stops[0]
                self._layout_now = lay_out_around(source.columns, source.natural, self.size.width, first, self._column)

    def on_mount(self) -> None:
        """Read the rows asked for before there was an event loop."""
        self._read_on()

    def on_resize(self) -> None:
        """Lay out anew and keep the cursor in sight."""
        self._lay_out()
        if self._source is not None and self._source.count:
            self._row, self._top = place_cursor(self._row, self._top, self._height, self._source.count)
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
        if self._next_row is not None:
            row = self._next_row
        return place_cursor(row, top, self._height, source.count)

    def _fail(self, source: Source, reason: str) -> None:
        # What is about to be replaced may be gone already.
        if source is (self._next or self._source):
            self._next, self._target, self._open_there = None, None, False
            self.post_message(self.PageFailed(reason))

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

    def _take_over(self, source: Source) -> None:
        """Show `source`, which has at hand what is shown first."""
        name = column.name if (column := self.cursor_column) is not None else ""
        same = source.follows(self._source)
        self._row, self._top = self._next_place(source) if source.count else (0, 0)
        names = [column.name for column in source.columns]
        self._column = names.index(name) if same and name in names else 0
        self._source, self._next, self._next_row = source, None, None
        if not same:
            self._layout_now = Layout()
        source.measure(self._format_time)
        self._lay_out()
        self.refresh()
        self._tell()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """The header, a row, or nothing."""
        source, width = self._source, self.size.width
        if source is None or not self._layout_now.slots:
            return Strip.blank(width, self.rich_style)
        if y == 0:
            labels = [label_text(column, source.prepared.view.sort) for column in source.columns]
            style = self.get_component_rich_style("table--header")
            return header_strip(labels, source.columns, self._layout_now, width, style)
        row = source.row(self._top + y - 1)
        if row is None:
            return Strip.blank(width, self.rich_style)
        look = self._look(source, self._top + y - 1 == self._row)
        return row_strip(row, source.columns, self._layout_now, width, self._format_time, look)

    def _look(self, source: Source, under_cursor: bool) -> RowLook:
        search = search_pattern(source.prepared.view.search)
        # Only what it sets, to be added to the style of the cell.
        match = self.get_component_rich_style("table--match", partial=True)
        if not under_cursor:
            return RowLook(self.rich_style, self.rich_style, match, None, search)
        row, cell = (self.get_component_rich_style(f"table--{part}") for part in ("row", "cursor"))
        return RowLook(row, cell, match, self._column, search)
