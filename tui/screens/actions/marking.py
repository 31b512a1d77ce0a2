"""Marking rows and writing on them; going from mark to mark; taking back what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tui.screens.actions.showing import look, show_place

if TYPE_CHECKING:
    from tui.results.prepared import PreparedView
    from tui.screens.main import MainScreen
    from tui.screens.places import Place
    from tui.triage.judged import Judge
    from tui.triage.records.model import Mark

AT_ONCE = 1_000
"""Rows that can be marked at once: each keeps all that it holds in the session."""
UNASKED = 20
"""Rows that are marked at once without asking."""


@dataclass(frozen=True)
class Row:
    """A row that is shown: where it stands, and all that it holds."""

    held: PreparedView
    judge: Judge
    position: int
    values: Mapping[str, Any]


def row_in_hand(screen: MainScreen) -> Row | None:
    """The row under the cursor; None, said, where there is none that could be marked."""
    place, values = screen.trail.current, screen.pane.values
    if place is None or place.prepared is None or not values:
        screen.say("there is no row here")
        return None
    if place.derived or place.judge is None:
        what = (
            "counts a value: Enter shows the rows it counts"
            if place.stacked
            else "sets rows of two runs side by side"
            if place.compared
            else "is of several hunts"
        )
        screen.say(f"this row {what}; mark and judge it where it was listed", warning=True)
        return None
    return Row(place.prepared, place.judge, screen.pane.row, values)


def mark(screen: MainScreen) -> None:
    """Marks the row under the cursor, or takes its mark away."""
    row = row_in_hand(screen)
    if row is not None:
        screen.turns.beside(lambda: _turn(screen, row), "said")


async def _turn(screen: MainScreen, row: Row) -> None:
    new = await new_mark(screen, row)
    held = screen.session.findings.mark_of(new.key)
    if held is None:
        screen.session.findings.mark(new)
        marks = len(screen.session.findings.marked)
        screen.say(f"marked, {marks:,} in this session: a writes a note on it, M lists them, m takes the mark away")
    else:
        unmark(screen, held)


def unmark(screen: MainScreen, held: Mark) -> None:
    """Takes a mark away; asks first when something is written on it."""
    from tui.triage.judged import mark_words

    def answered(yes: bool | None) -> None:
        if yes:
            screen.session.findings.unmark(held.key)
            screen.say("mark taken away; X brings it back")

    if not (held.note or held.tags):
        answered(True)
        return
    from tui.screens.ask import AskScreen

    screen.app.push_screen(
        AskScreen("Take the mark away, with its note?", mark_words(held), "Take away", "Keep"), answered
    )


async def new_mark(screen: MainScreen, row: Row) -> Mark:
    """A mark on `row`, without anything written on it."""
    from tui.workspaces.threads import in_thread

    arrivals = await in_thread(lambda: row.held.arrivals(row.position, 1))
    return _mark(screen, row.judge, row.values, arrivals[0])


def _mark(screen: MainScreen, judge: Judge, values: Mapping[str, Any], arrival: int) -> Mark:
    from tui.results.values import plain_text
    from tui.triage.records.model import Mark

    fields = {name: plain_text(value) for name, value in values.items() if value not in (None, "")}
    return Mark(judge.key(values), judge.run.number, arrival, str(screen.session.author), screen.now(), fields)


def mark_all(screen: MainScreen) -> None:
    """Marks all rows that are shown, after asking when they are many."""
    row = row_in_hand(screen)
    if row is None:
        return
    count = row.held.count
    if count > AT_ONCE:
        screen.say(f"{count:,} rows are shown, and {AT_ONCE:,} can be marked at once: filter them first", warning=True)
        return

    def answered(yes: bool | None) -> None:
        if yes:
            screen.turns.beside(lambda: _mark_all(screen, row), "said")

    if count <= UNASKED:
        answered(True)
        return
    from tui.screens.ask import AskScreen

    screen.app.push_screen(AskScreen(f"Mark all {count:,} rows that are shown?", "", "Mark them", "No"), answered)


async def _mark_all(screen: MainScreen, row: Row) -> None:
    from tui.workspaces.threads import in_thread

    held, names = row.held, list(row.judge.kinds)

    def work() -> list[Mark]:
        rows, arrivals = held.page(0, AT_ONCE, names), held.arrivals(0, AT_ONCE)
        return [
            _mark(screen, row.judge, dict(zip(names, values, strict=True)), arrival)
            for values, arrival in zip(rows, arrivals, strict=True)
        ]

    number = screen.session.findings.mark_all(await in_thread(work))
    if number:
        screen.say(f"{number:,} row{'s' * (number != 1)} marked; X takes that back, M lists all marks")
    else:
        screen.say("all rows shown are marked already")


def annotate(screen: MainScreen) -> None:
    """Asks for a note and tags for the row under the cursor, which is marked by that."""
    row = row_in_hand(screen)
    if row is not None:
        screen.turns.beside(lambda: _annotate(screen, row), "said")


async def _annotate(screen: MainScreen, row: Row) -> None:
    new = await new_mark(screen, row)
    write_on(screen, screen.session.findings.mark_of(new.key) or new)


def write_on(screen: MainScreen, mark: Mark) -> None:
    """Asks for the note and the tags of `mark`."""
    from tui.screens.note import NoteScreen, Written

    def given(written: Written | None) -> None:
        if written is not None:
            author, at = str(screen.session.author), screen.now()
            screen.session.findings.annotate(replace(mark, note=written.text, tags=written.tags, author=author, at=at))
            what = "noted on the row" if written.text or written.tags else "marked, with nothing written on it"
            screen.say(f"{what}; X takes that back, M lists all notes")

    screen.app.push_screen(NoteScreen("Note on the row", mark.note, mark.tags), given)


# From mark to mark


async def next_mark(screen: MainScreen) -> None:
    """The next marked row of what is shown."""
    await _step(screen, forward=True)


async def previous_mark(screen: MainScreen) -> None:
    """The marked row before."""
    await _step(screen, forward=False)


async def _step(screen: MainScreen, forward: bool) -> None:
    from tui.workspaces.threads import in_thread

    place, row = screen.trail.current, row_in_hand(screen)
    stored = place.step.run.rows if place is not None else None
    if row is None or stored is None:
        return
    held, judge, here = row.held, row.judge, row.position

    def work() -> list[int]:
        found = (held.position(arrival) for arrival in judge.marked(stored))
        return sorted(position for position in found if position is not None)

    positions = await in_thread(work)
    if not positions:
        screen.say("no row here is marked: m marks one")
        return
    beyond = [position for position in positions if (position > here if forward else position < here)]
    if beyond:
        screen.pane.go(beyond[0] if forward else beyond[-1])
    else:
        screen.pane.go(positions[0] if forward else positions[-1])
        screen.say("from the top again" if forward else "from the end again")


async def only_marked(screen: MainScreen) -> None:
    """Only the marked rows of what is shown, or all again."""
    from tui.workspaces.threads import in_thread

    place, row = screen.trail.current, None
    if place is not None and place.step.view.only is not None:
        await look(screen, replace(place.step.view, only=None))
        return
    row = row_in_hand(screen)
    stored = place.step.run.rows if place is not None else None
    if place is None or row is None or stored is None:
        return
    found = await in_thread(lambda: row.judge.marked(stored))
    if found:
        await choose(screen, place, found, "marked rows")
    else:
        screen.say("no row here is marked: m marks one")


async def choose(screen: MainScreen, place: Place, numbers: tuple[int, ...], words: str) -> None:
    """Shows only the rows of `place` with these numbers, also those that are hidden as benign; `words` say what they are."""
    place.chosen = words
    place.benign_shown = place.benign_shown or bool(set(numbers) & set(place.benign))
    await look(screen, replace(place.step.view, only=numbers, without=() if place.benign_shown else place.benign))


def undo(screen: MainScreen) -> None:
    """Takes back what was said last: a mark, a note, a verdict."""
    screen.say(take_back_last(screen))


def take_back_last(screen: MainScreen) -> str:
    """Takes back what was said last; gives words about it."""
    undone = screen.session.findings.undo()
    if undone is None:
        return "nothing was said since this session was opened that could be taken back"
    if undone.said or undone.unsaid:
        from tui.screens.actions.judging import remember

        remember(screen, undone.said, undone.unsaid)
    return f"taken back: {undone.words}"


def jump_to(screen: MainScreen, mark: Mark) -> None:
    """Shows the run in which `mark` was made, with the cursor on its row."""
    places = screen.trail.places
    there = next((index for index, place in enumerate(places) if place.step.run.number == mark.run), None)
    run = next((run for run in screen.session.runs if run.number == mark.run), None)
    if run is None:
        screen.say(f"run {mark.run} is not in this session any more; the mark keeps what the row held", warning=True)
        return
    if there is None:
        screen.show_root(run)
        if screen.trail.current is not None:
            # Its rows are shown after this.
            screen.trail.current.arrival = mark.row
        return
    places[there].arrival = mark.row
    if places[there] is places[-1]:
        show_place(screen)
    for _ in places[there + 1 :]:
        screen.back()
