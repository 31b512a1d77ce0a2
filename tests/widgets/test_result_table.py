"""The table of results: what it looks like, and what keys and mouse do in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from textual import events
from textual.geometry import Region

from tests.support.tables import (
    NUMBER,
    TableApp,
    lines,
    numbers,
    settle,
    show,
    shown_numbers,
)
from tui.results.store import ResultStore
from tui.results.view import RowView
from tui.terminal.safe_text import HIDDEN, cell_width
from tui.widgets.result_table import ResultTable
from tui.widgets.table_layout import TableColumn

FIRST = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
HOSTILE = [
    "[bold red]x[/]",
    'powershell "[Convert]::FromBase64String"',
    "C:\\Temp\\[red]x",
    "[/] [/c] [/dev/null] sed 's/[/]/_/'",
    "[link=file:///etc/passwd]x[/]",
    "[@click=app.quit]click[/]",
    "[ @click=app.simulate_key('q')]click",
    "\x1b]0;title\x1b\\",
    "\x1b]0;title\x07",
    "\x1b]52;c;ZXZpbA==\x1b\\",
    "\x1b[2J\x1b[H\x1b[6n\x1bc",
    "\x1bPdcs\x1b\\ \x1bkname\x1b\\",
    "\x9b2J \x9d0;x\x9c",
    "safe\rEVIL \x08\x08 \x0b \x0c \x07",
    "\x00 \x7f \x0e\x0f",
    "a\tb\nc\r\nd",
    "a\u2028b\u2029c\x85d",
    "invoice\u202efdp.exe \u2066x\u2069",
    "ad\u200bmin \ufeff \u2060",
    "a\U000e0041\U000e0042b",
    "e" + "\u0301" * 200,
    "\u0301leading",
    "界" * 100,
    "한글 ﾊﾝ 😀 ❤\ufe0f 👨\u200d👩",
    "x" * 1_000_000,
]


@pytest.fixture
def store() -> Iterator[ResultStore]:
    opened = ResultStore(None)
    yield opened
    opened.close()


async def test_what_it_looks_like(store: ResultStore) -> None:
    rows = store.load(
        pa.table(
            {
                "FirstSeen": pa.array([FIRST, FIRST + timedelta(minutes=44), None], pa.timestamp("us", "UTC")),
                "DeviceName": ["fs01", "fin-ws-114", ""],
                "ProcessCount": pa.array([880, 4, None], pa.int64()),
                "Folder": ["C:\\Users\\j.doe\\AppData\\Local\\Temp\\a.zip", None, "D:\\"],
                "Share": [0.5, 0.00001, float("nan")],
                "Admin": [True, False, None],
            }
        )
    )
    columns = [
        TableColumn("DeviceName", "Device", pinned=True, opens="timeline"),
        TableColumn("ProcessCount", "Processes", kind="number", opens="rows"),
        TableColumn("FirstSeen", "First", kind="time"),
        TableColumn("Folder", kind="path"),
        TableColumn("Share", kind="number"),
        TableColumn("Admin", kind="bool"),
    ]
    async with TableApp().run_test(size=(84, 6)) as pilot:
        app = await show(pilot, rows.prepare(RowView(sort=(("ProcessCount", True),))), columns)
        assert [line.rstrip() for line in lines(app)] == [
            " Device↵     Processes↵▾  First           Folder                       Share  Admin",
            ">fs01                880  11-21 02:47:00  C:\\Users…a\\Local\\Temp\\a.zip    0.5  true",
            " fin-ws-114            4  11-21 03:31:00  ·                            1e-05  false",
            "                       ·  ·               D:\\                            NaN  ·",
            "",
        ]
        assert app.line.text == "Device = fs01  opens 4 events"
        await pilot.press("down", "down", "l", "l", "l", "l", "l")
        assert app.line.text == "Admin = (null)  opens 4 events"
        await pilot.press("home")
        assert app.line.text == "Device = (empty)  opens 4 events"


@pytest.mark.parametrize("kind", ["text", "path"])
async def test_hostile_values_are_shown_safely_and_in_their_place(store: ResultStore, kind: Any) -> None:
    rows = store.load(pa.table({"a": HOSTILE, "b": HOSTILE}))
    columns = [TableColumn("a", kind=kind), TableColumn("b", label="\x1b[31m[red]", kind=kind, opens="rows")]
    async with TableApp().run_test(size=(100, len(HOSTILE) + 2)) as pilot:
        app = await show(pilot, rows.prepare(RowView(search="click")), columns)
        for y, line in enumerate(lines(app)):
            assert re.search(f"[{HIDDEN}]", line) is None
            assert cell_width(line) == 100
            assert app.table.render_line(y).cell_length == 100
        assert "[ @click=app.simulate_key('q')]click" in lines(app)[7]
        assert lines(app)[0].rstrip().endswith("␛[31m[red]↵")
        await pilot.press("G")
        await pilot.click(ResultTable, offset=(10, 6))
        assert app.table.cursor_row == 5


async def test_search_is_marked_within_cells(store: ResultStore) -> None:
    rows = store.load(pa.table({"a": ["robocopy ROBO", "xcopy"], "b": ["x", "y"]}))
    async with TableApp().run_test(size=(40, 5)) as pilot:
        app = await show(pilot, rows.prepare(RowView(search="robo")), [TableColumn("b"), TableColumn("a")])
        marked = [segment.text for segment in app.table.render_line(1) if segment.style and segment.style.underline]
        assert marked == ["robo", "ROBO"]
        assert len(list(app.table.render_line(2))) == 1


async def test_keys_move_the_cursor(store: ResultStore) -> None:
    async with TableApp().run_test(size=(20, 12)) as pilot:
        app = await show(pilot, numbers(store, 1000).prepare(), NUMBER)
        assert app.table.size.height == 11
        for key, row, top in [
            ("down", 1, 0),
            ("j", 2, 0),
            ("k", 1, 0),
            ("up", 0, 0),
            ("up", 0, 0),
            ("pagedown", 10, 10),
            ("ctrl+d", 15, 15),
            ("ctrl+u", 10, 10),
            ("pageup", 0, 0),
            ("G", 999, 990),
            ("pagedown", 999, 990),
            ("g", 0, 0),
            ("ctrl+end", 999, 990),
            ("ctrl+home", 0, 0),
        ]:
            await pilot.press(key)
            await settle(pilot)
            assert (app.table.cursor_row, shown_numbers(app)[0]) == (row, top), key
            assert lines(app)[1 + row - top].startswith(">")


async def test_leaving_the_rows_shown_scrolls_half_a_page(store: ResultStore) -> None:
    async with TableApp().run_test(size=(20, 12)) as pilot:
        app = await show(pilot, numbers(store, 1000).prepare(), NUMBER)
        await pilot.press(*["down"] * 10)
        assert shown_numbers(app)[0] == 5
        await pilot.press(*["up"] * 6)
        assert (app.table.cursor_row, shown_numbers(app)[0]) == (4, 0)


async def test_a_step_draws_two_lines_and_a_mouse_draws_nothing(store: ResultStore) -> None:
    async with TableApp().run_test(size=(60, 12)) as pilot:
        app = await show(
            pilot,
            store.load(pa.table({"a": ["x"] * 50, "b": ["y"] * 50})).prepare(),
            [TableColumn("a"), TableColumn("b")],
        )
        app.table.drawn.clear()
        await pilot.press("down")
        assert app.table.drawn == [(Region(0, 1, 60, 1), Region(0, 2, 60, 1))]
        app.table.drawn.clear()
        await pilot.press("right")
        assert app.table.drawn == [(Region(0, 2, 5, 1),)]
        app.table.drawn.clear()
        await pilot.hover(ResultTable, offset=(5, 5))
        await pilot.hover(ResultTable, offset=(9, 9))
        assert app.table.drawn == []


async def test_rows_have_few_segments(store: ResultStore) -> None:
    rows = store.load(pa.table({name: ["x"] * 5 for name in "abcdef"}))
    async with TableApp().run_test(size=(60, 8)) as pilot:
        app = await show(pilot, rows.prepare(), [TableColumn(name) for name in "abcdef"])
        await pilot.press("right")
        assert [len(list(app.table.render_line(y))) for y in range(4)] == [1, 3, 1, 1]


async def test_the_mouse_moves_the_cursor_and_opens(store: ResultStore) -> None:
    rows = store.load(pa.table({"a": ["x"] * 50, "b": ["y"] * 50}))
    async with TableApp().run_test(size=(40, 12)) as pilot:
        app = await show(pilot, rows.prepare(), [TableColumn("a"), TableColumn("b")])
        await pilot.click(ResultTable, offset=(4, 3))
        assert (app.table.cursor_row, app.table.cursor_column) == (2, TableColumn("b"))
        assert app.opened == []
        await pilot.double_click(ResultTable, offset=(1, 4))
        assert app.opened == [(3, "a")]
        await pilot.click(ResultTable, offset=(4, 0))
        assert app.table.cursor_row == 3
        app.table.post_message(
            events.MouseScrollDown(
                app.table, 2, 2, 0, 1, 0, shift=False, meta=False, ctrl=False, screen_x=2, screen_y=2
            )
        )
        await pilot.pause()
        assert app.table.cursor_row == 6


async def test_no_rows(store: ResultStore) -> None:
    async with TableApp().run_test(size=(30, 6)) as pilot:
        app = await show(pilot, numbers(store, 0).prepare(), [TableColumn("n", "Count", kind="number")])
        assert [line.strip() for line in lines(app)] == ["Count", "", "", "", ""]
        await pilot.press("down", "G", "pagedown", "right", "end", "enter", "ctrl+d")
        await pilot.click(ResultTable, offset=(2, 2))
        assert app.opened == []
        assert app.moved == [(None, None)]
        assert (app.table.row_at_cursor(), app.table.cell_at_cursor(), app.line.text) == (None, None, "")


async def test_one_row(store: ResultStore) -> None:
    async with TableApp().run_test(size=(30, 6)) as pilot:
        app = await show(pilot, numbers(store, 1).prepare(), NUMBER)
        await pilot.press("down", "G", "pagedown", "right", "end", "g", "pageup", "enter")
        assert app.opened == [(0, "n")]
        assert app.table.cell_at_cursor() == 0


async def test_it_can_be_resized_at_any_time(store: ResultStore) -> None:
    rows = store.load(pa.table({"a": ["x" * 50] * 3000, "n": list(range(3000)), "b": ["界" * 30] * 3000}))
    columns = [TableColumn("a", pinned=True), TableColumn("n", kind="number"), TableColumn("b")]
    async with TableApp().run_test(size=(80, 24)) as pilot:
        app = await show(pilot, rows.prepare(), columns)
        app.table.move_cursor(1500, "b")
        for width, height in [(160, 45), (1, 2), (3, 3), (12, 4), (20, 10), (300, 90), (80, 24)]:
            await pilot.resize_terminal(width, height)
            await settle(pilot)
            assert app.table.cursor_row == 1500
            assert all(cell_width(line) == width for line in lines(app))
            if height > 3:
                assert sum(line.startswith(">") for line in lines(app)) == 1


async def test_columns_scroll_sideways_beside_the_pinned_ones(store: ResultStore) -> None:
    rows = store.load(pa.table({name: [name * 12] * 3 for name in "abcdef"}))
    columns = [TableColumn("a", pinned=True), *(TableColumn(name) for name in "bcdef")]
    async with TableApp().run_test(size=(50, 6)) as pilot:
        app = await show(pilot, rows.prepare(), columns)
        assert lines(app)[0].split() == ["a", "b", "c", "›"]
        await pilot.press("right", "right", "right")
        assert lines(app)[0].split() == ["a", "‹c", "d", "›"]
        await pilot.press("end")
        assert lines(app)[0].split() == ["a", "‹e", "f"]
        await pilot.press("left", "left")
        assert lines(app)[0].split() == ["a", "‹d", "e", "›"]
        await pilot.press("home")
        assert app.table.cursor_column == columns[0]


async def test_times_are_shown_in_the_zone_chosen(store: ResultStore) -> None:
    rows = store.load(pa.table({"t": pa.array([FIRST], pa.timestamp("us", "UTC"))}))
    async with TableApp().run_test(size=(30, 5)) as pilot:
        app = await show(pilot, rows.prepare(), [TableColumn("t", kind="time")])
        app.table.format_time = lambda when: f"{when + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
        assert lines(app)[1].strip() == ">2026-11-21 03:47:00"
