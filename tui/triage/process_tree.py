"""Processes as a tree: who started whom on one device, from rows to parents, children and families.

A process is told by its id and when it was created: ids are used again. Where a row does not tell the creation time, its
process is one of its own, "created unknown", and is joined with no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

WHOSE = ("ProcessId", "ProcessCreationTime", "InitiatingProcessId", "InitiatingProcessCreationTime")
"""The columns of an event that name the process it started and the one that did it."""


class ProcessKey(NamedTuple):
    """Which process of a device: its id and when it was created (None: not told)."""

    number: int
    created: datetime | None


def key_in(row: Mapping[str, Any], stem: str) -> ProcessKey | None:
    """The process that the columns `{stem}Id` and `{stem}CreationTime` of `row` name; None where they name none."""
    number, created = row.get(f"{stem}Id"), row.get(f"{stem}CreationTime")
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        return None
    return ProcessKey(number, created if isinstance(created, datetime) else None)


def started_by(row: Mapping[str, Any]) -> ProcessKey | None:
    """The process an event started, or None."""
    return key_in(row, "Process")


def done_by(row: Mapping[str, Any]) -> ProcessKey | None:
    """The process that did what an event tells, or None."""
    return key_in(row, "InitiatingProcess")


def family(process: ProcessKey, starts: Iterable[tuple[ProcessKey, ProcessKey | None]]) -> set[ProcessKey]:
    """`process` with its ancestors and descendants, by `starts`: each process and the one that started it."""
    parents: dict[ProcessKey, ProcessKey] = {}
    children: dict[ProcessKey, list[ProcessKey]] = {}
    for started, by in starts:
        if by is not None and by != started:
            parents.setdefault(started, by)
            children.setdefault(by, []).append(started)
    found = {process}
    above = parents.get(process)
    while above is not None and above not in found:
        found.add(above)
        above = parents.get(above)
    waiting, below = [process], {process}
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in below:
                below.add(child)
                waiting.append(child)
    return found | below


def of_family(process: ProcessKey, rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The events among `rows`, by number, of `process`, its ancestors and descendants: what they did, and their starts.

    That an ancestor started a process which is none of them is left out.
    """
    keys = [(started_by(row), done_by(row)) for row in rows]
    members = family(process, [(started, by) for started, by in keys if started is not None])
    return tuple(
        number for number, (started, by) in enumerate(keys) if (started if started is not None else by) in members
    )
