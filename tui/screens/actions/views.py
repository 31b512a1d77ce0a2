"""Named views of a hunt: columns, order and filters kept under a name, and shown again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.screens.actions.columns import save as save_looks
from tui.screens.actions.showing import look

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.places import Place
    from tui.triage.column_choices import SavedView

_LONGEST_NAME = 60


def save_view(screen: MainScreen) -> None:
    """Asks for a name, and keeps how the list is looked at under it."""
    from tui.screens.prompt import PromptScreen

    place = screen.trail.current
    if place is None or place.derived:
        screen.say("this counts rows that are here: go back (Backspace) to save a view of them" if place else "")
        return
    hunt = place.step.run.hunt_id
    known = [view.name for view in screen.looks.views(hunt)]
    detail = "Columns, order and filters are kept; v shows them again." + (
        f" Kept: {', '.join(known)}" if known else ""
    )

    def check(name: str) -> str:
        if not name.strip():
            return "a name, please"
        return f"at most {_LONGEST_NAME} characters" if len(name.strip()) > _LONGEST_NAME else ""

    def given(name: str | None) -> None:
        if name is not None and place is screen.trail.current:
            _keep(screen, place, name.strip())

    held = place.saved.name if place.saved is not None else ""
    screen.app.push_screen(PromptScreen(f"Save this view of {hunt}", detail, held, check), given)


def _keep(screen: MainScreen, place: Place, name: str) -> None:
    from tui.results.view import RowView
    from tui.screens.column_looks import list_of, whole_choices
    from tui.triage.column_choices import SavedView

    run, view = place.step.run, place.step.view
    columns = whole_choices(screen.pane.arranged, screen.pane.choices, list(place.single))
    place.saved = SavedView(run.hunt_id, list_of(run), name, columns, RowView(sort=view.sort, filters=view.filters))
    screen.looks.keep(place.saved)
    screen.pane.show_columns()
    screen.run_worker(save_looks(screen), group="columns", description="columns")
    screen.say(f"view {name} is kept: v shows it again")


def saved_views(screen: MainScreen, hunt: str, names: list[str]) -> list[SavedView]:
    """The named views of `hunt` that can be shown from here: of the list that is shown, or of a view in `names`."""
    from tui.screens.column_looks import list_of

    place = screen.trail.current
    here = list_of(place.step.run) if place is not None and not place.derived else ""
    return [view for view in screen.looks.views(hunt) if view.of in (here, *names)]


def view_words(view: SavedView) -> str:
    """What a named view is, in words: `devices, 2 filters, by Timestamp`."""
    filters = len(view.view.filters)
    parts = [view.of, *([f"{filters} filters" if filters > 1 else "1 filter"] if filters else [])]
    parts += [f"by {', '.join(name for name, _ in view.view.sort)}"] if view.view.sort else []
    return "kept: " + ", ".join(parts)


async def show_view(screen: MainScreen, view: SavedView) -> None:
    """Looks at the rows of the current place as `view` does, once they are there; what they do not have is said."""
    place = screen.trail.current
    if place is None:
        return
    run = place.step.run
    place.saved, place.single = view, {}
    if run.task is not None:
        await asyncio.shield(run.task)
    if place is not screen.trail.current or run.rows is None:
        return
    names = {info.name for info in run.rows.columns}
    wanted = [*(one.column for one in view.view.filters), *(name for name, _ in view.view.sort)]
    missing = [name for name in dict.fromkeys(wanted) if name not in names]
    filters = tuple(one for one in view.view.filters if one.column in names)
    sort = tuple(one for one in view.view.sort if one[0] in names)
    await look(screen, replace(place.step.view, filters=filters, sort=sort))
    screen.pane.show_columns()
    if missing:
        screen.say(f"view {view.name}: these rows have no {', '.join(missing)}", warning=True)


async def leave_view(screen: MainScreen) -> None:
    """Goes on with the columns of all rows of this kind, and without the view's order and filters."""
    place = screen.trail.current
    if place is None or place.saved is None:
        screen.say("no named view is shown: v lists them")
        return
    left = place.saved.view
    place.saved = None
    view = place.step.view
    filters = tuple(one for one in view.filters if one not in left.filters)
    await look(screen, replace(view, filters=filters, sort=() if view.sort == left.sort else view.sort))
    screen.pane.show_columns()


def forget_view(screen: MainScreen) -> None:
    """A list of the hunt's named views; the one picked is kept no longer."""
    from tui.screens.choose import ChooseScreen

    place = screen.trail.current
    hunt = place.step.run.context.hunt if place is not None else screen.hunt_in_hand
    views = screen.looks.views(hunt.id) if hunt is not None else []
    if not views:
        screen.say("no view is kept of this hunt")
        return

    def chosen(index: int | None) -> None:
        if index is not None:
            screen.looks.drop(views[index])
            screen.run_worker(save_looks(screen), group="columns", description="columns")
            screen.say(f"view {views[index].name} is kept no longer")

    screen.app.push_screen(ChooseScreen("Keep no longer", [(view.name, view_words(view)) for view in views]), chosen)
