"""Runs of hunts as they are when they have ended, made from given rows without any workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from tui.kql.dialects import dialect_for
from tui.library.loader import parse_hunt
from tui.library.model import Hunt
from tui.results.store import ResultStore
from tui.triage.queries.context import QueryContext
from tui.triage.queries.summaries import summary_query
from tui.triage.runs import Phase, Run
from tui.workspaces.protocol import Completion, Outcome, State, Window

BEGAN = datetime(2026, 11, 21, 14, tzinfo=UTC)
WINDOW = Window(BEGAN - timedelta(days=1), BEGAN)
_HUNT = """
id = "{id}"
title = "Hunt {id}"
techniques = {techniques}
subject = "device"
by = ["account"]
purpose = "What it looks for."
triage = "Read."
primary = "processes"

[legs.processes]
kind = "process"
table = "DeviceProcessEvents"
where = "ProcessId >= 0"
count = "ProcessCount"

[legs.files]
kind = "file"
table = "DeviceFileEvents"
where = "FileName != ''"
count = "FileCount"

[legs.large]
kind = "file"
of = "files"
where = "FileSize > 1000"
count = "LargeCount"
"""


def a_hunt(name: str, techniques: Sequence[str] = ("T1119",)) -> Hunt:
    """A hunt with two legs, and one that is a part of the second."""
    return parse_hunt(_HUNT.format(id=name, techniques=list(techniques)), Path(f"{name}.toml"))


def a_row(device: str, processes: int = 1, files: int | None = 0, **more: Any) -> dict[str, Any]:
    """A device in the rows of such a hunt."""
    legs = (processes > 0) + ((files or 0) > 0)
    counts = {"ProcessCount": processes, "FileCount": files, "LargeCount": files}
    return {"DeviceName": device, "LegsHit": legs, "ThresholdsMet": 0, **counts, "DeviceKey": device.lower(), **more}


def a_hunted_run(
    store: ResultStore,
    hunt: Hunt,
    number: int,
    rows: Sequence[Mapping[str, Any]],
    state: State | None = State.COMPLETE,
) -> Run:
    """A run of the devices view of `hunt` that gave `rows`; it goes on when it has no `state`."""
    context = QueryContext(hunt, {}, WINDOW, dialect_for("evidence"))
    run = Run(number, summary_query(context, "device"), context, "small", began=BEGAN + timedelta(minutes=number))
    if rows:
        run.rows, run.received = store.load(pa.Table.from_pylist(list(rows))), len(rows)
    if state is not None:
        run.phase, run.took, run.completion = Phase.DONE, 0.0, Completion(Outcome(state))
    return run
