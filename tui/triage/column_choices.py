"""How an analyst wants tables to look: columns per kind of rows, and named views of a hunt; kept in one private file.

Several programs may write the file at once: each puts only what was chosen in it into what stands there by then.
"""

from __future__ import annotations

import errno
import os
import tempfile
import threading
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tui.results.view import RowView
from tui.settings.files import Lock, own_folder, read_private, reason_of, write_private
from tui.triage.records.documents import view_document, view_of
from tui.triage.records.fields import DocumentError, Fields
from tui.triage.records.toml import dumps, loads

LARGEST_FILE = 2**22
_VERSION = 1
ALL_ROWS = RowView()
WHOLE = 0
"""As a width: whatever the values need."""


@dataclass(frozen=True)
class ColumnChoices:
    """What was chosen about columns, by name; whatever is not in here is as the table has it by itself."""

    order: tuple[str, ...] = ()
    """From left to right; empty when no column was moved."""
    hidden: Mapping[str, bool] = field(default_factory=dict)
    pinned: Mapping[str, bool] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    """In cells, or `WHOLE`."""

    def __bool__(self) -> bool:
        return bool(self.order or self.hidden or self.pinned or self.widths)


@dataclass(frozen=True)
class SavedView:
    """A way to look at one list of a hunt: its columns, order and filters, by name. `of` names the list."""

    hunt: str
    of: str
    name: str
    columns: ColumnChoices = ColumnChoices()
    view: RowView = ALL_ROWS


@dataclass(frozen=True)
class Looks:
    """All that was chosen: columns by kind, and the named views."""

    kinds: Mapping[str, ColumnChoices] = field(default_factory=dict)
    views: tuple[SavedView, ...] = ()


Change = Callable[[Looks], Looks]


