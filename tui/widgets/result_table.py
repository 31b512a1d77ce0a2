"""The table of a run's rows with its keys: what moves the cursor, and what it says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.widgets.table_view import TableView

_WHEEL_ROWS = 3


class ResultTable(TableView):
    """A `TableView` that is moved in by keys and mouse, and posts what happens."""

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

    def open_cell(self) -> None:
        """Says that the cell under the cursor is to be opened."""
        column = self.cursor_column
        if column is not None and self.row_at_cursor() is not None:
            self.post_message(self.CellOpened(self._row, column.name))

    def tell_moved(self, row: int | None, column: str | None) -> None:
        """Says where the cursor is."""
        self.post_message(self.CursorMoved(row, column))

    def tell_failed(self, reason: str) -> None:
        """Says that rows could not be read."""
        self.post_message(self.PageFailed(reason))

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
        if not self._open_there:
            self.open_cell()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; open at the second click."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None or not 0 <= offset.y - self._head < self.row_count - self._top:
            return
        column = self._layout_now.column_at(offset.x)
        if column in self._stops:
            self._go_to_column(column)
        self._go(self._top + offset.y - self._head, self._top)
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
