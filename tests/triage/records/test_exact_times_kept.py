"""Times to 100 ns are kept with a session, tell rows apart, and come back into the same store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from tests.support.records import KQL, a_run
from tui.kql.arrow_times import ticks_array
from tui.kql.moments import Moment, exact, ticks_of
from tui.results.store import ResultStore
from tui.results.view import Filter, RowView
from tui.triage.copying import exact_text
from tui.triage.queries.context import Bound, Key
from tui.triage.records.documents import run_document, run_of, view_document, view_of
from tui.triage.records.fields import Fields
from tui.triage.records.matching import differing, in_groups
from tui.triage.records.rows_file import read_rows, write_rows
from tui.triage.records.toml import dumps, loads
from tui.triage.words import value_words

WHEN = datetime(2026, 3, 1, 12, 34, 56, 123456, UTC)
EARLY, LATE = exact(WHEN, 1), exact(WHEN, 7)


def table(*moments: Moment) -> pa.Table:
    return pa.table({"Timestamp": ticks_array(pa.array(map(ticks_of, moments), pa.int64()))})


def test_rows_come_back(tmp_path: Path) -> None:
    store = ResultStore(None)
    try:
        digest = write_rows(tmp_path / "1.parquet", store.load(table(EARLY, LATE)).prepare().batches())
        kept = store.load(read_rows(tmp_path / "1.parquet", digest))
        assert kept.columns[0].ticks
        assert kept.prepare().page(0, 2) == [(EARLY,), (LATE,)]
    finally:
        store.close()


def test_filters_and_what_was_opened_come_back() -> None:
    view = RowView(filters=(Filter("Timestamp", "==", LATE), Filter("Timestamp", ">", exact(WHEN, 0))))
    found = view_of(Fields(loads(dumps(view_document(view)))))
    assert found == view
    assert all(isinstance(one.value, Moment) for one in found.filters)
    bound = Bound(Key("At", "datetime", "Timestamp"), LATE)
    record = replace(a_run(), query=replace(a_run().query, bounds=(bound,)))
    assert record.query.kql == KQL
    assert run_of(loads(dumps(run_document(record)))).query.bounds == (bound,)


def test_rows_that_differ_in_the_seventh_digit_differ() -> None:
    old, now = {"T": table(EARLY, LATE)["Timestamp"]}, {"T": table(LATE, EARLY)["Timestamp"]}
    assert sorted(in_groups(old, now, ["T"], True)) == [([0], [1]), ([1], [0])]
    assert differing(old["T"], now["T"]) == [0, 1]
    assert differing(old["T"], old["T"]) == []
    plain = pa.chunked_array([pa.array([WHEN, WHEN], pa.timestamp("us", "UTC"))])
    assert differing(plain, table(exact(WHEN, 0), LATE)["Timestamp"]) == [1]


def test_words_and_copies_have_it() -> None:
    assert value_words(LATE) == "2026-03-01 12:34:56.1234567 UTC"
    assert value_words(WHEN) == "2026-03-01 12:34:56.123456 UTC"
    assert exact_text(LATE) == "2026-03-01T12:34:56.1234567Z"
