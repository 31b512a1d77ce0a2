"""Every query that can be written for a hunt: views, bases and the drill of each kind of cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from tui.kql.dialects import Dialect, dialect_for
from tui.kql.lexer import names
from tui.kql.schema import shipped_schema
from tui.library.catalogue import hunt_files, shipped_folder
from tui.library.loader import read_hunt
from tui.library.model import Hunt
from tui.triage.check import sample_values
from tui.triage.queries.compile import base_query, drill_query, view_names, view_query
from tui.triage.queries.context import Query, QueryContext
from tui.triage.queries.subjects import NAMES
from tui.workspaces.protocol import Window

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))

DIALECTS = {
    "evidence": dialect_for("evidence"),
    "log_analytics": dialect_for("log_analytics"),
    "defender": dialect_for("defender"),
    "data_explorer of log_analytics": dialect_for("data_explorer", shipped_schema("log_analytics")),
    "data_explorer of defender": dialect_for("data_explorer", shipped_schema("defender")),
}

HOSTILE_KEY = "St. \"x'; T | take 1 //\\\n\x00\u202e\U000e0041"

VALUES: Mapping[str, object] = {
    "string": HOSTILE_KEY,
    "dynamic": '{"a": "b\\""}',
    "long": -7,
    "int": 7,
    "real": 1.5,
    "decimal": 3,
    "bool": True,
    "datetime": datetime(2026, 11, 2, 3, 4, 5, 678901),  # as DuckDB gives times: without a zone
    "timespan": timedelta(hours=25, microseconds=1),
}
"""A key's value by the type of its column."""


def all_hunts() -> list[Hunt]:
    """The shipped hunts and those of the tests."""
    own = Path(__file__).parents[1] / "hunts"
    return [read_hunt(path) for folder in (shipped_folder(), own) for path in hunt_files(folder)]


def context_of(hunt: Hunt, dialect: Dialect) -> QueryContext:
    """The hunt with its defaults, what is required filled in."""
    return QueryContext(hunt, sample_values(hunt), WINDOW, dialect)


def views(context: QueryContext) -> Iterator[Query]:
    """The views that can run here: all but the groups of a leg whose table is absent."""
    for name in view_names(context.hunt):
        leg = context.hunt.legs.get(name.removeprefix("groups_"))
        if leg is None or context.present(leg):
            yield view_query(context, name)


def bases(context: QueryContext) -> Iterator[Query]:
    """The raw rows of each leg that can run here."""
    for leg in context.hunt.legs.values():
        if context.present(leg):
            yield base_query(context, leg.name)


def drills(context: QueryContext, query: Query, types: Mapping[str, str]) -> Iterator[Query]:
    """A drill for each opening column of `query`, whose result has the columns `types`, and one with empty keys."""
    row = {column: VALUES[kind] for column, kind in types.items()}
    empty = {column: "" if kind == "string" else None for column, kind in types.items()}
    opening = [column for column in query.columns if column.leg or column.opens == "rows"]
    if query.view == "timeline":
        for leg in context.hunt.legs.values():
            if not leg.of and context.present(leg):
                yield drill_query(context, query, {**row, "Leg": leg.name}, opening[0].name)
        return
    if query.view in {NAMES[subject][0] for subject in context.hunt.by}:  # as the main view, but for the key
        opening = list({column.leg: column for column in reversed(opening)}.values())
    for column in opening:
        yield drill_query(context, query, row, column.name)
    if opening and query.keys:
        yield drill_query(context, query, {**empty, opening[0].name: row[opening[0].name]}, opening[0].name)


def unlike(queries: Iterable[Query]) -> list[Query]:
    """`queries` without those whose text another has."""
    return list({query.kql: query for query in queries}.values())


def together(queries: Iterable[Query]) -> str:
    """One text with the definitions of all `queries` and after them the body of each.

    AssertionError when a query uses a name that it does not define first, or defines one otherwise than another does.
    """
    lets: dict[str, str] = {}
    bodies = []
    for query in queries:
        *definitions, body = statements(query.kql)
        own: set[str] = set()
        for definition in definitions:
            name = definition.removeprefix("let ").partition(" ")[0]
            assert let_names(definition) <= {name, *own}, query.kql
            assert lets.setdefault(name, definition) == definition, query.kql
            own.add(name)
        assert let_names(body) <= own, query.kql
        bodies.append(body)
    return ";\n".join([*lets.values(), *bodies])


def statements(text: str) -> list[str]:
    """The statements of a query, without the comment before them; no literal holds a line break."""
    first, *others = text.strip().split(";\n")
    return [first.partition("\n")[2] if first.startswith("//") else first, *others]


@cache
def let_names(text: str) -> frozenset[str]:
    """The names in `text` that only a `let` can give."""
    return frozenset(name for name in names(text) if name.startswith(("p_", "leg_", "bins_", "scope_", "view_")))
