"""One line that shows the cell under a table's cursor whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.results.values import plain_text
from tui.widgets.line import Line, Piece
from tui.widgets.result_table import ResultTable

NULL_WORD = "(null)"
EMPTY_WORD = "(empty)"


class CellLine(Line):
    """`Column = value`, with a note such as what opening the cell would list. Draws only the cells that change."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(separator="  ", id=id)

    def follow(self, table: ResultTable, *notes: Callable[[ResultTable], str]) -> None:
        """Show the cell under the cursor of `table` from now on, and what `notes` say of it where there is room."""
        table.follow(lambda: self.show_cursor(table, *(note(table) for note in notes)))

    def show_cursor(self, table: ResultTable, *notes: str) -> None:
        """Show the cell under the cursor of `table`, and `notes` where there is room; the last leave first."""
        column = table.cursor_column
        if column is None or table.row_at_cursor() is None:
            self.show([])
            return
        text = f"{column.label or column.name} = {whole_text(table.cell_at_cursor())}"
        last = len(notes)
        self.show([Piece(text), *(Piece(note, "", "muted", last - place, True) for place, note in enumerate(notes))])


def whole_text(value: Any) -> str:
    """All of `value` as text (not safe to show); null and empty in words, times with date, zone and fraction."""
    if value is None:
        return NULL_WORD
    return EMPTY_WORD if value == "" else plain_text(value)
