"""Values of rows as a table shows them: one line each, safe, cut visibly."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from tui.results.values import NULL_MARK, plain_text
from tui.terminal.safe_text import cell_width, fit, pad, safe
from tui.widgets.table_layout import TableColumn

FormatTime = Callable[[datetime], str]

OPENS_MARK = "↵"
ASCENDING_MARK = "▴"
DESCENDING_MARK = "▾"
LINES_MARK = "¶"
"""Stands before a text of several lines."""
LEGEND = f"""{NULL_MARK} no value (null); a cell with nothing in it: an empty text
{LINES_MARK} a text of several lines; ⏎ where they end: Space shows it whole
… cut here: Space shows the value whole, _ widens the column
{OPENS_MARK} cells of this column open; {ASCENDING_MARK} {DESCENDING_MARK} rows are in its order
‹ › more columns on this side"""
"""What the signs in a table mean."""
_DECIMALS = 4
_WIDEST = 400
_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[-_ .])(?=[^-_ .])")


def short_time(when: datetime) -> str:
    """`when`, in its own zone, as `MM-DD HH:MM:SS`."""
    return f"{when:%m-%d %H:%M:%S}"


def cell_text(value: Any, format_time: FormatTime) -> str:
    """`value` on one safe line: null is `·`, empty stays empty, `¶` marks several lines, a fraction has at most four
    decimals."""
    if isinstance(value, str):
        return f"{LINES_MARK} {safe(value)}" if "\n" in value or "\r" in value else safe(value)
    if value is None:
        return NULL_MARK
    if isinstance(value, float) and math.isfinite(value):
        return _short_real(value)
    return safe(format_time(value) if isinstance(value, datetime) else plain_text(value))


def shown_text(row: Sequence[Any], place: int, column: TableColumn, format_time: FormatTime) -> str:
    """What stands in the cell at `place` of `row`: its value, then the signs that go with it."""
    if column.signs is None:
        return cell_text(row[place], format_time)
    value, signs = row[place], safe(row[column.signs])
    if value is None and signs.strip():
        return signs
    return cell_text(value, format_time) + signs


def _short_real(value: float) -> str:
    short = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    if short in ("0", "-0"):
        return f"{value:.{_DECIMALS}g}" if value else "0"
    return short


def fitted(text: str, column: TableColumn, width: int) -> str:
    """`text` in exactly `width` cells: cut with an ellipsis, a path in the middle, numbers on the right."""
    return pad(fit(text, width, column.kind == "path"), width, column.right)


def label_text(column: TableColumn, sort: Sequence[tuple[str, bool]]) -> str:
    """The header of `column`: its label, marked when its cells open and when rows are in its order."""
    mark = OPENS_MARK if column.opens else ""
    for name, descending in sort:
        if name == column.name:
            mark += DESCENDING_MARK if descending else ASCENDING_MARK
    return safe(column.label or column.name) + mark


def label_lines(label: str) -> tuple[str, str]:
    """`label` on two lines as narrow as they can be, broken between words: `Distinct`, `CommandLines`."""
    breaks = [0, *(match.start() for match in _WORD_ENDS.finditer(label))]
    place = min(breaks, key=lambda place: max(cell_width(label[:place].rstrip()), cell_width(label[place:])))
    return label[:place].rstrip(), label[place:]


def widest(texts: Iterable[str]) -> int:
    """Cells that the widest of `texts` takes; those beyond some hundreds do not matter."""
    return min(_WIDEST, max(map(cell_width, texts), default=0))
