from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tui.results.view import Filter, RowView
from tui.triage.cell import Cell
from tui.triage.queries.context import ColumnMeaning, Query, Scope
from tui.triage.words import (
    age_words,
    chip_words,
    opens_words,
    scope_words,
    size_words,
    value_words,
    window_words,
    zone_words,
)
from tui.workspaces.protocol import Window

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
INDIA = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "now"), (59, "now"), (60, "1 min"), (3599, "59 min"), (9 * 3600, "9 h"), (47 * 3600, "47 h"), (48 * 3600, "2 d")],
)  # fmt: skip
def test_ages(seconds: int, words: str) -> None:
    assert age_words(NOON, NOON + timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (48_200, "48 kB"), (1_234_567, "1.2 MB"), (12_345_000_000_000, "12345 GB")],
)  # fmt: skip
def test_sizes(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("start", "length", "words"),
    [
        (NOON, timedelta(hours=4), "11-21 12:00 -> 16:00"),
        (NOON, timedelta(days=1), "11-21 12:00 -> 11-22 12:00"),
        (NOON, timedelta(days=60), "2026-11-21 12:00 -> 2027-01-20 12:00"),
        (NOON + timedelta(seconds=7), timedelta(minutes=30), "11-21 12:00:07 -> 12:30:07"),
        (NOON + timedelta(seconds=7), timedelta(hours=2), "11-21 12:00 -> 14:00"),
    ],
)
def test_windows(start: datetime, length: timedelta, words: str) -> None:
    assert window_words(Window(start, start + length)) == words


def test_a_window_in_another_zone_has_its_own_days() -> None:
    late = Window(NOON, NOON + timedelta(hours=8))
    assert window_words(late, INDIA) == "11-21 17:30 -> 11-22 01:30"
    assert zone_words(INDIA, NOON) == "UTC+05:30"
    assert zone_words(timezone(-timedelta(hours=3)), NOON) == "UTC-03:00"
    assert zone_words(UTC, NOON) == "UTC"


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(), "all"),
        (Scope(devices=("a",)), "a"),
        (Scope(devices=("a", "b"), accounts=("c",)), "a +2"),
        (Scope(exclude_devices=("a", "b")), "all but a +1"),
        (Scope(accounts=("c",), exclude_accounts=("svc",)), "c but svc"),
    ],
)
def test_scopes(scope: Scope, words: str) -> None:
    assert scope_words(scope) == words


def cell(meaning: ColumnMeaning, value: Any, view: str = "devices") -> Cell:
    class Made:
        query = Query("", view, "", 1, (meaning,))

    return Cell(Made(), {meaning.name: value}, meaning.name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("meaning", "value", "words"),
    [
        (ColumnMeaning("N", "rows", "archives"), 4, "leg archives, opens 4 events"),
        (ColumnMeaning("N", "rows", "archives"), 1, "leg archives, opens 1 event"),
        (ColumnMeaning("N", "rows", "archives"), 5213, "leg archives, opens 5,213 events"),
        (ColumnMeaning("N", "values", "archives"), 2, "leg archives, opens 2 values"),
        (ColumnMeaning("N", "sum", "archives"), 12, "leg archives, opens the events of the total"),
        (ColumnMeaning("N", "extreme", "archives"), 12, "leg archives, opens the event, or those that tie"),
        (ColumnMeaning("N", "timeline"), "ws", "opens the timeline of all legs"),
        (ColumnMeaning("N", "rows", "archives"), NOON, "leg archives, opens the events"),
        (ColumnMeaning("N"), 4, ""),
    ],
)
def test_what_a_cell_opens(meaning: ColumnMeaning, value: Any, words: str) -> None:
    assert opens_words(cell(meaning, value)) == words


def test_a_cell_without_its_table_is_not_a_zero() -> None:
    assert opens_words(cell(ColumnMeaning("N", "rows", "mails"), None)).startswith("n/a")
    assert opens_words(cell(ColumnMeaning("N"), None)) == ""


def test_filters_order_and_search_as_chips() -> None:
    view = RowView(
        sort=(("Count", True), ("Name", False)),
        filters=(Filter("Name", "==", ""), Filter("Name", "!=", None), Filter("Size", "==", 3)),
        search="x",
    )
    assert chip_words(view) == [
        "only Name empty",
        "not Name null",
        "only Size 3",
        "sorted by Count down, then Name up",
        "search x",
    ]
    assert chip_words(RowView(), "Leg") == ["stack of Leg: Enter shows its rows"]
    assert value_words(NOON) == "2026-11-21 12:00:00.000000 UTC"
