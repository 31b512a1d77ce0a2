"""Rows on their way out, before any service has given them its form, and the forms that values have in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import repeat
from typing import Any

Encoder = Callable[[Any], Any]
Chunk = Sequence[Sequence[Any]]

CLR = {
    "bool": "SByte",
    "int": "Int32",
    "long": "Int64",
    "real": "Double",
    "decimal": "SqlDecimal",
    "string": "String",
    "guid": "Guid",
    "datetime": "DateTime",
    "timespan": "TimeSpan",
    "dynamic": "Object",
}
"""KQL types and what .NET calls them."""


@dataclass(frozen=True)
class Column:
    """A column and its KQL type."""

    name: str
    type: str


@dataclass
class Answer:
    """Rows in chunks, each once.

    Values are None, bool, int, float, Decimal, text, datetime (UTC, naive or aware), timedelta, and for dynamic a text of JSON.
    Text stands for itself in every type, so that times to 100 ns can be given. A chunk that is the same object as the one
    before is written once and sent again.
    """

    columns: Sequence[Column]
    chunks: Iterable[Chunk]
    rows: int = 0
    """Rows that have gone out."""
    most: int | None = None
    """No more rows than so many go out."""
    more: bool = False
    """Whether there were more."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the query's own `set` statements said."""

    def take(self) -> Iterator[Chunk]:
        """The chunks, counted and cut."""
        for chunk in self.chunks:
            self.more = self.most is not None and self.rows + len(chunk) > self.most
            kept = chunk[: self.most - self.rows] if self.more and self.most is not None else chunk
            self.rows += len(kept)
            yield kept
            if self.more:
                return


def answer_of(columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> Answer:
    """An answer of rows given by hand: names of columns with their KQL types, and values in their order."""
    return Answer([Column(name, kind) for name, kind in columns.items()], [list(rows)])


def large_answer(rows: int) -> Answer:
    """`rows` rows of twelve columns of every type, about 300 bytes each on the wire; the same thousand over and over."""
    columns = {
        "TimeGenerated": "datetime",
        "Timestamp": "datetime",
        "DeviceName": "string",
        "FileName": "string",
        "FolderPath": "string",
        "FileSize": "long",
        "ProcessId": "int",
        "Score": "real",
        "Elevated": "bool",
        "Span": "timespan",
        "Identity": "guid",
        "AdditionalFields": "dynamic",
    }
    thousand = [_large_row(number) for number in range(1_000)]
    chunks: list[Iterable[Chunk]] = [repeat(thousand, rows // 1_000), [thousand[: rows % 1_000]]]
    return Answer(
        [Column(name, kind) for name, kind in columns.items()], (chunk for part in chunks for chunk in part if chunk)
    )


def _large_row(number: int) -> Sequence[Any]:
    moment = f"2026-11-21T02:{number // 60 % 60:02}:{number % 60:02}.{number:07}Z"
    return (
        moment,
        moment,
        f"ws-{number % 40:03}.corp.example",
        f"export-{number:06}.csv",
        f"C:\\Users\\j.doe\\Documents\\projects\\quarter\\export-{number:06}.csv",
        2**40 + number,
        number,
        number / 7,
        number % 2 == 0,
        timedelta(seconds=number, microseconds=number),
        f"6f1c1d2e-0000-4000-8000-{number:012x}",
        json.dumps({"sequence": number, "note": "é"}),
    )


def json_rows(
    answer: Answer, encoders: Sequence[Encoder], names: Sequence[str] = (), extras: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The rows as JSON, in pieces of a chunk each with a comma between rows.

    They are objects when `names` are given, each with the members `extras` besides; else arrays.
    """
    last: Chunk | None = None
    text = ""
    first = True
    for chunk in answer.take():
        if not chunk:
            continue
        if chunk is not last:
            encoded: Iterable[Any] = zip(
                *(map(encode, values) for encode, values in zip(encoders, zip(*chunk, strict=True), strict=True)),
                strict=True,
            )
            if names:
                encoded = ({**dict(zip(names, row, strict=True)), **(extras or {})} for row in encoded)
            text = ",".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in encoded)
            last = chunk
        yield text if first else f",{text}"
        first = False


def encoders_for(columns: Sequence[Column], dynamic_as_text: bool, booleans_as_numbers: bool = False) -> list[Encoder]:
    """How each column's values are written; dynamic values as a text of JSON, or as the JSON itself."""
    chosen = dict(_ENCODERS)
    if dynamic_as_text:
        chosen["dynamic"] = _dynamic_text
    if booleans_as_numbers:
        chosen["bool"] = _number
    return [chosen[column.type] for column in columns]


def _number(value: Any) -> Any:
    return None if value is None else int(value)


def _same(value: Any) -> Any:
    return value


def _long(value: Any) -> Any:
    """The engine's totals are of a wider type."""
    return int(value) if isinstance(value, Decimal) else value


def _text(value: Any) -> Any:
    return "" if value is None else str(value)


def _guid(value: Any) -> Any:
    return None if value is None else str(value)


def _real(value: Any) -> Any:
    if isinstance(value, float):
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
    return float(value) if isinstance(value, Decimal) else value


def _decimal(value: Any) -> Any:
    return None if value is None else str(value)


def datetime_text(value: Any) -> Any:
    """A time as the services write it: up to seven digits of a second, without zeros at the end, and `Z`."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is not None:
        value = value.astimezone(UTC)
    text = value.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{value.microsecond:06}".rstrip("0").rstrip(".") + "Z" if value.microsecond else text + "Z"


def timespan_text(value: Any) -> Any:
    """A span as `[-][d.]hh:mm:ss[.fffffff]`; also of the engine's own type, whose months count 30 days."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, timedelta):
        ticks = (value.days * 86_400 + value.seconds) * 10_000_000 + value.microseconds * 10
    else:
        ticks = (value.months * 30 + value.days) * 864_000_000_000 + value.nanoseconds // 100
    sign, ticks = ("-", -ticks) if ticks < 0 else ("", ticks)
    seconds, fraction = divmod(ticks, 10_000_000)
    days, seconds = divmod(seconds, 86_400)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return sign + (f"{days}." if days else "") + text + (f".{fraction:07}" if fraction else "")


def _dynamic_text(value: Any) -> Any:
    """JSON as the engine wrote it; null stays null."""
    return None if value is None else str(value)


def _dynamic(value: Any) -> Any:
    if value is None:
        return None
    try:
        return json.loads(value)
    except ValueError:
        return str(value)


_ENCODERS: dict[str, Encoder] = {
    "bool": _same,
    "int": _same,
    "long": _long,
    "real": _real,
    "decimal": _decimal,
    "string": _text,
    "guid": _guid,
    "datetime": datetime_text,
    "timespan": timespan_text,
    "dynamic": _dynamic,
}
