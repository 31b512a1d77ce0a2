"""Filters, orders, stacks and numbers of random rows, against the same in plain Python."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.results.store import ResultStore, Rows
from tui.results.view import Filter, RowView

FIRST = datetime(2026, 11, 21, tzinfo=UTC)
TEXTS = ["", "a", "A", "ab", "a b", "Äb", "ß", "界", "10", "9", "x\x1b[2J", "null", "·", "%", "é", "e\u0301", "🙂"]
SCHEMA = pa.schema(
    [
        ("Text", pa.string()),
        ("Number", pa.int64()),
        ("Real", pa.float64()),
        ("Time", pa.timestamp("us", "UTC")),
        ("Truth", pa.bool_()),
    ]
)
texts = st.none() | st.sampled_from(TEXTS)
numbers = st.none() | st.integers(-3, 3) | st.sampled_from([2**62, -(2**62)])
reals = st.none() | st.sampled_from([0.0, -0.5, 1.5, 3.0, math.inf, -math.inf])
times = st.none() | st.integers(0, 5).map(lambda minutes: FIRST + timedelta(minutes=minutes))
tables = st.lists(st.tuples(texts, numbers, reals, times, st.none() | st.booleans()), max_size=30)
values = {
    "Text": texts,
    "Number": numbers,
    "Real": reals,
    "Time": times,
    "Truth": st.none() | st.booleans(),
}
ordered = {name: strategy.filter(lambda value: value is not None) for name, strategy in values.items()}
filters = st.one_of(
    *(st.builds(Filter, st.just(name), st.sampled_from(["==", "!="]), held) for name, held in values.items()),
    *(
        st.builds(Filter, st.just(name), st.sampled_from(["<", "<=", ">", ">="]), ordered[name])
        for name in ("Text", "Number", "Real", "Time")
    ),
    st.builds(Filter, st.just("Text"), st.sampled_from(["contains", "!contains"]), st.sampled_from(TEXTS)),
    st.builds(
        Filter, st.just("Text"), st.sampled_from(["matches", "!matches"]), st.sampled_from(["^a", "b$", "[0-9]"])
    ),
    st.builds(Filter, st.just("Text"), st.sampled_from(["<", ">="]), st.integers(8, 11)),
)
orders = st.lists(st.tuples(st.sampled_from(SCHEMA.names), st.booleans()), max_size=3, unique_by=lambda one: one[0])
several = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def store() -> Iterator[ResultStore]:
    opened = ResultStore(None)
    yield opened
    opened.close()


def load(store: ResultStore, rows: list[Row]) -> Rows:
    columns = [[row[place] for row in rows] for place in range(len(SCHEMA))]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return store.load(pa.table(arrays, schema=SCHEMA))


def holds(row: Row, one: Filter) -> bool:
    value, wanted = row[SCHEMA.get_field_index(one.column)], one.value
    match one.op:
        case "==":
            return bool(value == wanted)
        case "!=":
            return bool(value != wanted)
        case "contains":
            return value is not None and wanted.lower() in value.lower()
        case "!contains":
            return value is None or wanted.lower() not in value.lower()
        case "matches":
            return value is not None and re.search(wanted, value) is not None
        case "!matches":
            return value is None or re.search(wanted, value) is None
    if isinstance(value, str) and isinstance(wanted, int):
        value = float(value) if re.fullmatch("[0-9]+", value) else None
    if value is None:
        return False
    if isinstance(value, str):
        value, wanted = value.encode(), wanted.encode()
    return bool({"<": value < wanted, "<=": value <= wanted, ">": value > wanted, ">=": value >= wanted}[one.op])


def in_order(rows: list[tuple[int, Row]], order: list[tuple[str, bool]]) -> list[int]:
    def compare(one: tuple[int, Row], other: tuple[int, Row]) -> int:
        for name, descending in order:
            place = SCHEMA.get_field_index(name)
            left, right = one[1][place], other[1][place]
            if left is None or right is None:
                if (left is None) != (right is None):
                    return 1 if left is None else -1
                continue
            if isinstance(left, str):
                left, right = left.encode(), right.encode()
            if left != right:
                return -1 if (left < right) != descending else 1
        return one[0] - other[0]

    return [number for number, _ in sorted(rows, key=functools.cmp_to_key(compare))]


@several
@given(rows=tables, chosen=st.lists(filters, max_size=3), order=orders)
def test_filters_and_orders(
    store: ResultStore, rows: list[Row], chosen: list[Filter], order: list[tuple[str, bool]]
) -> None:
    kept = [(number, row) for number, row in enumerate(rows) if all(holds(row, one) for one in chosen)]
    stored = load(store, rows)
    view = RowView(tuple(order), tuple(chosen))
    assert stored.matching(view) == len(kept)
    with stored.prepare(view) as prepared:
        assert prepared.arrivals(0, 100) == in_order(kept, order)
        assert prepared.page(0, 100) == [rows[number] for number in in_order(kept, order)]
    stored.drop()


@several
@given(rows=tables, chosen=st.lists(filters, max_size=1), names=st.sets(st.sampled_from(SCHEMA.names), min_size=1))
def test_stacks(store: ResultStore, rows: list[Row], chosen: list[Filter], names: set[str]) -> None:
    columns = sorted(names)
    kept = [row for row in rows if all(holds(row, one) for one in chosen)]
    counted = Counter(tuple(row[SCHEMA.get_field_index(name)] for name in columns) for row in kept)
    stored = load(store, rows)
    stacked = stored.stack(columns, RowView(filters=tuple(chosen)))
    with stacked.prepare() as prepared:
        found = prepared.page(0, 1000)
    assert [row[: len(columns)] for row in found] == [held for held, _ in counted.most_common()]
    assert [row[len(columns)] for row in found] == [count for _, count in counted.most_common()]
    assert all(row[-2] == pytest.approx(100 * row[-3] / len(kept), abs=0.05) for row in found)
    assert all(len(row[-1]) == max(1, math.ceil(round(160 * row[-3] / found[0][-3]) / 8)) for row in found)
    for row in found:
        opened = RowView(
            filters=(*chosen, *(Filter(name, "==", held) for name, held in zip(columns, row, strict=False)))
        )
        assert stored.matching(opened) == row[len(columns)]
    stacked.drop()
    stored.drop()


@several
@given(rows=tables, chosen=st.lists(filters, max_size=1), name=st.sampled_from(SCHEMA.names))
def test_numbers(store: ResultStore, rows: list[Row], chosen: list[Filter], name: str) -> None:
    held = [row[SCHEMA.get_field_index(name)] for row in rows if all(holds(row, one) for one in chosen)]
    values = [value for value in held if value is not None]
    finite = [value for value in values if not isinstance(value, float) or math.isfinite(value)]
    stored = load(store, rows)
    found = stored.numbers(name, RowView(filters=tuple(chosen)))
    assert (found.rows, found.null) == (len(held), len(held) - len(values))
    assert (found.distinct, found.empty) == (len(set(values)), values.count(""))
    assert found.infinite == len(values) - len(finite)
    if name == "Text":
        finite.sort(key=str.encode)
    elif name == "Truth":
        finite = sorted(str(value).lower() for value in finite)
    else:
        finite.sort()
    assert (found.least, found.greatest) == ((finite[0], finite[-1]) if finite else (None, None))
    if name in ("Number", "Real") and finite:
        assert found.total == sum(finite)
        assert found.mean == pytest.approx(sum(finite) / len(finite))
    else:
        assert (found.total, found.mean) == (None, None)
    stored.drop()


@given(spans=st.lists(st.none() | st.timedeltas(timedelta(-9), timedelta(9)), max_size=9))
def test_spans_add_up(store: ResultStore, spans: list[timedelta | None]) -> None:
    stored = store.load(pa.table({"Span": pa.array(spans, pa.duration("us"))}))
    found = stored.numbers("Span")
    held = [span for span in spans if span is not None]
    assert (found.rows, found.null, found.distinct) == (len(spans), len(spans) - len(held), len(set(held)))
    assert (found.least, found.greatest) == ((min(held), max(held)) if held else (None, None))
    assert found.total == (sum(held, timedelta()) if held else None)
    assert held == [] or abs(found.mean - sum(held, timedelta()) / len(held)) <= timedelta(microseconds=1)
    stored.drop()


@several
@given(
    minutes=st.lists(st.none() | st.integers(-(10**9), 10**9) | st.integers(0, 10**5), max_size=20),
    unit=st.sampled_from(["milliseconds", "seconds"]),
    most=st.integers(1, 60),
)
def test_time_bins(store: ResultStore, minutes: list[int | None], unit: str, most: int) -> None:
    moments = [None if one is None else FIRST + timedelta(**{unit: one}) for one in minutes]
    stored = store.load(pa.table({"Time": pa.array(moments, pa.timestamp("us", "UTC"))}))
    bins = stored.time_bins("Time", most)
    held = [moment for moment in moments if moment is not None]
    assert (bins is None) == (not held)
    if bins is not None:
        assert 0 < len(bins.counts) <= most
        assert bins.without == len(moments) - len(held)
        assert sum(bins.counts) == len(held)
        for index, count in enumerate(bins.counts):
            start, end = bins.bounds(index)
            assert count == sum(start <= moment < end for moment in held)
            chosen = RowView(filters=(Filter("Time", ">=", start), Filter("Time", "<", end)))
            assert stored.matching(chosen) == count
        assert bins.counts[0]
        assert bins.counts[-1]
    stored.drop()
