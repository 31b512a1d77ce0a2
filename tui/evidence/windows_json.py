"""Records of Windows event logs as shippers and exporters write them in JSON.

Five layouts are told apart by their keys: nxlog (flat, `EventTime` on the host's local clock), the PowerShell export
(flat, `TimeCreated` on the exporter's local clock although it ends in `Z`), Winlogbeat 7 (`winlog`), Winlogbeat 6
(`event_data`) and what EVTX tools print (`Event`, `System`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tui.evidence.layouts import Layout
from tui.evidence.times import parse_iso
from tui.evidence.values import INT32, hex_mask, number, text
from tui.evidence.windows_record import SYSMON, WindowsRecord

Json = Mapping[str, Any]

_NXLOG_ENVELOPE = frozenset(
    "@timestamp @version EventTime EventReceivedTime Hostname host port tags SourceName SourceModuleName "
    "SourceModuleType ProviderGuid Version Task Opcode OpcodeValue Keywords RecordNumber ActivityID RelatedActivityID "
    "ExecutionProcessID ThreadID Channel EventID EventType EventTypeOrignal Category Severity SeverityValue Message "
    "ERROR_EVT_UNRESOLVED UserID".split()
)
_NXLOG_LOGGER = ("Domain", "AccountName", "AccountType")
"""The account that wrote the record; an event's own data has these names only where nxlog gives no `UserID`."""

_EXPORT_ENVELOPE = frozenset(
    "@timestamp TimeCreated TimeGenerated Hostname Computer SourceName EventSourceName Provider ProviderGuid Level "
    "Keywords Channel EventID EventRecordID RecordNumber Message Task EventData Version Opcode".split()
)
_LEVELS = {1: "Critical", 2: "Error", 3: "Warning", 4: "Information", 5: "Verbose"}
_SEVERITIES = {
    "CRITICAL": "Critical",
    "ERROR": "Error",
    "WARNING": "Warning",
    "INFO": "Information",
    "DEBUG": "Verbose",
}


