"""Counting and adding: numbers of the column under the cursor, over the rows shown and over the marked ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from tui.results.numbers import ColumnNumbers
    from tui.screens.main import MainScreen

_WIDEST = 60


async def show_numbers(screen: MainScreen) -> None:
    """Shows count, distinct, null, empty, least, greatest, sum and mean of the column under the cursor."""
    from tui.screens.page import PageScreen
    from tui.workspaces.threads import in_thread

    place, name = screen.trail.current, screen.pane.column
    if place is None or place.step.run.rows is None or not name:
        return
    stored, view, judge = place.step.run.rows, place.step.view, place.judge

    def work() -> list[tuple[str, ColumnNumbers]]:
        found = [("rows shown", stored.numbers(name, view))]
        marked = judge.marked(stored) if judge is not None and not place.derived else ()
        if marked:
            among = marked if view.only is None else tuple(set(marked) & set(view.only))
            found.append(("marked rows shown", stored.numbers(name, replace(view, only=among))))
        return found

    numbers = await in_thread(work, stored.interrupt)
    text = "\n".join(numbers_lines(numbers, screen.zone))
    screen.app.push_screen(PageScreen(f"{name}: numbers of the rows fetched", text))


def numbers_lines(columns: list[tuple[str, ColumnNumbers]], zone: tzinfo) -> list[str]:
    """`columns` of numbers under their titles, one line each number; safe to show."""
    from tui.terminal.safe_text import cell_width, fit, pad

    table = [("", [title for title, _ in columns])]
    every = [dict(_words(numbers, zone)) for _, numbers in columns]
    for name in every[0]:
        table.append((name, [fit(words.get(name, "0"), _WIDEST) for words in every]))
    widths = [max(cell_width(texts[place]) for _, texts in table) for place in range(len(columns))]
    label = max(len(name) for name, _ in table)
    return [
        f"{name:{label}}  {'  '.join(pad(text, width, right=True) for text, width in zip(texts, widths, strict=True))}"
        for name, texts in table
    ]


def _words(numbers: ColumnNumbers, zone: tzinfo) -> list[tuple[str, str]]:
    from tui.results.values import plain_text
    from tui.terminal.safe_text import safe
    from tui.triage.words import value_words

    def said(value: object) -> str:
        if value is None:
            return "none"
        return f"{value:,}" if isinstance(value, int) else safe(value_words(value, zone))

    words = [
        ("rows", f"{numbers.rows:,}"),
        ("null", f"{numbers.null:,}"),
        ("empty", f"{numbers.empty:,}"),
        ("distinct values", f"{numbers.distinct:,}"),
        ("least", said(numbers.least)),
        ("greatest", said(numbers.greatest)),
        ("sum", said(numbers.total)),
        ("mean", plain_text(round(numbers.mean, 4)) if isinstance(numbers.mean, float) else said(numbers.mean)),
        ("not finite", f"{numbers.infinite:,}" if numbers.infinite else ""),
    ]
    return [(name, value) for name, value in words if value]
