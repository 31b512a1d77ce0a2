"""Reading a session that another program writes, such as `huntdeck watch`: what it adds is shown as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.triage.records.followed import Renewed

_EVERY = 2.0
"""Seconds from one look at the file to the next."""


def follow(screen: MainScreen) -> None:
    """Follows the session that is open when another program has it; until another one is opened, or it is let go."""
    folder, session = screen.keeper.folder, screen.session
    if folder is None or folder.lock is not None or not folder.held:
        return
    from tui.triage.records.documents import DocumentError
    from tui.triage.records.followed import Followed

    followed = Followed(session, folder, screen.keeper.digests)
    busy = False

    async def look() -> None:
        nonlocal busy
        busy = True
        try:
            renewed = await followed.renew()
        except (OSError, DocumentError):
            return  # it is being written, or gone: the next look tells
        finally:
            busy = False
        if screen.session is session and screen.ready:
            _show(screen, renewed)
            if renewed.free:
                timer.stop()

    def tick() -> None:
        if screen.session is not session or not screen.ready:
            timer.stop()
        elif not busy:
            screen.run_worker(look(), group="attached", description="attached")

    timer = screen.set_interval(_EVERY, tick)


def _show(screen: MainScreen, renewed: Renewed) -> None:
    words = [f"{run.hunt_id}: {run.fresh.count:,} fresh in run {run.number}" for run in renewed.fresh if run.fresh]
    if renewed.runs or renewed.fresh:
        screen.refresh_words()
    if renewed.free:
        words.append("nobody writes this session any more: S opens it for writing")
    if words:
        screen.say("; ".join(words))
