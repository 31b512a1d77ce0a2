"""Columns with one value in all rows of a view."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from tui.results.store import ResultStore
from tui.results.view import Filter, RowView

WHEN = datetime(2026, 11, 21, 3, tzinfo=UTC)


def test_single_values_of_all_rows_and_of_those_a_filter_leaves() -> None:
    store = ResultStore(None)
    rows = store.load(
        pa.table(
            {
                "same": ["x"] * 5,
                "empty": [""] * 5,
                "null": pa.array([None] * 5, pa.string()),
                "some": ["x", None, "x", "x", "x"],
                "differs": ["a", "b", "b", "b", "b"],
                "time": pa.array([WHEN] * 5, pa.timestamp("us", "UTC")),
                "last": [1, 1, 1, 1, 2],
            }
        )
    )
    names = ["same", "empty", "null", "some", "differs", "time", "last"]
    assert rows.prepare().single_values(names) == {"same": "x", "empty": "", "null": None, "time": WHEN}
    assert rows.prepare().single_values(["last", "differs"]) == {}
    assert rows.prepare().single_values([]) == {}
    filtered = rows.prepare(RowView(sort=(("last", True),), filters=(Filter("differs", "==", "b"),)))
    assert filtered.single_values(["differs", "some", "last"]) == {"differs": "b"}
    none = rows.prepare(RowView(filters=(Filter("same", "==", "y"),)))
    assert none.single_values(names) == {}
    store.close()
