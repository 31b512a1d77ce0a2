"""The entities of the session: listed, copied, gone on from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.screens.copies import copies_of
from tui.terminal.safe_text import safe

if TYPE_CHECKING:
    from tui.results.store import Rows
    from tui.screens.main import MainScreen
    from tui.triage.pivots import Pivot
    from tui.triage.runs import Run
    from tui.triage.session_entities import Entity, Seen


def show_entities(screen: MainScreen) -> None:
    """Lists what the runs and marks of the session hold, once it is gathered."""
    screen.say("gathering the entities of this session")
    screen.turns.beside(lambda: _gather(screen), "entities", exclusive=True)


async def _gather(screen: MainScreen) -> None:
    from tui.triage.session_entities import entities_of
    from tui.workspaces.threads import in_thread

    held, unread = await rows_of_runs(screen)
    marks, verdicts = screen.session.findings.marks, screen.session.findings.verdicts
    entities, whole = await in_thread(lambda: entities_of(held, marks, verdicts), lambda: _stop(held))
    note = "" if whole else "; of columns with many values only the most frequent were looked at"
    show_list(screen, "Entities of this session", entities, note + unread)


async def rows_of_runs(screen: MainScreen) -> tuple[list[tuple[int, Rows]], str]:
    """The rows of all runs by their number, those of an earlier day too, and words about those that cannot be read."""
    session, unread = screen.session, 0
    for run in session.runs:
        try:
            await session.load(run)
        except (OSError, ValueError):
            unread += 1
    words = f"; the rows of {unread} run{'s' * (unread != 1)} could not be read" if unread else ""
    return [(run.number, run.rows) for run in session.runs if run.rows is not None], words


def _stop(held: Sequence[tuple[int, Rows]]) -> None:
    for _, rows in held:
        rows.interrupt()


def show_list(screen: MainScreen, title: str, entities: Sequence[Entity], note: str) -> None:
    """Lists `entities`, to go on from one, to copy them or to write them to a file."""
    from tui.screens.entities import EntitiesScreen
    from tui.triage.indicators import indicator_lines

    def copy(listed: Sequence[Entity], defanged: bool) -> None:
        lines = indicator_lines((one.indicator for one in listed), defanged)
        copies_of(screen.app).copy(lines, f"{len(listed):,} indicators{', defanged' if defanged else ''}")

    def write(listed: Sequence[Entity]) -> None:
        values = (one.indicator.value for one in listed)
        _ask_target(screen, "\n".join(safe(value, len(value)) for value in values), len(listed))

    def chosen(entity: Entity | None) -> None:
        if entity is not None:
            offer(screen, entity)

    screen.app.push_screen(EntitiesScreen(title, entities, note, copy, write), chosen)


def _ask_target(screen: MainScreen, lines: str, count: int) -> None:
    """Asks for the file, and writes the lines to it."""
    from tui.screens.prompt import PromptScreen
    from tui.screens.targets import target_of, wrong_target
    from tui.settings.files import write_private
    from tui.triage.records.names import slug
    from tui.workspaces.threads import in_thread

    async def write(target: Path) -> None:
        await in_thread(lambda: write_private(target, lines.encode("utf-8", "replace") + b"\n"))
        screen.say(
            f"{count:,} indicator{'s' * (count != 1)} written to {target}: huntdeck match looks for them in other sessions"
        )

    def given(words: str | None) -> None:
        if words is not None:
            screen.attempt(lambda: write(target_of(words)))

    target = Path.home() / f"{slug(screen.keeper.name)}-indicators.txt"
    detail = f"{count:,} indicator{'s' * (count != 1)}, one a line. Only you can read the file."
    screen.app.push_screen(PromptScreen("Write the indicators to", detail, str(target), wrong_target), given)


def offer(screen: MainScreen, entity: Entity) -> None:
    """Offers the pivots that fit an entity, and the runs that hold it."""
    from tui.screens.choose import ChooseScreen
    from tui.triage.entities import indicator_pivots

    session = screen.session
    pivots = indicator_pivots(session.catalogue.pivots, entity.indicator)
    runs = {run.number: run for run in session.runs}
    seen = [one for one in entity.seen if one.run in runs]
    options = [(one.hunt.title, f"pivot: {', '.join(one.values.values())}") for one in pivots]
    options += [
        (f"rows of run {one.run}", f"{runs[one.run].hunt_id} {runs[one.run].query.view}: {one.rows:,} in {one.where}")
        for one in seen
    ]

    def chosen(index: int | None) -> None:
        if index is None:
            return
        if index < len(pivots):
            screen.attempt(lambda: _pivot(screen, pivots[index]))
        else:
            one = seen[index - len(pivots)]
            screen.attempt(lambda: _go(screen, runs[one.run], one, entity))

    if options:
        screen.app.push_screen(ChooseScreen(f"{entity.indicator.type} {entity.indicator.value}", options), chosen)
    else:
        screen.say("it stands in marks only, and no pivot starts from it: M lists the marks")


def _pivot(screen: MainScreen, pivot: Pivot) -> None:
    screen.session.values[pivot.hunt.id] = dict(pivot.values)
    screen.show_root(screen.session.run_view(pivot.hunt))


async def _go(screen: MainScreen, run: Run, seen: Seen, entity: Entity) -> None:
    """Shows the rows of the run that hold the entity."""
    from tui.screens.actions.marking import choose
    from tui.triage.session_entities import rows_holding
    from tui.workspaces.threads import in_thread

    rows = run.rows
    if rows is None:
        return
    numbers = seen.numbers
    if numbers is None:
        numbers = await in_thread(lambda: rows_holding(rows, seen.column, entity.indicator), rows.interrupt)
    screen.show_root(run)
    place = screen.trail.current
    if place is not None:
        place.step.view = replace(place.step.view, filters=())
        place.step.column = seen.column
        await choose(screen, place, numbers, f"{entity.indicator.value} in {seen.column}")
