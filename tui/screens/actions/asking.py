"""Dialogs of the main screen: window, scope, KQL, details, coverage, runs, commands, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.actions.hunting import open_hunt, open_whole
from tui.screens.actions.showing import show_row

if TYPE_CHECKING:
    from tui.library.model import Hunt
    from tui.screens.main import MainScreen
    from tui.triage.queries.context import Scope
    from tui.triage.runs import Run
    from tui.workspaces.protocol import Window


def ask_window(screen: MainScreen) -> None:
    """Another window for the session."""
    from tui.screens.window import WindowScreen

    def given(window: Window | None) -> None:
        if window is not None and window != screen.session.window:
            screen.session.window = window
            screen.keeper.touch()
            screen.refresh_words()
            screen.say("window set: e, then F5, runs a hunt in it; what is shown keeps its own")

    session = screen.session
    screen.app.push_screen(WindowScreen(session.window, session.whole, session.dialect.tells_late_rows), given)


def ask_scope(screen: MainScreen) -> None:
    """Another scope for the session."""
    from tui.screens.scope import ScopeScreen

    def given(scope: Scope | None) -> None:
        if scope is not None and scope != screen.session.scope:
            screen.session.scope = scope
            screen.keeper.touch()
            screen.refresh_words()
            screen.say("scope set: e, then F5, runs a hunt in it; what is shown keeps its own")

    screen.app.push_screen(ScopeScreen(screen.session.scope), given)


def show_kql(screen: MainScreen) -> None:
    """The KQL of the run that is shown, as it was sent."""
    from tui.screens.kql import KqlScreen

    place = screen.trail.current
    if place is None:
        screen.say("nothing was run yet: e shows the KQL of a hunt beside its form")
        return
    run = place.step.run
    screen.app.push_screen(KqlScreen(f"KQL of {run.query.title}, as run in {run.workspace}", run.query.kql))


async def detail(screen: MainScreen) -> None:
    """Everything about the row, or about the hunt where the tree has the focus."""
    if screen.in_tree:
        about(screen)
        return
    cell = screen.cell()
    place = screen.trail.current
    if cell is None or place is None:
        return
    if cell.run.query.view == "timeline":
        open_whole(screen, cell)
    else:
        await show_row(screen, cell)


def about(screen: MainScreen) -> None:
    """What the hunt in hand looks for, how to read it, and what it cannot see."""
    from tui.screens.event import EventScreen

    hunt = screen.hunt_in_hand
    if hunt is not None:
        screen.app.push_screen(EventScreen(f"{hunt.id} {hunt.title}", hunt_fields(hunt), 0, 1))


def hunt_fields(hunt: Hunt) -> list[tuple[str, object]]:
    """The guidance of a hunt by heading."""
    from tui.library.attack import technique_name

    return [
        ("Purpose", hunt.purpose),
        ("Techniques", "\n".join(f"{technique} {technique_name(technique)}" for technique in hunt.techniques)),
        ("Triage", hunt.triage.strip()),
        ("False positives", "\n".join(hunt.false_positives)),
        ("Cannot see", hunt.cannot_see),
        ("Requires", "\n".join(hunt.requires)),
        (
            "Legs",
            "\n".join(
                f"{leg.name}: {leg.table or 'part of ' + leg.of}, counted in {leg.count}" for leg in hunt.legs.values()
            ),
        ),
        ("File", str(hunt.path or "")),
    ]


def show_coverage(screen: MainScreen) -> None:
    """What the workspace holds."""
    from tui.screens.coverage import CoverageScreen

    screen.app.push_screen(CoverageScreen(screen.session))


def show_runs(screen: MainScreen) -> None:
    """All runs of the session; the one chosen is shown, on the trail where it is part of it."""
    from tui.screens.runs import RunsScreen

    def chosen(run: Run | None) -> None:
        screen.refresh_words()
        if run is None:
            return
        steps = [place.step.run for place in screen.trail.places]
        if run not in steps:
            screen.show_root(run)
            return
        for _ in steps[steps.index(run) + 1 :]:
            screen.back()

    screen.app.push_screen(RunsScreen(screen.session), chosen)


def show_help(screen: MainScreen) -> None:
    """Where the analyst is, the keys that work here, and the triage hints of the hunt in hand."""
    from tui.screens.help import HelpScreen

    place = "the tree of hunts" if screen.in_tree else "the result"
    screen.app.push_screen(HelpScreen(place, screen.active_bindings, _hints(screen)))


def _hints(screen: MainScreen) -> list[tuple[str, str]]:
    """Where the analyst is, and how to read what the hunt in hand finds."""
    from tui.triage.words import opens_words, run_words, trail_words

    hunt, cell, place = screen.hunt_in_hand, screen.cell(), screen.trail.current
    here: list[str] = []
    if place is not None:
        here += [trail_words(screen.session.trail), run_words(place.step.run)]
    if cell is not None and not screen.in_tree:
        here.append(f"{cell.column} in row {screen.pane.row + 1:,}: {opens_words(cell) or 'opens nothing'}")
    hints = [("Where you are", "\n".join(here))]
    if not screen.in_tree and screen.pane.has_rows:
        from tui.widgets.table_cells import LEGEND

        hints.append(("Signs in the table", LEGEND))
    if hunt is not None:
        hints += [
            (f"{hunt.id} {hunt.title}", hunt.purpose),
            ("Triage", hunt.triage),
            ("Usual benign causes", "\n".join(hunt.false_positives)),
            ("What it cannot see", hunt.cannot_see),
        ]
    return hints


def commands(screen: MainScreen) -> None:
    """A list of everything that can be done here, and of all hunts."""
    from tui.screens.acts import ACTS
    from tui.screens.choose import ChooseScreen

    acts = [act for act in ACTS if screen.can(act)]
    hunts = [*screen.session.catalogue.listed, *screen.session.catalogue.pivots]
    options = [(act.words, act.shown_keys(screen.start.keymap)) for act in acts] + [
        (f"{hunt.id} {hunt.title}", hunt.purpose) for hunt in hunts
    ]

    def chosen(index: int | None) -> None:
        if index is None:
            return
        if index < len(acts):
            screen.do(acts[index])
        else:
            hunt = hunts[index - len(acts)]
            screen.hunt_tree.select(hunt.id)
            screen.attempt(lambda: open_hunt(screen, hunt))

    screen.app.push_screen(ChooseScreen("Commands and hunts", options), chosen)
