"""The time around an event on ten million of them: `python -m tests.benchmarks.around [EVENTS] [WORKSPACE_FILE]`.

Makes demo evidence of EVENTS events, or takes WORKSPACE_FILE. Prints for some spans around five events, spread over the
evidence, how many rows there are and the seconds from asking to rows made ready, the first time and once the query is
known, and how long the narrowing to the event's process tree takes.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from tui.evidence.demo import DemoOptions, generate_demo
from tui.library.catalogue import load_catalogue
from tui.results.store import ResultStore
from tui.triage.around import AROUND, window_around
from tui.triage.pivots import device_pivot
from tui.triage.process_tree import WHOSE, done_by, of_family, started_by
from tui.triage.session import Session
from tui.workspaces.evidence import EvidenceWorkspace

SPANS = (AROUND, timedelta(hours=1), timedelta(days=1))


def sample(path: Path, number: int = 5) -> list[tuple[str, datetime]]:
    """Devices and times of `number` process events, spread over the evidence."""
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "SELECT DeviceName, Timestamp FROM DeviceProcessEvents "
            "QUALIFY row_number() OVER (ORDER BY Timestamp) % (count(*) OVER () // ?) = 100",
            [number],
        ).fetchall()
    return [(device, moment.replace(tzinfo=UTC)) for device, moment in found]


async def measure(path: Path) -> None:
    """Asks for the time around each event, and prints what it took."""
    session = Session(EvidenceWorkspace("benchmark", path), load_catalogue(), ResultStore(None), lambda run: None)
    await session.prepare()
    hunt = device_pivot(session.catalogue.pivots)
    assert hunt is not None
    events, first = sample(path), True
    for span in SPANS:
        seconds, rows, narrowing = [], [], []
        for device, moment in events:
            session.values[hunt.id] = {"device": device}
            began = time.perf_counter()
            run = session.run_view(hunt, "timeline", window=window_around(moment, span))
            assert run.task is not None
            await run.task
            assert run.rows is not None, run.outcome
            with run.rows.prepare() as held:
                held.page(0, 100)
                took = time.perf_counter() - began
                if first:
                    print(f"the first one, its query not known yet: {took:.2f} s")
                    first = False
                else:
                    seconds.append(took)
                rows.append(held.count)
                began = time.perf_counter()
                whose = [dict(zip(WHOSE, row, strict=True)) for row in held.page(0, held.count, WHOSE)]
                of_family(next(filter(None, (started_by(row) or done_by(row) for row in whose))), whose)
                narrowing.append(time.perf_counter() - began)
            run.rows.drop()
        words = f"{statistics.median(seconds):.2f} s (at most {max(seconds):.2f})"
        print(f"{span} before and after: {statistics.median(rows):,.0f} rows, {words}", end="; ")
        print(f"to the process tree {statistics.median(narrowing) * 1000:.0f} ms")
    await session.close()


def main(events: int, path: Path | None) -> None:
    """Measures on `path`, or on evidence made for it."""
    if path is not None:
        asyncio.run(measure(path))
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "around.duckdb"
        generate_demo(made, DemoOptions(events=events, end=datetime(2026, 11, 22, tzinfo=UTC)))
        asyncio.run(measure(made))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
