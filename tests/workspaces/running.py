"""Queries run to their end, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Completion, Limits, State, Window

START = datetime(2026, 11, 20, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(hours=1))


async def run(
    workspace: EvidenceWorkspace, query: str, window: Window = WINDOW, rows: int = 100, seconds: float = 30
) -> tuple[Completion, list[dict[str, Any]]]:
    batches: list[pa.RecordBatch] = []
    completion = await workspace.run(query, window, Limits(rows, seconds), batches.append)
    return completion, [row for batch in batches for row in batch.to_pylist()]


async def outcome(workspace: EvidenceWorkspace, query: str, window: Window = WINDOW) -> tuple[State, str]:
    completion, _ = await run(workspace, query, window)
    return completion.outcome.state, completion.outcome.reason
