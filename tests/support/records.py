"""A session and a run as they are kept, with every field filled."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from tui.results.view import Filter, RowView
from tui.triage.queries.context import Bound, ColumnMeaning, Key, Query, Scope
from tui.triage.records.model import Mark, Note, RunRecord, SessionRecord, StepRecord, Verdict
from tui.triage.runs import Origin
from tui.workspaces.protocol import Outcome, State, Window

MOMENT = datetime(2026, 11, 21, 14, 2, 31, 123456, tzinfo=UTC)
WINDOW = Window(MOMENT - timedelta(hours=4), MOMENT)
KQL = 'DeviceProcessEvents\n| where FileName == "a\\"b"'


def a_run(number: int = 2) -> RunRecord:
    return RunRecord(
        number=number,
        hunt="T1119-91",
        title="File copies",
        techniques=("T1119", "T1039"),
        hunt_file="T1119-91-0a1b2c3d.toml",
        values={"tools": ("robocopy.exe", "x\x1b[2J"), "minimum": 3, "share": None},
        window=WINDOW,
        scope=Scope(devices=("fin-ws-114",), exclude_accounts=("svc_*",)),
        query=Query(
            kql=KQL,
            view="devices",
            title="devices",
            limit=1000,
            columns=(
                ColumnMeaning("DeviceKey", hidden=True),
                ColumnMeaning("ProcessCount", "rows", "processes"),
                ColumnMeaning("LargestFile", "extreme", "files", "FileSize", "FileSize > 0"),
            ),
            keys=(Key("DeviceKey", subject="device"), Key("Bin", "datetime", "bin(Timestamp, 10m)")),
            bounds=(
                Bound(Key("FileName", "string", "FileName"), None),
                Bound(Key("At", "datetime", "Timestamp"), MOMENT),
            ),
            lacks=("OfficeActivity",),
        ),
        workspace="acme",
        kind="evidence",
        author="ana@host",
        origin=Origin(1, "ProcessCount", "fin-ws-114", 4, MOMENT),
        began=MOMENT,
        seconds=3.1,
        received=4,
        bytes=4096,
        outcome=Outcome(State.TRUNCATED, "the first 4 rows; there are more"),
        statistics={"seconds": 3.1, "rows": 4.0},
        rows_sha256="",
        kql_sha256=hashlib.sha256(KQL.encode()).hexdigest(),
    )


def a_session() -> SessionRecord:
    return SessionRecord(
        identity="0a1b2c3d",
        name="INC-4471 [/]\u202e",
        workspace="acme",
        kind="evidence",
        author="ana@host",
        created=MOMENT - timedelta(hours=1),
        saved=MOMENT,
        window=WINDOW,
        scope=Scope(devices=("fin-ws-*",)),
        values={"T1119-91": {"tools": ("a", "b"), "deep": True, "last": "7d"}},
        runs={1: "aa", 2: "bb"},
        trail=(
            StepRecord(
                1, RowView((("ProcessCount", True),), (Filter("DeviceName", "==", None),), "robo"), 7, "DeviceName"
            ),
            StepRecord(2, RowView(filters=(Filter("Timestamp", ">=", MOMENT),))),
        ),
        marks=(
            Mark(
                "f" * 24, 2, 3, "ana@host", MOMENT, {"FileName": "a\x1bb", "Size": "12"}, "look\nhere", ("exfil", "c2")
            ),
        ),
        notes=(Note("Asked the owner.", "ana@host", MOMENT),),
        verdicts=(
            Verdict(
                "acme", "T1119-91", "device", "bkp-03", "BKP-03", "benign", "ana@host", MOMENT, "backup", WINDOW.end
            ),
        ),
    )
