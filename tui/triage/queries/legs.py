"""Legs as KQL: window, scope, condition and semi-joins. A leg's rows are the table's rows, unchanged and each once."""

from __future__ import annotations

from collections.abc import Iterable

from tui.kql.lexer import names, tokenize
from tui.kql.literals import datetime_literal, list_literal, parse_timespan, string_literal, timespan_literal
from tui.library.model import Leg, Near, Rare
from tui.library.parameters import prelude
from tui.triage.queries.context import PlanError, QueryContext, QueryError, Scope
from tui.triage.queries.subjects import account_columns, device_columns, subject_key

BINS = 1_000_000_000
"""Time bins that a window may have: what peaks are found with counts no further."""

LATE_ARRIVAL = "1h"
"""How much later than the window's end a row may have been stored and still be looked for, where only the time of
storage is partitioned (Log Analytics)."""


def assemble(context: QueryContext, body: str, legs: Iterable[str], heading: str) -> str:
    """The whole query: a comment, the window, bound parameters and scope, each leg needed as a `let`, then `body`.

    PlanError where it combines a table with others whose plan does not allow that.
    """
    lets: list[str] = []
    for leg in (context.leg(name) for name in in_order(context, legs)):
        if leg.near and (bins := _bins_let(context, leg.near)) not in lets:
            lets.append(bins)
        lets.append(leg_let(context, leg))
    text = "\n".join(lets) + "\n" + body
    used = names(text)
    _refuse_combining(context, text, used)
    lines = [
        f"// {heading}{_late_words(context)}",
        f"let p_from = {datetime_literal(context.window.start)};",
        f"let p_to = {datetime_literal(context.window.end)};",
        *prelude(context.hunt, context.values, used, context.dialect.portable),
        *_scope_lets(context.scope, used, context.dialect.portable),
    ]
    return "\n".join([*lines, *lets, body]) + "\n"


def _late_words(context: QueryContext) -> str:
    return "; rows stored late, too" if context.window.late and context.dialect.kind == "log_analytics" else ""


def _refuse_combining(context: QueryContext, text: str, used: set[str]) -> None:
    """PlanError where `text`, with the names `used`, combines a table with others whose plan does not allow that."""
    limited = [table for table in context.dialect.plans if table in used]
    if not limited:
        return
    operators = " and ".join(sorted({token.text for token in tokenize(text)} & {"join", "union", "lookup"}))
    if not operators:
        return
    named = ", ".join(f"{table} ({context.dialect.plans[table]})" for table in limited)
    alone = [
        leg.name
        for leg in context.hunt.legs.values()
        if leg.table and not leg.leans_on and context.dialect.has_table(leg.table)
    ]
    rest = f"; rows of one leg can be listed: --base {' or '.join(alone)}" if alone else ""
    raise PlanError(f"{operators} is not allowed on tables of this plan: {named}; {context.hunt.id} needs it{rest}")


def in_order(context: QueryContext, wanted: Iterable[str]) -> list[str]:
    """The legs `wanted` and all they lean on, each after those it leans on; QueryError for a circle."""
    return list(dict.fromkeys(leg.name for name in wanted for leg in context.foundation(context.leg(name))))


def leg_let(context: QueryContext, leg: Leg) -> str:
    """`let leg_NAME = ...;`"""
    if leg.of:
        stages = [f"leg_{leg.of}"]
    else:
        stages = [leg.table, _window_condition(context, leg)]
        stages += [] if leg.before else _scope_conditions(context, leg)
    if leg.where:
        stages.append(f"where {context.say(leg.where, leg)}")
    if leg.by_process_of:
        stages += _same_process(context, leg, context.leg(leg.by_process_of), "InitiatingProcess", "Process")
    if leg.parent_of:
        stages += _same_process(context, leg, context.leg(leg.parent_of), "Process", "InitiatingProcess")
    if leg.near:
        stages += _near(context, leg, leg.near)
    if leg.rare:
        stages += _rare(context, leg, leg.rare)
    return f"let leg_{leg.name} = " + "\n| ".join(stages) + ";"


def time_bin(context: QueryContext, leg: Leg, span: str) -> str:
    """The number of the time bin of `span`, a parameter, that a row of `leg` is in, counted from the window's start.

    QueryError for a span of nothing, and for one so short that the bins of the window cannot be numbered.
    """
    length = parse_timespan(str(context.values.get(span.removeprefix("p_")) or "0s"))
    if not length:
        raise QueryError(f"{span.removeprefix('p_')} needs a span longer than nothing")
    if (context.window.end - context.window.start) / length >= BINS:
        raise QueryError(f"{span.removeprefix('p_')} is too short a span for a window this long")
    return f"tolong(({context.time(leg)} - p_from) / {span})"


def _window_condition(context: QueryContext, leg: Leg) -> str:
    time = context.time(leg)
    start = f"p_from - {timespan_literal(parse_timespan(leg.before))}" if leg.before else "p_from"
    condition = f"where {time} >= {start} and {time} < p_to"
    if context.dialect.kind == "log_analytics" and time != "TimeGenerated":
        condition = f"where TimeGenerated >= {start}{_stored_before(context)}\n| {condition}"
    return condition


def _stored_before(context: QueryContext) -> str:
    """The end of the times of storage that are looked at; none where late rows are looked for, which the window's end cuts."""
    return "" if context.window.late else f" and TimeGenerated < p_to + {LATE_ARRIVAL}"


