from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import duckdb_kql
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.hostile import AZURE_LITERALS, STRINGS
from tui.kql.lexer import KqlSyntaxError, TokenKind, text_of, tokenize
from tui.kql.literals import (
    LiteralError,
    column_reference,
    datetime_literal,
    guid_literal,
    integer_literal,
    list_literal,
    parse_boolean,
    parse_datetime,
    parse_integer,
    parse_real,
    parse_timespan,
    real_literal,
    string_literal,
    string_value,
    timespan_literal,
    timespan_text,
)

no_surrogates = st.text(st.characters(exclude_categories=["Cs"]))
fragments = """FileName|p_x|in~|!in~|=~|!has|..|0x1F|1.5h|1|datetime(2026-01-01)|long(Size)|h'x'|@'c\\'|"a\\"b"
"|'|```|~~~|//|(|)|.|;|\\|é|１|\u2028| """
pieces = st.lists(st.sampled_from([*fragments.replace("\n", "|").split("|"), "|", "\n"])).map("".join)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb_kql.connect()
    yield connection
    connection.close()


def printed(engine: duckdb.DuckDBPyConnection, expression: str) -> object:
    rows = duckdb_kql.kql(engine, f"print x = {expression}", allow_write=False).fetchall()
    assert len(rows) == 1
    return rows[0][0]


def test_there_are_39_hostile_texts() -> None:
    assert len(set(STRINGS.values())) == 39


@pytest.mark.parametrize("portable", [False, True], ids=["azure", "portable"])
@pytest.mark.parametrize("name", STRINGS)
def test_a_text_is_one_token_and_reads_back(name: str, portable: bool) -> None:
    literal = string_literal(STRINGS[name], portable)
    assert [(token.kind, token.text) for token in tokenize(literal)] == [(TokenKind.STRING, literal)]
    assert string_value(literal) == STRINGS[name]


@pytest.mark.parametrize("name", STRINGS)
def test_the_embedded_engine_reads_the_portable_form_exactly(engine: duckdb.DuckDBPyConnection, name: str) -> None:
    assert printed(engine, string_literal(STRINGS[name], portable=True)) == STRINGS[name]


@pytest.mark.parametrize("name", AZURE_LITERALS)
def test_the_shown_form(name: str) -> None:
    assert string_literal(STRINGS[name]) == AZURE_LITERALS[name]


@pytest.mark.parametrize("name", STRINGS)
def test_nothing_in_the_shown_form_acts_on_a_screen(name: str) -> None:
    shown = string_literal(STRINGS[name])
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Cs"}


def test_a_statement_in_a_value_stays_a_value(engine: duckdb.DuckDBPyConnection) -> None:
    value = 'x"; SecurityEvent | take 1; print y="\\'
    query = f"let p_user = {string_literal(value, portable=True)}; print x = p_user, n = strlen(p_user)"
    assert duckdb_kql.kql(engine, query).fetchall() == [(value, len(value))]


@pytest.mark.parametrize("value", ["\ud800", "a\udc00b", "\ud83d and \ude00"])
def test_half_a_character_is_refused(value: str) -> None:
    with pytest.raises(LiteralError, match=r"half a character \(U\+D[8C3]"):
        string_literal(value)
    with pytest.raises(LiteralError):
        list_literal(["fine", value])


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r'"a\u0041b"', "aAb"),
        (r'"\x41"', "A"),
        (r'"\101\60"', "A0"),
        (r'"\a\b\f\v"', "\a\b\f\v"),
        (r"'it\'s'", "it's"),
        (r'@"C:\a""b"', 'C:\\a"b'),
        (r"@'it''s'", "it's"),
        (r'h"secret"', "secret"),
        (r"H@'x\y'", "x\\y"),
        (r'"\uD83D\uDE00"', "\U0001f600"),
        (r'"\U0001F600"', "\U0001f600"),
        ('```a\n\\n"b```', 'a\n\\n"b'),
        ("~~~a```b~~~", "a```b"),
    ],
)
def test_every_spelling_is_one_token_and_is_read(literal: str, value: str) -> None:
    assert [token.kind for token in tokenize(literal)] == [TokenKind.STRING]
    assert string_value(literal) == value


