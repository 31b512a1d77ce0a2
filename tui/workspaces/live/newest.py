"""What an answer without rows means: whether its table has any event in the window, and how new its newest one is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tui.kql.lexer import TokenKind, significant, tokenize
from tui.kql.schema import Schema
from tui.workspaces.protocol import Outcome, State, Window

TIMES = ("Timestamp", "TimeGenerated")
"""The columns that hold an event's time, the better one first."""


def first_table(query: str, schema: Schema) -> tuple[str, str]:
    """The table that `query` names first, which decides, and its time column; empty where there is none."""
    tokens = significant(tokenize(query))
    table = next((token.text for token in tokens if token.kind is TokenKind.NAME and token.text in schema), "")
    return table, next((name for name in TIMES if name in schema.get(table, {})), "")


def newest_query(table: str, time: str, window: Window) -> str:
    """KQL for the newest event of `table` since the window's start, and how many lie in the window."""
    return (
        f"{table}\n| where {time} >= {_literal(window.start)}\n"
        f"| summarize Newest = max({time}), Inside = countif({time} < {_literal(window.end)})"
    )


def newest_of(rows: Iterable[Mapping[str, Any]]) -> tuple[datetime | None, int]:
    """What `newest_query` found: the newest event's time in UTC, None without any, and the number in the window."""
    for row in rows:
        newest = row["Newest"]
        return (newest.astimezone(UTC) if isinstance(newest, datetime) else None), int(row["Inside"] or 0)
    return None, 0


def without_rows(table: str, newest: datetime | None, inside: int, known: datetime | None) -> Outcome:
    """The outcome of a query without rows on `table`; `known` is its newest event by an earlier look."""
    if newest is not None and inside:
        return Outcome(State.COMPLETE, newest_words(table, newest))
    reason = f"{table} has no events at all in the window"
    if newest is not None:
        return Outcome(State.NOT_COVERED, f"{reason}; {newest_words(table, newest)}")
    told = f"; {newest_words(table, known)}, when it was counted last" if known else ""
    return Outcome(State.NOT_COVERED, f"{reason}, nor since{told}")


def newest_words(table: str, newest: datetime) -> str:
    """`newest event in DeviceFileEvents: 2026-11-21 14:02:31Z`."""
    return f"newest event in {table}: {newest:%Y-%m-%d %H:%M:%S}Z"


def _literal(moment: datetime) -> str:
    return f"datetime({moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z)"
