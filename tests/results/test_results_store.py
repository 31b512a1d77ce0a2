import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.results.columns import KQL_TYPE_KEY
from tui.results.database import Database, Running
from tui.results.errors import InterruptedByUserError, ResultStoreError, ViewError
from tui.results.store import ResultStore, Rows
from tui.results.view import Filter, RowView

FIRST = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[ResultStore]:
    opened = ResultStore(None)
    yield opened
    opened.close()


@pytest.fixture
def events(store: ResultStore) -> Rows:
    devices = ["fs01", "", None, "fs01", "fin-ws-114"]
    sizes = [10, None, 5, 2, 10]
    return store.load(
        pa.table(
            {
                "Timestamp": pa.array([FIRST + timedelta(minutes=n) for n in range(5)], pa.timestamp("us", "UTC")),
                "DeviceName": devices,
                "FileSize": pa.array(sizes, pa.int64()),
                "CommandLine": ["robocopy A", "xcopy", "", None, "ROBOCOPY b"],
            }
        )
    )


def arrivals(rows: Rows, view: RowView) -> list[int]:
    with rows.prepare(view) as prepared:
        found = prepared.arrivals(0, 1000)
        assert prepared.count == len(found)
        return found


def test_rows_come_back_as_they_were(events: Rows) -> None:
    with events.prepare() as view:
        assert view.count == events.count == 5
        assert view.page(0, 1) == [(FIRST, "fs01", 10, "robocopy A")]
        assert view.page(4, 100, ["FileSize", "DeviceName"]) == [(10, "fin-ws-114")]
        assert view.page(5, 100) == []


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ((("DeviceName", False),), [1, 4, 0, 3, 2]),
        ((("DeviceName", True),), [0, 3, 4, 1, 2]),
        ((("FileSize", False),), [3, 2, 0, 4, 1]),
        ((("FileSize", True), ("Timestamp", True)), [4, 0, 2, 3, 1]),
    ],
)
def test_sorting_keeps_arrival_among_equals_and_nulls_last(
    events: Rows, sort: tuple[tuple[str, bool], ...], order: list[int]
) -> None:
    assert arrivals(events, RowView(sort)) == order


@pytest.mark.parametrize(
    ("one", "kept"),
    [
        (Filter("DeviceName", "==", ""), [1]),
        (Filter("DeviceName", "==", None), [2]),
        (Filter("DeviceName", "!=", None), [0, 1, 3, 4]),
        (Filter("DeviceName", "!=", "fs01"), [1, 2, 4]),
        (Filter("CommandLine", "contains", "robocopy"), [0, 4]),
        (Filter("CommandLine", "!contains", "robocopy"), [1, 2, 3]),
        (Filter("CommandLine", "contains", "%"), []),
        (Filter("CommandLine", "matches", "^[a-z]+$"), [1]),
        (Filter("FileSize", ">=", 10), [0, 4]),
        (Filter("FileSize", "<", 10), [2, 3]),
        (Filter("FileSize", "contains", "1"), [0, 4]),
        (Filter("Timestamp", ">", FIRST + timedelta(minutes=3)), [4]),
        (Filter("Timestamp", "==", FIRST), [0]),
    ],
)
def test_filters(events: Rows, one: Filter, kept: list[int]) -> None:
    assert arrivals(events, RowView(filters=(one,))) == kept


def test_a_view_that_cannot_be_had_is_refused(events: Rows) -> None:
    for view in (
        RowView(filters=(Filter("CommandLine", "matches", "("),)),
        RowView(filters=(Filter("FileSize", ">", "many"),)),
        RowView(filters=(Filter("NoSuch", "==", 1),)),
        RowView(sort=(("NoSuch", False),)),
    ):
        with pytest.raises(ViewError):
            events.prepare(view)


