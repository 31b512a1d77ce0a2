"""Rows over time above a list: shown and hidden by one key; a bin narrows the rows to its time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui.screens.actions.moving import time_column

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.places import Place
    from tui.widgets.time_bars import TimeBars


async def turn(screen: MainScreen) -> None:
    """Shows the bars and goes into them; from the bars, hides them."""
    place = screen.trail.current
    if place is None or place.prepared is None:
        return
    bars = _bars(screen)
    if place.histogram and bars is not None and (bars.has_focus or time_column(screen, place) != place.histogram):
        if bars.has_focus:
            place.histogram = ""
            screen.pane.keeper.focus()
            await renew(screen, place)
            return
        place.histogram = ""
    if not place.histogram:
        place.histogram = time_column(screen, place)
        if not place.histogram:
            screen.say("no column here holds times")
            return
    await renew(screen, place)
    bars = _bars(screen)
    if bars is not None:
        bars.focus()


def _bars(screen: MainScreen) -> TimeBars | None:
    from tui.widgets.time_bars import TimeBars

    return next(iter(screen.pane.query(TimeBars)), None)


async def renew(screen: MainScreen, place: Place) -> None:
    """Shows the bars of the rows that `place` shows now, or none where they are not asked for."""
    if not place.histogram:
        if screen.pane.has_class("-bars"):
            screen.pane.remove_class("-bars")
        return
    from tui.widgets.time_bars import TimeBars
    from tui.workspaces.threads import in_thread

    bars = _bars(screen)
    if bars is None:
        bars = TimeBars(lambda moment: _words(moment, screen), id="bars")
        await screen.pane.mount(bars, before="#rows")
    stored, name, view = place.step.run.rows, place.histogram, place.step.view
    if stored is None:
        return
    room = max(1, screen.pane.table.size.width)
    found = await in_thread(lambda: stored.time_bins(name, room, view), stored.interrupt)
    if place is screen.trail.current and place.histogram:
        screen.pane.add_class("-bars")
        bars.show(name, found)


async def renew_here(screen: MainScreen) -> None:
    """Shows the bars of the rows that are shown now anew."""
    if screen.trail.current is not None:
        await renew(screen, screen.trail.current)


def _words(moment: datetime, screen: MainScreen) -> str:
    local = moment.astimezone(screen.zone)
    if local.microsecond:
        return f"{local:%m-%d %H:%M:%S.%f}"
    return f"{local:%m-%d %H:%M:%S}" if local.second else f"{local:%m-%d %H:%M}"


async def narrow(screen: MainScreen, start: datetime, end: datetime) -> None:
    """Narrows the rows to those with a time from `start` to before `end`."""
    from tui.results.view import Filter
    from tui.screens.actions.filtering import add_filters

    place = screen.trail.current
    if place is not None and place.histogram:
        screen.pane.keeper.focus()
        name = place.histogram
        await add_filters(screen, (Filter(name, ">=", start), Filter(name, "<", end)))