def layout_of(value: Any) -> Layout | None:
    """The layout of one JSON value, None when it is no Windows event."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("Event"), dict):
        return Layout.EVTX_JSON if isinstance(value["Event"].get("System"), dict) else None
    if isinstance(value.get("winlog"), dict):
        return Layout.WINLOGBEAT_7
    if "event_id" in value and ("log_name" in value or isinstance(value.get("event_data"), dict)):
        return Layout.WINLOGBEAT_6
    if "EventID" not in value:
        return None
    if "EventTime" in value and "Hostname" in value:
        return Layout.NXLOG
    if "TimeCreated" in value and ("Hostname" in value or "Computer" in value):
        return Layout.POWERSHELL
    return None


def windows_record(position: int, value: Any, layout: Layout | None) -> WindowsRecord | None:
    """The record at `position` of its file in `layout` (see `layout_of`), None without one or a readable event id."""
    record = None if layout is None else _READERS[layout](position, value)
    if record is None:
        return None
    record.level_name = record.level_name or _LEVELS.get(record.level or 0, "")
    if record.family == SYSMON:
        record.utc = parse_iso(text(record.data.get("UtcTime")))
        if record.utc is not None:
            record.time_text = text(record.data.get("UtcTime"))
    return record


def evtx_record(position: int, value: Json) -> WindowsRecord | None:
    """The record of `{"Event": {"System": ..., "EventData": ...}}`; None without a readable event id."""
    event = value["Event"]
    system = event["System"]
    identity = system.get("EventID")
    event_id = number(identity.get("#text") if isinstance(identity, dict) else identity, INT32)
    if event_id is None:
        return None
    written = text(_attributes(system.get("TimeCreated")).get("SystemTime"))
    execution = _attributes(system.get("Execution"))
    return WindowsRecord(
        number=position,
        event_id=event_id,
        channel=text(system.get("Channel")),
        provider=text(_attributes(system.get("Provider")).get("Name")),
        computer=text(system.get("Computer")),
        record_id=text(system.get("EventRecordID")),
        data=_payload(event),
        printed=parse_iso(written),
        time_text=written,
        version=number(system.get("Version"), INT32),
        level=number(system.get("Level"), INT32),
        task=number(system.get("Task"), INT32),
        opcode=text(system.get("Opcode")),
        keywords=text(system.get("Keywords")),
        process_id=number(execution.get("ProcessID")),
        thread_id=number(execution.get("ThreadID")),
        user_id=text(_attributes(system.get("Security")).get("UserID")),
    )


def _attributes(value: Any) -> Json:
    found = value.get("#attributes", value) if isinstance(value, dict) else {}
    return found if isinstance(found, dict) else {}


def _payload(event: Json) -> dict[str, Any]:
    """EventData, or what the one element of UserData holds (as in the record of a cleared log)."""
    data = event.get("EventData")
    if isinstance(data, dict):
        return {name: value for name, value in data.items() if name != "#attributes"}
    inner = event.get("UserData")
    while isinstance(inner, dict):
        inner = {name: value for name, value in inner.items() if name != "#attributes"}
        only = next(iter(inner.values())) if len(inner) == 1 else None
        if not isinstance(only, dict):
            return inner
        inner = only
    return {}


def _nxlog(position: int, value: Json) -> WindowsRecord | None:
    event_id = number(value["EventID"], INT32)
    if event_id is None:
        return None
    data = {name: item for name, item in value.items() if name not in _NXLOG_ENVELOPE}
    if "UserID" in value:
        for name in _NXLOG_LOGGER:
            data.pop(name, None)
    if "EventTypeOrignal" in value:
        data["EventType"] = value["EventTypeOrignal"]
    return WindowsRecord(
        number=position,
        event_id=event_id,
        channel=text(value.get("Channel")),
        provider=text(value.get("SourceName")),
        computer=text(value.get("Hostname")),
        record_id=text(value.get("RecordNumber")),
        data=data,
        printed=parse_iso(text(value.get("EventTime"))),
        received=_time(value, "@timestamp"),
        time_text=text(value.get("EventTime")),
        version=number(value.get("Version"), INT32),
        level_name=_SEVERITIES.get(text(value.get("Severity")), ""),
        task=number(value.get("Task"), INT32),
        opcode=text(value.get("OpcodeValue")),
        keywords=hex_mask(value.get("Keywords")),
        process_id=number(value.get("ExecutionProcessID")),
        thread_id=number(value.get("ThreadID")),
        user_id=text(value.get("UserID")),
    )


def _powershell(position: int, value: Json) -> WindowsRecord | None:
    event_id = number(value["EventID"], INT32)
    if event_id is None:
        return None
    data = {name: item for name, item in value.items() if name not in _EXPORT_ENVELOPE}
    if not data and value.get("EventData"):
        data = {"EventData": value["EventData"]}
    written = text(value.get("TimeCreated"))
    return WindowsRecord(
        number=position,
        event_id=event_id,
        channel=text(value.get("Channel")),
        provider=text(value.get("Provider") or value.get("SourceName")),
        computer=text(value.get("Hostname") or value.get("Computer")),
        record_id=text(value.get("EventRecordID") or value.get("RecordNumber")),
        data=data,
        printed=parse_iso(written),
        time_text=written,
        version=number(value.get("Version"), INT32),
        level=number(value.get("Level"), INT32),
        task=number(value.get("Task"), INT32),
        opcode=text(value.get("Opcode")),
        keywords=hex_mask(value.get("Keywords")),
    )


def _winlogbeat_7(position: int, value: Json) -> WindowsRecord | None:
    log = value["winlog"]
    event_id = number(log.get("event_id", _part(value, "event").get("code")), INT32)
    if event_id is None:
        return None
    process = _part(log, "process")
    record = _winlogbeat(position, event_id, value, log)
    record.channel = text(log.get("channel"))
    record.provider = text(log.get("provider_name"))
    record.computer = text(log.get("computer_name"))
    record.record_id = text(log.get("record_id"))
    record.process_id = number(process.get("pid"))
    record.thread_id = number(_part(process, "thread").get("id"))
    record.user_id = text(_part(log, "user").get("identifier"))
    return record


def _winlogbeat_6(position: int, value: Json) -> WindowsRecord | None:
    event_id = number(value["event_id"], INT32)
    if event_id is None:
        return None
    record = _winlogbeat(position, event_id, value, value)
    record.channel = text(value.get("log_name"))
    record.provider = text(value.get("source_name"))
    record.computer = text(value.get("computer_name"))
    record.record_id = text(value.get("record_number"))
    record.process_id = number(value.get("process_id"))
    record.thread_id = number(value.get("thread_id"))
    record.user_id = text(_part(value, "user").get("identifier"))
    return record


def _winlogbeat(position: int, event_id: int, value: Json, log: Json) -> WindowsRecord:
    """What both versions write in the same way; @timestamp is the event's time."""
    data = log.get("event_data") or log.get("user_data") or {}
    keywords = log.get("keywords")
    return WindowsRecord(
        number=position,
        event_id=event_id,
        data=dict(data) if isinstance(data, dict) else {"data": data},
        printed=_time(value, "@timestamp"),
        time_text=text(value.get("@timestamp")),
        version=number(log.get("version"), INT32),
        level_name=text(log.get("level")).capitalize(),
        task=number(log.get("task"), INT32),
        opcode=text(log.get("opcode")),
        keywords=", ".join(map(text, keywords)) if isinstance(keywords, list) else hex_mask(keywords),
    )


def _part(value: Json, key: str) -> Json:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _time(value: Json, key: str) -> datetime | None:
    return parse_iso(text(value.get(key)))


_READERS: Mapping[Layout, Callable[[int, Json], WindowsRecord | None]] = {
    Layout.EVTX_JSON: evtx_record,
    Layout.NXLOG: _nxlog,
    Layout.POWERSHELL: _powershell,
    Layout.WINLOGBEAT_7: _winlogbeat_7,
    Layout.WINLOGBEAT_6: _winlogbeat_6,
}
