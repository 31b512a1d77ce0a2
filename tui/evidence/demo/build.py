"""Makes the demo evidence: the stories first, then the everyday bulk around them, then the file, in one piece or not at
all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from tui.evidence.demo.bulk import forget_everyday, load_plan, make_skeleton, rows_per_table
from tui.evidence.demo.dimensions import load_dimensions
from tui.evidence.demo.estate import TENANT, Estate
from tui.evidence.demo.ground_truth import load_planted, write_ground_truth
from tui.evidence.demo.layout import insert_statement
from tui.evidence.demo.options import DemoOptions, DemoSummary
from tui.evidence.demo.recorder import Recorder
from tui.evidence.demo.residents import Presence, populate
from tui.evidence.demo.stories.benign import tell_benign_stories
from tui.evidence.demo.stories.intrusion import tell_intrusion
from tui.evidence.demo.timing import HOUR, Calendar
from tui.evidence.tables import create_table

GENERATOR_VERSION = 1
"""Raised whenever the same options give other rows than before."""

Progress = Callable[[float, str], None]
"""Takes how much is done, from 0 to 1, and what is being done. What it raises ends the making and is passed on."""

_INFO_EVERY = 12 * HOUR
_MEMORY = "1GB"
"""What DuckDB may hold in memory; beyond it, it uses the folder it builds in."""

_CHUNK = 1_000_000
"""Rows per insert, so that progress is told every few seconds."""


def generate_demo(path: Path, options: DemoOptions, progress: Progress | None = None) -> DemoSummary:
    """Make the demo evidence at `path`, replacing what is there, with `NAME.ground-truth.json` beside it.

    The file appears complete or not at all. Raises ValueError when `options` ask for fewer events than the stories have,
    and OSError or duckdb.Error when the file cannot be written.
    """
    tell = progress or (lambda done, what: None)
    tell(0.0, "telling the stories")
    recorder, presences = _tell_everything(options)
    fixed = _fixed_rows(recorder, options)
    if options.events < fixed:
        raise ValueError(
            f"demo evidence of {options.devices} devices and {options.days} days has at least {fixed:,} events, "
            f"not {options.events:,}"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.stem}-"))
    try:
        workspace, truth = aside / "demo.duckdb", aside / "ground-truth.json"
        tables, planted = _build(workspace, truth, recorder, presences, options, options.events - fixed, tell)
        final_truth = path.with_suffix(".ground-truth.json")
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
        truth.replace(final_truth)
        workspace.replace(path)
        _sync_folder(path.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    tell(1.0, "done")
    return DemoSummary(path, final_truth, options.since, options.until, tables, planted)


def _tell_everything(options: DemoOptions) -> tuple[Recorder, list[Presence]]:
    recorder = Recorder(Estate(options.devices), Calendar.of(options), options.seed)
    presences = populate(recorder)
    tell_benign_stories(recorder)
    tell_intrusion(recorder)
    return recorder, presences


def _fixed_rows(recorder: Recorder, options: DemoOptions) -> int:
    crafted = sum(not process.hidden for process in recorder.processes) + sum(map(len, recorder.rows.values()))
    calendar = recorder.calendar
    return crafted + options.devices * ((calendar.end - calendar.start) // _INFO_EVERY)


def _build(
    workspace: Path,
    truth: Path,
    recorder: Recorder,
    presences: list[Presence],
    options: DemoOptions,
    everyday: int,
    tell: Progress,
) -> tuple[dict[str, int], int]:
    """Make both files; gives the rows of each table and the number of planted events."""
    with duckdb.connect(str(workspace)) as connection:
        workspace.chmod(0o600)
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("ATTACH ':memory:' AS scratch")
        load_dimensions(connection, recorder)
        load_plan(connection, recorder.estate, recorder.calendar, presences)
        tables = _fill_tables(connection, recorder, everyday, tell)
        create_table(connection, "DeviceInfo")
        tables["DeviceInfo"] = _fill_device_info(connection, recorder.calendar, options.seed)
        planted = load_planted(connection, recorder)
        _write_meta(connection, options)
        write_ground_truth(connection, truth, recorder, options, GENERATOR_VERSION)
        tell(0.97, "writing the file")
        connection.execute("DETACH scratch")
        connection.execute("CHECKPOINT")
    return tables, planted


def _fill_tables(connection: DuckDBPyConnection, recorder: Recorder, everyday: int, tell: Progress) -> dict[str, int]:
    counts: dict[str, int] = {}
    done = 0
    for table, rows in rows_per_table(everyday).items():
        tell(0.05 + 0.9 * done / max(everyday, 1), table)
        create_table(connection, table)
        crafted = f"SELECT crafted, moment FROM scratch.crafted_{table}"
        make_skeleton(connection, table, rows, crafted, recorder.calendar, recorder.seed)
        total: int = connection.execute(f"SELECT count(*) FROM scratch.rows_{table}").fetchall()[0][0]
        statement = insert_statement(table, crafted=False) if rows else ""
        for first in range(1, total + 1, _CHUNK) if rows else ():
            last = min(first + _CHUNK - 1, total)
            connection.execute(statement, {"first": first, "last": last})
            tell(0.05 + 0.9 * (done + min(last, rows)) / max(everyday, 1), table)
        connection.execute(insert_statement(table, crafted=True), {"first": 1, "last": total})
        forget_everyday(connection, table)
        counts[table] = total
        done += rows
    return counts


def _fill_device_info(connection: DuckDBPyConnection, calendar: Calendar, seed: int) -> int:
    """One row per device and half day: what it is, and who was logged on."""
    rounds = (calendar.end - calendar.start) // _INFO_EVERY
    connection.execute(
        f"""
        INSERT INTO DeviceInfo (
            Timestamp, TimeGenerated, DeviceId, DeviceName, ClientVersion, OSArchitecture, OSPlatform, OSBuild, OSVersion,
            OSVersionInfo, OSDistribution, JoinType, DeviceCategory, DeviceType, Model, Vendor, OnboardingStatus,
            SensorHealthState, LoggedOnUsers, MachineGroup, TenantId, Type, ReportId, _File, _Record, _FileSha256, _Source,
            _TimeText
        )
        WITH report AS (
            SELECT *, {calendar.start} + half * {_INFO_EVERY} + (hash(device, half, {seed}) % {_INFO_EVERY})::BIGINT AS moment
            FROM scratch.device, range({rounds}) halves(half)
        )
        SELECT make_timestamp(moment), make_timestamp(moment), DeviceId, DeviceName, '10.8760.20348.2849', '64-bit', OSPlatform,
            OSBuild, OSVersion, OSVersionInfo, OSDistribution,
            CASE OSPlatform WHEN 'Linux' THEN '' ELSE 'Domain Joined' END, 'Endpoint', DeviceType, Model, Vendor,
            'Onboarded', 'Active',
            CASE "user" WHEN '' THEN '[]'
                ELSE '[{{"UserName":"' || "user" || '","DomainName":"' || user_domain || '","Sid":"' || user_sid || '"}}]' END,
            MachineGroup, '{TENANT}', 'DeviceInfo', row_number() OVER (ORDER BY moment, device),
            'demo', row_number() OVER (ORDER BY moment, device), '', 'demo', ''
        FROM report ORDER BY moment, device
        """
    )
    count: int = connection.execute("SELECT count(*) FROM DeviceInfo").fetchall()[0][0]
    return count


def _write_meta(connection: DuckDBPyConnection, options: DemoOptions) -> None:
    """The tables about the workspace itself: `_meta`, `_aliases` (names of a device to its id), `_log_cleared`."""
    connection.execute(
        """
        CREATE TABLE _aliases AS
        SELECT unnest(list_distinct([lower(DeviceId), DeviceName, host])) AS alias, DeviceId FROM scratch.device ORDER BY ALL
        """
    )
    connection.execute(
        """
        CREATE TABLE _log_cleared AS
        SELECT DeviceId, Timestamp FROM DeviceEvents WHERE ActionType = 'SecurityLogCleared' ORDER BY ALL
        """
    )
    connection.execute("CREATE TABLE _meta (key VARCHAR PRIMARY KEY, value VARCHAR)")
    rows = {
        "kind": "demo",
        "generator": str(GENERATOR_VERSION),
        "seed": str(options.seed),
        "start": f"{options.since:%Y-%m-%dT%H:%M:%S.%fZ}",
        "end": f"{options.until:%Y-%m-%dT%H:%M:%S.%fZ}",
        "devices": str(options.devices),
        "days": str(options.days),
        "events": str(options.events),
    }
    connection.executemany("INSERT INTO _meta VALUES (?, ?)", list(rows.items()))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
