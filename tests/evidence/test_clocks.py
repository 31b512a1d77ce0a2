"""Clocks that are not UTC: learnt from Sysmon, reported, put right by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.evidence import samples
from tests.evidence.samples import START, bring, rows, security, sysmon, sysmon_process, write_lines
from tui.evidence.clocks import Clock, behind
from tui.evidence.options import parse_clock


def _times(workspace: Path, table: str = "SecurityEvent") -> list[datetime]:
    return [time for (time,) in rows(workspace, f"SELECT Timestamp FROM {table} ORDER BY 1")]


@pytest.mark.parametrize("hours", [7, -8, 5.5, 0])
def test_a_false_z_is_learnt_from_sysmon_and_said(hours: float, tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    items = [security(4672, 3), sysmon_process(0, 1), sysmon_process(1, 2), security(4672, 5)]
    report = bring(workspace, write_lines(tmp_path / "e", [samples.powershell(item, hours) for item in items]))
    assert _times(workspace) == [START + timedelta(seconds=3), START + timedelta(seconds=5)]
    assert _times(workspace, "WindowsEvent") == [START, START + timedelta(seconds=1)]
    words = {
        7: "clock 7 h behind UTC",
        -8: "clock 8 h ahead of UTC",
        5.5: "clock 5 h 30 min behind UTC",
        0: "clock at UTC",
    }
    assert report.files[0].clock == f"{words[hours]}, learnt from 2 Sysmon records"
    assert report.files[0].offset == timedelta(hours=hours)
    assert rows(workspace, "SELECT Clock FROM _imports") == [(report.files[0].clock,)]


def test_the_most_frequent_offset_holds_for_the_file(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    values = [samples.powershell(sysmon_process(n, n + 1), 7) for n in range(3)]
    values += [samples.powershell(sysmon_process(3600, 9), -18), samples.powershell(security(4672, 3601), 7)]
    report = bring(workspace, write_lines(tmp_path / "e", values))
    assert _times(workspace) == [START + timedelta(seconds=3601)]
    assert report.files[0].clock == "clock 7 h behind UTC, learnt from 3 of 4 Sysmon records"


def test_hours_printed_from_1_to_12_are_told_apart(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    # 10:00 UTC is 12:00 on a clock two hours ahead; three hours later the export prints 03:00.
    at = (0, 60, 3 * 3600, 3 * 3600 + 60, 3 * 3600 + 90)
    values = [samples.powershell(sysmon_process(n, 1), -2, twelve=True) for n in at]
    values += [samples.powershell(security(4672, n + 5), -2, twelve=True) for n in (0, 3 * 3600)]
    report = bring(workspace, write_lines(tmp_path / "e", values))
    assert _times(workspace) == [START + timedelta(seconds=5), START + timedelta(hours=3, seconds=5)]
    assert report.files[0].clock.endswith("1 hour 2 h ahead of UTC (hours are printed from 1 to 12)")


def test_nxlog_local_time_is_put_right_and_receipt_is_not_taken_for_it(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    values = [samples.nxlog(security(4672, 3.7)), samples.nxlog(sysmon_process(0, 1))]
    report = bring(workspace, write_lines(tmp_path / "e", values))
    assert _times(workspace) == [START + timedelta(seconds=3)]
    assert report.files[0].clock == "clock 4 h behind UTC, learnt from 1 Sysmon record"
    assert rows(workspace, "SELECT _TimeText FROM SecurityEvent") == [("2024-03-05 06:00:03",)]


def test_nxlog_without_sysmon_takes_the_time_of_receipt_and_warns(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    report = bring(workspace, write_lines(tmp_path / "e", [samples.nxlog(security(4672, 3))]))
    assert _times(workspace) == [START + timedelta(seconds=33)]
    assert report.files[0].clock == "clock not known"
    assert "time of receipt" in report.files[0].warnings[0]


def test_a_false_z_without_sysmon_is_taken_as_utc_with_a_warning(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    report = bring(workspace, write_lines(tmp_path / "e", [samples.powershell(security(4672, 0), 7)]))
    assert _times(workspace) == [START - timedelta(hours=7)]
    assert "taken as UTC" in report.files[0].warnings[0]


@pytest.mark.parametrize("order", ["a-security b-sysmon", "b-security a-sysmon"])
def test_a_file_without_sysmon_learns_from_another_of_the_same_host(order: str, tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    first, second = order.split()
    paths = [
        write_lines(tmp_path / first, [samples.powershell(security(4672, 3), 7)]),
        write_lines(tmp_path / second, [samples.powershell(sysmon_process(0, 1), 7)]),
    ]
    report = bring(workspace, *sorted(paths))
    assert _times(workspace) == [START + timedelta(seconds=3)]
    [learnt] = [file for file in report.files if file.path.name == first]
    assert learnt.clock == f"clock 7 h behind UTC, learnt from 1 Sysmon record in {tmp_path / second}"


@pytest.mark.parametrize("given", ["all", "path", "name", "member"])
def test_the_clock_can_be_given(given: str, tmp_path: Path) -> None:
    import zipfile

    workspace = tmp_path / "w.duckdb"
    path = write_lines(
        tmp_path / "e.json", [samples.powershell(item, 7) for item in (security(4672, 3), sysmon_process(0, 1))]
    )
    span = parse_clock("+4h")
    options = {"all": {"clock": span}, "path": {"clocks": {str(path): span}}, "name": {"clocks": {"e.json": span}}}.get(
        given
    )
    if given == "member":
        with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
            archive.write(path, "folder/inside.json")
        path, options = tmp_path / "e.zip", {"clocks": {"inside.json": span}, "clock": timedelta(hours=1)}
    report = bring(workspace, path, **(options or {}))
    assert _times(workspace) == [START + timedelta(seconds=3) - timedelta(hours=3)]
    assert _times(workspace, "WindowsEvent") == [START]
    assert (
        report.files[0].clock
        == "clock 4 h behind UTC, as given (else: clock 7 h behind UTC, learnt from 1 Sysmon record)"
    )


def test_a_given_clock_also_moves_times_that_claim_utc(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(workspace, write_lines(tmp_path / "e", [samples.winlogbeat_7(security(4672, 0))]), clock=timedelta(hours=-2))
    assert _times(workspace) == [START - timedelta(hours=2)]


def test_times_that_are_utc_are_checked_and_left(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    values = [samples.winlogbeat_7(security(4672, 3)), samples.winlogbeat_7(sysmon_process(0, 1))]
    report = bring(workspace, write_lines(tmp_path / "e", values))
    assert _times(workspace) == [START + timedelta(seconds=3)]
    assert report.files[0].clock == "clock at UTC, checked against one Sysmon record"


def test_times_that_should_be_utc_and_are_not_get_a_warning(tmp_path: Path) -> None:
    wrong = samples.winlogbeat_7(sysmon_process(0, 1))
    wrong["@timestamp"] = "2024-03-05T12:00:00.000Z"
    report = bring(tmp_path / "w.duckdb", write_lines(tmp_path / "e", [wrong]))
    assert "tell of a clock 2 h ahead of UTC" in report.files[0].warnings[0]


def test_a_clock_for_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "e", [samples.powershell(sysmon(10, 0))])
    report = bring(tmp_path / "w.duckdb", path, clocks={"f.json": timedelta(hours=1)})
    assert report.warnings == ["no file of this import is called f.json"]


def test_small_delays_do_not_make_an_offset_of_their_own() -> None:
    clock = Clock()
    for delay in (0.1, 5, 109):
        clock.observe(START, START + timedelta(hours=4, seconds=-delay))
    assert clock.offset == timedelta(hours=4)
    assert clock.offsets.total() == clock.offsets[timedelta(hours=4)]
    assert clock.hours_apart() == {}


def test_offsets_in_words() -> None:
    assert behind(timedelta(hours=5, minutes=45)) == "5 h 45 min behind UTC"
    assert behind(timedelta(hours=-8)) == "8 h ahead of UTC"
