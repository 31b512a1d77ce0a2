from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.triage.around import SPANS, Centre, centre_of, grown, middle, shrunk, span_of, span_words, window_around
from tui.workspaces.protocol import Window

MOMENT = datetime(2026, 11, 21, 3, 0, 0, 123_457, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(moments, st.sampled_from(SPANS))
def test_the_middle_of_the_window_around_a_moment_is_that_moment(moment: datetime, span: timedelta) -> None:
    window = window_around(moment, span)
    assert middle(window) == moment
    assert span_of(window) == span
    assert window.start <= moment < window.end


@given(moments, st.sampled_from(SPANS[:-1]))
def test_growing_and_shrinking_undo_each_other(moment: datetime, span: timedelta) -> None:
    window = window_around(moment, span)
    wider = grown(window, moment)
    assert wider is not None
    assert wider.start < window.start
    assert wider.end > window.end
    assert shrunk(wider, moment) == window


def test_there_is_a_farthest_and_a_nearest() -> None:
    assert grown(window_around(MOMENT, SPANS[-1]), MOMENT) is None
    assert shrunk(window_around(MOMENT, SPANS[0]), MOMENT) is None


def test_a_window_of_any_length_grows_to_the_next_step() -> None:
    week = Window(MOMENT - timedelta(days=5), MOMENT + timedelta(days=5))
    assert grown(week, MOMENT) == window_around(MOMENT, timedelta(days=7))
    assert shrunk(week, MOMENT) == window_around(MOMENT, timedelta(days=3))


def test_the_event_is_told_by_its_moment_and_number() -> None:
    event = {"Timestamp": MOMENT, "ReportId": 7}
    assert centre_of(event, MOMENT) == Centre(MOMENT, 7)
    assert Centre(MOMENT, 7).is_of({"EventTime": MOMENT, "ReportId": 7})
    assert not Centre(MOMENT, 7).is_of({"EventTime": MOMENT, "ReportId": 8})
    assert not Centre(MOMENT, 7).is_of({"EventTime": MOMENT + timedelta(microseconds=1), "ReportId": 7})


def test_another_time_of_the_row_is_a_moment_of_no_event() -> None:
    created = MOMENT - timedelta(hours=1)
    found = centre_of({"Timestamp": MOMENT, "ReportId": 7, "ProcessCreationTime": created}, created)
    assert found == Centre(created, None)
    assert found.is_of({"EventTime": created, "ReportId": 3})


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=10), "10 s"),
        (timedelta(minutes=15), "15 min"),
        (timedelta(minutes=120), "2 h"),
        (timedelta(days=3), "3 d"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(seconds=1.5), "1.5 s"),
    ],
)
def test_spans_in_words(span: timedelta, words: str) -> None:
    assert span_words(span) == words
