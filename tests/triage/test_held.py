from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui.triage.held import cleared_words, gap_words, held_by_table, span_words
from tui.workspaces.protocol import TableCoverage, Window


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


WINDOW = Window(at(10), at(20))


def test_hosts_are_summed_up_by_table_and_empty_tables_come_last() -> None:
    held = held_by_table(
        [
            TableCoverage("Empty", "", None, None, 0),
            TableCoverage("B", "y", at(12), at(13), 2),
            TableCoverage("a", "x", at(11), at(12), 1),
            TableCoverage("B", "x", at(11), at(12), 3),
        ]
    )
    assert [(one.table, one.rows, one.first, one.last) for one in held] == [
        ("a", 1, at(11), at(12)),
        ("B", 5, at(11), at(13)),
        ("Empty", 0, None, None),
    ]
    assert [entry.host for entry in held[1].hosts] == ["x", "y"]
    assert held[2].hosts == ()


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (at(10), at(20), ""),
        (at(10, 11), at(19, 13), ""),
        (at(12, 6), at(20), "starts 2 d 6 h into the window"),
        (at(10), at(15), "ends 5 d before its end"),
        (at(12), at(15), "starts 2 d into the window, ends 5 d before its end"),
        (at(1), at(9), "nothing within the window"),
        (at(20), at(21), "nothing within the window"),
        (None, None, ""),
    ],
)
def test_what_the_data_leaves_out(first: datetime | None, last: datetime | None, expected: str) -> None:
    assert gap_words(first, last, WINDOW) == expected


def test_cleared_logs() -> None:
    kept = TableCoverage("T", "a", at(10), at(11), 1)
    once = TableCoverage("T", "b", at(10), at(11), 1, (at(10, 3),))
    twice = TableCoverage("T", "c", at(10), at(11), 1, (at(10, 3), at(10, 4)))
    assert cleared_words([kept]) == ""
    assert cleared_words([kept, once]) == "log cleared 2026-11-10 03:00Z"
    assert cleared_words([twice]) == "log cleared 2026-11-10 03:00Z, 2 times"
    assert cleared_words([once, twice]) == "log cleared on 2 hosts"


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(days=7), "7 d"),
        (timedelta(days=1, hours=4, minutes=3), "1 d 4 h"),
        (timedelta(seconds=90), "1 min 30 s"),
        (timedelta(microseconds=1), "less than 1 s"),
    ],
)
def test_spans_in_words(span: timedelta, expected: str) -> None:
    assert span_words(span) == expected
