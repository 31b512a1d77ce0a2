"""TOML that holds what TOML has no type for, and no character that a terminal acts on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import tomli_w

from tui.kql.literals import datetime_text, parse_datetime
from tui.kql.moments import Moment, exact, exact_as_written
from tui.terminal.safe_text import ACTING

_SURROGATES = re.compile("[\ud800-\udfff]")
_ACTS = re.compile(f"[{ACTING}]")
_MICROSECOND = timedelta(microseconds=1)


def dumps(document: Mapping[str, Any]) -> str:
    """`document` as TOML; characters that a terminal acts on, or that hide, stand as escapes."""
    return _ACTS.sub(_escape, tomli_w.dumps(_clean(document)))


def _escape(match: re.Match[str]) -> str:
    """Such a character stands inside of a quoted text only, where an escape means the same."""
    code = ord(match[0])
    if match[0] == "\n":
        return "\n"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _clean(value: Any) -> Any:
    """`value` without lone surrogates, which no file in UTF-8 can hold."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list | tuple) else value


def loads(text: str) -> dict[str, Any]:
    """What `text` holds; tomllib.TOMLDecodeError names the line."""
    return tomllib.loads(text)


def packed(value: Any) -> Any:
    """A value of a cell, a form or a filter as TOML can hold it, so that `unpacked` gives it back with its type."""
    match value:
        case None:
            return {"null": True}
        case Moment():
            return {"time": datetime_text(value)}
        case datetime():
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        case timedelta():
            return {"microseconds": value // _MICROSECOND}
        case Decimal():
            return {"decimal": f"{value:f}"}
        case list() | tuple():
            return [packed(item) for item in value]
        case bool() | int() | float() | str():
            return value
    return str(value)


def _exact(text: str) -> Moment:
    moment = exact_as_written(parse_datetime(text), text)
    return moment if isinstance(moment, Moment) else exact(moment, 0)


def unpacked(value: Any) -> Any:
    """What `packed` was given; lists come back as tuples. ValueError for a table that it never writes."""
    match value:
        case {"null": True}:
            return None
        case {"microseconds": int(count)}:
            return timedelta(microseconds=count)
        case {"decimal": str(digits)}:
            return Decimal(digits)
        case {"time": str(text)}:
            return _exact(text)
        case list():
            return tuple(unpacked(item) for item in value)
        case dict():
            raise ValueError(f"a value cannot be the table {value!r}")
    return value
