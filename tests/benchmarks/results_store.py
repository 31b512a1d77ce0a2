"""The results store with 1,000,000 rows of 12 columns on disk: `python tests/benchmarks/results_store.py [ROWS]`.

Prints seconds (best and median of five) and memory of the process beside what is promised.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psutil
import pyarrow as pa

from tui.results.store import ResultStore, Rows
from tui.results.view import Filter, RowView

BATCH = 20_000
SCHEMA = pa.schema(
    [
        ("Timestamp", pa.timestamp("us", "UTC")),
        ("DeviceName", pa.string()),
        ("AccountName", pa.string()),
        ("FileName", pa.string()),
        ("ProcessCommandLine", pa.string()),
        ("FolderPath", pa.string()),
        ("SHA1", pa.string()),
        ("RemoteIP", pa.string()),
        ("RemotePort", pa.int32()),
        ("ProcessId", pa.int64()),
        ("IsAdmin", pa.bool_()),
        ("Score", pa.float64()),
    ]
)
WORDS = "archive backup copy finance hr legal mail outlook rclone robocopy secret share sync temp upload users".split()


def batches(count: int) -> Iterator[pa.RecordBatch]:
    """Invented events in time order; every command line is another one."""
    random = Random(1)
    first = datetime(2026, 11, 20, tzinfo=UTC)
    for start in range(0, count, BATCH):
        rows = [_row(random, first + timedelta(milliseconds=600 * n)) for n in range(start, min(start + BATCH, count))]
        columns = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), SCHEMA, strict=True)]
        yield pa.record_batch(columns, schema=SCHEMA)


def _row(random: Random, when: datetime) -> tuple[object, ...]:
    user = f"user{random.randrange(900):03}"
    program = random.choice(WORDS)
    words = " ".join(random.choices(WORDS, k=6))
    return (
        when,
        f"host-{random.randrange(400):04}.corp.example",
        user,
        f"{program}.exe",
        f"C:\\Windows\\System32\\{program}.exe {words} /x {random.randrange(10**9)}",
        f"C:\\Users\\{user}\\AppData\\Local\\Temp\\{random.randrange(10**5)}",
        f"{random.getrandbits(160):040x}",
        f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}",
        random.randrange(65536),
        random.randrange(30000),
        random.random() < 0.1,
        random.random(),
    )


def write_rows(path: Path, count: int) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, SCHEMA) as stream:
        for batch in batches(count):
            stream.write_batch(batch)


def timed(action: Callable[[], object], repeat: int = 5) -> tuple[float, float]:
    """Best and median seconds of `action`."""
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken), statistics.median(taken)


def memory() -> int:
    """Resident memory of this process in MiB."""
    return int(psutil.Process().memory_info().rss) >> 20


def fill(store: ResultStore, source: Iterator[pa.RecordBatch]) -> Rows:
    rows = store.open(SCHEMA)
    slowest = total = 0.0
    for batch in source:
        start = time.perf_counter()
        rows.append(batch)
        taken = time.perf_counter() - start
        total, slowest = total + taken, max(slowest, taken)
    print(f"{'append all, ' + format(rows.count, ',') + ' rows':44}{total:8.2f} s   slowest batch {slowest:.2f} s")
    return rows


def sort(rows: Rows, column: str) -> None:
    rows.prepare(RowView(sort=((column, False),))).close()


def report(rows: Rows) -> None:
    middle = rows.count // 2
    contains = RowView(filters=(Filter("ProcessCommandLine", "contains", "rclone mail"),))
    plain, by_device = rows.prepare(), rows.prepare(RowView(sort=(("DeviceName", False),)))
    by_line = rows.prepare(RowView(sort=(("ProcessCommandLine", False),)))
    late = datetime(2026, 11, 20, 3, tzinfo=UTC)
    no_change = rows.prepare(RowView(filters=(Filter("DeviceName", "==", plain.page(0, 1, ["DeviceName"])[0][0]),)))
    several = RowView(sort=(("FileName", False), ("RemotePort", True), ("DeviceName", False)))
    typed = RowView(filters=(Filter("ProcessCommandLine", "matches", "mail.*/x [0-9]+7$"), Filter("Score", ">", 0.5)))
    actions: list[tuple[str, Callable[[], object], float | None]] = [
        ("sort by DeviceName (400 values)", lambda: sort(rows, "DeviceName"), 0.5),
        ("sort by ProcessCommandLine (all differ)", lambda: sort(rows, "ProcessCommandLine"), None),
        ("sort by SHA1 (all differ)", lambda: sort(rows, "SHA1"), 0.5),
        ("sort by Timestamp, newest first", lambda: sort(rows, "Timestamp"), 0.5),
        ("stack DeviceName", lambda: rows.stack(["DeviceName"]).drop(), 0.1),
        ("stack FileName and AccountName", lambda: rows.stack(["FileName", "AccountName"]).drop(), 0.1),
        ("stack ProcessCommandLine (all differ)", lambda: rows.stack(["ProcessCommandLine"]).drop(), None),
        ("filter: command line contains", lambda: rows.prepare(contains).close(), None),
        ("filter: regex and a number", lambda: rows.prepare(typed).close(), None),
        ("number of rows a regex and a number leave", lambda: rows.matching(typed), None),
        ("sort by three columns", lambda: rows.prepare(several).close(), None),
        (
            "stack FileName, AccountName and IsAdmin",
            lambda: rows.stack(["FileName", "AccountName", "IsAdmin"]).drop(),
            None,
        ),
        ("numbers of RemotePort", lambda: rows.numbers("RemotePort"), None),
        ("numbers of DeviceName", lambda: rows.numbers("DeviceName"), None),
        ("numbers of SHA1 (all differ)", lambda: rows.numbers("SHA1"), None),
        ("rows over time, 118 bins", lambda: rows.time_bins("Timestamp", 118), None),
        ("next change of DeviceName, by DeviceName", lambda: by_device.find_change("DeviceName", 0), None),
        ("next change of a column that does not change", lambda: no_change.find_change("DeviceName", 0), None),
        ("go to a time, as they came", lambda: plain.first_at("Timestamp", late), None),
        ("go to a time, by DeviceName", lambda: by_device.first_at("Timestamp", late), None),
        ("search all columns, nothing found", lambda: plain.find("no such text", 0), None),
        ("512 rows in the middle, as they came", lambda: plain.page(middle, 512), None),
        ("512 rows in the middle, by DeviceName", lambda: by_device.page(middle, 512), None),
        ("512 rows in the middle, by command line", lambda: by_line.page(middle, 512), None),
    ]
    for name, action, promise in actions:
        best, median = timed(action)
        promised = f"   at most {promise} s" if promise else ""
        print(f"{name:44}{best:8.3f} s   median {median:.3f} s{promised}")


def main() -> None:
    if sys.argv[1:2] == ["--write"]:
        write_rows(Path(sys.argv[2]), int(sys.argv[3]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "events.arrows"
        # In a process of its own, whose memory is not counted.
        subprocess.run([sys.executable, __file__, "--write", str(source), str(count)], check=True)
        store = ResultStore(Path(directory))
        print(f"{'memory before':44}{memory():8} MiB")
        with pa.OSFile(str(source)) as file:
            rows = fill(store, iter(pa.ipc.open_stream(file)))
        print(f"{'memory with all rows open':44}{memory():8} MiB   at most 250 MiB with the app")
        report(rows)
        print(f"{'memory after all of this':44}{memory():8} MiB")
        store.close()


if __name__ == "__main__":
    main()
