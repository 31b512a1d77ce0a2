"""Files of evidence into a workspace: found, recognised, read, mapped, joined, and put in place as one change.

A file that is empty, cut off, damaged or of another kind is named in the report with the reason, and nothing of it is
taken; the other files of the same import still go in. When none goes in, the workspace stays as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from tui.evidence.clocks import Clock, behind, learnt_text
from tui.evidence.errors import EvidenceImportError, ImportCancelledError, UnreadableFileError
from tui.evidence.layouts import Layout
from tui.evidence.lineage import note_hosts, trace_processes
from tui.evidence.merging import decide_ends, merge_twins
from tui.evidence.options import ImportOptions, names_of
from tui.evidence.overlaps import drop_known_records, drop_known_rows, note_rows
from tui.evidence.reading import FileReader, Reading
from tui.evidence.recognise import Kind, Recognised, recognise
from tui.evidence.report import FileReport, ImportProgress, ImportReport
from tui.evidence.sources import HEAD, CountedReader, Source, find_sources, opened, survey
from tui.evidence.staging import Staging, present_tables
from tui.evidence.tables import quote
from tui.evidence.workspace_file import (
    earlier_import,
    note_devices,
    note_import,
    open_copy,
    put_in_place,
    transaction,
    writing,
)
from tui.settings.files import reason_of

__all__ = ["EvidenceImportError", "ImportOptions", "ImportProgress", "ImportReport", "import_evidence"]

Progress = Callable[[ImportProgress], None]


@dataclass
class _File:
    """One source with what is known of it so far."""

    source: Source
    report: FileReport
    position: int
    how: Recognised | None = None
    deferred: bool = False


@dataclass
class _Import:
    """One import while it runs."""

    options: ImportOptions
    report: ImportReport
    progress: Progress | None
    cancelled: Callable[[], bool]
    files: list[_File] = field(default_factory=list)
    clocks: dict[tuple[Layout, str], tuple[Clock, str]] = field(default_factory=dict)
    """What was learnt of a host's clock, and from which file."""

    def tell(self, step: str, file: _File | None = None, done: int = 0) -> None:
        """Reports where the import is; raises ImportCancelledError when the analyst does not want to go on."""
        if self.cancelled():
            raise ImportCancelledError
        if self.progress is not None:
            index = 0 if file is None else file.position
            name = "" if file is None else file.report.name
            total = 0 if file is None else file.report.bytes
            self.progress(ImportProgress(step, name, index, len(self.files), done, total, self.report.records))