@pytest.mark.parametrize(
    "text", ['"a\nb"', r'"a\qb"', '"open', "'a\rb'", '@"a\nb"', "```open", "a # b", "x ＝ 1", "x == １"]
)
def test_what_kql_cannot_read_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(KqlSyntaxError) as caught:
        tokenize("A == " + text)
    assert 5 <= caught.value.position < 5 + len(text)


@given(no_surrogates, st.booleans())
def test_any_text_reads_back(value: str, portable: bool) -> None:
    literal = string_literal(value, portable)
    assert string_value(literal) == value
    assert [token.kind for token in tokenize(literal)] == [TokenKind.STRING]


@given(no_surrogates | pieces)
def test_the_tokens_of_a_text_are_the_text(text: str) -> None:
    try:
        tokens = tokenize(text)
    except KqlSyntaxError:
        assume(False)
    assert text_of(tokens) == text
    assert [token.start for token in tokens] == [len(text_of(tokens[:index])) for index in range(len(tokens))]


@given(no_surrogates, no_surrogates)
def test_a_text_ends_where_it_was_ended(value: str, other: str) -> None:
    query = f"A == {string_literal(value)} or B == {string_literal(other, portable=True)}"
    strings = [string_value(token.text) for token in tokenize(query) if token.kind is TokenKind.STRING]
    assert strings == [value, other]


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("2024-01-01T00:00:00Z", "datetime(2024-01-01T00:00:00.000000Z)"),
        ("2024-01-01T10:00:00+02:00", "datetime(2024-01-01T08:00:00.000000Z)"),
        ("2024-01-01 10:00", "datetime(2024-01-01T10:00:00.000000Z)"),
        ("2024-01-01T10:00:00.1234567Z", "datetime(2024-01-01T10:00:00.123456Z)"),
    ],
)
def test_times(engine: duckdb.DuckDBPyConnection, text: str, literal: str) -> None:
    moment = parse_datetime(text)
    assert datetime_literal(moment) == literal
    assert printed(engine, literal) == moment.replace(tzinfo=None)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "now()",
        "2024-01-01) | take 1 //",
        "２０２４-01-01",
        "٢٠٢٤-01-01",
        "0001-01-01T00:00:00+14:00",
        "",
        "1700000000",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(LiteralError):
        parse_datetime(text)


