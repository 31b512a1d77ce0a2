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
    _show(screen, result)
    (screen.pane.keeper if result else screen.hunt_tree).focus()


def zoom(screen: MainScreen) -> None:
    """One pane has all the room, or both share it again."""
    screen.toggle_class("-zoomed")
    arrange(screen)


def arrange(screen: MainScreen) -> None:
    """Shows one pane or two, by the room there is."""
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
