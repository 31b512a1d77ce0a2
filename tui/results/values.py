"""One value of a row as text or JSON, the same in every export and in the table."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tui.kql.literals import timespan_text
from tui.kql.moments import seventh_digit

NULL_MARK = "·"
"""How null is shown where empty must look different."""


def iso(when: datetime) -> str:
    """`when` in UTC as ISO 8601 with `Z`; milliseconds, microseconds or 100 ns only where there are any."""
    utc = (when.astimezone(UTC) if when.tzinfo else when).replace(tzinfo=None)
    if tick := seventh_digit(when):
        return f"{utc.isoformat(timespec='microseconds')}{tick}Z"
    if not utc.microsecond:
        return f"{utc.isoformat(timespec='seconds')}Z"
    return f"{utc.isoformat(timespec='microseconds').removesuffix('000')}Z"


def span_from(reference: datetime, moment: datetime) -> str:
    """How long after `reference` `moment` is, both aware: `+00:03:12`, `-2d 04:00:00`, `+00:00:00.250`.

    What is below a second is cut off where there is more than a second.
    """
    microseconds = (moment - reference) // timedelta(microseconds=1)
    sign, size = ("-", -microseconds) if microseconds < 0 else ("+", microseconds)
    seconds, rest = divmod(size, 1_000_000)
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    fraction = f".{rest // 1000:03}" if not days and not seconds and rest else ""
    return f"{sign}{f'{days}d ' if days else ''}{clock}{fraction}"


def plain_text(value: Any) -> str:
    """`value` as text that says all of it; strings stay as they are (not safe to show), null is empty."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return _real(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return iso(value)
        case timedelta():
            return timespan_text(value)
        case _:
            return str(value)


def json_value(value: Any) -> Any:
    """`value` as JSON holds it: times and timespans as text, decimals with a fraction as text so that no digit is lost,
    `NaN`, `Infinity` and `-Infinity` as text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else _real(value)
        case Decimal() if value == value.to_integral_value() and value.as_tuple().exponent == 0:
            return int(value)
        case _:
            return plain_text(value)


def _real(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value).removesuffix(".0")
