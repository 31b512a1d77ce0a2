"""The ranking across hunts as something to look at: the runs it is made from, itself and what is behind it as runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.library.model import Hunt, Subject
from tui.triage.matrix import CHANGES, HUNTS, KEY, LEGS, TECHNIQUES, VERDICTS, Asked, Matrix, asked_of, signs_column
from tui.triage.queries.context import ColumnMeaning, Key, Query, QueryContext
from tui.triage.queries.subjects import NAMES
from tui.triage.runs import Origin, Phase, Run
from tui.workspaces.protocol import Completion, Outcome, State

if TYPE_CHECKING:
    import pyarrow as pa

    from tui.results.store import ResultStore, Rows
    from tui.triage.session import Session

HUNT = "Hunt"
"""The column of a timeline over several hunts that names the hunt of a line, by its id."""
RUN = "Run"
"""Its column with the number of the run that listed the line."""
_KEYS = ("ReportId", "DeviceKey")


def asked_in(session: Session, subject: Subject) -> list[Asked]:
    """The hunts of `session` by its runs, those of its newest sweep that were not run too."""
    swept = session.sweeps[-1].hunts if session.sweeps else ()
    known = [session.catalogue.hunts[hunt] for hunt in swept if hunt in session.catalogue.hunts]
    return asked_of(session.runs, subject, known)


async def have_rows(session: Session, asked: Sequence[Asked]) -> None:
    """Has the rows of all runs that `asked` are made from at hand; OSError or ValueError when some are not what was saved."""
    for one in asked:
        for run in (*((one.run,) if one.run is not None else ()), *one.earlier):
            await session.load(run)


def ranking_run(session: Session, matrix: Matrix, rows: Rows) -> Run:
    """`matrix`, whose table is in `rows`, as a run that has ended; nothing was asked for it."""
    view = NAMES[matrix.subject][0]
    sums = (ColumnMeaning(name, "timeline") for name in (TECHNIQUES, HUNTS, LEGS, VERDICTS, CHANGES))
    hunts = [ColumnMeaning(one.hunt.id, "rows") for one in matrix.asked]
    signs = [ColumnMeaning(signs_column(one.hunt.id), hidden=True) for one in matrix.asked]
    query = Query(
        kql="\n\n".join(one.run.query.kql for one in matrix.asked if one.run is not None),
        view="matrix",
        title=f"{view} by hunt",
        limit=max(rows.count, 1),
        columns=(ColumnMeaning(matrix.name_column, "timeline"), *sums, *hunts, *signs, ColumnMeaning(KEY, hidden=True)),
        keys=(Key(KEY),),
    )
    run = Run(
        0, query, _context(session, f"{view} by hunt", matrix), session.workspace.name, phase=Phase.DONE, rows=rows
    )
    run.received, run.took, run.completion = rows.count, 0.0, Completion(Outcome(State.COMPLETE))
    return run


def _context(session: Session, title: str, matrix: Matrix) -> QueryContext:
    """What stands for a hunt and its window where there are several: the window of all when it is the same."""
    hunt = Hunt("Ranking", title, (), matrix.subject, "", "", "", {}, {})
    windows = {one.run.context.window for one in matrix.asked if one.run is not None}
    scopes = {one.run.context.scope for one in matrix.asked if one.run is not None}
    window = windows.pop() if len(windows) == 1 else session.window
    scope = scopes.pop() if len(scopes) == 1 else session.scope
    return QueryContext(hunt, {}, window, session.dialect, scope)


def timelines_of(session: Session, matrix: Matrix, row: Mapping[str, Any]) -> tuple[dict[str, list[Run]], list[str]]:
    """Starts a timeline for each hunt that has a number in `row`, by its id; and says which hunts have none, and why."""
    started: dict[str, list[Run]] = {}
    refused: list[str] = []
    for one in matrix.asked:
        if one.run is None or one.run.rows is None or row.get(one.hunt.id) is None:
            continue
        with one.run.rows.prepare() as held:
            names = [info.name for info in held.columns]
            rows = [
                dict(zip(names, held.page(place, 1)[0], strict=True)) for place in matrix.rows_in(one.run, row[KEY])
            ]
        for mine in rows:
            try:
                started.setdefault(one.hunt.id, []).append(session.open_cell(one.run, mine, matrix.name_column))
            except ValueError as error:
                refused.append(f"{one.hunt.id}: {error}")
    return started, refused


def merged_run(made: Run, matrix: Matrix, row: Mapping[str, Any], started: Mapping[str, Sequence[Run]]) -> Run:
    """What becomes the timeline of the subject of `row` in `made` over all hunts: it goes on until `merge` ends it."""
    name = str(row[matrix.name_column])
    count = sum(row[one.hunt.id] for one in matrix.asked if row.get(one.hunt.id) is not None)
    listed = [run for runs in started.values() for run in runs]
    shown = dict.fromkeys(column.name for run in listed for column in run.query.columns if not column.hidden)
    names = dict.fromkeys(["EventTime", HUNT, *shown])
    hidden = (ColumnMeaning(one, hidden=True) for one in (*_KEYS, RUN))
    query = Query(
        kql="\n\n".join(run.query.kql for run in listed),
        view="timeline",
        title=f"timeline of {name} over {len(started)} hunt{'s' * (len(started) != 1)}",
        limit=max(count, 1),
        columns=(*(ColumnMeaning(one, "rows") for one in names), *hidden),
        bounds=listed[0].query.bounds if listed else (),
    )
    return Run(
        0, query, made.context, made.workspace, Origin(0, matrix.name_column, name, count, made.began), Phase.RUNNING
    )


def merge(store: ResultStore, made: Run, started: Mapping[str, Sequence[Run]], refused: Iterable[str] = ()) -> None:
    """Ends `made` with the lines of the runs `started` for each hunt, oldest first; what is not whole its outcome says.

    For worker threads.
    """
    import pyarrow as pa

    listed = [(hunt, run) for hunt, runs in started.items() for run in runs]
    parts = [_lines(hunt, run) for hunt, run in listed if run.rows is not None and run.rows.count]
    if parts:
        together = pa.concat_tables(parts, promote_options="permissive")
        made.rows = store.load(together.sort_by([(name, "ascending") for name in ("EventTime", HUNT, RUN)]))
        made.received = made.rows.count
    problems = [*refused, *(_how(hunt, run) for hunt, run in listed if not _is_whole(run))]
    outcome = Outcome(State.PARTIAL, "; ".join(problems)) if problems else Outcome(State.COMPLETE)
    made.completion, made.took, made.phase = Completion(outcome), made.seconds, Phase.DONE


def _lines(hunt: str, run: Run) -> pa.Table:
    import pyarrow as pa

    assert run.rows is not None, "only runs with rows have lines"
    with run.rows.prepare() as held:
        table = held.arrow()
    names, numbers = pa.array([hunt], pa.string()), pa.array([run.number], pa.int64())
    every = pa.nulls(table.num_rows, pa.int32()).fill_null(0)
    return table.append_column(HUNT, names.take(every)).append_column(RUN, numbers.take(every))


def _is_whole(run: Run) -> bool:
    return run.outcome is not None and run.outcome.state is State.COMPLETE


def _how(hunt: str, run: Run) -> str:
    outcome = run.outcome
    if outcome is None:
        return f"{hunt}: goes on"
    return f"{hunt}: {outcome.state}" + (f" ({outcome.reason})" if outcome.reason else "")
