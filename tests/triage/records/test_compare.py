from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.records import MOMENT, a_run
from tests.support.small import small_catalogue, small_workspace
from tui.kql.dialects import dialect_for
from tui.library.parameters import values_for
from tui.results.columns import column_infos
from tui.triage.execute import execute
from tui.triage.queries.compile import view_query
from tui.triage.queries.context import Bound, Key, Query, QueryContext, Scope
from tui.triage.records.compare import Change, ChangedRow, NotComparableError, Side, compare, ended, recorded
from tui.triage.records.compared import changes_text, compared_table, comparison_words
from tui.triage.records.model import RunRecord
from tui.triage.records.restoring import record_of
from tui.triage.runs import Run
from tui.workspaces.protocol import Outcome, State, Window

DEVICES = Query("kql", "devices", "devices", 1000, keys=(Key("DeviceKey", subject="device"),))
EVENTS = Query("kql", "events", "files", 1000, leg="files", kind="file")
COMPLETE = Outcome(State.COMPLETE)


def a_record(number: int, query: Query = DEVICES, **changes: Any) -> RunRecord:
    return replace(a_run(number), query=query, outcome=COMPLETE, **changes)


def side(number: int, rows: Sequence[dict[str, Any]] | None, query: Query = DEVICES, **changes: Any) -> Side:
    return recorded(a_record(number, query, **changes), None if rows is None else pa.Table.from_pylist(list(rows)))


def device(name: str, **counts: Any) -> dict[str, Any]:
    return {"DeviceName": name.upper(), "DeviceKey": name, **counts}


def test_rows_of_a_view_are_told_apart_by_their_keys() -> None:
    before = side(1, [device("a", Count=1), device("b", Count=2), device("c", Count=3)])
    after = side(2, [device("d", Count=9), device("C", Count=3), device("b", Count=5)])
    found = compare(before, after)
    assert found.new == (0,)
    assert found.gone == (0,)
    assert found.unchanged == 0
    assert found.changed == (
        ChangedRow(2, 1, (Change("DeviceKey", "c", "C"),)),
        ChangedRow(1, 2, (Change("Count", 2, 5),)),
    )
    assert changes_text(found.changed[1]) == "Count: 2 -> 5"


def test_null_is_not_zero_and_not_empty() -> None:
    rows = {"DeviceKey": ["a", "b", "c"], "Mails": pa.array([None, 0, None], pa.int64()), "Text": ["", None, "x"]}
    others = {"DeviceKey": ["a", "b", "c"], "Mails": pa.array([0, 0, None], pa.int64()), "Text": [None, None, "x"]}
    found = compare(recorded(a_record(1), pa.table(rows)), recorded(a_record(2), pa.table(others)))
    assert [row.changes for row in found.changed] == [(Change("Mails", None, 0), Change("Text", "", None))]
    assert changes_text(found.changed[0]) == "Mails: null -> 0; Text: empty -> null"
    assert found.unchanged == 2


def test_values_of_every_type_are_compared() -> None:
    moment = datetime(2026, 11, 21, 3, 0, 0, 1, tzinfo=UTC)
    same: dict[str, Any] = {
        "DeviceKey": "a",
        "real": float("nan"),
        "time": moment,
        "span": timedelta(seconds=1),
        "decimal": Decimal("1.5"),
        "truth": True,
        "many": [1, 2],
        "none": None,
    }
    other = {**same, "real": 0.5, "time": moment + timedelta(microseconds=1), "truth": False, "many": [1, 3]}
    assert compare(side(1, [same]), side(2, [same])).unchanged == 1
    (row,) = compare(side(1, [same]), side(2, [other])).changed
    assert [change.column for change in row.changes] == ["real", "time", "truth", "many"]


def test_columns_of_different_types_are_compared_as_text() -> None:
    before = recorded(a_record(1), pa.table({"DeviceKey": ["a", "b"], "Count": ["1", "2"]}))
    after = recorded(a_record(2), pa.table({"DeviceKey": ["a", "b"], "Count": [1, 3]}))
    found = compare(before, after)
    assert found.unchanged == 1
    assert compared_table(found)["Count"].to_pylist() == ["3"]


def test_as_many_equal_events_are_matched_as_both_runs_have() -> None:
    event, other = {"FileName": "a", "Size": 1}, {"FileName": "b", "Size": 1}
    found = compare(side(1, [event, event, other], EVENTS), side(2, [event, event, event], EVENTS))
    assert (found.new, found.gone, found.changed, found.unchanged) == ((2,), (2,), (), 2)


def test_a_column_that_one_listing_lacks_is_empty_there() -> None:
    before = side(1, [{"FileName": "a"}, {"FileName": "b"}], EVENTS)
    after = side(2, [{"FileName": "a", "Label": ""}, {"FileName": "b", "Label": "secret"}], EVENTS)
    found = compare(before, after)
    assert (found.new, found.gone, found.unchanged) == ((1,), (1,), 1)
    assert found.only_after == ("Label",)


