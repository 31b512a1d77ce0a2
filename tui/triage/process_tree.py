"""Processes as a tree: who started whom on one device, from rows to parents, children and families.

A process is told by its id and when it was created: ids are used again. Where a row does not tell the creation time, its
process is one of its own, "created unknown", and is joined with no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

WHOSE = ("ProcessId", "ProcessCreationTime", "InitiatingProcessId", "InitiatingProcessCreationTime")
"""The columns of an event that name the process it started and the one that did it."""

DEEPEST = 40
"""How deep a line of a tree may stand below its top."""


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


@dataclass(frozen=True)
class Process:
    """A process of a tree. `row` is its row of the view of processes; empty for one that is known from another's row only."""

    key: ProcessKey
    name: str
    row: Mapping[str, Any] = field(default_factory=dict)

    @property
    def command_line(self) -> str:
        """Its command line, or nothing."""
        return str(self.row.get("ProcessCommandLine") or "")

    def count(self, column: str) -> int:
        """The number in one of the row's count columns, 0 where there is none."""
        value = self.row.get(column)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0


@dataclass(frozen=True)
class Tree:
    """Processes by what tells them apart, each once; who started whom has no circles. Children and roots are in order of
    time."""

    processes: Mapping[ProcessKey, Process]
    parents: Mapping[ProcessKey, ProcessKey]
    children: Mapping[ProcessKey, tuple[ProcessKey, ...]]
    roots: tuple[ProcessKey, ...]

    def ancestors(self, key: ProcessKey) -> list[ProcessKey]:
        """The processes above `key`, the nearest first."""
        found = []
        while (above := self.parents.get(key)) is not None:
            found.append(above)
            key = above
        return found


@dataclass(frozen=True)
class TreeLine:
    """A line of a tree as it is shown: the process, how deep it stands from 0, and how many children it has here."""

    process: Process
    depth: int
    children: int
    open: bool
    beyond: int = 0
    """How many processes below it are not shown since they stand too deep."""


def build_tree(rows: Iterable[Mapping[str, Any]]) -> Tree:
    """The tree of the processes in `rows` of a view of processes.

    Parents that have no row of their own are in it with their names. What was started by nobody known, and what closes a
    circle, is a root. Rows without a creation time may be of several processes, so that they have no parent.
    """
    processes: dict[ProcessKey, Process] = {}
    wanted: dict[ProcessKey, ProcessKey] = {}
    names: dict[ProcessKey, str] = {}
    for row in rows:
        key = key_in(row, "Process")
        if key is None or key in processes:
            continue
        processes[key] = Process(key, str(row.get("FileName") or ""), row)
        parent = _parent_in(row)
        if parent is not None and key.created is not None and parent != key:
            wanted[key] = parent
            names.setdefault(parent, str(row.get("ParentFileName") or ""))
    for key, name in names.items():
        if key not in processes:
            processes[key] = Process(key, name)
    parents = _without_circles(wanted)
    children: dict[ProcessKey, list[ProcessKey]] = {}
    for key, above in parents.items():
        children.setdefault(above, []).append(key)

    def when(key: ProcessKey) -> tuple[bool, float, int]:
        moment = key.created or processes[key].row.get("FirstSeen")
        return (moment is None, moment.timestamp() if isinstance(moment, datetime) else 0.0, key.number)

    ordered = {key: tuple(sorted(below, key=when)) for key, below in children.items()}
    roots = tuple(sorted((key for key in processes if key not in parents), key=when))
    return Tree(processes, parents, ordered, roots)


def _parent_in(row: Mapping[str, Any]) -> ProcessKey | None:
    """The process that started that of a row of a view of processes."""
    return key_in({"Id": row.get("ParentId"), "CreationTime": row.get("ParentCreationTime")}, "")


def _without_circles(wanted: Mapping[ProcessKey, ProcessKey]) -> dict[ProcessKey, ProcessKey]:
    """`wanted` without the parents that would make a process its own ancestor."""
    kept: dict[ProcessKey, ProcessKey] = {}
    settled: set[ProcessKey] = set()
    for first in wanted:
        path: dict[ProcessKey, None] = {}
        key: ProcessKey | None = first
        while key is not None and key not in settled:
            path[key] = None
            above = wanted.get(key)
            if above is None or above in path:
                key = None
            else:
                kept[key] = above
                key = above
        settled.update(path)
    return kept


def lines_of(tree: Tree, about: ProcessKey | None, opened: Set[ProcessKey]) -> list[TreeLine]:
    """The lines of `tree` to show: ancestors, siblings and descendants of `about`, or all from the roots when it is None.

    Of the ancestors above the parent only those on the way are shown. A process whose key is in `opened` shows its
    children; the ancestors of `about` always do. No line stands deeper than `DEEPEST`.
    """
    above = tree.ancestors(about) if about is not None and about in tree.processes else []
    way = dict(zip(above[1:], above, strict=False))
    tops = tree.roots if about is None or about not in tree.processes else (above[-1] if above else about,)
    found: list[TreeLine] = []
    waiting = [(key, 0) for key in reversed(tops)]
    while waiting:
        key, depth = waiting.pop()
        below = (way[key],) if key in way else tree.children.get(key, ())
        is_open = bool(below) and (key in opened or key in above)
        deepest = is_open and depth >= DEEPEST
        beyond = len(below) if deepest else 0
        found.append(
            TreeLine(tree.processes[key], depth, len(tree.children.get(key, ())), is_open and not deepest, beyond)
        )
        if is_open and not deepest:
            waiting += [(child, depth + 1) for child in reversed(below)]
    return found
