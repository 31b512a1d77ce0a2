"""Every number opens into exactly what it says: on random evidence, windows, scopes and parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.triage import counted_by_hand
from tests.triage.opening import answer_of, cells, disagreements, everything_wrong
from tests.triage.random_evidence import ACCOUNTS, START, STARTS, Rows, evidence, windows, write
from tui.kql.dialects import dialect_for
from tui.library.catalogue import load_catalogue
from tui.library.loader import read_hunt
from tui.library.model import Hunt
from tui.library.parameters import values_for
from tui.triage.execute import execute
from tui.triage.queries.compile import base_query, drill_query, view_names, view_query
from tui.triage.queries.context import QueryContext, Scope
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import State, Window

EVERY_FEATURE = read_hunt(Path(__file__).parents[1] / "hunts" / "every_feature.toml")
REAL = ("T1119-01", "T1119-02", "T1119-08", "T1119-10", "pivot-account", "pivot-process", "pivot-device")
REQUIRED = {"account": "ann", "device": "fin.corp.example", "process_id": 1}
WHOLE = Window(START - timedelta(hours=1), START + timedelta(hours=6))

few = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make an example smaller takes minutes
    suppress_health_check=list(HealthCheck),
)
picks = st.lists(st.integers(0, 1000), min_size=4, max_size=4)

CHANGES: list[tuple[str, object]] = [
    ("tools", ("TOOL.exe", "robocopy.exe", "cmd.exe")),
    ("tools", ()),
    ("word", "a"),
    ("word", "\\"),
    ("word", "'q\" \\"),
    ("folders", ("C:\\Temp", "c:\\x")),
    ("folders", ('C:\\it\'s "q"\\',)),
    ("starts", ("a", "B")),
    ("starts", ("c'\"",)),
    ("ends", (".txt", "\\")),
    ("ends", ('".docx',)),
    ("pattern", "(?i)temp|\\\\fs"),
    ("action", "FileModified"),
    ("servers", ("10.0.0.0/8", "fe80::1")),
    ("servers", ("203.0.113.9",)),
    ("least_size", 0),
    ("least_size", 11),
    ("factor", 0.1),
    ("factor", -1.0),
    ("unsized", False),
    ("since", "2026-11-19T23:30:00Z"),
    ("since", "2026-11-20T00:00:00.000001Z"),
    ("near_window", "1m"),
    ("near_window", "500ms"),
    ("near_window", "00:10:00.000001"),
    ("near_window", "1h"),
    ("burst", "1ms"),
    ("burst", "1h"),
    ("rare_devices", 2),
]
parameters = st.lists(st.sampled_from(CHANGES), max_size=2).map(dict)
names = st.sampled_from(
    ["fin", "FIN.corp.example", "dev-1", 'o\'brien "X"\\', "f*", "quote*", "new\nline", "*", "alias"]
)
people = st.sampled_from([name for _, name in ACCOUNTS if name] + ["corp\\ann", "A*", "a\\b\\c*"])
scopes = st.builds(
    Scope,
    st.lists(names, max_size=2).map(tuple),
    st.lists(people, max_size=2).map(tuple),
    st.lists(names, max_size=1).map(tuple),
    st.lists(people, max_size=1).map(tuple),
)
scopes = st.just(Scope()) | scopes

RICH: Rows = {
    "DeviceProcessEvents": [
        {
            "Timestamp": datetime(2026, 11, 20, 0, minute),
            "DeviceId": device,
            "DeviceName": name,
            "FileName": "tool.exe",
            "ProcessCommandLine": f"tool {minute % 3}",
            "ProcessId": minute,
            "ProcessCreationTime": STARTS[1],
            "AccountName": "ann",
            "ReportId": minute,
        }
        for minute, (device, name) in enumerate([("dev-1", "fin"), ("", 'O\'Brien "x"\\'), ("dev-1", "fin"), ("", "")])
    ],
    "DeviceFileEvents": [
        {
            "Timestamp": datetime(2026, 11, 20, 0, 30, second),
            "DeviceId": "dev-1",
            "DeviceName": "fin",
            "ActionType": "FileCreated",
            "FileName": f"f{second % 2}",
            "FileSize": size,
            "InitiatingProcessId": 0,
            "InitiatingProcessCreationTime": STARTS[1],
            "ReportId": second,
        }
        for second, size in enumerate([5, 100, 100, None, 7])
    ],
    "DeviceNetworkEvents": [],
    "DeviceEvents": [],
}


def context_of(hunt: Hunt, workspace: EvidenceWorkspace, window: Window, given: Mapping[str, object]) -> QueryContext:
    schema = asyncio.run(workspace.schema())
    required = {name: value for name, value in REQUIRED.items() if hunt.pivot and name in hunt.parameters}
    return QueryContext(hunt, values_for(hunt, {**required, **given}), window, dialect_for("evidence", schema))


def possible_views(context: QueryContext) -> list[str]:
    """The views whose leg has a table here."""
    legs = context.hunt.legs
    return [
        name
        for name in view_names(context.hunt)
        if not name.startswith("groups_") or context.present(legs[name.removeprefix("groups_")])
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evidence")


@few
@given(tables=evidence, window=windows, given=parameters, scope=scopes, picked=picks, data=st.data())
def test_every_feature(
    folder: Path,
    tables: Rows,
    window: Window,
    given: dict[str, object],
    scope: Scope,
    picked: list[int],
    data: st.DataObject,
) -> None:
    workspace = EvidenceWorkspace("random", write(folder / "random.duckdb", tables))
    try:
        context = replace(context_of(EVERY_FEATURE, workspace, window, given), scope=scope)
        view = data.draw(st.sampled_from(["devices", "devices", "accounts", *possible_views(context)]))
        assert asyncio.run(everything_wrong(workspace, context, view, picked)) == []
    finally:
        asyncio.run(workspace.close())


@settings(few, max_examples=5)
@given(tables=evidence, window=windows, scope=scopes, picked=picks, data=st.data())
def test_real_hunts(
    folder: Path, tables: Rows, window: Window, scope: Scope, picked: list[int], data: st.DataObject
) -> None:
    hunt = load_catalogue().find(data.draw(st.sampled_from(REAL)))
    workspace = EvidenceWorkspace("real", write(folder / "real.duckdb", tables))
    try:
        context = replace(context_of(hunt, workspace, window, {}), scope=scope)
        view = data.draw(st.sampled_from(possible_views(context)))
        assert asyncio.run(everything_wrong(workspace, context, view, picked)) == []
    finally:
        asyncio.run(workspace.close())


@settings(few, max_examples=8)
@given(tables=evidence, window=windows, given=parameters)
def test_counts_are_those_counted_by_hand(folder: Path, tables: Rows, window: Window, given: dict[str, object]) -> None:
    path = write(folder / "hand.duckdb", tables)
    expected = counted_by_hand.counts(path, values_for(EVERY_FEATURE, given), window)
    workspace = EvidenceWorkspace("hand", path)
    try:
        context = context_of(EVERY_FEATURE, workspace, window, given)
        rows = asyncio.run(answer_of(workspace, context, view_query(context, "devices"))).rows()
    finally:
        asyncio.run(workspace.close())
    found = {row["DeviceKey"]: row for row in rows}
    assert set(found) == set(expected)
    for key, measured in expected.items():
        assert {name: found[key][name] for name in measured} == measured, key


@pytest.fixture
def rich(tmp_path: Path) -> Any:
    workspace = EvidenceWorkspace("rich", write(tmp_path / "rich.duckdb", RICH))
    yield workspace
    asyncio.run(workspace.close())


def test_a_table_that_is_not_there_is_not_a_zero(rich: EvidenceWorkspace) -> None:
    context = context_of(EVERY_FEATURE, rich, WHOLE, {})
    rows = asyncio.run(answer_of(rich, context, view_query(context, "devices"))).rows()
    assert [row["ProcessCount"] for row in rows] == [2, 1, 1]
    for name in ("LogonCount", "AuditCount", "Shares", "LastId", "AuditWriteCount"):
        assert {row[name] for row in rows} == {None}
    assert {row["ConnectionCount"] for row in rows} == {0}


WRONG: dict[str, Any] = {
    "another device": lambda context, row: (context, {**row, "DeviceKey": f"{row['DeviceKey']}x"}),
    "another case of the same device": lambda context, row: (context, {**row, "DeviceKey": row["DeviceKey"].upper()}),
    "another window": lambda context, row: (
        replace(context, window=Window(START + timedelta(minutes=1), WHOLE.end)),
        row,
    ),
    "another scope": lambda context, row: (replace(context, scope=Scope(exclude_devices=("fin",))), row),
    "another parameter": lambda context, row: (
        replace(context, values={**context.values, "tools": ("other.exe",)}),
        row,
    ),
}


def test_a_wrong_drill_is_noticed(rich: EvidenceWorkspace) -> None:
    context = context_of(EVERY_FEATURE, rich, WHOLE, {})
    query = view_query(context, "devices")
    rows = asyncio.run(answer_of(rich, context, query)).rows()
    right = [cell for cell in cells(context, query, rows[:1]) if cell.column.leg == "processes"]
    assert (rows[0]["DeviceKey"], len(right)) == ("dev-1", 4)
    assert asyncio.run(disagreements(rich, context, query, right)) == []
    for fault, made in WRONG.items():
        broken, row = made(context, rows[0])
        wrong = [replace(cell, drill=drill_query(broken, query, row, cell.column.name)) for cell in right]
        told = asyncio.run(disagreements(rich, context, query, wrong))
        assert any(" ProcessCount = 2 opens " in line for line in told), fault


def test_a_peak_opens_the_rows_of_its_bin(rich: EvidenceWorkspace) -> None:
    context = context_of(EVERY_FEATURE, rich, WHOLE, {"burst": "2s"})
    query = view_query(context, "devices")
    row = asyncio.run(answer_of(rich, context, query)).rows()[0]
    assert (row["PeakFiles"], row["PeakAt"]) == (2, datetime(2026, 11, 20, 0, 30))
    for column in ("PeakFiles", "PeakAt"):
        listed = asyncio.run(answer_of(rich, context, drill_query(context, query, row, column))).rows()
        assert [event["Timestamp"].second for event in listed] == [0, 1]


def test_an_extreme_opens_its_ties(rich: EvidenceWorkspace) -> None:
    context = context_of(EVERY_FEATURE, rich, WHOLE, {})
    query = view_query(context, "devices")
    row = asyncio.run(answer_of(rich, context, query)).rows()[0]
    assert (row["Largest"], row["Scaled"]) == (100, 150.0)
    for column in ("Largest", "Scaled"):
        listed = asyncio.run(answer_of(rich, context, drill_query(context, query, row, column))).rows()
        assert [event["FileSize"] for event in listed] == [100, 100]


def test_a_total_opens_what_adds_to_it(rich: EvidenceWorkspace) -> None:
    context = context_of(EVERY_FEATURE, rich, WHOLE, {})
    query = view_query(context, "devices")
    row = asyncio.run(answer_of(rich, context, query)).rows()[0]
    assert (row["FileCount"], row["Bytes"]) == (5, 212)
    listed = asyncio.run(answer_of(rich, context, drill_query(context, query, row, "Bytes"))).rows()
    assert [event["FileSize"] for event in listed] == [5, 100, 100, 7]


def test_raw_rows_beyond_the_limit_are_told(rich: EvidenceWorkspace) -> None:
    context = context_of(EVERY_FEATURE, rich, WHOLE, {})
    for limit, state, listed in ((3, State.TRUNCATED, 3), (4, State.COMPLETE, 4)):
        answer = asyncio.run(execute(rich, context, base_query(context, limit=limit)))
        assert (answer.completion.outcome.state, answer.table.num_rows) == (state, listed)
