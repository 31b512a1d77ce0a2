"""What each hunt of a session gave, in the order in which the hunts were first run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.library.model import Hunt
from tui.results.values import plain_text
from tui.triage.queries.subjects import NAMES
from tui.triage.records.model import RunRecord, Verdict
from tui.triage.records.row_keys import is_of_entities
from tui.triage.report.model import Found, HuntResult, Subject
from tui.workspaces.protocol import State

if TYPE_CHECKING:
    import pyarrow as pa

_ANSWERED = (State.COMPLETE, State.TRUNCATED, State.PARTIAL, State.NOT_COVERED, State.BLIND)
_LATEST = "LastSeen"
_NO_DATA = (State.NO_TABLE, State.NOT_COVERED, State.BLIND)


def hunt_results(
    runs: Sequence[RunRecord],
    rows: Callable[[int], pa.Table | None],
    hunts: Callable[[RunRecord], Hunt | None],
    verdicts: Iterable[Verdict],
    moment: datetime,
) -> Iterable[HuntResult]:
    """A result for each hunt of `runs`, with those of `verdicts` that count at `moment`."""
    last = {verdict.about: verdict for verdict in sorted(verdicts, key=lambda verdict: verdict.at)}
    opinions = {about: verdict.opinion for about, verdict in last.items() if verdict.holds(moment)}
    by_hunt: dict[str, list[RunRecord]] = {}
    for run in runs:
        by_hunt.setdefault(run.hunt, []).append(run)
    for known in by_hunt.values():
        main = _main(known)
        yield _result(main, known, rows, hunts(main), opinions)


def _main(runs: Sequence[RunRecord]) -> RunRecord:
    """The run that says what the hunt gave: not from a cell, of its subjects, answered, the newest, in this order."""

    def rank(run: RunRecord) -> tuple[bool, bool, bool, int]:
        return (run.origin is None, is_of_entities(run.query), run.outcome.state in _ANSWERED, run.number)

    return max(runs, key=rank)


def _result(
    main: RunRecord,
    runs: Sequence[RunRecord],
    rows: Callable[[int], pa.Table | None],
    hunt: Hunt | None,
    opinions: Mapping[tuple[str, str, str, str], str],
) -> HuntResult:
    subjects = tuple(_subjects(main, rows, opinions)) if is_of_entities(main.query) else ()
    later = tuple(run.number for run in runs if run.number > main.number and run.outcome.state not in _ANSWERED)
    return HuntResult(
        hunt=main.hunt,
        title=main.title,
        techniques=main.techniques,
        tactic=hunt.tactic if hunt else "",
        pivot=hunt.pivot if hunt else False,
        run=main.number,
        runs=len(runs),
        window=main.window,
        outcome=main.outcome,
        found=_found(main),
        rows=main.received,
        unit=main.query.view if subjects else "rows",
        subjects=subjects,
        later=later,
        newest=_newest(main, rows),
    )


def _newest(run: RunRecord, rows: Callable[[int], pa.Table | None]) -> datetime | None:
    """The newest event behind the rows of `run`, where they tell it."""
    table = rows(run.number) if run.outcome.state in _ANSWERED and run.received else None
    if table is None or _LATEST not in table.column_names:
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table[_LATEST]
    if not pa.types.is_timestamp(column.type):
        return None
    latest: datetime | None = pc.max(column).cast(pa.timestamp("us", column.type.tz), safe=False).as_py()
    if latest is None:
        return None
    return latest.astimezone(UTC) if latest.tzinfo else latest.replace(tzinfo=UTC)


def _found(run: RunRecord) -> Found:
    state = run.outcome.state
    if state in _ANSWERED and run.received:
        return "hits"
    if state is State.COMPLETE:
        return "no hits"
    if state in _NO_DATA:
        return "no data"
    return "part" if state in _ANSWERED else "no answer"


def _subjects(
    run: RunRecord,
    rows: Callable[[int], pa.Table | None],
    opinions: Mapping[tuple[str, str, str, str], str],
) -> Iterable[Subject]:
    """The subjects of a run's rows in their order, each once."""
    subject = next(name for name, (view, _, _) in NAMES.items() if view == run.query.view)
    _, key, shown = NAMES[subject]
    table = rows(run.number) if run.outcome.state in _ANSWERED else None
    if table is None or key not in table.column_names:
        return
    keys = table[key].to_pylist()
    names = table[shown].to_pylist() if shown in table.column_names else keys
    seen: set[str] = set()
    for value, name in zip(keys, names, strict=True):
        entity = plain_text(value).lower()
        if entity and entity not in seen:
            seen.add(entity)
            opinion = opinions.get((run.workspace, run.hunt, subject, entity), "")
            yield Subject(subject, entity, plain_text(name) or entity, opinion)
