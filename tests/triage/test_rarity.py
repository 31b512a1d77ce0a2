"""Rarity: every number opens as it was counted, in every dialect, and values are compared without what changes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import STRINGS
from tests.support.small import START, small_catalogue, small_workspace
from tests.triage.opening import cells, disagreements
from tui.kql.dialects import dialect_for
from tui.kql.schema import shipped_schema
from tui.library.loader import HuntError, parse_hunt
from tui.library.parameters import values_for
from tui.triage.execute import execute
from tui.triage.queries.compile import drill_query, view_query
from tui.triage.queries.context import QueryContext, Scope
from tui.triage.queries.rarity import (
    Shared,
    columns_to_share,
    normalised,
    normalised_expression,
    rarity_context,
    rarity_query,
    shared_of,
)
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import Window
from tui.workspaces.translation import Translator

FIRST = START.replace(tzinfo=UTC)
WINDOW = Window(FIRST + timedelta(minutes=3), FIRST + timedelta(hours=3))
"""What the first device did in its first three minutes lies before it."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EvidenceWorkspace, QueryContext]]:
    folder = tmp_path_factory.mktemp("rarity")
    workspace = small_workspace(folder)
    hunt = small_catalogue(folder).hunts["T1119-91"]
    dialect = dialect_for("evidence", asyncio.run(workspace.schema()))
    yield workspace, QueryContext(hunt, values_for(hunt, {}), WINDOW, dialect)
    asyncio.run(workspace.close())


async def device_row(workspace: EvidenceWorkspace, context: QueryContext, device: str) -> dict[str, Any]:
    answer = await execute(workspace, context, view_query(context))
    return next(row for row in answer.rows() if row["DeviceName"].startswith(device))


async def rarity(workspace: EvidenceWorkspace, context: QueryContext, shared: Shared) -> list[dict[str, Any]]:
    """The rows, after each number in the first two was opened."""
    wide = rarity_context(context, shared, FIRST)
    answer = await execute(workspace, wide, rarity_query(wide))
    rows = answer.rows()
    numbers = [cell for cell in cells(wide, answer.query, rows[:2]) if isinstance(cell.value, int)]
    assert len(numbers) == 8 * len(rows[:2]) > 0
    assert await disagreements(workspace, wide, answer.query, numbers) == []
    return rows


async def test_values_are_counted_over_the_whole_table_and_open(small: tuple[EvidenceWorkspace, QueryContext]) -> None:
    workspace, context = small
    row = await device_row(workspace, context, "alpha")
    shared = shared_of(context, view_query(context), row, "DistinctCommandLines")
    assert (shared.leg, shared.expression) == ("processes", "ProcessCommandLine")
    rare, common = await rarity(workspace, context, shared)
    assert rare["Value"] == "robocopy c:\\a d:\\b#"
    counted = [rare[name] for name in ("Devices", "Accounts", "Days", "Events", "BeforeDevices", "BeforeEvents")]
    assert counted == [2, 1, 1, 2, 1, 1]
    assert (rare["FirstSeen"], rare["Events"] + rare["BeforeEvents"]) == (
        START + timedelta(minutes=1),
        3,
    )
    assert common["Devices"] == 3


async def test_the_listed_values_are_those_of_the_row_and_its_scope(
    small: tuple[EvidenceWorkspace, QueryContext],
) -> None:
    workspace, context = small
    row = await device_row(workspace, context, "gamma")
    shared = replace(shared_of(context, view_query(context), row, "ProcessCount"), expression="ProcessCommandLine")
    only = await rarity(workspace, context, shared)
    assert [found["Devices"] for found in only] == [3]
    scoped = replace(context, scope=Scope(devices=("gamma.corp.example",)))
    assert await rarity(workspace, scoped, replace(shared, bounds=())) == only


@pytest.mark.parametrize("column", ["FileSize", "AdditionalFields", "FolderPath"])
async def test_columns_of_every_type_open(small: tuple[EvidenceWorkspace, QueryContext], column: str) -> None:
    workspace, context = small
    await rarity(workspace, context, Shared("files", column))


async def test_a_baseline_may_be_any_span(small: tuple[EvidenceWorkspace, QueryContext]) -> None:
    workspace, context = small
    wide = rarity_context(context, Shared("files", "FolderPath"), WINDOW.start - timedelta(seconds=61, microseconds=1))
    answer = await execute(workspace, wide, rarity_query(wide))
    assert {row["BeforeEvents"] for row in answer.rows()} == {3}


async def test_from_an_event_list_and_from_values(small: tuple[EvidenceWorkspace, QueryContext]) -> None:
    workspace, context = small
    row = await device_row(workspace, context, "alpha")
    devices = view_query(context)
    events = drill_query(context, devices, row, "FileCount")
    assert shared_of(context, events, {}, "FolderPath") == Shared("files", "FolderPath", events.bounds)
    assert shared_of(context, events, {}, "Timestamp").expression == ""
    assert "FolderPath" in columns_to_share(context, "files")
    assert "Timestamp" not in columns_to_share(context, "files")
    values = drill_query(context, devices, row, "DistinctCommandLines")
    again = shared_of(context, values, {"Value": "x"}, "Value")
    assert again == Shared("processes", "ProcessCommandLine", values.bounds)
    assert shared_of(context, devices, row, "LegsHit").leg == "processes"


