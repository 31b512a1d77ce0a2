"""Copying: the cell, the row, the column, the query as it was run or for a portal; and what was copied last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.screens.copies import copies_of

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.places import Place
    from tui.triage.cell import Cell
    from tui.triage.records.model import Mark
    from tui.workspaces.protocol import Workspace


@dataclass(frozen=True)
class Offer:
    """Something that can be copied: its name, a few words about it, and what makes the text in a worker thread.

    `make` raises ValueError with the reason when the text cannot be made.
    """

    name: str
    words: str
    make: Callable[[], str]


def copy_menu(screen: MainScreen) -> None:
    """Offers what can be copied from here."""
    from tui.screens.choose import ChooseScreen

    place = screen.trail.current
    if place is None:
        screen.say("nothing was run yet: there is nothing to copy")
        return
    offers = list(offers_for(screen, place))

    def chosen(index: int | None) -> None:
        if index is not None:
            screen.attempt(lambda: take(screen, offers[index]))

    screen.app.push_screen(ChooseScreen("Copy", [(offer.name, offer.words) for offer in offers]), chosen)


def offers_for(screen: MainScreen, place: Place) -> Iterator[Offer]:
    """All that can be copied from `place` as it is shown."""
    cell = screen.cell()
    if cell is not None:
        yield from cell_offers(cell)
        yield from row_offers(cell, screen.pane.columns)
        yield from column_offers(place, cell.column)
    yield from mark_offers(screen.session.findings.marks)
    yield from query_offers(screen, place)


async def take(screen: MainScreen, offer: Offer) -> None:
    """Makes the text of `offer` and copies it. ValueError as `offer.make`."""
    from tui.workspaces.threads import in_thread

    text = await in_thread(offer.make)
    copies_of(screen.app).copy(text, offer.name)


def cell_offers(cell: Cell) -> Iterator[Offer]:
    """The value, and apart from it the value as it is when it holds characters that act."""
    from tui.terminal.safe_text import has_hidden
    from tui.triage.copying import exact_text, seen_text

    column, value = cell.column, cell.value
    if has_hidden(exact_text(value)):
        yield Offer("cell", f"{column}, hidden characters shown", lambda: seen_text(value))
        yield Offer("cell, raw", "exact: may act where it is pasted", lambda: exact_text(value))
    else:
        yield Offer("cell", f"{column}, whole and exact", lambda: exact_text(value))


def row_offers(cell: Cell, shown: list[str]) -> Iterator[Offer]:
    """The row under the cursor."""
    from tui.triage.copying import as_markdown, as_tsv, row_as_json

    row = cell.row
    yield Offer("row as TSV", "columns shown, no formulas", lambda: as_tsv([row], shown))
    yield Offer("row as JSON", "all columns, exact", lambda: row_as_json(row))
    yield Offer("row as Markdown", "columns shown, for notes", lambda: as_markdown([row], shown))


def mark_offers(marks: Sequence[Mark]) -> Iterator[Offer]:
    """All marked rows of the session, each with what is written on it before what it held."""
    from tui.triage.copying import as_json, as_markdown, as_tsv
    from tui.triage.judged import mark_row

    if not marks:
        return
    rows = [mark_row(mark) for mark in marks]
    words = f"all {len(rows):,} of the session, notes first" if len(rows) > 1 else "the one of the session, note first"
    yield Offer("marked rows as TSV", words, lambda: as_tsv(rows))
    yield Offer("marked rows as JSON", words, lambda: as_json(rows))
    yield Offer("marked rows as Markdown", words, lambda: as_markdown(rows))


def column_offers(place: Place, column: str) -> Iterator[Offer]:
    """The values of the column in all rows that are shown."""
    from tui.triage.copying import column_text, dynamic_list
    from tui.triage.indicators import indicator_lines, indicators

    held = place.prepared
    if held is None:
        return

    def values() -> Iterator[object]:
        return (value for batch in held.batches([column]) for value in batch.column(0).to_pylist())

    def lines(defanged: bool) -> str:
        return indicator_lines(indicators(values(), column), defanged)

    number = f"{held.count:,} {'value' if held.count == 1 else 'values'}"
    yield Offer("column", f"{number}, a line each", lambda: column_text(values()))
    yield Offer("indicators", "each value once, with its type", lambda: lines(False))
    yield Offer("indicators, defanged", "with hxxp[:]// and [.]", lambda: lines(True))
    yield Offer("dynamic([...])", "each value once, for a query", lambda: dynamic_list(values()))


def query_offers(screen: MainScreen, place: Place) -> Iterator[Offer]:
    """The query of the run, as it was run, on one line, and in other tables and columns."""
    from tui.triage.copying import kql_line, kql_text
    from tui.triage.portal import PORTALS, PortalError, portal_kql

    run = place.step.run
    yield Offer("KQL as run", f"in {run.workspace}", lambda: kql_text(run.query.kql))
    yield Offer("KQL on one line", "without its comments", lambda: kql_line(run.query.kql))
    workspace = screen.session.workspace
    if workspace.banner == "LIVE" and run.workspace == workspace.name:
        yield _link_offer(workspace, run.query.kql)
    opened = screen.trail.opened
    for kind, name in PORTALS.items():
        words = "the same question, its tables"
        try:
            portal_kql(kind, run, opened)
        except PortalError as error:
            words = f"not there: {error}"
        yield Offer(f"KQL for {name}", words, lambda kind=kind: kql_text(portal_kql(kind, run, opened)))  # type: ignore[misc]


def _link_offer(workspace: Workspace, kql: str) -> Offer:
    """The link that opens the query in the workspace's portal, or why there is none."""
    from tui.triage.portal import PortalError, portal_link

    words = "opens this query in a browser"
    try:
        portal_link(workspace, kql)
    except PortalError as error:
        words = f"not there: {error}"
    return Offer("portal link", words, lambda: portal_link(workspace, kql))


def show_plain(screen: MainScreen) -> None:
    """Shows what was copied last, plain, to select from."""
    copies_of(screen.app).show()


def show_last(screen: MainScreen) -> None:
    """Tells what was copied last, how far it got and when, and what else can be done with it."""
    from tui.screens.copied import CopiedScreen, Further

    copies = copies_of(screen.app)
    copied = copies.last
    if copied is None:
        screen.say("nothing was copied yet: y offers what can be")
        return

    def chosen(further: Further | None) -> None:
        if further is Further.SHOW:
            copies.show()
        elif further is Further.WRITE:
            copies.write()
        elif further is Further.AGAIN:
            copies.copy(copied.text, copied.what)

    screen.app.push_screen(CopiedScreen(copied, screen.zone), chosen)
