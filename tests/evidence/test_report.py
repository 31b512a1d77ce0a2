"""The report as text."""

from __future__ import annotations

from pathlib import Path

from tests.evidence import samples
from tests.evidence.samples import bring, security, security_process, sysmon, sysmon_process, write_lines
from tui.evidence.report import ImportReport, render_report


def test_what_was_read_mapped_skipped_and_why(tmp_path: Path) -> None:
    items = [
        sysmon_process(0, 1),
        security_process(0, 1),
        sysmon(10, 1, 3),
        sysmon(10, 2, 4),
        security(4663, 3, 5, ObjectType="Key"),
    ]
    path = write_lines(tmp_path / "e.json", [samples.powershell(item, 7) for item in items])
    (tmp_path / "empty").touch()
    report = bring(tmp_path / "w.duckdb", path, tmp_path / "empty", path)
    digest = report.files[0].sha256
    lines = render_report(report)
    assert lines[:10] == [
        str(path),
        f"  Windows events as JSON of a PowerShell export; 5 records, {path.stat().st_size:,} bytes, SHA-256 {digest}",
        "  clock 7 h behind UTC, learnt from 3 Sysmon records",
        "  rows: DeviceProcessEvents 1, SecurityEvent 2, WindowsEvent 3",
        "  merged: 1 pairs, Sysmon 1 and Security 4688 of one process",
        "  kept as WindowsEvent or SecurityEvent, not mapped: Sysmon 10 (2)",
        "  Security 4663 on Key: not a file (1)",
        str(tmp_path / "empty"),
        "  not imported: it is empty",
        str(path),
    ]
    assert lines[10].startswith("  already there: the same content came as ")
    assert lines[11].startswith("1 of 3 files imported, 5 records in ")
    assert lines[11].endswith("; 1 already there; 1 not imported")
    assert lines[12] == "added: DeviceProcessEvents 1, SecurityEvent 2, WindowsEvent 3"


def test_the_rarest_kinds_are_told_together(tmp_path: Path) -> None:
    items = [samples.event("System", number, number, number) for number in range(1, 20)]
    report = bring(tmp_path / "w.duckdb", write_lines(tmp_path / "e", map(samples.winlogbeat_7, items)))
    [line] = [line for line in render_report(report) if "not mapped" in line]
    assert line.endswith(", 7 other kinds (7)")


def test_a_cancelled_import_says_so(tmp_path: Path) -> None:
    report = ImportReport(tmp_path / "w.duckdb", cancelled=True)
    assert render_report(report) == [f"cancelled: nothing was changed in {tmp_path / 'w.duckdb'}"]


def test_nothing_to_import(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    report = bring(tmp_path / "w.duckdb", tmp_path / "folder")
    assert render_report(report)[-1].startswith("0 of 0 files imported")
    assert not (tmp_path / "w.duckdb").exists()
