"""The two panes: which has the keys, how much room each has, and the zone of the times in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.content import Content

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

NARROW = 100
"""Below so many columns there is room for one pane."""

HIGH = 36
"""Rows from which on there are words about a hunt below the tree."""


def brief(screen: MainScreen) -> None:
    """Says below the tree what the hunt under its cursor looks for, what it counts and where."""
    from tui.terminal.safe_text import safe
    from tui.widgets.words import Words

    hunt = screen.session.catalogue.hunts.get(screen.hunt_tree.hunt) if screen.ready else None
    parts: list[str | tuple[str, str]] = []
    if hunt is not None:
        tables = dict.fromkeys(leg.table for leg in hunt.legs.values() if leg.table)
        parts = [
            (safe(f"{hunt.id} {hunt.title}", 200), "bold $foreground"),
            f"\n{safe(' '.join(hunt.purpose.split()), 400)}",
            f"\n\nlooks in {safe(', '.join(tables), 300)}",
        ]
    screen.query_one("#brief", Words).say(Content.assemble(*parts))


def switch(screen: MainScreen) -> None:
    """The keys go to the other pane."""
    if screen.ready:
        go_to(screen, result=screen.in_tree)


def go_to(screen: MainScreen, result: bool) -> None:
    """The keys go to the result or to the tree; it is shown first where there is room for one only."""
    _show(screen, result)
    (screen.pane.keeper if result else screen.hunt_tree).focus()


def zoom(screen: MainScreen) -> None:
    """One pane has all the room, or both share it again."""
    screen.toggle_class("-zoomed")
    arrange(screen)


def arrange(screen: MainScreen) -> None:
    """Shows one pane or two, by the room there is, and words about the hunt below the tree where there is enough."""
    screen.set_class(screen.app.size.height >= HIGH, "-high")
    _show(screen, result=not screen.in_tree)


def _show(screen: MainScreen, result: bool) -> None:
    # The classes change only where they count: each change has Textual look at all styles and draw both panes.
    one = screen.has_class("-zoomed") or screen.app.size.width < NARROW
    screen.set_class(one and result, "-only-result")
    screen.set_class(one and not result, "-only-tree")


def turn_zone(screen: MainScreen) -> None:
    """Times in UTC, or in the zone of this machine."""
    screen.zone = (datetime.now().astimezone().tzinfo or UTC) if screen.zone is UTC else UTC
    screen.pane.show_times_in(screen.zone)
    screen.refresh_words()
