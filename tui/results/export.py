"""Rows written out: plain text, CSV for spreadsheets, CSV exact, JSON lines, Parquet, Markdown.

`csv` is for people: nothing in it becomes a formula and every control character has a visible form. `csv-exact`, `jsonl`
and `parquet` are evidence: every value is whole. None of them but `csv-exact` holds a character that a terminal acts on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO, Literal, TypeAlias, get_args

import pyarrow as pa
import pyarrow.compute as pc

from tui.kql.arrow_times import NANOSECONDS, in_nanoseconds, is_ticks, is_told_to_fit, nanoseconds_hold, numbers_of
from tui.results.columns import column_infos
from tui.results.values import NULL_MARK, iso, json_value, plain_text
from tui.terminal.safe_text import cell_width, fit, pad, safe

Format = Literal["table", "csv", "csv-exact", "jsonl", "parquet", "markdown"]
FORMATS: tuple[Format, ...] = get_args(Format)

Source: TypeAlias = "pa.Table | pa.RecordBatchReader"
"""Rows to write. A reader (`PreparedView.reader`) is written as it is read, so memory holds one batch."""

TABLE_CELL_WIDTH = 80
_MEASURED_ROWS = 1000
_NUMBERS = ("int", "long", "real", "decimal")
_FORMULA_START = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")
"""Where a spreadsheet may see a formula: at the start of a cell, and after a semicolon, which separates cells where the
comma is the decimal sign, quotes or not."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*")
_BACKTICKS = re.compile("`+")


def write(rows: Source, form: Format, stream: BinaryIO, cell_limit: int | None = TABLE_CELL_WIDTH) -> int:
    """Write `rows` to `stream` as UTF-8 (Parquet: binary) and give their number.

    `cell_limit` is the width at which `table` cuts a value, visibly; None for never.
    """
    if form == "parquet":
        return _write_parquet(rows, stream)
    lines = {
        "table": lambda: _table_lines(rows, cell_limit),
        "csv": lambda: _csv_lines(rows, spreadsheet_cell),
        "csv-exact": lambda: _csv_lines(rows, plain_text),
        "jsonl": lambda: _jsonl_lines(rows),
        "markdown": lambda: _markdown_lines(rows),
    }[form]()
    count = 0
    end = "\r\n" if form.startswith("csv") else "\n"
    headers = {"table": 1, "csv": 1, "csv-exact": 1, "jsonl": 0, "markdown": 2}[form]
    for count, line in enumerate(lines, start=1):  # noqa: B007 - the last number is wanted
        stream.write(f"{line}{end}".encode())
    return count - headers


def json_rows(rows: Source) -> Iterator[list[Any]]:
    """Each row as a list of JSON values, in the order of the columns."""
    for row in _rows(rows):
        yield [json_value(value) for value in row]


def _rows(rows: Source) -> Iterator[tuple[Any, ...]]:
    batches: Iterable[pa.RecordBatch] = rows.to_batches() if isinstance(rows, pa.Table) else rows
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _write_parquet(rows: Source, stream: BinaryIO) -> int:
    # Slow to import, and seldom needed.
    import pyarrow.parquet as pq

    count = 0
    schema = _parquet_schema(rows)
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for batch in rows.to_batches() if isinstance(rows, pa.Table) else rows:
            writer.write_batch(_parquet_batch(batch, schema))
            count += batch.num_rows
    return count


def _parquet_schema(rows: Source) -> pa.Schema:
    """The schema of a file of `rows`: times to 100 ns are in nanoseconds where all of them can be, else texts."""

    def form(field: pa.Field) -> pa.Field:
        if not is_ticks(field.type):
            return field
        return pa.field(field.name, NANOSECONDS if _fits(rows, field) else pa.string())

    return pa.schema([form(field) for field in rows.schema])


def _fits(rows: Source, field: pa.Field) -> bool:
    if not isinstance(rows, pa.Table):
        return is_told_to_fit(field)
    limits = pc.min_max(numbers_of(rows[field.name]))
    return nanoseconds_hold(limits["min"].as_py(), limits["max"].as_py())


