"""What is known of a live workspace, kept on disk: its schema, the plans of its tables, and how much the tables held.

A file for each workspace below the cache folder, for its owner alone. It holds names of tables and columns, numbers of rows
and times: nothing from inside a row, and no secret. A file that is damaged, of another version, or of a workspace that was
set up otherwise then is not used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui.kql.schema import Schema
from tui.settings.files import own_folder, read_private, write_private
from tui.settings.log import LOG
from tui.settings.paths import cache_folder
from tui.workspaces.live.configuration import LiveSettings
from tui.workspaces.protocol import TableCoverage

VERSION = 1
LARGEST = 32_000_000
"""Bytes that a file may have."""


@dataclass(frozen=True)
class TableTotal:
    """Rows that a table held in the days that were looked at, from `hosts` hosts; times are UTC, None where there were none."""

    rows: int
    hosts: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Kept:
    """The schema with the moment it was `read`; `totals` with the moment they were `counted`, None before. Times are UTC.

    `plans` names the plan of each table that has another one than Analytics.
    """

    schema: Schema = field(repr=False)
    read: datetime
    plans: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, TableTotal] = field(default_factory=dict)
    counted: datetime | None = None


def totals_of(found: list[TableCoverage]) -> dict[str, TableTotal]:
    """What was found by table and host, summed up by table."""
    tables: dict[str, list[TableCoverage]] = {}
    for entry in found:
        tables.setdefault(entry.table, []).append(entry)
    return {
        table: TableTotal(
            sum(entry.rows for entry in entries),
            sum(bool(entry.rows) for entry in entries),
            min((entry.first for entry in entries if entry.first), default=None),
            max((entry.last for entry in entries if entry.last), default=None),
        )
        for table, entries in tables.items()
    }


def kept_file(name: str) -> Path:
    """Where what is known of the workspace `name` is kept."""
    return cache_folder() / "live" / f"{name}.json"


def load_kept(settings: LiveSettings) -> Kept | None:
    """What was kept of the workspace; None when nothing was, or it cannot be used: the log says why."""
    path = kept_file(settings.name)
    try:
        found = json.loads(read_private(path, LARGEST))
        if not isinstance(found, dict) or found.get("version") != VERSION:
            raise ValueError("of another version")
        return _read(found) if found.get("workspace") == _mark(settings) else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        LOG.warning("%s: what was kept of it is not used: %s", settings.name, type(error).__name__)
        return None


def save_kept(settings: LiveSettings, kept: Kept) -> None:
    """Keeps `kept`; what cannot be written is said in the log, for it can be read again."""
    path = kept_file(settings.name)
    document = {
        "version": VERSION,
        "workspace": _mark(settings),
        "read": _text(kept.read),
        "schema": kept.schema,
        "plans": dict(kept.plans),
        "counted": _text(kept.counted),
        "totals": {
            table: [total.rows, total.hosts, _text(total.first), _text(total.last)]
            for table, total in kept.totals.items()
        },
    }
    try:
        data = json.dumps(document, separators=(",", ":")).encode()
        if len(data) > LARGEST:
            raise ValueError("too large")
        own_folder(path.parent)
        write_private(path, data)
    except (OSError, ValueError) as error:
        LOG.warning("%s: what is known of it cannot be kept: %s", settings.name, type(error).__name__)


def drop_kept(name: str) -> None:
    """Deletes what was kept of the workspace `name`. OSError."""
    kept_file(name).unlink(missing_ok=True)


def _mark(settings: LiveSettings) -> str:
    """What tells one place of queries from another, as a hash: kind, address, workspace, database and tenant."""
    parts = (settings.kind, settings.endpoint, settings.workspace_id, settings.database, settings.tenant)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read(found: Mapping[str, Any]) -> Kept:
    schema = {
        _word(table): {_word(name): _word(kind) for name, kind in columns.items()}
        for table, columns in found["schema"].items()
    }
    plans = {_word(table): _word(plan) for table, plan in found["plans"].items()}
    totals = {_word(table): _total(*entry) for table, entry in found["totals"].items()}
    read = _moment(found["read"])
    if read is None:
        raise ValueError("no time")
    return Kept(schema, read, plans, totals, _moment(found["counted"]))


def _total(rows: Any, hosts: Any, first: Any, last: Any) -> TableTotal:
    return TableTotal(int(rows), int(hosts), _moment(first), _moment(last))


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(_word(text)).astimezone(UTC) if text is not None else None
