"""Everything the analyst can do on the main screen: one list, from which keys, footer, help and commands are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual.binding import Binding

from tui.screens.actions import asking, copying, hunting, panes, pivoting, rows

if TYPE_CHECKING:
    from tui.screens.main import MainScreen


class Where(StrEnum):
    """Where an act makes sense."""

    ANYWHERE = "anywhere"
    """Even before the workspace is open."""
    OPEN = "open"
    """Once the workspace is open."""
    RESULT = "result"
    """On what was run."""
    ROWS = "rows"
    """On a row that is shown."""
    TREE = "tree"
    """On the tree."""


@dataclass(frozen=True)
class Act:
    """One thing that can be done: its id, keys, what it does in a few words, and where. `shown` ones are in the footer."""

    id: str
    keys: str
    words: str
    run: Callable[[MainScreen], Awaitable[None] | None]
    where: Where = Where.OPEN
    shown: bool = False

    @property
    def shown_keys(self) -> str:
        """Its keys as they are printed on keyboards."""
        return " ".join(_PRINTED.get(key, key) for key in self.keys.split(","))


_PRINTED = {
    "equals_sign": "=",
    "minus": "-",
    "slash": "/",
    "full_stop": ".",
    "colon": ":",
    "question_mark": "?",
    "ctrl+p": "Ctrl+P",
    "ctrl+c": "Ctrl+C",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "backspace": "Bksp",
    "escape": "Esc",
}

ACTS = (
    Act("back", "backspace,escape,q", "back", lambda screen: screen.go_back(), Where.RESULT, shown=True),
    Act("leave", "q", "leave huntdeck", lambda screen: screen.leave(), Where.TREE),
    Act("form", "e,f", "parameters", hunting.open_form, shown=True),
    Act("again", "r", "run again", hunting.again, Where.RESULT, shown=True),
    Act("moved", "full_stop", "run again up to the newest event", hunting.moved, Where.RESULT),
    Act("view", "v", "view", hunting.choose_view, shown=True),
    Act("around", "t", "time around", pivoting.around, Where.ROWS, shown=True),
    Act("pivot", "p", "pivot", pivoting.pivot, Where.ROWS, shown=True),
    Act("only", "equals_sign", "only", rows.only, Where.ROWS, shown=True),
    Act("without", "minus", "not", rows.without, Where.ROWS, shown=True),
    Act("undo", "u", "undo the last filter", rows.undo, Where.RESULT),
    Act("sort", "s", "sort", rows.sort, Where.ROWS, shown=True),
    Act("stack", "F", "stack", rows.stack, Where.ROWS, shown=True),
    Act("search", "slash", "search", rows.ask_search, Where.ROWS, shown=True),
    Act("next", "n", "next found", rows.find_next, Where.ROWS),
    Act("previous", "N", "previous found", rows.find_previous, Where.ROWS),
    Act("detail", "i", "all of it", asking.detail, shown=True),
    Act("kql", "K", "KQL", asking.show_kql, Where.RESULT, shown=True),
    Act("copy", "y", "copy", copying.copy_menu, Where.RESULT, shown=True),
    Act("window", "w", "window", asking.ask_window, shown=True),
    Act("scope", "o", "scope", asking.ask_scope, shown=True),
    Act("coverage", "c", "coverage", asking.show_coverage),
    Act("runs", "R", "runs", asking.show_runs),
    Act("about", "I", "about the hunt", asking.about),
    Act("cancel", "ctrl+c", "stop", hunting.cancel),
    Act("zone", "U", "zone of times", panes.turn_zone),
    Act("zoom", "z", "zoom", panes.zoom, Where.ANYWHERE),
    Act("switch", "tab,shift+tab", "other pane", panes.switch, Where.ANYWHERE),
    Act("commands", "colon,ctrl+p", "commands", asking.commands, shown=True),
    Act("help", "question_mark", "help", asking.show_help, shown=True),
)  # fmt: skip

BY_ID = {act.id: act for act in ACTS}


def bindings() -> list[Binding]:
    """The keys of all acts; ids are `main.ID`."""
    return [Binding(act.keys, f"act('{act.id}')", act.words, show=act.shown, id=f"main.{act.id}") for act in ACTS]
