"""The ranking across hunts with 8,000 devices and 60 hunts, each run twice: `python -m tests.benchmarks.matrix`.

Time from the key to the first picture, bytes and time of keys in it, and how long making it takes without the screen.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.terminal import DOWN, PAGE_DOWN, RIGHT, Presses, Terminal, python

DEVICES = 8_000
HUNTS = 60
_TABLE = 3_000
"""Bytes that drawing the table takes at least."""
_PATIENCE = 120.0


def write_session(folder: Path) -> None:
    """A workspace, the hunts over it, and a session in which each of them found every device or nearly so, twice."""
    import duckdb

    from tests.support.hunted import a_hunt, a_hunted_run
    from tests.support.records import a_session
    from tui.evidence.tables import create_table
    from tui.results.store import ResultStore
    from tui.triage.records.folder import SessionFolder
    from tui.triage.records.restoring import record_of

    with duckdb.connect(str(folder / "bench.duckdb")) as connection:
        for table in ("DeviceProcessEvents", "DeviceFileEvents"):
            create_table(connection, table)
    session = SessionFolder.create(folder / "sessions" / "bench-0a1b2c3d", "bench@host")
    store, digests = ResultStore(None), {}
    for number in range(2 * HUNTS):
        place = number % HUNTS
        hunt = a_hunt(f"T{1100 + place // 3}-{place % 3:02}", [f"T{1100 + place // 3}"])
        (folder / f"{hunt.id}.toml").write_text(hunt.source, encoding="utf-8")
        run = replace(a_hunted_run(store, hunt, number + 1, []), workspace="bench")
        run.rows = store.load(rows_of(random.Random(number)))
        run.received = run.rows.count
        session.write_run(record_of(run, "evidence", "bench@host"), hunt.source, run.rows.prepare().batches())
        digests[run.number] = session.run_digest(run.number)
        run.rows.drop()
    session.write_session(replace(a_session(), name="bench", workspace="bench", runs=digests, trail=(), verdicts=()))
    session.close()
    store.close()


def rows_of(chance: random.Random) -> Any:
    """Nearly all of the devices, with counts as they come in evidence: mostly few."""
    import pyarrow as pa

    names = [f"ws-{number:05}.corp.example" for number in chance.sample(range(DEVICES), DEVICES - DEVICES // 100)]
    processes = [int(chance.paretovariate(0.8)) % 100_000 for _ in names]
    files = [int(chance.paretovariate(0.8)) % 100_000 - 1 for _ in names]
    return pa.table(
        {
            "DeviceName": names,
            "LegsHit": [1 + (count > 0) for count in files],
            "ThresholdsMet": pa.array([0] * len(names), pa.int64()),
            "ProcessCount": processes,
            "FileCount": files,
            "LargeCount": files,
            "DeviceKey": names,
        }
    )


def run_app(folder: Path) -> None:
    """The program with that session open."""
    from tui.app import HuntdeckApp
    from tui.screens.opening import Start

    def opening(_: str) -> tuple[Any, Any]:
        from tui.library.catalogue import Catalogue
        from tui.library.loader import read_hunt
        from tui.workspaces.evidence import EvidenceWorkspace

        hunts = [read_hunt(path) for path in sorted(folder.glob("T*.toml"))]
        return EvidenceWorkspace("bench", folder / "bench.duckdb"), Catalogue({hunt.id: hunt for hunt in hunts})

    sessions = folder / "sessions"
    resume = next(path for path in sessions.iterdir() if path.is_dir())
    HuntdeckApp(Start("bench", opening, folder / "cache", sessions, resume)).run()


def measure_making(folder: Path) -> None:
    """Making the matrix of rows that are at hand."""
    from tui.kql.dialects import dialect_for
    from tui.results.store import ResultStore
    from tui.triage.matrix import asked_of, matrix_of
    from tui.triage.records.folder import SessionFolder
    from tui.triage.records.reading import read_contents
    from tui.triage.records.restoring import Restorer

    path = next(path for path in (folder / "sessions").iterdir() if path.is_dir())
    contents = read_contents(path, None)
    runs = Restorer(SessionFolder(path, None), {}, "bench", dialect_for("evidence")).runs(contents)
    store = ResultStore(folder / "store")
    started = time.perf_counter()
    for run in runs:
        assert run.load is not None, "every run has rows"
        run.rows = run.load(store)
    read = time.perf_counter()
    matrix = matrix_of(asked_of(runs, "device"), "device", {})
    made = time.perf_counter()
    store.load(matrix.table)
    print(f"{'read the rows of 120 runs':40}{read - started:8.2f} s")
    print(f"{f'{matrix.table.num_rows:,} devices x {len(matrix.asked)} hunts ranked':40}{made - read:8.2f} s")
    print(f"{'put into the store':40}{time.perf_counter() - made:8.2f} s")
    store.close()


def measure_screen(folder: Path) -> None:
    """The key, the first picture, and keys in it."""
    terminal = Terminal(python("-m", "tests.benchmarks.matrix", "--app", str(folder)))
    terminal.wait_for(b"T1100")
    terminal.until_quiet(2)
    for what in ("first picture, rows read from disk", "again in another order, rows at hand"):
        terminal.send(b"B")
        sent = time.monotonic()
        until_drawn(terminal, sent)
        print(f"{what:40}{terminal.last - sent:8.2f} s")
        terminal.send(b"s")
        until_drawn(terminal, time.monotonic())
    terminal.send(b"B")
    until_drawn(terminal, time.monotonic())
    show("Down without scrolling", terminal.press(DOWN, 20), "at most 650 bytes, 10 ms")
    show("Down, 100 presses", terminal.press(DOWN, 100), "at most 1,000 bytes, 15 ms")
    show("PageDown", terminal.press(PAGE_DOWN, 20), "at most 7,500 bytes, 40 ms")
    show("Right, columns scroll", terminal.press(RIGHT, 30))
    show("sort by the hunt", terminal.press(b"s", 3, quiet=1))
    print(f"{'idle':40}{terminal.idle():8.0f} bytes a second")
    print(f"{'memory of the program':40}{terminal.memory():8} MiB")
    terminal.close()


def until_drawn(terminal: Terminal, since: float) -> None:
    """Reads until the table has been drawn, which no word in a line is as long as."""
    while len(terminal.output) < _TABLE:
        terminal.pump(0.05)
        if time.monotonic() - since > _PATIENCE:
            raise TimeoutError("the ranking did not appear")
    terminal.until_quiet(1)


def show(name: str, presses: Presses, promise: str = "") -> None:
    """A line of the table."""
    print(
        f"{name:40}{presses.median_bytes:8.0f} median{presses.mean_bytes:8.0f} mean bytes"
        f"{presses.median_ms:8.1f} ms median   {promise}"
    )


def main() -> None:
    if sys.argv[1:2] == ["--app"]:
        run_app(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        write_session(folder)
        measure_making(folder)
        measure_screen(folder)


if __name__ == "__main__":
    main()
