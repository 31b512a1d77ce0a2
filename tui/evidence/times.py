"""Times as evidence writes them, read into naive UTC (as the tables hold them)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_CLOCK = r",?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?\Z"
_NAMED = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})" + _CLOCK)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})" + _CLOCK)


def naive_utc(moment: datetime, unmarked: tzinfo = UTC) -> datetime | None:
    """`moment` as naive UTC; one without a zone is in `unmarked`. None when it lies outside what can be told."""
    try:
        marked = moment if moment.tzinfo is not None else moment.replace(tzinfo=unmarked)
        return marked.astimezone(UTC).replace(tzinfo=None)
    except (OverflowError, ValueError):
        return None


def parse_iso(text: str, unmarked: tzinfo = UTC) -> datetime | None:
    """An ISO 8601 time, with `T` or a blank, any number of fraction digits (six are kept), with a zone or in `unmarked`."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None and unmarked is UTC:
        return moment
    return naive_utc(moment, unmarked)


def parse_local(text: str) -> datetime | None:
    """A time as a browser prints it, without a zone: `Oct 9, 2024 2:56:53 PM`, `6/15/2026, 12:40:24.178 PM`.

    Of numbers alone, month comes first with AM or PM (as in American English), else day comes first.
    """
    text = " ".join(text.split())
    found = _NAMED.match(text)
    if found is not None:
        named = _MONTHS.get(found[1].lower())
        return None if named is None else _moment(found[3], named, found[2], found.groups()[3:])
    found = _NUMBERS.match(text)
    if found is None:
        return None
    first, separator, second = found[1], found[2], found[3]
    month_first = separator == "/" and found.groups()[-1] is not None and int(first) <= 12
    month, day = (first, second) if month_first else (second, first)
    return _moment(found[4], int(month), day, found.groups()[4:])


def _moment(year: str, month: int, day: str, clock: tuple[str | None, ...]) -> datetime | None:
    hour, minute, second, fraction, half = clock
    hours = int(hour or 0)
    if half is not None:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    micros = int((fraction or "0").ljust(6, "0")[:6])
    try:
        return datetime(int(year), month, int(day), hours, int(minute or 0), int(second or 0), micros)
    except ValueError:
        return None


def parse_any(text: str, zone: tzinfo, iso_zone: tzinfo = UTC) -> datetime | None:
    """A time of either form in naive UTC: a browser's is in `zone`, an ISO time that names no zone in `iso_zone`."""
    moment = parse_iso(text, iso_zone)
    if moment is not None:
        return moment
    local = parse_local(text)
    return None if local is None else naive_utc(local, zone)


def span_text(span: timedelta) -> str:
    """A positive span in words: `7 h`, `5 h 30 min`, `90 s`."""
    seconds = round(abs(span).total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number]
    return " ".join(parts) or "0 h"
