"""Exports of the Defender and Sentinel portals, in the layouts they come in."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.samples import bring, one, rows
from tui.evidence.layouts import Layout
from tui.evidence.options import parse_zone


def _write(path: Path, names: list[str], *values: list[str], encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([names, *values])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _times(workspace: Path, table: str) -> list[Any]:
    return [time for (time,) in rows(workspace, f"SELECT Timestamp FROM {table} ORDER BY _Record")]


FILE_COLUMNS = [
    "Timestamp",
    "DeviceId",
    "DeviceName",
    "ActionType",
    "FileName",
    "FolderPath",
    "FileSize",
    "InitiatingProcessCreationTime",
]


@pytest.mark.parametrize(
    ("zone", "hour"), [(None, 14), ("+02:00", 12), ("Europe/Berlin", 12), ("America/New_York", 18)]
)
def test_localised_times_of_the_defender_portal(zone: str | None, hour: int, tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    path = _write(
        tmp_path / "export",
        FILE_COLUMNS,
        ["Oct 9, 2024 2:56:53 PM", "519c3f1d", "dc01", "FileCreated", "a.psm1", r"C:\Temp\a.psm1", "0", "Invalid date"],
        ["Oct 9, 2024\u202f2:56:54\u202fPM", "519c3f1d", "dc01", "FileDeleted", "", "", "12", "Oct 9, 2024 2:00:00 PM"],
        encoding="utf-8-sig",
    )
    report = bring(workspace, path, csv_zone=parse_zone(zone) if zone else None)
    assert report.files[0].layout == Layout.DEFENDER_LOCAL_CSV.value
    assert _times(workspace, "DeviceFileEvents") == [
        datetime(2024, 10, 9, hour, 56, 53),
        datetime(2024, 10, 9, hour, 56, 54),
    ]
    found = rows(
        workspace, "SELECT FileSize, InitiatingProcessCreationTime, _TimeText FROM DeviceFileEvents ORDER BY _Record"
    )
    assert found[0] == (None, None, "Oct 9, 2024 2:56:53 PM")
    assert found[1][:2] == (12, datetime(2024, 10, 9, hour, 0, 0))
    assert any("taken as UTC" in warning for warning in report.files[0].warnings) == (zone is None)


def test_iso_times_with_any_number_of_digits(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    times = [
        "2023-12-21T19:04:59.0109752Z",
        "2023-12-21T19:04:59.010975Z",
        "2023-12-21T19:04:59.010Z",
        "2023-12-21T19:04:59Z",
    ]
    path = _write(
        tmp_path / "e",
        FILE_COLUMNS,
        *([time, "id1", "ws01", "FileCreated", f"{n}", "", "0", ""] for n, time in enumerate(times)),
    )
    report = bring(workspace, path)
    assert report.files[0].layout == Layout.DEFENDER_CSV.value
    assert [time.microsecond for time in _times(workspace, "DeviceFileEvents")] == [10975, 10975, 10000, 0]
    assert rows(workspace, "SELECT DISTINCT FileSize, TimeGenerated = Timestamp FROM DeviceFileEvents") == [(0, True)]


def test_a_union_goes_to_tables_by_action_and_not_by_the_name_of_the_file(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    names = [
        "Timestamp",
        "DeviceId",
        "DeviceName",
        "ActionType",
        "FileName",
        "ProcessCommandLine",
        "RemoteIP",
        "RemotePort",
        "RegistryKey",
    ]
    actions = {
        "ProcessCreated": "DeviceProcessEvents",
        "FileRenamed": "DeviceFileEvents",
        "ConnectionSuccess": "DeviceNetworkEvents",
        "HttpConnectionInspected": "DeviceNetworkEvents",
        "LogonFailed": "DeviceLogonEvents",
        "RegistryValueSet": "DeviceRegistryEvents",
        "ImageLoaded": "DeviceImageLoadEvents",
        "PowerShellCommand": "DeviceEvents",
    }
    values = [
        [f"2024-01-0{n + 1}T00:00:00Z", "id1", "ws01", action, "", "", "", "", ""] for n, action in enumerate(actions)
    ]
    report = bring(workspace, _write(tmp_path / "DeviceFileEvents.csv", names, *values))
    for action, table in actions.items():
        assert (action,) in rows(workspace, f"SELECT ActionType FROM {table}")
    assert sum(report.rows.values()) == len(actions)


def test_one_table_is_known_by_its_columns(tmp_path: Path) -> None:
    names = [
        "Timestamp",
        "DeviceName",
        "ActionType",
        "LocalIP",
        "LocalIPType",
        "RemoteIPType",
        "RemotePort",
        "Protocol",
    ]
    values = [
        "2024-01-01T00:00:00Z",
        "WS01.corp.example",
        "SomethingNewInspected",
        "10.0.0.1",
        "Private",
        "Public",
        "443",
        "Tcp",
    ]
    report = bring(tmp_path / "w.duckdb", _write(tmp_path / "e", names, values))
    assert report.rows == {"DeviceNetworkEvents": 1}
    row = one(tmp_path / "w.duckdb", "SELECT DeviceId, DeviceName, RemotePort, ReportId FROM DeviceNetworkEvents")
    assert row == {"DeviceId": "ws01.corp.example", "DeviceName": "WS01.corp.example", "RemotePort": 443, "ReportId": 1}


@pytest.mark.parametrize(
    ("header", "written", "zone", "expected"),
    [
        ("TimeGenerated [UTC]", "6/15/2026, 12:40:24.178 PM", None, datetime(2026, 6, 15, 12, 40, 24, 178000)),
        ("TimeGenerated [UTC]", "6/15/2026, 12:40:24.178 PM", "+05:00", datetime(2026, 6, 15, 12, 40, 24, 178000)),
        (
            "TimeGenerated [Local Time]",
            "6/15/2026, 12:40:24.178 AM",
            "+02:00",
            datetime(2026, 6, 14, 22, 40, 24, 178000),
        ),
        ("TimeGenerated [UTC+03:00]", "15/06/2026, 12:40:24.178", None, datetime(2026, 6, 15, 9, 40, 24, 178000)),
    ],
)
def test_log_analytics_marks_its_zone_in_the_header(
    header: str, written: str, zone: str | None, expected: datetime, tmp_path: Path
) -> None:
    workspace = tmp_path / "w.duckdb"
    path = _write(
        tmp_path / "e", [header, "Operation", "UserId", "MailboxOwnerUPN"], [written, "MailItemsAccessed", "joe", "ann"]
    )
    report = bring(workspace, path, csv_zone=parse_zone(zone) if zone else None)
    assert report.files[0].layout == Layout.LOG_ANALYTICS_CSV.value
    assert _times(workspace, "OfficeActivity") == [expected]


def test_the_column_type_names_the_table(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    names = ["Timestamp [Local Time]", "DeviceName", "FileName", "FolderPath", "Type"]
    values = ["10/25/2023, 9:43:21.994 AM", "lnx1", "", "/", "DeviceProcessEvents"]
    report = bring(workspace, _write(tmp_path / "e", names, values), csv_zone=parse_zone("-01:00"))
    assert report.rows == {"DeviceProcessEvents": 1}
    assert _times(workspace, "DeviceProcessEvents") == [datetime(2023, 10, 25, 10, 43, 21, 994000)]


def test_a_time_of_day_alone_takes_the_date_from_where_it_survived(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    names = ["TimeGenerated [UTC]", "Operation", "UserId", "Start_Time [UTC]"]
    report = bring(
        workspace,
        _write(
            tmp_path / "e",
            names,
            ["12:36 PM", "Send", "joe", "6/15/2026, 12:36:01.000 PM"],
            ["12:37 PM", "Send", "joe", ""],
        ),
    )
    assert _times(workspace, "OfficeActivity") == [datetime(2026, 6, 15, 12, 36, 1), None]
    assert rows(workspace, "SELECT _TimeText FROM OfficeActivity ORDER BY _Record") == [
        ("6/15/2026, 12:36:01.000 PM",),
        ("12:37 PM",),
    ]
    assert "1 rows have no time that can be read" in report.files[0].warnings


SECURITY = [
    "",
    "TimeGenerated",
    "Computer",
    "EventID",
    "SubjectUserName",
    "NewProcessId",
    "NewProcessName",
    "ProcessId",
    "CommandLine",
]


def test_security_events_with_a_pandas_index_give_processes(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    values = ["17", "2019-01-15 05:24:24.010", "Host1", "4688.0", "bob", "0x1610", r"C:\a\b.exe", "0x888", "b.exe -x"]
    report = bring(workspace, _write(tmp_path / "e", SECURITY, values))
    assert report.files[0].layout == Layout.SENTINEL_CSV.value
    assert report.rows == {"DeviceProcessEvents": 1, "SecurityEvent": 1}
    row = one(workspace, "SELECT * FROM DeviceProcessEvents")
    assert (row["ProcessId"], row["InitiatingProcessId"], row["FileName"]) == (0x1610, 0x888, "b.exe")
    assert (row["DeviceId"], row["Timestamp"]) == ("host1", datetime(2019, 1, 15, 5, 24, 24, 10000))
    assert row["_Source"] == "Security 4688"


def test_windows_events_of_sentinel_give_device_rows_and_pair(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(
        workspace,
        _write(
            tmp_path / "s", SECURITY, ["0", "2019-01-15 05:24:24", "H1", "4688", "bob", "0x10", r"C:\b.exe", "0x8", ""]
        ),
    )
    data = '{"UtcTime":"2019-01-15 05:24:24.5","ProcessId":"16","Image":"C:\\\\b.exe","Hashes":"SHA1=' + "a" * 40 + '"}'
    names = ["TimeGenerated", "Computer", "EventID", "Channel", "Provider", "EventData"]
    values = [
        "2019-01-15T05:24:24.5Z",
        "H1",
        "1",
        "Microsoft-Windows-Sysmon/Operational",
        "Microsoft-Windows-Sysmon",
        data,
    ]
    report = bring(workspace, _write(tmp_path / "w", [*names, "EventOriginId"], [*values, "x"]))
    assert report.merged == {"DeviceProcessEvents": 1}
    assert one(workspace, "SELECT SHA1 AS s FROM DeviceProcessEvents") == {"s": "a" * 40}


def test_lines_inside_fields_are_no_rows(tmp_path: Path) -> None:
    names = ["TimeGenerated", "UserId", "ClientIP", "Operation", "Parameters"]
    path = _write(
        tmp_path / "e",
        names,
        *(["2020-04-18T04:50:30Z", "a", "", "Set-User", '[\n {"a": 1}\n]\u2028'] for _ in range(3)),
    )
    report = bring(tmp_path / "w.duckdb", path)
    assert report.rows == {"OfficeActivity": 3}


DEFENDER = ["Timestamp", "DeviceId", "DeviceName", "ActionType", "FileName", "FolderPath", "ReportId"]


def _events(numbers: range) -> list[list[str]]:
    return [
        [f"2024-01-01T00:00:{n:02}.1234567Z", "id1", "ws01", "FileCreated", f"{n}.txt", "", str(n)] for n in numbers
    ]


def test_overlapping_exports_do_not_double(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(workspace, _write(tmp_path / "one", DEFENDER, *_events(range(10))))
    report = bring(workspace, _write(tmp_path / "two", DEFENDER, *_events(range(5, 15))))
    assert report.rows == {"DeviceFileEvents": 5}
    assert report.files[0].skipped == {"already there from another file": 5}
    assert rows(workspace, "SELECT count(*), count(DISTINCT ReportId) FROM DeviceFileEvents") == [(15, 15)]


def test_overlapping_exports_with_other_columns_do_not_double_where_defenders_key_is_there(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(workspace, _write(tmp_path / "one", DEFENDER, *_events(range(10))))
    report = bring(
        workspace,
        _write(tmp_path / "two", DEFENDER[:5] + DEFENDER[6:], *(row[:5] + row[6:] for row in _events(range(12)))),
    )
    assert report.rows == {"DeviceFileEvents": 2}


def test_overlapping_exports_without_a_key_are_told_apart_by_all_columns(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    shown = [row[:6] for row in _events(range(4))]
    bring(workspace, _write(tmp_path / "one", DEFENDER[:6], *shown, shown[0]))
    assert rows(workspace, "SELECT count(*) FROM DeviceFileEvents") == [(5,)]
    report = bring(
        workspace,
        _write(
            tmp_path / "two", DEFENDER[:6], shown[0], shown[0], shown[0], *(row[:6] for row in _events(range(3, 6)))
        ),
    )
    assert report.rows == {"DeviceFileEvents": 3}


def test_overlapping_security_events_give_no_second_process(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    values = [
        [str(n), f"2019-01-15 05:24:2{n}", "H1", "4688", "bob", hex(n + 1), r"C:\b.exe", "0x8", ""] for n in range(6)
    ]
    bring(workspace, _write(tmp_path / "one", SECURITY, *values[:4]))
    bring(workspace, _write(tmp_path / "two", SECURITY, *values[2:]))
    assert rows(
        workspace, "SELECT (SELECT count(*) FROM SecurityEvent), (SELECT count(*) FROM DeviceProcessEvents)"
    ) == [(6, 6)]


@pytest.mark.parametrize(
    ("table", "names", "values"),
    [
        (
            "CloudAppEvents",
            ["ActionType", "ActivityType", "UserAgent", "ReportId"],
            ["FileDownloaded", "Download", "curl", "r-7"],
        ),
        (
            "IdentityLogonEvents",
            ["ActionType", "DeviceName", "LogonType", "TargetDeviceName"],
            ["LogonSuccess", "WS01", "x", "DC01"],
        ),
        ("EmailEvents", ["NetworkMessageId", "SenderFromAddress", "Subject"], ["n1", "a@example.com", "plans"]),
    ],
)
def test_tables_without_devices(table: str, names: list[str], values: list[str], tmp_path: Path) -> None:
    path = _write(tmp_path / "e", ["Timestamp", *names], ["2024-01-01T00:00:00Z", *values])
    assert bring(tmp_path / "w.duckdb", path).rows == {table: 1}
    assert one(tmp_path / "w.duckdb", f"SELECT {', '.join(names)} FROM {table}") == dict(
        zip(names, values, strict=True)
    )


def test_report_ids_that_leave_no_room_do_not_stop_the_numbering(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(workspace, _write(tmp_path / "one", DEFENDER, [*_events(range(1))[0][:6], str(2**63 - 1)]))
    bring(workspace, _write(tmp_path / "two", DEFENDER[:6], *(row[:6] for row in _events(range(1, 3)))))
    assert rows(workspace, "SELECT ReportId FROM DeviceFileEvents ORDER BY 1") == [(1,), (2,), (2**63 - 1,)]


def test_columns_that_no_table_has_are_named(tmp_path: Path) -> None:
    path = _write(tmp_path / "e", [*DEFENDER, "MyScore"], [*_events(range(1))[0], "7"])
    report = bring(tmp_path / "w.duckdb", path)
    assert "MyScore" in report.files[0].warnings[0]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Name", "Amount", "Date"], "table of no kind"),
        (["TimeGenerated", "Computer", "EventID", "Channel"], "alike: export it again with the column Type"),
    ],
)
def test_columns_that_do_not_tell_the_table_are_refused(names: list[str], words: str, tmp_path: Path) -> None:
    report = bring(tmp_path / "w.duckdb", _write(tmp_path / "e", names, ["x"] * len(names)))
    assert words in report.files[0].error


@pytest.mark.parametrize("cut", ["inside a quote", "inside a row"])
def test_a_cut_off_export_is_refused(cut: str, tmp_path: Path) -> None:
    path = _write(tmp_path / "e", DEFENDER, *_events(range(3)))
    ending = '"2024-01-01T00:00:04Z","id1","ws' if cut == "inside a quote" else "2024-01-01T00:00:04Z,id1,ws"
    path.write_text(path.read_text() + ending)
    report = bring(tmp_path / "w.duckdb", path)
    assert report.files[0].error == "the file is cut off in row 4"
    assert not (tmp_path / "w.duckdb").exists()


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    assert (
        bring(tmp_path / "w.duckdb", _write(tmp_path / "e", DEFENDER)).files[0].error == "it has a header and no rows"
    )


def test_rows_of_another_width_are_counted(tmp_path: Path) -> None:
    report = bring(tmp_path / "w.duckdb", _write(tmp_path / "e", DEFENDER, ["x"], *_events(range(2))))
    assert report.files[0].skipped == {"row with more or fewer fields than the header": 1}
    assert report.rows == {"DeviceFileEvents": 2}
