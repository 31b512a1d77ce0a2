"""Signs that stand behind the values of a column."""

from __future__ import annotations

import pytest

from tui.widgets.table_cells import label_lines, short_time, shown_text
from tui.widgets.table_layout import TableColumn

COUNT = TableColumn("Count", kind="number", signs=1)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ((12, "▇+S"), "12▇+S"),
        ((12, "   "), "12   "),
        ((None, " - "), " - "),
        ((None, "failed"), "failed"),
        ((None, "   "), "·   "),
        ((0, "\x1b[2J"), "0␛[2J"),
    ],
)
def test_signs_stand_behind_a_value_or_alone(row: tuple[int | None, str], text: str) -> None:
    assert shown_text(row, 0, COUNT, short_time) == text


def test_a_column_without_signs_shows_its_value() -> None:
    assert shown_text(("a", "b"), 0, TableColumn("Name"), short_time) == "a"


def test_a_header_breaks_at_a_hyphen_and_before_a_word() -> None:
    assert label_lines("T1119-01↵") == ("T1119-", "01↵")
    assert label_lines("T1119-01 failed↵") == ("T1119-01", "failed↵")
