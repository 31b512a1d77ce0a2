"""Moving among rows: to a number or a time, to the next row with another value; times counted from a row."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.places import Place

_ROW = re.compile(r"([+-]?)(\d[\d,]{0,14})\Z")
_PERCENT = re.compile(r"(\d{1,3})\s*%\Z")


async def next_change(screen: MainScreen) -> None:
    """The next row in which the column has another value than here."""
    await _change(screen, forward=True)


async def previous_change(screen: MainScreen) -> None:
    """The row before in which the column has another value than here."""
    await _change(screen, forward=False)


async def _change(screen: MainScreen, forward: bool) -> None:
    from tui.workspaces.threads import in_thread

    place, name = screen.trail.current, screen.pane.column
    if place is None or place.prepared is None or not name:
        return
    held, row = place.prepared, screen.pane.row
    found = await in_thread(lambda: held.find_change(name, row, forward))
    if found is not None:
        screen.pane.go(found)
    else:
        screen.say(f"{name} stays the same {'to the end' if forward else 'from the beginning'}")


def ask_row(screen: MainScreen) -> None:
    """Asks for a row's number or a time, and goes there."""
    from tui.screens.prompt import PromptScreen

    place = screen.trail.current
    if place is None or place.prepared is None:
        return
    count = place.prepared.count

    def check(words: str) -> str:
        try:
            _target(screen, place, words)
        except ValueError as error:
            return str(error)
        return ""

    def given(words: str | None) -> None:
        if words is not None and place is screen.trail.current:
            screen.attempt(lambda: go_to(screen, words))

    name = time_column(screen, place)
    times = f", or a time of {name}: 2026-11-21 03:00Z, 03:00Z, 2h ago" if name else ""
    detail = f"A row from 1 to {count:,}, +100 or -100 from here, 50%{times}."
    screen.app.push_screen(PromptScreen("Go to row or time", detail, "", check), given)


async def go_to(screen: MainScreen, words: str) -> None:
    """Goes to the row `words` name; to the first one at or after a time. ValueError says what is expected."""
    from tui.triage.words import value_words
    from tui.workspaces.threads import in_thread

    place = screen.trail.current
    if place is None or place.prepared is None:
        return
    held, target = place.prepared, _target(screen, place, words)
    if isinstance(target, int):
        screen.pane.go(target)
        return
    name = time_column(screen, place)
    found = await in_thread(lambda: held.first_at(name, target))
    if found is None:
        screen.say(f"no row is as late as {value_words(target, screen.zone)}")
    else:
        screen.pane.go(found)


def _target(screen: MainScreen, place: Place, words: str) -> int | datetime:
    """A position from 0 within the rows, or a time; ValueError says what is expected."""
    from tui.library.times import read_moment

    count = place.prepared.count if place.prepared is not None else 0
    cleaned = words.strip()
    if match := _ROW.match(cleaned):
        number = int(match[2].replace(",", ""))
        wanted = number - 1 if not match[1] else screen.pane.row + (number if match[1] == "+" else -number)
        return max(0, min(wanted, count - 1))
    if match := _PERCENT.match(cleaned):
        return max(0, min(count * int(match[1]) // 100, count - 1))
    if not cleaned:
        raise ValueError("type a row's number or a time")
    if not time_column(screen, place):
        raise ValueError("no column here holds times: type a row's number")
    whole = screen.session.whole
    return read_moment(cleaned, whole.end if whole is not None else screen.now())


def time_column(screen: MainScreen, place: Place) -> str:
    """The column under the cursor if it holds times, else the first shown that does, else nothing."""
    kinds = {info.name: info.kql_type for info in place.prepared.columns} if place.prepared is not None else {}
    if kinds.get(screen.pane.column) == "datetime":
        return screen.pane.column
    return next((name for name in screen.pane.columns if kinds.get(name) == "datetime"), "")


def turn_relative(screen: MainScreen) -> None:
    """Times as spans from the time of this row; from the same row again, times as they are."""
    from tui.screens.actions.showing import show_place

    place = screen.trail.current
    if place is None or place.prepared is None:
        return
    moment = screen.pane.values.get(time_column(screen, place))
    if not isinstance(moment, datetime):
        if place.reference is None:
            screen.say("this row has no time to count from")
            return
        moment = None
    place.reference = None if moment == place.reference else moment
    show_place(screen)
