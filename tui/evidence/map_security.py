"""Records of the Security log as rows of the `Device*` tables. What becomes of which record stands in `mapping`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.evidence.access import access_words
from tui.evidence.values import (
    WELL_KNOWN_LOGONS,
    WELL_KNOWN_SIDS,
    address,
    address_type,
    base_name,
    json_text,
    number,
    port,
    text,
)
from tui.evidence.windows_record import WindowsRecord

Row = dict[str, Any]
Data = Mapping[str, Any]

LOGON_TYPES = {
    0: "System",
    2: "Interactive",
    3: "Network",
    4: "Batch",
    5: "Service",
    7: "Unlock",
    8: "NetworkCleartext",
    9: "NewCredentials",
    10: "RemoteInteractive",
    11: "CachedInteractive",
    12: "CachedRemoteInteractive",
    13: "CachedUnlock",
}
_INTEGRITY = {"0": "Untrusted", "4096": "Low", "8192": "Medium", "8448": "Medium", "12288": "High", "16384": "System"}
_ELEVATION = {
    "%%1936": "TokenElevationTypeDefault",
    "%%1937": "TokenElevationTypeFull",
    "%%1938": "TokenElevationTypeLimited",
}
_PROTOCOLS = {1: "Icmp", 2: "Igmp", 6: "Tcp", 17: "Udp", 58: "Icmpv6"}
_FAILURES = {
    0xC0000064: "no such user",
    0xC000006A: "wrong password",
    0xC000006D: "wrong user name or password",
    0xC000006E: "account restriction",
    0xC000006F: "outside the logon hours",
    0xC0000070: "not allowed from this workstation",
    0xC0000071: "password expired",
    0xC0000072: "account disabled",
    0xC000015B: "logon type not granted",
    0xC0000193: "account expired",
    0xC0000224: "password must change",
    0xC0000234: "account locked out",
}
_OUTBOUND = "%%14593"


def process_created(record: WindowsRecord) -> Row:
    """4688."""
    data = record.data
    image, parent = text(data.get("NewProcessName")), text(data.get("ParentProcessName"))
    subject = _actor(data, "Subject")
    target = _actor(data, "Target")
    label = text(data.get("MandatoryLabel")).rpartition("-")[2]
    return {
        "ActionType": "ProcessCreated",
        "FileName": base_name(image),
        "FolderPath": image,
        "ProcessId": number(data.get("NewProcessId")),
        "ProcessCommandLine": text(data.get("CommandLine")),
        "ProcessIntegrityLevel": _INTEGRITY.get(label, ""),
        "ProcessTokenElevation": _ELEVATION.get(text(data.get("TokenElevationType")), ""),
        **_named("", target if target["Name"] else subject),
        "InitiatingProcessId": number(data.get("ProcessId")),
        "InitiatingProcessFileName": base_name(parent),
        "InitiatingProcessFolderPath": parent,
        **_named("InitiatingProcess", subject),
        "LogonId": (target if target["LogonId"] else subject)["LogonId"],
    }


def connection(record: WindowsRecord) -> Row:
    """5156. Of a UDP packet, which end is local is decided later (`_Undecided`)."""
    data = record.data
    outbound = text(data.get("Direction")) == _OUTBOUND
    ends = [(address(text(data.get(f"{end}Address"))), port(data.get(f"{end}Port"))) for end in ("Source", "Dest")]
    local, remote = ends if outbound else reversed(ends)
    protocol = number(data.get("Protocol"))
    application = text(data.get("Application"))
    return {
        "ActionType": "ConnectionSuccess" if outbound else "InboundConnectionAccepted",
        "LocalIP": local[0],
        "LocalPort": local[1],
        "LocalIPType": address_type(local[0]),
        "RemoteIP": remote[0],
        "RemotePort": remote[1],
        "RemoteIPType": address_type(remote[0]),
        "Protocol": _PROTOCOLS.get(protocol or 0, text(data.get("Protocol"))),
        "InitiatingProcessId": number(data.get("ProcessId", data.get("ProcessID"))),
        "InitiatingProcessFileName": base_name(application),
        "InitiatingProcessFolderPath": application,
        "_Undecided": protocol != 6,
    }


def file_accessed(record: WindowsRecord) -> Row:
    """4663 on a file."""
    data = record.data
    path = text(data.get("ObjectName"))
    return {
        "ActionType": "FileAccessed",
        "FileName": base_name(path),
        "FolderPath": path,
        **_initiating(data),
        "LogonID": _account(data, "Subject")["LogonId"],
        "AdditionalFields": _access(record),
    }


def share_file_accessed(record: WindowsRecord) -> Row:
    """5145: a check of access to a file through a share, several for each file opened."""
    data = record.data
    folder = text(data.get("ShareLocalPath")).removeprefix("\\??\\")
    inside = text(data.get("RelativeTargetName")).strip("\\")
    subject = _account(data, "Subject")
    return {
        "ActionType": "ShareFileAccessed",
        "FileName": base_name(inside),
        "FolderPath": f"{folder.rstrip(chr(92))}\\{inside}" if folder and inside else folder or inside,
        "RequestProtocol": "SMB",
        "RequestSourceIP": address(text(data.get("IpAddress"))),
        "RequestSourcePort": port(data.get("IpPort")),
        "RequestAccountDomain": subject["Domain"],
        "RequestAccountName": subject["Name"],
        "RequestAccountSid": subject["Sid"],
        "ShareName": text(data.get("ShareName")),
        "LogonID": subject["LogonId"],
        "AdditionalFields": _access(record, "RelativeTargetName", "ShareLocalPath"),
    }


def share_accessed(record: WindowsRecord) -> Row:
    """5140."""
    data = record.data
    return {
        "ActionType": "ShareAccessed",
        "FolderPath": text(data.get("ShareLocalPath")).removeprefix("\\??\\"),
        **_named("", _account(data, "Subject")),
        "LogonId": _account(data, "Subject")["LogonId"],
        "RemoteIP": address(text(data.get("IpAddress"))),
        "RemotePort": port(data.get("IpPort")),
        "AdditionalFields": _access(record, "ShareName"),
    }


def logon(record: WindowsRecord) -> Row:
    """4624, 4625, 4634 and 4648."""
    data = record.data
    kind = number(data.get("LogonType"))
    target = _account(data, "Target")
    source = address(text(data.get("IpAddress")))
    return {
        "ActionType": {4624: "LogonSuccess", 4625: "LogonFailed", 4634: "Logoff", 4648: "LogonAttempted"}[
            record.event_id
        ],
        "LogonType": "" if kind is None else LOGON_TYPES.get(kind, str(kind)),
        **_named("", target),
        "LogonId": target["LogonId"],
        "Protocol": text(data.get("AuthenticationPackageName")),
        "FailureReason": _failure(data),
        "RemoteDeviceName": text(data.get("WorkstationName")),
        "RemoteIP": source,
        "RemoteIPType": address_type(source),
        "RemotePort": port(data.get("IpPort")),
        **({} if record.event_id == 4634 else _initiating(data)),
        "AdditionalFields": _additional(record, "LogonProcessName", "ElevatedToken", "TargetServerName", "TargetInfo"),
    }


def session_changed(record: WindowsRecord) -> Row:
    """4778 and 4779: a remote desktop session taken up again, or left without logging off."""
    data = record.data
    session = text(data.get("SessionName"))
    source = address(text(data.get("ClientAddress")))
    kind = "RemoteInteractive" if session.upper().startswith("RDP") else "Interactive" if session == "Console" else ""
    return {
        "ActionType": "SessionReconnected" if record.event_id == 4778 else "SessionDisconnected",
        "LogonType": kind,
        "AccountDomain": text(data.get("AccountDomain")),
        "AccountName": text(data.get("AccountName")),
        "LogonId": number(data.get("LogonID")),
        "RemoteDeviceName": text(data.get("ClientName")),
        "RemoteIP": source,
        "RemoteIPType": address_type(source),
        "AdditionalFields": _additional(record, "SessionName"),
    }


def log_cleared(record: WindowsRecord) -> Row:
    """1102."""
    subject = _account(record.data, "Subject")
    return {
        "ActionType": "SecurityLogCleared",
        **_named("", subject),
        "LogonId": subject["LogonId"],
        "AdditionalFields": _additional(record),
    }


def _account(data: Data, role: str) -> Row:
    """The `Subject` or `Target` of a record as it is written: Domain, Name, Sid and LogonId."""
    sid = text(data.get(f"{role}UserSid") or data.get(f"{role}Sid"))
    return {
        "Domain": text(data.get(f"{role}DomainName")),
        "Name": text(data.get(f"{role}UserName")),
        "Sid": "" if sid == "S-1-0-0" else sid,
        "LogonId": number(data.get(f"{role}LogonId")),
    }


def _actor(data: Data, role: str) -> Row:
    """As `_account`, but a service is named as Sysmon names it, not by the machine account that stands for it."""
    who = _account(data, role)
    sid = WELL_KNOWN_LOGONS.get(who["LogonId"] or 0, who["Sid"])
    if sid in WELL_KNOWN_SIDS:
        domain, name = WELL_KNOWN_SIDS[sid]
        return {**who, "Domain": domain, "Name": name, "Sid": sid}
    return who


def _named(prefix: str, who: Row) -> Row:
    return {f"{prefix}Account{part}": who[part] for part in ("Domain", "Name", "Sid")}


def _initiating(data: Data) -> Row:
    image = text(data.get("ProcessName"))
    return {
        "InitiatingProcessId": number(data.get("ProcessId")) or None,
        "InitiatingProcessFileName": base_name(image),
        "InitiatingProcessFolderPath": image,
        **_named("InitiatingProcess", _actor(data, "Subject")),
    }


def _failure(data: Data) -> str:
    for field in ("SubStatus", "Status"):
        code = number(data.get(field))
        if code:
            return _FAILURES.get(code & 0xFFFFFFFF, f"0x{code & 0xFFFFFFFF:08x}")
    return ""


def _access(record: WindowsRecord, *more: str) -> str:
    words = access_words(number(record.data.get("AccessMask")), text(record.data.get("AccessList")))
    return _additional(record, "ObjectType", "AccessMask", *more, Access=words)


def _additional(record: WindowsRecord, *names: str, **more: str) -> str:
    found: Row = {"EventID": record.event_id}
    found |= {name: text(record.data.get(name)) for name in names if text(record.data.get(name))}
    found |= {name: value for name, value in more.items() if value}
    return json_text(found)


SECURITY_ROWS: Mapping[int, tuple[str, Callable[[WindowsRecord], Row]]] = {
    1102: ("DeviceEvents", log_cleared),
    4624: ("DeviceLogonEvents", logon),
    4625: ("DeviceLogonEvents", logon),
    4634: ("DeviceLogonEvents", logon),
    4648: ("DeviceLogonEvents", logon),
    4663: ("DeviceFileEvents", file_accessed),
    4688: ("DeviceProcessEvents", process_created),
    4778: ("DeviceLogonEvents", session_changed),
    4779: ("DeviceLogonEvents", session_changed),
    5140: ("DeviceEvents", share_accessed),
    5145: ("DeviceFileEvents", share_file_accessed),
    5156: ("DeviceNetworkEvents", connection),
}
