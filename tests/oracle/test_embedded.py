from __future__ import annotations

import pytest

from tests.oracle.queries import (
    DIALECTS,
    VALUES,
    WINDOW,
    all_hunts,
    bases,
    context_of,
    drills,
    statements,
    together,
    unlike,
    views,
)
from tui.kql.dialects import known_columns
from tui.kql.schema import evidence_schema
from tui.library.model import Hunt
from tui.triage.queries.context import Query, QueryContext
from tui.workspaces.translation import Translator


@pytest.fixture(scope="module")
def translator() -> Translator:
    return Translator(evidence_schema())


@pytest.mark.parametrize("hunt", all_hunts(), ids=lambda hunt: hunt.id)
def test_every_query_of_a_hunt_is_translated(translator: Translator, hunt: Hunt) -> None:
    context = context_of(hunt, DIALECTS["evidence"])
    queries = [*views(context), *bases(context)]
    opened = [drill for query in queries for drill in drills(context, query, types(context, query))]
    deeper = [
        drill for query in opened if query.view == "values" for drill in drills(context, query, types(context, query))
    ]
    every = unlike([*queries, *opened, *deeper])
    translated = translator.translate(as_one(every), WINDOW.end)
    assert translated.sql.count("UNION ALL") >= len(every) - 1


def as_one(queries: list[Query]) -> str:
    """All queries as branches of one union after their definitions: translated at once, which is a third of the time."""
    parts = statements(together(queries))
    lets = [part for part in parts if part.startswith("let ")]
    bodies = ",\n".join(f"({body})" for body in parts[len(lets) :])
    return ";\n".join([*lets, f"union {bodies}"])


def types(context: QueryContext, query: Query) -> dict[str, str]:
    """Types that the columns of a result can have, as far as a drill asks for them."""
    found = {column.name: "long" for column in query.columns}
    for column in query.columns:
        if column.opens == "extreme":
            found[column.name] = known_columns(context.table(context.leg(column.leg))).get(column.value, "real")
        if context.hunt.peak and column.name == context.hunt.peak.at:
            found[column.name] = "datetime"
    found |= {key.column: key.type or "string" for key in query.keys}
    assert set(found.values()) <= set(VALUES)
    return found
