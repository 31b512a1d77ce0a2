"""The result table of the main screen: a place in it can be left and come back to, and what is said of rows shows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from tui.widgets.result_table import ResultTable
from tui.widgets.table_cells import FormatTime, short_time
from tui.widgets.table_layout import TableColumn, place_cursor
from tui.widgets.table_pages import Paged, Row, Source

Renewal = Callable[[Sequence[Row], Sequence[str]], list[Row]]
"""Gives rows, whose columns are named, as they are to be shown now; the same objects where nothing else is."""


class TrailTable(ResultTable):
    """A `ResultTable` that tells which row is shown first, and takes it with the cursor's row and column."""

    def __init__(self, format_time: FormatTime = short_time, id: str | None = None) -> None:  # noqa: A002
        super().__init__(format_time, id)
        self._wanted_top: int | None = None
        self._wanted_column = ""
        self._renewal: Renewal | None = None
        self._stale = False

    @property
    def top(self) -> int:
        """The position of the first row shown."""
        return self._top

    def show_place(
        self,
        prepared: Paged,
        columns: Sequence[TableColumn],
        key: Hashable,
        row: int | None = None,
        column: str = "",
        top: int | None = None,
        renewal: Renewal | None = None,
    ) -> None:
        """As `set_source`, with the cursor in `column` and the row at `top` shown first, where they are given.

        `renewal` is what `renew` does with the rows.
        """
        self._wanted_top, self._wanted_column, self._renewal = top, column, renewal
        self.set_source(prepared, columns, key, row)

    def renew(self) -> None:
        """Shows rows at hand as they are to be shown now; only the lines that changed are drawn."""
        # A page that is being read may hold what was said before.
        self._stale = self._reader.busy
        if self._renewal is None:
            return
        if self._next is not None:
            self._next.renew(self._renewal)
            return
        if self._source is None:
            return
        changed, layout = self._source.renew(self._renewal), self._layout_now
        self._lay_out()
        if self._layout_now != layout:
            self.refresh()
        else:
            lines = [row for row in changed if 0 <= row - self._top < self._height]
            if lines:
                self.refresh(*map(self._line_region, lines))
        for draw in self._followers:
            draw()

    def _take(self, source: Source, number: int, rows: list[Row]) -> None:
        super()._take(source, number, rows)
        if self._stale:
            self.renew()

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
