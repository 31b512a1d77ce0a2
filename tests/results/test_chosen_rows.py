"""Rows chosen and left out by their number, together with filters, order and stacks."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.results.store import ResultStore, Rows
from tui.results.view import Filter, RowView

NAMES = ["b", "a", "c", "a", None, "b", "a", ""]
NUMBERS = st.lists(st.integers(0, len(NAMES) + 2), max_size=6).map(tuple)


@pytest.fixture(scope="module")
def rows() -> Iterator[Rows]:
    store = ResultStore(None)
    yield store.load(pa.table({"Name": NAMES, "Number": list(range(len(NAMES)))}))
    store.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(only=st.none() | NUMBERS, without=NUMBERS, named=st.booleans(), ordered=st.booleans())
def test_rows_by_number(
    rows: Rows, only: tuple[int, ...] | None, without: tuple[int, ...], named: bool, ordered: bool
) -> None:
    filters = (Filter("Name", "==", "a"),) if named else ()
    view = RowView((("Number", True),) if ordered else (), filters, only=only, without=without)
    wanted = [
        number
        for number, name in enumerate(NAMES)
        if (only is None or number in only) and number not in without and (not named or name == "a")
    ]
    with rows.prepare(view) as prepared:
        assert prepared.arrivals(0, 100) == (wanted[::-1] if ordered else wanted)
        assert prepared.count == len(wanted)
        assert [prepared.position(number) is not None for number in range(len(NAMES))] == [
            number in wanted for number in range(len(NAMES))
        ]
    stacked = rows.stack(["Name"], view)
    with stacked.prepare() as counted:
        found = {name: count for name, count, *_ in counted.page(0, 100)}
    stacked.drop()
    chosen = [NAMES[number] for number in wanted]
    assert found == {name: chosen.count(name) for name in chosen}


def test_many_rows_in_the_order_of_a_text_that_repeats(rows: Rows) -> None:
    store = ResultStore(None)
    count = 70_000
    many = store.load(pa.table({"Name": [f"name {number % 7}" for number in range(count)]}))
    with many.prepare(RowView((("Name", False),), without=tuple(range(0, count, 2)))) as prepared:
        assert prepared.count == count // 2
        assert prepared.arrivals(0, 3) == [7, 21, 35]
    store.close()
