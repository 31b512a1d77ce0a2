"""Opening a piece of work on the main screen, changing to another one, and closing it."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from tui.screens.actions import columns, consenting, panes, signing, sweeping, watching
from tui.screens.actions.following import Follower
from tui.screens.header import opening_pieces
from tui.screens.opening import open_session
from tui.widgets.line import Line

if TYPE_CHECKING:
    from tui.screens.main import MainScreen


def show_opening(screen: MainScreen) -> None:
    """The frame, before there is anything to show."""
    screen.query_one("#header", Line).show(opening_pieces(screen.start.workspace))
    screen.hunt_tree.show((), message="reading the hunts")


async def open_work(screen: MainScreen) -> None:
    """Opens what the screen's `start` asks for; says in place of rows why it cannot be opened."""
    follower = Follower(screen)
    try:
        opened = await open_session(screen.start, follower.changed, screen.saved, partial(signing.show_code, screen))
    except (OSError, LookupError, ValueError) as error:
        words = ["The workspace cannot be opened.", str(error), "W opens it again, or another one. Ctrl+Q leaves."]
        screen.pane.show_words(words)
        screen.query_one("#header", Line).show(opening_pieces(screen.start.workspace, "not open"))
        screen.refused = True
        panes.go_to(screen, result=True)
        return
    screen.refused = False
    if opened.session.workspace.banner == "LIVE":
        opened.session.consent = consenting.consent_on(screen, screen.start.live)
    await screen.take_up(opened)
    signing.sign_in_beside(screen)


async def change_work(screen: MainScreen) -> None:
    """Closes the session that is open, if one is, and opens what `start` asks for."""
    was_ready, screen.ready, screen.refused = screen.ready, False, False
    for group in ("display", "load"):
        screen.workers.cancel_group(screen, group)
    screen.pane.show_chips([])
    screen.pane.show_words(["opening the session"])
    screen.query_one("#trail", Line).show([])
    show_opening(screen)
    panes.go_to(screen, result=False)
    if was_ready:
        await close_work(screen)
    await open_work(screen)


async def close_work(screen: MainScreen) -> None:
    """Saves the session, and lets go of runs, rows and workspace."""
    with contextlib.suppress(Exception):
        await columns.write(screen.looks)
    with contextlib.suppress(Exception):
        await sweeping.stop(screen)
    with contextlib.suppress(Exception):
        await watching.stop(screen)
    with contextlib.suppress(Exception):
        await screen.keeper.close()
    # A workspace may refuse to close while a query is still being stopped; the rows' file must go all the same.
    with contextlib.suppress(Exception):
        await screen.session.close()
    screen.session.store.close()