@pytest.mark.parametrize(
    ("text", "literal", "span"),
    [
        ("7d", "7d", timedelta(days=7)),
        ("90s", "90s", timedelta(seconds=90)),
        ("120s", "2m", timedelta(minutes=2)),
        ("500ms", "500ms", timedelta(milliseconds=500)),
        ("0s", "0s", timedelta(0)),
        ("1.02:03:04", "93784s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("00:00:00.000001", "timespan(00:00:00.000001)", timedelta(microseconds=1)),
        ("1.00:00:00.5", "86400500ms", timedelta(days=1, milliseconds=500)),
        ("10675199d", "10675199d", timedelta(days=10675199)),
        ("3.00:00:00.000250", "timespan(3.00:00:00.000250)", timedelta(days=3, microseconds=250)),
    ],
)
def test_spans(engine: duckdb.DuckDBPyConnection, text: str, literal: str, span: timedelta) -> None:
    assert parse_timespan(text) == span
    assert timespan_literal(span) == literal
    assert printed(engine, literal) == span
    assert parse_timespan(timespan_text(span)) == span


@pytest.mark.parametrize(
    "text",
    [
        "1h) | take 5",
        "1d); SecurityEvent",
        "-1h",
        "5",
        "1w",
        "1 h",
        "٥m",
        "５m",
        "1.24:00:00",
        "00:60:00",
        "10675200d",
        "999999999999999d",
        "",
    ],
)
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(LiteralError):
        parse_timespan(text)


def test_a_negative_span_has_no_literal() -> None:
    with pytest.raises(LiteralError, match="negative"):
        timespan_literal(timedelta(hours=-1))


@pytest.mark.parametrize(
    ("text", "value"),
    [("42", 42), (" -7 ", -7), ("+0", 0), ("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63))],
)
def test_integers(engine: duckdb.DuckDBPyConnection, text: str, value: int) -> None:
    assert parse_integer(text) == value
    assert integer_literal(value) == f"long({value})"
    assert printed(engine, integer_literal(value)) == value


@pytest.mark.parametrize(
    "text", ["4624 or 1==1", "9223372036854775808", "0x1F", "١٢", "１２", "1.0", "1e3", "1_000", ""]
)
def test_what_is_no_integer(text: str) -> None:
    with pytest.raises(LiteralError):
        parse_integer(text)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
def test_an_integer_beyond_64_bits_has_no_literal(value: int) -> None:
    with pytest.raises(LiteralError, match="64-bit"):
        integer_literal(value)


@pytest.mark.parametrize("text", ["0.1", "-2.5e-3", ".5", "7", "1.7976931348623157e308", "5e-324"])
def test_reals(engine: duckdb.DuckDBPyConnection, text: str) -> None:
    value = parse_real(text)
    assert value == float(text)
    assert printed(engine, real_literal(value)) == value


@pytest.mark.parametrize("text", ["1e309", "nan", "inf", "0.1) | take 1", "１.５", "٠.٥", "1_0.0", ""])
def test_what_is_no_real(text: str) -> None:
    with pytest.raises(LiteralError):
        parse_real(text)


def test_infinities_in_drills(engine: duckdb.DuckDBPyConnection) -> None:
    assert printed(engine, real_literal(float("inf"))) == float("inf")
    assert printed(engine, real_literal(float("-inf"))) == float("-inf")
    assert printed(engine, real_literal(float("nan"))) != printed(engine, "real(1.0)")
    assert real_literal(float("nan")) == "real(nan)"


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("false", False), (" True ", True)])
def test_booleans(text: str, value: bool) -> None:
    assert parse_boolean(text) is value


@pytest.mark.parametrize("text", ["true or true", "1", "yes", "ｔｒｕｅ", ""])
def test_what_is_no_boolean(text: str) -> None:
    with pytest.raises(LiteralError):
        parse_boolean(text)


def test_guids() -> None:
    guid = "74BE27DE-1e4e-49d9-b579-fe0b331d3642"
    assert guid_literal(guid) == f"guid({guid.lower()})"
    for wrong in (guid + ") | take 1", guid[:-1], guid.replace("1", "１"), ""):
        with pytest.raises(LiteralError):
            guid_literal(wrong)


def test_lists(engine: duckdb.DuckDBPyConnection) -> None:
    hostile = ['a"b', "x\\", '"]) | take 1 //']
    literal = list_literal(hostile)
    assert literal == r'dynamic(["a\"b", "x\\", "\"]) | take 1 //"])'
    assert list_literal([]) == "dynamic([])"
    assert [string_value(t.text) for t in tokenize(literal) if t.kind is TokenKind.STRING] == hostile
    assert printed(engine, f"array_length({list_literal(STRINGS.values(), portable=True)})") == 39
    for value in hostile:
        assert (
            printed(engine, f"{string_literal(value, portable=True)} in ({list_literal(hostile, portable=True)})")
            is True
        )


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("Account", "Account"),
        ("Col name", '["Col name"]'),
        ("x'] | take 1 //", '["x\'] | take 1 //"]'),
        ("where", '["where"]'),
        ('a"b\\', r'["a\"b\\"]'),
        ("Ｃol", '["Ｃol"]'),
    ],
)
def test_columns(name: str, reference: str) -> None:
    assert column_reference(name) == reference
    kinds = [token.kind for token in tokenize(reference) if token.kind is not TokenKind.OPERATOR]
    assert kinds in ([TokenKind.NAME], [TokenKind.STRING])


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))
def test_any_time_reads_back(moment: datetime) -> None:
    text = datetime_literal(moment)
    assert parse_datetime(text.removeprefix("datetime(").removesuffix(")")) == moment


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9_999_999)))
def test_any_span_reads_back(span: timedelta) -> None:
    assert parse_timespan(timespan_literal(span).removeprefix("timespan(").removesuffix(")")) == span
