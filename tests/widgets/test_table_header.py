"""The header of a table on one line or two, and the signs in its cells."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from textual.app import App, ComposeResult

from tests.support.snapshot import screen_text
from tests.support.waiting import until
from tui.results.store import ResultStore
from tui.terminal.safe_text import cell_width
from tui.widgets.result_table import ResultTable
from tui.widgets.table_cells import cell_text, label_lines, short_time
from tui.widgets.table_layout import TableColumn

COLUMNS = [
    TableColumn("Device", pinned=True),
    *(TableColumn(name, kind="number", opens="rows") for name in ("DistinctCommandLines", "NetworkPath", "FirstSeen")),
]


class TableApp(App[None]):
    def compose(self) -> ComposeResult:
        yield ResultTable(id="table")


@pytest.fixture
def store() -> Iterator[ResultStore]:
    opened = ResultStore(None)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("DistinctCommandLines↵", ("Distinct", "CommandLines↵")),
        ("ProcessVersionInfoOriginalFileName", ("ProcessVersionInfo", "OriginalFileName")),
        ("By CommandLine", ("By Command", "Line")),
        ("Legs↵", ("", "Legs↵")),
        ("SHA1", ("", "SHA1")),
        ("some_long_name", ("some_", "long_name")),
        ("", ("", "")),
    ],
)
def test_labels_break_between_words_so_that_they_are_narrow(label: str, lines: tuple[str, str]) -> None:
    assert label_lines(label) == lines


async def test_the_header_takes_two_lines_only_where_that_shows_more(store: ResultStore) -> None:
    rows = store.load(
        pa.table({column.name: ["fs01"] * 100 if not place else [7] * 100 for place, column in enumerate(COLUMNS)})
    )
    app = TableApp()
    async with app.run_test(size=(60, 20)) as pilot:
        table = app.query_one(ResultTable)
        table.set_source(rows.prepare(), COLUMNS)
        table.focus()
        await until(pilot, lambda: table.row_at_cursor() is not None)
        assert screen_text(app).splitlines()[:2] == [
            " Device  DistinctCommandLines↵  NetworkPath↵  FirstSeen↵",
            ">fs01                        7             7           7",
        ]
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert screen_text(app).splitlines()[:3] == [
            "              Distinct  Network  First",
            " Device  CommandLines↵    Path↵  Seen↵",
            ">fs01                7        7      7",
        ]
        await pilot.click(ResultTable, offset=(1, 3))
        assert table.cursor_row == 1
        await pilot.press("pagedown")
        assert (table.cursor_row, table.top) == (19, 18)
        await pilot.press("G")
        assert screen_text(app).splitlines()[19].startswith(">fs01")
        await pilot.resize_terminal(40, 6)
        await pilot.pause()
        assert screen_text(app).splitlines()[0].startswith(" Device  Distinct")
        assert all(cell_width(line) <= 40 for line in screen_text(app).splitlines())


async def test_columns_are_shown_otherwise_without_reading(store: ResultStore) -> None:
    rows = store.load(pa.table({"a": ["x" * 50], "b": ["y"], "c": [5]}))
    view = rows.prepare()
    columns = [TableColumn("a"), TableColumn("b"), TableColumn("c", kind="number", hidden=True)]
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        table = app.query_one(ResultTable)
        table.set_source(view, columns)
        await until(pilot, lambda: table.row_at_cursor() is not None)
        rows.drop()  # nothing can be read any more
        table.show_columns([TableColumn("c", kind="number"), TableColumn("b"), TableColumn("a", width=5)], "b")
        await pilot.pause()
        assert screen_text(app).splitlines()[:2] == [" c  b  a", ">5  y  xxxx…"]
        assert (table.cell_at_cursor(), table.row_at_cursor()) == ("y", ("x" * 50, "y", 5))
        table.show_columns([TableColumn("a", whole=True), TableColumn("c", kind="number"), TableColumn("b")])
        await pilot.pause()
        assert table.cursor_column == TableColumn("b")


def test_null_empty_and_several_lines_are_told_apart() -> None:
    assert [cell_text(value, short_time) for value in (None, "", "a\nb", "a\r\nb", "a b")] == [
        "·",
        "",
        "¶ a⏎b",
        "¶ a␍⏎b",
        "a b",
    ]
