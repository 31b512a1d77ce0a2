from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import STRINGS
from tui.kql.binding import (
    NEVER,
    Equality,
    check_regex,
    parse_networks,
    path_regex,
    prefix_regex,
    scalar_literal,
    suffix_regex,
)
from tui.kql.literals import LiteralError

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\\/.*+?()[]{}^$|-aA\n"), max_size=8)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    yield connection
    connection.close()


def matches(engine: duckdb.DuckDBPyConnection, text: str, pattern: str) -> bool:
    row = engine.execute("SELECT regexp_matches(?, ?)", [text, pattern]).fetchone()
    assert row
    return bool(row[0])


@given(value=texts, before=texts, after=texts)
def test_ends_and_starts_are_taken_literally(value: str, before: str, after: str) -> None:
    with duckdb.connect(":memory:") as engine:
        suffix, prefix = suffix_regex([value, "never this"]), prefix_regex([value, "never this"])
        assert matches(engine, before + value, suffix)
        assert matches(engine, value + after, prefix)
        assert matches(engine, value, path_regex([value]))


@pytest.mark.parametrize("value", [text for text in STRINGS.values() if 0 < len(text) < 1000])
def test_hostile_texts_match_themselves_and_nothing_else(engine: duckdb.DuckDBPyConnection, value: str) -> None:
    for pattern in (suffix_regex([value]), prefix_regex([value])):
        assert matches(engine, value, pattern)
        assert not matches(engine, "ordinary", pattern)
        assert not matches(engine, value[:-1] + "☃" + value[-1:] + "☃", suffix_regex([value]))


def test_paths(engine: duckdb.DuckDBPyConnection) -> None:
    pattern = path_regex(["C:\\Users\\j.doe\\", "/var/log", "\\\\srv\\share$"])
    for inside in ("c:\\users\\J.DOE", "C:/Users/j.doe/a\\b", "/var/log/x", "//srv/share$\\a", "\\\\SRV\\share$"):
        assert matches(engine, inside, pattern)
    for outside in ("C:\\Users\\j.doey", "C:\\Users\\jxdoe\\a", "/var/logs", "x/var/log", "\\\\srv\\share$1", ""):
        assert not matches(engine, outside, pattern)


def test_nothing_matches_never(engine: duckdb.DuckDBPyConnection) -> None:
    for text in ("", "a", "$.", "\n", "a\nb"):
        assert not matches(engine, text, NEVER)


@pytest.mark.parametrize("pattern", [r"(?i)^a\.b$", r"\p{L}+", r"\bx{1,3}\z", "", "[[:alpha:]]", "a|b"])
def test_patterns_of_the_engine_are_taken(pattern: str) -> None:
    assert check_regex(pattern) == pattern


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("(", "not a regular expression of KQL: missing ): ("),
        ("a++", "not a regular expression of KQL: bad repetition operator: ++"),
        ("(?>a)", "not a regular expression of KQL: invalid perl operator: (?>"),
        ("a{1,2000}", "not a regular expression of KQL: invalid repetition size: {1,2000}"),
        ("a(?=b)", "look-ahead (?=...) is not in KQL's regular expressions"),
        ("(?<!b)a", "look-behind (?<!...) is not in KQL's regular expressions"),
        (r"(a)\1", "back references are not in KQL's regular expressions"),
        ("\ud800", "the text holds half a character (U+D800)"),
    ],
)
def test_other_patterns_are_refused_in_words(pattern: str, told: str) -> None:
    with pytest.raises(LiteralError) as caught:
        check_regex(pattern)
    assert str(caught.value) == told


def test_networks() -> None:
    assert [str(network) for network in parse_networks(["10.0.0.5", " 10.1.2.3/8", "fe80::1"])] == [
        "10.0.0.5/32",
        "10.0.0.0/8",
        "fe80::1/128",
    ]
    for wrong in ("10.0.0.0/33", "10.0.0", "host", "10.0.0.1) or true //", "１0.0.0.1"):
        with pytest.raises(LiteralError, match="neither an address nor a CIDR block"):
            parse_networks([wrong])


@pytest.mark.parametrize(
    ("kind", "value", "condition"),
    [
        ("string", 'a"b\\', r'C == "a\"b\\"'),
        ("string", "", 'C == ""'),
        ("long", None, "isnull(C)"),
        ("long", -(2**63), "C == long(-9223372036854775808)"),
        ("int", 5, "C == long(5)"),
        ("bool", False, "C == false"),
        ("real", 0.1, "C == real(0.1)"),
        ("real", 3, "C == real(3.0)"),
        ("real", float("nan"), "isnan(C)"),
        ("real", float("-inf"), "C == real(-inf)"),
        (
            "datetime",
            datetime(2026, 1, 2, 3, 4, 5, 6),
            "(C >= datetime(2026-01-02T03:04:05.000006Z) and C < datetime(2026-01-02T03:04:05.000007Z))",
        ),
        ("datetime", datetime.max.replace(tzinfo=UTC), "C >= datetime(9999-12-31T23:59:59.999999Z)"),
        ("timespan", timedelta(hours=1, microseconds=1), "C == timespan(01:00:00.000001)"),
        ("decimal", Decimal("1.50"), "C == decimal(1.50)"),
        ("guid", "74BE27DE-1e4e-49d9-b579-fe0b331d3642", "C == guid(74be27de-1e4e-49d9-b579-fe0b331d3642)"),
        ("dynamic", '{"a": 1}', r'tostring(C) == "{\"a\": 1}"'),
        ("", "x", 'C == "x"'),
        ("", True, "C == true"),
        ("", 7, "C == long(7)"),
        ("", None, "isnull(C)"),
    ],
)
def test_a_key_equals_its_value_by_type(kind: str, value: object, condition: str) -> None:
    assert Equality("C", kind, value).condition() == condition


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", None),
        ("string", 5),
        ("long", True),
        ("long", "5"),
        ("long", 2**63),
        ("bool", 1),
        ("datetime", "now()"),
        ("guid", "x) or true //"),
        ("real", "1.0"),
        ("", object()),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, value: object) -> None:
    with pytest.raises(LiteralError):
        Equality("C", kind, value).condition()


def test_a_literal_needs_its_type() -> None:
    with pytest.raises(LiteralError, match="expected a value of type long, found 'x'"):
        scalar_literal("x", "long")
