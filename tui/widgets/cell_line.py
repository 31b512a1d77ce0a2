"""One line that shows the cell under a table's cursor whole."""

from __future__ import annotations

from typing import Any

from tui.results.values import plain_text
from tui.widgets.line import Line, Piece
from tui.widgets.result_table import ResultTable

NULL_WORD = "(null)"
EMPTY_WORD = "(empty)"


class CellLine(Line):
    """`Column = value`, with a note on what opening it would list. Draws only the cells that change."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(separator="", id=id)

    def show_cursor(self, table: ResultTable, note: str = "") -> None:
        """Show the cell under the cursor of `table`, and `note` where there is room."""
        column = table.cursor_column
        if column is None or table.row_at_cursor() is None:
            self.show([])
            return
        self.show(
            [
                Piece(column.label or column.name, role="strong"),
                Piece(" = "),
                Piece(whole_text(table.cell_at_cursor())),
                Piece(f"  {note}" if note else "", role="muted", rank=1, leaves=True),
            ]
        )


def whole_text(value: Any) -> str:
    """All of `value` as text (not safe to show); null and empty in words. Times with date, zone and fraction."""
    if value is None:
        return NULL_WORD
    if value == "":
        return EMPTY_WORD
    return plain_text(value)
