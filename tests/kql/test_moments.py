from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.kql.binding import Equality
from tui.kql.literals import datetime_literal
from tui.kql.moments import EPOCH, Moment, exact, exact_as_written, moment_of, ticks_of

WHEN = datetime(2026, 3, 1, 12, 34, 56, 123456, UTC)
TICKS = st.integers(ticks_of(datetime.min.replace(tzinfo=UTC)), ticks_of(datetime.max.replace(tzinfo=UTC)) + 9)


@given(TICKS, TICKS)
def test_moments_are_ordered_as_their_numbers(one: int, other: int) -> None:
    assert (moment_of(one) < moment_of(other)) == (one < other)
    assert (moment_of(one) >= moment_of(other)) == (one >= other)
    assert (moment_of(one) == moment_of(other)) == (one == other)
    assert ticks_of(moment_of(one)) == one


@given(TICKS)
def test_copies_are_whole(ticks: int) -> None:
    moment = moment_of(ticks)
    for other in (copy.deepcopy(moment), pickle.loads(pickle.dumps(moment))):
        assert (other, hash(other), other.tick) == (moment, hash(moment), moment.tick)


def test_a_moment_beside_a_plain_time() -> None:
    assert exact(WHEN, 0) == WHEN
    assert WHEN == exact(WHEN, 0)  # noqa: SIM300 - the other way round
    assert hash(exact(WHEN, 0)) == hash(WHEN)
    assert exact(WHEN, 1) != WHEN
    assert WHEN != exact(WHEN, 1)  # noqa: SIM300
    assert WHEN < exact(WHEN, 1) < WHEN + timedelta(microseconds=1)
    assert exact(WHEN, 9) - WHEN == timedelta(0)
    assert exact(WHEN, 9) + timedelta(seconds=1) == WHEN + timedelta(seconds=1)
    assert exact(WHEN, 5) != "2026"


@pytest.mark.parametrize(
    ("text", "tick"),
    [
        ("2026-03-01T12:34:56.1234567Z", 7),
        ("2026-03-01 12:34:56.1234560", 0),
        ("2026-03-01T12:34:56.123456789Z", 7),
    ],
)
def test_the_seventh_digit_of_a_text(text: str, tick: int) -> None:
    found = exact_as_written(WHEN, text)
    assert isinstance(found, Moment)
    assert found == exact(WHEN, tick)


def test_a_text_without_one_says_nothing_of_it() -> None:
    assert type(exact_as_written(WHEN, "2026-03-01T12:34:56.123456Z")) is datetime


def test_literals_are_exact() -> None:
    moment = exact(WHEN.astimezone(timezone(timedelta(hours=2))), 7)
    assert datetime_literal(moment) == "datetime(2026-03-01T12:34:56.1234567Z)"
    assert datetime_literal(exact(EPOCH, 0)) == "datetime(1970-01-01T00:00:00.000000Z)"
    assert Equality("At", "datetime", moment).condition() == "At == datetime(2026-03-01T12:34:56.1234567Z)"
    assert Equality("At", "datetime", exact(WHEN, 0)).condition() == "At == datetime(2026-03-01T12:34:56.123456Z)"
    # Of a time whose seventh digit is not known all are taken.
    assert " and At < " in Equality("At", "datetime", WHEN).condition()
