"""Half a million rows through a live workspace's decoder while the event loop goes on: longest hold, memory, seconds.

Run: python -m tests.benchmarks.live_decoding [ROWS]
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
import zlib
from collections.abc import Iterator

import pyarrow as pa

from tui.workspaces.live.collector import full_collections_put_off
from tui.workspaces.live.decode import AnswerDecoder
from tui.workspaces.threads import in_thread

COLUMNS = [
    ("TimeGenerated", "datetime"), ("DeviceName", "string"), ("ActionType", "string"), ("FileName", "string"),
    ("FolderPath", "string"), ("FileSize", "long"), ("ProcessCommandLine", "string"), ("AccountName", "string"),
    ("IsSigned", "bool"), ("Score", "real"), ("AdditionalFields", "dynamic"), ("ReportId", "long"),
]  # fmt: skip


def body(rows: int) -> Iterator[bytes]:
    """The answer of Log Analytics to a query with so many rows, in pieces."""
    columns = [{"name": name, "type": kind} for name, kind in COLUMNS]
    yield (json.dumps({"tables": [{"name": "PrimaryResult", "columns": columns}]})[:-3] + ', "rows":[').encode()
    for start in range(0, rows, 1000):
        some = [_row(number) for number in range(start, min(start + 1000, rows))]
        lead = b"," if start else b""
        yield lead + json.dumps(some, separators=(",", ":")).encode()[1:-1]
    yield b']}],"statistics":{"query":{"executionTime":1.5}}}'


def _row(number: int) -> list[object]:
    name = f"report-{number:07}-{number * 7919 % 1000}.docx"
    return [
        f"2026-11-21T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{number * 37 % 10_000_000:07}Z",
        f"ws-{number % 900:04}.corp.example",
        "FileCreated",
        name,
        f"C:\\Users\\user{number % 500}\\Documents\\Projects\\{number % 77}\\{name}",
        number * 1031 % 10_000_000,
        f'"C:\\Windows\\System32\\robocopy.exe" C:\\Users\\user{number % 500} \\\\fs01\\share\\{number % 90} /e /r:1',
        f"user{number % 500}",
        number % 3 == 0,
        number / 7,
        json.dumps({"FileType": "Docx", "Count": number % 13}),
        number,
    ]


async def measure(rows: int) -> None:
    packer = zlib.compressobj(1, wbits=31)
    whole = 0
    packed = []
    for piece in body(rows):
        whole += len(piece)
        packed.append(packer.compress(piece))
    packed.append(packer.flush())
    wire = b"".join(packed)
    print(f"{rows:,} rows, {whole / 1e6:.0f} MB of JSON, {len(wire) / 1e6:.0f} MB on the wire")
    kept: list[pa.RecordBatch] = []
    decoder = AnswerDecoder(rows, kept.append)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    holds: list[float] = []
    done = asyncio.Event()

    async def beat() -> None:
        last = time.perf_counter()
        while not done.is_set():
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            holds.append(now - last)
            last = now

    def work() -> None:
        unpack = zlib.decompressobj(wbits=31)
        for start in range(0, len(wire), 65536):
            decoder.feed(unpack.decompress(wire[start : start + 65536]))
        decoder.finish()

    heart = asyncio.create_task(beat())
    await asyncio.sleep(2)
    print(f"event loop without it: longest hold {max(holds) * 1000:.1f} ms")
    holds.clear()
    started, cpu = time.perf_counter(), time.process_time()
    with full_collections_put_off():
        await in_thread(work)
    took, used = time.perf_counter() - started, time.process_time() - cpu
    done.set()
    await heart
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    arrow = sum(batch.nbytes for batch in kept)
    print(f"decoded {decoder.rows:,} rows in {took:.2f} s ({used:.2f} s of processor)")
    holds.sort()
    print(
        f"event loop: longest hold {holds[-1] * 1000:.1f} ms, 99 % within {holds[int(len(holds) * 0.99)] * 1000:.1f} ms"
    )
    print(f"memory: {before / 1024:.0f} MB before, peak {peak / 1024:.0f} MB, of it {arrow / 1e6:.0f} MB Arrow kept")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000))