class LookStore:
    """The looks in the file `path`, or in memory only. `load` and `save` read and write files: not for the event loop."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._pending: list[Change] = []
        self._lock = threading.Lock()
        self.looks = Looks()
        self.problem = ""
        """What the analyst should hear of, in words."""

    def load(self) -> None:
        """Reads the file; what is wrong with it is in `problem`."""
        try:
            self.looks = self._locked(self._read)
        except OSError as error:
            self.problem = f"{self._path}: columns chosen before cannot be read: {reason_of(error)}"

    @property
    def unsaved(self) -> bool:
        """Whether something was chosen that is not in the file yet."""
        return self._path is not None and bool(self._pending)

    def choose(self, kind: str, columns: ColumnChoices) -> None:
        """`columns` for rows of `kind` from now on."""
        before = self.looks.kinds.get(kind, ColumnChoices())

        def change(looks: Looks) -> Looks:
            merged = merge(looks.kinds.get(kind, ColumnChoices()), before, columns)
            others = {name: held for name, held in looks.kinds.items() if name != kind}
            return replace(looks, kinds={**others, kind: merged} if merged else others)

        self._change(change)

    def keep(self, view: SavedView) -> None:
        """Keeps `view` in place of the one of the same name of its hunt."""
        self._change(lambda looks: replace(looks, views=(*_without(looks, view), view)))

    def drop(self, view: SavedView) -> None:
        """Forgets `view`."""
        self._change(lambda looks: replace(looks, views=_without(looks, view)))

    def views(self, hunt: str) -> list[SavedView]:
        """The named views of `hunt`, by name."""
        return sorted((view for view in self.looks.views if view.hunt == hunt), key=lambda view: view.name.lower())

    def _change(self, change: Change) -> None:
        self.looks = change(self.looks)
        self._pending.append(change)

    def save(self) -> None:
        """Puts what was chosen into the file. OSError; what was not saved is tried again with the next choice."""
        with self._lock:
            changes = list(self._pending)
            if changes and self._path is not None:
                self._locked(lambda: self._write(changes))
            del self._pending[: len(changes)]

    def _locked(self, work: Callable[[], Looks]) -> Looks:
        if self._path is None:
            return self.looks
        lock = Lock.take(own_folder(self._path.parent) / f"{self._path.name}.lock", str(os.getpid()), wait=True)
        try:
            return work()
        finally:
            if lock is not None:
                lock.release()

    def _write(self, changes: list[Change]) -> Looks:
        looks = self._read()
        for change in changes:
            looks = change(looks)
        if self._path is not None:
            write_private(self._path, dumps(_document(looks)).encode("utf-8"))
        return looks

    def _read(self) -> Looks:
        """What the file holds; one that is damaged is moved aside, which `problem` says."""
        if self._path is None:
            return Looks()
        try:
            return _looks_of(loads(read_private(self._path, LARGEST_FILE).decode("utf-8")))
        except FileNotFoundError:
            return Looks()
        except _NewerError:
            raise OSError(errno.EINVAL, "it was written by a newer huntdeck", str(self._path)) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, DocumentError, RecursionError) as error:
            kept = _set_aside(self._path)
            reason = str(error).splitlines()[0]
            self.problem = f"{self._path} is damaged ({reason}): kept as {kept.name}, columns begin anew"
            return Looks()


class _NewerError(Exception):
    """The file is of a version that is not known here."""


def merge(base: ColumnChoices, before: ColumnChoices, after: ColumnChoices) -> ColumnChoices:
    """`base` with what differs between `before` and `after`."""

    def merged(name: str) -> dict[str, Any]:
        old, new, found = getattr(before, name), getattr(after, name), dict(getattr(base, name))
        for column in {**old, **new}:
            if old.get(column) != new.get(column):
                found.pop(column, None)
                found.update({column: new[column]} if column in new else {})
        return found

    order = base.order if before.order == after.order else after.order
    return ColumnChoices(order, merged("hidden"), merged("pinned"), merged("widths"))


def _without(looks: Looks, view: SavedView) -> tuple[SavedView, ...]:
    return tuple(one for one in looks.views if (one.hunt, one.name) != (view.hunt, view.name))


def _set_aside(path: Path) -> Path:
    """Moves the file away, to a name of its own."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.damaged-", dir=path.parent)
    os.close(descriptor)
    path.replace(name)
    return Path(name)


def _document(looks: Looks) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "kinds": [{"kind": kind, **_columns(columns)} for kind, columns in sorted(looks.kinds.items())],
        "views": [
            {
                "hunt": view.hunt,
                "of": view.of,
                "name": view.name,
                "columns": _columns(view.columns),
                **view_document(view.view),
            }
            for view in looks.views
        ],
    }


def _columns(columns: ColumnChoices) -> dict[str, Any]:
    return {
        "order": list(columns.order),
        "hidden": dict(columns.hidden),
        "pinned": dict(columns.pinned),
        "widths": dict(columns.widths),
    }


def _looks_of(document: Mapping[str, Any]) -> Looks:
    take = Fields(document)
    version = take.number("version")
    if version > _VERSION:
        raise _NewerError
    kinds = {one.text("kind"): _columns_of(one) for one in take.fields("kinds")}
    views = tuple(
        SavedView(
            one.text("hunt"),
            one.text("of"),
            one.text("name"),
            _columns_of(Fields(one.table("columns", {}), "columns")),
            view_of(one),
        )
        for one in take.fields("views")
    )
    return Looks(kinds, views)


def _columns_of(take: Fields) -> ColumnChoices:
    hidden, pinned, widths = (dict(take.table(name, {}) or {}) for name in ("hidden", "pinned", "widths"))
    if not all(isinstance(value, bool) for value in (*hidden.values(), *pinned.values())):
        raise DocumentError("hidden, pinned: expected true or false for each column")
    if not all(
        isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000 for value in widths.values()
    ):
        raise DocumentError("widths: expected a number of cells for each column")
    return ColumnChoices(take.texts("order", ()), hidden, pinned, widths)
