"""Parameters: what was typed, read and checked by type, and bound as typed literals in a `let` prelude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from tui.kql.binding import NEVER, check_regex, parse_networks, path_regex, prefix_regex, suffix_regex
from tui.kql.dialects import Networks, nearest
from tui.kql.literals import (
    LiteralError,
    datetime_literal,
    datetime_text,
    integer_literal,
    list_literal,
    parse_boolean,
    parse_datetime,
    parse_integer,
    parse_real,
    parse_timespan,
    real_literal,
    string_literal,
    timespan_literal,
)
from tui.library.lists import read_list
from tui.library.model import Hunt, Parameter, ParameterType, Value
from tui.library.times import read_moment, read_span, span_typed

Values = Mapping[str, Value]
"""A checked value for each of a hunt's parameters."""

_NOTHING: tuple[object, ...] = (None, "", (), [])


class ParameterError(ValueError):
    """A value that a parameter cannot take; `name` is the parameter's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.reason = message


def read_value(parameter: Parameter, raw: object, now: datetime | None = None) -> Value:
    """`raw` (text as typed, or a value from a file) as a checked value; ParameterError says what is expected.

    With `now` (aware) times may be told from it: `2h ago`, `yesterday 03:00Z`.
    """
    try:
        value = _read(parameter, raw, now)
        _check_limits(parameter, value)
        return value
    except LiteralError as error:
        raise ParameterError(parameter.name, str(error)) from error


def _read(parameter: Parameter, raw: object, now: datetime | None) -> Value:
    if parameter.type.is_list:
        return _read_list(parameter, raw)
    if raw is None or (isinstance(raw, str) and not raw.strip() and parameter.type is not ParameterType.STRING):
        return None
    if parameter.type is ParameterType.BOOLEAN and isinstance(raw, bool):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise LiteralError(f"expected {_expected(parameter)}, found {raw!r}")
    return _read_scalar(parameter, str(raw), now)


def _read_scalar(parameter: Parameter, text: str, now: datetime | None) -> Value:
    match parameter.type:
        case ParameterType.INTEGER:
            return parse_integer(text)
        case ParameterType.REAL:
            return parse_real(text)
        case ParameterType.BOOLEAN:
            return parse_boolean(text)
        case ParameterType.DATETIME:
            return datetime_text(parse_datetime(text) if now is None else read_moment(text, now))
        case ParameterType.TIMESPAN:
            return _read_timespan(text)
        case ParameterType.REGEX:
            return check_regex(text)
        case ParameterType.CHOICE:
            if text not in parameter.choices:
                raise LiteralError(
                    f"expected one of {', '.join(parameter.choices)}, found {text!r}{nearest(text, parameter.choices)}"
                )
    string_literal(text)
    return text or None


def _read_timespan(text: str) -> str:
    """The text itself where the language reads it, else another one of the same length."""
    span = read_span(text)
    try:
        return text.strip() if parse_timespan(text) == span else span_typed(span)
    except LiteralError:
        return span_typed(span)


def _read_list(parameter: Parameter, raw: object) -> Value:
    if raw is None:
        return ()
    if isinstance(raw, list | tuple) and all(isinstance(item, str) for item in raw):
        return read_list(parameter.type, [str(item) for item in raw])
    if isinstance(raw, str):
        return read_list(parameter.type, raw)
    raise LiteralError(f"expected {_expected(parameter)}, found {raw!r}")


def _check_limits(parameter: Parameter, value: Value) -> None:
    missing = value is None or value == ()
    if missing and (parameter.required or parameter.empty == "error"):
        raise LiteralError("a value is required")
    size = measure(parameter, value)
    least, most = measure(parameter, parameter.minimum), measure(parameter, parameter.maximum)
    if size is not None and least is not None and size < least:
        raise LiteralError(f"at least {show_limit(parameter.minimum)}, found {show_limit(value)}")
    if size is not None and most is not None and size > most:
        raise LiteralError(f"at most {show_limit(parameter.maximum)}, found {show_limit(value)}")


def measure(parameter: Parameter, value: object) -> float | None:
    """How much a value or a limit is, a span in seconds; None for what has no size."""
    if isinstance(value, bool) or value is None:
        return None
    if parameter.type is ParameterType.TIMESPAN:
        return read_span(str(value)).total_seconds()
    return value if isinstance(value, int | float) else None


def show_limit(value: object) -> str:
    """A number or a span of time as messages have it."""
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def _expected(parameter: Parameter) -> str:
    return {
        ParameterType.INTEGER: "a whole number",
        ParameterType.REAL: "a number",
        ParameterType.BOOLEAN: "true or false",
        ParameterType.TIMESPAN: "a span such as 10m",
        ParameterType.DATETIME: "a time such as 2026-11-21T03:00:00Z",
    }.get(parameter.type, "a list of texts" if parameter.type.is_list else "a text")


def values_for(hunt: Hunt, given: Mapping[str, object], now: datetime | None = None) -> dict[str, Value]:
    """A checked value for every parameter of `hunt`: those given, else the defaults. Times may be told from `now`.

    ParameterError for an unknown name (with the nearest), a value that does not fit, or a required one that is missing.
    """
    for name in given:
        if name not in hunt.parameters:
            raise ParameterError(name, f"hunt {hunt.id} has no such parameter{nearest(name, hunt.parameters)}")
    return {
        name: read_value(parameter, given.get(name, parameter.default), now)
        for name, parameter in hunt.parameters.items()
    }


def missing_parameters(hunt: Hunt, given: Mapping[str, object]) -> list[str]:
    """The required parameters that have no value yet."""
    return [
        name
        for name, parameter in hunt.parameters.items()
        if (parameter.required or parameter.empty == "error")
        and given.get(name) in _NOTHING
        and parameter.default in _NOTHING
    ]


def show_value(value: Value) -> str:
    """A value as it is typed: lists one a line."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "\n".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def networks_of(hunt: Hunt, values: Values) -> dict[str, Networks]:
    """The blocks of each address list, by its name in KQL."""
    return {
        f"p_{name}": parse_networks(_texts(values[name]))
        for name, parameter in hunt.parameters.items()
        if parameter.type is ParameterType.IP_LIST
    }


