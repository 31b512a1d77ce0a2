"""Verdicts on devices, accounts, mailboxes and addresses of a hunt; and the rows that are hidden because of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.screens.actions.marking import choose, row_in_hand
from tui.screens.actions.showing import look

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.triage.cell import Cell
    from tui.triage.findings import About
    from tui.triage.records.model import Opinion, Verdict
    from tui.triage.runs import Run

_DEVICE_COLUMNS = ("DeviceId", "DeviceName", "Computer", "DeviceKey")
_SUBJECTS = "a device, account, mailbox or address"


@dataclass(frozen=True)
class Entity:
    """What a verdict would be about, what it is called, and the run it was found in."""

    about: About
    name: str
    run: Run

    @property
    def words(self) -> str:
        """`device fin-ws-114 for T1119-02`."""
        return f"{self.about[2]} {self.name} for {self.about[1]}"


def entity_in_hand(screen: MainScreen) -> Entity | None:
    """The entity of the row under the cursor, or the one the trail was opened from; None, said, where there is none."""
    cell, row = screen.cell(), row_in_hand(screen)
    if cell is None or row is None:
        return None
    found = list(_entities([cell, *(opened for opened in screen.trail.opened if opened is not None)]))
    if not found:
        screen.say(f"this is not a row of {_SUBJECTS}, and was not opened from one", warning=True)
        return None
    # A pivot's rows belong to the hunt it was started from.
    entity = next((one for one in found if not one.run.context.hunt.pivot), found[0])
    other = _other_device(entity, cell)
    if other:
        screen.say(f"this row is of {other}, and was opened from {entity.words}: go back to judge", warning=True)
        return None
    return entity


def _entities(cells: Sequence[Cell]) -> Iterator[Entity]:
    """What the rows of `cells` are about, the nearest first: the row itself, then what its list is bound to."""
    from tui.results.values import plain_text
    from tui.triage.judged import shown_name
    from tui.triage.records.row_keys import entity_of

    for place, cell in enumerate(cells):
        run = cell.run
        found = entity_of(run.query, cell.row)
        if found is not None:
            yield Entity((run.workspace, run.hunt_id, *found), shown_name(*found, cell.row), run)
        for bound in run.query.bounds:
            if bound.key.subject is not None and bound.value not in (None, ""):
                subject, value = bound.key.subject, plain_text(bound.value)
                same = (
                    one for one in cells[place + 1 :] if entity_of(one.run.query, one.row) == (subject, value.lower())
                )
                name = shown_name(subject, value, next((one.row for one in same), cell.row))
                yield Entity((run.workspace, run.hunt_id, subject, value.lower()), name, run)


def _other_device(entity: Entity, cell: Cell) -> str:
    """The device that the row names where it is not the one to be judged."""
    if entity.about[2] != "device":
        return ""
    named = {str(cell.row[name]): str(cell.row[name]).lower() for name in _DEVICE_COLUMNS if cell.row.get(name)}
    same = {entity.about[3], entity.name.lower()}
    return "" if not named or same & set(named.values()) else next(iter(named))


def suspicious(screen: MainScreen) -> None:
    """Judges what is in hand suspicious."""
    _judge(screen, "suspicious")


def unknown(screen: MainScreen) -> None:
    """Judges what is in hand unknown: looked at, and not decided."""
    _judge(screen, "unknown")


def benign(screen: MainScreen) -> None:
    """Judges what is in hand benign, for a reason, until a time."""
    from tui.screens.benign import Benign, BenignScreen

    entity = entity_in_hand(screen)
    if entity is None:
        return

    def given(found: Benign | None) -> None:
        if found is not None:
            _give(screen, entity, _verdict(screen, entity, "benign", found.reason, found.until))

    screen.app.push_screen(BenignScreen(entity.words, screen.now(), screen.zone), given)


def _judge(screen: MainScreen, opinion: Opinion) -> None:
    entity = entity_in_hand(screen)
    if entity is not None:
        _give(screen, entity, _verdict(screen, entity, opinion))


def _verdict(
    screen: MainScreen, entity: Entity, opinion: Opinion, reason: str = "", until: datetime | None = None
) -> Verdict:
    from tui.triage.records.model import Verdict

    author, at = str(screen.session.author), screen.now()
    return Verdict(*entity.about, entity.name, opinion, author, at, reason, until)


def _give(screen: MainScreen, entity: Entity, verdict: Verdict) -> None:
    screen.session.findings.judge(verdict)
    until = f" until {verdict.until.astimezone(screen.zone):%Y-%m-%d %H:%M}" if verdict.until else ""
    screen.say(f"{verdict.opinion}{until}: {entity.words}; 4 takes it back")
    remember(screen, [verdict])


def take_back(screen: MainScreen) -> None:
    """Takes the verdict back that holds on what is in hand; both stay in its history."""
    from tui.triage.judged import verdict_on
    from tui.triage.verdicts import taken_back

    entity = entity_in_hand(screen)
    if entity is None:
        return
    held = verdict_on(screen.session, entity.about)
    if held is None:
        screen.say(f"there is no verdict on {entity.words}")
        return
    back = taken_back(held, str(screen.session.author), screen.now())
    screen.session.findings.judge(back)
    screen.say(f"taken back: {held.opinion}, {entity.words}; X brings it back")
    remember(screen, [back])


def remember(screen: MainScreen, said: Sequence[Verdict], unsaid: Sequence[Verdict] = ()) -> None:
    """Keeps verdicts for other sessions, or forgets them; says when that cannot be done."""
    screen.turns.beside(lambda: _remember(screen, said, unsaid), "said")


async def _remember(screen: MainScreen, said: Sequence[Verdict], unsaid: Sequence[Verdict]) -> None:
    from tui.triage.verdicts import VerdictError
    from tui.workspaces.threads import in_thread

    store = screen.session.remembered

    def work() -> None:
        if said:
            store.add(said)
        if unsaid:
            store.remove(unsaid)

    try:
        await in_thread(work)
    except VerdictError as error:
        screen.say(f"the verdict holds in this session, but is {error}", warning=True)
    else:
        # What was forgotten may still have been shown.
        screen.pane.renew()


def history(screen: MainScreen) -> None:
    """Every verdict on what is in hand, of all sessions."""
    from tui.screens.event import EventScreen
    from tui.triage.judged import history_of
    from tui.triage.verdicts import is_taken_back

    entity = entity_in_hand(screen)
    if entity is None:
        return
    fields: list[tuple[str, Any]] = []
    for verdict in history_of(screen.session, entity.about):
        opinion = f"{verdict.opinion}, taken back" if is_taken_back(verdict) else verdict.opinion
        until = f", until {verdict.until:%Y-%m-%d %H:%M}Z" if verdict.until and verdict.until > verdict.at else ""
        reason = f": {verdict.reason}" if verdict.reason and not is_taken_back(verdict) else ""
        fields.append((f"{verdict.at:%Y-%m-%d %H:%M:%S}Z", f"{opinion}{until}, {verdict.author}{reason}"))
    if fields:
        screen.app.push_screen(EventScreen(f"Verdicts on {entity.words}", fields, 0, 1))
    else:
        screen.say(f"there was never a verdict on {entity.words}")


# What is shown because of verdicts


async def turn_benign(screen: MainScreen) -> None:
    """Shows the rows that are hidden as benign, or hides them again."""
    place = screen.trail.current
    if place is None or not place.benign:
        screen.say("nothing here was judged benign before it was run")
        return
    place.benign_shown = not place.benign_shown
    await look(screen, replace(place.step.view, without=() if place.benign_shown else place.benign))


def only_judged(screen: MainScreen) -> None:
    """Only the rows on which a verdict holds; asks which."""
    from tui.screens.choose import ChooseScreen
    from tui.triage.records.model import OPINIONS

    row = row_in_hand(screen)
    if row is None:
        return
    if not row.judge.of_entities:
        screen.say(f"no row here is {_SUBJECTS}: verdicts cannot choose among them", warning=True)
        return

    def chosen(index: int | None) -> None:
        if index is not None:
            screen.attempt(lambda: _only_judged(screen, OPINIONS[index]))

    options = [(opinion, "where this verdict holds now") for opinion in OPINIONS]
    screen.app.push_screen(ChooseScreen("Only rows judged", options), chosen)


async def _only_judged(screen: MainScreen, opinion: Opinion) -> None:
    from tui.workspaces.threads import in_thread

    place = screen.trail.current
    stored = place.step.run.rows if place is not None else None
    if place is None or place.judge is None or stored is None:
        return
    judge = place.judge
    found = await in_thread(lambda: judge.judged(stored, opinion))
    if found:
        await choose(screen, place, found, f"rows judged {opinion}")
    else:
        screen.say(f"no row here is judged {opinion}")