def _scope_conditions(context: QueryContext, leg: Leg) -> list[str]:
    scope, stages = context.scope, []
    for devices, name, negation in (
        (scope.devices, "scope_devices", ""),
        (scope.exclude_devices, "scope_exclude_devices", "not"),
    ):
        if devices:
            stages.append(f"where {negation}({_device_condition(context, leg, devices, name)})")
    for accounts, name, negation in (
        (scope.accounts, "scope_accounts", ""),
        (scope.exclude_accounts, "scope_exclude_accounts", "not"),
    ):
        if accounts:
            stages.append(f"where {negation}({_account_condition(context, leg, accounts, name)})")
    return stages


def _device_condition(context: QueryContext, leg: Leg, devices: tuple[str, ...], name: str) -> str:
    columns = [context.say(column, leg) for column in device_columns(context.table(leg))]
    parts = []
    if any(not device.endswith("*") for device in devices):
        parts += [f"{column} in~ ({name})" for column in columns]
        parts += [f'tostring(split({column}, ".")[0]) in~ ({name})' for column in columns if not column.endswith("Id")]
    for device in devices:
        if device.endswith("*"):
            text = string_literal(device[:-1], context.dialect.portable)
            parts += [f"{column} startswith {text}" for column in columns if not column.endswith("Id")]
    return " or ".join(parts) or "false"


def _account_condition(context: QueryContext, leg: Leg, accounts: tuple[str, ...], name: str) -> str:
    exact = [account for account in accounts if not account.endswith("*")]
    parts = []
    for domain, account in account_columns(context.table(leg)):
        said = context.say(account, leg)
        whole = f'strcat({context.say(domain, leg)}, "\\\\", {said})'
        if exact:
            parts.append(f"{said} in~ ({name})")
        if any("\\" in wanted for wanted in exact):
            parts.append(f"{whole} in~ ({name})")
        for wanted in accounts:
            if wanted.endswith("*"):
                compared = whole if "\\" in wanted else said
                parts.append(f"{compared} startswith {string_literal(wanted[:-1], context.dialect.portable)}")
    return " or ".join(parts) or "false"


def _scope_lets(scope: Scope, used: set[str], portable: bool) -> list[str]:
    lists = {
        "scope_devices": scope.devices,
        "scope_accounts": scope.accounts,
        "scope_exclude_devices": scope.exclude_devices,
        "scope_exclude_accounts": scope.exclude_accounts,
    }
    return [
        f"let {name} = {list_literal((value for value in values if not value.endswith('*')), portable)};"
        for name, values in lists.items()
        if name in used
    ]


def _same_process(context: QueryContext, leg: Leg, other: Leg, mine: str, theirs: str) -> list[str]:
    """Keeps the rows whose process (`mine` columns) is the process (`theirs` columns) of a row of `other`."""

    def triple(side: Leg, prefix: str) -> str:
        number = context.say(f"{prefix}Id", side)
        created = context.say(f"{prefix}CreationTime", side)
        return f"k_device = {subject_key(context, side, 'device')}, k_process = {number}, k_created = {created}"

    right = f"leg_{other.name} | project {triple(other, theirs)} | where isnotnull(k_process) and isnotnull(k_created)"
    return [
        f"extend {triple(leg, mine)}",
        f"join kind=leftsemi ({right}) on k_device, k_process, k_created",
        "project-away k_device, k_process, k_created",
    ]


def _near(context: QueryContext, leg: Leg, near: Near) -> list[str]:
    """Keeps the rows whose time bin is that of a row of the other leg on the same device, or a neighbouring one."""
    bins = _bins_name(near)
    shifted = {
        "around": [bins, f"({bins} | extend k_bin = k_bin - 1)", f"({bins} | extend k_bin = k_bin + 1)"],
        "before": [bins, f"({bins} | extend k_bin = k_bin - 1)"],
        "after": [bins, f"({bins} | extend k_bin = k_bin + 1)"],
    }[near.side]
    return [
        f"extend k_device = {subject_key(context, leg, 'device')}, k_bin = {time_bin(context, leg, near.within)}",
        f"join kind=leftsemi (union {', '.join(shifted)} | distinct k_device, k_bin) on k_device, k_bin",
        "project-away k_device, k_bin",
    ]


def _bins_let(context: QueryContext, near: Near) -> str:
    """The devices and time bins that hold a row of the leg that others are near to."""
    other = context.leg(near.leg)
    device, number = subject_key(context, other, "device"), time_bin(context, other, near.within)
    return f"let {_bins_name(near)} = leg_{near.leg}\n| summarize by k_device = {device}, k_bin = {number};"


def _bins_name(near: Near) -> str:
    return f"bins_{near.leg}_{near.within.removeprefix('p_')}"


def _rare(context: QueryContext, leg: Leg, rare: Rare) -> list[str]:
    """Keeps the rows whose value few devices share."""
    value, device = context.say(rare.value, leg), subject_key(context, leg, "device")
    devices = f"k_devices = {context.dialect.distinct_count}(k_device)"
    counted = f"summarize {devices} by k_value | where k_devices <= {rare.devices_at_most}"
    return [
        f"extend k_value = {value}",
        f"join kind=leftsemi (leg_{leg.of} | project k_value = {value}, k_device = {device} | {counted}) on k_value",
        "project-away k_value",
    ]
