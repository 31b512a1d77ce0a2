"""Rows that were stored long after they happened, and rows that arrive between a count and its list."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.support.small import START, small_catalogue, small_workspace
from tests.workspaces.live.services import make
from tui import cli
from tui.loopback.group import Loopback
from tui.results.store import ResultStore
from tui.settings.paths import config_folder
from tui.triage.runs import Phase, Run
from tui.triage.session import Session
from tui.workspaces.live.log_analytics import LogAnalyticsWorkspace
from tui.workspaces.protocol import State, Window

EARLIER = timedelta(days=730)
"""How long before the small evidence this one happened: what was stored late was so before today."""
BEGAN = START.replace(tzinfo=UTC) - EARLIER
DAY = Window(BEGAN, BEGAN + timedelta(hours=3))
LATE_DEVICE = "gamma.corp.example"
"""Whose one process was stored three days after it began."""
HELD_BACK = "FileName = 'robocopy.exe' AND DeviceName LIKE 'alpha%' AND ProcessId = 1002"
"""The one process that has not arrived when it is counted."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """The services over the small evidence; Log Analytics has the tables as Defender streams them, with both times."""
    folder = tmp_path_factory.mktemp("late")
    asyncio.run(small_workspace(folder).close())
    path = folder / "small.duckdb"
    with duckdb.connect(str(path)) as connection:
        for table in ("DeviceProcessEvents", "DeviceFileEvents"):
            earlier = f"Timestamp - INTERVAL {EARLIER.days} DAY"
            connection.execute(f"UPDATE {table} SET Timestamp = {earlier}, TimeGenerated = {earlier}")
            late = f"TimeGenerated + INTERVAL 3 DAY WHERE DeviceName = '{LATE_DEVICE}'"
            connection.execute(f"UPDATE {table} SET TimeGenerated = {late}")
    with Loopback(path, tmp_path_factory.mktemp("ca"), streamed=True, clock=lambda: DAY.end) as servers:
        yield servers


@pytest.fixture
def loopback(services: Loopback) -> Iterator[Loopback]:
    yield services
    for server in (services.log_analytics, services.defender, services.data_explorer):
        server.clear()
        server.tables.arrive()


async def session_on(loopback: Loopback, kind: str, folder: Path, window: Window = DAY) -> Session:
    session = Session(make(loopback, kind), small_catalogue(folder), ResultStore(None), lambda run: None)
    await session.prepare()
    session.window = window
    return session


async def ended(run: Run) -> Run:
    assert run.task is not None
    await run.task
    assert run.phase is Phase.DONE
    assert run.outcome is not None
    return run


async def counted(session: Session) -> tuple[Run, dict[str, dict[str, object]]]:
    """A run of the hunt, and its rows by device."""
    run = await ended(session.run_view(session.catalogue.find("T1119-91")))
    assert run.rows is not None
    rows = run.rows.prepare().page(0, 10)
    found = [dict(zip(run.rows.schema.names, row, strict=True)) for row in rows]
    return run, {str(row["DeviceName"]): row for row in found}


@pytest.mark.parametrize("late", [False, True])
async def test_rows_stored_late_are_counted_and_listed_where_they_are_asked_for(
    loopback: Loopback, tmp_path: Path, late: bool
) -> None:
    session = await session_on(loopback, "log_analytics", tmp_path, replace(DAY, late=late))
    assert session.dialect.tells_late_rows
    run, rows = await counted(session)
    assert (LATE_DEVICE in rows) == late
    assert ("TimeGenerated < p_to" in run.query.kql) != late
    assert ("rows stored late, too" in run.query.kql.splitlines()[0]) == late
    device, count = (LATE_DEVICE, 1) if late else ("alpha.corp.example", 5)
    drill = await ended(session.open_cell(run, rows[device], "ProcessCount"))
    assert (drill.received, rows[device]["ProcessCount"], drill.mismatch) == (count, count, "")
    around = session.context(run.context.hunt, Window(DAY.start, DAY.end))
    assert around.window.late == late, "a window around a row finds the row"
    await session.close()


@pytest.mark.parametrize("kind", ["log_analytics", "defender", "data_explorer"])
async def test_rows_that_arrive_between_count_and_list_are_told(loopback: Loopback, tmp_path: Path, kind: str) -> None:
    tables = getattr(loopback, kind).tables
    tables.hold_back("DeviceProcessEvents", HELD_BACK)
    session = await session_on(loopback, kind, tmp_path)
    run, rows = await counted(session)
    assert rows["alpha.corp.example"]["ProcessCount"] == 4
    tables.arrive()
    drill = await ended(session.open_cell(run, rows["alpha.corp.example"], "ProcessCount"))
    assert drill.received == 5
    assert drill.mismatch == f"4 counted at {run.began:%H:%M}, 5 listed at {drill.began:%H:%M}"
    again, rows = await counted(session)
    assert rows["alpha.corp.example"]["ProcessCount"] == 5
    same = await ended(session.open_cell(again, rows["alpha.corp.example"], "ProcessCount"))
    assert (same.received, same.mismatch) == (5, "")
    await session.close()


def test_the_command_line_looks_for_late_rows_and_tells_of_a_difference(
    loopback: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = make(loopback, "log_analytics").settings
    config_folder().mkdir(parents=True)
    (config_folder() / "workspaces.toml").write_text(
        f'[logs]\nkind = "log_analytics"\nworkspace_id = "{configured.workspace_id}"\n'
        f'url = "{configured.url}"\nca = "{configured.ca}"\nsign_in = "none"\n'
    )
    monkeypatch.setattr("tui.commands.run.find_hunt", small_catalogue(tmp_path).find)
    window = ["--from", f"{DAY.start:%Y-%m-%dT%H:%MZ}", "--to", f"{DAY.end:%Y-%m-%dT%H:%MZ}", "-w", "logs"]
    assert cli.main(["run", "T1119-91", "-f", "csv", *window]) == 0
    assert LATE_DEVICE not in capsys.readouterr().out
    assert cli.main(["run", "T1119-91", "-f", "csv", "--late", *window]) == 0
    assert LATE_DEVICE in capsys.readouterr().out

    tables = loopback.log_analytics.tables
    query = tables.query

    def counted_then_arrived(*arguments: object) -> object:
        answer = query(*arguments)  # type: ignore[arg-type]
        if "summarize" in str(arguments[0]):
            tables.arrive()
        return answer

    monkeypatch.setattr(tables, "query", counted_then_arrived)
    tables.hold_back("DeviceProcessEvents", HELD_BACK)
    row = ["--row", "DeviceName=alpha.corp.example", "--column", "ProcessCount"]
    assert cli.main(["drill", "T1119-91", *row, "-f", "csv", *window]) == 0
    written = capsys.readouterr()
    assert len(written.out.splitlines()) == 1 + 5
    assert "4 counted at " in written.err
    assert "5 listed at " in written.err


def test_the_request_covers_what_the_query_asks() -> None:
    from tui.workspaces.live.configuration import settings_from

    table = {"kind": "log_analytics", "workspace_id": "w", "sign_in": "none"}
    workspace = LogAnalyticsWorkspace(settings_from("x", table, "test"))
    old = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))

    def asked_until(window: Window) -> datetime:
        body = workspace.query_request("T", window, 10, "id").content
        text = str(body.decode() if isinstance(body, bytes) else body)
        return datetime.fromisoformat(text.partition("/")[2].partition('"')[0])

    assert asked_until(old) == old.end + timedelta(hours=1)
    assert asked_until(replace(old, late=True)) > datetime.now(UTC)


async def test_the_state_of_a_late_window_is_kept_with_its_run(loopback: Loopback, tmp_path: Path) -> None:
    from tui.triage.records.documents import run_document, run_of
    from tui.triage.records.restoring import record_of
    from tui.triage.words import window_words

    session = await session_on(loopback, "log_analytics", tmp_path, replace(DAY, late=True))
    run = await ended(session.run_base(session.catalogue.find("T1119-91")))
    assert run.outcome is not None
    assert run.outcome.state is State.COMPLETE
    assert run_of(run_document(record_of(run, "log_analytics", "ana@host"))).window == run.context.window
    assert window_words(run.context.window).endswith(" +late")
    await session.close()
