"""The time ranges that requests carry: ISO 8601 durations, and intervals of times and durations."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tui.loopback.tables import Range

_DURATION = re.compile(
    r"P(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?\Z"
)


class PeriodError(ValueError):
    """A text that is no duration and no interval."""


def parse_period(text: str, now: datetime) -> Range:
    """The range of `P7D` (back from `now`), `start/end`, `start/P1D`, `P1D/end` or a start alone; PeriodError otherwise."""
    parts = text.split("/")
    if len(parts) > 2:
        raise PeriodError(f"{text!r} is no time range")
    if len(parts) == 1:
        if text.startswith("P"):
            return Range(now - _duration(text), now)
        return Range(_moment(text), now)
    first, second = parts
    if first.startswith("P"):
        end = _moment(second)
        return Range(end - _duration(first), end)
    start = _moment(first)
    return Range(start, start + _duration(second) if second.startswith("P") else _moment(second))


def _duration(text: str) -> timedelta:
    match = _DURATION.match(text)
    if match is None or not any(match.groupdict().values()):
        raise PeriodError(f"{text!r} is no duration")
    try:
        return timedelta(**{unit: float(number) for unit, number in match.groupdict().items() if number})
    except OverflowError as error:
        raise PeriodError(f"{text!r} is too long") from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError as error:
        raise PeriodError(f"{text!r} is no time") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
