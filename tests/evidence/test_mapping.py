"""What becomes of each kind of record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.evidence import samples
from tests.evidence.samples import DEVICE, HOST, START, Event, bring, one, rows, security, sysmon, write_lines


def _only(tmp_path: Path, item: Event, table: str) -> dict[str, Any]:
    """The row of `table` that one event gives."""
    workspace = tmp_path / "w.duckdb"
    bring(workspace, write_lines(tmp_path / "e", [samples.winlogbeat_7(item)]))
    return one(workspace, f"SELECT * FROM {table}")


def test_sysmon_1(tmp_path: Path) -> None:
    row = _only(tmp_path, samples.sysmon_process(0.5, 4660), "DeviceProcessEvents")
    expected = {
        "ActionType": "ProcessCreated",
        "FileName": "cmd.exe",
        "FolderPath": r"C:\Windows\System32\cmd.exe",
        "ProcessCommandLine": r'"C:\Windows\System32\cmd.exe" /c dir',
        "ProcessId": 4660,
        "ProcessIntegrityLevel": "High",
        "ProcessVersionInfoOriginalFileName": "Cmd.Exe",
        "ProcessVersionInfoCompanyName": "Microsoft Corporation",
        "AccountDomain": "CORP",
        "AccountName": "ana",
        "LogonId": 0x3E9A,
        "SHA1": "ab" * 20,
        "MD5": "cd" * 16,
        "SHA256": "ef" * 32,
        "InitiatingProcessId": 700,
        "InitiatingProcessFileName": "explorer.exe",
        "InitiatingProcessFolderPath": r"C:\Windows\explorer.exe",
        "InitiatingProcessCommandLine": "explorer.exe",
        "CreatedProcessSessionId": 1,
        "DeviceId": DEVICE,
        "DeviceName": DEVICE,
        "Type": "DeviceProcessEvents",
        "_Source": "Sysmon 1",
        "_TimeText": "2024-03-05 10:00:00.500",
    }
    assert {name: row[name] for name in expected} == expected
    assert row["ReportId"] == 1
    assert row["FileSize"] is None
    assert row["AccountUpn"] == ""


def test_security_4688_without_twin(tmp_path: Path) -> None:
    row = _only(tmp_path, samples.security_process(0, 4660), "DeviceProcessEvents")
    assert (row["ProcessId"], row["InitiatingProcessId"], row["LogonId"]) == (4660, 700, 0x3E9A)
    assert (row["AccountDomain"], row["AccountName"], row["AccountSid"]) == ("CORP", "ana", "S-1-5-21-1-2-3-1104")
    assert (row["ProcessIntegrityLevel"], row["ProcessTokenElevation"]) == ("High", "TokenElevationTypeFull")
    assert (row["InitiatingProcessFileName"], row["InitiatingProcessCommandLine"]) == ("explorer.exe", "")
    assert row["ProcessCreationTime"] == START


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "WS01$", "SubjectLogonId": "0x3e7"},
            ("NT AUTHORITY", "SYSTEM", 999),
        ),
        (
            {"TargetUserName": "WS01$", "TargetDomainName": "CORP", "TargetLogonId": "0x3e4"},
            ("NT AUTHORITY", "NETWORK SERVICE", 996),
        ),
        ({"TargetUserName": "bob", "TargetDomainName": "CORP", "TargetLogonId": "0x77"}, ("CORP", "bob", 0x77)),
        ({"TargetUserName": "", "TargetLogonId": "0x0"}, ("CORP", "ana", 0x3E9A)),
    ],
)
def test_the_account_of_4688(data: dict[str, str], expected: tuple[str, str, int], tmp_path: Path) -> None:
    row = _only(tmp_path, samples.security_process(0, 10, **data), "DeviceProcessEvents")
    assert (row["AccountDomain"], row["AccountName"], row["LogonId"]) == expected


CONNECTION = {
    "Image": r"C:\Windows\System32\curl.exe",
    "ProcessId": "77",
    "User": r"CORP\ana",
    "SourceIp": "10.0.0.5",
    "SourcePort": "50123",
    "DestinationIp": "203.0.113.9",
    "DestinationPort": "443",
    "DestinationHostname": "up.example.net",
    "Protocol": "tcp",
}


@pytest.mark.parametrize(
    ("initiated", "action", "local", "remote"),
    [
        ("true", "ConnectionSuccess", ("10.0.0.5", 50123), ("203.0.113.9", 443)),
        ("false", "InboundConnectionAccepted", ("203.0.113.9", 443), ("10.0.0.5", 50123)),
    ],
)
def test_sysmon_3_of_tcp(
    initiated: str, action: str, local: tuple[str, int], remote: tuple[str, int], tmp_path: Path
) -> None:
    row = _only(tmp_path, sysmon(3, 0, Initiated=initiated, **CONNECTION), "DeviceNetworkEvents")
    assert (row["ActionType"], row["Protocol"]) == (action, "Tcp")
    assert (row["LocalIP"], row["LocalPort"]) == local
    assert (row["RemoteIP"], row["RemotePort"]) == remote
    assert (row["InitiatingProcessFileName"], row["InitiatingProcessId"]) == ("curl.exe", 77)
    assert row["InitiatingProcessAccountName"] == "ana"


def test_addresses_are_written_in_their_short_form(tmp_path: Path) -> None:
    data = {**CONNECTION, "SourceIp": "fe80:0:0:0:e142:5666:31a1:94c3", "DestinationIp": "0:0:0:0:0:ffff:c0a8:0105"}
    row = _only(tmp_path, sysmon(3, 0, Initiated="true", **data), "DeviceNetworkEvents")
    assert (row["LocalIP"], row["LocalIPType"]) == ("fe80::e142:5666:31a1:94c3", "LinkLocal")
    assert (row["RemoteIP"], row["RemoteIPType"]) == ("192.168.1.5", "Private")


FILTERED = {
    "ProcessID": "1288",
    "Application": r"\device\harddiskvolume4\windows\system32\svchost.exe",
    "SourceAddress": "10.0.0.5",
    "SourcePort": "445",
    "DestAddress": "10.0.0.9",
    "DestPort": "51000",
    "Protocol": "6",
}


@pytest.mark.parametrize(
    ("direction", "action", "local", "remote"),
    [
        ("%%14593", "ConnectionSuccess", "10.0.0.5", "10.0.0.9"),
        ("%%14592", "InboundConnectionAccepted", "10.0.0.9", "10.0.0.5"),
    ],
)
def test_security_5156_of_tcp(direction: str, action: str, local: str, remote: str, tmp_path: Path) -> None:
    row = _only(tmp_path, security(5156, 0, Direction=direction, **FILTERED), "DeviceNetworkEvents")
    assert (row["ActionType"], row["LocalIP"], row["RemoteIP"]) == (action, local, remote)
    assert (row["InitiatingProcessId"], row["InitiatingProcessFileName"]) == (1288, "svchost.exe")


@pytest.mark.parametrize(("protocol", "name"), [("17", "Udp"), ("58", "Icmpv6"), ("1", "Icmp"), ("132", "132")])
def test_protocols_of_5156(protocol: str, name: str, tmp_path: Path) -> None:
    row = _only(
        tmp_path, security(5156, 0, **{**FILTERED, "Protocol": protocol, "Direction": "%%14593"}), "DeviceNetworkEvents"
    )
    assert row["Protocol"] == name


def _udp(source: str, destination: str) -> dict[str, str]:
    return {
        **CONNECTION,
        "SourceIp": source,
        "DestinationIp": destination,
        "SourcePort": "53",
        "DestinationPort": "6000",
        "Protocol": "udp",
    }


@pytest.mark.parametrize(
    ("source", "destination", "local"),
    [
        ("10.0.0.5", "10.0.0.77", "10.0.0.5"),
        ("10.0.0.77", "10.0.0.5", "10.0.0.5"),
        ("10.0.0.77", "10.0.0.78", "10.0.0.77"),
        ("10.0.0.5", "10.0.0.5", "10.0.0.5"),
    ],
)
def test_the_local_end_of_udp_is_the_one_with_an_address_of_the_host(
    source: str, destination: str, local: str, tmp_path: Path
) -> None:
    workspace = tmp_path / "w.duckdb"
    values = [
        sysmon(3, 0, 1, Initiated="false", **_udp(source, destination)),
        sysmon(3, 1, 2, Initiated="true", **CONNECTION),
    ]
    bring(workspace, write_lines(tmp_path / "e", map(samples.winlogbeat_7, values)))
    row = one(workspace, "SELECT * FROM DeviceNetworkEvents WHERE Protocol = 'Udp'")
    assert row["LocalIP"] == local
    assert row["RemoteIP"] == (destination if local == source else source)
    assert row["LocalPort"] == (53 if local == source else 6000)


def test_sysmon_11(tmp_path: Path) -> None:
    item = sysmon(11, 0, TargetFilename=r"C:\Temp\a b\out.zip", Image=r"C:\x\7z.exe", ProcessId="5")
    row = _only(tmp_path, item, "DeviceFileEvents")
    assert (row["ActionType"], row["FileName"], row["FolderPath"]) == ("FileCreated", "out.zip", r"C:\Temp\a b\out.zip")
    assert (row["InitiatingProcessFileName"], row["InitiatingProcessId"]) == ("7z.exe", 5)


@pytest.mark.parametrize("event_id", [23, 26])
def test_sysmon_23_and_26(event_id: int, tmp_path: Path) -> None:
    item = sysmon(
        event_id, 0, TargetFilename=r"C:\a.txt", Hashes="SHA1=" + "9A" * 20, User=r"CORP\ana", Archived="true"
    )
    row = _only(tmp_path, item, "DeviceFileEvents")
    assert (row["ActionType"], row["SHA1"], row["InitiatingProcessAccountName"]) == ("FileDeleted", "9a" * 20, "ana")
    assert json.loads(row["AdditionalFields"]) == {"Archived": "true"}


@pytest.mark.parametrize("kind", ["Key", "Process", "SymbolicLink"])
def test_4663_on_something_else_than_a_file_gives_no_file_row(kind: str, tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    item = security(4663, 0, ObjectType=kind, ObjectName=r"\REGISTRY\MACHINE", AccessMask="0x1")
    report = bring(workspace, write_lines(tmp_path / "e", [samples.winlogbeat_7(item)]))
    assert report.rows == {"SecurityEvent": 1}
    assert report.files[0].skipped == {f"Security 4663 on {kind}: not a file": 1}


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        ("0x1", "read"),
        ("0x2", "write"),
        ("0x10000", "delete"),
        ("0x120089", "read"),
        ("0x100081", "list"),
        ("0x12019f", "read, write, append"),
    ],
)
def test_4663_on_a_file(mask: str, words: str, tmp_path: Path) -> None:
    who = {"SubjectUserName": "ana", "SubjectDomainName": "CORP", "SubjectLogonId": "0x99"}
    process = {"ProcessId": "0x4d2", "ProcessName": r"C:\Windows\explorer.exe"}
    item = security(4663, 0, ObjectType="File", ObjectName=r"D:\Shares\plan.docx", AccessMask=mask, **who, **process)
    row = _only(tmp_path, item, "DeviceFileEvents")
    assert (row["ActionType"], row["FileName"], row["FolderPath"]) == (
        "FileAccessed",
        "plan.docx",
        r"D:\Shares\plan.docx",
    )
    assert (row["InitiatingProcessId"], row["InitiatingProcessFileName"], row["LogonID"]) == (
        1234,
        "explorer.exe",
        0x99,
    )
    assert row["InitiatingProcessAccountName"] == "ana"
    assert json.loads(row["AdditionalFields"])["Access"] == words


SHARED = {
    "SubjectUserSid": "S-1-5-21-1-2-3-500",
    "SubjectUserName": "adm",
    "SubjectDomainName": "CORP",
    "SubjectLogonId": "0x8723c99",
    "ObjectType": "File",
    "IpAddress": "::ffff:10.23.123.11",
    "IpPort": "60168",
    "ShareName": r"\\*\C$",
    "ShareLocalPath": "\\??\\C:\\",
    "AccessMask": "0x120089",
    "AccessList": "%%1538\r\n\t\t\t\t%%4416\r\n\t\t\t\t",
}


@pytest.mark.parametrize(
    ("local", "relative", "folder", "name"),
    [
        ("\\??\\C:\\", r"Users\bob\plan.docx", r"C:\Users\bob\plan.docx", "plan.docx"),
        (r"\??\C:\SYSVOL\sysvol", r"corp\gpt.ini", r"C:\SYSVOL\sysvol\corp\gpt.ini", "gpt.ini"),
        ("\\??\\D:\\Data", "\\", "D:\\Data", ""),
        ("", "srvsvc", "srvsvc", "srvsvc"),
    ],
)
def test_5145(local: str, relative: str, folder: str, name: str, tmp_path: Path) -> None:
    item = security(5145, 0, **{**SHARED, "ShareLocalPath": local, "RelativeTargetName": relative})
    row = _only(tmp_path, item, "DeviceFileEvents")
    assert (row["ActionType"], row["FolderPath"], row["FileName"]) == ("ShareFileAccessed", folder, name)
    assert (row["RequestProtocol"], row["RequestSourceIP"], row["RequestSourcePort"]) == ("SMB", "10.23.123.11", 60168)
    assert (row["RequestAccountDomain"], row["RequestAccountName"], row["RequestAccountSid"]) == (
        "CORP",
        "adm",
        "S-1-5-21-1-2-3-500",
    )
    assert (row["ShareName"], row["LogonID"]) == (r"\\*\C$", 0x8723C99)
    assert (row["InitiatingProcessId"], row["InitiatingProcessFileName"]) == (None, "")


def test_5140(tmp_path: Path) -> None:
    row = _only(tmp_path, security(5140, 0, **SHARED), "DeviceEvents")
    assert (row["ActionType"], row["AccountName"], row["RemoteIP"], row["RemotePort"]) == (
        "ShareAccessed",
        "adm",
        "10.23.123.11",
        60168,
    )
    assert json.loads(row["AdditionalFields"])["ShareName"] == r"\\*\C$"


LOGON = {
    "SubjectUserSid": "S-1-0-0",
    "SubjectUserName": "-",
    "TargetUserSid": "S-1-5-21-1-2-3-1105",
    "TargetUserName": "bob",
    "TargetDomainName": "CORP",
    "TargetLogonId": "0xabc",
    "LogonType": "10",
    "LogonProcessName": "User32 ",
    "AuthenticationPackageName": "Negotiate",
    "WorkstationName": "LAPTOP7",
    "IpAddress": "10.1.2.3",
    "IpPort": "50200",
    "ProcessId": "0x3e8",
    "ProcessName": r"C:\Windows\System32\svchost.exe",
}


@pytest.mark.parametrize(
    ("event_id", "action"), [(4624, "LogonSuccess"), (4625, "LogonFailed"), (4634, "Logoff"), (4648, "LogonAttempted")]
)
def test_logons(event_id: int, action: str, tmp_path: Path) -> None:
    row = _only(tmp_path, security(event_id, 0, **LOGON), "DeviceLogonEvents")
    assert (row["ActionType"], row["LogonType"]) == (action, "RemoteInteractive")
    assert (row["AccountDomain"], row["AccountName"], row["AccountSid"], row["LogonId"]) == (
        "CORP",
        "bob",
        "S-1-5-21-1-2-3-1105",
        0xABC,
    )
    assert (row["RemoteIP"], row["RemotePort"], row["RemoteDeviceName"]) == ("10.1.2.3", 50200, "LAPTOP7")
    assert row["RemoteIPType"] == "Private"


@pytest.mark.parametrize(
    ("number", "name"),
    [("2", "Interactive"), ("3", "Network"), ("4", "Batch"), ("5", "Service"), ("7", "Unlock"), ("99", "99")],
)
def test_logon_types_have_names(number: str, name: str, tmp_path: Path) -> None:
    assert (
        _only(tmp_path, security(4624, 0, **{**LOGON, "LogonType": number}), "DeviceLogonEvents")["LogonType"] == name
    )


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        ({"Status": "0xc000006d", "SubStatus": "0xc000006a"}, "wrong password"),
        ({"Status": "0xc0000234", "SubStatus": "0x0"}, "account locked out"),
        ({"Status": "0xc0001234", "SubStatus": "0x0"}, "0xc0001234"),
    ],
)
def test_why_a_logon_failed(codes: dict[str, str], reason: str, tmp_path: Path) -> None:
    assert _only(tmp_path, security(4625, 0, **LOGON, **codes), "DeviceLogonEvents")["FailureReason"] == reason


@pytest.mark.parametrize(
    ("event_id", "action", "session", "kind"),
    [
        (4778, "SessionReconnected", "RDP-Tcp#1", "RemoteInteractive"),
        (4779, "SessionDisconnected", "Console", "Interactive"),
    ],
)
def test_sessions(event_id: int, action: str, session: str, kind: str, tmp_path: Path) -> None:
    item = security(event_id, 0, AccountName="bob", AccountDomain="CORP", LogonID="0xabc", SessionName=session,
                    ClientName="LAPTOP7", ClientAddress="10.1.2.3")  # fmt: skip
    row = _only(tmp_path, item, "DeviceLogonEvents")
    assert (row["ActionType"], row["LogonType"], row["AccountName"], row["LogonId"]) == (action, kind, "bob", 0xABC)
    assert (row["RemoteIP"], row["RemoteDeviceName"]) == ("10.1.2.3", "LAPTOP7")


def test_1102_is_an_event_and_notes_the_cleared_log(tmp_path: Path) -> None:
    item = samples.evtx_json(security(1102, 60))
    item["Event"]["EventData"] = None
    item["Event"]["UserData"] = {
        "LogFileCleared": {"#attributes": {"xmlns": "x"}, "SubjectUserName": "hack1", "SubjectDomainName": "CORP"}
    }
    workspace = tmp_path / "w.duckdb"
    bring(workspace, write_lines(tmp_path / "e", [item]))
    row = one(workspace, "SELECT * FROM DeviceEvents")
    assert (row["ActionType"], row["AccountName"]) == ("SecurityLogCleared", "hack1")
    assert rows(workspace, "SELECT DeviceId, Timestamp = (SELECT Timestamp FROM DeviceEvents) FROM _log_cleared") == [
        (DEVICE, True)
    ]


def test_every_sysmon_record_is_kept_as_windows_event_with_its_data(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    items = [sysmon(10, 0, 1, SourceImage="a", TargetImage="b"), samples.sysmon_process(1, 5, record=2)]
    report = bring(workspace, write_lines(tmp_path / "e", map(samples.winlogbeat_7, items)))
    kept = rows(
        workspace,
        "SELECT EventID, Computer, Channel, EventRecordId, EventData->>'SourceImage' FROM WindowsEvent ORDER BY 1",
    )
    assert kept == [(1, HOST, samples.SYSMON, "2", None), (10, HOST, samples.SYSMON, "1", "a")]
    assert report.files[0].skipped == {"Sysmon 10: not mapped": 1}


def test_records_of_other_logs_are_kept_as_windows_event(tmp_path: Path) -> None:
    item = samples.event("Windows PowerShell", 800, 0, 1, param1="Get-ChildItem")
    report = bring(tmp_path / "w.duckdb", write_lines(tmp_path / "e", [samples.winlogbeat_6(item)]))
    assert report.rows == {"WindowsEvent": 1}
    assert report.files[0].skipped == {"Windows PowerShell 800: not mapped": 1}


def test_every_security_record_is_kept_as_security_event(tmp_path: Path) -> None:
    row = _only(
        tmp_path, security(5145, 0, 77, RelativeTargetName="a.txt", AccessReason="-", **SHARED), "SecurityEvent"
    )
    expected = {
        "EventID": 5145,
        "Computer": HOST,
        "Channel": "Security",
        "EventRecordId": "77",
        "RelativeTargetName": "a.txt",
        "ShareName": r"\\*\C$",
        "IpAddress": "::ffff:10.23.123.11",
        "AccessMask": "0x120089",
        "SubjectLogonId": "0x8723c99",
        "SubjectAccount": r"CORP\adm",
        "Account": r"CORP\adm",
        "AccountType": "User",
        "Type": "SecurityEvent",
    }
    assert {name: row[name] for name in expected} == expected
    assert json.loads(row["EventData"]) == {"AccessReason": "-", "AccessList": SHARED["AccessList"]}


def test_numbers_of_security_event_are_numbers(tmp_path: Path) -> None:
    row = _only(tmp_path, security(4624, 0, **LOGON), "SecurityEvent")
    assert (row["LogonType"], row["LogonTypeName"], row["Account"]) == (10, "10 - RemoteInteractive", r"CORP\bob")
    assert row["Activity"].startswith("4624 - ")


def test_devices_have_aliases(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(workspace, write_lines(tmp_path / "e", [samples.winlogbeat_7(samples.sysmon_process(0, 5))]))
    assert rows(workspace, "FROM _aliases ORDER BY 1") == [("ws01", DEVICE), (DEVICE, DEVICE)]
    assert rows(workspace, "SELECT value FROM _meta WHERE key = 'kind'") == [("evidence",)]
