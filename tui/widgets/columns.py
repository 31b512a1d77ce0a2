"""Rows of texts as items in aligned columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from tui.terminal.safe_text import cell_width, fit, pad, safe
from tui.widgets.item_list import Item


@dataclass(frozen=True)
class Column:
    """A column's name, whether its texts stand `right` (numbers), and the most cells it takes."""

    name: str
    right: bool = False
    widest: int = 40


@dataclass(frozen=True)
class Row:
    """The texts of a row, made safe where they are drawn, and a style for all of it."""

    texts: Sequence[object]
    style: str = ""


_LEAST, _LEAST_LAST, _GAP = 12, 8, 2


def heading_and_items(columns: Sequence[Column], rows: Sequence[Row], room: int) -> tuple[Content, list[Item]]:
    """The names of the columns and the rows below them, each as one line.

    The last column is as wide as it needs; the widest others give way until it has some of the `room`.
    """
    shown = [[safe(text, 300) for text in row.texts] for row in rows]
    names = [safe(column.name) for column in columns]
    widths = [
        min(column.widest, max(cell_width(name), *(cell_width(row[index]) for row in shown)) if shown else len(name))
        for index, (column, name) in enumerate(zip(columns, names, strict=True))
    ]
    _squeeze(columns, widths, room)
    items = [
        Item(
            (Content.styled(_line(columns, widths, texts), row.style) if row.style else _plain(columns, widths, texts),)
        )
        for row, texts in zip(rows, shown, strict=True)
    ]
    return _plain(columns, widths, names), items


def _squeeze(columns: Sequence[Column], widths: list[int], room: int) -> None:
    """Narrows the widest columns of text in `widths` until the last column has room."""
    shrinking = [index for index, column in enumerate(columns[:-1]) if not column.right and widths[index] > _LEAST]
    while shrinking and sum(widths[:-1]) + _GAP * (len(widths) - 1) + min(widths[-1], _LEAST_LAST) > room:
        widest = max(shrinking, key=widths.__getitem__)
        if widths[widest] <= _LEAST:
            return
        widths[widest] -= 1


def _plain(columns: Sequence[Column], widths: Sequence[int], texts: Sequence[str]) -> Content:
    return Content(_line(columns, widths, texts))


def _line(columns: Sequence[Column], widths: Sequence[int], texts: Sequence[str]) -> str:
    last = len(columns) - 1
    parts = [
        text if index == last else pad(fit(text, width, middle=not column.right), width, column.right)
        for index, (column, width, text) in enumerate(zip(columns, widths, texts, strict=True))
    ]
    return (" " * _GAP).join(parts)
