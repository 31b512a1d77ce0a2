"""Live workspaces on the loopback services, and their queries run to the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, timedelta
from typing import Any

import pyarrow as pa

from tests.support.demo import END
from tests.support.small import START
from tui.loopback.group import Loopback
from tui.loopback.log_analytics import WORKSPACE_ID
from tui.loopback.server import LoopbackServer
from tui.loopback.token_service import CLIENT, TENANT
from tui.workspaces.live import limits
from tui.workspaces.live.configuration import LIVE_KINDS, settings_from
from tui.workspaces.live.opening import live_workspace
from tui.workspaces.live.workspace import LiveWorkspace
from tui.workspaces.protocol import Completion, Limits, Window

KINDS = LIVE_KINDS
SECRET = "hunter2-marker"
WINDOW = Window(END - timedelta(days=7), END)
SMALL_WINDOW = Window(START.replace(tzinfo=UTC), START.replace(tzinfo=UTC) + timedelta(hours=3))
"""The whole of the small evidence."""
FIRST = {
    "log_analytics": "DeviceProcessEvents | project TimeGenerated, DeviceName, FileName | take 20",
    "defender": "DeviceProcessEvents | project Timestamp, DeviceName, FileName | take 20",
    "data_explorer": "DeviceProcessEvents | project Timestamp, DeviceName, FileName | take 20",
}
"""A query for each kind that any of them answers with twenty rows."""


def server_of(loopback: Loopback, kind: str) -> LoopbackServer:
    found: LoopbackServer = getattr(loopback, kind)
    return found


def make(loopback: Loopback, kind: str, **more: str) -> LiveWorkspace:
    """A workspace on the service of `kind`, its limits not used by anybody before."""
    own = {"log_analytics": {"workspace_id": WORKSPACE_ID}, "data_explorer": {"database": "Hunting"}}
    table = {"kind": kind, "url": server_of(loopback, kind).url, "ca": str(loopback.ca), "sign_in": "none"}
    workspace = live_workspace(settings_from("live", table | own.get(kind, {}) | more, "test"))
    workspace._limiter = limits.Limiter(limits.RATES[kind])
    return workspace


def signed(services: Loopback, sign_in: str = "environment") -> dict[str, str]:
    """The keys of a workspace that signs in at the token service."""
    return {"sign_in": sign_in, "tenant": TENANT, "client_id": CLIENT, "authority": services.tokens.url}


@asynccontextmanager
async def opened(loopback: Loopback, kind: str, **more: str) -> AsyncIterator[LiveWorkspace]:
    workspace = make(loopback, kind, **more)
    try:
        yield workspace
    finally:
        await workspace.close()


async def run(
    workspace: LiveWorkspace, query: str = "", window: Window = WINDOW, rows: int = 100_000, seconds: float = 30
) -> tuple[Completion, list[dict[str, Any]]]:
    """How a query ended and its rows; the query that any service answers when none is given."""
    batches: list[pa.RecordBatch] = []
    completion = await workspace.run(query or FIRST[workspace.kind], window, Limits(rows, seconds), batches.append)
    return completion, [row for batch in batches for row in batch.to_pylist()]
