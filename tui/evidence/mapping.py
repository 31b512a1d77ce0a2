"""What becomes of a Windows record: the row that keeps it, and the row of a `Device*` table where it has one.

Every record of Sysmon and of other logs is kept as `WindowsEvent`, every record of the Security log as `SecurityEvent`.

| record | table | ActionType | notes |
|---|---|---|---|
| Sysmon 1, Security 4688 | DeviceProcessEvents | ProcessCreated | one row for both |
| Sysmon 3, Security 5156 | DeviceNetworkEvents | ConnectionSuccess (outbound), InboundConnectionAccepted | one row for both |
| Sysmon 11 | DeviceFileEvents | FileCreated | also when a file was written over |
| Sysmon 23, 26 | DeviceFileEvents | FileDeleted | hashes; `Archived` in AdditionalFields (23) |
| Security 4663 on a file | DeviceFileEvents | FileAccessed | no word of Defender's; `Access`, `AccessMask` in AdditionalFields |
| Security 5145 | DeviceFileEvents | ShareFileAccessed | no word of Defender's; Request* columns, ShareName; as 4663 |
| Security 4624, 4625 | DeviceLogonEvents | LogonSuccess, LogonFailed | LogonType by name |
| Security 4648 | DeviceLogonEvents | LogonAttempted | with other credentials; `TargetServerName` in AdditionalFields |
| Security 4634 | DeviceLogonEvents | Logoff | no word of Defender's |
| Security 4778, 4779 | DeviceLogonEvents | SessionReconnected, SessionDisconnected | no words of Defender's; RemoteIP |
| Security 5140 | DeviceEvents | ShareAccessed | no word of Defender's; `ShareName` in AdditionalFields |
| Security 1102 | DeviceEvents | SecurityLogCleared | also in `_log_cleared` |
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from tui.evidence.map_security import LOGON_TYPES, SECURITY_ROWS
from tui.evidence.map_sysmon import SYSMON_ROWS
from tui.evidence.report import NOT_MAPPED
from tui.evidence.tables import visible_columns
from tui.evidence.values import INT32, base_name, json_text, number, text
from tui.evidence.windows_record import SECURITY, SYSMON, WindowsRecord

_ACTIVITIES = {
    1102: "The audit log was cleared.",
    4624: "An account was successfully logged on.",
    4625: "An account failed to log on.",
    4634: "An account was logged off.",
    4648: "A logon was attempted using explicit credentials.",
    4663: "An attempt was made to access an object.",
    4688: "A new process has been created.",
    4778: "A session was reconnected to a Window Station.",
    4779: "A session was disconnected from a Window Station.",
    5140: "A network share object was accessed.",
    5145: "A network share object was checked to see whether client can be granted desired access.",
    5156: "The Windows Filtering Platform has permitted a connection.",
}
_ABOUT_TARGET = (4624, 4625, 4634)


class MappedRow(NamedTuple):
    """A row of `table`: the columns that hold something."""

    table: str
    columns: dict[str, Any]


def device_row(record: WindowsRecord) -> tuple[MappedRow | None, str]:
    """The row of a `Device*` table, or None and why there is none."""
    family = record.family
    rows = SYSMON_ROWS if family == SYSMON else SECURITY_ROWS if family == SECURITY else {}
    if record.event_id not in rows:
        return None, f"{record.source}{NOT_MAPPED}"
    if family == SECURITY and record.event_id == 4663:
        kind = text(record.data.get("ObjectType"))
        if kind != "File":
            return None, f"{record.source} on {kind or 'an object of no type'}: not a file"
    table, make = rows[record.event_id]
    columns = make(record)
    columns["DeviceId"] = columns["DeviceName"] = record.device
    columns["Type"] = table
    return MappedRow(table, columns), ""


def kept_row(record: WindowsRecord) -> MappedRow:
    """The row that keeps the record whole."""
    return _security_event(record) if record.family == SECURITY else _windows_event(record)


def _windows_event(record: WindowsRecord) -> MappedRow:
    return MappedRow(
        "WindowsEvent",
        {
            "Channel": record.channel,
            "Provider": record.provider,
            "Computer": record.computer,
            "EventID": record.event_id,
            "EventRecordId": record.record_id,
            "EventLevel": record.level,
            "EventLevelName": record.level_name,
            "Version": record.version,
            "Task": record.task,
            "Opcode": record.opcode,
            "Keywords": record.keywords,
            "SystemProcessId": _int32(record.process_id),
            "SystemThreadId": _int32(record.thread_id),
            "SystemUserId": record.user_id,
            "EventData": json_text(record.data),
            "Type": "WindowsEvent",
        },
    )


def _security_event(record: WindowsRecord) -> MappedRow:
    data = record.data
    columns: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in data.items():
        kind = _data_columns().get(name)
        if kind == "string":
            columns[name] = value if isinstance(value, str) else text(value)
        elif kind == "int" and number(value, INT32) is not None:
            columns[name] = number(value, INT32)
        elif value is not None:
            rest[name] = value
    subject, target = _full_name(data, "Subject"), _full_name(data, "Target")
    who = target if record.event_id in _ABOUT_TARGET else subject or target
    kind_of_logon = columns.get("LogonType")
    columns |= {
        "Channel": record.channel,
        "EventSourceName": record.provider,
        "Computer": record.computer,
        "EventID": record.event_id,
        "EventRecordId": record.record_id,
        "EventLevelName": record.level_name,
        "Level": "" if record.level is None else str(record.level),
        "Version": record.version,
        "Task": record.task,
        "Opcode": record.opcode,
        "Keywords": record.keywords,
        "SystemProcessId": _int32(record.process_id),
        "SystemThreadId": _int32(record.thread_id),
        "SystemUserId": record.user_id,
        "Activity": f"{record.event_id} - {_ACTIVITIES[record.event_id]}" if record.event_id in _ACTIVITIES else "",
        "Account": who,
        "AccountType": "" if not who else "Machine" if who.endswith("$") else "User",
        "SubjectAccount": subject,
        "TargetAccount": target,
        "Process": base_name(text(data.get("NewProcessName") or data.get("ProcessName"))),
        "LogonTypeName": "" if kind_of_logon is None else f"{kind_of_logon} - {LOGON_TYPES.get(kind_of_logon, '')}",
        "EventData": json_text(rest) if rest else "",
        "Type": "SecurityEvent",
    }
    return MappedRow("SecurityEvent", columns)


@cache
def _data_columns() -> dict[str, str]:
    """The columns of SecurityEvent that hold event data, without those that tell of the record or are put together here."""
    own = (
        "Timestamp TimeGenerated Channel EventSourceName Computer EventID EventRecordId EventLevelName Level Version Task "
        "Opcode Keywords SystemProcessId SystemThreadId SystemUserId Activity Account AccountType SubjectAccount "
        "TargetAccount Process LogonTypeName EventData Type TenantId SourceSystem ManagementGroupName SourceComputerId"
    ).split()
    return {name: kind for name, kind in visible_columns("SecurityEvent").items() if name not in own}


def _full_name(data: dict[str, Any], role: str) -> str:
    name = text(data.get(f"{role}UserName"))
    domain = text(data.get(f"{role}DomainName"))
    return f"{domain}\\{name}" if domain and name else name


def _int32(value: int | None) -> int | None:
    return value if value is not None and -INT32 - 1 <= value <= INT32 else None