def prelude(hunt: Hunt, values: Values, used: Iterable[str], portable: bool) -> list[str]:
    """One `let` a line for each bound name in `used` (`p_tools`, `p_servers_all`), in the hunt's order."""
    wanted = set(used)
    lines = []
    for name, parameter in hunt.parameters.items():
        if f"p_{name}" in wanted:
            lines.append(f"let p_{name} = {literal_of(parameter, values[name], portable)};")
        if f"p_{name}_all" in wanted:
            lines.append(f"let p_{name}_all = {'true' if values[name] in (None, ()) else 'false'};")
    return lines


def bound_names(parameter: Parameter) -> set[str]:
    """The names a parameter gives to conditions."""
    bound = {f"p_{parameter.name}"}
    if parameter.empty == "all" and parameter.type in (
        ParameterType.STRING,
        ParameterType.STRING_LIST,
        ParameterType.IP_LIST,
    ):
        bound.add(f"p_{parameter.name}_all")
    return bound


def literal_of(parameter: Parameter, value: Value, portable: bool = False) -> str:
    """A checked value as the KQL literal its type is bound as."""
    match parameter.type:
        case ParameterType.STRING_LIST | ParameterType.IP_LIST:
            return list_literal(_texts(value), portable)
        case ParameterType.PATH_LIST | ParameterType.PREFIX_LIST | ParameterType.SUFFIX_LIST:
            return string_literal(_regex_of(parameter, _texts(value)), portable)
        case ParameterType.REGEX if value is None:
            return string_literal(_empty_regex(parameter), portable)
        case ParameterType.STRING | ParameterType.CHOICE | ParameterType.REGEX:
            return string_literal(str(value or ""), portable)
    if value is None:
        return f"{_KQL_TYPES[parameter.type]}(null)"
    match parameter.type:
        case ParameterType.INTEGER:
            return integer_literal(int(str(value)))
        case ParameterType.REAL:
            return real_literal(float(str(value)))
        case ParameterType.BOOLEAN:
            return "true" if value else "false"
        case ParameterType.TIMESPAN:
            return timespan_literal(parse_timespan(str(value)))
    return datetime_literal(parse_datetime(str(value)))


_KQL_TYPES = {
    ParameterType.INTEGER: "long",
    ParameterType.REAL: "real",
    ParameterType.BOOLEAN: "bool",
    ParameterType.TIMESPAN: "timespan",
    ParameterType.DATETIME: "datetime",
}


def _regex_of(parameter: Parameter, texts: tuple[str, ...]) -> str:
    if not texts:
        return _empty_regex(parameter)
    build = {
        ParameterType.PATH_LIST: path_regex,
        ParameterType.PREFIX_LIST: prefix_regex,
        ParameterType.SUFFIX_LIST: suffix_regex,
    }
    return build[parameter.type](texts)


def _empty_regex(parameter: Parameter) -> str:
    return "" if parameter.empty == "all" else NEVER


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
