"""Ranking across hunts: the matrix of devices or accounts by hunt, its cells, and timelines over all hunts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.screens.actions import showing
from tui.screens.places import Place
from tui.screens.ranked import MergedPlace, RankedPlace

if TYPE_CHECKING:
    from tui.library.model import Subject
    from tui.screens.main import MainScreen
    from tui.triage.cell import Cell
    from tui.triage.runs import Run


async def rank_devices(screen: MainScreen) -> None:
    """Devices by hunt, from the newest run of each."""
    await _rank(screen, "device")


async def rank_accounts(screen: MainScreen) -> None:
    """Accounts by hunt, from the newest run of each that counted them."""
    await _rank(screen, "account")


async def _rank(screen: MainScreen, subject: Subject) -> None:
    from tui.results.view import RowView
    from tui.triage.matrix import matrix_of, opinions_of
    from tui.triage.matrix_runs import asked_in, have_rows, ranking_run
    from tui.triage.matrix_words import summary_words
    from tui.triage.queries.subjects import NAMES
    from tui.triage.runs import Step
    from tui.workspaces.threads import in_thread

    session = screen.session
    asked = asked_in(session, subject)
    if not asked:
        screen.say(f"no hunt was run that lists {NAMES[subject][0]}: Enter on a hunt runs it, v shows its other views")
        return
    screen.say(f"ranking {NAMES[subject][0]} by {len(asked)} hunt{'s' * (len(asked) != 1)}")
    await have_rows(session, asked)
    verdicts = (*session.remembered.verdicts, *session.findings.verdicts)
    opinions = opinions_of(verdicts, screen.now())
    matrix = await in_thread(lambda: matrix_of(asked, subject, opinions))
    rows = await in_thread(lambda: session.store.load(matrix.table))
    run = ranking_run(session, matrix, rows)
    place = RankedPlace(
        Step(run, RowView(without=matrix.benign)),
        matrix=matrix,
        benign=matrix.benign,
        said=tuple(summary_words(matrix)),
    )
    screen.say(f"ranked {rows.count:,} {NAMES[subject][0]} by {len(asked)} hunt{'s' * (len(asked) != 1)}")
    # A ranking that is here already, and what was opened from it, gives way.
    here = next((depth for depth, one in enumerate(screen.trail.places) if isinstance(one, RankedPlace)), None)
    while here is not None and len(screen.trail.places) > max(here, 1):
        screen.trail.back()
    if here == 0:
        screen.replace(place)
    else:
        screen.push_place(place)


async def open_ranked(screen: MainScreen, place: RankedPlace, cell: Cell) -> None:
    """The hunt's own row behind a number; behind anything else the timeline of the row's device over all hunts."""
    from tui.triage.matrix_words import empty_words

    asked = place.matrix.column(cell.column)
    if asked is None:
        await _open_timeline(screen, place, cell)
        return
    gone = cell.value is None
    run = asked.before if gone else asked.run
    if run is None or not await _open_row(screen, place, cell, run):
        screen.say(empty_words(place.matrix, cell.row, asked))


async def _open_row(screen: MainScreen, place: RankedPlace, cell: Cell, run: Run) -> bool:
    """Goes to the row of `run` that the cell is of; False when there is none."""
    from tui.results.view import RowView
    from tui.triage.matrix import KEY
    from tui.triage.runs import Step
    from tui.workspaces.threads import in_thread

    await screen.session.load(run)
    rows = await in_thread(lambda: place.matrix.rows_in(run, cell.row[KEY]))
    if not rows:
        return False
    if len(rows) == 1:
        screen.push_place(Place(Step(run), opened=cell, arrival=rows[0]))
    else:
        name = f"rows of {cell.row[place.matrix.name_column]}"
        screen.push_place(Place(Step(run, RowView(only=rows)), opened=cell, chosen=name, benign_shown=True))
    return True


async def _open_timeline(screen: MainScreen, place: RankedPlace, cell: Cell) -> None:
    """Lists the events of the row in every hunt that has a number for it, and merges them by time."""
    from tui.triage.matrix import KEY
    from tui.triage.matrix_runs import merged_run, timelines_of
    from tui.triage.runs import Step

    session, key = screen.session, cell.row[KEY]
    known = place.timelines.get(key)
    if known is not None and (known.step.run.outcome is None or known.step.run.received):
        screen.push_place(known)
        return
    started, refused = timelines_of(session, place.matrix, cell.row)
    if not started:
        why = "; ".join(refused)
        screen.say(f"there is no timeline: {why}" if why else "no hunt has a number for it now", warning=bool(why))
        return
    made = merged_run(place.step.run, place.matrix, cell.row, started)
    runs = {run.number: run for each in started.values() for run in each}
    merged = MergedPlace(Step(made), opened=cell, runs=runs)
    made.task = asyncio.get_running_loop().create_task(_merge(screen, merged, started, refused), name="merge timelines")
    place.timelines[key] = merged
    screen.push_place(merged)


async def _merge(
    screen: MainScreen, place: MergedPlace, started: Mapping[str, Sequence[Run]], refused: Sequence[str]
) -> None:
    from tui.triage.matrix_runs import merge
    from tui.workspaces.threads import in_thread

    made = place.step.run
    pending = {run.task for run in place.runs.values() if run.task is not None}
    try:
        while pending:
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            made.received = sum(run.received for run in place.runs.values())
            if place is screen.trail.current:
                showing.show_place(screen)
    except asyncio.CancelledError:
        for run in place.runs.values():
            screen.session.cancel(run)
        with suppress(asyncio.CancelledError):
            await asyncio.wait(pending)
    await in_thread(lambda: merge(screen.session.store, made, started, refused))
    if place is screen.trail.current:
        showing.show_place(screen)
        screen.refresh_words()


def open_line(screen: MainScreen, place: MergedPlace, cell: Cell) -> None:
    """The event behind a line of a timeline over several hunts."""
    from dataclasses import replace

    from tui.screens.actions.hunting import open_whole
    from tui.triage.matrix_runs import RUN

    run = place.runs[cell.row[RUN]]
    known = {column.name for column in run.query.columns}
    open_whole(screen, replace(cell, run=run, column=cell.column if cell.column in known else "EventTime"))
