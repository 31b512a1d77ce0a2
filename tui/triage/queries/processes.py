"""The query behind a process tree: every process of the window, with who started it and counts of what it did."""

from __future__ import annotations

from tui.kql.dialects import known_columns
from tui.library.model import Hunt, Leg
from tui.triage.queries.context import ColumnMeaning, Key, NoTableError, Query, QueryContext, QueryError
from tui.triage.queries.legs import assemble
from tui.triage.queries.subjects import subject_key, subject_label
from tui.triage.queries.summaries import as_type

PROCESSES = "processes"
"""The name of the view. A hunt that opens with it has it."""

CHILDREN = "ChildCount"
"""How many processes a process started; the other counts are those of the hunt's own legs."""

_STARTED = {
    "ProcessId": ("ProcessId", "long"),
    "ProcessCreationTime": ("ProcessCreationTime", "datetime"),
    "FileName": ("FileName", "string"),
    "ProcessCommandLine": ("ProcessCommandLine", "string"),
    "ParentId": ("InitiatingProcessId", "long"),
    "ParentCreationTime": ("InitiatingProcessCreationTime", "datetime"),
    "ParentFileName": ("InitiatingProcessFileName", "string"),
}
"""Per column of the view: the column of an event that tells it of the process that the event started, and its type."""

_DID = {
    "ProcessId": ("InitiatingProcessId", "long"),
    "ProcessCreationTime": ("InitiatingProcessCreationTime", "datetime"),
    "FileName": ("InitiatingProcessFileName", "string"),
    "ProcessCommandLine": ("InitiatingProcessCommandLine", "string"),
    "ParentId": ("InitiatingProcessParentId", "long"),
    "ParentCreationTime": ("InitiatingProcessParentCreationTime", "datetime"),
    "ParentFileName": ("InitiatingProcessParentFileName", "string"),
}
"""The same of the process that did what the event tells."""

_IDENTITY = (
    Key("DeviceKey", subject="device"),
    Key("ProcessId", "long", "InitiatingProcessId"),
    Key("ProcessCreationTime", "datetime", "InitiatingProcessCreationTime"),
)
STARTED = (
    Key("DeviceKey", subject="device"),
    Key("ProcessId", "long", "ProcessId"),
    Key("ProcessCreationTime", "datetime", "ProcessCreationTime"),
)
"""What tells the events by which a process was started, rather than those of what it did."""


def has_processes(hunt: Hunt) -> bool:
    """Whether the hunt has this view."""
    return hunt.opens_with == PROCESSES


def counts(context: QueryContext) -> dict[str, Leg]:
    """The count columns of the view, each with the leg whose events it counts; legs whose table is absent left out."""
    hunt = context.hunt
    primary = hunt.legs[hunt.primary]
    legs = [leg for leg in hunt.legs.values() if not leg.of and leg is not primary and context.present(leg)]
    return {CHILDREN: primary, **{leg.count: leg for leg in legs}}


def processes_query(context: QueryContext) -> Query:
    """One row for each process that was started or did something in the window, the first of them first.

    Its counts open into exactly those events. Where a creation time is not recorded, all processes of one id are one row.
    """
    hunt = context.hunt
    primary = context.leg(hunt.primary)
    if not context.present(primary):
        raise NoTableError(f"{hunt.id} needs table {context.table(primary)}, which is not in this workspace")
    if "ProcessCreationTime" not in known_columns(context.table(primary)):
        raise QueryError(f"rows of the primary leg {hunt.primary} start no processes")
    counted = counts(context)
    branches = [_branch(context, primary, "", _STARTED)]
    branches += [_branch(context, leg, name, _DID) for name, leg in counted.items()]
    told = ("FileName", "ProcessCommandLine", "ParentId", "ParentCreationTime", "ParentFileName", "DeviceName")
    aggregates = [f"{name} = max({name})" for name in told]
    aggregates += [f'{name} = countif(Did == "{name}")' for name in counted]
    aggregates += ["FirstSeen = min(EventTime)", "LastSeen = max(EventTime)"]
    columns = _columns(counted)
    body = [
        "union",
        ",\n".join(f"    ({branch})" for branch in branches),
        "| where ProcessId > 0",
        "| summarize " + ",\n    ".join(aggregates) + "\n    by DeviceKey, ProcessId, ProcessCreationTime",
        "| sort by FirstSeen asc, ProcessId asc, ProcessCreationTime asc",
        f"| take {hunt.limit + 1}",
        f"| project {', '.join(column.name for column in columns)}",
    ]
    legs = [primary.name, *(leg.name for leg in counted.values())]
    return Query(
        kql=assemble(context, "\n".join(body), legs, f"{hunt.id} {hunt.title}: processes"),
        view=PROCESSES,
        title="processes",
        limit=hunt.limit,
        columns=tuple(columns),
        keys=_IDENTITY,
    )


def _branch(context: QueryContext, leg: Leg, did: str, told: dict[str, tuple[str, str]]) -> str:
    fields = [
        f"EventTime = {context.time(leg)}",
        f'Did = "{did}"',
        f"DeviceKey = {subject_key(context, leg, 'device')}",
        f"DeviceName = {subject_label(context, leg, 'device')}",
    ]
    for name, (column, kind) in told.items():
        fields.append(f"{name} = {as_type(context, leg, column, kind)}")
    return f"leg_{leg.name} | project {', '.join(fields)}"


def _columns(counted: dict[str, Leg]) -> list[ColumnMeaning]:
    names = ("FileName", "ProcessCommandLine", "ProcessId", "ProcessCreationTime")
    after = ("ParentFileName", "ParentId", "ParentCreationTime", "FirstSeen", "LastSeen")
    return [
        *map(ColumnMeaning, names),
        *(ColumnMeaning(name, "rows", leg.name) for name, leg in counted.items()),
        *map(ColumnMeaning, after),
        *(ColumnMeaning(name, hidden=True) for name in ("DeviceName", "DeviceKey")),
    ]
