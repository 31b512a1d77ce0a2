"""One run from start to outcome, into memory: what the command line and the tests use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tui.results.values import plain_text
from tui.triage.queries.context import Query, QueryContext
from tui.workspaces.protocol import Completion, Limits, Outcome, State, Workspace

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Answer:
    """The rows of a run as an Arrow table, with its query and how it ended."""

    query: Query
    table: pa.Table
    completion: Completion

    @property
    def usable(self) -> bool:
        """Whether the rows that came can be shown as an answer."""
        return self.completion.outcome.state in (
            State.COMPLETE,
            State.TRUNCATED,
            State.PARTIAL,
            State.NOT_COVERED,
            State.BLIND,
        )

    def rows(self) -> list[dict[str, Any]]:
        """The rows by column name."""
        found: list[dict[str, Any]] = self.table.to_pylist()
        return found


async def execute(workspace: Workspace, context: QueryContext, query: Query, seconds: float = 180.0) -> Answer:
    """Runs `query` and keeps its rows, in the order in which its columns are to be read."""
    import pyarrow as pa

    batches: list[pa.RecordBatch] = []
    reach = context.reach(query.kql)
    completion = await workspace.run(query.kql, reach, Limits(query.limit, seconds), batches.append)
    table = pa.Table.from_batches(batches) if batches else pa.table({})
    completion = with_lacks(query, completion)
    return Answer(query, table.select(column_order(query, table.column_names)), completion)


def with_lacks(query: Query, completion: Completion) -> Completion:
    """`completion`, partial instead of complete when a table was missing that the hunt counts in."""
    if not query.lacks or completion.outcome.state is not State.COMPLETE:
        return completion
    words = f"no table {', '.join(query.lacks)} here: the columns that count in it say n/a"
    return replace(completion, outcome=Outcome(State.PARTIAL, words))


def column_order(query: Query, names: Sequence[str]) -> list[str]:
    """`names` with those the query puts first at the front."""
    first = [column.name for column in query.columns if column.name in names]
    return [*first, *(name for name in names if name not in first)]


def matching_rows(answer: Answer, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows whose columns have the texts `wanted`, as exports write them; KeyError for a column the result does not have."""
    for name in wanted:
        if name not in answer.table.column_names:
            raise KeyError(name)
    return [row for row in answer.rows() if all(plain_text(row[name]) == text for name, text in wanted.items())]
