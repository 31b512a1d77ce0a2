"""Which events are planted: as the table `_planted` in the workspace, and as a file beside it for people and tests."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from tui.evidence.demo.bulk import SHARES_OF_ROWS
from tui.evidence.demo.options import DemoOptions
from tui.evidence.demo.recorder import Recorder
from tui.evidence.demo.stories.intrusion import MISSED_BY_NAME, TIMELINE


def load_planted(connection: DuckDBPyConnection, recorder: Recorder) -> int:
    """Make `_planted`; gives the number of distinct planted events.

    One row per event, hunt and leg. Where a table has no ReportId, the EventRecordId stands there.
    """
    connection.execute(
        "CREATE TABLE _planted (table_name VARCHAR, ReportId BIGINT, DeviceId VARCHAR, hunt VARCHAR, leg VARCHAR, "
        "note VARCHAR)"
    )
    plants = recorder.plants
    columns = ("table", "crafted", "hunt", "leg", "note")
    arrow = pa.table({column: [getattr(plant, column) for plant in plants] for column in columns})
    connection.register("arriving", arrow)
    for table in SHARES_OF_ROWS:
        connection.execute(
            f"""
            INSERT INTO _planted
            SELECT DISTINCT '{table}', r.number, i.DeviceId, p.hunt, p.leg, p.note
            FROM arriving p
            JOIN scratch.rows_{table} r ON r.crafted = p.crafted AND r.crafted > 0
            JOIN scratch.crafted_{table} c ON c.crafted = r.crafted
            JOIN scratch.initiator i ON i.proc = c.proc
            WHERE p."table" = '{table}'
            ORDER BY ALL
            """
        )
    connection.unregister("arriving")
    count: int = connection.execute(
        "SELECT count(*) FROM (SELECT DISTINCT table_name, ReportId FROM _planted)"
    ).fetchall()[0][0]
    return count


def write_ground_truth(
    connection: DuckDBPyConnection, path: Path, recorder: Recorder, options: DemoOptions, version: int
) -> None:
    """Write the ground truth as JSON: what was planted and where, what a plain name match misses, and who is benign."""
    truth = {
        "generator": version,
        "seed": options.seed,
        "from": f"{options.since:%Y-%m-%dT%H:%M:%S.%fZ}",
        "to": f"{options.until:%Y-%m-%dT%H:%M:%S.%fZ}",
        "timeline": list(TIMELINE),
        "missed_by_plain_name_match": [
            {"hunt": hunt, "device": recorder.estate.device(short).name, "what": what}
            for hunt, short, what in MISSED_BY_NAME
        ],
        "benign": [
            {"hunt": each.hunt, "device": each.device.name, "reason": each.reason}
            for each in sorted(recorder.benign, key=lambda each: (each.hunt, each.device.name, each.reason))
        ],
        "planted": _planted_events(connection),
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(truth, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def _planted_events(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for table in SHARES_OF_ROWS:
        device = "Computer" if table in ("SecurityEvent", "WindowsEvent") else "DeviceName"
        rows = connection.execute(
            f"""
            SELECT p.DeviceId, t."{device}", p.ReportId, strftime(t.Timestamp, '%Y-%m-%dT%H:%M:%S.%fZ'), p.hunt, p.leg,
                p.note
            FROM _planted p JOIN "{table}" t ON t._Record = p.ReportId
            WHERE p.table_name = '{table}' ORDER BY p.ReportId, p.hunt, p.leg, p.note
            """
        ).fetchall()
        names = ("DeviceId", "DeviceName", "ReportId", "time", "hunt", "leg", "what")
        events += [{"table": table, **dict(zip(names, row, strict=True))} for row in rows]
    return events
