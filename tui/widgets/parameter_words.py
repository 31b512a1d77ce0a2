"""What stands beside the field of a parameter, and what there is to say of it."""

from __future__ import annotations

from collections import Counter

from tui.kql.literals import parse_datetime
from tui.library.model import Parameter, ParameterType, Value
from tui.library.parameters import show_limit
from tui.library.times import moment_typed, read_span, span_said, span_typed
from tui.terminal.safe_text import fit, has_hidden, safe
from tui.widgets.editors import Raw, as_typed, how_typed

MANY = 200
"""Lists longer than this, and lists from a file, take too long to look at closely at every key."""


def beside_words(parameter: Parameter, raw: Raw, value: Value, changed: bool) -> str:
    """What `raw` means where that is not what it says, unit, limits, and the default when it is another.

    `value` is what `raw` was read as, None while it was not.
    """
    if isinstance(raw, list):
        return _list_words(raw)
    parts = [_meaning(parameter, raw, value), safe(parameter.unit, 40)]
    if not parts[0]:
        parts.append(_limit_words(parameter))
    if changed and parameter.default is not None:
        parts.append(f"default {_default_words(parameter, 24)}")
    return " · ".join(part for part in parts if part)


def help_words(parameter: Parameter, raw: Raw, changed: bool, more: str = "") -> str:
    """The parameter's help, what empty means, its limits, its default when it is changed, `more`, and how values are
    typed."""
    parts = [safe(parameter.help, 300)]
    if parameter.required or parameter.empty == "error":
        parts.append("required")
    elif parameter.empty == "all" and not raw:
        parts.append("empty: everything")
    elif parameter.type.is_list and not raw:
        parts.append("empty: nothing")
    parts.append(_limit_words(parameter))
    if changed and parameter.default is not None:
        parts.append(f"default {_default_words(parameter, 60)}")
    if any(map(has_hidden, [raw] if isinstance(raw, str) else raw[:MANY])):
        parts.append("holds hidden characters")
    parts += [more, how_typed(parameter)]
    return " · ".join(part for part in parts if part)


def short_help(parameter: Parameter, changed: bool) -> str:
    """The parameter's help, and the default of a changed list, for which there is no room beside it."""
    listed = changed and parameter.type.is_list and parameter.default is not None
    return safe(parameter.help, 300) + (f" · default {_default_words(parameter, 60)}" if listed else "")


def counted(number: int, noun: str) -> str:
    """`1 value`, `1,200 values`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _meaning(parameter: Parameter, raw: str, value: Value) -> str:
    """A time as the absolute one it is, a span of several parts in words; nothing where that is what is typed."""
    if value is None:
        return ""
    if parameter.type is ParameterType.DATETIME:
        moment = moment_typed(parse_datetime(str(value)))
        return "" if moment == raw else f"= {moment}"
    if parameter.type is ParameterType.TIMESPAN:
        span = read_span(str(value))
        said = span_said(span)
        return f"= {said}" if said.count(" ") > 1 or span_typed(span) != raw else ""
    return ""


def _limit_words(parameter: Parameter) -> str:
    least, most = parameter.minimum, parameter.maximum
    if least is not None and most is not None:
        return f"{safe(show_limit(least))} to {safe(show_limit(most))}"
    if least is not None:
        return f"at least {safe(show_limit(least))}"
    return f"at most {safe(show_limit(most))}" if most is not None else ""


def _default_words(parameter: Parameter, room: int) -> str:
    typed = as_typed(parameter, parameter.default)
    return fit(safe(typed if isinstance(typed, str) else ", ".join(typed), 200), room) or "empty"


def _list_words(values: list[str]) -> str:
    """How many values, and whether any stands there more than once."""
    twice = sum(1 for count in Counter(values).values() if count > 1)
    return counted(len(values), "value") + (f", {twice:,} twice" if twice else "")
