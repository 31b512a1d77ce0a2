"""Pivots: which hunts of `hunts/triage/` can start from a cell, and with which values of its row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tui.library.model import Hunt
from tui.triage.queries.context import Query

DEVICE_PIVOT = "pivot-device"
"""The id of the pivot that `t` starts around a row's time."""

_DEVICES = ("DeviceName", "DeviceId", "DeviceKey", "Computer")
"""What names a row's own device, the most telling first."""
_TIMES = ("Timestamp", "TimeGenerated", "EventTime", "FirstSeen")

_ENTITIES = (
    ("hash", re.compile(r"(SHA1|SHA256|MD5)\Z")),
    ("address", re.compile(r"(IP|IPAddress|IpAddress|ClientAddress)\Z|\AAddress(Key)?\Z")),
    ("device", re.compile(r"DeviceName\Z|\A(DeviceId|DeviceKey|Computer)\Z")),
    (
        "account",
        re.compile(
            r"Account(Name|Upn|Sid)\Z|\A(Account|AccountKey|UserId|UserPrincipalName|MailboxOwnerUPN)\Z"
            r"|\A(Subject|Target)(UserName|UserSid|Account)\Z"
        ),
    ),
    (
        "file",
        re.compile(r"(FileName|FolderPath)\Z|\A(StartedBy|ObjectName|RelativeTargetName|(New|Parent)?ProcessName)\Z"),
    ),
    ("logon", re.compile(r"LogonI[dD]\Z")),
    ("domain", re.compile(r"(Url|Uri|QueryName)\Z")),
)
"""Which entity a column holds, by its name; the first that matches counts."""

_PROCESS = re.compile(
    r"\A(InitiatingProcessParent|InitiatingProcess|)(Id|FileName|CommandLine|ProcessId|ProcessCommandLine)\Z"
)
_DOMAINS = {"SubjectUserName": "SubjectDomainName", "TargetUserName": "TargetDomainName"}
_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(\[[0-9A-Fa-f:.]+\]|[^/?#:@]+)")
_FOLDERS = re.compile(r".*[\\/]", re.DOTALL)


@dataclass(frozen=True)
class Pivot:
    """A hunt that can start from a row: its parameters' values as typed, and the column whose value leads to it."""

    hunt: Hunt
    values: Mapping[str, str]
    column: str


def pivots_for(pivots: Sequence[Hunt], query: Query, row: Mapping[str, Any], column: str) -> list[Pivot]:
    """The hunts among `pivots` that fit: first those for the cell `column` of `row`, then those for the row's others.

    Each hunt comes once, with the first value that fits. A cell without a value fits none.
    """
    found: dict[str, Pivot] = {}
    for name in dict.fromkeys([column, *(known.name for known in query.columns), *row]):
        for entity, known in _entities(query, row, name):
            for hunt in pivots:
                if hunt.id not in found and (values := fitting_values(hunt, entity, known)) is not None:
                    found[hunt.id] = Pivot(hunt, values, name)
    return list(found.values())


def device_pivot(pivots: Sequence[Hunt]) -> Hunt | None:
    """The pivot that shows all events of one device."""
    return next((hunt for hunt in pivots if hunt.id == DEVICE_PIVOT), None)


def entity_of(column: str) -> str:
    """What the values of a column are, by its name: hash, address, device, account, file, logon, or nothing."""
    return next((entity for entity, pattern in _ENTITIES if pattern.search(column)), "")


def device_of(row: Mapping[str, Any]) -> str:
    """The name of the device `row` is about, or nothing."""
    return next((str(row[name]) for name in _DEVICES if row.get(name)), "")


def moment_of(row: Mapping[str, Any], column: str = "") -> datetime | None:
    """The time `row` is about: that in `column` when it holds one, else the event's own, else the first one."""
    for name in (column, *_TIMES):
        value = row.get(name)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None


def host_of(url: str) -> str:
    """The host of a URL, or of one without a scheme; nothing when there is none."""
    match = _HOST.match(url)
    return (match[1] if match else url.partition("/")[0].partition(":")[0]).strip("[]")


def _entities(query: Query, row: Mapping[str, Any], column: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The entities the cell holds, each with its own value and those of the row that go with it."""
    value = row.get(column)
    if value in (None, "", "-") or isinstance(value, bool):
        return
    source = _source(query, column)
    device = {"device": device_of(row)} if device_of(row) else {}
    process = _process(row, source)
    if process:
        yield "process", {**device, **process}
    entity = entity_of(source)
    text = _text(entity, row, source, value)
    if text:
        yield entity, {**(device if entity == "logon" else {}), entity: text}


def _source(query: Query, column: str) -> str:
    """The table's column a result's column holds values of: a list of values names it in its key."""
    if query.view == "values" and column == "Value":
        return next((key.expression for key in query.keys if key.column == column), column)
    return column


def _process(row: Mapping[str, Any], column: str) -> dict[str, str]:
    """Id and creation time of the process that `column` is about; nothing where the row does not tell."""
    match = _PROCESS.match(column)
    if match is None:
        return {}
    stem = match[1]
    number = _number(row.get(f"{stem}Id" if stem else "ProcessId"))
    if not number or not (stem or "ProcessCreationTime" in row):
        return {}
    created = row.get(f"{stem or 'Process'}CreationTime")
    known = {"process": number}
    if isinstance(created, datetime):
        known["process_time"] = created.replace(tzinfo=created.tzinfo or UTC).isoformat()
    return known


def _text(entity: str, row: Mapping[str, Any], column: str, value: object) -> str:
    """The cell's value as a pivot takes it."""
    if entity == "logon":
        return _number(value)
    if not isinstance(value, str) or not entity:
        return ""
    if entity == "file":
        return _FOLDERS.sub("", value)
    if entity == "domain":
        return host_of(value)
    if entity == "account" and column.endswith("Name"):
        domain = row.get(_DOMAINS.get(column, f"{column.removesuffix('Name')}Domain"))
        return f"{domain}\\{value}" if domain and "\\" not in value else value
    return value


def _number(value: object) -> str:
    """A positive whole number in decimal; Windows events write some as `0x3e7`. Nothing for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value > 0 else ""
    try:
        number = int(str(value), 0)
    except ValueError:
        return ""
    return str(number) if number > 0 else ""


def fitting_values(hunt: Hunt, entity: str, known: Mapping[str, str]) -> dict[str, str] | None:
    """The values of `hunt`'s parameters among `known`; None when it is not for `entity` or a required one lacks."""
    asked = {name: parameter for name, parameter in hunt.parameters.items() if parameter.entity}
    if entity not in [parameter.entity for parameter in asked.values()]:
        return None
    if any(parameter.required and parameter.entity not in known for parameter in asked.values()):
        return None
    return {name: known[parameter.entity] for name, parameter in asked.items() if parameter.entity in known}
