"""A table of rows in an app, and what a test asks of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.geometry import Region
from textual.pilot import Pilot

from tui.results.prepared import PreparedView
from tui.results.store import ResultStore, Rows
from tui.widgets.cell_line import CellLine
from tui.widgets.gate import with_gate
from tui.widgets.result_table import ResultTable
from tui.widgets.table_layout import TableColumn


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

    def refresh(self, *regions: Region, **options: Any) -> CountingTable:
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
