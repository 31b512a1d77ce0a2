"""Records of a made-up Windows host, written in each of the layouts that the import reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tui.evidence.importer import ImportReport, import_evidence
from tui.evidence.options import ImportOptions

HOST = "WS01.corp.example"
DEVICE = "ws01.corp.example"
START = datetime(2024, 3, 5, 10, 0, 0)
SYSMON = "Microsoft-Windows-Sysmon/Operational"

Event = dict[str, Any]
"""channel, id, at (UTC) and the event's own data; a record number too."""


def event(channel: str, event_id: int, at: float, record: int, **data: Any) -> Event:
    """One event `at` seconds after START."""
    return {"channel": channel, "id": event_id, "at": START + timedelta(seconds=at), "record": record, "data": data}


def sysmon(event_id: int, at: float, record: int = 1, **data: Any) -> Event:
    """A Sysmon event; UtcTime is filled in."""
    when = START + timedelta(seconds=at)
    return event(
        SYSMON, event_id, at, record, UtcTime=f"{when:%Y-%m-%d %H:%M:%S}.{when.microsecond // 1000:03}", **data
    )


def security(event_id: int, at: float, record: int = 1, **data: Any) -> Event:
    """An event of the Security log."""
    return event("Security", event_id, at, record, **data)


def sysmon_process(
    at: float, pid: int | None, image: str = r"C:\Windows\System32\cmd.exe", record: int = 1, **more: Any
) -> Event:
    """Sysmon 1; without a process id where `pid` is None."""
    data: dict[str, Any] = {
        "ProcessGuid": process_guid(at, pid or 0),
        "ProcessId": pid,
        "Image": image,
        "CommandLine": f'"{image}" /c dir',
        "OriginalFileName": "Cmd.Exe",
        "Company": "Microsoft Corporation",
        "User": r"CORP\ana",
        "LogonId": "0x3e9a",
        "IntegrityLevel": "High",
        "TerminalSessionId": "1",
        "CurrentDirectory": "C:\\",
        "Hashes": f"SHA1={'AB' * 20},MD5={'CD' * 16},SHA256={'EF' * 32},IMPHASH={'0' * 32}",
        "ParentProcessGuid": process_guid(-3600, 700),
        "ParentProcessId": "700",
        "ParentImage": r"C:\Windows\explorer.exe",
        "ParentCommandLine": "explorer.exe",
        **more,
    }
    return sysmon(1, at, record, **{name: value for name, value in data.items() if value is not None})


def security_process(
    at: float, pid: int, image: str = r"C:\Windows\System32\cmd.exe", record: int = 2, **more: Any
) -> Event:
    """Security 4688."""
    data = {
        "SubjectUserSid": "S-1-5-21-1-2-3-1104",
        "SubjectUserName": "ana",
        "SubjectDomainName": "CORP",
        "SubjectLogonId": "0x3e9a",
        "NewProcessId": hex(pid),
        "NewProcessName": image,
        "TokenElevationType": "%%1937",
        "ProcessId": hex(700),
        "CommandLine": f'"{image}" /c dir',
        "TargetUserSid": "S-1-0-0",
        "TargetUserName": "-",
        "TargetDomainName": "-",
        "TargetLogonId": "0x0",
        "ParentProcessName": r"C:\Windows\explorer.exe",
        "MandatoryLabel": "S-1-16-12288",
    }
    return security(4688, at, record, **{**data, **more})


def process_guid(at: float, pid: int) -> str:
    """A GUID as Sysmon makes it: machine, second of the start, the rest."""
    second = int((START + timedelta(seconds=at) - datetime(1970, 1, 1)).total_seconds())
    word = f"{second:08x}"
    return f"{{a1b2c3d4-{word[4:]}-{word[:4]}-0100-{pid:012x}}}"


