"""Columns of JSON values as Arrow: each KQL type in the form that the results store takes without loss.

Datetimes are exact to 100 ns. Timespans have microseconds; their seventh digit is cut off, so that none moves past another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tui.kql.arrow_times import NANOSECONDS, TICKS, ticks_array
from tui.workspaces.live.errors import BrokenAnswerError
from tui.workspaces.live.json_reader import Real

_KQL_TYPE = b"kql_type"
"""Metadata of a field that names its KQL type where Arrow cannot."""

_NAMES = {
    "boolean": "bool", "sbyte": "bool", "byte": "bool",
    "int32": "int", "int16": "int",
    "int64": "long",
    "double": "real", "single": "real", "float": "real",
    "date": "datetime", "datetimeoffset": "datetime",
    "time": "timespan",
    "object": "dynamic",
    "sqldecimal": "decimal",
    "uniqueid": "guid", "uuid": "guid",
}  # fmt: skip
"""Other names of the KQL types, as .NET and older answers say them, in lower case."""

_ARROW = {
    "string": pa.string(),
    "guid": pa.string(),
    "dynamic": pa.string(),
    "bool": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "real": pa.float64(),
    "decimal": pa.decimal128(38, 18),
    "datetime": TICKS,
    "timespan": pa.duration("us"),
}
_MICROSECONDS = pa.timestamp("us", "UTC")
_PAST_MICROSECONDS = r"(\.\d{6})\d+"
_SEVENTH = r"\.\d{6}(?P<digit>\d)"
_TIMESPAN = re.compile(r"(-)?(?:(\d+)\.)?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?\Z")


def kql_type(name: str) -> str:
    """The KQL type for a type's name in an answer: `System.Int64`, `Int64` and `long` are one; unknown ones are text."""
    lowered = name.lower().removeprefix("system.data.sqltypes.").removeprefix("system.")
    found = _NAMES.get(lowered, lowered)
    return found if found in _ARROW else "string"


def arrow_schema(columns: Sequence[tuple[str, str]]) -> pa.Schema:
    """The Arrow schema for names and KQL types."""
    fields = []
    for name, kind in columns:
        metadata = {_KQL_TYPE: kind.encode()} if kind in ("dynamic", "decimal") else None
        fields.append(pa.field(name, _ARROW[kind], metadata=metadata))
    return pa.schema(fields)


def arrow_array(name: str, kind: str, values: Sequence[Any]) -> pa.Array:
    """`values` as JSON gave them as a column of KQL type `kind`; BrokenAnswerError names the column and a value."""
    try:
        return _CONVERSIONS[kind](values)
    except (ValueError, TypeError, OverflowError, InvalidOperation) as error:
        raise BrokenAnswerError(f"column {name} holds what is no {kind}: {str(error)[:120]}") from error


def _strings(values: Sequence[Any]) -> pa.Array:
    """A text is never null in KQL."""
    try:
        return pa.array(values, pa.string()).fill_null("")
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return pa.array(["" if value is None else _clean(value) for value in values], pa.string())


def _guids(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value in (None, "") else _clean(value) for value in values], pa.string())


def _dynamics(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return pa.array([None if value is None else _clean(value) for value in values], pa.string())


def _clean(value: Any) -> str:
    """A text, or JSON text of what is none; halves of characters are written as escapes."""
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


def _booleans(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.bool_())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([_boolean(value) for value in values], pa.bool_())


def _boolean(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "false": False, "0": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise ValueError(repr(value)) from None


def _integers(kind: pa.DataType) -> Callable[[Sequence[Any]], pa.Array]:
    def convert(values: Sequence[Any]) -> pa.Array:
        if {*map(type, values)} <= {int, type(None)}:
            return pa.array(values, kind)
        return pa.array([None if value in (None, "") else _integer(value) for value in values], kind)

    return convert


def _integer(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(repr(value))
    return int(value)


def _reals(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value in (None, "") else float(value) for value in values], pa.float64())


def _decimals(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value in (None, "") else _decimal(value) for value in values], _ARROW["decimal"])


def _decimal(value: Any) -> Decimal:
    return Decimal(value.text if isinstance(value, Real) else value)


def _datetimes(values: Sequence[Any]) -> pa.Array:
    texts = pa.array(values, pa.string())
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    try:
        return ticks_array(pc.divide(texts.cast(NANOSECONDS).cast(pa.int64()), 100))
    except pa.ArrowInvalid:  # no times, more digits than are known, or too far from 1970
        return ticks_array(_ticks(texts))


def _ticks(texts: pa.Array) -> pa.Array:
    """Times of any year as numbers of 100 ns since 1970; what is below is cut off."""
    whole = pc.replace_substring_regex(texts, _PAST_MICROSECONDS, r"\1").cast(_MICROSECONDS).cast(pa.int64())
    digits = pc.struct_field(pc.extract_regex(texts, _SEVENTH), "digit").cast(pa.int64())
    return pc.add(pc.multiply(whole, 10), pc.fill_null(digits, 0))


def _timespans(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value in (None, "") else _microseconds(value) for value in values], _ARROW["timespan"])


def _microseconds(text: str) -> int:
    """Of `[-][days.]hh:mm:ss[.fraction]`."""
    found = _TIMESPAN.match(text)
    if found is None:
        raise ValueError(repr(text))
    sign, days, hours, minutes, seconds, fraction = found.groups()
    whole = ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds or 0)
    microseconds = whole * 1_000_000 + int((fraction or "").ljust(6, "0")[:6])
    return -microseconds if sign else microseconds


_CONVERSIONS: dict[str, Callable[[Sequence[Any]], pa.Array]] = {
    "string": _strings,
    "guid": _guids,
    "dynamic": _dynamics,
    "bool": _booleans,
    "int": _integers(pa.int32()),
    "long": _integers(pa.int64()),
    "real": _reals,
    "decimal": _decimals,
    "datetime": _datetimes,
    "timespan": _timespans,
}
