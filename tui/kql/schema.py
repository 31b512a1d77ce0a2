"""Columns and KQL types of the tables, per kind of workspace.

The shipped sets are documented minimum sets (schemas.json says from where and when); a live workspace reads its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

Columns = Mapping[str, str]
"""Column name to KQL type: string, int, long, real, bool, datetime, timespan, dynamic, guid, decimal."""

Schema = Mapping[str, Columns]
"""Table name to its columns."""

_LEADING = ("Timestamp", "TimeGenerated")


@cache
def _shipped() -> dict[str, dict[str, dict[str, str]]]:
    text = files("tui.kql").joinpath("schemas.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return loaded


def shipped_schema(name: str) -> Schema:
    """The documented schema `defender` or `log_analytics`; KeyError for another name."""
    return _shipped()[name]


@cache
def evidence_schema() -> Schema:
    """The tables of an evidence workspace: the union of both documented schemas.

    Both time columns stand first in every table. Where the two schemas disagree on a type, Defender's wins, so that a
    hunt written against Defender's schema meets the types it expects.
    """
    merged: dict[str, dict[str, str]] = {}
    for source in ("defender", "log_analytics"):
        for table, columns in shipped_schema(source).items():
            target = merged.setdefault(table, dict.fromkeys(_LEADING, "datetime"))
            for column, kind in columns.items():
                target.setdefault(column, kind)
    return merged
