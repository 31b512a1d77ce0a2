"""The session's and a run's description as tables of TOML, and back again. What cannot be read raises `DocumentError`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, get_args

from tui.library.model import SUBJECTS, Opens
from tui.results.view import Filter, Operator, RowView
from tui.triage.queries.context import Bound, ColumnMeaning, Key, Query, Scope
from tui.triage.records.fields import DocumentError as DocumentError
from tui.triage.records.fields import Fields
from tui.triage.records.model import (
    FORMAT,
    OPINIONS,
    Mark,
    Note,
    RunRecord,
    SessionRecord,
    StepRecord,
    Verdict,
)
from tui.triage.records.toml import packed, unpacked
from tui.triage.runs import Fresh, Origin
from tui.triage.sweep import Sweep
from tui.workspaces.protocol import Outcome, State, Window

Document = dict[str, Any]


def session_document(record: SessionRecord) -> Document:
    """`record` as a document, with what an unknown version had in it."""
    document: Document = {
        "format": record.format,
        "identity": record.identity,
        "name": record.name,
        "workspace": record.workspace,
        "kind": record.kind,
        "author": record.author,
        "created": record.created,
        "saved": record.saved,
        **({"imported": record.imported} if record.imported else {}),
        **({"window": _window(record.window)} if record.window else {}),
        "scope": _scope(record.scope),
        "values": {hunt: _packed(values) for hunt, values in record.values.items()},
        "notes": [_plain(note) for note in record.notes],
        "marks": [_plain(mark) for mark in record.marks],
        "verdicts": [verdict_document(verdict) for verdict in record.verdicts],
        "trail": [_step(step) for step in record.trail],
        **({"sweeps": [_sweep(sweep) for sweep in record.sweeps]} if record.sweeps else {}),
        "runs": {str(number): digest for number, digest in sorted(record.runs.items())},
    }
    return {**document, **{key: value for key, value in record.unknown.items() if key not in document}}


def session_of(document: Mapping[str, Any]) -> SessionRecord:
    """The session in `document`."""
    take = Fields(document)
    record = SessionRecord(
        format=take.number("format"),
        identity=take.text("identity"),
        name=take.text("name"),
        workspace=take.text("workspace"),
        kind=take.text("kind"),
        author=take.text("author", ""),
        created=take.time("created"),
        saved=take.time("saved"),
        window=_window_of(take.table("window", None)),
        scope=_scope_of(take.table("scope", {})),
        values={hunt: _unpacked(values) for hunt, values in (take.table("values", {}) or {}).items()},
        notes=tuple(_note_of(one) for one in take.tables("notes")),
        marks=tuple(_mark_of(one) for one in take.tables("marks")),
        verdicts=tuple(verdict_of(one) for one in take.tables("verdicts")),
        trail=tuple(_step_of(one) for one in take.tables("trail")),
        sweeps=tuple(_sweep_of(one) for one in take.tables("sweeps")),
        runs=_runs_of(take.table("runs", {}) or {}),
        imported=take.text("imported", ""),
        unknown=take.rest(),
    )
    if record.format < 1:
        raise DocumentError(f"format: expected a number from 1, found {record.format}")
    return record


_OF_THEIR_OWN = frozenset(
    ("values", "window", "scope", "query", "origin", "outcome", "statistics", "techniques", "identifiers", "fresh")
)
"""What of a run is written in a form of its own, or only where there is any."""


def run_document(record: RunRecord) -> Document:
    """`record` as a document."""
    document = {
        "format": FORMAT,
        **{field.name: getattr(record, field.name) for field in fields(record) if field.name not in _OF_THEIR_OWN},
        "techniques": list(record.techniques),
        "outcome": _outcome(record.outcome),
        "window": _window(record.window),
        "scope": _scope(record.scope),
        "values": {name: packed(value) for name, value in record.values.items()},
        "statistics": dict(record.statistics),
        "query": _query(record.query),
    }
    if record.origin is not None:
        document["origin"] = _plain(record.origin)
    if record.identifiers:
        document["identifiers"] = dict(record.identifiers)
    if record.fresh is not None:
        fresh = record.fresh
        document["fresh"] = {"since": fresh.since, "new": sorted(fresh.new), "more": sorted(fresh.more)}
    return document


def run_of(document: Mapping[str, Any]) -> RunRecord:
    """The run in `document`."""
    take = Fields(document)
    window = _window_of(take.table("window"))
    if window is None:
        raise DocumentError("window: this table is missing")
    return RunRecord(
        number=take.number("number"),
        hunt=take.text("hunt"),
        title=take.text("title"),
        techniques=take.texts("techniques"),
        hunt_file=take.text("hunt_file"),
        values=_unpacked(take.table("values", {})),
        window=window,
        scope=_scope_of(take.table("scope", {})),
        query=_query_of(take.table("query")),
        workspace=take.text("workspace"),
        kind=take.text("kind"),
        author=take.text("author", ""),
        origin=_origin_of(take.table("origin", None)),
        began=take.time("began"),
        seconds=take.real("seconds"),
        received=take.number("received"),
        bytes=take.number("bytes"),
        outcome=_outcome_of(Fields(take.table("outcome"), "outcome")),
        statistics={name: float(value) for name, value in (take.table("statistics", {}) or {}).items()},
        rows_sha256=take.text("rows_sha256", ""),
        kql_sha256=take.text("kql_sha256", ""),
        identifiers=_identifiers_of(take),
        fresh=_fresh_of(take.table("fresh", None)),
    )


def _fresh_of(table: Mapping[str, Any] | None) -> Fresh | None:
    if table is None:
        return None
    take = Fields(table, "fresh")
    return Fresh(take.time("since"), frozenset(take.texts("new", ())), frozenset(take.texts("more", ())))


def _outcome(outcome: Outcome) -> Document:
    document: Document = {"state": str(outcome.state), "reason": outcome.reason}
    if outcome.next_step:
        document["next_step"] = outcome.next_step
    if outcome.place:
        document["place"] = list(outcome.place)
    return document


def _outcome_of(take: Fields) -> Outcome:
    """The outcome, of which files of earlier versions have neither next step nor place."""
    state = State(take.word("state", tuple(State)))
    return Outcome(state, take.text("reason", ""), take.text("next_step", ""), _place_of(take))


def _place_of(take: Fields) -> tuple[int, int] | None:
    held = take.any("place", None)
    if held is None:
        return None
    if not (isinstance(held, list) and len(held) == 2 and all(type(one) is int and one > 0 for one in held)):
        raise DocumentError(f"outcome.place: expected a line and a column from 1, found {held!r:.60}")
    return held[0], held[1]


def _identifiers_of(take: Fields) -> dict[str, str]:
    table = take.table("identifiers", {}) or {}
    one = Fields(table, "identifiers")
    return {name: one.text(name) for name in table}


def verdict_document(verdict: Verdict) -> Document:
    """`verdict` as a document."""
    return _plain(verdict)


def verdict_of(document: Mapping[str, Any]) -> Verdict:
    """The verdict in `document`."""
    take = Fields(document, "verdicts")
    return Verdict(
        workspace=take.text("workspace"),
        hunt=take.text("hunt"),
        subject=take.text("subject"),
        entity=take.text("entity"),
        name=take.text("name", ""),
        opinion=take.word("opinion", OPINIONS),
        author=take.text("author", ""),
        at=take.time("at"),
        reason=take.text("reason", ""),
        until=take.time("until", None),
    )


def _plain(item: Any) -> Document:
    """A small dataclass as a table; what is None is left out."""
    found = {field.name: getattr(item, field.name) for field in fields(item)}
    return {
        name: dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value is not None
    }


def _packed(values: Mapping[str, object]) -> Document:
    return {name: packed(value) for name, value in values.items()}


def _unpacked(values: Any) -> dict[str, Any]:
    try:
        return {str(name): unpacked(value) for name, value in dict(values or {}).items()}
    except (TypeError, ValueError) as error:
        raise DocumentError(f"values: {error}") from None


def _window(window: Window) -> Document:
    return {"start": window.start, "end": window.end, **({"late": True} if window.late else {})}


def _window_of(table: Mapping[str, Any] | None) -> Window | None:
    if table is None:
        return None
    take = Fields(table, "window")
    try:
        return Window(take.time("start"), take.time("end"), take.truth("late", False))
    except DocumentError:
        raise
    except ValueError as error:
        raise DocumentError(f"window: {error}") from None


def _scope(scope: Scope) -> Document:
    return {name: list(names) for name, names in asdict(scope).items() if names}


def _scope_of(table: Mapping[str, Any] | None) -> Scope:
    take = Fields(table or {}, "scope")
    return Scope(**{field.name: take.texts(field.name, ()) for field in fields(Scope)})


def view_document(view: RowView) -> Document:
    """How rows are looked at: search, order and filters."""
    return {
        "search": view.search,
        "sort": [{"column": name, "descending": descending} for name, descending in view.sort],
        "filters": [{"column": one.column, "op": one.op, "value": packed(one.value)} for one in view.filters],
    }


def view_of(take: Fields) -> RowView:
    """What `view_document` gave; DocumentError for something else."""
    sort = tuple((one.text("column"), one.truth("descending")) for one in take.fields("sort"))
    filters = tuple(
        Filter(one.text("column"), one.word("op", get_args(Operator)), _value(one.any("value")))
        for one in take.fields("filters")
    )
    return RowView(sort, filters, take.text("search", ""))


def _step(step: StepRecord) -> Document:
    return {"run": step.run, "row": step.row, "column": step.column, **view_document(step.view)}


def _step_of(table: Mapping[str, Any]) -> StepRecord:
    take = Fields(table, "trail")
    return StepRecord(take.number("run"), view_of(take), take.number("row", 0), take.text("column", ""))


def _sweep(sweep: Sweep) -> Document:
    return {**_plain(sweep), "window": _window(sweep.window), "scope": _scope(sweep.scope)}


def _sweep_of(table: Mapping[str, Any]) -> Sweep:
    take = Fields(table, "sweeps")
    window = _window_of(take.table("window"))
    if window is None:
        raise DocumentError("sweeps.window: this table is missing")
    runs, not_run = Fields(take.table("runs", {}), "sweeps.runs"), Fields(take.table("not_run", {}), "sweeps.not_run")
    return Sweep(
        number=take.number("number"),
        title=take.text("title"),
        hunts=take.texts("hunts"),
        window=window,
        scope=_scope_of(take.table("scope", {})),
        began=take.time("began"),
        runs={hunt: runs.number(hunt) for hunt in take.table("runs", {}) or {}},
        not_run={hunt: not_run.text(hunt) for hunt in take.table("not_run", {}) or {}},
    )


def _value(value: Any) -> Any:
    try:
        return unpacked(value)
    except ValueError as error:
        raise DocumentError(str(error)) from None


def _runs_of(table: Mapping[str, Any]) -> dict[int, str]:
    if not all(str(number).isdecimal() and isinstance(digest, str) for number, digest in table.items()):
        raise DocumentError("runs: expected numbers with SHA-256 digests")
    return {int(number): digest for number, digest in table.items()}


def _note_of(table: Mapping[str, Any]) -> Note:
    take = Fields(table, "notes")
    return Note(take.text("text"), take.text("author", ""), take.time("at"))


def _mark_of(table: Mapping[str, Any]) -> Mark:
    take = Fields(table, "marks")
    held = take.table("fields", {}) or {}
    return Mark(
        key=take.text("key"),
        run=take.number("run"),
        row=take.number("row"),
        author=take.text("author", ""),
        at=take.time("at"),
        fields={str(name): str(value) for name, value in held.items()},
        note=take.text("note", ""),
        tags=take.texts("tags", ()),
    )


def _origin_of(table: Mapping[str, Any] | None) -> Origin | None:
    if table is None:
        return None
    take = Fields(table, "origin")
    return Origin(
        take.number("run"), take.text("column"), take.text("row"), take.number("counted", None), take.time("at", None)
    )


def _query(query: Query) -> Document:
    return {
        "kql": query.kql,
        "view": query.view,
        "title": query.title,
        "limit": query.limit,
        "leg": query.leg,
        "kind": query.kind,
        "lacks": list(query.lacks),
        "columns": [_filled(column) for column in query.columns],
        "keys": [_filled(key) for key in query.keys],
        "bounds": [{**_filled(bound.key), "is": packed(bound.value)} for bound in query.bounds],
    }


def _filled(item: ColumnMeaning | Key) -> Document:
    return {name: value for name, value in _plain(item).items() if value not in ("", False)}


def _query_of(table: Mapping[str, Any] | None) -> Query:
    take = Fields(table, "query")
    return Query(
        kql=take.text("kql"),
        view=take.text("view"),
        title=take.text("title"),
        limit=take.number("limit"),
        columns=tuple(_column_of(one) for one in take.fields("columns")),
        keys=tuple(_key_of(one) for one in take.fields("keys")),
        bounds=tuple(Bound(_key_of(one), _value(one.any("is"))) for one in take.fields("bounds")),
        leg=take.text("leg", ""),
        kind=take.text("kind", ""),
        lacks=take.texts("lacks", ()),
    )


def _column_of(take: Fields) -> ColumnMeaning:
    return ColumnMeaning(
        take.text("name"),
        take.word("opens", get_args(Opens)) if take.has("opens") else None,
        take.text("leg", ""),
        take.text("value", ""),
        take.text("where", ""),
        take.truth("hidden", False),
    )


def _key_of(take: Fields) -> Key:
    subject = take.word("subject", SUBJECTS) if take.has("subject") else None
    return Key(take.text("column"), take.text("type", "string"), take.text("expression", ""), subject)
