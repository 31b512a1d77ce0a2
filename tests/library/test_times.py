"""Times and spans as people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.kql.literals import LiteralError, datetime_text, parse_timespan
from tui.library.times import moment_typed, read_moment, read_span, span_said, span_typed

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)  # a Sunday

moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
words = st.lists(
    st.sampled_from(
        [*"0123456789:-+.TZ ", "now", "ago", "yesterday", "monday", "last", "at", "d", "h", "ms", "2026-11-2"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("now", "2026-11-22 08:30:00"),
        ("now-7d", "2026-11-15 08:30:00"),
        ("now - 1d4h", "2026-11-21 04:30:00"),
        ("now+30m", "2026-11-22 09:00:00"),
        ("-90m", "2026-11-22 07:00:00"),
        ("2h ago", "2026-11-22 06:30:00"),
        ("1 day 4 hours ago", "2026-11-21 04:30:00"),
        ("today", "2026-11-22 00:00:00"),
        ("yesterday", "2026-11-21 00:00:00"),
        ("yesterday 03:00Z", "2026-11-21 03:00:00"),
        (" Yesterday  at 3:00:30 +02:00", "2026-11-21 01:00:30"),
        ("monday 03:00+02:00", "2026-11-16 01:00:00"),
        ("sunday", "2026-11-15 00:00:00"),
        ("last saturday", "2026-11-21 00:00:00"),
        ("03:00Z", "2026-11-22 03:00:00"),
        ("2026-11-21", "2026-11-21 00:00:00"),
        ("2026-11-21 3:00", "2026-11-21 03:00:00"),
        ("2026-11-21t03:00:00z", "2026-11-21 03:00:00"),
        ("2026-11-21 03:00 UTC", "2026-11-21 03:00:00"),
        ("2026-11-21 03:00 -0200", "2026-11-21 05:00:00"),
        ("2026-11-21T03:00+02:00", "2026-11-21 01:00:00"),
    ],
)
def test_times(typed: str, expected: str) -> None:
    assert read_moment(typed, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(moments)
def test_a_time_as_it_is_typed_is_exact(moment: datetime) -> None:
    assert read_moment(moment_typed(moment), NOW) == moment


def test_times_have_a_fraction_only_where_there_is_one() -> None:
    assert moment_typed(NOW) == "2026-11-22 08:30:00Z"
    assert moment_typed(NOW + timedelta(microseconds=5)) == "2026-11-22 08:30:00.000005Z"


@given(st.timedeltas(timedelta(0), timedelta(days=9000)))
def test_spans_in_words_say_all_of_them(span: timedelta) -> None:
    said = span_said(span).replace("µs", "ms")
    parts = [(int(number), unit) for number, unit in zip(said.split()[::2], said.split()[1::2], strict=True)]
    micro = parts.pop()[0] if "µs" in span_said(span) else 0
    assert sum((read_span(f"{count}{unit}") for count, unit in parts), timedelta(microseconds=micro)) == span


def test_yesterday_is_that_of_the_zone_that_is_named() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert read_moment("yesterday 00:30+02:00", late) == datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    there = late.astimezone(timezone(timedelta(hours=-8)))
    assert read_moment("yesterday", there) == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "expected a time such as"),
        ("banana", "expected a time such as"),
        ("ago", "expected a time such as"),
        ("now()", "expected a time such as"),
        ("yesterday 25:00", "there is no such time"),
        ("2026-02-30", "there is no such time"),
        ("now-9999999d", "there is no such time"),
        ("5x ago", "'x' is no unit"),
        ("-5", "expected a span such as"),
        ("٢h ago", "expected a span such as"),
    ],
)
def test_what_is_no_time_is_said(typed: str, said: str) -> None:
    with pytest.raises(LiteralError, match=said.replace("(", r"\(")):
        read_moment(typed, NOW)


@given(moments)
def test_what_a_time_is_written_as_reads_back_whatever_the_time_is_now(moment: datetime) -> None:
    assert read_moment(datetime_text(moment).lower(), NOW) == moment
    assert read_moment(f"{moment.replace(tzinfo=None)} UTC", NOW) == moment


@given(moments, st.timedeltas(timedelta(0), timedelta(days=9000)))
def test_a_span_back_is_that_span_back(now: datetime, span: timedelta) -> None:
    try:
        expected = now - span
    except OverflowError:
        return
    for words in (f"{span_typed(span)} ago", f"now-{span_typed(span)}", f"- {span_typed(span)}"):
        assert read_moment(words, now) == expected


@given(words | st.text(), moments)
@example("now-0s", datetime.min.replace(tzinfo=UTC))
@example("yesterday 00:00+23:59", datetime.min.replace(tzinfo=UTC))
@example("yesterday 00:00-23:59", datetime.max.replace(tzinfo=UTC))
@example("yesterday 00:00+99:99", NOW)
def test_any_text_is_a_time_or_refused_in_words(typed: str, now: datetime) -> None:
    with suppress(LiteralError):
        assert read_moment(typed, now).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("typed", "span", "same"),
    [
        ("7d", timedelta(days=7), "7d"),
        ("1d4h", timedelta(days=1, hours=4), "28h"),
        ("90m", timedelta(minutes=90), "90m"),
        ("1.5h", timedelta(minutes=90), "90m"),
        ("1 day, 4 Hours", timedelta(days=1, hours=4), "28h"),
        ("2 weeks", timedelta(days=14), "14d"),
        ("1m 500ms", timedelta(seconds=60.5), "60500ms"),
        ("1.02:03:04", timedelta(days=1, hours=2, minutes=3, seconds=4), "93784s"),
        ("00:00:00.000001", timedelta(microseconds=1), "00:00:00.000001"),
        ("0s", timedelta(0), "0s"),
    ],
)
def test_spans(typed: str, span: timedelta, same: str) -> None:
    assert read_span(typed) == span
    assert span_typed(span) == same
    assert parse_timespan(same) == span


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("5", "expected a span such as"),
        ("-5m", "expected a span such as"),
        ("", "expected a span such as"),
        ("1x", "'x' is no unit"),
        ("1h) | take 5", "expected a span such as"),
        ("99999999999w", "longer than a timespan can be"),
        ("10675200d", "longer than a timespan can be"),
    ],
)
def test_what_is_no_span_is_said(typed: str, said: str) -> None:
    with pytest.raises(LiteralError, match=said):
        read_span(typed)


@given(st.timedeltas(timedelta(0), timedelta(days=10_675_198)))
def test_a_span_as_it_is_typed_reads_back(span: timedelta) -> None:
    assert read_span(span_typed(span)) == span
    whole = span // timedelta(milliseconds=1)
    assert read_span(f"{whole // 1000}s{whole % 1000}ms") == timedelta(milliseconds=whole)


def test_a_long_text_is_refused_at_once() -> None:
    with pytest.raises(LiteralError, match="expected a time such as"):
        read_moment("2026-11-21 03:00" + " " * 200_000 + "x", NOW)


@given(words | st.text())
def test_any_text_is_a_span_or_refused_in_words(typed: str) -> None:
    with suppress(LiteralError):
        assert read_span(typed) >= timedelta(0)