def test_rows_with_the_same_keys_are_matched_where_they_are_equal_first() -> None:
    before = side(1, [device("a", Count=1), device("a", Count=2), device("a", Count=3)])
    after = side(2, [device("a", Count=3), device("a", Count=7)])
    found = compare(before, after)
    assert found.unchanged == 1
    assert found.changed == (ChangedRow(0, 1, (Change("Count", 1, 7),)),)
    assert found.gone == (1,)


@given(
    st.lists(st.tuples(st.sampled_from("abC"), st.sampled_from([None, "", "x"]), st.integers(0, 1)), max_size=12),
    st.lists(st.tuples(st.sampled_from("abC"), st.sampled_from([None, "", "x"]), st.integers(0, 1)), max_size=12),
)
def test_listings_agree_with_counting_by_hand(old: list[Any], now: list[Any]) -> None:
    schema = pa.schema([("A", pa.string()), ("B", pa.string()), ("C", pa.int64())])
    tables = [pa.table([[row[i] for row in rows] for i in range(3)], schema=schema) for rows in (old, now)]
    found = compare(recorded(a_record(1, EVENTS), tables[0]), recorded(a_record(2, EVENTS), tables[1]))
    counts = [Counter((a, b or "", c) for a, b, c in rows) for rows in (old, now)]
    assert Counter((now[i][0], now[i][1] or "", now[i][2]) for i in found.new) == counts[1] - counts[0]
    assert Counter((old[i][0], old[i][1] or "", old[i][2]) for i in found.gone) == counts[0] - counts[1]
    assert found.unchanged == sum((counts[0] & counts[1]).values())


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)),
)
def test_views_agree_with_dictionaries(old: dict[str, int], now: dict[str, int]) -> None:
    schema = pa.schema([("DeviceKey", pa.string()), ("Count", pa.int64())])
    tables = [pa.table([list(rows), list(rows.values())], schema=schema) for rows in (old, now)]
    found = compare(recorded(a_record(1), tables[0]), recorded(a_record(2), tables[1]))
    assert {list(now)[i] for i in found.new} == now.keys() - old.keys()
    assert {list(old)[i] for i in found.gone} == old.keys() - now.keys()
    both = old.keys() & now.keys()
    assert {list(now)[row.after] for row in found.changed} == {key for key in both if old[key] != now[key]}
    assert found.unchanged == sum(old[key] == now[key] for key in both)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"hunt": "T1560-01"},
            "run 1 is of hunt T1119-91, run 2 of T1560-01: only runs of the same hunt can be compared",
        ),
        (
            {"query": replace(DEVICES, view="accounts")},
            "run 1 lists view devices, run 2 view accounts: only runs of the same view can be compared",
        ),
        (
            {"query": EVENTS},
            "run 1 lists view devices, run 2 events of leg files: only runs of the same view can be compared",
        ),
        (
            {"outcome": Outcome(State.FAILED, "no such column")},
            "run 2 has no rows to compare: failed: no such column",
        ),
    ],
)
def test_what_cannot_be_compared_is_said(change: dict[str, Any], words: str) -> None:
    after = recorded(replace(a_record(2), **change), None)
    with pytest.raises(NotComparableError) as error:
        compare(side(1, [device("a")]), after)
    assert str(error.value) == words


def test_values_of_different_expressions_are_not_compared() -> None:
    first = Query("kql", "values", "files: FolderPath", 10, keys=(Key("Value", "string", "FolderPath"),), leg="files")
    second = replace(first, keys=(Key("Value", "string", "FileName"),))
    rows = [{"Value": "a", "EventCount": 1}]
    with pytest.raises(NotComparableError, match="values of leg files, FolderPath, run 2 view values of leg files, Fi"):
        compare(side(1, rows, first), side(2, rows, second))
    assert compare(side(1, rows, first), side(2, [{"Value": "a", "EventCount": 2}], first)).changed[0].changes == (
        Change("EventCount", 1, 2),
    )


def test_rows_without_their_key_are_not_compared() -> None:
    with pytest.raises(NotComparableError, match="lack DeviceKey"):
        compare(side(1, [device("a")]), side(2, [{"DeviceName": "a"}]))


def test_gone_is_not_known_when_the_newer_run_was_cut_off() -> None:
    before = side(1, [device("a"), device("b")])
    after = replace(side(2, [device("a")]), outcome=Outcome(State.TRUNCATED, "the first 1 row"))
    found = compare(before, after)
    assert found.gone == (1,)
    assert (found.new_known, found.gone_known) == (True, False)
    assert found.cautions == ("run 2 was cut off at its limit (the first 1 row): whether a row is gone is not known",)
    assert comparison_words(found)[1] == "0 new, 1 not in run 2, 0 changed, 1 unchanged"


