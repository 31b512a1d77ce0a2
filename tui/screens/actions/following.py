"""Following runs: what the screen says and shows when one begins, gets on or ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.actions import looking, sweeping
from tui.screens.actions.showing import show_place

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.screens.main import MainScreen
    from tui.triage.runs import Run

_TICK = 1.0


class Follower:
    """Follows the runs of a screen's session, once a second while any goes on; idle otherwise."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._ticks: Timer | None = None

    def changed(self, run: Run) -> None:
        """A run began, got on or ended."""
        screen = self._screen
        if not screen.ready or not screen.is_attached:
            return
        if run.outcome is not None:
            screen.keeper.touch()
        place = screen.trail.current
        ended, here = run.outcome is not None, place is not None and run is place.step.run
        if here and (ended or not screen.pane.has_rows):
            show_place(screen)
        if ended or not run.received:
            screen.refresh_words()
        swept = sweeping.is_of_sweep(screen.session, run)
        if ended and run.took is not None and not (swept or run.watched):
            looking.tell_of_end(screen, run.took)
        if ended and not here and run.origin is None and not (swept or run.watched) and screen.app.screen is screen:
            from tui.triage.words import end_words

            screen.say(end_words(run), warning=run.failed)
        if self._ticks is None:
            self._ticks = screen.set_interval(_TICK, self._tick)

    def _tick(self) -> None:
        """How long runs go on and how many rows came; new rows of the one that is shown."""
        screen = self._screen
        place = screen.trail.current
        if place is not None and place.step.run.outcome is None and not (place.ready and screen.pane.has_rows):
            show_place(screen)
        screen.refresh_words()
        if not screen.session.active() and self._ticks is not None:
            self._ticks.stop()
            self._ticks = None
