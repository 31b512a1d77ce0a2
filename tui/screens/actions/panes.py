"""The two panes: which has the keys, how much room each has, and the zone of the times in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

NARROW = 100
"""Below so many columns there is room for one pane."""


def switch(screen: MainScreen) -> None:
    """The keys go to the other pane."""
    if screen.ready:
        go_to(screen, result=screen.in_tree)


def go_to(screen: MainScreen, result: bool) -> None:
    """The keys go to the result or to the tree; it is shown first where there is room for one only."""
    screen.set_class(not result, "-in-tree")
    screen.set_class(result, "-in-result")
    (screen.pane if result else screen.hunt_tree).focus()


def zoom(screen: MainScreen) -> None:
    """One pane has all the room, or both share it again."""
    screen.toggle_class("-zoomed")
    arrange(screen)


def arrange(screen: MainScreen) -> None:
    """Shows one pane or two, by the room there is."""
    screen.set_class(screen.has_class("-zoomed") or screen.app.size.width < NARROW, "-one")
    screen.set_class(screen.in_tree, "-in-tree")
    screen.set_class(not screen.in_tree, "-in-result")


def turn_zone(screen: MainScreen) -> None:
    """Times in UTC, or in the zone of this machine."""
    screen.zone = (datetime.now().astimezone().tzinfo or UTC) if screen.zone is UTC else UTC
    screen.pane.show_times_in(screen.zone)
    screen.refresh_words()
