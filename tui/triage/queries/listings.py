"""Queries that list: a leg's raw rows (drills and bases), the values behind a distinct count, groups, and timelines."""

from __future__ import annotations

from collections.abc import Sequence

from tui.kql.dialects import known_columns
from tui.kql.schema import Columns
from tui.library.model import Kind, Leg
from tui.triage.queries.columns import FIRST_COLUMNS
from tui.triage.queries.context import Bound, ColumnMeaning, Key, NoTableError, Query, QueryContext, QueryError
from tui.triage.queries.legs import assemble
from tui.triage.queries.subjects import bound_condition, names_subject, subject_key, subject_label
from tui.triage.queries.summaries import as_type, column_type

_WHAT: dict[str, str] = {
    "network": "strcat(RemoteIP, ':', tostring(RemotePort), iff(RemoteUrl == '', '', strcat(' ', RemoteUrl)))",
    "logon": "strcat(LogonType, iff(RemoteIP == '', '', strcat(' from ', RemoteIP)), "
    "iff(RemoteDeviceName == '', '', strcat(' ', RemoteDeviceName)))",
    "share": "strcat(iff(RelativeTargetName == '', ShareName, strcat(ShareName, '\\\\', RelativeTargetName)), "
    "iff(IpAddress == '', '', strcat(' from ', IpAddress)))",
}
"""What an event is about, in one text, for the kinds whose tables share the columns it takes."""

_FIRST_FILLED: dict[str, tuple[str, ...]] = {
    "file": ("FolderPath", "FileName"),
    "event": ("ProcessCommandLine", "RegistryKey", "FileName", "AdditionalFields"),
}
"""For the other kinds: the columns of which the first that is filled says what an event is about."""

_SAYING = ("ProcessCommandLine", "FileName", "Operation")
_WINDOWS_WHAT = "strcat('event ', tostring(EventID))"
_TIMELINE_KEYS = ("Leg", "EventTime", "DeviceKey", "ReportId")

_WHOSE = {
    "ProcessId": "long",
    "ProcessCreationTime": "datetime",
    "InitiatingProcessId": "long",
    "InitiatingProcessCreationTime": "datetime",
    "LogonId": "long",
}
"""Hidden columns of a timeline: the process an event started, the one that did it, and the logon session."""


def events_query(
    context: QueryContext,
    leg_name: str,
    bounds: Sequence[Bound] = (),
    where: str = "",
    limit: int = 100_000,
    view: str = "events",
) -> Query:
    """The raw rows of one leg that meet every bound and `where`: all columns, oldest first.

    `limit` + 1 are asked for, or as many as this kind of workspace gives at once.
    """
    leg = _leg_here(context, leg_name)
    limit = min(limit, context.dialect.most_whole_rows)
    stages = [f"leg_{leg.name}", *(f"where {bound_condition(context, leg, bound)}" for bound in bounds)]
    if where:
        stages.append(f"where {context.say(where, leg)}")
    stages += [f"sort by {_order(context, leg)}", f"take {limit + 1}"]
    if not context.dialect.portable:
        stages.append(f"project-reorder {', '.join(first_columns(context, leg))}")
    heading = f"{context.hunt.id} {context.hunt.title}: leg {leg.name}"
    return Query(
        kql=assemble(context, "\n| ".join(stages), [leg.name], heading),
        view=view,
        title=leg.name,
        limit=limit,
        columns=tuple(ColumnMeaning(name) for name in first_columns(context, leg)),
        bounds=tuple(bounds),
        leg=leg.name,
        kind=leg.kind,
    )


def values_query(
    context: QueryContext,
    leg_name: str,
    expression: str,
    bounds: Sequence[Bound] = (),
    where: str = "",
    limit: int = 100_000,
) -> Query:
    """The distinct values of `expression` in a leg's rows, each with its number of events; they open into those events."""
    leg = _leg_here(context, leg_name)
    limit = min(limit, context.dialect.most_rows)
    kind = column_type(context, leg, expression)
    time = context.time(leg)
    stages = [f"leg_{leg.name}", *(f"where {bound_condition(context, leg, bound)}" for bound in bounds)]
    if where:
        stages.append(f"where {context.say(where, leg)}")
    counted = f"EventCount = count(), FirstSeen = min({time}), LastSeen = max({time})"
    stages += [
        f"summarize {counted} by Value = {context.say(expression, leg)}",
        *([] if kind == "string" else ["where isnotnull(Value)"]),
        "sort by EventCount desc, Value asc",
        f"take {limit + 1}",
        "project Value, EventCount, FirstSeen, LastSeen",
    ]
    meanings = (ColumnMeaning("Value"), ColumnMeaning("EventCount", "rows", leg.name, where=where))
    return Query(
        kql=assemble(
            context, "\n| ".join(stages), [leg.name], f"{context.hunt.id} {context.hunt.title}: values of {expression}"
        ),
        view="values",
        title=f"{leg.name}: {expression}",
        limit=limit,
        columns=(
            *meanings,
            ColumnMeaning("FirstSeen", "rows", leg.name, where=where),
            ColumnMeaning("LastSeen", "rows", leg.name, where=where),
        ),
        keys=(Key("Value", kind, expression),),
        bounds=tuple(bounds),
        leg=leg.name,
    )


