"""Going to a line in sight by its letters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.screens.actions import panes

if TYPE_CHECKING:
    from tui.screens.jump import Target
    from tui.screens.main import MainScreen

Goal = tuple["Target", Callable[[], None]]


def jump(screen: MainScreen) -> None:
    """Shows letters on the lines of both panes; the line that is chosen has the cursor and its pane the keys."""
    from tui.screens.jump import JumpScreen

    goals = [*_hunts(screen), *_rows(screen)] if screen.in_tree else [*_rows(screen), *_hunts(screen)]

    def chosen(index: int | None) -> None:
        if index is not None:
            goals[index][1]()

    if goals:
        screen.app.push_screen(JumpScreen([target for target, _ in goals]), chosen)


def _hunts(screen: MainScreen) -> list[Goal]:
    from tui.screens.jump import Target

    tree = screen.hunt_tree
    if not tree.region:
        return []

    def go(place: int) -> None:
        panes.go_to(screen, result=False)
        tree.go_to(place)

    shown = tree.in_sight
    return [(Target(tree.region.x, tree.region.y + place - shown.start), partial(go, place)) for place in shown]


def _rows(screen: MainScreen) -> list[Goal]:
    from tui.screens.jump import Target

    if not screen.ready or not screen.pane.has_rows or not screen.pane.table.region:
        return []
    table = screen.pane.table

    def go(row: int) -> None:
        panes.go_to(screen, result=True)
        screen.pane.go(row)

    region = table.region
    return [(Target(region.x, region.y + line), partial(go, row)) for row, line in table.in_sight.items()]
