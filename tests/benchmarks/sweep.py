"""A sweep of all hunts on demo events while the screen is in use: `python -m tests.benchmarks.sweep [EVENTS]`.

Told are the seconds until the last hunt has ended, the longest time that the event loop was held meanwhile, and how long it
took until a key that was pressed meanwhile had moved the cursor.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

EVENTS = 10_000_000


async def heartbeat(gaps: list[float]) -> None:
    """Notes how late the event loop comes back to this, again and again."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.002)
        gaps.append(time.monotonic() - before - 0.002)


async def measure(path: Path, folder: Path) -> None:
    """The sweep, begun by its key on the tactic; Down and Up are pressed until it has ended."""
    from textual.events import Key

    from tui.app import HuntdeckApp
    from tui.library.catalogue import load_catalogue
    from tui.screens.main import MainScreen
    from tui.screens.opening import Start
    from tui.workspaces.evidence import EvidenceWorkspace

    start = Start("bench", lambda _: (EvidenceWorkspace("bench", path), load_catalogue()), folder, folder / "sessions")
    app = HuntdeckApp(start)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        while not screen.ready:
            await pilot.pause(0.05)
        await pilot.press("home", "R")
        while not screen.session.sweeps:
            await pilot.pause(0.1)
            if app.screen is not screen:
                await pilot.press("y")
        screen.hunt_tree.select("T1119-01")
        began = time.monotonic()
        gaps, keys = [], []
        beating = asyncio.create_task(heartbeat(gaps))
        while screen.session.sweeping is not None:
            for key in ("down", "up"):
                before, hunt = time.monotonic(), screen.hunt_tree.hunt
                app.post_message(Key(key, None))
                while screen.hunt_tree.hunt == hunt:  # noqa: ASYNC110 - what is measured is when it changes
                    await asyncio.sleep(0.001)
                keys.append(time.monotonic() - before)
                await asyncio.sleep(0.1)
        seconds = time.monotonic() - began
        beating.cancel()
        runs = screen.session.runs
        print(f"{len(runs)} hunts ended in {seconds:.1f} s: {sum(run.received for run in runs):,} rows in all")
        print(
            f"event loop held {max(gaps) * 1000:.0f} ms at most, {statistics.median(gaps) * 1000:.1f} ms in the middle"
        )
        middle, most = statistics.median(keys) * 1000, max(keys) * 1000
        print(f"{len(keys)} keys meanwhile: {middle:.0f} ms in the middle, {most:.0f} ms at most")


def main() -> None:
    """Makes the evidence, which takes longer than the sweep."""
    from tui.evidence.demo import DemoOptions, generate_demo

    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    print(f"{events:,} events, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "demo.duckdb"
        generate_demo(path, DemoOptions(end=datetime(2026, 11, 22, tzinfo=UTC), events=events))
        asyncio.run(measure(path, Path(directory)))


if __name__ == "__main__":
    main()