@pytest.mark.parametrize("hostile", STRINGS)
async def test_hostile_keys_are_values(small: tuple[EvidenceWorkspace, QueryContext], hostile: str) -> None:
    workspace, context = small
    row = {"DeviceKey": hostile}
    shared = replace(shared_of(context, view_query(context), row, "ProcessCount"), expression="FileName")
    wide = rarity_context(context, shared)
    answer = await execute(workspace, wide, rarity_query(wide))
    assert (answer.rows(), str(answer.completion.outcome.state) in ("complete", "not covered")) == ([], True)


@pytest.mark.parametrize(
    ("held", "before", "words"),
    [
        (WINDOW.start - timedelta(days=90), "30d", "and 30 d before the window"),
        (None, "30d", "and 30 d before the window"),
        (WINDOW.start - timedelta(days=2), "2d", "and 2 d before the window (no more is held)"),
        (WINDOW.start, "0s", "nothing is held before the window"),
        (WINDOW.end, "0s", "nothing is held before the window"),
    ],
)
def test_the_baseline_is_what_is_held(
    small: tuple[EvidenceWorkspace, QueryContext], held: datetime | None, before: str, words: str
) -> None:
    wide = rarity_context(small[1], Shared("files", "FileName"), held)
    assert wide.hunt.legs["everywhere"].before == before
    assert rarity_query(wide).title == f"rarity of FileName, {words}"


def test_every_service_is_asked_for_the_baseline_too(small: tuple[EvidenceWorkspace, QueryContext]) -> None:
    wide = rarity_context(small[1], Shared("files", "FileName"))
    assert wide.reach(rarity_query(wide).kql) == Window(WINDOW.start - timedelta(days=30), WINDOW.end)
    assert wide.reach(view_query(wide).kql) == WINDOW
    for kind in ("log_analytics", "defender", "data_explorer"):
        shipped = shipped_schema("log_analytics" if kind == "log_analytics" else "defender")
        there = replace(small[1], dialect=dialect_for(kind, shipped))
        kql = rarity_query(rarity_context(there, Shared("files", "FileName"))).kql
        assert "count_distinctif(" in kql
        assert "dcountif(" not in kql
        assert ("TimeGenerated >= p_from - 30d" in kql) is (kind == "log_analytics")


def test_generated_views_do_not_count_the_baseline(small: tuple[EvidenceWorkspace, QueryContext]) -> None:
    wide = rarity_context(small[1], Shared("files", "FileName"))
    for view in ("devices", "timeline", "groups_processes"):
        assert view_query(wide, view).kql == view_query(small[1], view).kql
    again = parse_hunt(wide.hunt.source, Path("kept.toml"))
    assert again == wide.hunt
    with pytest.raises(HuntError, match="expected a span"):
        parse_hunt(wide.hunt.source.replace('before = "30d"', 'before = "soon"'), Path("kept.toml"))


TRANSLATED = Translator({"T": {"A": "string", "Timestamp": "datetime"}}).translate(
    f"T | project V = {normalised_expression('A')}", datetime(2026, 1, 1, tzinfo=UTC)
)
PIECES = st.one_of(
    st.text(alphabet=st.characters(max_codepoint=0x17F, exclude_characters="\x00İıſŉ"), max_size=8),
    st.uuids().map(str),
    st.integers(min_value=0).map(hex),
    st.binary(max_size=20).map(bytes.hex),
    st.sampled_from(["C:\\Users\\", "/home/", "\\", "/", '"', " ", "S-1-5-21-1-2", "j doe", "\n", "\u00a0", "\u0665"]),
)


@given(st.lists(st.lists(PIECES, max_size=8).map("".join), min_size=1, max_size=20))
@settings(max_examples=20, deadline=None)
def test_python_and_kql_leave_out_the_same(texts: list[str]) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE T AS SELECT unnest(?::VARCHAR[]) AS A, now()::TIMESTAMP AS Timestamp", [texts])
        found = connection.execute(TRANSLATED.sql, TRANSLATED.parameters).fetchall()
    assert [text for (text,) in found] == [normalised(text) for text in texts]


@given(st.uuids(), st.uuids(), st.integers(0, 10**30), st.integers(0, 10**30))
def test_identifiers_and_numbers_make_no_difference(one: uuid.UUID, other: uuid.UUID, number: int, second: int) -> None:
    assert normalised(f"x.exe /id {{{one}}}") == normalised(f"X.EXE /id {{{other}}}") == "x.exe /id {<guid>}"
    assert "0" not in normalised(f"a {number}")
    assert normalised(f"ping -n 4 host{number % 100}") == normalised(f"ping -n 7 host{second % 100}")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (r'"C:\Users\John Doe\AppData\x.exe" -p 12', r'"c:\users\<user>\appdata\x.exe" -p #'),
        (r"dir C:\Users\bob /s", r"dir c:\users\<user> /s"),
        ("cat /home/ana/.ssh/id_rsa", "cat /home/<user>/.ssh/id_rsa"),
        ("/c echo 0x1F deadbeefcafe ab12", "/c echo <hex> <hex> ab#"),
        ("wmic S-1-5-21-100-200-300-1001", "wmic <sid>"),
        ("", ""),
    ],
)
def test_what_is_left(text: str, left: str) -> None:
    assert normalised(text) == left
