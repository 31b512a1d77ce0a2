"""What a workspace holds, by table and by host in it, for reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.workspaces.protocol import TableCoverage, Window

if TYPE_CHECKING:
    from tui.workspaces.live.kept import TableTotal
    from tui.workspaces.live.knowledge import Knowledge

_TOLERANCE = 0.05
"""The share of the window that may lack at either end without a word."""


@dataclass(frozen=True)
class TableHeld:
    """The rows of one table, and `hosts` they are from, by name. Times are UTC."""

    table: str
    rows: int
    first: datetime | None
    last: datetime | None
    hosts: tuple[TableCoverage, ...]


def held_by_table(found: Iterable[TableCoverage]) -> list[TableHeld]:
    """`found` summed up by table, by name; tables without rows have no hosts and come last."""
    tables: dict[str, list[TableCoverage]] = {}
    for entry in found:
        hosts = tables.setdefault(entry.table, [])
        if entry.rows:
            hosts.append(entry)
    held = [_sum(table, hosts) for table, hosts in tables.items()]
    return sorted(held, key=lambda one: (not one.rows, one.table.lower()))


def _sum(table: str, hosts: list[TableCoverage]) -> TableHeld:
    firsts = [entry.first for entry in hosts if entry.first is not None]
    lasts = [entry.last for entry in hosts if entry.last is not None]
    return TableHeld(
        table,
        sum(entry.rows for entry in hosts),
        min(firsts, default=None),
        max(lasts, default=None),
        tuple(sorted(hosts, key=lambda entry: entry.host)),
    )


def as_coverage(totals: Mapping[str, TableTotal]) -> list[TableCoverage]:
    """What was counted before by table, as if each were of one host without a name."""
    return [TableCoverage(table, "", total.first, total.last, total.rows) for table, total in totals.items()]


def known_words(knowledge: Knowledge, now: datetime) -> str:
    """`schema read 2026-11-22 09:12Z (2 h ago), counted 2026-11-22 09:14Z (2 h ago)`; nothing before anything is known."""
    kept = knowledge.kept
    if kept is None:
        return ""
    words = f"schema read {_ago(kept.read, now)}{', being read again' if knowledge.renewing else ''}"
    return f"{words}, counted {_ago(kept.counted, now)}" if kept.counted else words


def _ago(moment: datetime, now: datetime) -> str:
    past = now - moment
    return f"{moment:%Y-%m-%d %H:%M}Z ({span_words(past) if past >= timedelta(minutes=1) else 'less than 1 min'} ago)"


def gap_words(first: datetime | None, last: datetime | None, window: Window) -> str:
    """What of `window` the data from `first` to `last` leaves out, in words; nothing when it is hardly anything."""
    if first is None or last is None:
        return ""
    if first >= window.end or last < window.start:
        return "nothing within the window"
    slack = (window.end - window.start) * _TOLERANCE
    late, early = first - window.start, window.end - last
    parts = [f"starts {span_words(late)} into the window"] if late > slack else []
    parts += [f"ends {span_words(early)} before its end"] if early > slack else []
    return ", ".join(parts)


def cleared_words(hosts: Iterable[TableCoverage]) -> str:
    """When the event log was cleared: the moment on one host, or on how many hosts."""
    cleared = [entry for entry in hosts if entry.log_cleared]
    if not cleared:
        return ""
    if len(cleared) > 1:
        return f"log cleared on {len(cleared)} hosts"
    moments = cleared[0].log_cleared
    times = f", {len(moments)} times" if len(moments) > 1 else ""
    return f"log cleared {moments[0]:%Y-%m-%d %H:%M}Z{times}"


def span_words(span: timedelta) -> str:
    """How long `span` is: `7 d`, `1 d 4 h`, `1 min 30 s`; its two largest units."""
    seconds = span.total_seconds()
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count:.0f} {unit}")
    return " ".join(parts[:2]) or "less than 1 s"
