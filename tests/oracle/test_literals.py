from __future__ import annotations

import pytest

from tests.hostile import STRINGS
from tests.oracle.conftest import Judge
from tui.kql.lexer import significant, tokenize
from tui.kql.literals import (
    column_reference,
    datetime_literal,
    guid_literal,
    integer_literal,
    list_literal,
    parse_datetime,
    parse_timespan,
    real_literal,
    string_literal,
    timespan_literal,
)

pytestmark = pytest.mark.oracle
SCHEMA = {"T": {"C": "string", "N": "long"}}


@pytest.mark.parametrize("portable", [False, True], ids=["azure", "portable"])
def test_texts(judge: Judge, portable: bool) -> None:
    for value in STRINGS.values():
        literal = string_literal(value, portable)
        query = f"T | where C == {literal} | take 5"
        assert judge.faults(query, SCHEMA) == []
        assert judge.ask({"tokens": query})["tokens"] == ["T", "|", "where", "C", "==", literal, "|", "take", "5"]
        assert judge.ask({"literal": literal})["value"] == value


def test_typed_values(judge: Judge) -> None:
    typed = [
        datetime_literal(parse_datetime("2024-01-01T10:00:00+02:00")),
        *(timespan_literal(parse_timespan(text)) for text in ("7d", "1.02:03:04", "00:00:00.000001", "500ms", "0s")),
        *(integer_literal(value) for value in (42, -(2**63), 2**63 - 1)),
        *(real_literal(value) for value in (0.1, -2.5e-300, float("inf"), float("-inf"), float("nan"))),
        guid_literal("74be27de-1e4e-49d9-b579-fe0b331d3642"),
        list_literal(STRINGS.values()),
        list_literal([]),
    ]
    for literal in typed:
        assert judge.faults(f"let p_x = {literal}; T | extend X = p_x | take 5", SCHEMA) == [], literal


def test_columns(judge: Judge) -> None:
    for name in ("Account", "Col name", "x'] | take 1 //", "where", 'a"b\\', "kind", "1st", "é"):
        query = f"T | project {column_reference(name)}"
        assert judge.faults(query, {"T": {name: "string"}}) == []


def test_faults_are_found(judge: Judge) -> None:
    assert judge.faults("T | where D == 1", SCHEMA) == [
        "KS142 The name 'D' does not refer to any known column, table, variable or function. in: ... T | where D == 1"
    ]
    assert judge.faults('T | where C == "a\\q"', SCHEMA)
    assert judge.faults("T | where C == 'a", SCHEMA)


def test_tokens_are_split_as_kusto_splits_them(judge: Judge) -> None:
    text = """let p_x = dynamic(["a\\"b", @'c\\']);
T // a comment with "quotes"
| where C in~ (p_x) and C !in~ ('d') and N between (1 .. 0x1F) and C matches regex @"^a" // end
| where N > 1.5 and C has_any ("x") or not(C !contains h'secret') and bin(D, 1h) == datetime(2026-01-01T00:00:00Z)"""
    ours = "".join(token.text for token in significant(tokenize(text))).replace(" ", "")
    theirs = "".join(judge.ask({"tokens": text})["tokens"]).replace(" ", "")
    assert ours == theirs
