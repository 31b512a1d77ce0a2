"""What a 0 means: whether the data was there to find anything in.

Only asked when a query gave no rows, so it may look at the tables again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tui.evidence.tables import quote
from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, significant, tokenize
from tui.workspaces.protocol import Outcome, State, Window

Reader = Callable[[str, Sequence[object]], list[Any]]

_TOLERANCE = 0.05
"""The share of the window that may lie before a table's first event without a word: sources rarely start at once."""


def explain_zero(query: str, window: Window, schema: Mapping[str, Mapping[str, str]], read: Reader) -> Outcome:
    """The outcome of a query without rows: complete, not covered, or blind, with the table or column that says so.

    The table and conditions named first decide, which are the primary leg's; gaps of other tables are only told.
    """
    try:
        tokens = significant(tokenize(query))
    except KqlSyntaxError:
        return Outcome(State.COMPLETE)
    tables = list(
        dict.fromkeys(token.text for token in tokens if token.kind is TokenKind.NAME and token.text in schema)
    )
    if not tables:
        return Outcome(State.COMPLETE)
    decisive, *others = tables
    uncovered = _not_covered(decisive, window, read)
    if uncovered:
        return Outcome(State.NOT_COVERED, uncovered)
    for table, columns in _conjuncts(tokens, schema):
        if _all_empty(table, columns, window, schema, read):
            named = f"{' and '.join(columns)} of {table} {'is' if len(columns) == 1 else 'are'}"
            return Outcome(State.BLIND, f"{named} empty throughout the window: this evidence cannot show it")
    gaps = [gap for gap in (_not_covered(table, window, read) for table in others) if gap]
    return Outcome(State.COMPLETE, "; ".join(gaps))


def _not_covered(table: str, window: Window, read: Reader) -> str:
    """In what way `table` does not cover the window; nothing when it does."""
    first, last = read(f"SELECT min(Timestamp), max(Timestamp) FROM evidence.{quote(table)}", ())[0]
    if first is None:
        return f"{table} holds no events at all"
    first, last = first.replace(tzinfo=UTC), last.replace(tzinfo=UTC)
    if first >= window.end or last < window.start:
        return f"{table} has events from {_short(first)} to {_short(last)} only"
    if (first - window.start) > (window.end - window.start) * _TOLERANCE:
        return f"{table} starts at {_short(first)}, after the window does"
    return ""


def _conjuncts(tokens: Sequence[Token], schema: Mapping[str, Mapping[str, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """For each part of the first leg's `where`s that must hold by itself, its table and the columns it looks at."""
    found: list[tuple[str, tuple[str, ...]]] = []
    table, inside, depth = "", False, 0
    columns: list[str] = []
    decides = True

    def flush() -> None:
        nonlocal decides
        if columns and decides:
            found.append((table, tuple(dict.fromkeys(columns))))
        columns.clear()
        decides = True

    for index, token in enumerate(tokens):
        text = token.text
        depth += (text in "([") - (text in ")]") if token.kind is TokenKind.OPERATOR else 0
        if token.kind is TokenKind.NAME and text in schema:
            table = text
        if text == "|" or text == ";" or (inside and text == "and" and depth == 0):
            flush()
        if text == ";" and table:
            return _without_time(found)
        if text in ("|", ";"):
            inside = text == "|" and index + 1 < len(tokens) and tokens[index + 1].text == "where" and bool(table)
            depth = 0
        elif inside and _can_hold_for_empty(text):
            decides = False
        elif inside and token.kind is TokenKind.NAME and text in schema.get(table, {}):
            columns.append(text)
    flush()
    return _without_time(found)


def _can_hold_for_empty(word: str) -> bool:
    """Whether a condition with `word` in it can be met by empty columns: negations, and parameters that let all pass."""
    return word.startswith("!") or word in ("not", "isempty", "isnull") or word.endswith("_all")


def _without_time(found: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    """Without the conditions that only look at the time."""
    return [entry for entry in found if not set(entry[1]) <= {"Timestamp", "TimeGenerated"}]


def _all_empty(
    table: str, columns: Sequence[str], window: Window, schema: Mapping[str, Mapping[str, str]], read: Reader
) -> bool:
    tests = [
        f"{quote(name)} <> ''" if schema[table][name] in ("string", "dynamic", "guid") else f"{quote(name)} IS NOT NULL"
        for name in columns
    ]
    sql = f"SELECT 1 FROM evidence.{quote(table)} WHERE Timestamp >= ? AND Timestamp < ? AND ({' OR '.join(tests)}) LIMIT 1"
    return not read(sql, (_naive(window.start), _naive(window.end)))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _short(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")
