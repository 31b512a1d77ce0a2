"""What marks cost over 100,000 events: bytes and time of keys, and of reading rows: `python -m tests.benchmarks.marks`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.benchmarks.bench_app import write_events
from tests.benchmarks.terminal import DOWN, PAGE_DOWN, RIGHT, Presses, Terminal, python

MARKS = 1_000


def measure_keys(folder: Path) -> None:
    """Keys in a list of events of which some are marked."""
    terminal = Terminal(python("-m", "tests.benchmarks.bench_app", "events", str(folder)))
    terminal.wait_for(b"T1119")
    terminal.press(DOWN, 1)
    terminal.press(b"\r", 1)
    terminal.wait_for(b"ws-114")
    terminal.press(RIGHT, 3)
    terminal.press(b"\r", 1)
    terminal.wait_for(b"tool0.exe")
    terminal.until_quiet(1)
    show("m, a mark", terminal.press(b"m", 10))
    show("m and Down", terminal.press(b"m" + DOWN, 10))
    show("Down without scrolling", terminal.press(DOWN, 20), "at most 650 bytes, 10 ms")
    show("PageDown", terminal.press(PAGE_DOWN, 20), "at most 7,500 bytes, 40 ms")
    show("the next mark", terminal.press(b"]", 5, quiet=2))
    print(f"{'idle among marks':32}{terminal.idle():8.0f} bytes a second   0")
    terminal.close()


def measure_rows(folder: Path) -> None:
    """Reading pages with and without what is said, and finding all marked rows."""
    import duckdb

    from tui.results.store import ResultStore
    from tui.results.values import plain_text
    from tui.triage.findings import Findings
    from tui.triage.judged import SIGN_COLUMN, Judge, JudgedView
    from tui.triage.queries.context import Query
    from tui.triage.records.model import Mark
    from tui.triage.verdicts import VerdictStore

    with duckdb.connect(str(folder / "bench.duckdb"), read_only=True) as connection:
        table = connection.sql("SELECT * FROM DeviceProcessEvents ORDER BY Timestamp").to_arrow_table()
    store = ResultStore(folder)
    rows = store.load(table)
    kinds = {info.name: info.kql_type for info in rows.columns}
    context: Any = SimpleNamespace(leg=lambda name: name, table=lambda leg: "DeviceProcessEvents")
    query = Query("", "events", "events", 100_000, leg="processes")
    session: Any = SimpleNamespace(findings=Findings(), remembered=VerdictStore(None))
    bench: Any = SimpleNamespace(context=context, query=query, workspace="bench", hunt_id="T1119-90", origin=None)
    judge = Judge(session, bench, kinds, lambda: datetime.now(UTC), lambda: UTC)
    names = list(kinds)
    with rows.prepare() as held:
        view, columns = JudgedView(held, judge), [SIGN_COLUMN, *names]
        timed("a page of 512 rows", lambda: held.page(512, 512, names))
        timed("the same with V, no marks", lambda: view.page(512, 512, columns))
        for number in range(0, held.count, held.count // MARKS):
            row = dict(zip(names, held.page(number, 1, names)[0], strict=True))
            fields = {name: plain_text(value) for name, value in row.items() if value not in (None, "")}
            session.findings._marks[judge.key(row)] = Mark(judge.key(row), 1, number, "ana", datetime.now(UTC), fields)
        session.findings.revision += 1
        timed(f"the same, {len(session.findings.marks):,} marks", lambda: view.page(512, 512, columns))
        page = view.page(512, 512, columns)
        timed("what is said of it anew", lambda: view.judged(page, columns))
        started = time.perf_counter()
        found = judge.marked(rows)
        print(f"{f'all {len(found):,} marked of {rows.count:,}':32}{(time.perf_counter() - started) * 1000:8.1f} ms")
    store.close()


def show(name: str, presses: Presses, promise: str = "") -> None:
    """Prints what a key cost."""
    print(
        f"{name:32}{presses.median_bytes:8.0f} median{presses.mean_bytes:8.0f} mean{max(presses.sizes):8} max bytes"
        f"{presses.median_ms:8.1f} ms median{presses.p95_ms:8.1f} p95   {promise}"
    )


def timed(name: str, work: Callable[[], object]) -> None:
    """Prints the shortest of some times that `work` takes."""
    found = []
    for _ in range(7):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    print(f"{name:32}{min(found) * 1000:8.1f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        write_events(Path(directory))
        measure_rows(Path(directory))
        measure_keys(Path(directory))


if __name__ == "__main__":
    main()
