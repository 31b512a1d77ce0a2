"""Evidence that is imported while a workspace is open, with the real importer."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.workspaces.running import run
from tui.evidence.importer import import_evidence
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Limits, State, Window

WINDOW = Window(datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))
QUERY = "DeviceProcessEvents | project DeviceName, FileName"
LOGONS = "DeviceLogonEvents | count"


def take_in(workspace: Path, host: str, **more: Any) -> None:
    """Imports one process that began on `host`, or another event of the Security log."""
    record = {
        "Hostname": host,
        "Channel": "Security",
        "EventID": 4688,
        "@timestamp": "2026-11-20T01:00:00Z",
        "EventTime": "2026-11-20 01:00:00",
        "NewProcessId": "0x10",
        "NewProcessName": "C:\\a.exe",
        "ProcessId": "0x8",
        "SubjectUserName": "ana",
        "SourceModuleType": "im_msvistalog",
        **more,
    }
    path = workspace.with_name(f"{host}.ndjson")
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    report = import_evidence([path], workspace)
    assert report.changed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "case.duckdb"
    take_in(path, "a.example")
    return path


@pytest.fixture
async def workspace(path: Path) -> AsyncIterator[EvidenceWorkspace]:
    opened = EvidenceWorkspace("case", path)
    yield opened
    await opened.close()


async def hosts(workspace: EvidenceWorkspace) -> list[str]:
    completion, rows = await run(workspace, QUERY, WINDOW)
    assert completion.outcome.state is State.COMPLETE
    return sorted(row["DeviceName"] for row in rows)


async def test_a_run_under_way_ends_on_what_it_began_on_and_the_next_sees_what_came(
    workspace: EvidenceWorkspace, path: Path
) -> None:
    arrived, go_on = threading.Event(), threading.Event()
    batches: list[pa.RecordBatch] = []

    def take(batch: pa.RecordBatch) -> None:
        arrived.set()
        assert go_on.wait(30)
        batches.append(batch)

    task = asyncio.create_task(workspace.run(QUERY, WINDOW, Limits(), take))
    assert await asyncio.to_thread(arrived.wait, 30)
    await asyncio.to_thread(take_in, path, "b.example")
    assert await hosts(workspace) == ["a.example", "b.example"]
    go_on.set()
    completion = await task
    assert completion.outcome.state is State.COMPLETE
    assert [row["DeviceName"] for batch in batches for row in batch.to_pylist()] == ["a.example"]


async def test_what_is_held_is_told_of_the_new_evidence(workspace: EvidenceWorkspace, path: Path) -> None:
    before = await workspace.span()
    completion, _ = await run(workspace, LOGONS, WINDOW)
    assert completion.outcome.state is State.NO_TABLE or not (await workspace.coverage(["DeviceLogonEvents"]))[0].rows
    await asyncio.to_thread(
        take_in,
        path,
        "c.example",
        EventID=4624,
        **{"@timestamp": "2026-11-20T05:00:00Z", "EventTime": "2026-11-20 05:00:00", "TargetUserName": "bob"},
        LogonType="3",
        TargetLogonId="0x99",
    )
    after = await workspace.span()
    assert before is not None
    assert after is not None
    assert after.end > before.end
    assert "DeviceLogonEvents" in await workspace.schema()
    assert {entry.host for entry in await workspace.coverage(["DeviceLogonEvents"])} == {"c.example"}
    _, rows = await run(workspace, LOGONS, WINDOW)
    assert rows == [{"Count": 1}]


async def test_an_import_that_fails_changes_nothing(workspace: EvidenceWorkspace, path: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.evtx"
    bad.write_bytes(b"ElfFile\x00 and no more")
    report = await asyncio.to_thread(import_evidence, [bad], path)
    assert not report.changed
    assert await hosts(workspace) == ["a.example"]


async def test_a_file_that_is_gone_can_be_read_on(workspace: EvidenceWorkspace, path: Path) -> None:
    await asyncio.to_thread(path.unlink)
    assert await hosts(workspace) == ["a.example"]


async def test_a_file_that_is_no_evidence_is_named_and_the_next_run_sees_what_comes_then(
    workspace: EvidenceWorkspace, path: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    await asyncio.to_thread(path.rename, kept)
    await asyncio.to_thread(path.write_bytes, b"not a database" * 1000)
    completion, rows = await run(workspace, QUERY, WINDOW)
    assert (completion.outcome.state, rows) == (State.FAILED, [])
    assert "not a valid DuckDB database file" in completion.outcome.reason
    await asyncio.to_thread(kept.rename, path)
    assert await hosts(workspace) == ["a.example"]


async def test_a_closed_workspace_stays_closed(workspace: EvidenceWorkspace, path: Path) -> None:
    await workspace.close()
    await asyncio.to_thread(take_in, path, "b.example")
    completion, rows = await run(workspace, QUERY, WINDOW)
    assert (completion.outcome.state, completion.outcome.reason, rows) == (State.FAILED, "the workspace is closed", [])


async def test_many_runs_while_many_imports_come_are_each_of_one_state(
    workspace: EvidenceWorkspace, path: Path
) -> None:
    names = [f"{number}.example" for number in range(4)]
    known = [sorted(["a.example", *names[:count]]) for count in range(len(names) + 1)]

    async def import_all() -> None:
        for name in names:
            await asyncio.to_thread(take_in, path, name)

    task = asyncio.create_task(import_all())
    seen = []
    while not task.done():
        seen += await asyncio.gather(*(hosts(workspace) for _ in range(3)))
    await task
    assert all(found in known for found in seen)
    assert await hosts(workspace) == known[-1]
