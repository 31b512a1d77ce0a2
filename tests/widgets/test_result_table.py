import re
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.geometry import Region
from textual.pilot import Pilot

from tui.results.prepared import PreparedView
from tui.results.store import ResultStore, Rows
from tui.results.view import RowView
from tui.terminal.safe_text import HIDDEN, cell_width
from tui.widgets.cell_line import CellLine
from tui.widgets.gate import with_gate
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


class TableApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.table = CountingTable()
        self.line = CellLine()
        self.opened: list[tuple[int, str]] = []
        self.moved: list[tuple[int | None, str | None]] = []
        self.failed: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table
        yield self.line

    def on_mount(self) -> None:
        self.line.follow(self.table, lambda table: "opens 4 events")
        self.table.focus()

    def on_result_table_cell_opened(self, message: ResultTable.CellOpened) -> None:
        self.opened.append((message.row, message.column))

    def on_result_table_cursor_moved(self, message: ResultTable.CursorMoved) -> None:
        self.moved.append((message.row, message.column))

    def on_result_table_page_failed(self, message: ResultTable.PageFailed) -> None:
        self.failed.append(message.reason)

    def get_line_filters(self) -> list[LineFilter]:
        return with_gate(super().get_line_filters())


class CountingTable(ResultTable):
    """Remembers what was asked to be drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[tuple[Region, ...]] = []

    def refresh(self, *regions: Region, **options: Any) -> "CountingTable":
        if hasattr(self, "drawn"):
            self.drawn.append(regions)
        super().refresh(*regions, **options)
        return self


class HeldView(PreparedView):
    """A view whose pages come only when `gate` is open; remembers in which threads they were read."""

    gate: threading.Event
    threads: set[str]

    def page(self, offset: int, limit: int, columns: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
        self.threads.add(threading.current_thread().name)
        self.gate.wait(10)
        return super().page(offset, limit, columns)


@pytest.fixture
def store() -> Iterator[ResultStore]:
    opened = ResultStore(None)
    yield opened
    opened.close()


def numbers(store: ResultStore, count: int) -> Rows:
    return store.load(pa.table({"n": pa.array(range(count), pa.int64())}))


def held(rows: Rows) -> HeldView:
    view = rows.prepare()
    view.__class__ = HeldView
    assert isinstance(view, HeldView)
    view.gate, view.threads = threading.Event(), set()
    return view


NUMBER = [TableColumn("n", kind="number")]


def lines(app: TableApp) -> list[str]:
    """What the table shows, line by line."""
    return [app.table.render_line(y).text for y in range(app.table.size.height)]


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def show(pilot: Pilot[None], view: PreparedView, columns: Sequence[TableColumn], **options: Any) -> TableApp:
    app = pilot.app
    assert isinstance(app, TableApp)
    app.table.set_source(view, columns, **options)
    await settle(pilot)
    return app


def shown_numbers(app: TableApp) -> list[int]:
    return [int(line.strip(" >")) for line in lines(app)[1:] if line.strip()]


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


async def test_a_million_rows_are_paged_right(store: ResultStore) -> None:
    rows = numbers(store, 1_000_000)
    async with TableApp().run_test(size=(20, 12)) as pilot:
        app = await show(pilot, rows.prepare(RowView(sort=(("n", True),))), NUMBER)
        for row in (0, 511, 512, 513, 700_123, 999_999, 5):
            app.table.move_cursor(row)
            await settle(pilot)
            assert app.table.row_at_cursor() == (999_999 - row,)
            first = shown_numbers(app)[0]
            assert shown_numbers(app) == list(range(first, first - 10, -1))


async def test_rows_are_read_off_the_event_loop_and_drawn_once_at_the_newest_place(store: ResultStore) -> None:
    view = held(numbers(store, 100_000))
    view.gate.set()
    async with TableApp().run_test(size=(20, 12)) as pilot:
        app = await show(pilot, view, [TableColumn("n", width=8)])
        view.gate.clear()
        app.table.drawn.clear()
        app.moved.clear()
        app.table.move_cursor(50_000)
        await pilot.press("down", "pagedown", "down")
        assert app.table.cursor_row == 0
        assert (app.table.drawn, app.moved) == ([], [])
        view.gate.set()
        await settle(pilot)
        assert app.moved == [(50_012, "n")]
        assert app.table.row_at_cursor() == (50_012,)
        assert len(app.table.drawn) == 1
    assert threading.main_thread().name not in view.threads


async def test_enter_opens_the_cell_the_cursor_is_on_its_way_to(store: ResultStore) -> None:
    view = held(numbers(store, 100_000))
    view.gate.set()
    async with TableApp().run_test(size=(20, 12)) as pilot:
        app = await show(pilot, view, NUMBER)
        view.gate.clear()
        await pilot.press("G", "enter", "up")
        assert app.opened == []
        view.gate.set()
        await settle(pilot)
        assert app.opened == [(99_999, "n")]
        await pilot.press("up", "enter")
        assert app.opened[1:] == [(99_998, "n")]


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


async def test_another_view_of_the_same_keeps_the_cursor(store: ResultStore) -> None:
    rows = store.load(pa.table({"a": list(range(5000)), "b": list(range(5000))}))
    columns = [TableColumn("a", kind="number"), TableColumn("b", kind="number")]
    async with TableApp().run_test(size=(30, 12)) as pilot:
        app = await show(pilot, rows.prepare(), columns, key="run 1")
        app.table.move_cursor(3000, "b")
        await settle(pilot)
        descending = rows.prepare(RowView(sort=(("a", True),)))
        await show(pilot, descending, columns[::-1], key="run 1")
        assert (app.table.cursor_row, app.table.row_at_cursor()) == (3000, (1999, 1999))
        assert app.table.cursor_column == columns[1]
        await show(pilot, descending, columns, key="run 1", row=7)
        assert app.table.row_at_cursor() == (4992, 4992)
        await show(pilot, rows.prepare(), columns, key="run 2")
        assert (app.table.cursor_row, app.table.cursor_column) == (0, columns[0])


async def test_what_was_shown_stays_until_the_next_rows_are_there(store: ResultStore) -> None:
    async with TableApp().run_test(size=(30, 12)) as pilot:
        app = await show(pilot, numbers(store, 5).prepare(), NUMBER)
        view = held(numbers(store, 3))
        app.table.set_source(view, NUMBER)
        await pilot.pause()
        assert shown_numbers(app) == [0, 1, 2, 3, 4]
        view.gate.set()
        await settle(pilot)
        assert shown_numbers(app) == [0, 1, 2]
        app.table.clear()
        await pilot.pause()
        assert "".join(lines(app)).strip() == ""
        assert app.moved[-1] == (None, None)


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


async def test_a_number_is_never_cut_when_a_wider_one_comes(store: ResultStore) -> None:
    async with TableApp().run_test(size=(30, 8)) as pilot:
        app = await show(pilot, numbers(store, 123_456).prepare(), NUMBER)
        await pilot.press("G")
        await settle(pilot)
        assert lines(app)[-1].strip() == ">123455"


async def test_times_are_shown_in_the_zone_chosen(store: ResultStore) -> None:
    rows = store.load(pa.table({"t": pa.array([FIRST], pa.timestamp("us", "UTC"))}))
    async with TableApp().run_test(size=(30, 5)) as pilot:
        app = await show(pilot, rows.prepare(), [TableColumn("t", kind="time")])
        app.table.format_time = lambda when: f"{when + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
        assert lines(app)[1].strip() == ">2026-11-21 03:47:00"


async def test_rows_that_cannot_be_read_are_told(store: ResultStore) -> None:
    rows = numbers(store, 5000)
    view = rows.prepare()
    async with TableApp().run_test(size=(30, 8)) as pilot:
        app = await show(pilot, view, NUMBER)
        rows.drop()
        await pilot.press("G")
        await settle(pilot)
        assert len(app.failed) == 1
        assert app.table.cursor_row == 0
        await show(pilot, numbers(store, 3).prepare(), NUMBER)
        assert shown_numbers(app) == [0, 1, 2]


async def test_values_of_hidden_columns_are_at_hand(store: ResultStore) -> None:
    rows = store.load(pa.table({"id": [7], "name": ["x"]}))
    async with TableApp().run_test(size=(30, 5)) as pilot:
        app = await show(pilot, rows.prepare(), [TableColumn("id", hidden=True), TableColumn("name")])
        assert app.table.row_at_cursor() == (7, "x")
        assert app.table.cursor_column == TableColumn("name")
        assert lines(app)[0].strip() == "name"
