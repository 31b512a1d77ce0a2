from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.workspaces.running import START, WINDOW, outcome, run
from tui.evidence.tables import PROVENANCE
from tui.workspaces.evidence import EvidenceWorkspace, MissingWorkspaceError
from tui.workspaces.protocol import Limits, State, TableCoverage, Window


async def test_rows_and_statistics(workspace: EvidenceWorkspace) -> None:
    completion, rows = await run(
        workspace, "DeviceProcessEvents | project ProcessId, DeviceName | sort by ProcessId asc"
    )
    assert completion.outcome.state is State.COMPLETE
    assert rows[:2] == [{"ProcessId": 10, "DeviceName": "D0"}, {"ProcessId": 11, "DeviceName": "D1"}]
    assert completion.statistics["rows"] == 5
    assert completion.statistics["bytes"] > 0
    assert 0 < completion.statistics["seconds"] < 30


async def test_the_clock_stands_at_the_end_of_the_window(workspace: EvidenceWorkspace) -> None:
    _, rows = await run(workspace, "print a = now(), b = ago(1h), c = now(-1d)")
    end = WINDOW.end.replace(tzinfo=None)
    assert rows == [{"a": end, "b": end - timedelta(hours=1), "c": end - timedelta(days=1)}]


@pytest.mark.parametrize(("limit", "state"), [(4, State.TRUNCATED), (5, State.COMPLETE), (6, State.COMPLETE)])
async def test_truncation_is_found_with_one_row_more(workspace: EvidenceWorkspace, limit: int, state: State) -> None:
    completion, rows = await run(workspace, f"DeviceProcessEvents | take {limit + 1}", rows=limit)
    assert completion.outcome.state is state
    assert len(rows) == min(limit, 5)
    assert completion.statistics["rows"] == len(rows)
    if state is State.TRUNCATED:
        assert completion.outcome.reason == "the first 4 rows; there are more"


async def test_a_result_without_rows_has_its_columns(workspace: EvidenceWorkspace) -> None:
    batches: list[pa.RecordBatch] = []
    query = "DeviceProcessEvents | where ProcessId == 99 | project ProcessId, FileName"
    await workspace.run(query, WINDOW, Limits(), batches.append)
    assert [batch.schema.names for batch in batches] == [["ProcessId", "FileName"]]


async def test_totals_are_64_bit_numbers(workspace: EvidenceWorkspace) -> None:
    batches: list[pa.RecordBatch] = []
    await workspace.run("DeviceProcessEvents | summarize S = sum(ProcessId)", WINDOW, Limits(), batches.append)
    assert batches[-1].schema.field("S").type == pa.int64()
    assert batches[-1].to_pylist() == [{"S": 60}]


async def test_a_total_beyond_64_bits_fails_in_words(workspace: EvidenceWorkspace) -> None:
    query = "range x from 1 to 3 step 1 | extend y = 9223372036854775807 | summarize sum(y)"
    assert await outcome(workspace, query) == (State.FAILED, "a total does not fit a 64-bit number")


QUIET = "DeviceProcessEvents | where Timestamp >= datetime(2026-11-20) | where "


@pytest.mark.parametrize(
    ("query", "window", "expected"),
    [
        (QUIET + "ProcessId == 99", WINDOW, (State.COMPLETE, "")),
        (
            QUIET + "ProcessId == 99",
            Window(START - timedelta(hours=2), START),
            (
                State.NOT_COVERED,
                "DeviceProcessEvents has events from 2026-11-20 00:00:00Z to 2026-11-20 00:04:00Z only",
            ),
        ),
        (
            QUIET + "ProcessId == 99",
            Window(START - timedelta(minutes=10), START + timedelta(minutes=50)),
            (State.NOT_COVERED, "DeviceProcessEvents starts at 2026-11-20 00:00:00Z, after the window does"),
        ),
        (
            "DeviceFileEvents | where FileName == 'x'",
            WINDOW,
            (State.NOT_COVERED, "DeviceFileEvents holds no events at all"),
        ),
        (
            QUIET + "ProcessCommandLine has 'copy'",
            WINDOW,
            (
                State.BLIND,
                "ProcessCommandLine of DeviceProcessEvents is empty throughout the window: this evidence cannot show it",
            ),
        ),
        (
            QUIET + "SHA1 == 'x' or MD5 == 'y'",
            WINDOW,
            (
                State.BLIND,
                "SHA1 and MD5 of DeviceProcessEvents are empty throughout the window: this evidence cannot show it",
            ),
        ),
        (QUIET + "SHA1 == 'x' or FileName == 'y'", WINDOW, (State.COMPLETE, "")),
    ],
)
async def test_what_a_zero_means(
    workspace: EvidenceWorkspace, query: str, window: Window, expected: tuple[State, str]
) -> None:
    assert await outcome(workspace, query, window) == expected


