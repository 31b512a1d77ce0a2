"""What can be wrong in a hunt beyond the shape of its file: references, names, types and conditions.

Nothing here makes or runs a query; `tui.triage.check` adds what only that can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui.kql.dialects import known_columns, nearest
from tui.kql.literals import column_reference
from tui.kql.schema import evidence_schema
from tui.library.attack import TACTICS, TECHNIQUES, VERSION
from tui.library.expressions import expressions, faults, pipeline_faults, table_of, used_names
from tui.library.loader import Problem
from tui.library.model import Hunt, ParameterType
from tui.library.parameters import bound_names
from tui.settings.toml_lines import find_line

ENTITIES = ("device", "account", "address", "hash", "domain", "file", "process", "process_time", "logon")
"""The kinds of value a pivot can start from."""

GENERATED = frozenset(
    {"DeviceName", "DeviceKey", "Account", "AccountKey", "Address", "AddressKey", "Mailbox", "MailboxKey"}
    | {"LegsHit", "ThresholdsMet", "FirstSeen", "LastSeen", "EventTime", "Leg", "Rows", "Bin", "Best"}
)
"""Columns of the generated views that no column of a hunt may be named like."""

GENERATED_VIEWS = ("devices", "accounts", "addresses", "mailboxes", "timeline", "groups", "values", "events", "base")

_PREFIXES = ("p_", "k_", "leg_", "bins_", "scope_", "view_")
_NUMBERS = (ParameterType.INTEGER, ParameterType.REAL)
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)

Found = Iterator[tuple[str, str]]
"""Key and message of each problem."""


def check_definition(hunt: Hunt) -> list[Problem]:
    """Everything wrong that the hunt's own text shows, by line."""
    found = [
        *_references(hunt),
        *_circles(hunt),
        *_legs(hunt),
        *_columns(hunt),
        *_parameters(hunt),
        *_measures(hunt),
        *_views(hunt),
        *((expression.key, fault) for expression in expressions(hunt) for fault in faults(hunt, expression)),
    ]
    if not any("literal is not closed" in message or "not part of KQL" in message for _, message in found):
        found += _unused(hunt)
    return _as_problems(hunt, found, warning=False)


def unknown_techniques(hunt: Hunt) -> list[Problem]:
    """A warning for each technique and tactic that huntdeck has no name for."""
    known = f"of ATT&CK {VERSION} known here"
    found = [
        ("techniques", f"{technique} is not among the techniques {known}")
        for technique in hunt.techniques
        if technique not in TECHNIQUES
    ]
    if hunt.tactic not in TACTICS:
        found.append(("tactic", f"{hunt.tactic} is not among the tactics {known}"))
    return _as_problems(hunt, found, warning=True)


def problem(hunt: Hunt, key: str, message: str, warning: bool = False) -> Problem:
    """A problem of `hunt` at the line of `key`."""
    return Problem(hunt.path or Path(hunt.id), find_line(hunt.lines, key), key, message, warning)


def _as_problems(hunt: Hunt, found: Sequence[tuple[str, str]], warning: bool) -> list[Problem]:
    unique = dict.fromkeys(found)
    return sorted((problem(hunt, key, message, warning) for key, message in unique), key=lambda known: known.line)


def _references(hunt: Hunt) -> Found:
    """Names of legs that are not there."""
    named = [("primary", hunt.primary)]
    for leg in hunt.legs.values():
        key = f"legs.{leg.name}"
        named += [(f"{key}.{how}", name) for how, name in leg.leans_on.items()]
    named.append(("peak.leg", hunt.peak.leg if hunt.peak else ""))
    for view in hunt.views.values():
        named += [(f"views.{view.name}.columns.{column}.leg", spec.leg) for column, spec in view.columns.items()]
    for key, name in named:
        if name and name not in hunt.legs:
            yield key, f"there is no leg {name!r}{nearest(name, hunt.legs)}"


def _foundation(hunt: Hunt, name: str) -> list[str]:
    """The leg `name` and all that it leans on."""
    found = [name]
    for known in found:
        found += [other for other in hunt.legs[known].leans_on.values() if other in hunt.legs and other not in found]
    return found


