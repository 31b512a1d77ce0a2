import csv
import io
import itertools
import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tui.results.export import FORMATS, Format, json_rows, write
from tui.results.store import ResultStore
from tui.results.values import iso, json_value, plain_text, timespan_text
from tui.terminal.safe_text import HIDDEN, safe

WHEN = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
HOSTILE = [
    "\x1b]52;c;ZXZpbA==\x07",
    "=cmd|' /C calc'!A0",
    "  @SUM(1)",
    "-2+3",
    "＝1",
    "\t=1",
    "\r=1",
    'say "hi", twice',
    "two\nlines",
    "a|b`c``d",
    "\\|",
    " spaced ",
    "<script>alert(1)</script>",
    "[x](http://evil) ![y](http://evil/p.png)",
    "http://evil.example/ @user #12",
    "invoice\u202efdp.exe",
    "**bold** _x_ ~~z~~ &lt; \\_",
    "`",
]
hostile_text = st.text(st.sampled_from("`|\\ <>&*_[]()!\n\r\t\x1b=+-@'\",a#:/.~\u202e")) | st.text()


def written(table: pa.Table, form: Format, **options: int | None) -> bytes:
    stream = io.BytesIO()
    assert write(table, form, stream, **options) == table.num_rows
    return stream.getvalue()


def texts(values: list[str | None]) -> pa.Table:
    return pa.table({"Value": pa.array(values, pa.string())})


@pytest.fixture
def table() -> pa.Table:
    return pa.table(
        {
            "Timestamp": pa.array([WHEN, None], pa.timestamp("us", "UTC")),
            "Device": ["fs01", ""],
            "Count": pa.array([1234, None], pa.int64()),
            "Ratio": [0.5, float("nan")],
            "Admin": [True, None],
            "Span": pa.array([timedelta(hours=1), None], pa.duration("us")),
        }
    )


def test_plain_text_is_aligned_and_keeps_null_and_empty_apart(table: pa.Table) -> None:
    assert written(table, "table").decode() == (
        "Timestamp             Device  Count  Ratio  Admin  Span\n"
        "2026-11-21T02:47:00Z  fs01     1234    0.5  true   01:00:00\n"
        "·                                 ·    NaN  ·      ·\n"
    )


def test_plain_text_cuts_visibly_and_only_when_told(table: pa.Table) -> None:
    long = texts(["x" * 100, "界" * 50])
    assert written(long, "table").decode().splitlines()[1:] == ["x" * 79 + "…", "界" * 39 + "…"]
    assert written(long, "table", cell_limit=None).decode().splitlines()[1] == "x" * 100


@pytest.mark.parametrize("form", ["table", "csv", "jsonl", "markdown"])
def test_no_export_for_people_holds_what_terminals_act_on(form: Format) -> None:
    text = written(texts(HOSTILE), form).decode()
    assert re.search(f"[{HIDDEN}]", text.replace("\r\n" if form == "csv" else "\n", "")) is None


@given(st.lists(hostile_text | st.none()))
def test_a_spreadsheet_sees_no_formula(values: list[str | None]) -> None:
    text = written(texts(values), "csv").decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == len(values) + 1
    for (cell,) in [row for row in rows if row]:
        assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠\t\r\n\0"))


def test_numbers_stay_numbers_for_a_spreadsheet() -> None:
    table = pa.table({"n": [-5], "t": ["-5"], "r": [-0.5]})
    assert written(table, "csv") == b"n,t,r\r\n-5,'-5,-0.5\r\n"


@given(st.lists(st.tuples(hostile_text | st.none(), st.integers(-5, 5)), min_size=1))
def test_exact_csv_gives_every_character_back(rows: list[tuple[str | None, int]]) -> None:
    table = pa.table({"t": pa.array([t for t, _ in rows], pa.string()), "n": [n for _, n in rows]})
    text = written(table, "csv-exact").decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["t", "n"], *([t or "", str(n)] for t, n in rows)]


def test_exact_csv_tells_null_from_empty() -> None:
    assert written(texts(["", None]), "csv-exact") == b'Value\r\n""\r\n\r\n'


@given(st.lists(hostile_text | st.none()))
def test_json_lines_are_exact_and_plain_ascii(values: list[str | None]) -> None:
    data = written(texts(values), "jsonl")
    assert data.isascii()
    assert [json.loads(line)["Value"] for line in data.splitlines()] == values


