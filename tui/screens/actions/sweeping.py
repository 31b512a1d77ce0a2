"""Sweeps: ticked hunts, or all of a node, run as one; begun, followed, stopped, gone on with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.screens.actions import looking
from tui.widgets.line import Piece

if TYPE_CHECKING:
    from tui.library.model import Hunt
    from tui.screens.main import MainScreen
    from tui.triage.runs import Run
    from tui.triage.session import Session
    from tui.triage.sweep import Sweep


def chosen(screen: MainScreen) -> tuple[list[Hunt], str]:
    """The hunts to sweep and what they are called: the ticked ones, else those of the node under the tree's cursor."""
    tree, hunts = screen.hunt_tree, screen.session.catalogue.hunts
    ticked = [hunts[hunt] for hunt in tree.ticked if hunt in hunts]
    if ticked:
        return ticked, ticked[0].title if len(ticked) == 1 else f"{len(ticked)} ticked hunts"
    if tree.hunt:
        return [], ""
    return [hunts[hunt] for hunt in tree.under if hunt in hunts], tree.label


def can_begin(screen: MainScreen) -> bool:
    """Whether something to sweep is ticked, or under the tree's cursor."""
    tree = screen.hunt_tree
    return screen.ready and screen.in_tree and bool(tree.ticked or (tree.under and not tree.hunt))


def begin(screen: MainScreen) -> None:
    """Runs what is chosen as a sweep, after an estimate; asks first when it is much."""
    from tui.triage.sweep import plan

    hunts, title = chosen(screen)
    if not _goes_on(screen):
        _estimate_first(screen, plan(screen.session, hunts, title))


def resume(screen: MainScreen) -> None:
    """Goes on with the last sweep that was cut off, or has hunts without an answer."""
    from tui.triage.sweep import last_unfinished

    if _goes_on(screen):
        return
    sweep = last_unfinished(screen.session)
    if sweep is None:
        screen.say("no sweep of this session was cut off, and none has hunts without an answer")
    else:
        _estimate_first(screen, sweep)


def _goes_on(screen: MainScreen) -> bool:
    """Whether a sweep goes on, which is said: there is one at a time."""
    sweeping = screen.session.sweeping
    if sweeping is not None:
        screen.say(f"sweep {sweeping.sweep.number} ({sweeping.sweep.title}) goes on: Ctrl+C on the tree stops it")
    return sweeping is not None


def _estimate_first(screen: MainScreen, sweep: Sweep) -> None:
    session = screen.session

    async def work() -> None:
        from tui.triage.sweep_estimate import estimate

        expected = await estimate(session, sweep)
        if screen.session is not session or not screen.ready:
            return
        if not expected.queries:
            why = "; ".join(f"{hunt}: {words}" for hunt, words in expected.not_run.items())
            screen.say(f"none of these hunts can begin: {why}", warning=True)
        elif expected.large:
            _ask(screen, sweep, expected.words)
        else:
            _go(screen, sweep, expected.words)

    screen.turns.beside(work, "sweep", exclusive=True)


def _ask(screen: MainScreen, sweep: Sweep, words: str) -> None:
    from tui.screens.ask import AskScreen
    from tui.triage.windows import show_window

    def answered(yes: bool | None) -> None:
        if yes:
            if screen.session.consent is not None:
                screen.session.consent.trust(sweep.window)
            screen.attempt(lambda: _go(screen, sweep, words))

    detail = [f"{words[:1].upper()}{words[1:]}.", f"Window {show_window(sweep.window)}."]
    screen.app.push_screen(AskScreen(f"Sweep {sweep.title}?", detail, "Run it", "No"), answered)


def _go(screen: MainScreen, sweep: Sweep, words: str) -> None:
    from tui.triage.sweep import Sweeping

    session, began = screen.session, time.monotonic()

    def told(hunt: str) -> None:
        if screen.session is session and screen.ready and screen.is_attached:
            _told(screen, sweep, hunt, time.monotonic() - began)

    Sweeping(session, sweep, told).begin()
    screen.hunt_tree.action_untick()
    screen.keeper.touch()
    screen.refresh_words()
    screen.say(f"sweep {sweep.number} ({sweep.title}) begins: {words}")


def _told(screen: MainScreen, sweep: Sweep, hunt: str, seconds: float) -> None:
    """A hunt of `sweep` began, ended or could not begin; without one, the sweep has ended, after `seconds`."""
    from tui.triage.sweep import Stage, end_words, stages

    screen.keeper.touch()
    screen.refresh_words()
    if not hunt:
        whole = all(stage is Stage.ANSWERED for stage in stages(screen.session, sweep).values())
        screen.say(end_words(screen.session, sweep), warning=not whole)
        looking.tell_of_end(screen, seconds)


def is_of_sweep(session: Session, run: Run) -> bool:
    """Whether `run` is one of the sweep that goes on."""
    return session.sweeping is not None and run.number in session.sweeping.sweep.runs.values()


def pieces(screen: MainScreen) -> list[Piece]:
    """For the header: how far the sweep is that goes on, and how many hunts are ticked."""
    from tui.triage.sweep import progress_words

    progress, ticked = progress_words(screen.session), len(screen.hunt_tree.ticked)
    short = progress.removeprefix("sweep ").replace(" of ", "/")
    found = [Piece(progress, short=short, role="key", rank=4)] if progress else []
    return [*found, *([Piece(f"{ticked} ticked", short=f"{ticked} x", role="key", rank=4)] if ticked else [])]


def offer_stop(screen: MainScreen) -> bool:
    """On the tree, offers to stop the sweep that goes on, or its run of the hunt under the cursor; whether one goes on."""
    sweeping = screen.session.sweeping
    if sweeping is None or not screen.in_tree:
        return False
    from tui.screens.choose import ChooseScreen
    from tui.triage.sweep import progress_words, runs_in

    run = runs_in(screen.session, sweeping.sweep).get(screen.hunt_tree.hunt)
    going = run if run is not None and run.outcome is None else None
    words = f"{progress_words(screen.session)} hunts through; the commands (:) go on with it later"
    options = [("Stop the sweep", words), ("Let it go on", "")]
    if going is not None:
        options.insert(1, (f"Stop {going.hunt_id} only", "the sweep goes on with the next hunt"))

    def picked(index: int | None) -> None:
        if index == 0:
            sweeping.stop()
        elif index == 1 and going is not None:
            screen.session.cancel(going)

    screen.app.push_screen(ChooseScreen("Stop what?", options), picked)
    return True


def cut_off_words(screen: MainScreen) -> list[str]:
    """What to say of a sweep that was cut off when its session is opened again."""
    from tui.triage.sweep import end_words, is_cut_off

    cut_off = [sweep for sweep in screen.session.sweeps if is_cut_off(screen.session, sweep)]
    return [f"{end_words(screen.session, sweep)}; the commands (:) go on with it" for sweep in cut_off[-1:]]


async def stop(screen: MainScreen) -> None:
    """Stops the sweep that goes on, so that the session is saved as it is then."""
    sweeping = screen.session.sweeping
    if sweeping is not None:
        sweeping.stop()
        await sweeping.wait()
        screen.keeper.touch()
