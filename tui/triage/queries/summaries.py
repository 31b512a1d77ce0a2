"""The main view: one row per device (or other subject), one count per leg, all from one union and one summarize."""

from __future__ import annotations

from dataclasses import dataclass

from tui.kql.dialects import known_columns
from tui.library.model import Leg, Peak, Subject
from tui.triage.queries.context import ColumnMeaning, Key, NoTableError, Query, QueryContext, QueryError
from tui.triage.queries.legs import BINS, assemble, time_bin
from tui.triage.queries.subjects import NAMES, names_subject, subject_key, subject_label


@dataclass(frozen=True)
class _Measure:
    """One column of the summarize: its name, its aggregate, its meaning, and what the branch of its leg must carry."""

    name: str
    aggregate: str
    meaning: ColumnMeaning
    carried: str = ""
    type: str = "long"


def summary_query(context: QueryContext, subject: Subject) -> Query:
    """Rows per `subject`, ranked by legs hit, thresholds met and the primary count; QueryError when nothing can run."""
    hunt = context.hunt
    view, key_name, _ = NAMES[subject]
    here = [leg for leg in hunt.counted if context.present(leg) and names_subject(context.table(leg), subject)]
    primary = context.leg(hunt.primary)
    if not context.present(primary):
        raise NoTableError(f"{hunt.id} needs table {context.table(primary)}, which is not in this workspace")
    if hunt.primary not in [leg.name for leg in here]:
        raise QueryError(f"rows of the primary leg {hunt.primary} name no {subject}")
    peak = hunt.peak if hunt.peak and hunt.peak.leg in [leg.name for leg in here] else None
    body = "\n".join(
        [
            *_union(context, here, subject),
            *_summarize(context, here, subject),
            *_absent(context, here),
            *(_peak(context, peak, subject) if peak else []),
            *_rank(context, here, subject),
            f"| take {hunt.limit + 1}",
            f"| project {', '.join(column.name for column in _columns(context, subject))}",
        ]
    )
    ordered = [hunt.primary, *(leg.name for leg in here)]
    kql = assemble(context, body, ordered, f"{hunt.id} {hunt.title}: {view}")
    return Query(
        kql=kql,
        view=view,
        title=f"{hunt.id} {hunt.title}",
        limit=hunt.limit,
        columns=tuple(_columns(context, subject)),
        keys=(Key(key_name, subject=subject),),
        lacks=_lacks(context),
    )


def _lacks(context: QueryContext) -> tuple[str, ...]:
    """The tables that are not here and that legs need which are not optional."""
    needed = (known for leg in context.hunt.counted if not context.optional(leg) for known in context.foundation(leg))
    tables = (context.table(leg) for leg in needed)
    return tuple(dict.fromkeys(table for table in tables if not context.dialect.has_table(table)))


def _measures(context: QueryContext, leg: Leg) -> list[_Measure]:
    """The columns of one leg: its count, then distinct counts, totals and extremes."""
    test = f'Leg == "{leg.name}"'
    found = [_Measure(leg.count, f"countif({test})", ColumnMeaning(leg.count, "rows", leg.name))]
    for opens, columns in (("values", leg.distinct), ("sum", leg.sum), ("extreme", leg.largest)):
        for name, expression in columns.items():
            carried = f"{leg.name}_{name}"
            aggregate = {
                "values": f"{context.dialect.distinct_count_if}({carried}, {test})",
                "sum": f"sumif({carried}, {test})",
                "extreme": f"max({carried})",
            }[opens]
            meaning = ColumnMeaning(name, opens, leg.name, expression)  # type: ignore[arg-type]
            kind = column_type(context, leg, expression)
            found.append(_Measure(name, aggregate, meaning, f"{carried} = {context.say(expression, leg)}", kind))
    return found


def column_type(context: QueryContext, leg: Leg, expression: str) -> str:
    """The KQL type of a leg's value: the column's own, or none for a longer expression, whose values tell it."""
    return known_columns(context.table(leg)).get(expression, "")


def as_type(context: QueryContext, leg: Leg, column: str, kind: str) -> str:
    """A column of the leg's table, or a null, as a `kind` that all branches of a union share.

    Nothing is converted that is one already: the embedded engine's conversions are long.
    """
    here = context.dialect.columns(context.table(leg)).get(column, kind)
    said = context.say(column, leg)
    return f"to{kind}({said})" if here != kind else said


def _union(context: QueryContext, legs: list[Leg], subject: Subject) -> list[str]:
    _, key_name, label = NAMES[subject]
    branches = []
    for leg in legs:
        carried = [measure.carried for measure in _measures(context, leg) if measure.carried]
        fields = [
            f"{key_name} = {subject_key(context, leg, subject)}",
            f"{label} = {subject_label(context, leg, subject)}",
            f"EventTime = {context.time(leg)}",
            f'Leg = "{leg.name}"',
            *carried,
        ]
        branches.append(f"leg_{leg.name} | project {', '.join(fields)}")
    if len(branches) == 1:  # without brackets, which the embedded engine does not take around a source
        return branches
    return ["union", ",\n".join(f"    ({branch})" for branch in branches)]


