"""The one way in: a view of a hunt, the base of it, or the drill behind a cell, as a `Query`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.kql.dialects import known_columns, nearest
from tui.kql.lexer import names
from tui.library.model import Hunt, Leg
from tui.triage.queries.context import Bound, ColumnMeaning, Key, Query, QueryContext, QueryError
from tui.triage.queries.legs import assemble
from tui.triage.queries.listings import events_query, groups_query, timeline_bounds, timeline_query, values_query
from tui.triage.queries.processes import PROCESSES, STARTED, has_processes, processes_query
from tui.triage.queries.subjects import NAMES
from tui.triage.queries.summaries import column_type, peak_start, summary_query


class NothingBehindError(QueryError):
    """The cell opens into nothing: it is not a count, or holds n/a."""


def view_names(hunt: Hunt) -> list[str]:
    """The views of a hunt, the one shown first at the front."""
    views = [NAMES[subject][0] for subject in (hunt.subject, *hunt.by)]
    views += [f"groups_{leg.name}" for leg in hunt.legs.values() if leg.group_by]
    views += [*hunt.views, "timeline", *([PROCESSES] if has_processes(hunt) else [])]
    first = hunt.opens_with or views[0]
    return [first, *(name for name in views if name != first)]


def view_query(context: QueryContext, view: str = "", bounds: Sequence[Bound] = ()) -> Query:
    """The query of a view by name, the first one when empty; QueryError names the views there are."""
    hunt = context.hunt
    known = view_names(hunt)
    view = view or known[0]
    if view == "groups":
        view = next((name for name in known if name.startswith("groups_")), view)
    if view not in known:
        raise QueryError(f"hunt {hunt.id} has no view {view!r}{nearest(view, known)}; it has {', '.join(known)}")
    if view == "timeline":
        return timeline_query(context, bounds)
    if view == PROCESSES and has_processes(context.hunt):
        return processes_query(context)
    if view.startswith("groups_"):
        return groups_query(context, view.removeprefix("groups_"), bounds)
    if view in hunt.views:
        return _own_view(context, view)
    return summary_query(context, next(subject for subject in NAMES if NAMES[subject][0] == view))


def base_query(context: QueryContext, leg: str = "", limit: int = 100_000) -> Query:
    """The raw rows of a leg, the primary one when not named."""
    return events_query(context, leg or context.hunt.primary, limit=limit, view="base")


def drill_query(context: QueryContext, query: Query, row: Mapping[str, object], column: str) -> Query:
    """What is behind the cell `column` of `row` in a result of `query`.

    NothingBehindError when the cell does not open or holds n/a; QueryError when `row` lacks a key.
    """
    meaning = query.meaning(column)
    if meaning.opens is None:
        openable = ", ".join(known.name for known in query.columns if known.opens)
        raise NothingBehindError(f"{column} does not open" + (f"; these do: {openable}" if openable else ""))
    if query.view == "timeline":
        leg = str(row["Leg"])
        return events_query(context, leg, [*query.bounds, *timeline_bounds(context, leg, dict(row))])
    if column in row and row[column] is None:
        raise NothingBehindError(f"{column} is n/a here: there is nothing to open")
    bounds = [*query.bounds, *row_bounds(query, row)]
    if meaning.opens == "timeline":
        return timeline_query(context, bounds)
    if meaning.opens == "values":
        return values_query(context, meaning.leg, meaning.value, bounds, meaning.where)
    if meaning.opens == "extreme":
        bounds.append(_extreme(context, meaning, row[column]))
    peak = context.hunt.peak
    if peak and query.view in {NAMES[subject][0] for subject in NAMES} and column in (peak.count, peak.at):
        bounds.append(Bound(Key(peak.at, "datetime", peak_start(context, peak)), row[peak.at]))
    return events_query(context, meaning.leg, bounds, _where(context, meaning))


def start_query(context: QueryContext, row: Mapping[str, object]) -> Query:
    """The events by which the process that `row` of a view of processes is about was started."""
    bounds = [Bound(key, row[key.column]) for key in STARTED]
    return events_query(context, context.hunt.primary, bounds)


def row_bounds(query: Query, row: Mapping[str, object]) -> list[Bound]:
    """The keys of `query` with their values in `row`."""
    missing = [key.column for key in query.keys if key.column not in row]
    if missing:
        raise QueryError(f"the row lacks its key {', '.join(missing)}")
    return [Bound(key, row[key.column]) for key in query.keys]


def _extreme(context: QueryContext, meaning: ColumnMeaning, value: object) -> Bound:
    return Bound(Key(meaning.name, column_type(context, context.leg(meaning.leg), meaning.value), meaning.value), value)


def _where(context: QueryContext, meaning: ColumnMeaning) -> str:
    """The aggregate's own condition; for a total, only rows that have a value."""
    if meaning.opens == "sum":
        return f"isnotnull({meaning.value})" + (f" and ({meaning.where})" if meaning.where else "")
    return meaning.where


def _own_view(context: QueryContext, name: str) -> Query:
    """A view that the hunt itself writes, over the legs it names."""
    view = context.hunt.views[name]
    used = names(view.pipeline)
    legs = [leg for leg in context.hunt.legs if f"leg_{leg}" in used]
    lets, renamed = [], {}
    for leg in (context.leg(leg) for leg in legs):
        if not context.present(leg):
            raise QueryError(f"view {name} needs leg {leg.name}, whose table is not in this workspace")
        if fields := _missing_here(context, leg, used):
            renamed[f"leg_{leg.name}"] = f"view_{leg.name}"
            lets.append(f"let view_{leg.name} = leg_{leg.name} | extend {fields};\n")
    pipeline = context.dialect.pipeline(view.pipeline.strip(), context.networks, renamed)
    body = f"{''.join(lets)}{pipeline}\n| take {context.hunt.limit + 1}"
    columns = (
        *(ColumnMeaning(key) for key in view.keys if key not in view.columns),
        *(ColumnMeaning(column, spec.opens, spec.leg, spec.value, spec.where) for column, spec in view.columns.items()),
    )
    keys = tuple(Key(column, "", expression) for column, expression in view.keys.items())
    return Query(
        kql=assemble(context, body, legs, f"{context.hunt.id} {context.hunt.title}: {view.title}"),
        view=name,
        title=view.title,
        limit=context.hunt.limit,
        columns=columns,
        keys=keys,
    )


def _missing_here(context: QueryContext, leg: Leg, used: set[str]) -> str:
    """Those of the names `used` that are columns of the leg's table but not here, each with what stands for it here."""
    table = context.table(leg)
    missing = sorted(used & known_columns(table).keys() - context.dialect.columns(table).keys())
    return ", ".join(f"{name} = {context.dialect.column(table, name)}" for name in missing)