@pytest.mark.parametrize("state", [state for state in State if state is not State.COMPLETE])
def test_new_is_not_known_when_the_older_run_did_not_give_all(state: State) -> None:
    before = replace(side(1, [device("a")]), outcome=Outcome(state))
    found = compare(before, side(2, [device("a"), device("b")]))
    assert (found.new_known, found.gone_known) == (False, True)
    assert "whether a row is new is not known" in found.cautions[0]


def test_no_rows_are_an_answer() -> None:
    found = compare(side(1, None), side(2, [device("a")]))
    assert (found.new, found.gone, found.new_known) == ((0,), (), True)
    found = compare(side(1, [device("a")]), recorded(a_record(2), pa.table({})))
    assert (found.new, found.gone, found.gone_known) == ((), (0,), True)
    found = compare(side(1, None), side(2, None))
    assert (found.unchanged, compared_table(found).num_rows) == (0, 0)


def test_what_else_differs_is_listed() -> None:
    before = side(1, [device("a")], replace(DEVICES, bounds=(Bound(Key("FileName"), None),)), values={"minimum": 3})
    after = side(
        2,
        [device("a")],
        window=Window(MOMENT, MOMENT + timedelta(hours=1)),
        scope=Scope(),
        values={"minimum": 4, "tools": ("a", "b")},
        workspace="other",
        hunt_file="T1119-91-ffffffff.toml",
    )
    found = [(one.what, one.before, one.after) for one in compare(before, after).differences]
    assert found == [
        ("workspace", "acme", "other"),
        (
            "window",
            "2026-11-21T10:02:31.123456Z -> 2026-11-21T14:02:31.123456Z",
            "2026-11-21T14:02:31.123456Z -> 2026-11-21T15:02:31.123456Z",
        ),
        ("scope", "devices fin-ws-114; without accounts svc_*", "all"),
        ("opened from", "FileName = not given", "nothing"),
        ("parameter minimum", "3", "4"),
        ("parameter tools", "not given", "a, b"),
        ("hunt", "T1119-91-0a1b2c3d.toml", "T1119-91-ffffffff.toml"),
    ]
    assert compare(before, after).cautions == (
        "the runs differ in more than their time (workspace, window, scope, opened from, parameter minimum, "
        "parameter tools, hunt): rows can be new, gone or changed for that reason alone",
    )
    same = compare(side(1, [device("a")]), side(2, [device("a")]))
    assert (same.differences, same.cautions) == ((), ())


def test_the_table_says_what_became_of_each_row() -> None:
    before = side(1, [device("a", Count=1, Old="x"), device("b", Count=2, Old="y")])
    after = side(2, [device("c", Count=3, Changes="mine"), device("b", Count=5, Changes="mine")])
    table = compared_table(compare(before, after))
    assert table.column_names == ["Compared", "Changes_", "DeviceName", "DeviceKey", "Count", "Changes", "Old"]
    assert [list(row.values()) for row in table.to_pylist()] == [
        ["new", "", "C", "c", 3, "mine", None],
        ["gone", "", "A", "a", 1, None, "x"],
        ["changed", "Count: 2 -> 5", "B", "b", 5, "mine", None],
    ]
    assert [info.kql_type for info in column_infos(table.schema)][4] == "long"


async def test_a_run_of_the_open_session_is_compared_as_when_it_is_saved(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path)
    hunt = small_catalogue(tmp_path).find("T1119-91")
    span = await workspace.span()
    assert span is not None
    context = QueryContext(hunt, values_for(hunt, {}), span, dialect_for("evidence", await workspace.schema()))
    query = view_query(context)
    run = Run(1, query, context, workspace.name)
    with pytest.raises(NotComparableError, match="run 1 has not ended"):
        ended(run, None)
    answer = await execute(workspace, context, query)
    await workspace.close()
    run.completion, run.took = answer.completion, 0.1
    assert ended(run, answer.table) == recorded(record_of(run, "evidence", "ana@host"), answer.table)
    fewer = answer.table.slice(1)
    found = compare(ended(run, answer.table), ended(run, fewer))
    assert (found.new, found.gone, found.changed, found.unchanged) == ((), (0,), (), 2)
    assert found.differences == ()


def test_a_hundred_thousand_rows() -> None:
    def rows(shift: int) -> pa.Table:
        places = range(shift, 100_000 + shift)
        names = [f"device-{place}" for place in places]
        return pa.table({"DeviceKey": names, "Count": [place % 2 if shift else 0 for place in places]})

    found = compare(recorded(a_record(1), rows(0)), recorded(a_record(2), rows(100)))
    assert found.new == tuple(range(99_900, 100_000))
    assert found.gone == tuple(range(100))
    assert len(found.changed) == found.unchanged == 49_950
