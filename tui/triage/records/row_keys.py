"""What tells a row apart, so that a mark finds it again in another run, and two runs can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tui.results.values import plain_text
from tui.triage.queries.context import Query, QueryContext
from tui.triage.queries.subjects import NAMES

_LENGTH = 24
_LISTINGS = ("events", "base")


def row_key(context: QueryContext, query: Query, row: Mapping[str, Any]) -> str:
    """24 hex digits that are the same wherever the row is listed.

    An event is told by its table and all its values, a line of a timeline by those and the view, a row of a view that
    counts by hunt, view and keys, and by what of the cells above it was opened. Events that are equal in every column
    have one key.
    """
    if query.view in _LISTINGS and query.leg:
        return _digest("event", context.table(context.leg(query.leg)), _filled(row))
    columns = key_columns(query)
    if not columns:
        return _digest("line", context.hunt.id, query.view, _filled(row))
    keys = {name: row.get(name) for name in columns}
    bounds = {bound.key.column: bound.value for bound in query.bounds}
    what = [query.leg, *(key.expression for key in query.keys)] if query.view == "values" else []
    return _digest("row", context.hunt.id, query.view, *what, _filled(bounds), _filled(keys, lower=True))


def key_columns(query: Query) -> tuple[str, ...]:
    """The columns that tell rows of `query` apart, in any case of letters; none where only all columns together do."""
    if query.view == "timeline" or (query.view in _LISTINGS and query.leg):
        return ()
    return tuple(key.column for key in query.keys)


def entity_of(query: Query, row: Mapping[str, Any]) -> tuple[str, str] | None:
    """What a row is about, as subject and lower-case entity, where it is a row of one: a device, an account..."""
    for key in query.keys:
        if key.subject is not None and row.get(key.column) not in (None, ""):
            return key.subject, plain_text(row[key.column]).lower()
    return None


def is_of_entities(query: Query) -> bool:
    """Whether the rows of `query` are devices, accounts, mailboxes or addresses, on which verdicts can be given."""
    return query.view in {names[0] for names in NAMES.values()}


def _filled(row: Mapping[str, Any], lower: bool = False) -> list[tuple[str, str]]:
    """Names with values as text, without those that hold nothing, so that a column more or less changes nothing."""
    texts = ((name, plain_text(value)) for name, value in row.items() if value not in (None, ""))
    return sorted((name, text.lower() if lower else text) for name, text in texts)


def _digest(*parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
