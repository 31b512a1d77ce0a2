"""An answer of half a million rows from a service in another process into the results store, while the event loop goes on.

Run: python -m tests.benchmarks.live_answer [log_analytics|defender|data_explorer] [ROWS]
"""

from __future__ import annotations

import asyncio
import resource
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.demo import END
from tui.loopback.log_analytics import WORKSPACE_ID
from tui.results.store import ResultStore, Rows
from tui.workspaces.live.configuration import settings_from
from tui.workspaces.live.opening import live_workspace
from tui.workspaces.protocol import Limits, Window

SERVER = """
import sys, threading
from pathlib import Path
from tests.support.demo import END
from tui.evidence.demo import DemoOptions, generate_demo
from tui.loopback.group import Loopback
folder = Path(sys.argv[1])
generate_demo(folder / "demo.duckdb", DemoOptions(devices=24, events=40_000, end=END))
with Loopback(folder / "demo.duckdb", folder, clock=lambda: END, control=True) as servers:
    print(servers.ca, getattr(servers, sys.argv[2]).url, flush=True)
    threading.Event().wait()
"""
QUERY = "DeviceProcessEvents | take 500000"


class Taker:
    """Puts batches into the results store, as a session does."""

    def __init__(self, store: ResultStore) -> None:
        self.store = store
        self.rows: Rows | None = None

    def take(self, batch: Any) -> None:
        if self.rows is None:
            self.rows = self.store.open(batch.schema)
        self.rows.append(batch)


async def measure(kind: str, url: str, ca: str, rows: int, folder: str) -> None:
    own = {"log_analytics": {"workspace_id": WORKSPACE_ID}, "data_explorer": {"database": "Hunting"}}
    table = {"kind": kind, "url": url, "ca": ca, "sign_in": "none"}
    workspace = live_workspace(settings_from("live", table | own.get(kind, {}), "benchmark"))
    window = Window(END - timedelta(days=7), END)
    store = ResultStore(Path(folder))
    await workspace.run(QUERY, window, Limits(10, 60), Taker(store).take)
    context = ssl.create_default_context(cafile=ca)
    ask = urllib.request.Request(f"{url}/loopback/fail?fault=huge&rows={rows}", method="POST")
    await asyncio.to_thread(lambda: urllib.request.urlopen(ask, context=context).read())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    holds: list[float] = []

    async def beat() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            holds.append(now - last)
            last = now

    heart = asyncio.create_task(beat())
    await asyncio.sleep(2)
    print(f"event loop without it: longest hold {max(holds) * 1000:.1f} ms")
    holds.clear()
    taker = Taker(store)
    started, used = time.perf_counter(), time.process_time()
    completion = await workspace.run(QUERY, window, Limits(rows, 600), taker.take)
    took, used = time.perf_counter() - started, time.process_time() - used
    heart.cancel()
    holds.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = completion.statistics["bytes"] / 1e6
    print(f"{kind}: {completion.outcome.state}, {taker.rows.count if taker.rows else 0:,} rows, {size:.0f} MB of JSON")
    print(f"{took:.1f} s, {used:.1f} s of processor")
    print(
        f"event loop: longest hold {holds[-1] * 1000:.1f} ms, 99 % within {holds[int(len(holds) * 0.99)] * 1000:.1f} ms"
    )
    print(f"memory: {before / 1024:.0f} MB before, peak {peak / 1024:.0f} MB")
    await workspace.close()
    store.close()


def main() -> None:
    kind = sys.argv[1] if len(sys.argv) > 1 else "log_analytics"
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([sys.executable, "-c", SERVER, folder, kind], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            ca, url = server.stdout.readline().split()
            asyncio.run(measure(kind, url, ca, rows, folder))
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