def test_a_position_follows_its_row_into_another_order(events: Rows) -> None:
    with events.prepare(RowView(sort=(("FileSize", False),))) as view:
        assert [view.position(arrival) for arrival in view.arrivals(0, 5)] == [0, 1, 2, 3, 4]
    with events.prepare(RowView(filters=(Filter("DeviceName", "==", "fs01"),))) as view:
        assert (view.position(3), view.position(2)) == (1, None)
    assert events.prepare().position(5) is None


def test_find_goes_both_ways_and_ignores_case(events: Rows) -> None:
    with events.prepare() as view:
        assert view.find("robocopy", 0) == 0
        assert view.find("robocopy", 1) == 4
        assert view.find("robocopy", 3, forward=False) == 0
        assert view.find("robocopy", 0, columns=["DeviceName"]) is None
        assert view.find("nothing", 4, forward=False) is None
    with events.prepare(RowView(sort=(("FileSize", False),))) as view:
        assert view.find("robocopy", 3) == 3
        assert view.find("xcopy", 0) == 4


def test_stack_counts_values_and_says_their_share(store: ResultStore, events: Rows) -> None:
    stacked = events.stack(["DeviceName"])
    assert [(column.name, column.kql_type) for column in stacked.columns] == [
        ("DeviceName", "string"),
        ("Count", "long"),
        ("Percent", "real"),
        ("Bar", "string"),
    ]
    half, full = "█" * 10, "█" * 20
    assert stacked.prepare().page(0, 10) == [
        ("fs01", 2, 40, full),
        ("", 1, 20, half),
        (None, 1, 20, half),
        ("fin-ws-114", 1, 20, half),
    ]
    of_some = events.stack(["FileSize", "DeviceName"], RowView(filters=(Filter("FileSize", "==", 10),)))
    assert of_some.prepare().page(0, 10) == [(10, "fs01", 1, 50, full), (10, "fin-ws-114", 1, 50, full)]
    again = stacked.stack(["Count"])
    assert [column.name for column in again.columns] == ["Count", "Count_", "Percent", "Bar"]
    assert again.prepare().page(0, 10) == [(1, 3, 75, full), (2, 1, 25, "██████▋")]


def test_rows_can_be_read_while_more_arrive(store: ResultStore) -> None:
    schema = pa.schema([("n", pa.int64()), ("text", pa.string())])
    rows = store.open(schema)
    batches = [
        pa.record_batch([list(range(start, start + 997)), [f"v{start}"] * 997], schema=schema)
        for start in range(0, 40 * 997, 997)
    ]
    writer = threading.Thread(target=lambda: list(map(rows.append, batches)))
    writer.start()
    while writer.is_alive():
        with rows.prepare() as view:
            assert view.page(max(0, view.count - 3), 10, ["n"]) == [
                (n,) for n in range(max(0, view.count - 3), view.count)
            ]
    writer.join()
    with rows.prepare(RowView(sort=(("n", True),))) as view:
        assert view.page(39_000, 3, ["n"]) == [(879,), (878,), (877,)]


def test_a_view_keeps_to_the_rows_it_was_prepared_with(events: Rows) -> None:
    view, filtered = events.prepare(), events.prepare(RowView(filters=(Filter("FileSize", ">", 0),)))
    events.append(events.prepare().arrow().to_batches()[0])
    assert (view.count, filtered.count, events.count) == (5, 4, 10)
    assert len(view.page(0, 100)) == 5
    assert len(filtered.page(0, 100)) == 4
    assert view.find("robocopy", 4) == 4