def nxlog(item: Event, behind: float = 4) -> Event:
    """Layout A: EventTime in whole seconds on a local clock `behind` hours behind UTC, received 30 s later."""
    local = item["at"] - timedelta(hours=behind)
    return {
        "@timestamp": (item["at"] + timedelta(seconds=30)).isoformat(timespec="milliseconds") + "Z",
        "EventTime": f"{local:%Y-%m-%d %H:%M:%S}",
        "Hostname": HOST,
        "host": "collector.corp.example",
        "port": 50000,
        "SourceModuleType": "im_msvistalog",
        "Channel": item["channel"],
        "EventID": item["id"],
        "RecordNumber": item["record"],
        "ExecutionProcessID": 4,
        "ThreadID": 8,
        "Keywords": -9214364837600034816,
        "Message": "said again",
        **(
            {"AccountName": "SYSTEM", "Domain": "NT AUTHORITY", "UserID": "S-1-5-18"}
            if item["channel"] == SYSMON
            else {}
        ),
        **item["data"],
    }


def powershell(item: Event, behind: float = 7, twelve: bool = False) -> Event:
    """Layout B: TimeCreated on a local clock with a false Z; `twelve` prints hours from 1 to 12."""
    local = item["at"] - timedelta(hours=behind)
    hour = (local.hour % 12 or 12) if twelve else local.hour
    written = f"{local:%Y-%m-%dT}{hour:02}{local:%M:%S}".replace(f"{hour:02}", f"{hour:02}:", 1)
    written = f"{local:%Y-%m-%d}T{hour:02}:{local:%M:%S}.{local.microsecond // 1000:03}Z"
    return {
        "SourceName": "Microsoft-Windows-Sysmon"
        if item["channel"] == SYSMON
        else "Microsoft-Windows-Security-Auditing",
        "Level": "4",
        "Keywords": "0x8000000000000000",
        "Channel": item["channel"],
        "Hostname": HOST,
        "TimeCreated": written,
        "@timestamp": written,
        "EventID": item["id"],
        "Message": "said again",
        "Task": str(item["id"]),
        **item["data"],
    }


def winlogbeat_7(item: Event) -> Event:
    """Layout C."""
    return {
        "@timestamp": item["at"].isoformat(timespec="milliseconds") + "Z",
        "winlog": {
            "channel": item["channel"],
            "event_id": item["id"],
            "computer_name": HOST,
            "record_id": item["record"],
            "provider_name": "Microsoft-Windows-Security-Auditing",
            "process": {"pid": 4, "thread": {"id": 8}},
            "keywords": ["Audit Success"],
            "event_data": item["data"],
        },
        "host": {"name": "WECServer"},
        "event": {"code": item["id"]},
    }


def winlogbeat_6(item: Event) -> Event:
    """Layout D."""
    return {
        "@timestamp": item["at"].isoformat(timespec="milliseconds") + "Z",
        "record_number": str(item["record"]),
        "event_id": item["id"],
        "log_name": item["channel"],
        "computer_name": HOST,
        "event_data": item["data"],
        "host": {"name": "WECserver"},
    }


def evtx_json(item: Event) -> Event:
    """Layout E, as the parser of EVTX files prints it: numbers as numbers, GUIDs without braces."""
    data = {
        name: int(value)
        if name == "ProcessId" and str(value).isdigit()
        else str(value).strip("{}")
        if "Guid" in name
        else value
        for name, value in item["data"].items()
    }
    return {
        "Event": {
            "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
            "System": {
                "Provider": {"#attributes": {"Name": "Microsoft-Windows-Security-Auditing"}},
                "EventID": {"#text": item["id"], "#attributes": {"Qualifiers": 0}},
                "TimeCreated": {"#attributes": {"SystemTime": item["at"].isoformat(timespec="microseconds") + "Z"}},
                "EventRecordID": item["record"],
                "Channel": item["channel"],
                "Computer": HOST,
                "Security": None,
            },
            "EventData": data,
        }
    }


def write_lines(path: Path, values: Iterable[Any]) -> Path:
    """One JSON value a line."""
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


def bring(workspace: Path, *paths: Path, **options: Any) -> ImportReport:
    """Imports `paths`; `options` are those of ImportOptions."""
    return import_evidence(list(paths), workspace, ImportOptions(**options))


def rows(workspace: Path, sql: str) -> list[Any]:
    """What `sql` gives on the workspace file."""
    with duckdb.connect(str(workspace), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def one(workspace: Path, sql: str) -> dict[str, Any]:
    """The only row that `sql` gives, by column."""
    with duckdb.connect(str(workspace), read_only=True) as connection:
        found = connection.execute(sql)
        names = [column[0] for column in found.description]
        [row] = found.fetchall()
        return dict(zip(names, row, strict=True))
