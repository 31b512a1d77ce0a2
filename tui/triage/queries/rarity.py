"""Rarity: how many devices, accounts and days share each value of a column, in the window and in the time before it.

A hunt is extended by one leg, which holds the whole table of the leg looked at, and by a view of its own over it. So the
numbers open as those of any view do, and a session keeps the extended hunt's text with the run.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from tui.kql.binding import Equality
from tui.kql.dialects import known_columns
from tui.kql.lexer import names
from tui.kql.literals import string_literal
from tui.kql.schema import Columns
from tui.library.loader import parse_hunt
from tui.library.model import Hunt, Subject
from tui.library.times import span_said, span_typed
from tui.triage.queries.compile import row_bounds, view_query
from tui.triage.queries.context import Bound, Query, QueryContext
from tui.triage.queries.listings import first_columns
from tui.triage.queries.subjects import names_subject, subject_expression

BASELINE = timedelta(days=30)
"""How far before the window values are looked for, unless less is held."""

VIEW = "rarity"
LEG = "everywhere"

_NORMALISED = re.compile(r"(CommandLine|FolderPath|ScriptBlockText)\Z")
_NOT_SHARED = ("datetime", "timespan", "real")
_AS_TEXT = ("dynamic", "guid", "decimal")

_REPLACED = (
    (
        r"""([\\/](?:users|home|documents and settings)[\\/])(?:[^\\/"'<>|:*?]+(\\)|[^\\/ \t\r\n"'<>|:*?]+)""",
        r"\1<user>\2",
    ),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<guid>"),
    (r"s-1-5-21-[0-9-]*[0-9]", "<sid>"),
    (r"0x[0-9a-f]+|[0-9a-f]{8,}", "<hex>"),
    (r"[0-9]+", "#"),
)
"""What of a text in small letters changes from run to run and user to user, and what stands for it, in this order.

Only what RE2, .NET and Rust read alike: no classes by letter, no word boundaries, no look-around.
"""


@dataclass(frozen=True)
class Shared:
    """The rows a rarity starts from: a leg, the keys they meet, and the expression over its rows to look at, if it is known."""

    leg: str
    expression: str = ""
    bounds: tuple[Bound, ...] = ()


def shared_of(context: QueryContext, query: Query, row: Mapping[str, object], column: str) -> Shared:
    """What the cell `column` of `row` in a result of `query` is about."""
    meaning = query.meaning(column)
    if query.view in ("events", "base"):
        return Shared(query.leg, column if column in columns_to_share(context, query.leg) else "", query.bounds)
    if query.view == "timeline":
        return Shared(str(row["Leg"]), "", query.bounds)
    bounds = query.bounds if query.view == "values" else (*query.bounds, *row_bounds(query, row))
    key = next((key for key in query.keys if key.column == column and key.subject is None and key.expression), None)
    if key is not None:
        bounds = tuple(bound for bound in bounds if bound.key != key)
    leg = meaning.leg or query.leg or context.hunt.primary
    values = meaning.value if meaning.opens == "values" else ""
    return Shared(leg, key.expression if key else values, bounds)


def columns_to_share(context: QueryContext, leg_name: str) -> list[str]:
    """The columns of the leg's table whose values can be shared, those of its kind first."""
    leg = context.leg(leg_name)
    known = context.dialect.columns(context.table(leg))
    ordered = dict.fromkeys([*first_columns(context, leg), *known])
    return [name for name in ordered if known[name] not in _NOT_SHARED and not name.startswith("_")]


def rarity_context(context: QueryContext, shared: Shared, held_from: datetime | None = None) -> QueryContext:
    """`context` with its hunt extended by the view `rarity` of what is `shared`; QueryError when its leg is not known.

    The listed rows are those within the scope, their values are counted whatever it is. `held_from` is when the first event
    of the workspace happened, if that is known.
    """
    start = context.window.start
    held = start - held_from if held_from is not None else BASELINE
    baseline = max(timedelta(0), min(BASELINE, held))
    return replace(context, hunt=_extended(context, shared, baseline, baseline < BASELINE))


def rarity_query(context: QueryContext) -> Query:
    """The query of a context that `rarity_context` gave."""
    return view_query(context, VIEW)


def normalised_expression(expression: str) -> str:
    """The KQL for `expression`, a text, without what changes from run to run and user to user."""
    said = f"tolower({expression})"
    for pattern, stands in _REPLACED:
        said = f"replace_regex({said}, {string_literal(pattern)}, {string_literal(stands)})"
    return said


