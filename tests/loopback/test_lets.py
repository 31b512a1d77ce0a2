"""Rows that a query names are worked out once; values, and rows used once, stay where they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.small import DEVICES
from tests.support.small import _small_file as small_file
from tui.kql.schema import evidence_schema
from tui.loopback.lets import rows_named
from tui.loopback.rewriting import QuerySyntaxError
from tui.loopback.tables import Range, Tables

QUERY = """// a comment; with a semicolon
let limit = 2; let names = dynamic(["a;b"]);
let base = T | where N > limit;
let bins = base | summarize by N;
let once = U | take 1;
base | union (base | where N in (bins)) , (bins), (bins | extend N = N + 1), once"""


def test_what_is_used_several_times_is_told_apart() -> None:
    named, rest = rows_named(QUERY, {"T", "U"})
    assert [one.name for one in named] == ["base", "bins"]
    assert "let limit = 2" in named[0].text
    assert named[0].text.endswith("T | where N > limit")
    assert named[1].text.strip() == "base | summarize by N"
    assert "let once = U | take 1" in rest
    assert "let base" not in rest
    assert rest.endswith("once")


@pytest.mark.parametrize(
    "text",
    [
        "T | take 1",
        "let x = toscalar(T | count); T | where N > x or N < x",
        "let f = (n: long) { T | where N > n }; f(1) | union f(2)",
        "let x = 5; T | where N > x",
    ],
)
def test_other_queries_stay_as_they_are(text: str) -> None:
    assert rows_named(text, {"T"}) == ([], text)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    path = tmp_path_factory.mktemp("evidence") / "small.duckdb"
    path.write_bytes(small_file())
    return Tables(path, evidence_schema(), ("Timestamp",))


def rows(tables: Tables, text: str) -> list[list[object]]:
    found = tables.query(text, datetime(2026, 11, 22, tzinfo=UTC), Range(), lambda interrupt: None)
    return [list(row) for chunk in found.chunks for row in chunk]


def test_the_rows_are_the_same(tables: Tables) -> None:
    text = (
        "let least = 2; let runs = DeviceProcessEvents | summarize n = count() by DeviceName;\n"
        "let many = runs | where n >= least;\n"
        "many | join kind=inner (many | extend twice = n * 2) on DeviceName | join kind=inner (runs) on DeviceName\n"
        "| project DeviceName, n, twice | sort by n desc"
    )
    expected = [[name, n, 2 * n] for name, n in sorted(DEVICES.items(), key=lambda one: -one[1]) if n >= 2]
    assert rows(tables, text) == expected


def test_a_mistake_in_rows_that_are_named_is_told_by_its_place(tables: Tables) -> None:
    with pytest.raises(QuerySyntaxError) as error:
        rows(tables, "let a = DeviceFileEvents | where;\nunion a, a, a")
    assert error.value.line == 1


def test_queries_side_by_side_do_not_share_what_they_name(tables: Tables) -> None:
    one = "let a = DeviceFileEvents | where FileSize > 0; union a, a | count"
    other = "let a = DeviceProcessEvents | take 1; union a, a | count"
    assert rows(tables, one) == [[2 * 3 * sum(DEVICES.values())]]
    assert rows(tables, other) == [[2]]
