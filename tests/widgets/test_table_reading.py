"""The rows of a table are read by page, in threads, and drawn when they are there."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

from tests.support.tables import (
    NUMBER,
    TableApp,
    held,
    lines,
    numbers,
    settle,
    show,
    shown_numbers,
)
from tui.results.store import ResultStore
from tui.results.view import RowView
from tui.widgets.table_layout import TableColumn


@pytest.fixture
def store() -> Iterator[ResultStore]:
    opened = ResultStore(None)
    yield opened
    opened.close()


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


async def test_a_number_is_never_cut_when_a_wider_one_comes(store: ResultStore) -> None:
    async with TableApp().run_test(size=(30, 8)) as pilot:
        app = await show(pilot, numbers(store, 123_456).prepare(), NUMBER)
        await pilot.press("G")
        await settle(pilot)
        assert lines(app)[-1].strip() == ">123455"


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
