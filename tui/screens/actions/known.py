"""A file of known indicators against the rows that are shown, or against all runs of the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tui.screens.main import MainScreen
    from tui.screens.places import Place
    from tui.triage.known import Known, Match
    from tui.triage.session_entities import Entity

_DETAIL = "one a line, or a CSV with a column such as indicator; # begins a comment; defanged ones are read, too"


def match_here(screen: MainScreen) -> None:
    """Asks for the file, and shows only the rows that hold one of its indicators."""
    place = screen.trail.current
    if place is not None:
        _ask(screen, lambda path: _match_here(screen, place, path))


def match_all(screen: MainScreen) -> None:
    """Asks for the file, and lists the indicators that the runs of the session hold."""
    _ask(screen, lambda path: _match_all(screen, path))


def _ask(screen: MainScreen, work: Callable[[Path], Coroutine[None, None, None]]) -> None:
    from tui.screens.prompt import PromptScreen

    def check(text: str) -> str:
        if not text.strip():
            return "the name of a file"
        return "" if _path(text).is_file() else "there is no such file"

    def given(text: str | None) -> None:
        if text is not None:
            screen.say("looking for the indicators")
            screen.turns.beside(lambda: work(_path(text)), "known", exclusive=True)

    screen.app.push_screen(PromptScreen("Match a file of indicators", _DETAIL, "", check), given)


def _path(text: str) -> Path:
    path = Path(text.strip())
    try:
        return path.expanduser()
    except RuntimeError:
        return path


async def _match_here(screen: MainScreen, place: Place, path: Path) -> None:
    from tui.screens.actions.marking import choose
    from tui.triage.known import match_rows, match_words, read_known
    from tui.workspaces.threads import in_thread

    run = place.step.run
    rows = run.rows
    if rows is None:
        return

    def work() -> tuple[Known, list[Match], bool]:
        known = read_known(path)
        return known, *match_rows(known, run.number, rows)

    known, found, whole = await in_thread(work, rows.interrupt)
    numbers = tuple(sorted({row for one in found for row in one.rows}))
    if place is not screen.trail.current:
        return
    if numbers:
        await choose(screen, place, numbers, f"rows with an indicator of {path.name}")
    screen.say(f"{match_words(found, known)}{'' if whole else ', and more'}{_skipped_words(known)}", warning=not whole)


async def _match_all(screen: MainScreen, path: Path) -> None:
    from tui.screens.actions.entities import rows_of_runs, show_list
    from tui.triage.known import match_rows, read_known
    from tui.workspaces.threads import in_thread

    known = await in_thread(lambda: read_known(path))
    held, note = await rows_of_runs(screen)
    found: list[Match] = []
    for number, rows in held:
        matches, whole = await in_thread(partial(match_rows, known, number, rows), rows.interrupt)
        found += matches
        note += "" if whole else f"; run {number} holds more than are listed"
    show_list(screen, f"Known indicators of {path.name}", _entities(found), note + _skipped_words(known))


def _entities(found: Sequence[Match]) -> list[Entity]:
    """The indicators that were found, those in most rows first."""
    from tui.triage.session_entities import Entity, Seen

    by_indicator: dict[object, Entity] = {}
    for one in found:
        entity = by_indicator.setdefault(one.indicator, Entity(one.indicator))
        entity.seen.append(Seen(one.run, one.column, len(one.rows), one.rows, one.below))
    return sorted(by_indicator.values(), key=lambda entity: -entity.rows)


def _skipped_words(known: Known) -> str:
    return f"; {len(known.skipped):,} lines hold none: {known.skipped[0]}" if known.skipped else ""
