from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.kql.moments import EPOCH, exact
from tui.results.columns import column_infos
from tui.results.store import ResultStore
from tui.workspaces.live.arrow_columns import kql_type
from tui.workspaces.live.decode import AnswerDecoder
from tui.workspaces.live.errors import BrokenAnswerError, CutOffError


def decoded(body: bytes | object, limit: int = 1_000, piece: int = 0) -> tuple[AnswerDecoder, list[pa.RecordBatch]]:
    """What the decoder gives for a body that comes `piece` bytes at a time, or all at once."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    batches: list[pa.RecordBatch] = []
    decoder = AnswerDecoder(limit, batches.append)
    size = piece or max(1, len(data))
    for start in range(0, len(data), size):
        decoder.feed(data[start : start + size])
    decoder.finish()
    return decoder, batches


def rows_of(batches: list[pa.RecordBatch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.to_pylist()]


def logs(columns: dict[str, str], rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    described = [{"name": name, "type": kind} for name, kind in columns.items()]
    return {"tables": [{"name": "PrimaryResult", "columns": described, "rows": rows}], **more}


def column(kind: str, *values: object) -> list[Any]:
    _, batches = decoded(logs({"C": kind}, [[value] for value in values]))
    return [row["C"] for row in rows_of(batches)]


MOMENT = datetime(2026, 3, 1, 12, 34, 56, 123456, UTC)


@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        ("datetime", "2026-03-01T12:34:56.1234567Z", exact(MOMENT, 7)),
        ("datetime", "2026-03-01T12:34:56.1234560Z", MOMENT),
        ("datetime", "1969-12-31T23:59:59.9999999Z", exact(EPOCH - timedelta(microseconds=1), 9)),
        ("datetime", "1600-02-29T00:00:00.0000001Z", exact(datetime(1600, 2, 29, tzinfo=UTC), 1)),
        ("datetime", "2026-03-01T12:34:56Z", MOMENT.replace(microsecond=0)),
        ("datetime", "2026-03-01T12:34:56.12Z", MOMENT.replace(microsecond=120000)),
        ("datetime", "9999-12-31T23:59:59.9999999Z", exact(datetime.max.replace(tzinfo=UTC), 9)),
        ("datetime", "0001-01-01T00:00:00Z", datetime.min.replace(tzinfo=UTC)),
        ("datetime", None, None),
        ("long", 2**63 - 1, 2**63 - 1),
        ("long", -(2**63), -(2**63)),
        ("long", "9223372036854775807", 2**63 - 1),
        ("int", 7, 7),
        ("int", None, None),
        ("real", 1.5, 1.5),
        ("real", 3, 3.0),
        ("real", "Infinity", float("inf")),
        ("real", "-Infinity", float("-inf")),
        ("bool", True, True),
        ("bool", 0, False),
        ("bool", None, None),
        ("decimal", "0.10101", Decimal("0.10101")),
        ("decimal", "12345678901234567890.123456789012345678", Decimal("12345678901234567890.123456789012345678")),
        ("decimal", None, None),
        ("string", "", ""),
        ("string", None, ""),
        ("string", "None", "None"),
        ("guid", None, None),
        ("guid", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        ("timespan", "1.02:03:04.0000005", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("timespan", "-00:00:10.5", timedelta(seconds=-10.5)),
        ("timespan", None, None),
        ("dynamic", '{"a":1}', '{"a":1}'),
        ("dynamic", {"a": [1.5, None, "x"]}, '{"a":[1.5,null,"x"]}'),
        ("dynamic", None, None),
        ("unheard_of", "x", "x"),
    ],
)
def test_values_by_type(kind: str, wire: object, value: object) -> None:
    assert column(kind, wire) == [value]


def test_a_decimal_that_json_wrote_as_a_number_keeps_its_digits() -> None:
    body = b'{"tables":[{"columns":[{"name":"C","type":"decimal"}],"rows":[[0.100000000000000005]]}]}'
    assert rows_of(decoded(body)[1]) == [{"C": Decimal("0.100000000000000005")}]


def test_no_number_is_no_number() -> None:
    (value,) = column("real", "NaN")
    assert value != value


@pytest.mark.parametrize(
    ("kind", "wire"),
    [
        ("long", "many"),
        ("int", 2**31),
        ("long", 2**63),
        ("long", 1.5),
        ("datetime", "soon"),
        ("timespan", "long"),
        ("bool", 2),
    ],
)
def test_a_value_that_is_not_of_its_type_is_named(kind: str, wire: object) -> None:
    with pytest.raises(BrokenAnswerError, match=f"column C holds what is no {kind}"):
        column(kind, wire)


def test_halves_of_characters_and_odd_values_stay_readable() -> None:
    body = b'{"tables":[{"columns":[{"name":"C","type":"string"}],"rows":[["\\ud800x"],[5],[{"a":1}],["\\u0000\t"]]}]}'
    assert [row["C"] for row in rows_of(decoded(body)[1])] == ["\\ud800x", "5", '{"a":1}', "\x00\t"]


ANY_ROW = st.tuples(
    st.text(st.characters(codec="utf-8"), max_size=30), st.integers(-(2**63), 2**63 - 1), st.none() | st.booleans()
)


@given(rows=st.lists(ANY_ROW, max_size=40), piece=st.integers(1, 60), indent=st.sampled_from([None, 1]))
def test_rows_come_through_however_they_are_cut_and_spaced(
    rows: list[tuple[str, int, bool | None]], piece: int, indent: int | None
) -> None:
    body = logs(
        {"A": "string", "B": "long", "C": "bool"}, [list(row) for row in rows], statistics={"query": {"x": 1.5}}
    )
    text = json.dumps(body, ensure_ascii=False, indent=indent).encode()
    decoder, batches = decoded(text, piece=piece)
    assert [tuple(row.values()) for row in rows_of(batches)] == rows
    assert decoder.rows == len(rows)
    assert decoder.bytes == len(text)
    assert decoder.top["statistics"] == {"query": {"x": 1.5}}


def test_columns_are_known_without_rows() -> None:
    decoder, batches = decoded(logs({"A": "string", "D": "dynamic"}, []))
    assert [(batch.num_rows, batch.schema.names) for batch in batches] == [(0, ["A", "D"])]
    assert decoder.has_columns
    assert column_infos(batches[0].schema)[1].kql_type == "dynamic"


def test_the_store_takes_every_type() -> None:
    kinds = ["string", "guid", "dynamic", "bool", "int", "long", "real", "decimal", "datetime", "timespan"]
    values = ["a", "g", "{}", True, 1, 2, 1.5, "1.50", "2026-03-01T12:34:56.1234567Z", "00:00:01"]
    _, batches = decoded(logs({kind: kind for kind in kinds}, [values, [None] * len(kinds)]))
    store = ResultStore(None)
    rows = store.load(pa.Table.from_batches(batches))
    assert [info.kql_type for info in rows.columns] == ["string" if kind == "guid" else kind for kind in kinds]
    shown = rows.prepare().page(0, 2)
    assert rows.count == 2
    assert shown
    store.close()


def test_a_limit_keeps_its_rows_and_says_that_there_are_more() -> None:
    decoder, batches = decoded(logs({"A": "long"}, [[number] for number in range(2_500)]), limit=2_100)
    assert [row["A"] for row in rows_of(batches)] == list(range(2_100))
    assert decoder.more
    decoder, _ = decoded(logs({"A": "long"}, [[1], [2]]), limit=2)
    assert not decoder.more


def test_nothing_is_handed_on_after_stop() -> None:
    batches: list[pa.RecordBatch] = []
    decoder = AnswerDecoder(10, batches.append)
    decoder.stop()
    decoder.feed(json.dumps(logs({"A": "long"}, [[1]])).encode())
    decoder.finish()
    assert batches == []


@pytest.mark.parametrize(
    "schema",
    [
        [{"name": "When", "type": "DateTime"}, {"name": "Ok", "type": "SByte"}, {"name": "N", "type": "Int64"}],
        [
            {"Name": "When", "Type": "System.DateTime"},
            {"Name": "Ok", "Type": "Boolean"},
            {"Name": "N", "Type": "Int64"},
        ],
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_graph_rows_are_objects_with_or_without_annotations(schema: list[dict[str, str]], late: bool) -> None:
    rows = [
        {"N@odata.type": "#Int64", "N": "5", "Ok": 1, "When": "2026-03-01T12:34:56.1234567Z"},
        {"Ok": False, "When": None},
    ]
    body = {"results": rows, "schema": schema} if late else {"@odata.context": "x", "schema": schema, "results": rows}
    found = rows_of(decoded(body)[1])
    assert [(row["Ok"], row["N"]) for row in found] == [(True, 5), (False, None)]
    assert found[0]["When"] == exact(MOMENT, 7)


def frames(*rows: object, last: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [
        {"FrameType": "DataSetHeader", "IsProgressive": False},
        {"FrameType": "DataTable", "TableKind": "QueryProperties", "Columns": [], "Rows": [[1, "Visualization", "x"]]},
        {
            "FrameType": "DataTable",
            "TableKind": "PrimaryResult",
            "Columns": [{"ColumnName": "A", "ColumnType": "long"}],
            "Rows": list(rows),
        },
        last or {"FrameType": "DataSetCompletion", "HasErrors": False, "Cancelled": False},
    ]


def test_frames_of_data_explorer_and_errors_among_their_rows() -> None:
    error = {"OneApiErrors": [{"error": {"code": "LimitsExceeded", "@message": "too much"}}]}
    decoder, batches = decoded(frames([1], [2], error), piece=7)
    assert [row["A"] for row in rows_of(batches)] == [1, 2]
    assert [entry["error"]["code"] for entry in decoder.errors] == ["LimitsExceeded"]
    assert decoder.side_rows == [[1, "Visualization", "x"]]


def test_tables_of_the_first_version() -> None:
    table = {
        "TableName": "Table_0",
        "Columns": [{"ColumnName": "A", "DataType": "Int64", "ColumnType": "long"}],
        "Rows": [[1]],
    }
    decoder, batches = decoded({"Tables": [table, {**table, "Rows": [[9]]}]})
    assert rows_of(batches) == [{"A": 1}]
    assert decoder.side_rows == [[9]]


WHOLE = json.dumps(logs({"A": "string"}, [["x"], ["y"]], statistics={"a": 1})).encode()


@pytest.mark.parametrize("length", range(0, len(WHOLE), 3))
def test_a_body_that_ends_too_early_is_noticed_wherever_it_ends(length: int) -> None:
    with pytest.raises(CutOffError):
        decoded(WHOLE[:length])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "not JSON: it starts with '<html>'"),
        (b'{"tables":[{"columns":[{"name":"A","type":"long"}],"rows":[[1],oops]}]}', "not JSON"),
        (b'{"tables":[{"columns":[{"name":"A","type":"long"}],"rows":[[1,2]]}]}', "2 values came for 1 columns"),
        (b'{"tables":[{"columns":[{"name":"A","type":"long"}],"rows":[[1],[1,2],[1]]}]}', "differ in length"),
        (b'{"tables":[{"rows":[[1]]}]}', "names no columns"),
        (b'{"error":1} {', "goes on after its end"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nests too deeply"),
    ],
)
def test_what_is_no_answer_is_said(body: bytes, words: str) -> None:
    with pytest.raises(BrokenAnswerError, match=words):
        decoded(body)


def test_one_endless_value_does_not_fill_the_memory() -> None:
    decoder = AnswerDecoder(10, lambda batch: None)
    decoder.feed(b'{"tables":[{"columns":[{"name":"A","type":"string"}],"rows":[["')

    def feed_much() -> None:
        for _ in range(60):
            decoder.feed(b"x" * (1 << 20))

    with pytest.raises(BrokenAnswerError, match="longer than 32 MiB"):
        feed_much()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("System.Int64", "long"), ("Int32", "int"), ("SByte", "bool"), ("Object", "dynamic"), ("SqlDecimal", "decimal"),
     ("System.Data.SqlTypes.SqlDecimal", "decimal"), ("Guid", "guid"), ("TimeSpan", "timespan"), ("Double", "real"),
     ("String", "string"), ("datetime", "datetime"), ("", "string")],
)  # fmt: skip
def test_names_of_types(name: str, kind: str) -> None:
    assert kql_type(name) == kind
