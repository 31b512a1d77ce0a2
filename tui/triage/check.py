"""Whether a hunt can be said and run: its text checked, its views made in each dialect, and run on no rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import duckdb

from tui.evidence.tables import create_table, visible_columns
from tui.kql.dialects import Dialect, column_tokens, dialect_for, nearest
from tui.kql.lexer import tokenize
from tui.kql.schema import evidence_schema
from tui.library.checks import check_definition, problem, unknown_techniques
from tui.library.expressions import expressions
from tui.library.loader import Problem
from tui.library.model import Hunt, Parameter, ParameterType, Value
from tui.library.parameters import ParameterError, values_for
from tui.triage.queries.compile import drill_query, view_names, view_query
from tui.triage.queries.context import Query, QueryContext, QueryError
from tui.triage.queries.listings import events_query
from tui.triage.queries.processes import has_processes
from tui.triage.queries.subjects import NAMES
from tui.workspaces.protocol import UnsupportedQueryError, Window
from tui.workspaces.translation import Translator

LIVE = ("log_analytics", "defender")
"""The kinds of live workspace with a documented schema; Azure Data Explorer holds either."""

_WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC))
_SAMPLES: dict[ParameterType, object] = {
    ParameterType.INTEGER: 1,
    ParameterType.REAL: 1,
    ParameterType.BOOLEAN: True,
    ParameterType.DATETIME: "2026-01-02T00:00:00Z",
    ParameterType.TIMESPAN: "10m",
    ParameterType.IP_LIST: ("10.0.0.1",),
}


def check_hunt(hunt: Hunt) -> list[Problem]:
    """Everything wrong with `hunt`: what its text shows, else what making and running its views on no rows shows."""
    return check_definition(hunt) or list(_view_problems(hunt))


def warnings_for(hunt: Hunt) -> list[Problem]:
    """What a hunt without problems lacks by the documented schemas of live workspaces, and techniques without a name."""
    return [*unknown_techniques(hunt), *(found for kind in LIVE for found in _lacks(hunt, dialect_for(kind)))]


def sample_values(hunt: Hunt) -> dict[str, Value]:
    """The defaults, and a value of the right type for every parameter that must be given one."""
    given = {
        name: _sample(parameter)
        for name, parameter in hunt.parameters.items()
        if (parameter.required or parameter.empty == "error") and parameter.default in (None, ())
    }
    return values_for(hunt, given)


def _sample(parameter: Parameter) -> object:
    if parameter.type is ParameterType.CHOICE:
        return parameter.choices[0]
    if parameter.minimum is not None:
        return parameter.minimum
    return _SAMPLES.get(parameter.type, ("x",) if parameter.type.is_list else "x")


def _view_problems(hunt: Hunt) -> Iterator[Problem]:
    try:
        values = sample_values(hunt)
    except ParameterError as error:
        yield problem(hunt, f"parameters.{error.name}.default", error.reason)
        return
    names = view_names(hunt if has_processes(hunt) else replace(hunt, opens_with=""))
    if hunt.opens_with and hunt.opens_with not in names:
        message = f"there is no view {hunt.opens_with!r}{nearest(hunt.opens_with, names)}"
        yield problem(hunt, "opens_with", f"{message}; there are {', '.join(names)}")
    context = QueryContext(hunt, values, _WINDOW, dialect_for("evidence"))
    for name in names:
        found = list(_view_faults(context, name))
        if found:
            yield from _blame(context, name, found)
            return
    for kind in LIVE:
        live = replace(context, dialect=dialect_for(kind))
        for name in names:
            if fault := _unsaid(live, name):
                yield problem(hunt, f"views.{name}", f"cannot be said in {kind}: {fault}")


def _view_faults(context: QueryContext, name: str) -> Iterator[tuple[str, str]]:
    """Key and message of what is wrong in one view, and in the drills of a hunt's own view.

    The main view, which has every leg with all its columns, and own views are run; the others have only what these have.
    """
    view = context.hunt.views.get(name)
    key = f"views.{name}.pipeline" if view else "legs"
    try:
        query = view_query(context, name)
        types = _result_types(query) if view or name == NAMES[context.hunt.subject][0] else {}
    except (ValueError, UnsupportedQueryError, duckdb.Error) as error:
        yield key, _first_line(error)
        return
    if view is None:
        return
    key = f"views.{name}"
    for part, columns in (("keys", view.keys), ("columns", view.columns)):
        for column in columns:
            if column not in types:
                yield f"{key}.{part}.{column}", f"the pipeline gives no column {column}{nearest(column, types)}"
    if not set(view.keys) <= set(types):
        return
    row = {column: _EMPTY.get(kind, 0) for column, kind in types.items()}
    for column in view.columns:
        try:
            _result_types(drill_query(context, query, row, column))
        except (ValueError, UnsupportedQueryError, duckdb.Error) as error:
            yield f"{key}.columns.{column}", _first_line(error)


_EMPTY: Mapping[str, object] = {
    "VARCHAR": "",
    "DOUBLE": 0.0,
    "BOOLEAN": False,
    "TIMESTAMP": datetime(2026, 1, 2),  # as the embedded engine gives times: without a zone
    "INTERVAL": timedelta(0),
}
"""A value for each of the embedded engine's types but whole numbers, to make drills with."""


