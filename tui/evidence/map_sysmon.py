"""Sysmon records as rows of the `Device*` tables. What becomes of which record stands in `mapping`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.evidence.values import (
    account,
    address,
    address_type,
    base_name,
    guid,
    hashes,
    json_text,
    number,
    port,
    start_of,
    text,
)
from tui.evidence.windows_record import WindowsRecord

Row = dict[str, Any]

_SIDS = {"SYSTEM": "S-1-5-18", "LOCAL SERVICE": "S-1-5-19", "NETWORK SERVICE": "S-1-5-20"}


def process_created(record: WindowsRecord) -> Row:
    """Sysmon 1."""
    data = record.data
    image, parent = text(data.get("Image")), text(data.get("ParentImage"))
    parent_guid = guid(data.get("ParentProcessGuid"))
    domain, name = account(text(data.get("User")))
    parent_domain, parent_name = account(text(data.get("ParentUser")))
    return {
        "ActionType": "ProcessCreated",
        "FileName": base_name(image),
        "FolderPath": image,
        **_digests(data),
        "ProcessId": number(data.get("ProcessId")),
        "ProcessUniqueId": guid(data.get("ProcessGuid")),
        "ProcessCommandLine": text(data.get("CommandLine")),
        "ProcessIntegrityLevel": text(data.get("IntegrityLevel")),
        "ProcessVersionInfoCompanyName": text(data.get("Company")),
        "ProcessVersionInfoProductName": text(data.get("Product")),
        "ProcessVersionInfoProductVersion": text(data.get("FileVersion")),
        "ProcessVersionInfoOriginalFileName": text(data.get("OriginalFileName")),
        "ProcessVersionInfoFileDescription": text(data.get("Description")),
        "AccountDomain": domain,
        "AccountName": name,
        "AccountSid": _sid(domain, name),
        "LogonId": number(data.get("LogonId")),
        "CreatedProcessSessionId": number(data.get("TerminalSessionId")),
        "InitiatingProcessId": number(data.get("ParentProcessId")),
        "InitiatingProcessUniqueId": parent_guid,
        "InitiatingProcessCreationTime": start_of(parent_guid, record.utc),
        "InitiatingProcessFileName": base_name(parent),
        "InitiatingProcessFolderPath": parent,
        "InitiatingProcessCommandLine": text(data.get("ParentCommandLine")),
        "InitiatingProcessAccountDomain": parent_domain,
        "InitiatingProcessAccountName": parent_name,
        "InitiatingProcessAccountSid": _sid(parent_domain, parent_name),
        "AdditionalFields": _additional(data, "CurrentDirectory"),
    }


def network_connection(record: WindowsRecord) -> Row:
    """Sysmon 3. Of a UDP packet that was not sent from here, which end is local is decided later (`_Undecided`)."""
    data = record.data
    initiated = text(data.get("Initiated")).lower() == "true"
    protocol = text(data.get("Protocol")).lower()
    ends = [(address(text(data.get(f"{end}Ip"))), port(data.get(f"{end}Port"))) for end in ("Source", "Destination")]
    hosts = [text(data.get("SourceHostname")), text(data.get("DestinationHostname"))]
    source_is_local = initiated or protocol == "udp"
    local, remote = ends if source_is_local else reversed(ends)
    return {
        "ActionType": "ConnectionSuccess" if initiated else "InboundConnectionAccepted",
        "LocalIP": local[0],
        "LocalPort": local[1],
        "LocalIPType": address_type(local[0]),
        "RemoteIP": remote[0],
        "RemotePort": remote[1],
        "RemoteIPType": address_type(remote[0]),
        "RemoteUrl": hosts[1] if source_is_local else hosts[0],
        "Protocol": protocol.capitalize(),
        **_initiating(record),
        "_Undecided": protocol == "udp",
    }


def file_created(record: WindowsRecord) -> Row:
    """Sysmon 11: written anew or over what was there."""
    data = record.data
    return {
        "ActionType": "FileCreated",
        **_target(data),
        **_initiating(record),
        "AdditionalFields": _additional(data, "CreationUtcTime"),
    }


def file_deleted(record: WindowsRecord) -> Row:
    """Sysmon 23 (a copy was kept) and 26 (it was not)."""
    data = record.data
    return {
        "ActionType": "FileDeleted",
        **_target(data),
        **_digests(data),
        **_initiating(record),
        "AdditionalFields": _additional(data, "Archived", "IsExecutable"),
    }


def _target(data: Mapping[str, Any]) -> Row:
    path = text(data.get("TargetFilename"))
    return {"FileName": base_name(path), "FolderPath": path}


def _digests(data: Mapping[str, Any]) -> Row:
    found = hashes(data.get("Hashes"))
    return {name: found.get(name, "") for name in ("SHA1", "SHA256", "MD5")}


def _initiating(record: WindowsRecord) -> Row:
    data = record.data
    image = text(data.get("Image"))
    process_guid = guid(data.get("ProcessGuid"))
    domain, name = account(text(data.get("User")))
    return {
        "InitiatingProcessId": number(data.get("ProcessId")),
        "InitiatingProcessUniqueId": process_guid,
        "InitiatingProcessCreationTime": start_of(process_guid, record.utc),
        "InitiatingProcessFileName": base_name(image),
        "InitiatingProcessFolderPath": image,
        "InitiatingProcessAccountDomain": domain,
        "InitiatingProcessAccountName": name,
        "InitiatingProcessAccountSid": _sid(domain, name),
    }


def _sid(domain: str, name: str) -> str:
    return _SIDS.get(name.upper(), "") if domain.upper() == "NT AUTHORITY" else ""


def _additional(data: Mapping[str, Any], *names: str) -> str:
    found = {name: text(data.get(name)) for name in names if text(data.get(name))}
    return json_text(found) if found else ""


SYSMON_ROWS: Mapping[int, tuple[str, Callable[[WindowsRecord], Row]]] = {
    1: ("DeviceProcessEvents", process_created),
    3: ("DeviceNetworkEvents", network_connection),
    11: ("DeviceFileEvents", file_created),
    23: ("DeviceFileEvents", file_deleted),
    26: ("DeviceFileEvents", file_deleted),
}
