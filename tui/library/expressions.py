"""The KQL expressions of a hunt, each with the key it stands at and the columns it may name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.kql.dialects import column_tokens, known_columns, nearest
from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, check_balanced, names, significant, tokenize
from tui.library.model import Hunt, Leg, ParameterType
from tui.library.parameters import bound_names

WINDOW_NAMES = frozenset({"p_from", "p_to"})
"""What every query binds besides the hunt's own parameters."""

_TIMES = ("Timestamp", "TimeGenerated")
_PARTS_OF_TIME = frozenset({"hourofday", "dayofweek", "dayofmonth", "monthofyear", "datetime_part", "format_datetime"})
_RANGE = "ipv4_is_in_any_range"


@dataclass(frozen=True)
class Expression:
    """`text` at `key`, over the columns of `tables`; a `condition` selects rows."""

    key: str
    text: str
    tables: tuple[str, ...]
    condition: bool = False


def table_of(hunt: Hunt, leg: Leg) -> str:
    """The table of the leg at the end of `of`; empty when that leads nowhere."""
    seen = {leg.name}
    while leg.of and leg.of in hunt.legs and leg.of not in seen:
        seen.add(leg.of)
        leg = hunt.legs[leg.of]
    return leg.table


def expressions(hunt: Hunt) -> Iterator[Expression]:
    """Every expression over the columns of a table; a view's pipeline is none of them."""
    for leg in hunt.legs.values():
        key = f"legs.{leg.name}"
        tables: tuple[str, ...] = (table_of(hunt, leg),)
        if leg.where:
            yield Expression(f"{key}.where", leg.where, tables, condition=True)
        if leg.rare:
            yield Expression(f"{key}.rare.value", leg.rare.value, tables)
        for kind, columns in (("distinct", leg.distinct), ("sum", leg.sum), ("largest", leg.largest)):
            for name, text in columns.items():
                yield Expression(f"{key}.{kind}.{name}", text, tables)
    for view in hunt.views.values():
        key = f"views.{view.name}"
        legs = [hunt.legs[column.leg] for column in view.columns.values() if column.leg in hunt.legs]
        for name, text in view.keys.items():
            yield Expression(f"{key}.keys.{name}", text, tuple(table_of(hunt, leg) for leg in legs))
        for column, spec in view.columns.items():
            tables = (table_of(hunt, hunt.legs[spec.leg]),) if spec.leg in hunt.legs else ()
            if spec.where:
                yield Expression(f"{key}.columns.{column}.where", spec.where, tables, condition=True)
            if spec.value:
                yield Expression(f"{key}.columns.{column}.value", spec.value, tables)


def faults(hunt: Hunt, expression: Expression) -> Iterator[str]:
    """What is wrong in one expression."""
    text = expression.text
    try:
        check_balanced(text)
    except KqlSyntaxError as error:
        yield f"{error}{place(text, error.position)}"
        return
    tokens = significant(tokenize(text))
    yield from _parameter_faults(hunt, text, tokens)
    for table in expression.tables:
        columns = known_columns(table)
        offered = [name for name in columns if not name.startswith("_")]
        for token in column_tokens(tokens) if columns else ():
            if token.text not in columns:
                found = f"{table} has no column {token.text}{nearest(token.text, offered)}"
                yield f"{found}{place(text, token.start)}"
    if expression.condition:
        yield from _time_faults(text, tokens)


def pipeline_faults(hunt: Hunt, pipeline: str) -> Iterator[str]:
    """What is wrong in a view's pipeline, as far as its names tell."""
    try:
        check_balanced(pipeline, pipeline=True)
    except KqlSyntaxError as error:
        yield f"{error}{place(pipeline, error.position)}"
        return
    tokens = significant(tokenize(pipeline))
    legs = [token for token in tokens if token.kind is TokenKind.NAME and token.text.startswith("leg_")]
    if not legs:
        yield "the pipeline names no leg: write leg_NAME where its rows come from"
    for token in legs:
        name = token.text.removeprefix("leg_")
        if name not in hunt.legs:
            yield f"there is no leg {name!r}{nearest(name, hunt.legs)}{place(pipeline, token.start)}"
    yield from _parameter_faults(hunt, pipeline, tokens)


def used_names(text: str) -> set[str]:
    """The names used in `text`; none when it cannot be read."""
    try:
        return names(text)
    except KqlSyntaxError:
        return set()


def place(text: str, position: int) -> str:
    """` (line N of the text)` for an offset in a text of several lines, else nothing."""
    return f" (line {text.count(chr(10), 0, position) + 1} of the text)" if "\n" in text else ""


def _parameter_faults(hunt: Hunt, text: str, tokens: list[Token]) -> Iterator[str]:
    known = WINDOW_NAMES.union(*(bound_names(parameter) for parameter in hunt.parameters.values()))
    for index, token in enumerate(tokens):
        if token.kind is not TokenKind.NAME or not token.text.startswith("p_"):
            continue
        parameter = hunt.parameters.get(token.text.removeprefix("p_"))
        if token.text not in known:
            whole = hunt.parameters.get(token.text.removeprefix("p_").removesuffix("_all"))
            why = (
                f'; it is there with empty = "all" in parameters.{whole.name}'
                if whole
                else nearest(token.text, sorted(known))
            )
            yield f"there is no parameter {token.text}{why}{place(text, token.start)}"
        elif parameter is not None and (parameter.type is ParameterType.IP_LIST) != (
            _call_around(tokens, index) == (_RANGE, 1)
        ):
            yield f"{_range_fault(token.text, parameter.type)}{place(text, token.start)}"


def _call_around(tokens: list[Token], index: int) -> tuple[str, int]:
    """The function whose argument the token at `index` is in, and the number of that argument from 0."""
    depth = argument = 0
    for at in range(index - 1, -1, -1):
        text = tokens[at].text
        depth += (text in (")", "]")) - (text in ("(", "["))
        if depth < 0:
            named = at > 0 and tokens[at - 1].kind is TokenKind.NAME
            return (tokens[at - 1].text if named else "", argument)
        argument += depth == 0 and text == ","
    return "", 0


def _range_fault(name: str, kind: ParameterType) -> str:
    if kind is ParameterType.IP_LIST:
        return f"{name} is of type ip_list: write {_RANGE}(COLUMN, {name})"
    return f"{name} is of type {kind}: {_RANGE} takes an ip_list"


def _time_faults(text: str, tokens: list[Token]) -> Iterator[str]:
    for index, token in enumerate(tokens):
        if token.kind is not TokenKind.NAME or token.text not in _TIMES:
            continue
        if _call_around(tokens, index)[0] not in _PARTS_OF_TIME:
            yield (
                f"{token.text} does not belong in a condition: the window sets the time, and only parts of it such as "
                f"hourofday({token.text}) can be asked for{place(text, token.start)}"
            )
