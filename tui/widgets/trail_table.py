"""The result table of the main screen: a place in it can be left and come back to."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from tui.results.prepared import PreparedView
from tui.widgets.result_table import ResultTable
from tui.widgets.table_cells import FormatTime, short_time
from tui.widgets.table_layout import TableColumn, place_cursor
from tui.widgets.table_pages import Source


class TrailTable(ResultTable):
    """A `ResultTable` that tells which row is shown first, and takes it with the cursor's row and column."""

    def __init__(self, format_time: FormatTime = short_time, id: str | None = None) -> None:  # noqa: A002
        super().__init__(format_time, id)
        self._wanted_top: int | None = None
        self._wanted_column = ""

    @property
    def top(self) -> int:
        """The position of the first row shown."""
        return self._top

    def show_place(
        self,
        prepared: PreparedView,
        columns: Sequence[TableColumn],
        key: Hashable,
        row: int | None = None,
        column: str = "",
        top: int | None = None,
    ) -> None:
        """As `set_source`, with the cursor in `column` and the row at `top` shown first, where they are given."""
        self._wanted_top, self._wanted_column = top, column
        self.set_source(prepared, columns, key, row)

    def _next_place(self, source: Source) -> tuple[int, int]:
        row, top = super()._next_place(source)
        return (
            (row, top) if self._wanted_top is None else place_cursor(row, self._wanted_top, self._height, source.count)
        )

    def _take_over(self, source: Source) -> None:
        super()._take_over(source)
        wanted, self._wanted_top, self._wanted_column = self._wanted_column, None, ""
        if wanted:
            self.move_cursor(column=wanted)