def groups_query(context: QueryContext, leg_name: str, bounds: Sequence[Bound] = ()) -> Query:
    """A leg's rows grouped by device and the leg's `group_by` columns, each group with its number of events."""
    leg, hunt = _leg_here(context, leg_name), context.hunt
    if not leg.group_by:
        raise QueryError(f"leg {leg.name} of {hunt.id} names no group_by")
    time = context.time(leg)
    keys = [Key("DeviceKey", subject="device")]
    keys += [Key(name, column_type(context, leg, name), name) for name in leg.group_by]
    by = [
        f"DeviceKey = {subject_key(context, leg, 'device')}",
        *(f"{name} = {context.say(name, leg)}" for name in leg.group_by),
    ]
    shown = ["DeviceName", *leg.group_by, "EventCount", "FirstSeen", "LastSeen", "DeviceKey"]
    stages = [
        f"leg_{leg.name}",
        *(f"where {bound_condition(context, leg, bound)}" for bound in bounds),
        f"summarize DeviceName = max({subject_label(context, leg, 'device')}), EventCount = count(), "
        f"FirstSeen = min({time}), LastSeen = max({time}) by {', '.join(by)}",
        f"sort by EventCount desc, DeviceKey asc, {', '.join(f'{name} asc' for name in leg.group_by)}",
        f"take {hunt.limit + 1}",
        f"project {', '.join(shown)}",
    ]
    opens = [ColumnMeaning(name, "rows", leg.name) for name in ("EventCount", "FirstSeen", "LastSeen")]
    return Query(
        kql=assemble(context, "\n| ".join(stages), [leg.name], f"{hunt.id} {hunt.title}: groups of {leg.name}"),
        view=f"groups_{leg.name}",
        title=f"{leg.name} by {', '.join(leg.group_by)}",
        limit=hunt.limit,
        columns=(
            ColumnMeaning("DeviceName", "rows", leg.name),
            *(ColumnMeaning(name) for name in leg.group_by),
            *opens,
            ColumnMeaning("DeviceKey", hidden=True),
        ),
        keys=tuple(keys),
        bounds=tuple(bounds),
        leg=leg.name,
    )


def timeline_query(context: QueryContext, bounds: Sequence[Bound] = (), limit: int = 100_000) -> Query:
    """All legs in time order, one line an event; each opens into the whole event."""
    hunt, limit = context.hunt, min(limit, context.dialect.most_rows)
    legs = [leg for leg in hunt.counted if not leg.of and context.present(leg)]
    legs = [
        leg for leg in legs if all(names_subject(context.table(leg), bound.key.subject or "device") for bound in bounds)
    ]
    if not legs:
        raise NoTableError(f"no leg of {hunt.id} can run in this workspace")
    branches = [_timeline_branch(context, leg, bounds) for leg in legs]
    body = ["union", ",\n".join(f"    ({branch})" for branch in branches)] if len(branches) > 1 else [branches[0]]
    body += ["| sort by EventTime asc, Leg asc, ReportId asc", f"| take {limit + 1}"]
    meanings = [ColumnMeaning(name, "rows") for name in ("EventTime", "Leg")]
    meanings += [ColumnMeaning(name, "rows") for name in ("DeviceName", "ActionType", "What", "StartedBy", "Account")]
    meanings += [ColumnMeaning(name, hidden=True) for name in ("ReportId", "DeviceKey", *_WHOSE)]
    types = {"EventTime": "datetime", "ReportId": "long"}
    return Query(
        kql=assemble(context, "\n".join(body), [leg.name for leg in legs], f"{hunt.id} {hunt.title}: timeline"),
        view="timeline",
        title="timeline",
        limit=limit,
        columns=tuple(meanings),
        keys=tuple(Key(name, types.get(name, "string")) for name in _TIMELINE_KEYS),
        bounds=tuple(bounds),
        kind="timeline",
    )


