"""Filters as analysts type them: `contains temp`, `!contains temp`, `~ ^svc_`, `>= 10MB`, `< 2h ago`, `empty`, `!null`."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tui.kql.literals import LiteralError
from tui.kql.moments import exact_as_written
from tui.library.times import read_moment, read_span
from tui.results.columns import ColumnInfo
from tui.results.view import Filter, Operator

NUMBERS = ("int", "long", "real", "decimal")
TEXTS = ("string", "dynamic")

_OPERATORS: dict[str, Operator] = {
    "contains": "contains",
    "!contains": "!contains",
    "not contains": "!contains",
    "matches": "matches",
    "~": "matches",
    "!matches": "!matches",
    "not matches": "!matches",
    "!~": "!matches",
    "<=": "<=",
    ">=": ">=",
    "==": "==",
    "!=": "!=",
    "<": "<",
    ">": ">",
    "=": "==",
}
_WORD = re.compile(r"(not\s+contains|not\s+matches|!?contains|!?matches)(?:\s+|\Z)", re.IGNORECASE)
_SIGN = re.compile(r"(!~|~|<=|>=|==|!=|<|>|=)\s*")
_MISSING = re.compile(r"(!|not\s+|is\s+not\s+|is\s+)?(empty|null|something)\Z", re.IGNORECASE)
_NUMBER = re.compile(r"([+-]?(?:\d[\d,_]*\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)\s*([a-z]*)\Z", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"0x[0-9a-f]{1,16}\Z", re.IGNORECASE)
_FACTORS = {
    "": 1,
    "b": 1,
    **{f"{letter}{end}": 1000**power for power, letter in enumerate("kmgtp", start=1) for end in ("", "b")},
    **{f"{letter}{end}": 1024**power for power, letter in enumerate("kmgtp", start=1) for end in ("i", "ib")},
}
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class TypedError(ValueError):
    """What was typed is no filter; says what is expected."""


def read_filters(text: str, column: ColumnInfo, now: datetime) -> tuple[Filter, ...]:
    """The filters on `column` that `text` asks for; times such as `2h ago` count from `now`. TypedError.

    Without an operator a text is looked for anywhere in the value, and anything else must be equal. `something` is
    neither null nor empty, and becomes two filters.
    """
    cleaned = text.strip()
    if not cleaned:
        raise TypedError(f"type one of: {examples(column)}")
    if missing := _MISSING.match(cleaned):
        return _about_missing(column, missing[2].lower(), (missing[1] or "").strip().lower() in ("!", "not", "is not"))
    operator, value = _split(cleaned, column)
    if operator in ("contains", "!contains", "matches", "!matches"):
        if not value:
            raise TypedError("what should it contain?" if "contains" in operator else "a regular expression is missing")
        return (Filter(column.name, operator, value),)
    if not value and column.kql_type not in TEXTS:
        raise TypedError(f"a value is missing after {operator}")
    return (Filter(column.name, operator, read_value(value, column, operator, now)),)


def _split(cleaned: str, column: ColumnInfo) -> tuple[Operator, str]:
    """The operator and what stands behind it."""
    if match := _WORD.match(cleaned):
        return _OPERATORS[" ".join(match[1].lower().split())], _unquoted(cleaned[match.end() :])
    if match := _SIGN.match(cleaned):
        return _OPERATORS[match[1]], _unquoted(cleaned[match.end() :])
    return ("contains" if column.kql_type in TEXTS else "=="), _unquoted(cleaned)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _about_missing(column: ColumnInfo, what: str, not_so: bool) -> tuple[Filter, ...]:
    is_text = column.kql_type in TEXTS
    if what == "something":
        if not_so:
            raise TypedError("type null or empty: they are told apart")
        full = (Filter(column.name, "!=", None),)
        return (*full, Filter(column.name, "!=", "")) if is_text else full
    if what == "empty" and not is_text:
        raise TypedError(f"{column.name} holds no texts: a missing value is null, not empty")
    return (Filter(column.name, "!=" if not_so else "==", None if what == "null" else ""),)


def read_value(text: str, column: ColumnInfo, operator: Operator, now: datetime) -> Any:
    """`text` as a value to compare `column` with by `operator`; TypedError says what is expected."""
    try:
        match column.kql_type:
            case "datetime":
                return exact_as_written(read_moment(text, now), text)
            case "timespan":
                return -read_span(text[1:]) if text.startswith("-") else read_span(text)
            case "bool":
                return _truth(text, operator)
            case "string" | "dynamic":
                # Numbers that a source keeps as texts are compared as numbers.
                return _number_or_text(text) if operator in ("<", "<=", ">", ">=") else text
            case _:
                return read_number(text)
    except LiteralError as error:
        raise TypedError(str(error)) from None


def _truth(text: str, operator: Operator) -> bool:
    if operator not in ("==", "!="):
        raise TypedError("true and false have no order: type true or false")
    try:
        return _TRUTHS[text.lower()]
    except KeyError:
        raise TypedError(f"expected true or false, found {text!r}") from None


def _number_or_text(text: str) -> Any:
    try:
        return read_number(text)
    except TypedError:
        return text


def read_number(text: str) -> int | float:
    """A number with or without unit: `1,200`, `1.5k`, `10MB` (10,000,000), `10MiB` (10,485,760), `0x1f`. TypedError."""
    cleaned = text.strip()
    if _HEXADECIMAL.match(cleaned):
        return int(cleaned, 16)
    match = _NUMBER.match(cleaned)
    if match is None:
        raise TypedError(f"expected a number such as 1200, 1.5k or 10MB, found {cleaned!r}")
    digits, unit = match.groups()
    if unit.lower() not in _FACTORS:
        raise TypedError(f"{unit!r} is no unit: k, M, G, T and kB, MB, GB, TB, or KiB, MiB, GiB, TiB are")
    try:
        number = Decimal(digits.replace(",", "").replace("_", "")) * _FACTORS[unit.lower()]
    except InvalidOperation:
        raise TypedError(f"expected a number such as 1200, 1.5k or 10MB, found {cleaned!r}") from None
    return int(number) if number == number.to_integral_value() and abs(number) < 10**30 else float(number)


def examples(column: ColumnInfo) -> str:
    """What can be typed about `column`."""
    match column.kql_type:
        case "datetime":
            return ">= 2026-11-21 03:00Z, < 2h ago, null, !null"
        case "timespan":
            return "> 90s, <= 1d4h, null, !null"
        case "bool":
            return "true, false, null, !null"
        case "string" | "dynamic":
            return 'contains x, !contains x, ~ regex, = x, != x, > 10, empty, !empty, null, !null, something, "null"'
        case _:
            return "> 10MB, <= 1.5k, = 3, != 0, contains 44, null, !null"