def normalised(text: str) -> str:
    """What `normalised_expression` gives for `text`; a few letters outside ASCII have other small letters in each engine."""
    lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    for pattern, stands in _REPLACED:
        lowered = _compiled(pattern).sub(stands, lowered)
    return lowered


def is_normalised(expression: str) -> bool:
    """Whether values of `expression` are compared without what changes from run to run."""
    return bool(_NORMALISED.search(expression)) and names(expression) == {expression}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _value(columns: Columns, expression: str) -> str:
    """The KQL for the values that are counted, over the table's rows."""
    if is_normalised(expression):
        return normalised_expression(expression)
    return f"tostring({expression})" if columns.get(expression) in _AS_TEXT else expression


def _extended(context: QueryContext, shared: Shared, baseline: timedelta, clipped: bool) -> Hunt:
    leg, hunt = context.leg(shared.leg), context.hunt
    table = context.table(leg)
    value = _value({**known_columns(table), **context.dialect.columns(table)}, shared.expression)
    subjects: list[tuple[str, Subject]] = [("Devices", "device"), ("Accounts", "account")]
    counted = [
        (name, subject_expression(table, subject)) for name, subject in subjects if names_subject(table, subject)
    ]
    data = tomllib.loads(hunt.source)
    data["legs"] = {
        **data["legs"],
        LEG: {
            "kind": leg.kind,
            "table": table,
            "count": "Everywhere",
            "optional": True,
            "before": span_typed(baseline),
        },
    }
    title = f"rarity of {shared.expression}, {_baseline_words(baseline, clipped)}"
    data["views"] = {**data.get("views", {}), VIEW: {"title": title, **_view(context, shared, value, counted)}}
    import tomli_w

    return parse_hunt(tomli_w.dumps(data), hunt.path or Path(f"{hunt.id}.toml"))


def _view(context: QueryContext, shared: Shared, value: str, counted: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The view as its hunt's file says it."""
    columns: dict[str, dict[str, str]] = {}
    aggregates, carried = [], [f"k_{name} = {expression}" for name, expression in counted]
    for prefix, when in (("", "Timestamp >= p_from"), ("Before", "Timestamp < p_from")):
        for name, expression in counted:
            aggregates.append(f"{prefix}{name} = count_distinctif(k_{name}, {when} and k_{name} != '')")
            columns[f"{prefix}{name}"] = {
                "opens": "values",
                "leg": LEG,
                "value": expression,
                "where": f"{when} and ({expression}) != ''",
            }
        aggregates.append(f"{prefix}Days = count_distinctif(k_Day, {when})")
        columns[f"{prefix}Days"] = {"opens": "values", "leg": LEG, "value": "startofday(Timestamp)", "where": when}
        aggregates.append(f"{prefix}Events = countif({when})")
        columns[f"{prefix}Events"] = {"opens": "rows", "leg": LEG, "where": when}
    aggregates += ["FirstSeen = min(Timestamp)", "LastSeen = max(Timestamp)"]
    columns |= {name: {"opens": "rows", "leg": LEG} for name in ("FirstSeen", "LastSeen")}
    widest = [name for name, _ in counted]
    aggregates += [f"k_All{name} = count_distinct(k_{name})" for name in [*widest, "Day"]]
    order = [*(f"k_All{name} asc" for name in widest), "k_AllDay asc", "Events asc", "BeforeEvents asc", "Value asc"]
    pipeline = "\n| ".join(
        [
            f"leg_{LEG}",
            f"extend {', '.join([f'Value = {value}', *carried, 'k_Day = startofday(Timestamp)'])}",
            f"join kind=leftsemi (leg_{shared.leg} | {_listed(context, shared)}distinct Value = {value}) on Value",
            f"summarize {', '.join(aggregates)} by Value",
            f"sort by {', '.join(order)}",
            f"project {', '.join(['Value', *columns])}",
        ]
    )
    return {"pipeline": pipeline, "keys": {"Value": value}, "columns": columns}


def _baseline_words(baseline: timedelta, clipped: bool) -> str:
    if not baseline:
        return "nothing is held before the window"
    held = " (no more is held)" if clipped else ""
    return f"and {span_said(timedelta(seconds=baseline // timedelta(seconds=1)) or baseline)} before the window{held}"


def _listed(context: QueryContext, shared: Shared) -> str:
    """The conditions that the rows meet whose values are looked at."""
    table = context.table(context.leg(shared.leg))
    stages = []
    for bound in shared.bounds:
        subject = bound.key.subject
        expression = subject_expression(table, subject) if subject else bound.key.expression
        stages.append(
            f"where {Equality(expression, bound.key.type, bound.value).condition(context.dialect.portable)} | "
        )
    return "".join(stages)
