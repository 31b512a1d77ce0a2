"""Times and spans as people type them: `yesterday 03:00Z`, `2h ago`, `now-7d`, `1d4h`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from tui.kql.literals import LONGEST_SPAN, LiteralError, parse_datetime, parse_timespan, timespan_literal

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_NAMES = {
    "ms": "ms millisecond milliseconds",
    "s": "s sec secs second seconds",
    "m": "m min mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
    "w": "w week weeks",
}
_UNIT_OF = {word: _UNITS[unit] for unit, words in _NAMES.items() for word in words.split()}
_PART = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))?\s*([a-z]+)", re.ASCII)
_SPAN = re.compile(rf"{_PART.pattern}(?:[\s,]*{_PART.pattern})*\Z", re.ASCII)
_FROM_NOW = re.compile(r"(?:now)?\s*([+-])\s*(.+)\Z", re.DOTALL)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_DAY = re.compile(
    rf"(?:(?P<day>today|yesterday|(?:last\s+)?(?:{'|'.join(_DAYS)}))(?:\s+(?:at\s+)?|\Z))?"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<zone>z|utc|[+-]\d{2}:?\d{2})?)?\Z",
    re.ASCII,
)
_SPACED_ZONE = re.compile(r"(?<!\s)\s*(?:(?:utc|z)|\s([+-]\d{2}:?\d{2}))\Z", re.ASCII | re.IGNORECASE)
_SHORT_HOUR = re.compile(r"(\d{4}-\d{2}-\d{2})[ tT](\d:)", re.ASCII)

SPAN_EXAMPLES = "90s, 10m, 4h, 7d or 1d4h"
TIME_EXAMPLES = "2026-11-21 03:00Z, yesterday 03:00Z, 2h ago or now-7d"


def read_span(text: str) -> timedelta:
    """A span of one or more parts with units (`7d`, `1d4h`, `1.5 hours`, `2 weeks`), or `[d.]hh:mm:ss[.ffffff]`; never
    negative. LiteralError says what is expected."""
    cleaned = text.strip().lower()
    if not _SPAN.match(cleaned):
        try:
            return parse_timespan(cleaned)
        except LiteralError as error:
            if "longer" in str(error):
                raise
            raise LiteralError(f"expected a span such as {SPAN_EXAMPLES}, found {text.strip()!r}") from None
    ticks = 0
    for whole, fraction, unit in _PART.findall(cleaned):
        if unit not in _UNIT_OF:
            raise LiteralError(f"{unit!r} is no unit: ms, s, m, h, d and w are")
        size = _UNIT_OF[unit] // timedelta(microseconds=1)
        ticks += int(whole) * size + (int(fraction) * size // 10 ** len(fraction) if fraction else 0)
    if ticks > LONGEST_SPAN // timedelta(microseconds=1):
        raise LiteralError(f"{text.strip()!r} is longer than a timespan can be")
    return timedelta(microseconds=ticks)


def span_typed(span: timedelta) -> str:
    """`span`, not negative, as the shortest text that says all of it and that everything reads: `28h`, `00:00:00.000001`."""
    return timespan_literal(span).removeprefix("timespan(").removesuffix(")")


def span_said(span: timedelta) -> str:
    """`span`, not negative, in words that say all of it: `1 d 4 h 30 min`."""
    parts = []
    for unit, size in (
        ("d", _UNITS["d"]),
        ("h", _UNITS["h"]),
        ("min", _UNITS["m"]),
        ("s", _UNITS["s"]),
        ("ms", _UNITS["ms"]),
    ):
        count, span = divmod(span, size)
        if count:
            parts.append(f"{count} {unit}")
    if span:
        parts.append(f"{span // timedelta(microseconds=1)} µs")
    return " ".join(parts) or "0 s"


def moment_typed(moment: datetime) -> str:
    """`moment` as it is typed, exact: `2026-11-20 01:00:00Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ") + "Z"


def read_moment(text: str, now: datetime) -> datetime:
    """An absolute time, or one told from `now` (aware), as aware UTC; what has no zone is UTC.

    `2026-11-21 03:00`, `now`, `now-7d`, `-90m`, `2h ago`, `yesterday`, `monday 03:00+02:00`, `03:00Z`. LiteralError says
    what is expected, or that there is no such time.
    """
    cleaned = " ".join(text.lower().split())
    try:
        found = _told_from_now(cleaned, now) or _on_a_day(cleaned, now)
        if found is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if isinstance(error, LiteralError):
            raise
        raise LiteralError(f"there is no such time: {text.strip()}") from error
    return _absolute(text)


def _told_from_now(cleaned: str, now: datetime) -> datetime | None:
    if cleaned == "now":
        return now
    sign, words = "", ""
    if match := _FROM_NOW.match(cleaned):
        sign, words = match.groups()
    elif cleaned.endswith("ago"):
        sign, words = "-", cleaned.removesuffix("ago")
    if not words.strip():
        return None
    span = read_span(words)
    return now - span if sign == "-" else now + span


def _on_a_day(cleaned: str, now: datetime) -> datetime | None:
    match = _DAY.match(cleaned)
    if match is None or not cleaned:
        return None
    zone = _zone(match["zone"])
    today = now.astimezone(zone).date()
    at = time(int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0), tzinfo=zone)
    return datetime.combine(_day(match["day"] or "today", today), at)


def _day(words: str, today: date) -> date:
    """The day that `words` name; a weekday's name is that of the last seven days, never today."""
    if words == "today":
        return today
    if words == "yesterday":
        return today - timedelta(days=1)
    back = (today.weekday() - _DAYS.index(words.rpartition(" ")[2])) % 7
    return today - timedelta(days=back or 7)


def _zone(words: str | None) -> timezone:
    if not words or words in ("z", "utc"):
        return UTC
    sign = -1 if words[0] == "-" else 1
    digits = words[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _absolute(text: str) -> datetime:
    """A time with its date; spaces before the zone, `UTC` and hours of one digit are taken too."""
    tidy = _SPACED_ZONE.sub(lambda match: match[1] or "Z", text.strip()) if ":" in text else text.strip()
    tidy = _SHORT_HOUR.sub(r"\1T0\2", tidy.replace("t", "T"))
    try:
        return parse_datetime(tidy)
    except LiteralError as error:
        if "no such time" in str(error):
            raise LiteralError(f"there is no such time: {text.strip()}") from None
        raise LiteralError(f"expected a time such as {TIME_EXAMPLES}, found {text.strip()!r}") from None