def _circles(hunt: Hunt) -> Found:
    """Legs that lean on themselves, each circle once."""
    told: set[frozenset[str]] = set()

    def visit(name: str, above: tuple[str, ...]) -> Found:
        if name in above:
            circle = above[above.index(name) :]
            if frozenset(circle) not in told:
                told.add(frozenset(circle))
                yield f"legs.{circle[0]}", f"legs lean on each other in a circle: {' > '.join((*circle, name))}"
            return
        for other in hunt.legs[name].leans_on.values():
            if other in hunt.legs:
                yield from visit(other, (*above, name))

    for name in hunt.legs:
        yield from visit(name, ())


def _legs(hunt: Hunt) -> Found:
    """Tables, semi-joins and groups of legs."""
    for leg in hunt.legs.values():
        key, table = f"legs.{leg.name}", table_of(hunt, leg)
        if leg.table and leg.table not in evidence_schema():
            yield f"{key}.table", f"there is no table {leg.table!r}{nearest(leg.table, evidence_schema())}"
        for join, mine, theirs in (
            ("by_process_of", "InitiatingProcess", "Process"),
            ("parent_of", "Process", "InitiatingProcess"),
        ):
            other = hunt.legs.get(getattr(leg, join))
            if other is not None:
                yield from _process_columns(f"{key}.{join}", table, mine)
                yield from _process_columns(f"{key}.{join}", table_of(hunt, other), theirs)
        if leg.rare and not leg.of:
            yield f"{key}.rare", "rare needs of: the leg among whose rows the value is counted"
        for name in leg.group_by:
            if known_columns(table) and name not in known_columns(table):
                yield f"{key}.group_by", f"{table} has no column {name}{nearest(name, known_columns(table))}"
    if hunt.primary in hunt.legs:
        for name in _foundation(hunt, hunt.primary):
            if hunt.legs[name].optional:
                yield "primary", f"the primary leg cannot be optional, and leg {name} is"


def _process_columns(key: str, table: str, prefix: str) -> Found:
    columns = known_columns(table)
    if columns and not {f"{prefix}Id", f"{prefix}CreationTime"} <= set(columns):
        yield key, f"rows of {table} name no process: there is no {prefix}Id with {prefix}CreationTime"


def _columns(hunt: Hunt) -> Found:
    """Names of the main view's columns: what can be written, unlike any other, whatever the case of letters."""
    taken = {name.lower(): f"{name} is a column of every generated view" for name in GENERATED}
    for leg in hunt.legs.values():
        for name in (*leg.distinct, *leg.sum, *leg.largest):
            taken[f"{leg.name}_{name}".lower()] = f"{leg.name}_{name} is used inside the generated views"
    for key, name in _named_columns(hunt):
        lowered = name.lower()
        if column_reference(name) != name:
            yield (
                key,
                f"{name!r} is no name for a column: write letters, digits and _, starting with a letter, and no word of KQL",
            )
        elif name.startswith(_PREFIXES):
            yield key, f"{name} starts like a name that queries use themselves ({', '.join(_PREFIXES)})"
        elif lowered in taken:
            yield key, taken[lowered]
        taken.setdefault(lowered, f"{name} is also the column {key}")


def _named_columns(hunt: Hunt) -> list[tuple[str, str]]:
    named = []
    for leg in hunt.legs.values():
        key = f"legs.{leg.name}"
        named.append((f"{key}.count", leg.count))
        for kind, columns in (("distinct", leg.distinct), ("sum", leg.sum), ("largest", leg.largest)):
            named += [(f"{key}.{kind}.{name}", name) for name in columns]
    if hunt.peak:
        named += [("peak.count", hunt.peak.count), ("peak.at", hunt.peak.at)]
    return named