def _summarize(context: QueryContext, legs: list[Leg], subject: Subject) -> list[str]:
    _, key_name, label = NAMES[subject]
    aggregates = [f"{label} = max({label})"]
    aggregates += [f"{measure.name} = {measure.aggregate}" for leg in legs for measure in _measures(context, leg)]
    aggregates += ["FirstSeen = min(EventTime)", "LastSeen = max(EventTime)"]
    anchors = [leg.count for leg in legs if leg.anchor or leg.name == context.hunt.primary]
    return [
        "| summarize " + ",\n    ".join(aggregates) + f"\n    by {key_name}",
        "| where " + " or ".join(f"{count} > 0" for count in anchors),
    ]


def _absent(context: QueryContext, here: list[Leg]) -> list[str]:
    """Typed nulls for the columns of legs that are not here: n/a, never 0."""
    present = {leg.name for leg in here}
    lines = [
        f"{measure.name} = {'long' if measure.meaning.opens in ('rows', 'values') else measure.type}(null)"
        for leg in context.hunt.counted
        if leg.name not in present
        for measure in _measures_absent(leg)
    ]
    return [f"| extend {', '.join(lines)}"] if lines else []


def _measures_absent(leg: Leg) -> list[_Measure]:
    """The columns of a leg whose table is not here, without their aggregates."""
    found = [_Measure(leg.count, "", ColumnMeaning(leg.count))]
    for opens, columns in (("values", leg.distinct), ("sum", leg.sum), ("extreme", leg.largest)):
        for name, expression in columns.items():
            kind = known_columns(leg.table).get(expression, "long")
            found.append(_Measure(name, "", ColumnMeaning(name, opens), type="long" if opens == "values" else kind))  # type: ignore[arg-type]
    return found


def _peak(context: QueryContext, peak: Peak, subject: Subject) -> list[str]:
    """The highest count of a bin and, among equals, the earliest: the largest of count * BINS + (BINS - 1 - bin)."""
    key_name = NAMES[subject][1]
    leg = context.leg(peak.leg)
    key, number = subject_key(context, leg, subject), time_bin(context, leg, peak.per)
    return [
        "| join kind=leftouter (",
        f"    leg_{leg.name}",
        f"    | summarize Rows = count() by {key_name} = {key}, Bin = {number}",
        f"    | summarize Best = max(Rows * {BINS} + ({BINS - 1} - Bin)) by {key_name}",
        f"    ) on {key_name}",
        f"| extend {peak.count} = coalesce(Best / {BINS}, long(0)),",
        f"    {peak.at} = p_from + ({BINS - 1} - Best % {BINS}) * {peak.per}",
    ]


def peak_start(context: QueryContext, peak: Peak) -> str:
    """The start of the time bin a row of the peak's leg is in, over that leg's rows."""
    return f"p_from + {time_bin(context, context.leg(peak.leg), peak.per)} * {peak.per}"


def _rank(context: QueryContext, here: list[Leg], subject: Subject) -> list[str]:
    hunt = context.hunt
    hits = " + ".join(f"iff({leg.count} > 0, 1, 0)" for leg in here if not leg.of)
    known = {column.name for column in _columns(context, subject)}
    met = " + ".join(
        f"iff({threshold.column} >= {threshold.at_least}, 1, 0)"
        for threshold in hunt.thresholds
        if threshold.column in known
    )
    primary = hunt.legs[hunt.primary].count
    return [
        f"| extend LegsHit = {hits}, ThresholdsMet = {met or '0'}",
        f"| sort by LegsHit desc, ThresholdsMet desc, {primary} desc, {NAMES[subject][1]} asc",
    ]


def _columns(context: QueryContext, subject: Subject) -> list[ColumnMeaning]:
    """The result's columns in order, with what they mean."""
    hunt = context.hunt
    _, key_name, label = NAMES[subject]
    columns = [
        ColumnMeaning(label, "timeline"),
        ColumnMeaning("LegsHit", "timeline"),
        ColumnMeaning("ThresholdsMet", "timeline"),
    ]
    for leg in hunt.counted:
        here = context.present(leg) and names_subject(context.table(leg), subject)
        columns += [measure.meaning for measure in (_measures(context, leg) if here else _measures_absent(leg))]
    if hunt.peak and context.present(context.leg(hunt.peak.leg)):
        columns.append(ColumnMeaning(hunt.peak.count, "rows", hunt.peak.leg, value=hunt.peak.at))
        columns.append(ColumnMeaning(hunt.peak.at, "rows", hunt.peak.leg, value=hunt.peak.at))
    columns += [
        ColumnMeaning("FirstSeen", "timeline"),
        ColumnMeaning("LastSeen", "timeline"),
        ColumnMeaning(key_name, hidden=True),
    ]
    return columns