def test_every_type_survives(store: ResultStore) -> None:
    fields = {
        "text": (pa.string(), "x", "string"),
        "json": (pa.string(), '{"a": 1}', "dynamic"),
        "int": (pa.int32(), 7, "int"),
        "long": (pa.int64(), 2**60, "long"),
        "real": (pa.float64(), 0.1, "real"),
        "bool": (pa.bool_(), True, "bool"),
        "when": (pa.timestamp("us", "UTC"), FIRST, "datetime"),
        "span": (pa.duration("us"), timedelta(days=1, microseconds=1), "timespan"),
        "decimal": (pa.decimal128(20, 4), Decimal("1.5000"), "decimal"),
    }
    schema = pa.schema(
        [pa.field(name, kind, metadata={KQL_TYPE_KEY: kql.encode()}) for name, (kind, _, kql) in fields.items()]
    )
    table = pa.table([pa.array([value, None], kind) for kind, value, _ in fields.values()], schema=schema)
    rows = store.load(table)
    assert [column.kql_type for column in rows.columns] == [kql for _, _, kql in fields.values()]
    with rows.prepare() as view:
        assert view.page(0, 2) == [tuple(value for _, value, _ in fields.values()), (None,) * len(fields)]
        assert view.arrow() == table
    with rows.prepare(RowView(filters=(Filter("span", ">", timedelta(hours=1)), Filter("when", "==", FIRST)))) as view:
        assert view.count == 1


def test_other_sources_are_brought_into_the_types_of_kql(store: ResultStore) -> None:
    query = "SELECT INTERVAL '1 day 2 seconds' AS i, [1, 2] AS l, 5::UBIGINT AS u, sum(1::BIGINT) AS s"
    (row,) = store.load(duckdb.from_query(query).to_arrow_table()).prepare().page(0, 1)
    assert row == (timedelta(days=1, seconds=2), "[1, 2]", Decimal(5), Decimal(1))
    when = pa.array([FIRST], pa.timestamp("ns"))
    rows = store.load(pa.table({"t": when, "d": pa.array(["a"]).dictionary_encode(), "b": [b"\x1b"]}))
    assert rows.prepare().page(0, 1) == [(FIRST, "a", "1b")]
    assert [column.kql_type for column in rows.columns] == ["datetime", "string", "string"]


def test_names_that_differ_in_case_or_hold_quotes_are_columns_of_their_own(store: ResultStore) -> None:
    rows = store.load(pa.table({"a": [1], "A": [2], 'x"; DROP TABLE y; --': [3]}))
    assert rows.prepare(RowView(sort=(('x"; DROP TABLE y; --', False),))).page(0, 1, ["A", "a"]) == [(2, 1)]
    with pytest.raises(ValueError, match="same name"):
        store.open(pa.schema([("a", pa.int64()), ("a", pa.int64())]))


def test_rows_are_exported_in_the_order_of_the_view(events: Rows) -> None:
    with events.prepare(RowView(sort=(("FileSize", True),))) as view:
        assert view.arrow(["FileSize"]).to_pydict() == {"FileSize": [10, 10, 5, 2, None]}
        assert [batch.num_rows for batch in view.batches(size=2)] == [2, 2, 1]
    with events.prepare(RowView(filters=(Filter("FileSize", ">", 99),))) as view:
        assert view.arrow().schema == events.schema


def test_interrupt_stops_what_is_under_way_and_nothing_later(store: ResultStore) -> None:
    rows = store.load(pa.table({"n": pa.array(range(200_000), pa.int64())}))
    view = rows.prepare()
    batches = view.batches(size=10)
    next(batches)
    rows.interrupt()
    with pytest.raises(InterruptedByUserError):
        next(batches)
    assert view.page(0, 1) == [(0,)]


def test_a_running_statement_is_stopped_from_another_thread() -> None:
    database, running, stopped = Database(None), Running(), threading.Event()

    def count_for_ever() -> None:
        with database.cursor() as cursor, pytest.raises(InterruptedByUserError), running.watch(cursor):
            cursor.execute("SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1").fetchall()
        stopped.set()

    thread = threading.Thread(target=count_for_ever)
    thread.start()
    while not stopped.wait(0.01):
        running.interrupt()
    thread.join()
    database.close()