def test_json_rows_hold_every_type(table: pa.Table) -> None:
    assert list(json_rows(table)) == [
        ["2026-11-21T02:47:00Z", "fs01", 1234, 0.5, True, "01:00:00"],
        [None, "", None, "NaN", None, None],
    ]


def test_parquet_is_read_back_the_same(table: pa.Table) -> None:
    assert pq.read_table(io.BytesIO(written(table, "parquet"))).slice(0, 1) == table.slice(0, 1)


@given(st.lists(hostile_text, min_size=1, max_size=5))
def test_markdown_shows_every_value_as_it_is_and_nothing_else(values: list[str]) -> None:
    document = written(texts(values), "markdown").decode()
    tokens = MarkdownIt("gfm-like").parse(document)
    cells = [token for before, token in itertools.pairwise(tokens) if before.type == "td_open"]
    assert len(cells) == len(values)
    for value, cell in zip(values, cells, strict=True):
        shown = safe(value, len(value))
        parts = [] if not shown else [("code_inline", shown)]
        assert [(part.type, part.content) for part in cell.children or []] == parts


def test_markdown_table(table: pa.Table) -> None:
    named = table.slice(0, 1).rename_columns(["Timestamp", "a|b", "Count", "Ratio", "Admin", "__x__"])
    assert written(named, "markdown").decode() == (
        "| Timestamp | `a\\|b` | Count | Ratio | Admin | `__x__` |\n"
        "| --- | --- | --: | --: | --- | --- |\n"
        "| 2026-11-21T02:47:00Z | `fs01` | 1234 | 0.5 | true | 01:00:00 |\n"
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_view_is_written_as_a_stream(form: Format) -> None:
    store = ResultStore(None)
    rows = store.load(pa.table({"n": list(range(1000))}))
    stream, whole = io.BytesIO(), io.BytesIO()
    with rows.prepare() as view:
        assert write(view.reader(), form, stream) == 1000
        assert write(view.arrow(), form, whole) == 1000
    assert stream.getvalue() == whole.getvalue()
    store.close()


@pytest.mark.parametrize("form", FORMATS)
def test_no_rows_are_an_empty_export(form: Format, table: pa.Table) -> None:
    written(table.slice(0, 0), form)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "00:00:00"),
        (timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=500_000), "1.02:03:04.5000000"),
        (-timedelta(microseconds=1), "-00:00:00.0000010"),
    ],
)
def test_timespans_are_written_as_in_kql(span: timedelta, text: str) -> None:
    assert timespan_text(span) == text


@given(st.timedeltas(timedelta(days=-9999), timedelta(days=9999)))
def test_timespans_can_be_read_back(span: timedelta) -> None:
    match = re.fullmatch(r"(-?)(?:(\d+)\.)?(\d\d):(\d\d):(\d\d)(?:\.(\d{7}))?", timespan_text(span))
    assert match
    sign, days, hours, minutes, seconds, ticks = match.groups("0")
    size = timedelta(int(days), int(seconds), int(ticks) // 10, 0, int(minutes), int(hours))
    assert span == (-size if sign == "-" else size)


def test_times_have_only_the_digits_they_need() -> None:
    assert iso(WHEN) == "2026-11-21T02:47:00Z"
    assert iso(WHEN.replace(microsecond=250_000)) == "2026-11-21T02:47:00.250Z"
    assert iso(WHEN.replace(microsecond=1)) == "2026-11-21T02:47:00.000001Z"


@pytest.mark.parametrize(
    ("value", "text", "in_json"),
    [
        (None, "", None),
        (True, "true", True),
        (2**63, "9223372036854775808", 2**63),
        (500.0, "500", 500.0),
        (float("inf"), "Infinity", "Infinity"),
        (Decimal("4"), "4", 4),
        (Decimal("1.50"), "1.50", "1.50"),
        (Decimal("1E+3"), "1000", "1000"),
        (timedelta(days=1), "1.00:00:00", "1.00:00:00"),
    ],
)
def test_single_values(value: object, text: str, in_json: object) -> None:
    assert plain_text(value) == text
    assert json_value(value) == in_json
    assert type(json_value(value)) is type(in_json)


def test_control_characters_are_named_only_where_they_are_not_exact() -> None:
    assert not any(
        unicodedata.category(character) == "Cc" for character in written(texts(["\x1b"]), "csv").decode()[7:-2]
    )
    assert b"\x1b" in written(texts(["\x1b"]), "csv-exact")