@pytest.mark.parametrize(
    "query",
    [
        "DeviceFileEvent | take 1",
        "DeviceFileEvent | join kind=leftsemi (DeviceProcessEvents) on DeviceId",
        "union DeviceProcessEvents, DeviceFileEvent",
    ],
)
async def test_a_table_that_is_not_there(workspace: EvidenceWorkspace, query: str) -> None:
    assert await outcome(workspace, query) == (
        State.NO_TABLE,
        "there is no table 'DeviceFileEvent'; did you mean DeviceFileEvents?",
    )


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("DeviceFileEvents\n| project-reorder FileName", "cannot run 'project-reorder' (line 2, column 3)"),
        (
            "DeviceFileEvents | where FileName == 'a",
            "not closed, or holds an escape KQL does not know (line 1, column 38)",
        ),
        ("DeviceFileEvents | where Nope == 1", 'Referenced column "Nope" not found'),
        ("DeviceProcessEvents | project tolong(DeviceName) + FileName", ""),
    ],
)
async def test_what_cannot_run_fails_with_its_reason(workspace: EvidenceWorkspace, query: str, reason: str) -> None:
    state, told = await outcome(workspace, query)
    assert state is State.FAILED
    assert reason in told
    assert "\n" not in told


async def test_check_says_what_run_would(workspace: EvidenceWorkspace) -> None:
    assert await workspace.check("DeviceFileEvents | take 1") is None
    told = await workspace.check("DeviceFileEvents | evaluate bag_unpack(AdditionalFields)")
    assert told == "the embedded engine cannot run 'evaluate' (line 1, column 20)"


async def test_several_runs_at_once(workspace: EvidenceWorkspace) -> None:
    queries = [f"DeviceProcessEvents | where ProcessId >= {number} | count" for number in (10, 11, 12, 13, 14)]
    answers = await asyncio.gather(*(run(workspace, query) for query in queries))
    assert [rows[0]["Count"] for _, rows in answers] == [5, 4, 3, 2, 1]


async def test_provenance_is_not_seen(workspace: EvidenceWorkspace) -> None:
    schema = await workspace.schema()
    assert set(schema) == {"DeviceFileEvents", "DeviceProcessEvents", "SecurityEvent"}
    assert not {column for columns in schema.values() for column in columns} & set(PROVENANCE)
    _, rows = await run(workspace, "DeviceProcessEvents | take 1")
    assert set(rows[0]) == set(schema["DeviceProcessEvents"])
    for query in (
        "DeviceProcessEvents | project _File",
        "DeviceProcessEvents | where _Source == ''",
        "database('evidence').DeviceProcessEvents | project _File",
        "['evidence.DeviceProcessEvents'] | take 1",
        "_meta | take 1",
        "_log_cleared | take 1",
    ):
        completion, rows = await run(workspace, query)
        assert completion.outcome.state in (State.FAILED, State.NO_TABLE), query
        assert rows == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM glob('*')",
        "COPY (SELECT 1) TO '{other}'",
        "ATTACH '{other}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "INSERT INTO evidence.DeviceFileEvents (FileName) VALUES ('x')",
        "DROP TABLE evidence.DeviceFileEvents",
    ],
)
async def test_even_sql_reaches_no_other_file_and_writes_nothing(
    workspace: EvidenceWorkspace, tmp_path: Path, statement: str
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("secret\n1\n", encoding="utf-8")
    with pytest.raises(duckdb.Error):
        workspace._connection.execute(statement.format(other=other)).fetchall()
    assert other.read_text(encoding="utf-8") == "secret\n1\n"


async def test_kql_reaches_no_other_file(workspace: EvidenceWorkspace, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("secret\n1\n", encoding="utf-8")
    for query in (
        f"['{other}'] | take 1",
        f"externaldata(secret: string)['{other}']",
        f"read_csv('{other}')",
        f"print x = read_text('{other}')",
    ):
        completion, rows = await run(workspace, query)
        assert completion.outcome.state in (State.FAILED, State.NO_TABLE), query
        assert rows == []


def test_the_file_stays_as_it_is(path: Path) -> None:
    async def use() -> None:
        workspace, again = EvidenceWorkspace("case", path), EvidenceWorkspace("case", path)
        for opened in (workspace, again):
            await run(opened, "DeviceProcessEvents | summarize count() by DeviceName")
            await opened.close()

    before = hashlib.sha256(path.read_bytes()).hexdigest()
    asyncio.run(use())
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert [found.name for found in path.parent.iterdir()] == [path.name]


async def test_coverage(workspace: EvidenceWorkspace) -> None:
    def at(minute: int, second: int = 0) -> datetime:
        return START + timedelta(minutes=minute, seconds=second)

    assert await workspace.coverage(["DeviceProcessEvents", "Nope"]) == [
        TableCoverage("DeviceProcessEvents", "d0", at(0), at(4), 3),
        TableCoverage("DeviceProcessEvents", "d1", at(1), at(3), 2, (at(2, 30),)),
        TableCoverage("Nope", "", None, None, 0),
    ]
    assert {entry.table for entry in await workspace.coverage()} >= {"DeviceProcessEvents"}


async def test_span_and_banner(workspace: EvidenceWorkspace) -> None:
    assert await workspace.span() == Window(START, START + timedelta(minutes=4, microseconds=1))
    assert (workspace.banner, workspace.kind, workspace.portal_link("print 1")) == ("DEMO", "evidence", None)


async def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    with duckdb.connect(str(path)):
        pass
    workspace = EvidenceWorkspace("empty", path)
    assert (await workspace.span(), await workspace.coverage(), workspace.banner) == (None, [], "EVIDENCE")
    assert (await outcome(workspace, "DeviceFileEvents | take 1"))[0] is State.NO_TABLE
    await workspace.close()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingWorkspaceError, match="there is no evidence workspace 'x'"):
        EvidenceWorkspace("x", tmp_path / "x.duckdb")
