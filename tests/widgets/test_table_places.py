"""Columns that the cursor passes over, and rows that are said anew: only what changed is drawn, and nothing moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pyarrow as pa
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.snapshot import screen_text
from tests.support.waiting import until
from tui.results.prepared import PreparedView
from tui.results.store import ResultStore
from tui.results.view import RowView
from tui.widgets.result_table import ResultTable
from tui.widgets.table_layout import TableColumn
from tui.widgets.table_pages import Row

COLUMNS = [
    TableColumn(":V", label="V", width=2, pinned=True, passive=True),
    TableColumn("Device", pinned=True),
    TableColumn(":Before", label="Before", passive=True),
    TableColumn("Count", kind="number"),
    TableColumn("Note"),
]
ROWS = 2_000


class Saying:
    """Rows of a view with what `said` says of them by number."""

    def __init__(self, held: PreparedView) -> None:
        self.held, self.view, self.count = held, held.view, held.count
        self.said: dict[int, tuple[str, str]] = {}

    def page(self, offset: int, limit: int, columns: Sequence[str]) -> list[Row]:
        rows = self.held.page(offset, limit, ["Device", "Count", "Note"])
        return self.judged([("", device, "", *rest) for device, *rest in rows], columns)

    def judged(self, rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
        return [self._judged(row) for row in rows]

    def _judged(self, row: Row) -> Row:
        sign, before = self.said.get(row[3], ("", ""))
        return row if (row[0], row[2]) == (sign, before) else (sign, row[1], before, *row[3:])


class TableApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.store = ResultStore(None)
        table = pa.table(
            {"Device": [f"ws-{n:04}" for n in range(ROWS)], "Count": list(range(ROWS)), "Note": ["note"] * ROWS}
        )
        self.saying = Saying(self.store.load(table).prepare(RowView()))
        self.lines: set[int] = set()

    def compose(self) -> ComposeResult:
        yield ResultTable(id="table")

    def on_mount(self) -> None:
        table = self.query_one(ResultTable)
        table.set_source(self.saying, COLUMNS, "key", renewal=self.saying.judged)
        table.focus()
        draw = table.render_line

        def drawn(y: int) -> Any:
            self.lines.add(y)
            return draw(y)

        table.render_line = drawn  # type: ignore[method-assign]


class Opened:
    def __init__(self, app: TableApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.table = app.query_one(ResultTable)

    @property
    def column(self) -> str:
        column = self.table.cursor_column
        return column.name if column is not None else ""

    @property
    def text(self) -> str:
        return screen_text(self.app)

    def say(self, **said: tuple[str, str]) -> None:
        self.app.saying.said = {int(name[1:]): words for name, words in said.items()}
        self.app.lines.clear()
        self.table.renew()


@asynccontextmanager
async def opened(size: tuple[int, int] = (80, 12)) -> AsyncIterator[Opened]:
    app = TableApp()
    async with app.run_test(size=size) as pilot:
        one = Opened(app, pilot)
        await until(pilot, lambda: one.table.row_at_cursor() is not None, "the rows")
        await pilot.pause()
        yield one
    app.store.close()


async def test_the_cursor_passes_over_columns_that_only_say_something() -> None:
    async with opened() as one:
        assert one.column == "Device"
        for key, column in (
            ("left", "Device"),
            ("right", "Count"),
            ("left", "Device"),
            ("end", "Note"),
            ("home", "Device"),
        ):
            await one.pilot.press(key)
            assert one.column == column
        await one.pilot.click(offset=(1, 3))
        assert (one.column, one.table.cursor_row) == ("Device", 2)
        one.table.move_cursor(column=":V")
        assert one.column == "Device"


async def test_only_lines_of_which_something_else_is_said_are_drawn() -> None:
    async with opened() as one:
        await one.pilot.press("down", "right")
        one.say(r3=("M", ""), r900=("M", ""))
        await one.pilot.pause()
        assert one.app.lines == {4}
        assert (one.table.cursor_row, one.column) == (1, "Count")
        assert one.text.splitlines()[4].split()[:2] == ["M", "ws-0003"]
        one.say(r3=("M", ""), r900=("M", ""))
        await one.pilot.pause()
        assert one.app.lines == set()
        one.say()
        await one.pilot.pause()
        assert one.app.lines == {4}


async def test_a_longer_text_gets_room_and_the_cursor_stays() -> None:
    async with opened() as one:
        await one.pilot.press("down", "right")
        assert "Before" not in one.text
        one.say(r3=("B", "benign until 12-14 ana"))
        await one.pilot.pause()
        assert "benign until 12-14 ana" in one.text
        assert (one.table.cursor_row, one.column) == (1, "Count")


async def test_rows_that_are_read_meanwhile_are_said_anew() -> None:
    async with opened() as one:
        page = one.app.saying.page

        def slow(offset: int, limit: int, columns: Sequence[str]) -> list[Row]:
            rows = page(offset, limit, columns)
            if offset == 1536:
                # What is said changes while the page, as it was said before, is on its way.
                one.app.call_from_thread(one.say, r1999=("M", "x"))
            return rows

        one.app.saying.page = slow  # type: ignore[method-assign]
        await one.pilot.press("G")
        await until(one.pilot, lambda: one.table.cursor_row == ROWS - 1, "the last row")
        await until(one.pilot, lambda: (one.table.row_at_cursor() or [""])[0] == "M", "what was said of it")


async def test_a_table_without_width_keeps_its_first_columns() -> None:
    async with opened() as one:
        one.table.styles.display = "none"
        await one.pilot.pause()
        one.table.set_source(one.app.saying, COLUMNS, "other", renewal=one.app.saying.judged)
        await until(one.pilot, lambda: one.table._source is not None and one.table._source.key == "other")
        one.table.styles.display = "block"
        await one.pilot.pause()
        assert one.text.splitlines()[0].split()[:3] == ["V", "Device", "Count"]
