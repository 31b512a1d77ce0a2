"""Filters that are typed, and the list of what is filtered, sorted and searched, to take back one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from tui.screens.actions.showing import look

if TYPE_CHECKING:
    from tui.results.view import Filter, RowView
    from tui.screens.main import MainScreen
    from tui.screens.places import Place

Item = TypeVar("Item")


def ask_filter(screen: MainScreen) -> None:
    """Asks for a filter on the column under the cursor."""
    from tui.results.typed import examples, read_filters
    from tui.screens.filter import FilterScreen

    place, name = screen.trail.current, screen.pane.column
    if place is None or place.prepared is None or place.step.run.rows is None or not name:
        return
    column = next(info for info in place.prepared.columns if info.name == name)
    whole = screen.session.whole
    now = whole.end if whole is not None else screen.now()

    async def count(filters: tuple[Filter, ...]) -> int:
        return await _count(place, filters)

    def given(filters: tuple[Filter, ...] | None) -> None:
        if filters is not None and place is screen.trail.current:
            screen.attempt(lambda: add_filters(screen, filters))

    dialog = FilterScreen(
        name, examples(column), place.step.run.rows.count, lambda text: read_filters(text, column, now), count
    )
    screen.app.push_screen(dialog, given)


async def _count(place: Place, filters: tuple[Filter, ...]) -> int:
    """How many rows of `place` would be shown with `filters` added."""
    from tui.results.database import Running
    from tui.workspaces.threads import in_thread

    stored, view, running = place.step.run.rows, place.step.view, Running()
    if stored is None:
        return 0
    added = replace(view, filters=(*view.filters, *filters))
    return await in_thread(lambda: stored.matching(added, running), running.interrupt)


async def add_filters(screen: MainScreen, filters: tuple[Filter, ...]) -> None:
    """Filters the rows of the current place by `filters`, too."""
    place = screen.trail.current
    if place is None:
        return
    view = place.step.view
    new = tuple(one for one in filters if one not in view.filters)
    if new:
        await look(screen, replace(view, filters=(*view.filters, *new)))
    else:
        screen.say("the rows are filtered so already")


def show_chips(screen: MainScreen) -> None:
    """Lists what is filtered, chosen, sorted and searched; what is picked is taken back."""
    from tui.screens.choose import ChooseScreen

    place = screen.trail.current
    if place is None:
        return
    offers = _offers(place)
    if not offers:
        screen.say("nothing is filtered, sorted or searched here")
        return

    async def take_back(view: RowView) -> None:
        await look(screen, view)
        if place is screen.trail.current and _offers(place):
            show_chips(screen)

    def picked(index: int | None) -> None:
        if index is not None and place is screen.trail.current:
            screen.attempt(lambda: take_back(offers[index][1]))

    title = "Filters and order of the rows fetched: Enter takes one back"
    screen.app.push_screen(ChooseScreen(title, [(words, "") for words, _ in offers]), picked)


def _offers(place: Place) -> list[tuple[str, RowView]]:
    """Each thing that can be taken back in words, and the view without it."""
    from tui.results.view import RowView
    from tui.triage.words import chip_words

    view = place.step.view
    offers = [
        (chip_words(RowView(filters=(one,)))[0], replace(view, filters=_without(view.filters, index)))
        for index, one in enumerate(view.filters)
    ]
    if view.only is not None:
        offers.append((f"only {place.chosen}", replace(view, only=None)))
    offers += [
        (f"sorted by {name} {'down' if descending else 'up'}", replace(view, sort=_without(view.sort, index)))
        for index, (name, descending) in enumerate(view.sort)
    ]
    if view.search:
        offers.append((f"search {view.search}", replace(view, search="")))
    return offers


def _without(items: tuple[Item, ...], index: int) -> tuple[Item, ...]:
    return (*items[:index], *items[index + 1 :])