def _parquet_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """`batch` as `_parquet_schema` has it."""

    def form(column: pa.Array, kind: pa.DataType) -> pa.Array:
        if not is_ticks(column.type):
            return column
        if kind == NANOSECONDS:
            return in_nanoseconds(column)
        return pa.array([None if moment is None else iso(moment) for moment in column.to_pylist()], kind)

    columns = [form(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _shown(value: Any) -> str:
    """`value` whole, on one line, safe to show."""
    text = plain_text(value)
    return safe(text, len(text))


def _table_lines(rows: Source, cell_limit: int | None) -> Iterator[str]:
    right = [info.kql_type in _NUMBERS for info in column_infos(rows.schema)]
    values = (tuple(NULL_MARK if value is None else _shown(value) for value in row) for row in _rows(rows))
    names = tuple(_shown(name) for name in rows.schema.names)
    first = [names, *islice(values, _MEASURED_ROWS)]
    widths = [max(map(cell_width, column)) for column in zip(*first, strict=True)]
    if cell_limit is not None:
        widths = [min(width, cell_limit) for width in widths]
    for row in chain(first, values):
        # A value wider than those measured keeps its width: only the limit cuts.
        cut = row if cell_limit is None else tuple(fit(text, cell_limit) for text in row)
        yield "  ".join(map(pad, cut, widths, right)).rstrip()


def _csv_lines(rows: Source, cell: Callable[[Any], str]) -> Iterator[str]:
    yield ",".join(_quoted(cell(name)) for name in rows.schema.names)
    for row in _rows(rows):
        yield ",".join("" if value is None else _quoted(cell(value)) for value in row)


def _quoted(text: str) -> str:
    """A field of RFC 4180; an empty text is quoted, which tells it from null."""
    if text and not any(character in text for character in ',"\r\n') and text.strip() == text:
        return text
    return '"' + text.replace('"', '""') + '"'


def spreadsheet_cell(value: Any) -> str:
    """`value` on one line, safe to show, and no formula where a spreadsheet reads it."""
    shown = _shown(value)
    return _FORMULA_START.sub(_as_text, shown) if isinstance(value, str) else shown


def _as_text(start: re.Match[str]) -> str:
    """An apostrophe makes text of what follows it, at the start of a cell of the spaces before it, too."""
    return f"'{start[2]}" if not start[1] else f"{start[0]}'"


def _jsonl_lines(rows: Source) -> Iterator[str]:
    names: Sequence[str] = rows.schema.names
    for row in json_rows(rows):
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=True, allow_nan=False)


def _markdown_lines(rows: Source) -> Iterator[str]:
    infos = column_infos(rows.schema)
    yield markdown_row(markdown_name(info.name) for info in infos)
    yield markdown_row("--:" if info.kql_type in _NUMBERS else "---" for info in infos)
    for row in _rows(rows):
        yield markdown_row(map(markdown_cell, row))


def markdown_name(name: str) -> str:
    """A column's name as a cell of Markdown."""
    return name if _PLAIN_NAME.fullmatch(name) else _code_span(name)


def markdown_row(cells: Iterable[str]) -> str:
    """A row of a Markdown table, of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def markdown_cell(value: Any) -> str:
    """`value` as a cell of Markdown in which nothing acts."""
    if value is None:
        return NULL_MARK
    return _code_span(value) if isinstance(value, str) else plain_text(value)


def _code_span(value: str) -> str:
    """`value` as code, in which nothing is markup, HTML, a link or a mention."""
    if not value:
        return ""
    shown = _shown(value).replace("|", "\\|")
    fence = "`" * (max(map(len, _BACKTICKS.findall(shown)), default=0) + 1)
    edge = " " if not shown.isspace() and (shown[0] in " `" or shown[-1] in " `") else ""
    return f"{fence}{edge}{shown}{edge}{fence}"
