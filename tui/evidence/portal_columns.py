"""The header of a CSV from the Defender or Sentinel portal: which tables its rows belong to, and in which zone it prints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache

from tui.evidence.errors import UnreadableFileError
from tui.evidence.layouts import Layout
from tui.evidence.options import parse_zone
from tui.evidence.tables import visible_columns
from tui.evidence.times import parse_iso, parse_local
from tui.kql.schema import evidence_schema

TIMES = ("Timestamp", "TimeGenerated")

_MARKED = re.compile(r"(.+?) \[([^\[\]]+)\]\Z")

_ACTIONS = {
    "DeviceProcessEvents": ("ProcessCreated",),
    "DeviceFileEvents": (
        "FileCreated",
        "FileModified",
        "FileRenamed",
        "FileDeleted",
        "FileAccessed",
        "ShareFileAccessed",
    ),
    "DeviceNetworkEvents": (
        "ConnectionSuccess ConnectionFailed ConnectionFound ConnectionRequest ConnectionAttempt ConnectionAcknowledged "
        "ConnectionSuccessAggregatedReport ConnectionFailedAggregatedReport InboundConnectionAccepted "
        "InboundConnectionAttempt InboundInternetScanInspected ListeningConnectionCreated NetworkSignatureInspected "
        "DnsConnectionInspected FtpConnectionInspected HttpConnectionInspected IcmpConnectionInspected "
        "NtlmAuthenticationInspected SmtpConnectionInspected SshConnectionInspected SslConnectionInspected"
    ).split(),
    "DeviceLogonEvents": ("LogonSuccess", "LogonFailed", "LogonAttempted"),
    "DeviceRegistryEvents": (
        "RegistryKeyCreated RegistryKeyDeleted RegistryKeyRenamed RegistryValueDeleted RegistryValueSet"
    ).split(),
    "DeviceImageLoadEvents": ("ImageLoaded",),
}
_TABLE_OF_ACTION = {action: table for table, actions in _ACTIONS.items() for action in actions}


@dataclass(frozen=True)
class PortalColumn:
    """A column without its mark; `zone` is what the mark says, `local` that it says local time."""

    name: str
    zone: tzinfo | None = None
    local: bool = False


@dataclass(frozen=True)
class PortalHeader:
    """What a header means. `table` takes the rows that name no other; `unknown` are the columns no table has.

    With `by_action` a row's ActionType decides its table, as exports of a union of tables need it.
    """

    columns: tuple[PortalColumn, ...]
    layout: Layout
    table: str
    by_action: bool
    unknown: tuple[str, ...]

    def table_of(self, action: str, type_name: str) -> str:
        """The table of a row with this ActionType and Type; '' when neither tells."""
        if type_name in _columns():
            return type_name
        return _TABLE_OF_ACTION.get(action, self.table) if self.by_action else self.table


def read_header(names: Sequence[str], first: Sequence[str]) -> PortalHeader:
    """What a CSV with the columns `names` holds; `first` is its first row.

    UnreadableFileError when the columns fit no table, or several and nothing in the rows tells them apart.
    """
    columns = tuple(_column(name) for name in names)
    named = {column.name for column in columns if column.name}
    known = {name for name in named if any(name in table for table in _columns().values())}
    if not named & set(TIMES) or len(known) < 3 or 2 * len(known) < len(named):
        shown = ", ".join(sorted(named, key=[column.name for column in columns].index)[:5])
        raise UnreadableFileError(f"it is a table of no kind that can be imported (its columns are {shown}, ...)")
    fitting = [table for table, has in _columns().items() if known <= has]
    candidates = fitting or _closest(known)
    devices = [table for table in candidates if table.startswith("Device")]
    by_action = "ActionType" in named and bool(devices or not fitting)
    table = candidates[0] if len(candidates) == 1 else "DeviceEvents" if by_action else ""
    if not table and "Type" not in named:
        raise UnreadableFileError(
            f"its columns fit {' and '.join(candidates[:3])} alike: export it again with the column Type or ActionType"
        )
    unknown = tuple(sorted(named - known))
    return PortalHeader(columns, _layout(columns, first), table, by_action, unknown)


@cache
def _columns() -> Mapping[str, frozenset[str]]:
    return {table: frozenset(visible_columns(table)) for table in evidence_schema()}


def _closest(known: set[str]) -> list[str]:
    shared = {table: len(known & has) for table, has in _columns().items()}
    most = max(shared.values())
    return [table for table, count in shared.items() if count == most]


def _column(name: str) -> PortalColumn:
    plain = name.strip().removeprefix("\ufeff")
    found = _MARKED.match(plain)
    if found is None:
        return PortalColumn(plain)
    try:
        return PortalColumn(found[1], parse_zone(found[2]))
    except ValueError:
        return PortalColumn(found[1], local=True)


def _layout(columns: Sequence[PortalColumn], first: Sequence[str]) -> Layout:
    if any(column.local or column.zone is not None for column in columns):
        return Layout.LOG_ANALYTICS_CSV
    times = [value for column, value in zip(columns, first, strict=False) if column.name in TIMES and value]
    if any(parse_iso(value) is None and parse_local(value) is not None for value in times):
        return Layout.DEFENDER_LOCAL_CSV
    names = {column.name for column in columns}
    return Layout.DEFENDER_CSV if "Timestamp" in names or "DeviceName" in names else Layout.SENTINEL_CSV
