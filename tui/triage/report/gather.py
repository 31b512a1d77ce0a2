"""Makes a report of a session's records. Reads rows, so it is meant for worker threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tui import __version__
from tui.library.model import Hunt, Value
from tui.library.parameters import missing_parameters, read_value
from tui.results.defang import defanged
from tui.results.values import plain_text
from tui.triage.queries.context import Query
from tui.triage.records.model import Mark, RunRecord, SessionRecord, Verdict
from tui.triage.records.seal import contents_digest, sha256
from tui.triage.report.model import (
    LISTED_VALUES,
    HuntNotRun,
    MarkedRow,
    Parameter,
    Report,
    ReportedNote,
    ReportedQuery,
    ReportedRun,
    ReportedVerdict,
)
from tui.triage.report.results import hunt_results
from tui.triage.report.wording import fresh_words, outcome_words
from tui.triage.runs import Origin
from tui.workspaces.protocol import State

if TYPE_CHECKING:
    import pyarrow as pa

_TIMES = ("EventTime", "Timestamp", "TimeGenerated", "FirstSeen", "First", "LastSeen")
_PLACES = ("DeviceName", "Computer", "Mailbox", "MailboxOwnerUPN", "Account", "Address")
_ACTORS = ("AccountName", "InitiatingProcessAccountName", "Account", "UserId", "SubjectUserName", "TargetUserName")
_SAYING = (
    "ProcessCommandLine",
    "FolderPath",
    "What",
    "Value",
    "RemoteUrl",
    "RemoteIP",
    "FileName",
    "Operation",
    "ActionType",
)


def gather(
    session: SessionRecord,
    runs: Sequence[RunRecord],
    rows: Callable[[int], pa.Table | None],
    not_run: Sequence[Hunt] = (),
    defang: bool = False,
    hunts: Callable[[RunRecord], Hunt | None] = lambda run: None,
    problems: Sequence[str] = (),
    moment: datetime | None = None,
) -> Report:
    """The report of `session`.

    `rows` gives the rows of a run by its number, None where it kept none; `not_run` are hunts at hand that were not run;
    `hunts` gives a run's hunt where it is known, for its defaults and tactic; `problems` is what was amiss with the files
    of the session, looked at after `rows` was asked, which may find more. With `defang` URLs, domains and addresses of
    the data stand in a form that is no link. `moment` is when it is made; when the session was saved, where none is given.
    """
    ordered = sorted(runs, key=lambda run: run.number)
    queries = _queries(ordered)
    by_number = {run.number: run for run in ordered}
    work = _Gathering(hunts, {kql: number for number, kql in enumerate(queries, start=1)}, by_number)
    report = Report(
        name=session.name,
        identity=session.identity,
        workspaces=tuple(
            dict.fromkeys([(session.workspace, session.kind), *((run.workspace, run.kind) for run in ordered)])
        ),
        authors=_authors(session, ordered),
        created=session.created,
        saved=session.saved,
        moment=moment or session.saved,
        window=session.window,
        scope=session.scope,
        hunts=tuple(hunt_results(ordered, rows, hunts, session.verdicts, session.saved)),
        not_run=tuple(_not_run(session, hunt) for hunt in not_run),
        unanswered=tuple(_unanswered(ordered, hunts)),
        marks=tuple(sorted(map(work.mark, session.marks), key=_by_event)),
        verdicts=tuple(_verdicts(session.verdicts, session.saved)),
        notes=tuple(
            ReportedNote(note.text, note.author, note.at) for note in sorted(session.notes, key=lambda note: note.at)
        ),
        runs=tuple(work.runs(ordered)),
        problems=tuple(problems),
        missing=tuple(sorted(session.runs.keys() - by_number.keys())),
        queries=tuple(queries.values()),
        imported=session.imported,
        digest=contents_digest(session, ordered),
        version=__version__,
        defanged=defang,
    )
    return _defanged(report) if defang else report


def _not_run(session: SessionRecord, hunt: Hunt) -> HuntNotRun:
    return HuntNotRun(hunt.id, hunt.title, hunt.techniques, hunt.tactic, _why_not(session, hunt))


def _why_not(session: SessionRecord, hunt: Hunt) -> str:
    """Why `hunt` was not run: what a sweep met, or what its form lacks; nothing where that is not known."""
    for sweep in reversed(session.sweeps):
        if hunt.id in sweep.not_run:
            return f"could not begin: {sweep.not_run[hunt.id]}"
        if hunt.id in sweep.hunts:
            return f"the sweep of {sweep.title} did not come to it"
    missing = missing_parameters(hunt, session.values.get(hunt.id, {}))
    return f"needs {', '.join(missing)}, not given" if missing else ""


def _unanswered(runs: Sequence[RunRecord], hunts: Callable[[RunRecord], Hunt | None]) -> Iterable[HuntNotRun]:
    """The hunts of `runs` without a complete run of their own, pivots aside; runs opened from a cell are not theirs."""
    newest: dict[str, RunRecord] = {}
    answered = set()
    for run in runs:
        if run.origin is None:
            newest[run.hunt] = run
            if run.outcome.state is State.COMPLETE:
                answered.add(run.hunt)
    for run in newest.values():
        hunt = hunts(run)
        if run.hunt not in answered and not (hunt is not None and hunt.pivot):
            tactic = hunt.tactic if hunt is not None else ""
            yield HuntNotRun(run.hunt, run.title, run.techniques, tactic, outcome_words(run.outcome), run.number)


def _defanged(item: Any) -> Any:
    """`item` with every text in it defanged."""
    if is_dataclass(item) and not isinstance(item, type):
        return replace(item, **{field.name: _defanged(getattr(item, field.name)) for field in fields(item)})
    if isinstance(item, tuple):
        return tuple(_defanged(part) for part in item)
    return defanged(item) if isinstance(item, str) and not isinstance(item, StrEnum) else item


def _queries(runs: Iterable[RunRecord]) -> dict[str, ReportedQuery]:
    """The distinct texts in the order in which they were first run."""
    texts: dict[str, list[RunRecord]] = {}
    for run in runs:
        texts.setdefault(run.query.kql, []).append(run)
    return {
        kql: ReportedQuery(number, kql, sha256(kql), tuple(run.number for run in known))
        for number, (kql, known) in enumerate(texts.items(), start=1)
    }


def _authors(session: SessionRecord, runs: Iterable[RunRecord]) -> tuple[str, ...]:
    names = [session.author, *(run.author for run in runs), *(note.author for note in session.notes)]
    names += [*(mark.author for mark in session.marks), *(verdict.author for verdict in session.verdicts)]
    return tuple(dict.fromkeys(name for name in names if name))


def _verdicts(verdicts: Iterable[Verdict], saved: datetime) -> Iterable[ReportedVerdict]:
    ordered = sorted(verdicts, key=lambda verdict: verdict.at)
    last = {verdict.about: place for place, verdict in enumerate(ordered)}
    for place, verdict in enumerate(ordered):
        yield ReportedVerdict(
            hunt=verdict.hunt,
            workspace=verdict.workspace,
            subject=verdict.subject,
            name=verdict.name or verdict.entity,
            entity=verdict.entity,
            opinion=verdict.opinion,
            reason=verdict.reason,
            until=verdict.until,
            author=verdict.author,
            at=verdict.at,
            standing="replaced" if last[verdict.about] != place else "counts" if verdict.holds(saved) else "ended",
        )


def _by_event(mark: MarkedRow) -> tuple[bool, datetime, int, int]:
    return (mark.at is None, mark.at or mark.marked_at, mark.run, mark.row)


def listed_words(query: Query) -> str:
    """What a query lists: `view devices`, `leg files`, `values of files: FolderPath`."""
    if query.view in ("events", "base"):
        return f"leg {query.leg}"
    return f"values of {query.title}" if query.view == "values" else f"view {query.view}"


@dataclass(frozen=True)
class _Gathering:
    """What runs and marks are described with."""

    hunts: Callable[[RunRecord], Hunt | None]
    queries: Mapping[str, int]
    by_number: Mapping[int, RunRecord]

    def runs(self, runs: Iterable[RunRecord]) -> Iterable[ReportedRun]:
        """Each run; parameters are listed with the first run of a hunt that has them."""
        first: dict[tuple[str, str, str], int] = {}
        for run in runs:
            alike = (run.hunt, run.hunt_file, repr(sorted(run.values.items())))
            known = first.setdefault(alike, run.number)
            yield self._run(run, None if known == run.number else known)

    def _run(self, run: RunRecord, parameters_of: int | None) -> ReportedRun:
        return ReportedRun(
            number=run.number,
            hunt=run.hunt,
            title=run.title,
            techniques=run.techniques,
            what=listed_words(run.query),
            opened_from=self._origin(run.origin),
            window=run.window,
            scope=run.scope,
            parameters=() if parameters_of else tuple(self._parameters(run)),
            parameters_of=parameters_of,
            query=self.queries[run.query.kql],
            workspace=run.workspace,
            kind=run.kind,
            author=run.author,
            began=run.began,
            seconds=run.seconds,
            rows=run.received,
            bytes=run.bytes,
            outcome=run.outcome,
            kql_sha256=run.kql_sha256,
            rows_sha256=run.rows_sha256,
            identifiers=tuple(run.identifiers.items()),
            fresh=fresh_words(run.fresh),
        )

    def _origin(self, origin: Origin | None) -> str:
        """`ProcessCount of fin-ws-114 = 4 in run 1`."""
        if origin is None:
            return ""
        row = f" of {origin.row}" if origin.row else ""
        counted = f" = {origin.counted:,}" if origin.counted is not None else ""
        return f"{origin.column}{row}{counted} in run {origin.run}"

    def _parameters(self, run: RunRecord) -> Iterable[Parameter]:
        hunt = self.hunts(run)
        for name, value in run.values.items():
            texts = [plain_text(item) for item in value] if isinstance(value, list | tuple) else [plain_text(value)]
            if value is None:
                texts = []
            shown = tuple(texts[:LISTED_VALUES])
            yield Parameter(name, shown, len(texts), _is_changed(hunt, name, value))

    def mark(self, mark: Mark) -> MarkedRow:
        """A marked row with the run it was marked in."""
        run = self.by_number.get(mark.run)
        return MarkedRow(
            at=_event_time(mark.fields),
            device=_first(mark.fields, _PLACES),
            account=_first(mark.fields, _ACTORS),
            what=_first(mark.fields, _SAYING),
            hunt=run.hunt if run else "",
            run=mark.run,
            row=mark.row + 1,
            listed_by=listed_words(run.query) if run else "",
            opened_from=self._origin(run.origin) if run else "",
            fields=tuple((name, text) for name, text in mark.fields.items()),
            note=mark.note,
            tags=mark.tags,
            author=mark.author,
            marked_at=mark.at,
            key=mark.key,
        )


def _is_changed(hunt: Hunt | None, name: str, value: Value) -> bool | None:
    """Whether `value` is not the default of `hunt`, as a form would take it."""
    parameter = hunt.parameters.get(name) if hunt else None
    if parameter is None:
        return None
    try:
        return value != read_value(parameter, parameter.default)
    except ValueError:
        return True


def _first(fields: Mapping[str, str], names: Iterable[str]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


def _event_time(fields: Mapping[str, str]) -> datetime | None:
    for name in _TIMES:
        try:
            moment = datetime.fromisoformat(fields.get(name, ""))
        except ValueError:
            continue
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