def timeline_bounds(context: QueryContext, leg_name: str, row: dict[str, object]) -> list[Bound]:
    """The keys that find one line of a timeline again among the rows of its leg."""
    leg = _leg_here(context, leg_name)
    return [
        Bound(Key("DeviceKey", subject="device"), row["DeviceKey"]),
        Bound(Key("EventTime", "datetime", "Timestamp"), row["EventTime"]),
        Bound(Key("ReportId", "long", _report_id(context.table(leg))), row["ReportId"]),
    ]


def first_columns(context: QueryContext, leg: Leg) -> list[str]:
    """The columns of the leg's table that stand first for its kind, as they are called here."""
    columns = context.dialect.columns(context.table(leg))
    time = context.time(leg)
    names = [time, *(name for name in FIRST_COLUMNS[leg.kind] if name in columns)]
    return list(dict.fromkeys(names))


def _timeline_branch(context: QueryContext, leg: Leg, bounds: Sequence[Bound]) -> str:
    columns = known_columns(context.table(leg))
    action = "ActionType" if "ActionType" in columns else "Activity"
    started = "InitiatingProcessFileName" if "InitiatingProcessFileName" in columns else "''"
    account = subject_key(context, leg, "account") if names_subject(context.table(leg), "account") else '""'
    fields = [
        f"EventTime = {context.time(leg)}",
        f'Leg = "{leg.name}"',
        f"DeviceName = {subject_label(context, leg, 'device')}",
        f"ActionType = {context.say(action if action in columns else _WINDOWS_WHAT, leg)}",
        f"What = {context.say(_what(leg.kind, columns), leg)}",
        f"StartedBy = {context.say(started, leg)}",
        f"Account = {account}",
        f"ReportId = {_number(context, leg)}",
        f"DeviceKey = {subject_key(context, leg, 'device')}",
        *(f"{name} = {_of_whom(context, leg, name, kind)}" for name, kind in _WHOSE.items()),
    ]
    stages = [f"leg_{leg.name}", *(f"where {bound_condition(context, leg, bound)}" for bound in bounds)]
    return " | ".join([*stages, f"project {', '.join(fields)}"])


def _of_whom(context: QueryContext, leg: Leg, name: str, kind: str) -> str:
    """One of the columns that say whose an event is, of one type in all legs; null where the table does not tell."""
    if name not in known_columns(context.table(leg)) or (leg.kind != "process" and name.startswith("Process")):
        return f"{kind}(null)"
    return as_type(context, leg, name, kind)


def _what(kind: Kind, columns: Columns) -> str:
    """The expression that says in one text what an event of a table with `columns` is about."""
    composed = _WHAT.get(kind)
    if composed and ("ShareName" if kind == "share" else "RemoteIP") in columns:
        return composed
    if "EventID" in columns and "ActionType" not in columns:
        return _WINDOWS_WHAT
    filled = [name for name in _FIRST_FILLED.get(kind, _SAYING) if name in columns]
    expression = filled[-1] if filled else "''"
    if filled and columns[filled[-1]] != "string":
        expression = f"tostring({expression})"
    for name in reversed(filled[:-1]):
        expression = f"iff({name} == '', {expression}, {name})"
    return expression


def _number(context: QueryContext, leg: Leg) -> str:
    """The number of a row in its table, in this dialect; see `_report_id`."""
    if "ReportId" in known_columns(context.table(leg)):
        return as_type(context, leg, "ReportId", "long")
    return context.say(_report_id(context.table(leg)), leg)


def _report_id(table: str) -> str:
    columns = known_columns(table)
    if "ReportId" in columns:
        return "tolong(ReportId)"
    return "tolong(EventRecordId)" if "EventRecordId" in columns else "long(null)"


def _order(context: QueryContext, leg: Leg) -> str:
    order = [f"{context.time(leg)} asc"]
    if "ReportId" in context.dialect.columns(context.table(leg)):
        order.append("ReportId asc")
    return ", ".join(order)


def _leg_here(context: QueryContext, name: str) -> Leg:
    leg = context.leg(name)
    if not context.present(leg):
        raise NoTableError(f"leg {name} needs table {context.table(leg)}, which is not in this workspace")
    return leg
