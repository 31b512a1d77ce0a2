"""What is promised of the program beside what is measured here, as one table: `python -m tests.benchmarks.promises [NAME...]`.

The whole program runs in a terminal of 160x45 and is measured over its process tree, with its session saved as it goes.
Names choose among first_paint, keys, idle, million, drill, stopping, live.
"""

from __future__ import annotations

import asyncio
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import bench_app
from tests.benchmarks.terminal import DOWN, PAGE_DOWN, RIGHT, Presses, Terminal, python

_SAMPLES = 5
EVENTS, DEVICES = 10_000_000, 1_000
"""Of the evidence that is drilled into."""


@dataclass(frozen=True)
class Figure:
    """What was measured, what is promised, and whether it is kept; None where nothing is promised."""

    what: str
    measured: str
    promise: str = ""
    kept: bool | None = None


def start(folder: Path, mode: str) -> Terminal:
    """The program on the benchmark's workspace; see `bench_app` for the modes."""
    return Terminal(python("-m", "tests.benchmarks.bench_app", mode, str(folder)))


def median(measure: Callable[[], float]) -> float:
    """The middle one of some measurements."""
    return sorted(measure() for _ in range(_SAMPLES))[_SAMPLES // 2]


def first_paint(folder: Path) -> Iterator[Figure]:
    def once() -> float:
        terminal = start(folder, "events")
        try:
            return terminal.wait_for(b"reading the hunts")
        finally:
            terminal.close()

    seconds = median(once)
    yield Figure("first paint", f"{seconds:.2f} s", "0.6 s", seconds <= 0.6)


def keys(folder: Path) -> Iterator[Figure]:
    terminal = opened(folder, "events")
    yield presses("Down without scrolling, median", terminal.press(DOWN, 30), 650, 10, mean=False)
    yield presses("Down, mean over 200 presses", terminal.press(DOWN, 200), 1000, 15, mean=True)
    yield presses("PageDown, median", terminal.press(PAGE_DOWN, 40), 7500, 40, mean=False)
    per_press, after = terminal.hold(DOWN, 90)
    yield Figure("Down held at 30 Hz", f"{per_press:.0f} B a press, {after * 1000:.0f} ms after release")
    yield Figure("program with 100,000 rows open", f"{terminal.memory()} MiB")
    terminal.close()


def presses(what: str, measured: Presses, size: int, milliseconds: float, mean: bool) -> Figure:
    found = measured.mean_bytes if mean else measured.median_bytes
    kept = found <= size and measured.median_ms <= milliseconds
    words = f"{found:,.0f} B, {measured.median_ms:.1f} ms"
    return Figure(what, words, f"{size:,} B, {milliseconds:g} ms", kept)


def opened(folder: Path, mode: str, shown: bytes = b"tool0.exe") -> Terminal:
    """The program with the events of its one device on the screen, `shown` among them."""
    terminal = start(folder, mode)
    terminal.wait_for(b"T1119")
    terminal.press(DOWN, 3)
    terminal.send(b"\r")
    terminal.wait_for(b"ws-114")
    terminal.press(RIGHT, 2)
    terminal.send(b"\r")
    terminal.wait_for(shown, 240)
    terminal.until_quiet(1)
    return terminal


IDLE_PLACES = {
    "search": b"/",
    "form": b"e",
    "copy menu": b"y",
    "commands": b":",
    "event": b"i",
    "KQL": b"K",
    "window": b"w",
    "scope": b"o",
    "coverage": b"c",
    "runs": b"R",
    "note": b"a",
    "sessions": b"S",
    "help": b"?",
}


def idle(folder: Path) -> Iterator[Figure]:
    terminal = opened(folder, "events")
    worst, where = terminal.idle(2), "table"
    for name, key in IDLE_PLACES.items():
        terminal.send(key)
        terminal.until_quiet(1)
        found = terminal.idle(1.5)
        worst, where = max((worst, where), (found, name))
        terminal.send(b"\x1b")
        terminal.until_quiet(1)
    terminal.close()
    words = f"{worst:.0f} B/s" + (f" ({where})" if worst else f" in {len(IDLE_PLACES) + 1} places")
    yield Figure("idle, on every screen", words, "0 B/s", worst == 0)


def million(folder: Path) -> Iterator[Figure]:
    terminal = opened(folder, "million", b"1,000,000 of")
    terminal.until_quiet(8, 240)  # the session is saved by then
    memory = terminal.memory()
    yield Figure("1,000,000 x 12 open, whole program", f"{memory} MiB", "250 MiB", memory <= 250)
    terminal.press(RIGHT, 1)
    sort = terminal.press(b"s", 3, quiet=1.5).median_ms / 1000
    yield Figure("sort it by a text column, key to repaint", f"{sort:.2f} s", "0.5 s", sort <= 0.5)
    terminal.send(b"u")
    terminal.until_quiet(2)
    stack = terminal.press(b"F", 1, quiet=1.5).median_ms / 1000
    yield Figure("stack that column, key to repaint", f"{stack:.2f} s", "0.1 s", stack <= 0.1)
    terminal.close()


def drill(folder: Path) -> Iterator[Figure]:
    """Run again, because then the translation is there already, as it is for the SQL by hand."""
    large = folder / "large"
    large.mkdir()
    bench_app.write_events(large, EVENTS, DEVICES)
    by_hand = asyncio.run(sql_by_hand(large))
    terminal = start(large, "events")
    terminal.wait_for(b"T1119")
    terminal.press(DOWN, 3)
    terminal.send(b"\r")
    terminal.wait_for(b".corp.example", 240)
    terminal.press(RIGHT, 3)
    terminal.send(b"\r")
    terminal.wait_for(b"tool", 240)

    def again() -> float:
        terminal.until_quiet(2)
        terminal.send(b"r")
        before = time.monotonic()
        terminal.wait_for(b"tool")
        return terminal.last - before

    seconds = median(again)
    words = f"{seconds:.2f} s, by hand {by_hand:.2f} s"
    yield Figure(f"drill on {EVENTS:,} events, key to first rows", words, "1.3 times", seconds <= 1.3 * by_hand)
    terminal.close()


async def sql_by_hand(folder: Path) -> float:
    """Seconds until DuckDB alone has the first rows of the first device's drill."""
    from tui.library.catalogue import Catalogue
    from tui.library.loader import read_hunt
    from tui.results.store import ResultStore
    from tui.triage.session import Session
    from tui.workspaces.attached import Attached
    from tui.workspaces.evidence import EvidenceWorkspace

    path, hunt = folder / "bench.duckdb", read_hunt(folder / "all.toml")
    store = ResultStore(folder)
    session = Session(EvidenceWorkspace("bench", path), Catalogue({hunt.id: hunt}), store, lambda run: None)
    await session.prepare()
    run = session.run_view(hunt)
    assert run.task is not None
    await run.task
    assert run.rows is not None
    with run.rows.prepare() as held:
        names = [column.name for column in held.columns]
        row = dict(zip(names, held.page(0, 1, names)[0], strict=True))
    opened = session.open_cell(run, row, "ProcessCount")
    assert opened.task is not None
    await opened.task
    attached = Attached.open(path)
    translated = attached.translator.translate(opened.query.kql, datetime.now(UTC).replace(tzinfo=None))

    def once() -> float:
        before = time.monotonic()
        attached.connection.execute(translated.sql, translated.parameters).fetchmany(50)
        return time.monotonic() - before

    seconds = median(once)
    attached.close()
    await session.close()
    return seconds


def stopping(folder: Path) -> Iterator[Figure]:
    terminal = start(folder, "endless")
    terminal.wait_for(b"T1119")
    terminal.press(DOWN, 3)
    ran: list[bool] = []

    def cancel() -> float:
        terminal.send(b"r" if ran else b"\r")
        ran.append(True)
        terminal.wait_for(b"running")
        terminal.rest(2)
        before = time.monotonic()
        terminal.send(b"\x03")
        terminal.wait_for(b"ancelled")
        return terminal.last - before

    seconds = median(cancel)
    yield Figure("cancel seen", f"{seconds * 1000:.0f} ms", "100 ms", seconds <= 0.1)
    terminal.send(b"r")
    terminal.wait_for(b"running")
    terminal.rest(2)
    terminal.send(b"\x11")
    terminal.wait_for(b"would be stopped")
    terminal.until_quiet()
    before = time.monotonic()
    terminal.send(b"y")
    terminal.process.wait(20)
    seconds = time.monotonic() - before
    yield Figure("exit with a query in flight", f"{seconds:.2f} s", "0.3 s", seconds <= 0.3)


def live(_: Path) -> Iterator[Figure]:
    command = [sys.executable, "-m", "tests.benchmarks.live_answer"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    holds = [float(value) for value in re.findall(r"longest hold (?:of the event loop )?([\d.]+) ms", found)]
    hold = holds[-1]
    yield Figure("event loop while 500,000 rows arrive, longest hold", f"{hold:.0f} ms", "50 ms", hold <= 50)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'what':58}{'measured':>30}{'promised':>18}")
    every = [first_paint, keys, idle, million, drill, stopping, live]
    wanted = set(sys.argv[1:])
    measures = [one for one in every if not wanted or one.__name__ in wanted]
    missed = 0
    with tempfile.TemporaryDirectory() as directory:
        bench_app.write_evidence(Path(directory))
        for measure in measures:
            for figure in measure(Path(directory)):
                word = {None: "", True: "kept", False: "MISSED"}[figure.kept]
                missed += figure.kept is False
                print(f"{figure.what:58}{figure.measured:>30}{figure.promise:>18}  {word}", flush=True)
    print(f"{missed} missed" if missed else "all kept")


if __name__ == "__main__":
    main()
