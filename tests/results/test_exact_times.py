"""Times to 100 ns through the results store, everything that is asked of it, and every way out."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tui.kql.arrow_times import TICKS, ticks_array
from tui.kql.moments import Moment, exact, ticks_of
from tui.results.columns import ColumnInfo
from tui.results.export import Format, write
from tui.results.store import ResultStore, Rows
from tui.results.typed import read_filters
from tui.results.values import iso
from tui.results.view import Filter, Operator, RowView

WHEN = datetime(2026, 3, 1, 12, 34, 56, 123456, UTC)
EARLY = exact(WHEN, 1)
LATE = exact(WHEN, 7)
LAST = exact(datetime.max.replace(tzinfo=UTC), 9)
BEFORE_1970 = exact(datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), 5)
MOMENTS = [LATE, None, EARLY, WHEN, BEFORE_1970]
"""Three of them differ in the seventh digit alone."""


def table(*moments: datetime | None) -> pa.Table:
    numbers = pa.array([None if one is None else ticks_of(one) for one in moments], pa.int64())
    return pa.table({"Timestamp": ticks_array(numbers), "Name": [f"n{number}" for number in range(len(moments))]})


@pytest.fixture
def store() -> Iterator[ResultStore]:
    store = ResultStore(None)
    yield store
    store.close()


@pytest.fixture
def rows(store: ResultStore) -> Rows:
    return store.load(table(*MOMENTS))


def shown(rows: Rows, view: RowView) -> list[Any]:
    with rows.prepare(view) as prepared:
        return [row[0] for row in prepared.page(0, 100)]


def test_they_come_back(rows: Rows) -> None:
    assert rows.columns[0] == ColumnInfo("Timestamp", "datetime", ticks=True)
    found = shown(rows, RowView())
    assert found == MOMENTS
    assert all(isinstance(one, Moment) for one in found if one)
    with rows.prepare() as prepared:
        assert prepared.arrow()["Timestamp"].to_pylist() == MOMENTS


def test_sorting_tells_them_apart(rows: Rows) -> None:
    assert shown(rows, RowView((("Timestamp", False),))) == [BEFORE_1970, WHEN, EARLY, LATE, None]


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("==", EARLY, [EARLY]),
        ("==", WHEN, [WHEN]),
        ("==", None, [None]),
        ("!=", LATE, [None, EARLY, WHEN, BEFORE_1970]),
        (">", EARLY, [LATE]),
        (">=", EARLY, [LATE, EARLY]),
        ("<", EARLY, [WHEN, BEFORE_1970]),
        ("contains", "56.1234567", [LATE]),
        ("contains", "59.9999995", [BEFORE_1970]),
        ("matches", r"56\.123456$", [WHEN]),
    ],
)
def test_filters_tell_them_apart(rows: Rows, op: Operator, value: object, found: list[Any]) -> None:
    view = RowView(filters=(Filter("Timestamp", op, value),))
    assert shown(rows, view) == found
    assert rows.matching(view) == len(found)


def test_a_typed_filter_takes_seven_digits(rows: Rows) -> None:
    filters = read_filters("= 2026-03-01 12:34:56.1234567Z", rows.columns[0], WHEN)
    assert shown(rows, RowView(filters=filters)) == [LATE]


def test_search_and_changes(rows: Rows) -> None:
    with rows.prepare() as prepared:
        assert prepared.find("56.1234561", 0) == 2
        assert prepared.find_change("Timestamp", 2) == 3
        assert prepared.first_at("Timestamp", EARLY) == 2
        assert prepared.first_at("Timestamp", exact(WHEN, 2)) == 0
        assert prepared.single_values(["Timestamp"]) == {}


def test_one_value_in_all_rows(store: ResultStore) -> None:
    with store.load(table(LATE, LATE)).prepare() as prepared:
        assert prepared.single_values(["Timestamp"]) == {"Timestamp": LATE}


def test_stacks_bins_and_numbers(rows: Rows) -> None:
    stacked = rows.stack(["Timestamp"])
    assert sorted(one for one in shown(stacked, RowView()) if one) == [BEFORE_1970, WHEN, EARLY, LATE]
    numbers = rows.numbers("Timestamp")
    assert (numbers.least, numbers.greatest, numbers.distinct, numbers.null) == (BEFORE_1970, LATE, 4, 1)
    recent = RowView(filters=(Filter("Timestamp", ">", BEFORE_1970),))
    bins = rows.time_bins("Timestamp", 10, recent)
    assert bins is not None
    assert (bins.start, bins.step, bins.counts) == (WHEN, timedelta(microseconds=1), (3,))


def written(source: Any, form: Format) -> bytes:
    stream = io.BytesIO()
    write(source, form, stream)
    return stream.getvalue()


@pytest.mark.parametrize("way", ["table", "reader"])
def test_exports_are_exact(rows: Rows, way: str) -> None:
    def source() -> Any:
        return prepared.reader() if way == "reader" else prepared.arrow()

    with rows.prepare() as prepared:
        for form in ("csv", "csv-exact"):
            assert written(source(), form).decode().splitlines()[1:3] == ["2026-03-01T12:34:56.1234567Z,n0", ",n1"]
        first = json.loads(written(source(), "jsonl").splitlines()[0])
        assert first["Timestamp"] == "2026-03-01T12:34:56.1234567Z"
        found = pq.read_table(io.BytesIO(written(source(), "parquet")))["Timestamp"]
    assert found.type == pa.timestamp("ns", "UTC")
    expected = [None if one is None else ticks_of(one) * 100 for one in MOMENTS]
    assert found.cast(pa.int64()).to_pylist() == expected


@pytest.mark.parametrize("way", ["table", "reader"])
def test_a_time_that_parquet_has_no_nanoseconds_for_is_text(store: ResultStore, way: str) -> None:
    with store.load(table(LATE, LAST, None)).prepare() as prepared:
        source: Any = prepared.reader() if way == "reader" else prepared.arrow()
        found = pq.read_table(io.BytesIO(written(source, "parquet")))["Timestamp"]
    assert found.to_pylist() == ["2026-03-01T12:34:56.1234567Z", "9999-12-31T23:59:59.9999999Z", None]


def test_the_far_ends_of_time(store: ResultStore) -> None:
    first = exact(datetime.min.replace(tzinfo=UTC), 1)
    rows = store.load(table(LAST, first))
    assert shown(rows, RowView((("Timestamp", False),))) == [first, LAST]
    assert shown(rows, RowView(filters=(Filter("Timestamp", "contains", "0001-01-01 00:00:00.0000001"),))) == [first]
    assert iso(first) == "0001-01-01T00:00:00.0000001Z"


def test_an_empty_result_keeps_its_type(store: ResultStore) -> None:
    with store.load(table()).prepare() as prepared:
        assert prepared.reader().schema.field("Timestamp").type == TICKS
        assert written(prepared.reader(), "parquet")


def test_times_in_microseconds_stay_as_they_are(store: ResultStore) -> None:
    rows = store.load(pa.table({"Timestamp": pa.array([WHEN], pa.timestamp("us", "UTC"))}))
    assert not rows.columns[0].ticks
    assert type(shown(rows, RowView())[0]) is datetime
    with rows.prepare() as prepared:
        assert prepared.reader().schema.field("Timestamp").type == pa.timestamp("us", "UTC")
