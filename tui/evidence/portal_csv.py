"""Rows of CSV files exported from the Defender or Sentinel portal, typed as their tables are."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache
from hashlib import blake2b
from typing import Any, TextIO

from tui.evidence.errors import UnreadableFileError
from tui.evidence.layouts import Layout
from tui.evidence.portal_columns import TIMES, PortalColumn, PortalHeader
from tui.evidence.tables import visible_columns
from tui.evidence.times import parse_any
from tui.evidence.values import INT32, INT64, number

_NO_DATE = "Invalid date"
_LATER_DATES = ("Start_Time", "ElevationTime")
"""Columns of OfficeActivity that keep the date where TimeGenerated was exported as a time of day only."""


@dataclass(slots=True)
class PortalRow:
    """One row: its table, the columns that hold something, its time in UTC, and a key that an overlapping export repeats."""

    number: int
    table: str
    values: dict[str, Any]
    time: datetime | None
    time_text: str
    key: str


@dataclass
class PortalReader:
    """Reads the rows of one file. What it could not use is counted in `skipped`, unused columns named in `lost`."""

    header: PortalHeader
    zone: tzinfo | None = None
    skipped: Counter[str] = field(default_factory=Counter)
    lost: set[str] = field(default_factory=set)
    records: int = 0
    guessed_zone: bool = False
    timeless: int = 0

    def rows(self, stream: TextIO) -> Iterator[PortalRow]:
        """The rows after the header. UnreadableFileError when the file ends inside a row or is no CSV after all."""
        reader = csv.reader(stream, strict=True)
        width = len(self.header.columns)
        short = 0
        try:
            next(reader)
            for cells in reader:
                if not cells:
                    continue
                self.records += 1
                short = self.records if len(cells) < width else 0
                if len(cells) != width:
                    self.skipped["row with more or fewer fields than the header"] += 1
                    continue
                row = self._row(cells)
                if row is not None:
                    yield row
        except StopIteration:
            raise UnreadableFileError("it is empty") from None
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise UnreadableFileError(f"the file is cut off in row {self.records + 1:,}") from error
            raise UnreadableFileError(f"row {self.records + 1:,} is not CSV: {error}") from error
        if short:
            raise UnreadableFileError(f"the file is cut off in row {short:,}")
        if not self.records:
            raise UnreadableFileError("it has a header and no rows")

    def _row(self, cells: list[str]) -> PortalRow | None:
        raw = {column.name: cell for column, cell in zip(self.header.columns, cells, strict=True) if column.name}
        table = self.header.table_of(raw.get("ActionType", ""), raw.get("Type", ""))
        if not table:
            self.skipped["row of no known table"] += 1
            return None
        values: dict[str, Any] = {}
        kinds = _kinds(table)
        for column, cell in zip(self.header.columns, cells, strict=True):
            if not cell or not column.name:
                continue
            kind = kinds.get(column.name)
            if kind is None:
                if column.name not in self.header.unknown:
                    self.lost.add(column.name)
                continue
            value = self._value(cell, kind, column)
            if value is not None and value != "":
                values[column.name] = value
        time, time_text = self._time(values, raw)
        return PortalRow(self.records, table, values, time, time_text, _key(table, values, time))

    def _value(self, cell: str, kind: str, column: PortalColumn) -> Any:
        if kind == "datetime":
            return self._moment(cell, column)
        value = _CONVERTERS.get(kind, str)(cell)
        return None if value == 0 and kind in _NUMBERS and self._zero_is_null else value

    @property
    def _zero_is_null(self) -> bool:
        return self.header.layout is Layout.DEFENDER_LOCAL_CSV

    def _moment(self, cell: str, column: PortalColumn) -> datetime | None:
        if cell == _NO_DATE:
            return None
        if column.zone is not None:
            return parse_any(cell, column.zone, column.zone)
        zone = self.zone or UTC
        iso_zone = zone if column.local else UTC
        moment = parse_any(cell, zone, iso_zone)
        if self.zone is None and (column.local or self._zero_is_null):
            self.guessed_zone = True
        return moment

    def _time(self, values: Mapping[str, Any], raw: Mapping[str, str]) -> tuple[datetime | None, str]:
        for name in (*TIMES, *_LATER_DATES):
            moment = values.get(name)
            if isinstance(moment, datetime):
                return moment, raw[name]
        self.timeless += 1
        return None, next((raw[name] for name in TIMES if raw.get(name)), "")


def _key(table: str, values: Mapping[str, Any], time: datetime | None) -> str:
    """What tells a row from others: Defender's own key where it has one, else all it shows."""
    digest = blake2b(table.encode(), digest_size=16)
    if values.get("DeviceId") and values.get("ReportId") is not None and time is not None:
        parts = [values["DeviceId"], time.isoformat(), str(values["ReportId"])]
    else:
        parts = [part for name in sorted(values) for part in (name, str(values[name]))]
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()


def _whole(limit: int) -> Callable[[str], int | None]:
    def convert(cell: str) -> int | None:
        whole, dot, rest = cell.strip().partition(".")
        return number(whole if dot and not rest.strip("0") else cell.strip(), limit)

    return convert


def _real(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _flag(cell: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(cell.strip().lower())


_NUMBERS = ("int", "long", "real", "decimal")
_CONVERTERS: Mapping[str, Callable[[str], Any]] = {
    "int": _whole(INT32),
    "long": _whole(INT64),
    "real": _real,
    "bool": _flag,
}


@cache
def _kinds(table: str) -> Mapping[str, str]:
    return visible_columns(table)
