"""Sessions: come back to one, leave one, change to another, name it, save it elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.screens.places import Place

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.opening import Opened


def come_back(screen: MainScreen, opened: Opened) -> None:
    """Shows a resumed session where it was left, and says what was found amiss."""
    from tui.triage.runs import Step

    runs = {run.number: run for run in screen.session.runs}
    places = [Place(Step(runs[step.run], step.view, step.row, step.column)) for step in opened.trail]
    if places:
        screen.come_back(places)
    if opened.words:
        screen.say("; ".join(opened.words), warning=True)


def leave(screen: MainScreen, close: Callable[[], None]) -> None:
    """Does `close`, which ends or changes the session; asks first when something would be lost."""
    if not screen.ready:
        close()
        return
    screen.remember()
    active, keeper = screen.session.active(), screen.keeper
    reasons = []
    if active:
        reasons.append(f"{len(active)} run{'s' * (len(active) != 1)} would be stopped.")
    if keeper.trouble and keeper.dirty:
        reasons.append(f"What was done since is not saved: {keeper.trouble}.")
    if not reasons:
        close()
        return
    from tui.screens.ask import AskScreen

    question = AskScreen("Leave this session?", " ".join(reasons), "Leave", "Stay")
    screen.app.push_screen(question, lambda yes: close() if yes else None)
