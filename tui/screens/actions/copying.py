"""Copying: the cell, the row, the query as it was run, the query for a portal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.screens.main import MainScreen


def copy_menu(screen: MainScreen) -> None:
    """Offers what can be copied from here."""
    from tui.screens.choose import ChooseScreen
    from tui.triage.portal import PORTALS, PortalError, portal_kql

    place = screen.trail.current
    if place is None:
        screen.say("nothing was run yet: there is nothing to copy")
        return
    cell = screen.cell()
    offers: list[tuple[str, str, str]] = []
    if cell is not None:
        value = cell.row[cell.column]
        offers.append(("cell", f"{cell.column}, whole and exact", exact(value)))
        shown = {name: cell.row[name] for name in screen.pane.columns}
        offers.append(("row as TSV", "the columns shown, with their names", as_tsv(shown)))
        offers.append(("row as JSON", "all columns", as_json(cell.row)))
    run = place.step.run
    offers.append(("KQL as run", f"in {run.workspace}", run.query.kql.rstrip("\n")))
    for kind, name in PORTALS.items():
        try:
            kql = portal_kql(kind, run, screen.trail.opened)
        except PortalError as error:
            offers.append((f"KQL for {name}", f"not there: {error}", ""))
        else:
            offers.append((f"KQL for {name}", "the same question in its tables and columns", kql.rstrip("\n")))

    def chosen(index: int | None) -> None:
        if index is None:
            return
        name, words, text = offers[index]
        if text or name == "cell":
            screen.app.copy_to_clipboard(text)
        else:
            screen.say(f"{name}: {words}", warning=True)

    screen.app.push_screen(ChooseScreen("Copy", [(name, words) for name, words, _ in offers]), chosen)


def exact(value: object) -> str:
    """A value as text, nothing changed; null is nothing."""
    from tui.results.values import plain_text

    return plain_text(value)


def as_tsv(row: Mapping[str, Any]) -> str:
    """Names and values in two lines; tabs and line ends inside of a value become spaces."""
    values = [exact(value).translate({9: " ", 10: " ", 13: " "}) for value in row.values()]
    return "\t".join(row) + "\n" + "\t".join(values)


def as_json(row: Mapping[str, Any]) -> str:
    """One object; times as ISO with Z."""
    import json

    kept = {
        name: value if isinstance(value, str | int | float | bool | None) else exact(value)
        for name, value in row.items()
    }
    return json.dumps(kept, ensure_ascii=True, indent=1)
