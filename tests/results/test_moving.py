from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.results.errors import ViewError
from tui.results.store import ResultStore
from tui.results.values import span_from
from tui.results.view import Filter, RowView

FIRST = datetime(2026, 11, 21, tzinfo=UTC)
VIEWS = [RowView(), RowView(sort=(("Kind", True),)), RowView(filters=(Filter("Kind", "!=", "b"),))]
rows_of_two = st.lists(
    st.tuples(st.none() | st.sampled_from(["", "a", "b"]), st.none() | st.integers(0, 5)), max_size=30
)


@pytest.fixture(scope="module")
def store() -> Iterator[ResultStore]:
    opened = ResultStore(None)
    yield opened
    opened.close()


def table(rows: list[tuple[str | None, int | None]]) -> pa.Table:
    times = [None if minutes is None else FIRST + timedelta(minutes=minutes) for _, minutes in rows]
    return pa.table(
        {"Kind": pa.array([kind for kind, _ in rows], pa.string()), "Time": pa.array(times, pa.timestamp("us", "UTC"))}
    )


@given(rows=rows_of_two, view=st.sampled_from(VIEWS), start=st.integers(0, 29), forward=st.booleans())
def test_the_next_change(
    store: ResultStore, rows: list[tuple[str | None, int | None]], view: RowView, start: int, forward: bool
) -> None:
    stored = store.load(table(rows))
    with stored.prepare(view) as prepared:
        kinds = [kind for kind, _ in prepared.page(0, 100)]
        found = prepared.find_change("Kind", start, forward)
        if start >= len(kinds):
            assert found is None
        else:
            beyond = range(start + 1, len(kinds)) if forward else range(start - 1, -1, -1)
            assert found == next((place for place in beyond if kinds[place] != kinds[start]), None)
    stored.drop()


@given(rows=rows_of_two, view=st.sampled_from(VIEWS), minutes=st.integers(-1, 6))
def test_the_first_row_at_a_time(
    store: ResultStore, rows: list[tuple[str | None, int | None]], view: RowView, minutes: int
) -> None:
    wanted = FIRST + timedelta(minutes=minutes)
    stored = store.load(table(rows))
    with stored.prepare(view) as prepared:
        times = [time for _, time in prepared.page(0, 100)]
        late = [(time, place) for place, time in enumerate(times) if time is not None and time >= wanted]
        assert prepared.first_at("Time", wanted) == (min(late)[1] if late else None)
    stored.drop()


def test_a_column_that_is_not_there_is_told(store: ResultStore) -> None:
    with store.load(table([("a", 1)])).prepare() as prepared, pytest.raises(ViewError, match="NoSuch"):
        prepared.find_change("NoSuch", 0)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "+00:00:00"),
        (timedelta(minutes=3, seconds=12), "+00:03:12"),
        (-timedelta(days=2, hours=4), "-2d 04:00:00"),
        (timedelta(milliseconds=250), "+00:00:00.250"),
        (-timedelta(milliseconds=250), "-00:00:00.250"),
        (timedelta(seconds=1, milliseconds=999), "+00:00:01"),
    ],
)
def test_times_as_spans(span: timedelta, words: str) -> None:
    assert span_from(FIRST, FIRST + span) == words