def import_evidence(
    paths: Sequence[Path],
    workspace: Path,
    options: ImportOptions | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Imports the files, folders and archives in `paths` into the DuckDB file `workspace`, which is made if need be.

    Runs in the calling thread; `progress` is told every few thousand records, and `cancelled` is asked as often. A
    cancelled import gives a report that says so. EvidenceImportError when the whole import cannot be done. In each of
    these cases the workspace is as it was.
    """
    started = time.monotonic()
    run = _Import(options or ImportOptions(), ImportReport(workspace), progress, cancelled)
    try:
        with writing(workspace) as folder:
            _survey(run, paths)
            if any(file.how for file in run.files):
                _build(run, folder, workspace)
    except ImportCancelledError:
        run.report.cancelled = True
        run.report.changed = False
    except duckdb.Error as error:
        raise EvidenceImportError(f"DuckDB could not do its part: {str(error).splitlines()[0]}") from error
    except OSError as error:
        raise EvidenceImportError(f"{workspace} could not be written: {reason_of(error)}") from error
    run.report.seconds = time.monotonic() - started
    return run.report


def _survey(run: _Import, paths: Sequence[Path]) -> None:
    """Finds the files, hashes them and recognises them."""
    for source in find_sources(paths):
        file = _File(source, FileReport(source.path, source.member), len(run.files) + 1)
        run.files.append(file)
        run.report.files.append(file.report)
    for file in run.files:
        try:
            content = survey(file.source, lambda size, file=file: run.tell("checking", file, size))  # type: ignore[misc]
            file.report.bytes, file.report.sha256 = content.size, content.sha256
            file.how = recognise(content.head, content.size <= HEAD)
        except UnreadableFileError as error:
            file.report.error = str(error)
    given = {*run.options.clocks, *run.options.csv_zones}
    known = {name for file in run.files for name in names_of(str(file.source.path), file.source.member)}
    run.report.warnings += [f"no file of this import is called {name}" for name in sorted(given - known)]


def _build(run: _Import, folder: Path, workspace: Path) -> None:
    connection = open_copy(workspace, folder)
    try:
        before = _sizes(connection)
        imported = _read_all(run, connection, folder)
        if imported:
            with transaction(connection):
                _join(run, connection, imported)
            after = _sizes(connection)
            run.report.rows = {
                table: n - before.get(table, 0) for table, n in after.items() if n != before.get(table, 0)
            }
    finally:
        connection.close()
    if imported:
        run.tell("saving")
        put_in_place(folder, workspace)
        run.report.changed = True


def _read_all(run: _Import, connection: DuckDBPyConnection, folder: Path) -> list[str]:
    """Reads the recognised files; gives the SHA-256s of those that went in."""
    staging = Staging(connection)
    waiting = [file for file in run.files if file.how is not None]
    imported: list[str] = []
    while waiting:
        file = waiting.pop(0)
        report = file.report
        report.already = earlier_import(connection, report.sha256)
        if report.already:
            continue
        try:
            done = _read_one(run, file, connection, staging, folder, others=bool(waiting))
        except UnreadableFileError as error:
            report.error = str(error)
            done = True
        finally:
            staging.clear()
        if not done:
            waiting.append(file)
        elif not report.error:
            imported.append(report.sha256)
    return imported


def _read_one(
    run: _Import, file: _File, connection: DuckDBPyConnection, staging: Staging, folder: Path, *, others: bool
) -> bool:
    """Reads a file into the tables; False when it had better wait for `others`, which may tell of its clock."""
    source, report = file.source, file.report
    assert file.how is not None
    report.records = 0
    report.skipped.clear()
    report.warnings.clear()
    zone = run.options.zone_of(str(source.path), source.member)
    with opened(source) as stream:
        counted = CountedReader(stream, lambda done: run.tell("reading", file, done))
        pulse = lambda: run.tell("reading", file, counted.bytes)  # noqa: E731
        reader = FileReader(staging, report, zone, folder, pulse)
        reading = reader.read(stream, file.how, counted)
        if counted.bytes and counted.sha256() != report.sha256:
            raise UnreadableFileError("it changed while it was read")
    if not _settle_clock(run, file, reading, staging, may_wait=others and not file.deferred):
        file.deferred = True
        return False
    decide_ends(connection, staging)
    known = drop_known_records(connection, staging)
    if file.how.kind is Kind.CSV:
        known += drop_known_rows(connection, staging)
    if known:
        report.skipped["already there from another file"] += known
    with transaction(connection):
        if file.how.kind is Kind.CSV:
            note_rows(connection, staging)
        for table in staging.tables:
            staging.move(table)
        note_import(connection, report.sha256, report.name, report.layout, report.records, report.clock)
    return True


def _settle_clock(run: _Import, file: _File, reading: Reading, staging: Staging, *, may_wait: bool) -> bool:
    """Fixes the times of the staged rows; False when another file, still to be read, may tell of the clock."""
    report, clock, layout = file.report, reading.clock, reading.layout
    given = run.options.clock_of(str(file.source.path), file.source.member)
    hours = clock.hours_apart() if layout is Layout.POWERSHELL else {}
    if given is not None:
        report.clock = f"clock {behind(given)}, as given" + (
            f" (else: {learnt_text(clock, hours)})" if clock.observed else ""
        )
        report.offset = given
        staging.settle_times(given, {}, receipt=False)
        return True
    if layout.utc:
        report.clock = _trusted_text(clock, report)
        staging.settle_times(timedelta(), {}, receipt=False)
        return True
    donor = ""
    if not clock.observed:
        clock, donor = _borrowed(run, layout, reading.hosts)
        hours = clock.hours_apart() if layout is Layout.POWERSHELL else {}
        if not clock.observed and may_wait:
            return False
    else:
        for host in reading.hosts:
            run.clocks.setdefault((layout, host), (clock, report.name))
    report.offset = clock.offset
    report.clock = learnt_text(clock, hours, donor) if clock.observed else _unknown_text(layout, report)
    staging.settle_times(clock.offset, hours, receipt=layout is Layout.NXLOG)
    return True


def _borrowed(run: _Import, layout: Layout, hosts: set[str]) -> tuple[Clock, str]:
    """What another file of the same layout told of the clock of one of these hosts."""
    for host in sorted(hosts):
        if (layout, host) in run.clocks:
            return run.clocks[layout, host]
    return Clock(), ""


def _trusted_text(clock: Clock, report: FileReport) -> str:
    offset = clock.offset
    if offset is None:
        return ""
    if offset:
        report.warnings.append(
            f"its times should be UTC, but {_sysmon_records(clock.offsets[offset])} tell of a clock {behind(offset)};"
            " they were left as they are, give the clock if they are wrong"
        )
        return ""
    return f"clock at UTC, checked against {_sysmon_records(clock.offsets[offset])}"


def _sysmon_records(count: int) -> str:
    return "one Sysmon record" if count == 1 else f"{count:,} Sysmon records"


def _unknown_text(layout: Layout, report: FileReport) -> str:
    report.warnings.append(
        "no Sysmon record tells how far its clock is from UTC: "
        + ("the time of receipt was taken" if layout is Layout.NXLOG else "its times were taken as UTC")
        + "; give the clock if you know it"
    )
    return "clock not known"


def _join(run: _Import, connection: DuckDBPyConnection, imported: Sequence[str]) -> None:
    """What concerns rows of several files: pairs, processes, devices; and how many rows each file gave."""
    run.tell("joining")
    note_hosts(connection, imported)
    merged = merge_twins(connection, imported)
    trace_processes(connection)
    note_devices(connection)
    by_file = {file.report.sha256: file.report for file in run.files if file.report.imported and file.report.sha256}
    for table, pairs in merged.items():
        if pairs[""]:
            run.report.merged[table] = pairs[""]
        for sha256, report in by_file.items():
            if pairs.get(sha256):
                report.merged[table] = pairs[sha256]
    for table in _sizes(connection):
        rows = connection.execute(
            f"SELECT _FileSha256, count(*) FROM {quote(table)} WHERE list_contains(?, _FileSha256) GROUP BY 1",
            [list(imported)],
        ).fetchall()
        for sha256, count in rows:
            by_file[sha256].rows[table] = count


def _sizes(connection: DuckDBPyConnection) -> dict[str, int]:
    """The number of rows of each table that KQL sees."""
    names = sorted(name for name in present_tables(connection) if not name.startswith("_"))
    return {name: connection.execute(f"SELECT count(*) FROM {quote(name)}").fetchall()[0][0] for name in names}
