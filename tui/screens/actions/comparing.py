"""The run that is shown beside another one of the same hunt and view: rows new, gone, changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.places import Place

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.triage.cell import Cell
    from tui.triage.runs import Run


def ask_compare(screen: MainScreen) -> None:
    """Offers the other runs that answered the same question; the one chosen is compared with the one shown."""
    from tui.screens.choose import ChooseScreen
    from tui.triage.words import run_words, window_words

    place = screen.trail.current
    if place is None or place.derived or place.step.run.outcome is None:
        screen.say("there is no run here that can be compared", warning=True)
        return
    shown = place.step.run
    others = [run for run in reversed(screen.session.runs) if run is not shown and _same_question(run, shown)]
    if not others:
        screen.say("there is no other run of this view to compare with: r runs it again")
        return
    options = [
        (
            f"run {run.number} of {run.began:%m-%d %H:%M}Z: {run.received:,} rows",
            f"{window_words(run.context.window)}, {run_words(run)}",
        )
        for run in others
    ]

    def chosen(index: int | None) -> None:
        if index is not None:
            screen.attempt(lambda: _compare(screen, shown, others[index]))

    screen.app.push_screen(ChooseScreen(f"Compare run {shown.number} with", options), chosen)


def _same_question(run: Run, shown: Run) -> bool:
    mine, other = run.query, shown.query
    same = run.hunt_id == shown.hunt_id and (mine.view, mine.leg) == (other.view, other.leg)
    return same and run.outcome is not None and (run.received > 0 or not run.failed)


async def _compare(screen: MainScreen, shown: Run, other: Run) -> None:
    """Shows the comparison as a place of its own; the run that began first counts as the one before."""
    from tui.triage.queries.context import ColumnMeaning, Query
    from tui.triage.records.compare import compare, side_of
    from tui.triage.records.compared import compared_table, comparison_words
    from tui.triage.runs import Phase, Run, Step
    from tui.workspaces.protocol import Completion, Outcome, State
    from tui.workspaces.threads import in_thread

    before, after = sorted((shown, other), key=lambda run: (run.began, run.number))
    for run in (before, after):
        await screen.session.load(run)
    comparison = await in_thread(lambda: compare(side_of(before), side_of(after)))
    table = await in_thread(lambda: compared_table(comparison))
    rows = await in_thread(lambda: screen.session.store.load(table))
    heads = list(table.column_names[:2])
    query = Query(
        kql=after.query.kql,
        view="comparison",
        title=f"run {after.number} beside run {before.number}",
        limit=after.query.limit,
        columns=(*map(ColumnMeaning, heads), *after.query.columns),
    )
    made = Run(after.number, query, after.context, after.workspace, phase=Phase.DONE, rows=rows, began=after.began)
    made.received, made.took = rows.count, 0.0
    made.completion = Completion(Outcome(State.COMPLETE))
    screen.push_place(Place(Step(made), compared=(before, after)))
    screen.say("; ".join(comparison_words(comparison)[1:]), warning=bool(comparison.cautions))


def open_compared(screen: MainScreen, place: Place, cell: Cell) -> None:
    """What is behind a cell of a comparison, in the run that its row is of."""
    if place.compared is None:
        return
    before, after = place.compared
    heads = [column.name for column in cell.run.query.columns[:2]]
    if cell.column in heads:
        screen.say("this column says what became of the row; the others open")
        return
    run = before if cell.row[heads[0]] == "gone" else after
    row = {name: value for name, value in cell.row.items() if name not in heads}
    screen.push(screen.session.open_cell(run, row, cell.column), cell)
