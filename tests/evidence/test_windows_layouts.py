"""Windows events in every JSON layout become the same rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.evidence import samples
from tests.evidence.samples import DEVICE, HOST, Event, bring, one, rows, security, sysmon, write_lines
from tui.evidence.layouts import Layout

LAYOUTS: dict[Layout, Callable[[Event], Event]] = {
    Layout.NXLOG: samples.nxlog,
    Layout.POWERSHELL: samples.powershell,
    Layout.WINLOGBEAT_7: samples.winlogbeat_7,
    Layout.WINLOGBEAT_6: samples.winlogbeat_6,
    Layout.EVTX_JSON: samples.evtx_json,
}

EVENTS = [
    samples.sysmon_process(0, 4660, record=1),
    samples.security_process(0, 4660, record=2),
    sysmon(
        11,
        5,
        3,
        ProcessGuid=samples.process_guid(0, 4660),
        ProcessId="4660",
        Image=r"C:\Windows\System32\cmd.exe",
        TargetFilename=r"C:\Temp\out.zip",
        CreationUtcTime="2024-03-05 10:00:05.000",
    ),
    security(4663, 7, 4, ObjectType="File", ObjectName=r"D:\Shares\plan.docx", AccessMask="0x1", ProcessId="0x1234",
             ProcessName=r"C:\Windows\System32\cmd.exe", SubjectUserName="ana", SubjectDomainName="CORP"),
]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS, ids=[layout.name for layout in LAYOUTS])
@pytest.mark.parametrize("array", [False, True], ids=["lines", "array"])
def test_each_layout_gives_the_same_rows(layout: Layout, array: bool, tmp_path: Path) -> None:
    values = [LAYOUTS[layout](item) for item in EVENTS]
    path = tmp_path / "events.bin"
    path.write_text(json.dumps(values, indent=2) if array else "\n".join(map(json.dumps, values)), encoding="utf-8")
    workspace = tmp_path / "w.duckdb"
    report = bring(workspace, path)
    assert report.files[0].layout == layout.value
    assert report.rows == {"DeviceProcessEvents": 1, "DeviceFileEvents": 2, "WindowsEvent": 2, "SecurityEvent": 2}
    process = one(workspace, "SELECT * FROM DeviceProcessEvents")
    assert process["_Source"] == "Sysmon 1 + Security 4688"
    assert (process["DeviceId"], process["DeviceName"], process["ProcessId"]) == (DEVICE, DEVICE, 4660)
    assert process["Timestamp"] == process["TimeGenerated"] == process["ProcessCreationTime"] == samples.START
    created = one(workspace, "SELECT * FROM DeviceFileEvents WHERE ActionType = 'FileCreated'")
    accessed = one(workspace, "SELECT * FROM DeviceFileEvents WHERE ActionType = 'FileAccessed'")
    assert f"{accessed['Timestamp']:%H:%M:%S}" == "10:00:07"
    assert created["InitiatingProcessCreationTime"] == accessed["InitiatingProcessCreationTime"] == samples.START
    assert created["InitiatingProcessId"] == accessed["InitiatingProcessId"] == 4660


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_with_and_without_a_byte_order_mark(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "events"
    item = samples.winlogbeat_7(samples.sysmon_process(0, 1, CommandLine="copy Übersicht"))
    path.write_text(json.dumps(item, ensure_ascii=False) + "\n", encoding=encoding)
    bring(tmp_path / "w.duckdb", path)
    assert one(tmp_path / "w.duckdb", "SELECT ProcessCommandLine AS c FROM DeviceProcessEvents") == {
        "c": "copy Übersicht"
    }


def test_the_channel_is_compared_without_case(tmp_path: Path) -> None:
    item = samples.security_process(0, 10)
    item["channel"] = "security"
    report = bring(tmp_path / "w.duckdb", write_lines(tmp_path / "e", [samples.winlogbeat_7(item)]))
    assert report.rows == {"DeviceProcessEvents": 1, "SecurityEvent": 1}


def test_nxlog_names_the_machine_and_not_the_collector_or_the_logger(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    values = [
        samples.nxlog(samples.sysmon_process(0, 10)),
        samples.nxlog(security(4779, 1, 2, AccountName="ana", AccountDomain="CORP", LogonID="0xa992d", SessionName="RDP-Tcp#0",
                               ClientName="laptop", ClientAddress="1.2.3.4")),
    ]  # fmt: skip
    bring(workspace, write_lines(tmp_path / "e", values))
    kept = one(workspace, "SELECT * FROM WindowsEvent")
    assert kept["Computer"] == HOST
    data = json.loads(kept["EventData"])
    assert "AccountName" not in data
    assert "Message" not in data
    assert data["Image"] == r"C:\Windows\System32\cmd.exe"
    assert (kept["SystemUserId"], kept["Keywords"]) == ("S-1-5-18", "0x8020000000000000")
    session = one(workspace, "SELECT * FROM DeviceLogonEvents")
    assert (session["AccountDomain"], session["AccountName"], session["RemoteIP"]) == ("CORP", "ana", "1.2.3.4")


def test_sysmon_keeps_its_own_event_type_under_its_name(tmp_path: Path) -> None:
    value = {
        **samples.nxlog(sysmon(13, 0, TargetObject=r"HKLM\Run")),
        "EventType": "INFO",
        "EventTypeOrignal": "SetValue",
    }
    bring(tmp_path / "w.duckdb", write_lines(tmp_path / "e", [value]))
    assert rows(tmp_path / "w.duckdb", "SELECT EventData->>'EventType' FROM WindowsEvent") == [("SetValue",)]


def test_a_layout_b_record_whose_single_value_was_not_flattened_keeps_its_xml(tmp_path: Path) -> None:
    value = {**samples.powershell(event := samples.event("System", 7036, 0, 1)), "EventData": "<EventData/>"}
    assert event["data"] == {}
    bring(tmp_path / "w.duckdb", write_lines(tmp_path / "e", [value]))
    assert rows(tmp_path / "w.duckdb", "SELECT EventData->>'EventData' FROM WindowsEvent") == [("<EventData/>",)]


def test_lines_that_are_no_event_are_counted_and_the_rest_goes_in(tmp_path: Path) -> None:
    good = json.dumps(samples.winlogbeat_7(samples.sysmon_process(0, 10)))
    path = tmp_path / "e"
    path.write_text(f'{good}\n\n{{"half": \n{{"other": 1}}\n{good}\n', encoding="utf-8")
    report = bring(tmp_path / "w.duckdb", path)
    assert report.files[0].skipped["line is not JSON"] == 1
    assert report.files[0].skipped["not a Windows event"] == 1
    assert report.rows["WindowsEvent"] == 2
    assert "line 3" in report.files[0].warnings[0]


@pytest.mark.parametrize(
    "value",
    ["\ud800", "a\x00b", "\u202eexe.txt", "x" * 100_000, "Ünïcode \U0001f600"],
    ids=["surrogate", "nul", "bidi", "long", "emoji"],
)
def test_hostile_text_is_kept_as_it_is(value: str, tmp_path: Path) -> None:
    item = samples.winlogbeat_7(samples.sysmon_process(0, 10, CommandLine=value))
    bring(tmp_path / "w.duckdb", write_lines(tmp_path / "e", [item]))
    [(command,)] = rows(tmp_path / "w.duckdb", "SELECT ProcessCommandLine FROM DeviceProcessEvents")
    assert command == value.replace("\ud800", "\ufffd")


@pytest.mark.parametrize("value", [{"a": 1}, [1], 2**80, -1, True, 1.5, None, "", "-", "0xzz", "99999999999999999999"])
def test_values_of_the_wrong_kind_do_not_stop_an_import(value: Any, tmp_path: Path) -> None:
    items = [
        *EVENTS,
        sysmon(3, 1),
        security(5156, 1),
        security(4624, 1),
        security(5145, 1),
        security(4778, 1),
        sysmon(23, 1),
    ]
    values = []
    for item in items:
        spoilt = dict.fromkeys(item["data"], value)
        full = {
            **item,
            "data": {**spoilt, "SourceIp": value, "LogonType": value, "AccessMask": value, "ObjectType": "File"},
        }
        values += [samples.winlogbeat_7(full), samples.nxlog(full)]
    report = bring(tmp_path / "w.duckdb", write_lines(tmp_path / "e", values))
    assert report.records == len(values)
    assert report.rows["WindowsEvent"] + report.rows["SecurityEvent"] == len(values)
