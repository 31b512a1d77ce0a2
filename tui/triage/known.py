"""Files of known indicators: read, and put to the rows of runs."""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tui.library.pasting import refang
from tui.results.matching import Hit, Wanted
from tui.results.store import Rows
from tui.triage.indicators import Indicator, IndicatorType, indicator_type

MOST_INDICATORS = 100_000
MOST_HITS = 200_000
"""Hits of a run that are looked at."""

_MOST_BYTES = 32 * 1024 * 1024
_LONGEST = 2048
_SHORTEST = 3
_COMMENT = re.compile(r"\s*(#|//|;)")
_TRAILING = re.compile(r"\s+#.*\Z")
_HEADINGS = (
    "indicator ioc value indicator_value ioc_value observable indicatorvalue networkip networkipv4 domainname url filehashvalue"
).split()
"""Names of the column that holds the indicators, as lists in use have it, the most telling first."""


class KnownError(ValueError):
    """A file that cannot be read as indicators; says where and why."""


@dataclass(frozen=True)
class Known:
    """The indicators of a file, each once; `skipped` says which lines hold none, and why."""

    path: Path
    indicators: tuple[Indicator, ...]
    skipped: tuple[str, ...] = ()

    @cached_property
    def wanted(self) -> list[Wanted]:
        """What is looked for, in the order of the indicators."""
        return [Wanted(_searched(one), one.type is IndicatorType.DOMAIN) for one in self.indicators]


@dataclass(frozen=True)
class Match:
    """The rows (by the order they came, from 0) of a run that hold an indicator in a column; `below` when they hold a name
    below that domain."""

    run: int
    column: str
    indicator: Indicator
    rows: tuple[int, ...]
    below: bool = False


def read_known(path: Path, column: str = "") -> Known:
    """The indicators in `path`: one a line, or those of a CSV's `column`, which need not be said when its name is a usual
    one. Empty lines and comments (`#`, `//`, `;`) are left out, defanged ones read as they were. KnownError."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KnownError(f"{path}: {error.strerror or error}") from error
    if len(content) > _MOST_BYTES:
        raise KnownError(f"{path} is longer than {_MOST_BYTES // 1024 // 1024} MiB: split it")
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise KnownError(f"{path} is no text")
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise KnownError(f"{path}, line {line}: not UTF-8 text") from error
    return _known(path, text, column)


def match_rows(known: Known, run: int, rows: Rows) -> tuple[list[Match], bool]:
    """What `rows` of the run of this number hold of `known`, in the order of columns and indicators; whether that is all.

    Reads rows: for worker threads.
    """
    hits = rows.matches(known.wanted, MOST_HITS + 1)
    grouped: dict[tuple[str, int, bool], list[Hit]] = {}
    for hit in hits[:MOST_HITS]:
        grouped.setdefault((hit.column, hit.wanted, hit.how == "subdomain"), []).append(hit)
    places = {info.name: at for at, info in enumerate(rows.columns)}
    ordered = sorted(grouped.items(), key=lambda item: (places[item[0][0]], *item[0][1:]))
    found = [
        Match(run, column, known.indicators[number], tuple(hit.row for hit in of), below)
        for (column, number, below), of in ordered
    ]
    return found, len(hits) <= MOST_HITS


def match_words(found: Sequence[Match], known: Known) -> str:
    """`12 rows hold 5 of 9,312 indicators, 2 of them as subdomains`, of one run."""
    rows = {row for one in found for row in one.rows}
    held = {one.indicator for one in found}
    below = held - {one.indicator for one in found if not one.below}
    words = f"{len(rows):,} row{'s hold' if len(rows) != 1 else ' holds'} {len(held):,} of {len(known.indicators):,}"
    words += f" indicator{'s' * (len(known.indicators) != 1)} of {known.path.name}"
    return words + (f", {len(below):,} of them only as subdomains" if below else "")


def _known(path: Path, text: str, column: str) -> Known:
    found: dict[tuple[IndicatorType, str], Indicator] = {}
    skipped: list[str] = []
    for line, given in _values(path, text, column):
        value = refang(given).strip()
        problem = _problem(value)
        if problem:
            skipped.append(f"line {line}: {problem}")
            continue
        indicator = Indicator(indicator_type(value), value)
        found.setdefault((indicator.type, value.lower()), indicator)
        if len(found) > MOST_INDICATORS:
            raise KnownError(f"{path}, line {line}: more than {MOST_INDICATORS:,} indicators: split the file")
    if not found:
        raise KnownError(f"{path} holds no indicators" + (f"; {skipped[0]}" if skipped else ""))
    return Known(path, tuple(found.values()), tuple(skipped))


def _values(path: Path, text: str, column: str) -> Iterator[tuple[int, str]]:
    """Line numbers with what stands there: whole lines, or the values of one column."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    lines = [(number, line) for number, line in lines if not _COMMENT.match(line)]
    if not lines:
        return
    place, delimiter = _column(path, lines[0][1], column)
    if place < 0:
        for number, line in lines:
            yield number, _TRAILING.sub("", line).strip().strip('"').strip()
        return
    start = lines[0][0]
    body = "\n".join(text.splitlines()[start:])
    reader = csv.reader(io.StringIO(body), delimiter=delimiter)
    try:
        for row in reader:
            if row and len(row) > place and row[place].strip() and not _COMMENT.match(row[0]):
                yield start + reader.line_num, row[place].strip()
    except csv.Error as error:
        raise KnownError(f"{path}, line {start + reader.line_num}: {error}") from error


def _column(path: Path, first: str, column: str) -> tuple[int, str]:
    """The place of the column and the delimiter of a file whose first line is `first`; -1 for a file without columns."""
    for delimiter in ",;\t|":
        names = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
        if column and column.lower() in names:
            return names.index(column.lower()), delimiter
        if not column and len(names) > 1:
            known = [name for name in _HEADINGS if name in names]
            if known:
                return names.index(known[0]), delimiter
    if column:
        raise KnownError(f"{path} has no column {column!r} in its first line")
    if first.strip().strip('"').lower() in _HEADINGS:
        return 0, ","
    if re.search(r"\S[,;\t|]\S.*[,;\t|]", first) and "://" not in first:
        raise KnownError(f"{path} has columns, and none is named {', '.join(_HEADINGS[:4])}: say which column")
    return -1, ""


def _problem(value: str) -> str:
    """Why a value is no indicator; nothing when it is one."""
    if len(value) < _SHORTEST:
        return f"shorter than {_SHORTEST} characters"
    if len(value) > _LONGEST:
        return f"longer than {_LONGEST:,} characters"
    if "/" in value and "://" not in value:
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            return ""
        return "a block of addresses is not looked for: give addresses"
    return ""


def _searched(indicator: Indicator) -> str:
    """The text that stands for an indicator in rows: of a URL what follows the scheme, of a domain no last dot."""
    value = indicator.value
    match indicator.type:
        case IndicatorType.URL:
            return value.partition("://")[2].rstrip("/") or value
        case IndicatorType.DOMAIN:
            return value.rstrip(".")
        case IndicatorType.ADDRESS:
            return str(ipaddress.ip_address(value))
    return value
