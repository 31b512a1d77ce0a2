"""Watching from the screen: begun, told in header, title, message and bell, stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from tui.screens.actions import sweeping
from tui.widgets.line import Piece

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from tui.library.model import Hunt
    from tui.screens.main import MainScreen
    from tui.screens.watch import Asked
    from tui.triage.watch import Round, Watch


class _Told(Protocol):
    """The app, as far as it tells who looks elsewhere."""

    def show_fresh(self, number: int | None) -> None:
        """Has the terminal's title tell how many rows are fresh; None brings back the title it had."""

    def tell_of_fresh(self) -> None:
        """Rings when something is fresh and nobody looks."""


def ask(screen: MainScreen) -> None:
    """Asks how often and how long to watch the ticked hunts, those of the node, or the hunt in hand."""
    from tui.screens.watch import WatchScreen
    from tui.triage.words import clock_words

    watch = screen.session.watching
    if watch is not None:
        screen.say(f"a watch goes on until {clock_words(watch.until, screen.zone)}: the commands (:) stop it")
        return
    hunts, title = _chosen(screen)
    if not hunts:
        screen.say("put the cursor on a hunt or a node of the tree, or tick hunts")
        return

    def begin(asked: Asked | None) -> None:
        if asked is not None:
            screen.attempt(lambda: _begin(screen, hunts, asked))

    screen.app.push_screen(WatchScreen(title, _estimate(screen, hunts)), begin)


def _chosen(screen: MainScreen) -> tuple[list[Hunt], str]:
    hunts, title = sweeping.chosen(screen) if screen.in_tree else ([], "")
    hunt = screen.hunt_in_hand
    if hunts or hunt is None:
        return hunts, f"{title}: {len(hunts)} hunt{'s' * (len(hunts) != 1)}"
    return [hunt], f"{hunt.id} {hunt.title}"


def _estimate(screen: MainScreen, hunts: list[Hunt]) -> Callable[[timedelta, timedelta], str]:
    """What a watch of `hunts` comes to, in words; WatchError when it cannot be."""
    from tui.library.times import span_said
    from tui.triage.watch import Plan, plan_of

    # Whether hunts can run does not depend on the spans: their queries are written once.
    whole, refused = plan_of(screen.session, hunts)

    def said(every: timedelta, lasting: timedelta) -> str:
        plan = Plan(whole.contexts, every, lasting)
        rounds, queries = lasting // every + 1, len(plan.contexts)
        left_out = f"; {len(refused)} cannot run here" if refused else ""
        return (
            f"{queries} quer{'ies' if queries != 1 else 'y'} every {span_said(every)}, {rounds:,} rounds at most, "
            f"{rounds * queries:,} queries{left_out}"
        )

    return said


def _begin(screen: MainScreen, hunts: list[Hunt], asked: Asked) -> None:
    from tui.library.times import span_said
    from tui.triage.watch import RealClock, SessionShelf, Watch, plan_of

    session = screen.session
    plan, refused = plan_of(session, hunts, *asked)

    def told(done: Round | None) -> None:
        if screen.session is session and screen.ready and screen.is_attached:
            _told(screen, watch, done)

    watch = Watch(session, plan, SessionShelf(session, screen.keeper), told, RealClock())
    watch.begin()
    cast(_Told, screen.app).show_fresh(0)
    screen.refresh_words()
    words = [f"watching every {span_said(plan.every)}; the commands (:) stop it", *refused]
    screen.say("; ".join(words), warning=bool(refused))


def _told(screen: MainScreen, watch: Watch, done: Round | None) -> None:
    """A round of `watch` has ended, or without one all of it."""
    from tui.triage.watch import fresh_words

    app = cast(_Told, screen.app)
    screen.keeper.touch()
    if done is None:
        app.show_fresh(None)
        screen.refresh_words()
        let_go = f"; {watch.dropped:,} rounds without anything fresh were let go" if watch.dropped else ""
        screen.say(f"watch {watch.over}{let_go}", warning=not watch.answering)
        return
    see(screen)
    show_title(screen)
    screen.refresh_words()
    if (place := screen.trail.current) is not None and place.step.run.unseen is not None:
        screen.pane.renew()
    found = [f"{one.run.hunt_id}: {fresh_words(one)}" for one in done.watched if one.news]
    troubles = [f"{one.run.hunt_id} {one.trouble}" for one in done.watched if one.trouble]
    if found or done.said or troubles:
        screen.say("; ".join([*found, *done.said, *troubles]), warning=bool(done.said or troubles))
    if found:
        app.tell_of_fresh()


def see(screen: MainScreen) -> None:
    """What is shown of a watched hunt is seen, when it is the newest round of it and somebody may look."""
    from tui.triage.words import main_run

    watch, place = screen.session.watching, screen.trail.current
    if watch is None or place is None or not watch.unseen:
        return
    run = screen.trail.places[0].step.run
    if run.outcome is not None and run is main_run(screen.session, run.context.hunt):
        watch.see(run.hunt_id)


def show_title(screen: MainScreen) -> None:
    """Has the terminal's title tell how much is fresh, while a watch goes on."""
    if screen.session.watching is not None:
        cast(_Told, screen.app).show_fresh(screen.session.watching.news)


def seen(screen: MainScreen) -> None:
    """A place is shown: what is fresh there is seen."""
    watch = screen.session.watching
    if watch is None:
        return
    before = watch.news
    see(screen)
    if watch.news != before:
        show_title(screen)


async def stop_watching(screen: MainScreen) -> None:
    """Ends the watch that goes on; its rounds stay."""
    if screen.session.watching is None:
        screen.say("nothing is watched")
    else:
        await screen.session.watching.stop()


def pieces(screen: MainScreen) -> list[Piece]:
    """For the header: what is watched, how often, when the next round begins, and how much is fresh."""
    from tui.triage.watch import watch_words

    watch = screen.session.watching
    if watch is None:
        return []
    fresh = f"{watch.news:,} fresh" if watch.news else "watching"
    return [Piece(watch_words(watch), short=fresh, role="key", rank=6)]


async def stop(screen: MainScreen) -> None:
    """Ends the watch that goes on, so that the session is saved as it is then."""
    if screen.session.watching is not None:
        await screen.session.watching.stop()
