"""Microsoft's parser takes the rarity of columns of every type in each dialect, and what its numbers open into."""

from __future__ import annotations

import pytest

from tests.oracle.conftest import Judge
from tests.oracle.queries import DIALECTS, all_hunts, context_of, drills, together, unlike
from tui.triage.queries.context import Bound, Key, QueryContext
from tui.triage.queries.rarity import Shared, columns_to_share, rarity_context, rarity_query

pytestmark = pytest.mark.oracle

HUNTS = {hunt.id: hunt for hunt in all_hunts()}
HOSTILE = 'x" | union SecurityEvent // \\\n\u202e'


def rarities(context: QueryContext) -> list[QueryContext]:
    """The rarity of a column of each type of each table, on a hostile device."""
    found = []
    legs = {context.table(leg): leg for leg in context.hunt.counted if context.present(leg)}
    for leg in legs.values():
        columns = context.dialect.columns(context.table(leg))
        by_type = {columns[name]: name for name in reversed(columns_to_share(context, leg.name))}
        bound = Bound(Key("DeviceKey", subject="device"), HOSTILE)
        found += [rarity_context(context, Shared(leg.name, name, (bound,))) for name in by_type.values()]
    return found


@pytest.mark.parametrize(
    ("hunt", "name"),
    [("T1119-01", "defender"), ("T1119-01", "data_explorer of log_analytics"), ("T1119-10", "log_analytics")],
)
def test_rarity_is_taken(judge: Judge, hunt: str, name: str) -> None:
    dialect = DIALECTS[name]
    for context in rarities(context_of(HUNTS[hunt], dialect)):
        query = rarity_query(context)
        faults, results = judge.judge(together([query]), dialect.schema)
        assert faults == []
        assert {column.name for column in query.columns} <= set(results[0])
        opened = unlike(drills(context, query, results[0]))
        assert judge.judge(together(opened), dialect.schema)[0] == []
        assert len(opened) > 2
