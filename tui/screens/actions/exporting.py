"""Exports: rows as a file with its manifest, written while the analyst goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.results.export import Format
    from tui.results.exported import Exported
    from tui.results.view import RowView
    from tui.screens.main import MainScreen
    from tui.screens.places import Place

GROUP = "export"
"""The group of the worker that writes."""

_FORMATS: tuple[tuple[Format, str, str], ...] = (
    ("csv", "CSV for spreadsheets", "no text becomes a formula, control characters are visible: for people"),
    ("csv-exact", "CSV exact", "every value unchanged: evidence, not to be opened in a spreadsheet or shown raw"),
    ("jsonl", "JSON lines", "every value unchanged, one object a line, harmless in a terminal"),
    ("parquet", "Parquet", "every value unchanged with its type, small"),
    ("markdown", "Markdown", "a table for a ticket or a wiki, nothing in it acts"),
)
_EACH = 0.5
"""Seconds between two words about how far it is."""


def ask_export(screen: MainScreen) -> None:
    """Asks for rows, format and file, and writes it."""
    from tui.screens.choose import ChooseScreen

    place = screen.trail.current
    if place is None or place.step.run.rows is None or place.prepared is None:
        screen.say("there are no rows to export")
        return
    if is_going_on(screen):
        screen.say("an export is being written: Ctrl+C stops it", warning=True)
        return
    stored, shown = place.step.run.rows.count, place.prepared.count
    columns = len(screen.pane.columns)
    whole = len(place.prepared.columns)
    offers: list[tuple[str, str, bool, bool]] = [
        (f"{_rows(shown)} as shown, all {whole} columns", "filters and order as on the screen", True, False),
        (
            f"{_rows(shown)} as shown, {columns} columns shown",
            "filters, order and columns as on the screen",
            True,
            True,
        ),
        (f"all {_rows(stored)} of the run, all {whole} columns", "as they came, without filters", False, False),
    ]

    def rows_chosen(index: int | None) -> None:
        if index is not None:
            _, _, as_shown, narrow = offers[index]
            _ask_format(screen, place, place.step.view if as_shown else None, screen.pane.columns if narrow else None)

    title = f"Export {place.step.run.query.title}: which rows?"
    screen.app.push_screen(ChooseScreen(title, [(label, words) for label, words, *_ in offers]), rows_chosen)


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _ask_format(screen: MainScreen, place: Place, view: RowView | None, columns: Sequence[str] | None) -> None:
    from tui.screens.choose import ChooseScreen

    def chosen(index: int | None) -> None:
        if index is not None:
            _ask_target(screen, place, view, columns, _FORMATS[index][0])

    offers = [(name, words) for _, name, words in _FORMATS]
    screen.app.push_screen(ChooseScreen("Export: in which format?", offers), chosen)


def _ask_target(
    screen: MainScreen, place: Place, view: RowView | None, columns: Sequence[str] | None, form: Format
) -> None:
    from tui.results.exported import ENDINGS
    from tui.screens.prompt import PromptScreen
    from tui.screens.targets import target_of, wrong_target
    from tui.triage.records.names import slug

    run = place.step.run
    moment = datetime.now(UTC)
    exact = "-exact" if form == "csv-exact" else ""
    name = f"{slug(f'{run.hunt_id} {run.query.view} run {run.number}')}-{moment:%Y%m%dT%H%M%SZ}{exact}.{ENDINGS[form]}"

    def given(words: str | None) -> None:
        if words is not None:
            target = target_of(words)
            screen.run_worker(
                _export(screen, place, view, columns, form, target),
                group=GROUP,
                description="export",
                exclusive=True,
            )

    detail = "Only you can read the file. A manifest beside it says what it holds, with its SHA-256."
    check = partial(wrong_target, manifest=True)
    screen.app.push_screen(PromptScreen("Export to", detail, str(Path.home() / name), check), given)


async def _export(
    screen: MainScreen,
    place: Place,
    view: RowView | None,
    columns: Sequence[str] | None,
    form: Format,
    target: Path,
) -> None:
    from tui.results.errors import InterruptedByUserError, ResultStoreError
    from tui.triage.words import error_words
    from tui.workspaces.threads import in_thread

    stopped = threading.Event()
    app = screen.app
    last = time.monotonic()

    def told(count: int) -> None:
        nonlocal last
        if stopped.is_set():
            raise InterruptedByUserError
        if time.monotonic() - last >= _EACH:
            last = time.monotonic()
            app.call_later(_say_progress, screen, count)

    try:
        made = await in_thread(_work(screen, place, view, columns, form, target, told), stopped.set)
    except (OSError, ResultStoreError, ValueError) as error:
        screen.say(f"not exported: {error_words(error)}", warning=True)
    else:
        screen.say(f"{_rows(made.rows)} written to {made.path}, its manifest beside it")


def _say_progress(screen: MainScreen, count: int) -> None:
    if is_going_on(screen):
        screen.say(f"export: {_rows(count)} written so far; Ctrl+C stops it")


def _work(
    screen: MainScreen,
    place: Place,
    view: RowView | None,
    columns: Sequence[str] | None,
    form: Format,
    target: Path,
    told: Callable[[int], None],
) -> Callable[[], Exported]:
    """What writes the file, for a worker thread; everything that it needs of the screen is taken now."""
    from tui.results.store import ALL_ROWS
    from tui.triage.exporting import choice_facts, run_facts

    run = place.step.run
    stored = run.rows
    if stored is None:
        raise ValueError("the rows are not there any more")
    workspace = screen.session.workspace
    facts: dict[str, Any] = {
        **run_facts(run, run.outcome, workspace.kind, str(screen.session.author)),
        **choice_facts(view, columns, place.chosen),
    }
    if place.stacked:
        facts["run"]["what"] = f"stack of {', '.join(place.stacked)}: values counted among the rows of the run"

    def work() -> Exported:
        from tui.results.exported import export_rows

        with stored.prepare(view if view is not None else ALL_ROWS) as prepared:
            return export_rows(target, prepared.reader(columns), form, facts, told)

    return work


def is_going_on(screen: MainScreen) -> bool:
    """Whether an export is being written."""
    return any(worker.group == GROUP and not worker.is_finished for worker in screen.workers)


def stop(screen: MainScreen) -> bool:
    """Stops the export that is being written; False when there is none. Nothing of its file stays."""
    if not is_going_on(screen):
        return False
    screen.workers.cancel_group(screen, GROUP)
    screen.say("the export was stopped; nothing of it was kept")
    return True
