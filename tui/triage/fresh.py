"""Rows of a round that the round before did not have, or that have more behind them than they had there.

Reads and compares rows: for worker threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tui.results.values import plain_text
from tui.results.view import RowView
from tui.triage.queries.context import Query
from tui.triage.records.compare import Change, compare, side_of
from tui.triage.records.row_keys import row_key
from tui.triage.runs import Fresh, Run

IsBenign = Callable[[Run, Mapping[str, Any]], bool]
_BATCH = 8_192
_COUNTING = ("rows", "values", "sum", "extreme")
_LATEST = "LastSeen"


@dataclass(frozen=True)
class Found:
    """What is fresh, by row keys, and what those rows are called; `fresh` is None when nothing is.

    `sure` is False when the round before broke off, so that a row may have been there and was not listed.
    """

    fresh: Fresh | None
    new: tuple[str, ...]
    more: tuple[str, ...]
    sure: bool


def find_fresh(before: Run, run: Run, is_benign: IsBenign) -> Found:
    """What is fresh in `run` against `before`, but for rows judged benign; NotComparableError when that cannot be said."""
    comparison = compare(side_of(before), side_of(run))
    grown = [row.after for row in comparison.changed if _is_more(run.query, row.changes)]
    listed = (_rows(run, places) for places in (comparison.new, grown))
    new, more = ([row for row in rows if not is_benign(run, row)] for rows in listed)
    keys = [frozenset(row_key(run.context, run.query, row) for row in rows) for rows in (new, more)]
    fresh = Fresh(before.began, *keys) if new or more else None
    return Found(fresh, tuple(_called(run, new)), tuple(_called(run, more)), comparison.new_known)


def _is_more(query: Query, changes: Iterable[Change]) -> bool:
    """Whether what changed tells of further events: a number that counts grew, or the last event is a later one.

    Events that leave the window make numbers smaller, so that only what grows is told.
    """
    return any(_grew(one) for one in changes if one.column == _LATEST or query.meaning(one.column).opens in _COUNTING)


def _grew(change: Change) -> bool:
    before, after = change.before, change.after
    if before is None:
        return isinstance(after, int | float) and not isinstance(after, bool) and after > 0
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (before, after))
    times = change.column == _LATEST and all(isinstance(one, datetime) for one in (before, after))
    return bool((numbers or times) and after > before)


def _rows(run: Run, places: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The rows at `places`, in the order in which they came, with their values as a table of them shows them."""
    if run.rows is None or not places:
        return
    names = [info.name for info in run.rows.columns]
    with run.rows.prepare(RowView(only=tuple(places))) as held:
        for start in range(0, held.count, _BATCH):
            for row in held.page(start, _BATCH, names):
                yield dict(zip(names, row, strict=True))


def _called(run: Run, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What each row is called: its first value that is shown."""
    shown = [column.name for column in run.query.columns if not column.hidden]
    for row in rows:
        values = (row.get(name) for name in (*shown, *row))
        yield next((plain_text(value) for value in values if value not in (None, "")), "a row")