def _parameters(hunt: Hunt) -> Found:
    """Names and entities of parameters, and names that differ only in case."""
    tables = {leg.table for leg in hunt.legs.values() if leg.table}
    bound: dict[str, str] = {}
    for name, parameter in hunt.parameters.items():
        key = f"parameters.{name}"
        table = next((table for table in sorted(tables) if name in known_columns(table)), "")
        if table:
            yield key, f"{name} is also a column of {table}"
        if parameter.required and parameter.default is not None:
            yield f"{key}.default", "a value that must be entered has no default: take away one of required and default"
        if name in ("from", "to"):
            yield key, f"p_{name} is the {'start' if name == 'from' else 'end'} of the window"
        if parameter.entity and parameter.entity not in ENTITIES:
            expected = f"expected one of {', '.join(ENTITIES)}, found {parameter.entity!r}"
            yield f"{key}.entity", f"{expected}{nearest(parameter.entity, ENTITIES)}"
        for binding in sorted(bound_names(parameter)):
            if binding.lower() in bound:
                yield key, f"{binding} is also bound by parameters.{bound[binding.lower()]}"
            bound[binding.lower()] = name
    if hunt.pivot and not any(known.required and known.entity for known in hunt.parameters.values()):
        yield "pivot", "a pivot starts from a value: one parameter needs required = true and an entity"
    legs: dict[str, str] = {}
    for name in hunt.legs:
        if name.lower() in legs:
            yield f"legs.{name}", f"differs from leg {legs[name.lower()]} only in the case of letters"
        legs[name.lower()] = name


def _measures(hunt: Hunt) -> Found:
    """Spans of semi-joins and the peak, numbers of thresholds and rarity, and the limit."""
    if hunt.limit < 1:
        yield "limit", f"expected at least 1 row, found {hunt.limit}"
    spans = [(f"legs.{leg.name}.near.within", leg.near.within) for leg in hunt.legs.values() if leg.near]
    spans += [("peak.per", hunt.peak.per)] if hunt.peak else []
    for key, text in spans:
        yield from _typed(hunt, key, text, (ParameterType.TIMESPAN,), "a timespan parameter such as p_window")
    thresholds = list(enumerate(hunt.thresholds, 1))
    numbers = [(f"thresholds.{number}.at_least", threshold.at_least) for number, threshold in thresholds]
    numbers += [
        (f"legs.{leg.name}.rare.devices_at_most", leg.rare.devices_at_most) for leg in hunt.legs.values() if leg.rare
    ]
    for key, text in numbers:
        if not _NUMBER.match(text):
            yield from _typed(hunt, key, text, _NUMBERS, "a number or an integer or real parameter such as p_least")
    columns = [name for _, name in _named_columns(hunt)]
    for number, threshold in thresholds:
        if threshold.column not in columns:
            yield (
                f"thresholds.{number}.column",
                f"no column is named {threshold.column}{nearest(threshold.column, columns)}",
            )


def _typed(hunt: Hunt, key: str, text: str, kinds: tuple[ParameterType, ...], expected: str) -> Found:
    name = text.removeprefix("p_")
    known = [f"p_{each.name}" for each in hunt.parameters.values() if each.type in kinds]
    if not text.startswith("p_"):
        yield key, f"expected {expected}, found {text!r}"
    elif name not in hunt.parameters:
        yield key, f"there is no parameter {text}{nearest(text, known)}"
    elif hunt.parameters[name].type not in kinds:
        yield key, f"expected {expected}, and {text} is of type {hunt.parameters[name].type}{nearest(text, known)}"


def _views(hunt: Hunt) -> Found:
    """Names and pipelines of a hunt's own views."""
    for name, view in hunt.views.items():
        if name in GENERATED_VIEWS or name.startswith("groups_"):
            yield f"views.{name}", f"{name} is the name of a generated view"
        for fault in pipeline_faults(hunt, view.pipeline):
            yield f"views.{name}.pipeline", fault
        for column, spec in view.columns.items():
            if spec.opens != "rows" and not spec.value:
                yield f"views.{name}.columns.{column}", f"{spec.opens} needs value: the expression it is made from"


def _unused(hunt: Hunt) -> Found:
    """Parameters that nothing names."""
    texts = [expression.text for expression in expressions(hunt)]
    texts += [view.pipeline for view in hunt.views.values()]
    texts += [leg.near.within for leg in hunt.legs.values() if leg.near]
    texts += [leg.rare.devices_at_most for leg in hunt.legs.values() if leg.rare]
    texts += [threshold.at_least for threshold in hunt.thresholds]
    texts += [hunt.peak.per] if hunt.peak else []
    used = set().union(*(used_names(text) for text in texts)) if texts else set()
    for name, parameter in hunt.parameters.items():
        if not bound_names(parameter) & used:
            yield f"parameters.{name}", f"p_{name} is used in no leg, view, peak or threshold"
