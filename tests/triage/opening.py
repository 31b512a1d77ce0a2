"""Whether every cell of a result opens into what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.queries import statements, together
from tui.triage.execute import Answer, execute
from tui.triage.queries.compile import drill_query, row_bounds, view_query
from tui.triage.queries.context import ColumnMeaning, Query, QueryContext
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import State

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """A cell with its drill."""

    row: Row
    column: ColumnMeaning
    drill: Query

    @property
    def value(self) -> Any:
        """What the cell shows."""
        return self.row[self.column.name]


async def answer_of(workspace: EvidenceWorkspace, context: QueryContext, query: Query) -> Answer:
    """The rows of `query`, all of them."""
    answer = await execute(workspace, context, query)
    assert answer.completion.outcome.state in (State.COMPLETE, State.NOT_COVERED, State.BLIND), answer.completion
    return answer


def cells(context: QueryContext, query: Query, rows: Iterable[Row]) -> list[Cell]:
    """The cells of `rows` that open, but for those that open the timeline."""
    return [
        Cell(row, column, drill_query(context, query, row, column.name))
        for row in rows
        for column in query.columns
        if column.opens not in (None, "timeline") and row.get(column.name) is not None
    ]


async def disagreements(
    workspace: EvidenceWorkspace, context: QueryContext, query: Query, found: list[Cell]
) -> list[str]:
    """Each cell whose drill lists another number of rows or values than the cell says; counted all at once."""
    if not found:
        return []
    listed = await _listed(workspace, context, [cell.drill for cell in found])
    wrong = []
    for cell, number in zip(found, listed, strict=True):
        expected = expected_number(context, query, cell)
        if not fits(cell, number, expected):
            wrong.append(f"{query.view} {cell.column.name} = {cell.value!r} opens {number}: {dict(cell.row)}")
    return wrong


def fits(cell: Cell, number: int, expected: int | None) -> bool:
    """Whether a drill that lists `number` rows fits its cell; a total of nothing has no rows."""
    if expected is not None:
        return number == expected
    return number >= 1 or (cell.column.opens == "sum" and cell.value == 0)


def expected_number(context: QueryContext, query: Query, cell: Cell) -> int | None:
    """How many rows the drill must list; None for at least one."""
    meaning, peak = cell.column, context.hunt.peak
    if peak and meaning.name == peak.at:
        return int(cell.row[peak.count])
    if query.view == "timeline" or meaning.opens == "extreme":
        return None
    if query.view.startswith("groups_") or query.view == "values":
        return int(cell.row["EventCount"])
    return None if meaning.opens == "sum" else int(cell.value)


async def _listed(workspace: EvidenceWorkspace, context: QueryContext, drills: list[Query]) -> list[int]:
    """How many rows each of `drills` lists, in one query of all their bodies."""
    parts = statements(together(drills))
    lets = [part for part in parts if part.startswith("let ")]
    branches = [
        f"({body} | summarize Listed = count() | extend Number = {number})"
        for number, body in enumerate(parts[len(lets) :])
    ]
    query = Query(
        ";\n".join([*lets, f"union {', '.join(branches)}"]) if len(branches) > 1 else drills[0].kql, "", "", 10_000
    )
    if len(branches) == 1:
        return [(await answer_of(workspace, context, query)).table.num_rows]
    answer = await answer_of(workspace, context, query)
    numbers = {row["Number"]: row["Listed"] for row in answer.rows()}
    return [numbers[number] for number in range(len(drills))]


async def opened_wrong(workspace: EvidenceWorkspace, context: QueryContext, query: Query, cell: Cell) -> str:
    """What is wrong with the rows behind one cell, really opened; nothing when all is well."""
    answer = await answer_of(workspace, context, cell.drill)
    rows = answer.rows()
    where = f"{query.view} {cell.column.name} = {cell.value!r}, opened {len(rows)}: {dict(cell.row)}"
    expected = expected_number(context, query, cell)
    if expected is not None and len(rows) != expected:
        return f"{where}: expected {expected}"
    value = cell.column.value
    if cell.column.opens == "sum":
        added = [row[value] for row in rows]
        return "" if None not in added and sum(added) == cell.value else f"{where}: another total"
    if cell.column.opens == "extreme" and value in (rows[0] if rows else {}):
        return "" if {row[value] for row in rows} == {cell.value} else f"{where}: other values"
    if cell.drill.view == "values":
        wrong = await disagreements(workspace, context, cell.drill, cells(context, cell.drill, rows))
        return "; ".join(wrong)
    times = [row["Timestamp"] for row in rows if "Timestamp" in row]
    return "" if times == sorted(times) else f"{where}: not in the order of time"


async def timeline_wrong(workspace: EvidenceWorkspace, context: QueryContext, query: Query, row: Row) -> list[str]:
    """Whether the timeline behind a subject has as many lines as its legs have rows, and each opens."""
    timeline = drill_query(context, query, row, query.columns[0].name)
    assert timeline.view == "timeline"
    assert list(timeline.bounds) == row_bounds(query, row)
    lines = (await answer_of(workspace, context, timeline)).rows()
    legs = [leg for leg in context.hunt.legs.values() if not leg.of and row.get(leg.count) is not None]
    expected = sum(row[leg.count] for leg in legs)
    wrong = [] if len(lines) == expected else [f"timeline of {expected} has {len(lines)} lines: {dict(row)}"]
    opening = lines[::3]
    found = [
        Cell(line, timeline.columns[0], drill_query(context, timeline, line, timeline.columns[0].name))
        for line in opening
    ]
    return wrong + await disagreements(workspace, context, timeline, found)


def ranks_wrong(context: QueryContext, query: Query, rows: list[dict[str, Any]]) -> list[str]:
    """Whether legs hit, thresholds met and the order of rows follow from the counts."""
    hunt, wrong = context.hunt, []
    keys = []
    for row in rows:
        hit = sum(1 for leg in hunt.legs.values() if not leg.of and (row[leg.count] or 0) > 0)
        met = 0
        for threshold in hunt.thresholds:
            least = (
                context.values[threshold.at_least.removeprefix("p_")]
                if threshold.at_least.startswith("p_")
                else threshold.at_least
            )
            value = row.get(threshold.column)
            met += value is not None and value >= float(str(least))
        if (row["LegsHit"], row["ThresholdsMet"]) != (hit, met):
            wrong.append(f"{query.view}: legs {hit}, thresholds {met}: {row}")
        keys.append((-hit, -met, -row[hunt.legs[hunt.primary].count]))
    return wrong if keys == sorted(keys) else [*wrong, f"{query.view}: rows out of order"]


async def everything_wrong(
    workspace: EvidenceWorkspace, context: QueryContext, view: str, picked: list[int]
) -> list[str]:
    """All disagreements of a view; the cells numbered `picked` are really opened, some forty are counted."""
    query = view_query(context, view)
    rows = (await answer_of(workspace, context, query)).rows()
    found = cells(context, query, rows)
    if query.view == "timeline":  # all columns of a line open the same
        found = found[::7]
    counted = found[picked[0] % 3 :: max(1, len(found) // 40)]
    wrong = await disagreements(workspace, context, query, counted)
    for number in picked if found else ():
        fault = await opened_wrong(workspace, context, query, found[number % len(found)])
        wrong += [fault] if fault else []
    if query.keys and query.keys[0].subject and not query.view.startswith("groups_") and query.view != "timeline":
        wrong += ranks_wrong(context, query, rows)
        if rows and picked[1] % 2:
            wrong += await timeline_wrong(workspace, context, query, rows[picked[0] % len(rows)])
    return wrong
