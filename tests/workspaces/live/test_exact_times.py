"""A time to 100 ns from each service to the results store and the literal of a drill."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tests.workspaces.live.services import KINDS, WINDOW, make, server_of
from tui.kql.binding import Equality
from tui.kql.moments import exact
from tui.loopback.answers import answer_of
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.results.values import plain_text
from tui.workspaces.protocol import Limits, State

TEXTS = ["2026-03-01T12:34:56.1234567Z", "2026-03-01T12:34:56.1234561Z", "9999-12-31T23:59:59.9999999Z"]
FIRST = exact(datetime(2026, 3, 1, 12, 34, 56, 123456, UTC), 7)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_seventh_digit_stays(loopback: Loopback, kind: str) -> None:
    server_of(loopback, kind).answer_next(
        answer_of({"At": "datetime", "Name": "string"}, [[one, "x"] for one in TEXTS])
    )
    workspace = make(loopback, kind)
    batches: list[pa.RecordBatch] = []
    try:
        completion = await workspace.run("DeviceProcessEvents | take 3", WINDOW, Limits(), batches.append)
    finally:
        await workspace.close()
    assert completion.outcome.state is State.COMPLETE, completion.outcome
    store = ResultStore(None)
    try:
        rows = store.load(pa.Table.from_batches(batches)).prepare().page(0, 10)
    finally:
        store.close()
    assert [plain_text(at) for at, _ in rows] == TEXTS
    assert rows[0][0] == FIRST
    condition = Equality("Timestamp", "datetime", rows[0][0]).condition()
    assert condition == "Timestamp == datetime(2026-03-01T12:34:56.1234567Z)"
