from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from textual.app import App, ComposeResult

from tui.results.store import ResultStore
from tui.widgets.cell_line import CellLine, whole_text
from tui.widgets.result_table import ResultTable
from tui.widgets.table_cells import cell_text, short_time
from tui.widgets.table_layout import TableColumn

WHEN = datetime(2026, 11, 21, 2, 47, 0, 250_000, tzinfo=UTC)


class LineApp(App[None]):
    def compose(self) -> ComposeResult:
        yield ResultTable()
        yield CellLine()


@pytest.mark.parametrize(
    ("value", "in_cell", "whole"),
    [
        (None, "·", "(null)"),
        ("", "", "(empty)"),
        ("a\x1bb", "a␛b", "a\x1bb"),
        (4, "4", "4"),
        (0.123456789, "0.1235", "0.123456789"),
        (500.0, "500", "500"),
        (0.00001234, "1.234e-05", "1.234e-05"),
        (-0.0, "0", "-0"),
        (float("nan"), "NaN", "NaN"),
        (True, "true", "true"),
        (Decimal("1.50"), "1.50", "1.50"),
        (timedelta(hours=1), "01:00:00", "01:00:00"),
        (WHEN, "11-21 02:47:00", "2026-11-21T02:47:00.250Z"),
    ],
)
def test_a_cell_is_short_and_the_line_whole(value: object, in_cell: str, whole: str) -> None:
    assert cell_text(value, short_time) == in_cell
    assert whole_text(value) == whole


async def test_the_line_says_what_is_under_the_cursor() -> None:
    store = ResultStore(None)
    rows = store.load(pa.table({"ProcessCommandLine": ["x" * 60, "evil \x1b]0;t\x07"]}))
    app = LineApp()
    async with app.run_test(size=(100, 6)) as pilot:
        table, line = app.query_one(ResultTable), app.query_one(CellLine)
        line.follow(table, lambda table: f"row {table.cursor_row}")
        table.set_source(rows.prepare(), [TableColumn("ProcessCommandLine", "Command line", maximum=20)])
        table.focus()
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert line.text == f"Command line = {'x' * 60}  row 0"
        await pilot.press("down")
        assert line.text == "Command line = evil ␛]0;t␇  row 1"
        await pilot.resize_terminal(20, 6)
        await pilot.pause()
        assert line.text == "Command line = evil…"
        table.clear()
        assert line.text == ""
    store.close()