def _blame(context: QueryContext, view: str, found: list[tuple[str, str]]) -> Iterator[Problem]:
    """The problems of a view, at the legs that have them alone where there are any."""
    hunt = context.hunt
    blamed: dict[str, str] = {}
    for leg in hunt.legs.values():
        try:
            _result_types(events_query(context, leg.name))
        except (ValueError, UnsupportedQueryError, duckdb.Error) as error:
            blamed[leg.name] = _first_line(error)
    for name, message in blamed.items():
        leg = hunt.legs[name]
        if not any(known.name in blamed for known in context.foundation(leg)[:-1]):
            yield problem(hunt, f"legs.{name}.where" if leg.where else f"legs.{name}", message)
    if not blamed:
        for key, message in found:
            yield problem(hunt, key, message if key.startswith("views.") else f"view {view}: {message}")


def _unsaid(context: QueryContext, view: str) -> str:
    """Why a view cannot be said in a live workspace although its tables are there; empty when it can."""
    try:
        view_query(context, view)
    except QueryError:
        return ""
    except ValueError as error:
        return _first_line(error)
    return ""


def _lacks(hunt: Hunt, dialect: Dialect) -> Iterator[Problem]:
    context = QueryContext(hunt, {}, _WINDOW, dialect)
    for leg in hunt.legs.values():
        if leg.table and not dialect.has_table(leg.table):
            decides = leg in context.foundation(context.leg(hunt.primary))
            then = (
                "the hunt does not run there"
                if decides
                else "n/a there" + ("" if context.optional(leg) else ", and runs are partial")
            )
            yield problem(hunt, f"legs.{leg.name}.table", f"{dialect.kind} has no {leg.table}: {then}", warning=True)
    told = set()
    for expression in expressions(hunt):
        for table in expression.tables:
            for token in column_tokens(tokenize(expression.text)) if dialect.has_table(table) else ():
                name = token.text
                if name != "Timestamp" and name not in dialect.columns(table) and (expression.key, name) not in told:
                    told.add((expression.key, name))
                    message = f"{table} of {dialect.kind} has no {name}: empty there"
                    yield problem(hunt, expression.key, message, warning=True)


@cache
def _engine() -> tuple[duckdb.DuckDBPyConnection, Translator]:
    """An evidence workspace without a row, in memory, and its translator."""
    connection = duckdb.connect(":memory:")
    for table in evidence_schema():
        create_table(connection, table)
    connection.execute("SET enable_external_access = false")
    return connection, Translator({table: visible_columns(table) for table in evidence_schema()})


def _result_types(query: Query) -> dict[str, str]:
    """The columns of the query's result with the embedded engine's types, from running it on no rows."""
    connection, translator = _engine()
    translated = translator.translate(query.kql, _WINDOW.end)
    relation = connection.cursor().execute(translated.sql, translated.parameters)
    return {str(column[0]): str(column[1]) for column in relation.description or []}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
