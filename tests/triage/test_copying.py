from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.kql.lexer import TokenKind, significant, tokenize
from tui.kql.literals import string_literal, string_value
from tui.triage.copying import (
    CopyError,
    as_json,
    as_markdown,
    as_tsv,
    column_text,
    distinct_values,
    dynamic_list,
    exact_text,
    kql_line,
    kql_text,
    row_as_json,
    seen_text,
)

QUERY = """// File copies: devices
let p_tools = dynamic(["robocopy.exe"]);  // what copies
DeviceProcessEvents
| where FileName in~ (p_tools) and Url != "http://x.example//y"  // not here

| take 5
"""
TIME = datetime(2026, 11, 21, 2, 47, 1, 500_000, tzinfo=UTC)


def meaning(kql: str) -> list[str]:
    """What a query says: its tokens, texts by their value."""
    return [
        f"{token.text[0] in 'hH'}{string_value(token.text)!r}"
        if token.kind is TokenKind.STRING
        else "".join(token.text.split())
        for token in significant(tokenize(kql))
    ]


def controls(text: str) -> list[str]:
    return [one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp")]


def test_kql_as_run_keeps_its_lines_and_comments() -> None:
    assert kql_text(QUERY) == QUERY.rstrip("\n")
    assert kql_text("T\r\n| take 1\r\n\n") == "T\n| take 1"
    assert kql_text("T\n|\twhere x == 1\t// a\tb") == "T\n|    where x == 1    // a    b"


def test_kql_on_one_line_says_the_same_without_comments() -> None:
    line = kql_line(QUERY)
    assert line == (
        'let p_tools = dynamic(["robocopy.exe"]); DeviceProcessEvents'
        ' | where FileName in~ (p_tools) and Url != "http://x.example//y" | take 5'
    )
    assert meaning(line) == meaning(QUERY)


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_a_text_over_many_lines_is_written_with_escapes_on_one_line(fence: str) -> None:
    kql = f"print x = {fence}a\n\tb // c\n{fence}"
    assert kql_line(kql) == 'print x = "a\\n\\tb // c\\n"'
    assert meaning(kql_line(kql)) == meaning(kql)


def test_hidden_characters_in_texts_become_escapes_and_a_secret_stays_one() -> None:
    kql = 'T | where a == "x\x1b]0;t\x07\u202e" and b == @"c:\\\x9b" and c == h"k\u200b" // \x1b[2J\u2066'
    copied = kql_text(kql)
    assert copied == (
        'T | where a == "x\\u001B]0;t\\u0007\\u202E" and b == "c:\\\\\\u009B" and c == h"k\\u200B" // ␛[2J⟨U+2066⟩'
    )
    assert meaning(copied) == meaning(kql)


def test_what_cannot_be_read_is_refused_with_its_line() -> None:
    for form in (kql_text, kql_line):
        with pytest.raises(CopyError, match="line 2 cannot be read: this text literal is not closed"):
            form('T\n| where x == "a\n')


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["T", "| where x == 1", "// note\u202e\x1b\n", "\r\n", "\t", "long( 5\n)", "and", "<", "-", " "]
            ),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(string_literal),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda text: string_literal(text, True)),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="`"), max_size=8).map(
                "```{}```".format
            ),
        ),
        max_size=12,
    )
)
def test_copied_kql_always_means_the_same_and_holds_nothing_that_acts(parts: list[str]) -> None:
    kql = " ".join(parts)
    copied, line = kql_text(kql), kql_line(kql)
    assert meaning(copied) == meaning(kql) == meaning(line)
    assert set(controls(copied)) <= {"\n"}
    assert not controls(line)
    assert not copied.endswith("\n")


def test_a_cell_as_it_is_and_as_it_is_seen() -> None:
    assert exact_text("a\x1b") == "a\x1b"
    assert seen_text("a\x1b[2J\u202eb\tc\r\nd\n") == "a␛[2J⟨U+202E⟩b\tc\nd\n"
    assert seen_text("two\r\nlines\tand a tab") == "two\r\nlines\tand a tab"
    assert (exact_text(None), exact_text(TIME), exact_text(False)) == ("", "2026-11-21T02:47:01.500Z", "false")


ROWS = [
    {"Time": TIME, "Name": "=cmd|' /C calc'!A1", "Count": 3, "Note": None},
    {"Time": None, "Name": "a\tb\nc\x1b", "Count": -1, "Extra": "x|y`<b>"},
]


def test_rows_as_tsv_keep_their_shape_and_are_no_formulas() -> None:
    lines = list(csv.reader(io.StringIO(as_tsv(ROWS)), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert lines == [
        ["Time", "Name", "Count", "Note", "Extra"],
        ["2026-11-21T02:47:01.500Z", "'=cmd|' /C calc'!A1", "3", "", ""],
        ["", "a⇥b⏎c␛", "-1", "", "x|y`<b>"],
    ]
    assert as_tsv(ROWS, ["Count"]) == "Count\n3\n-1"


def test_rows_as_json_are_exact_and_harmless() -> None:
    text = as_json(ROWS)
    assert text.isascii()
    assert set(controls(text)) == {"\n"}
    assert json.loads(text)[1] == {"Time": None, "Name": "a\tb\nc\x1b", "Count": -1, "Extra": "x|y`<b>"}
    assert json.loads(row_as_json(ROWS[0]))["Time"] == "2026-11-21T02:47:01.500Z"
    assert row_as_json({"x": float("nan"), "y": Decimal("1.50"), "z": timedelta(seconds=1)}).split() == [
        "{", '"x":', '"NaN",', '"y":', '"1.50",', '"z":', '"00:00:01"', "}",
    ]  # fmt: skip


def test_rows_as_markdown_act_on_nothing() -> None:
    assert as_markdown(ROWS, ["Name", "Count", "Extra"]).split("\n") == [
        "| Name | Count | Extra |",
        "| --- | --- | --- |",
        "| `=cmd\\|' /C calc'!A1` | 3 | · |",
        "| `a⇥b⏎c␛` | -1 | ``x\\|y`<b>`` |",
    ]


def test_no_rows_are_a_head_without_rows() -> None:
    assert (as_tsv([], ["a", "b"]), as_json([]), as_markdown([], ["a"])) == ("a\tb", "[]", "| a |\n| --- |")


def test_a_column_has_a_line_for_each_row() -> None:
    assert column_text(["a", None, "b\nc", 3, ""]) == "a\n\nb⏎c\n3\n"


def test_values_as_a_dynamic_list_keep_their_types() -> None:
    assert distinct_values(["a", None, "", "b", "a"]) == ["a", "b"]
    assert dynamic_list(["a", 'b"', None, "a", "\u202e"]) == 'dynamic(["a", "b\\"", "\\u202E"])'
    assert dynamic_list([4624, 4625, 4624]) == "dynamic([4624, 4625])"
    assert dynamic_list([True, 0.5, Decimal("1.50")]) == "dynamic([true, 0.5, 1.50])"
    assert dynamic_list([TIME, timedelta(minutes=5)]) == "dynamic([datetime(2026-11-21T02:47:01.500000Z), 5m])"
    assert dynamic_list([None]) == "dynamic([])"
    with pytest.raises(CopyError, match="half a character"):
        dynamic_list(["\ud800"])
