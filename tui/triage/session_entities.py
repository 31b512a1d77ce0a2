"""The entities of a session: which addresses, hashes, accounts, devices, URLs and domains its runs and marks hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tui.results.columns import ColumnInfo
from tui.results.store import Rows
from tui.triage.entities import ENTITIES, entities_in
from tui.triage.indicators import Indicator, IndicatorType, indicator_type
from tui.triage.pivots import entity_of
from tui.triage.records.model import Mark, Verdict
from tui.triage.verdicts import is_taken_back

MOST_VALUES = 10_000
"""Distinct values of a column that are looked at, the most frequent first."""

_WHOLE = ("hash", "address", "account", "device")
"""What a column can hold that makes each of its values an entity."""
_NUMBERED = ("DeviceId", "DeviceKey")
"""Columns whose values the service made up, and which look like hashes; the name of the device stands beside."""
_TEXTS = ("string", "dynamic")


@dataclass(frozen=True)
class Seen:
    """Rows of a run that hold an entity in one of its columns."""

    run: int
    column: str
    rows: int
    numbers: tuple[int, ...] | None = None
    """Which rows, by the order they came from 0, where that is known already."""
    below: bool = False
    """Whether what stands there is a name below the domain."""

    @property
    def where(self) -> str:
        """The column, and whether it holds a name below."""
        return f"{self.column} (below it)" if self.below else self.column


@dataclass
class Entity:
    """An entity with where it was seen: in the runs, and in how many marks; `verdict` is the last one on it, if any."""

    indicator: Indicator
    seen: list[Seen] = field(default_factory=list)
    marks: int = 0
    verdict: str = ""

    @property
    def rows(self) -> int:
        """In how many rows it stands at least, over all runs: columns of one row are not counted twice."""
        most: dict[int, int] = {}
        for one in self.seen:
            most[one.run] = max(most.get(one.run, 0), one.rows)
        return sum(most.values())

    @property
    def runs(self) -> list[int]:
        """The numbers of the runs that hold it."""
        return list(dict.fromkeys(one.run for one in self.seen))

    @property
    def columns(self) -> list[str]:
        """The columns that hold it, in words."""
        return list(dict.fromkeys(one.where for one in self.seen))


Key = tuple[IndicatorType, str]


def entities_of(
    runs: Iterable[tuple[int, Rows]], marks: Sequence[Mark], verdicts: Sequence[Verdict]
) -> tuple[list[Entity], bool]:
    """The entities of `runs` (number and rows) and `marks`, those in most rows first; whether all values were looked at.

    Reads rows: for worker threads.
    """
    found: dict[Key, Entity] = {}
    whole = True
    for number, rows in runs:
        for info in rows.columns:
            if info.kql_type in _TEXTS:
                whole &= _add_column(found, number, rows, info)
    for mark in marks:
        for key, indicator in dict(_of_mark(mark)).items():
            found.setdefault(key, Entity(indicator)).marks += 1
    for verdict in verdicts:
        for kind in IndicatorType:
            entity = found.get((kind, verdict.entity.lower()))
            if entity is not None and ENTITIES.get(kind) == verdict.subject:
                entity.verdict = "" if is_taken_back(verdict) else verdict.opinion
    return sorted(found.values(), key=lambda one: (-one.marks, -one.rows, one.indicator.value)), whole


def holding(column: str, text: str) -> list[Indicator]:
    """The entities that `text` of `column` holds: the whole of it, or those within."""
    if column in _NUMBERED:
        return []
    if entity_of(column) in _WHOLE:
        kind = indicator_type(text, column)
        return [Indicator(kind, text)] if kind in ENTITIES else []
    return entities_in(text)


def rows_holding(rows: Rows, column: str, indicator: Indicator) -> tuple[int, ...]:
    """Which rows, by the order they came from 0, hold `indicator` in `column`: as many as `Seen.rows` says."""
    wanted = _key(indicator)
    values = rows.counts(column, MOST_VALUES)
    texts = [text for text, _ in values if any(_key(one) == wanted for one in holding(column, text))]
    return rows.numbers_with(column, texts)


def _add_column(found: dict[Key, Entity], number: int, rows: Rows, info: ColumnInfo) -> bool:
    """Adds what a column holds; whether all of its values were looked at."""
    values = rows.counts(info.name, MOST_VALUES + 1)
    counted: dict[Key, tuple[Indicator, int]] = {}
    for text, count in values[:MOST_VALUES]:
        for indicator in holding(info.name, text):
            first, before = counted.get(_key(indicator), (indicator, 0))
            counted[_key(indicator)] = (first, before + count)
    for key, (indicator, count) in counted.items():
        found.setdefault(key, Entity(indicator)).seen.append(Seen(number, info.name, count))
    return len(values) <= MOST_VALUES


def _of_mark(mark: Mark) -> Iterator[tuple[Key, Indicator]]:
    fields: Mapping[str, str] = mark.fields
    for column, text in fields.items():
        for indicator in holding(column, text):
            yield _key(indicator), indicator


def _key(indicator: Indicator) -> Key:
    url = indicator.type is IndicatorType.URL
    return indicator.type, indicator.value if url else indicator.value.lower()