def test_closing_stops_what_is_under_way(tmp_path: Path) -> None:
    database, running = Database(tmp_path), Running()
    started = threading.Event()
    ended: list[type[BaseException]] = []

    def count_for_ever() -> None:
        try:
            with database.cursor() as cursor, running.watch(cursor):
                started.set()
                cursor.execute("SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1").fetchall()
        except (InterruptedByUserError, ResultStoreError) as error:
            ended.append(type(error))

    thread = threading.Thread(target=count_for_ever, daemon=True)
    thread.start()
    started.wait()
    database.close()
    thread.join(10)
    assert len(ended) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_dropped_result_is_gone(store: ResultStore, events: Rows) -> None:
    view = events.prepare()
    events.drop()
    with pytest.raises(ResultStoreError):
        view.page(0, 1)


def test_a_closed_store_says_that_its_rows_are_gone() -> None:
    store = ResultStore(None)
    rows = store.load(pa.table({"n": [1]}))
    view = rows.prepare()
    store.close()
    with pytest.raises(ResultStoreError):
        view.page(0, 1)
    with pytest.raises(ResultStoreError):
        rows.prepare()
    with pytest.raises(ResultStoreError):
        rows.append(pa.record_batch({"n": [2]}))


def test_a_store_on_disk_is_private_and_leaves_nothing(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    store = ResultStore(cache)
    rows = store.load(pa.table({"n": list(range(1000))}))
    (scratch,) = cache.iterdir()
    assert scratch.stat().st_mode & 0o777 == 0o700
    assert cache.stat().st_mode & 0o777 == 0o700
    assert rows.prepare().page(999, 1) == [(999,)]
    store.close()
    assert list(cache.iterdir()) == []


def test_what_a_killed_program_left_is_removed_and_a_living_one_is_not(tmp_path: Path) -> None:
    dead = tmp_path / "results-dead"
    dead.mkdir()
    (dead / "lock").touch()
    (dead / "rows.duckdb").write_text("evidence")
    first = ResultStore(tmp_path)
    second = ResultStore(tmp_path)
    assert not dead.exists()
    assert len(list(tmp_path.iterdir())) == 2
    first.close()
    second.close()


def test_what_does_not_fit_in_memory_is_done_with_more(tmp_path: Path) -> None:
    database = Database(tmp_path)
    tried: list[str] = []

    def big() -> str:
        with database.cursor() as cursor:
            tried.append(cursor.execute("SELECT current_setting('memory_limit')").fetchall()[0][0])
        if len(tried) == 1:
            raise duckdb.OutOfMemoryException("no room")
        return "done"

    assert database.with_room(big) == "done"
    with database.cursor() as cursor:
        after = cursor.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
    assert tried[0] == after != tried[1]
    database.close()


values = st.lists(st.tuples(st.none() | st.text(max_size=3), st.none() | st.integers(-5, 5)), max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values, st.booleans())
def test_sorting_and_stacking_agree_with_python(
    store: ResultStore, data: list[tuple[str | None, int | None]], descending: bool
) -> None:
    texts, numbers = [text for text, _ in data], [number for _, number in data]
    rows = store.load(pa.table({"t": pa.array(texts, pa.string()), "n": pa.array(numbers, pa.int64())}))
    known = [(-number if descending else number, place) for place, number in enumerate(numbers) if number is not None]
    unknown = [place for place, number in enumerate(numbers) if number is None]
    assert arrivals(rows, RowView((("n", descending),))) == [place for _, place in sorted(known)] + unknown
    counts = {row[0]: row[1] for row in rows.stack(["t"]).prepare().page(0, 100)}
    assert counts == {text: texts.count(text) for text in texts}


def test_a_text_column_with_few_values_sorts_like_any_other(store: ResultStore) -> None:
    names = [None if n % 7 == 0 else f"host-{n * 7919 % 50}" for n in range(70_000)]
    rows = store.load(pa.table({"name": names}))
    for descending in (False, True):
        with rows.prepare(RowView((("name", descending),))) as view:
            found = [name for (name,) in view.page(0, 70_000)]
            known = sorted((name for name in names if name is not None), reverse=descending)
            assert found == known + [None] * names.count(None)
            first = view.arrivals(0, 100)
            assert first == sorted(first)
