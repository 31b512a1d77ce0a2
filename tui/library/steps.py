"""The next larger and the next smaller value of a number or a span, for keys that step through them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tui.kql.literals import LiteralError, parse_integer, parse_real
from tui.library.model import Parameter, ParameterType
from tui.library.parameters import measure, read_value, show_value
from tui.library.times import read_span, span_typed

_SPANS = [
    timedelta(**{unit: count})
    for unit, counts in {
        "seconds": (1, 2, 5, 10, 15, 30),
        "minutes": (1, 2, 5, 10, 15, 30),
        "hours": (1, 2, 4, 6, 8, 12),
        "days": (1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365),
    }.items()
    for count in counts
]
_MOST = Decimal(2**62)


def stepped(parameter: Parameter, text: str, up: bool) -> str | None:
    """What `text` becomes one step up or down, within the limits; None when it is no value, or has no steps.

    An integer steps by one of its second digit (97, 98, 99, 100, 110), a real too (0.97, 0.98), a span along round ones.
    """
    try:
        if parameter.type is ParameterType.TIMESPAN:
            found = _next_span(read_span(text), up)
        elif parameter.type in (ParameterType.INTEGER, ParameterType.REAL):
            found = _next_number(parameter.type, text, up)
        else:
            return None
    except LiteralError:
        return None
    return _within(parameter, found)


def _next_span(span: timedelta, up: bool) -> str:
    beyond = [one for one in _SPANS if (one > span if up else one < span)]
    return span_typed((min(beyond) if up else max(beyond)) if beyond else span)


def _next_number(kind: ParameterType, text: str, up: bool) -> str:
    whole = kind is ParameterType.INTEGER
    value = Decimal(parse_integer(text)) if whole else Decimal(str(parse_real(text)))
    if abs(value) > _MOST:
        return text
    # Towards zero the step is that of the numbers it leads to: 100 goes to 99, not to 90.
    towards_zero = value != 0 and (value > 0) is not up
    exponent = value.adjusted() - 1 if value else -1
    if towards_zero and abs(value) == Decimal(1).scaleb(value.adjusted()):
        exponent -= 1
    step = Decimal(1).scaleb(max(exponent, 0) if whole else exponent)
    found = value + step if up else value - step
    return str(int(found)) if whole else show_value(float(found))


def _within(parameter: Parameter, text: str) -> str:
    """`text`, or the limit that it is beyond."""
    size = measure(parameter, read_value(replace(parameter, minimum=None, maximum=None), text))
    least, most = measure(parameter, parameter.minimum), measure(parameter, parameter.maximum)
    if size is not None and least is not None and size < least:
        return show_value(parameter.minimum)
    if size is not None and most is not None and size > most:
        return show_value(parameter.maximum)
    return text
