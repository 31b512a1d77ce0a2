"""What the result table writes per key at 160x45, 130 columns of it the table: `python -m tests.benchmarks.table_bytes`.

Bytes and milliseconds until the last byte, beside what is promised, over 1,000,000 rows of 12 columns.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pyarrow as pa
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.filter import LineFilter
from textual.widgets import Static

from tests.benchmarks.results_store import SCHEMA, write_rows
from tests.benchmarks.terminal import DOWN, PAGE_DOWN, RIGHT, Presses, Terminal, python
from tui.results.store import ResultStore
from tui.results.view import RowView
from tui.widgets.cell_line import CellLine
from tui.widgets.gate import with_gate
from tui.widgets.line import Line, Piece
from tui.widgets.result_table import ResultTable
from tui.widgets.table_layout import TableColumn

COLUMNS = [
    TableColumn("Timestamp", "Time", kind="time", pinned=True),
    TableColumn("DeviceName", "Device", pinned=True),
    TableColumn("AccountName", "Account"),
    TableColumn("FileName", "File"),
    TableColumn("ProcessCommandLine", "Command line"),
    TableColumn("FolderPath", "Folder", kind="path"),
    TableColumn("ProcessId", "PID", kind="number", opens="rows"),
    TableColumn("RemoteIP", "Address"),
    TableColumn("RemotePort", "Port", kind="number"),
    TableColumn("IsAdmin", "Admin", kind="bool"),
    TableColumn("Score", kind="number"),
    TableColumn("SHA1"),
]


class TableApp(App[None]):
    """A table as on the main screen: header, trail, a tree at the left, cell line and keys below."""

    CSS = "#tree { width: 29; } Line, Static { height: 1; }"

    def __init__(self, source: str, sort: str) -> None:
        super().__init__()
        self._store = ResultStore(Path(source).parent)
        with pa.OSFile(source) as file:
            stream = pa.ipc.open_stream(file)
            self._rows = self._store.open(SCHEMA)
            for batch in stream:
                self._rows.append(batch)
        self._view = RowView(sort=((sort, False),)) if sort else RowView()

    def compose(self) -> ComposeResult:
        yield Line(id="header")
        yield Line(id="trail")
        with Horizontal():
            yield Static(id="tree")
            with Vertical():
                yield ResultTable(id="table")
                yield CellLine(id="cell")
        yield Line(id="keys")

    def on_mount(self) -> None:
        for name in ("header", "trail", "keys"):
            self.query_one(f"#{name}", Line).show([Piece(f"the {name} line"), Piece("of the program")])
        table = self.query_one(ResultTable)
        self.query_one(CellLine).follow(table, lambda table: "opens events")
        table.set_source(self._rows.prepare(self._view), COLUMNS)
        table.focus()

    def get_line_filters(self) -> list[LineFilter]:
        return with_gate(super().get_line_filters())

    def on_unmount(self) -> None:
        self._store.close()


def show(name: str, presses: Presses, promise: str) -> None:
    print(
        f"{name:32}{presses.median_bytes:8.0f} median{presses.mean_bytes:8.0f} mean{max(presses.sizes):8} max bytes"
        f"{presses.median_ms:8.1f} ms median{presses.p95_ms:8.1f} p95   {promise}"
    )


def measure(source: Path, sort: str) -> None:
    terminal = Terminal(python("-m", "tests.benchmarks.table_bytes", "--app", str(source), sort))
    print(f"--- {'in order of ' + sort if sort else 'as they came'}")
    print(f"{'rows visible after':32}{terminal.wait_for(b' = '):8.1f} s, loading them included")
    terminal.until_quiet(1)
    show("Down without scrolling", terminal.press(DOWN, 30), "at most 650 bytes, 10 ms")
    show("Down, 200 presses", terminal.press(DOWN, 200), "at most 1,000 bytes mean, 15 ms")
    show("PageDown", terminal.press(PAGE_DOWN, 40), "at most 7,500 bytes, 40 ms")
    show("Right", terminal.press(RIGHT, 11), "")
    show("Down, on the last column", terminal.press(DOWN, 10), "at most 650 bytes, 10 ms")
    for name, key in (("Down held at 30 Hz", DOWN), ("PageDown held at 30 Hz", PAGE_DOWN)):
        size, lag = terminal.hold(key, 90)
        print(f"{name:32}{size:8.0f} bytes a press{lag * 1000:8.0f} ms after its release")
    print(f"{'idle':32}{terminal.idle():8.0f} bytes a second")
    print(f"{'memory of the program':32}{terminal.memory():8} MiB")
    terminal.close()


def main() -> None:
    if sys.argv[1:2] == ["--app"]:
        TableApp(sys.argv[2], sys.argv[3]).run()
        return
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "events.arrows"
        write_rows(source, int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
        for sort in ("", "DeviceName", "ProcessCommandLine"):
            measure(source, sort)


if __name__ == "__main__":
    main()
