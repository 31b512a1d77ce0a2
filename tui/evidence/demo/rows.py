"""The events that stories tell, as narrow rows: what is particular to each. `layout` makes the wide tables from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import pyarrow as pa

from tui.evidence.demo.estate import Account, Device


@dataclass(frozen=True, slots=True)
class Session:
    """A logon session; `remote` is the device it comes from, None when the user sits at the machine."""

    logon_id: int
    number: int
    remote: Device | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A process; `index` is its number in the demo and `hidden` ones (kernel, systemd) have no event of their own."""

    index: int
    device: Device
    image: str
    pid: int
    created: int
    command: str
    account: Account
    session: Session
    integrity: str
    parent: Process | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file event done by process `proc`; for one asked for over the network, by whom and through which share."""

    proc: int
    at: int
    action: str
    folder: str
    name: str
    size: int | None
    sha1: str = ""
    previous_folder: str = ""
    previous_name: str = ""
    origin_url: str = ""
    origin_referrer: str = ""
    origin_ip: str = ""
    protocol: str = ""
    source_ip: str = ""
    source_port: int | None = None
    account: int = 0
    share: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A network event of process `proc`."""

    proc: int
    at: int
    action: str
    remote_ip: str
    remote_port: int
    url: str
    local_port: int
    protocol: str = "Tcp"


@dataclass(frozen=True, slots=True)
class LogonRow:
    """A logon seen by process `proc` of the device logged on to."""

    proc: int
    at: int
    action: str
    logon_type: str
    account: int
    protocol: str
    logon_id: int
    failure: str = ""
    administrator: bool = False
    remote_name: str = ""
    remote_ip: str = ""
    remote_port: int | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """Any other event of process `proc`."""

    proc: int
    at: int
    action: str
    folder: str = ""
    name: str = ""
    account: int = 0
    remote_name: str = ""
    remote_ip: str = ""
    remote_url: str = ""
    additional: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A Windows security event of the device on which process `proc` (its kernel) runs."""

    proc: int
    at: int
    event_id: int
    account: int
    logon_id: int
    source_ip: str = ""
    source_port: int | None = None
    share: str = ""
    share_path: str = ""
    target: str = ""
    mask: str = ""
    object_name: str = ""
    logon_type: int | None = None
    workstation: str = ""
    session_name: str = ""


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """A PowerShell script block that process `proc` ran, as Windows logs it; `data` is the event's data as JSON."""

    proc: int
    at: int
    data: str


Row = ScriptRow | FileRow | ConnectionRow | LogonRow | EventRow | AuditRow

_ARROW_TYPES = {
    "int": pa.int64(),
    "int | None": pa.int64(),
    "str": pa.string(),
    "bool": pa.bool_(),
}

ROW_TYPES: dict[str, type[Row]] = {
    "DeviceFileEvents": FileRow,
    "DeviceNetworkEvents": ConnectionRow,
    "DeviceLogonEvents": LogonRow,
    "DeviceEvents": EventRow,
    "SecurityEvent": AuditRow,
    "WindowsEvent": ScriptRow,
}
"""The row of each table that has crafted rows; processes have a table of their own."""


def arrow_table(kind: type[Row], rows: list[Row]) -> pa.Table:
    """`rows` as columns, with `crafted`, their number from 1; types hold for no rows too."""
    columns: dict[str, Any] = {"crafted": pa.array(range(1, len(rows) + 1), pa.int64())}
    for field in fields(kind):
        values = [getattr(row, field.name) for row in rows]
        name = "moment" if field.name == "at" else field.name  # AT is a word of SQL
        columns[name] = pa.array(values, _ARROW_TYPES[str(field.type)])
    return pa.table(columns)


def process_table(processes: list[Process]) -> pa.Table:
    """Processes as columns; `proc` is their number, `parent` that of their parent (0 for none)."""
    columns: dict[str, list[Any]] = {
        "proc": [process.index for process in processes],
        "device": [process.device.index for process in processes],
        "image": [process.image for process in processes],
        "pid": [process.pid for process in processes],
        "created": [process.created for process in processes],
        "command": [process.command for process in processes],
        "account": [process.account.index for process in processes],
        "logon_id": [process.session.logon_id for process in processes],
        "session": [process.session.number for process in processes],
        "is_remote": [process.session.remote is not None for process in processes],
        "remote_name": [process.session.remote.name if process.session.remote else "" for process in processes],
        "remote_ip": [process.session.remote.ip if process.session.remote else "" for process in processes],
        "integrity": [process.integrity for process in processes],
        "parent": [process.parent.index if process.parent else 0 for process in processes],
        "hidden": [process.hidden for process in processes],
    }
    return pa.table(columns)
