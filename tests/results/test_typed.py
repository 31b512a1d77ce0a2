import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.results.columns import ColumnInfo, KqlType
from tui.results.typed import TypedError, read_filters, read_number

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def read(text: str, kind: KqlType = "string") -> list[tuple[str, Any]]:
    return [(one.op, one.value) for one in read_filters(text, ColumnInfo("C", kind), NOW)]


@pytest.mark.parametrize(
    ("text", "kind", "read_as"),
    [
        ("temp", "string", [("contains", "temp")]),
        ("  contains  two words ", "string", [("contains", "two words")]),
        ("!contains x", "dynamic", [("!contains", "x")]),
        ("NOT contains x", "string", [("!contains", "x")]),
        ("~ ^svc_[a-z]+$", "string", [("matches", "^svc_[a-z]+$")]),
        ("!~ x", "string", [("!matches", "x")]),
        ("matches a b", "string", [("matches", "a b")]),
        ("containsx", "string", [("contains", "containsx")]),
        ("= x", "string", [("==", "x")]),
        ('= ""', "string", [("==", "")]),
        ("=", "string", [("==", "")]),
        ("!=x", "string", [("!=", "x")]),
        ('"null"', "string", [("contains", "null")]),
        ("null", "string", [("==", None)]),
        ("is not null", "long", [("!=", None)]),
        ("!null", "datetime", [("!=", None)]),
        ("empty", "string", [("==", "")]),
        ("!empty", "string", [("!=", "")]),
        ("something", "string", [("!=", None), ("!=", "")]),
        ("something", "long", [("!=", None)]),
        ("> 10MB", "long", [(">", 10_000_000)]),
        (">=1.5k", "real", [(">=", 1500)]),
        ("4624", "int", [("==", 4624)]),
        ("contains 44", "int", [("contains", "44")]),
        ("> 4624", "string", [(">", 4624)]),
        ("> abc", "string", [(">", "abc")]),
        ("< 2h ago", "datetime", [("<", NOW - timedelta(hours=2))]),
        (">= 2026-11-20 03:00+02:00", "datetime", [(">=", datetime(2026, 11, 20, 1, tzinfo=UTC))]),
        ("> 1d4h", "timespan", [(">", timedelta(days=1, hours=4))]),
        ("yes", "bool", [("==", True)]),
        ("!= false", "bool", [("!=", False)]),
    ],
)
def test_what_is_typed_becomes_filters(text: str, kind: KqlType, read_as: list[tuple[str, Any]]) -> None:
    assert read(text, kind) == read_as


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", "string", "type one of: contains x"),
        ("contains", "string", "what should it contain"),
        ("~", "string", "a regular expression is missing"),
        (">", "long", "a value is missing after >"),
        ("> many", "long", "expected a number such as"),
        ("> 10 parsecs", "long", "'parsecs' is no unit"),
        ("empty", "long", "holds no texts"),
        ("!something", "string", "told apart"),
        ("> true", "bool", "have no order"),
        ("maybe", "bool", "expected true or false"),
        ("> soon", "datetime", "soon"),
        ("> 3 parsecs", "timespan", "parsecs"),
    ],
)
def test_what_is_no_filter_is_told_in_words(text: str, kind: KqlType, said: str) -> None:
    with pytest.raises(TypedError, match=said):
        read(text, kind)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200", 1200),
        ("-5", -5),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("10MiB", 10 * 2**20),
        ("2 gb", 2 * 10**9),
        ("1e3", 1000),
        ("0.1", 0.1),
        ("3k", 3000),
    ],
)
def test_numbers_with_units(text: str, number: float) -> None:
    assert read_number(text) == number


@given(st.text(max_size=40), st.sampled_from(["string", "long", "real", "datetime", "timespan", "bool", "decimal"]))
def test_anything_typed_is_a_filter_or_is_told(text: str, kind: KqlType) -> None:
    found = None
    with contextlib.suppress(TypedError):
        found = read(text, kind)
    assert found is None or found
