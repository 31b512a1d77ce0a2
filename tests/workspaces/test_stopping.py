from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.workspaces.running import WINDOW, outcome, run
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Limits, State
from tui.workspaces.translation import Translated

ROOT = Path(__file__).parents[2]
ENDLESS = (
    "range x from 1 to 100000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 100000 step 1 | extend k = 1) on k"
    " | join kind=inner (range z from 1 to 1000 step 1 | extend k = 1) on k | summarize N = countif((x + y + z) % 7 == 1)"
)
WIDE = "range x from 1 to 1500000 step 1 | extend a = strcat('value ', tostring(x)), b = x % 7, c = tostring(x * 3)"


async def test_a_run_past_its_time_is_stopped(workspace: EvidenceWorkspace) -> None:
    started = time.monotonic()
    completion, rows = await run(workspace, ENDLESS, seconds=0.3)
    assert completion.outcome.state is State.TIMED_OUT
    assert completion.outcome.reason == "no answer within 0.3 s; 0 rows had arrived"
    assert rows == []
    assert time.monotonic() - started < 1.3
    assert await stopped()


async def test_nothing_arrives_after_a_run_has_ended(workspace: EvidenceWorkspace) -> None:
    arrived: list[pa.RecordBatch] = []
    completion = await workspace.run("DeviceProcessEvents | take 3", WINDOW, Limits(seconds=0.0), arrived.append)
    assert completion.outcome.state is State.TIMED_OUT
    assert await stopped()
    assert arrived == []


async def test_cancelling_takes_less_than_a_second(
    workspace: EvidenceWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    translate, translated = workspace._translator.translate, threading.Event()

    def tell(query: str, now: datetime) -> Translated:
        try:
            return translate(query, now)
        finally:
            translated.set()

    monkeypatch.setattr(workspace._translator, "translate", tell)
    arrived: list[pa.RecordBatch] = []
    task = asyncio.ensure_future(workspace.run(ENDLESS, WINDOW, Limits(), arrived.append))
    await asyncio.to_thread(translated.wait, 30)
    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - started < 1
    assert await stopped()
    assert arrived == []
    assert (await run(workspace, "DeviceProcessEvents | count"))[1] == [{"Count": 5}]


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3])
async def test_the_engine_stops_wherever_it_is(workspace: EvidenceWorkspace, pause: float) -> None:
    await workspace.check(ENDLESS)  # translated once, as in a second run
    completion, _ = await run(workspace, ENDLESS, seconds=pause)
    assert completion.outcome.state is State.TIMED_OUT
    assert await stopped()


async def test_closing_stops_what_runs(path: Path) -> None:
    workspace = EvidenceWorkspace("case", path)
    await workspace.check(ENDLESS)
    task = asyncio.ensure_future(run(workspace, ENDLESS))
    await asyncio.sleep(0)  # the run has begun
    await workspace.close()
    completion, rows = await task
    assert (completion.outcome.state, rows) == (State.CANCELLED, [])
    assert completion.outcome.reason == "the workspace was closed"
    assert await stopped()
    assert await outcome(workspace, "print 1") == (State.FAILED, "the workspace is closed")


def test_the_program_ends_with_a_query_in_flight(path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.workspaces.test_stopping import ENDLESS, WINDOW, EvidenceWorkspace, Limits\n"
        "async def main():\n"
        "    workspace = EvidenceWorkspace('case', Path(sys.argv[1]))\n"
        "    await workspace.check(ENDLESS)\n"
        "    asyncio.ensure_future(workspace.run(ENDLESS, WINDOW, Limits(), print))\n"
        "    await asyncio.sleep(0.3)\n"
        "asyncio.run(main())\n"
        "print('left')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "left\n")
    assert "terminate" not in ended.stderr


async def test_the_event_loop_runs_while_a_large_answer_arrives(workspace: EvidenceWorkspace) -> None:
    threads: set[int] = set()
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before)

    held = []
    for _ in range(3):  # a busy machine may keep the whole process waiting once
        longest = 0.0
        ticker = asyncio.ensure_future(tick())
        completion = await workspace.run(
            WIDE, WINDOW, Limits(2_000_000), lambda batch: threads.add(threading.get_ident())
        )
        ticker.cancel()
        assert completion.outcome.state is State.COMPLETE
        assert completion.statistics["rows"] == 1_500_000
        held.append(longest)
        if longest < 0.05:
            break
    assert min(held) < 0.05
    assert threading.get_ident() not in threads


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    """Threads that other tests left waiting are not ours."""
    OTHERS.update(working())
    yield
    OTHERS.clear()


OTHERS: set[threading.Thread] = set()


def working() -> list[threading.Thread]:
    ours = (thread for thread in threading.enumerate() if thread.name.startswith("huntdeck-"))
    return [thread for thread in ours if thread not in OTHERS]


async def stopped() -> bool:
    """Whether the threads that do the work end soon."""
    for _ in range(200):
        if not working():
            return True
        await asyncio.sleep(0.01)
    return False
