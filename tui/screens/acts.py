"""Everything the analyst can do on the main screen: one list, from which keys, footer, help and commands are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual.binding import Binding

from tui.screens.actions import (
    around,
    asking,
    columns,
    comparing,
    copying,
    counting,
    entities,
    exporting,
    filtering,
    findings,
    histogram,
    hunting,
    judging,
    jumping,
    known,
    looking,
    marking,
    moving,
    panes,
    pivoting,
    ranking,
    rarity,
    reporting,
    rows,
    sessions,
    signing,
    sweeping,
    views,
    watching,
)
from tui.widgets.key_line import printed_key

if TYPE_CHECKING:
    from tui.screens.main import MainScreen
    from tui.screens.turns import Work


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
    COLUMN = "column"
    """On a column of rows that are shown."""
    TREE = "tree"
    """On the tree."""
    HUNTS = "hunts"
    """On the tree, where hunts are ticked, or on a node that holds some."""


@dataclass(frozen=True)
class Act:
    """One thing that can be done: its id, keys, the function, where it makes sense, and what it does in a few words.

    What has no keys is done from the list of commands. `label` is its word in the footer; what has none is not shown there.
    """

    id: str
    keys: str
    run: Callable[[MainScreen], Work | None]
    where: Where
    words: str
    label: str = ""
    gives_way: bool = False
    """Whether its keys are those of an act before it where that is about hunts to sweep."""

    def shown_keys(self, keymap: Mapping[str, str]) -> str:
        """Its keys as they are printed on keyboards, those of `keymap` where it is in there."""
        keys = keymap.get(f"main.{self.id}", self.keys)
        return " ".join(printed_key(key) for key in keys.split(",") if key)


ACTS = (
    Act("back", "backspace,escape,q", lambda screen: screen.go_back(), Where.RESULT, "back, without asking again", "back"),
    Act("leave", "q", lambda screen: screen.leave(), Where.TREE, "leave huntdeck"),
    Act("form", "e,f", hunting.open_form, Where.OPEN, "parameters of the hunt, and run it", "form"),
    Act("sweep", "R", sweeping.begin, Where.HUNTS, "run the ticked hunts, or all of the node, as a sweep", "sweep"),
    Act("again", "r", hunting.again, Where.RESULT, "run again in the same window", "run"),
    Act("moved", "full_stop", hunting.moved, Where.RESULT, "run again in a window moved to now, or to the newest event"),
    Act("view", "v", hunting.choose_view, Where.OPEN, "another view of the hunt", "view"),
    Act("around", "t", around.around, Where.ROWS, "all of the device, 15 minutes before and after the row", "time"),
    Act("wider_around", "ctrl+up", around.wider, Where.RESULT, "a timeline one step farther before and after"),
    Act("nearer_around", "ctrl+down", around.narrower, Where.RESULT, "a timeline one step less far before and after"),
    Act("only_kind", "L", around.only_kind, Where.ROWS, "a timeline: only the row's leg, or all legs again"),
    Act("only_kin", "P", around.only_kin, Where.ROWS, "a timeline: only the row's process tree, or all again"),
    Act("pivot", "p", pivoting.pivot, Where.ROWS, "pivot from the cell or its row", "pivot"),
    Act("only", "equals_sign", rows.only, Where.ROWS, "only rows with this value", "only"),
    Act("without", "minus", rows.without, Where.ROWS, "no rows with this value", "not"),
    Act("filter", "plus", filtering.ask_filter, Where.ROWS, "filter the column: contains, regex, <, >, empty, null"),
    Act("chips", "x", filtering.show_chips, Where.RESULT, "what is filtered, sorted and searched: take one back"),
    Act("undo", "u", rows.undo, Where.RESULT, "undo the last filter, then order and search"),
    Act("sort", "s", rows.sort, Where.COLUMN, "sort by the column, the other way, not at all", "sort"),
    Act("sort_also", "O", rows.sort_also, Where.COLUMN, "sort rows that are equal so far by this column, too"),
    Act("stack", "F", rows.stack, Where.COLUMN, "stack the column: each value with its number", "stack"),
    Act("stack_also", "ctrl+f", rows.stack_also, Where.COLUMN, "stack the column, or a stack, together with another column"),
    Act("rarity", "percent_sign", rarity.show_rarity, Where.ROWS, "rarity: who shares each value, now and before"),
    Act("numbers", "number_sign", counting.show_numbers, Where.COLUMN, "numbers of the column: count, distinct, least, sum"),
    Act("histogram", "H", histogram.turn, Where.ROWS, "rows over time above the list: show, go into it, hide"),
    Act("jump", "J", columns.jump, Where.COLUMN, "go to a column by its name"),
    Act("value", "space", columns.show_value, Where.ROWS, "the value of the cell, whole: wrapped, JSON as a tree"),
    Act("hide_column", "d", columns.hide, Where.COLUMN, "hide the column"),
    Act("show_column", "V", columns.show_hidden, Where.COLUMN, "show a hidden column"),
    Act("hide_single", "D", columns.hide_single, Where.COLUMN, "hide columns with one value in all rows, or show them"),
    Act("column_left", "left_parenthesis,shift+left", columns.move_left, Where.COLUMN, "move the column to the left"),
    Act("column_right", "right_parenthesis,shift+right", columns.move_right, Where.COLUMN, "move the column to the right"),
    Act("pin", "exclamation_mark", columns.pin, Where.COLUMN, "pin the column at the left, or let it go"),
    Act("wider", "greater_than_sign", columns.wider, Where.COLUMN, "make the column wider, as far as its values need"),
    Act("narrower", "less_than_sign", columns.narrower, Where.COLUMN, "make the column narrower"),
    Act("whole", "underscore", columns.whole, Where.COLUMN, "make the column as wide as its values, or as it was"),
    Act("undo_columns", "Z", columns.undo, Where.COLUMN, "take back what was last done to columns"),
    Act("reset_columns", "", columns.reset, Where.COLUMN, "columns as they were at first: shown, order, widths"),
    Act("save_view", "", views.save_view, Where.ROWS, "save this view under a name: columns, order, filters"),
    Act("leave_view", "", views.leave_view, Where.ROWS, "leave the named view: columns, order, filters"),
    Act("forget_view", "", views.forget_view, Where.OPEN, "forget a named view of the hunt"),
    Act("search", "slash", rows.ask_search, Where.ROWS, "search for a text in the rows", "search"),
    Act("next", "n", rows.find_next, Where.ROWS, "the next row with the searched text"),
    Act("previous", "N", rows.find_previous, Where.ROWS, "the row before with the searched text"),
    Act("next_change", "right_curly_bracket", moving.next_change, Where.COLUMN, "the next row with another value in the column"),
    Act("previous_change", "left_curly_bracket", moving.previous_change, Where.COLUMN, "the row before with another value"),
    Act("go_to", "ctrl+g", moving.ask_row, Where.ROWS, "go to a row by its number or time"),
    Act("relative", "T", moving.turn_relative, Where.ROWS, "times as spans from this row, or as they are"),
    Act("mark", "m", marking.mark, Where.ROWS, "mark the row, or take its mark away", "mark"),
    Act("annotate", "a", marking.annotate, Where.ROWS, "write a note and tags on the row", "note"),
    Act("mark_all", "A", marking.mark_all, Where.ROWS, "mark all rows shown"),
    Act("next_mark", "right_square_bracket", marking.next_mark, Where.ROWS, "the next marked row"),
    Act("previous_mark", "left_square_bracket", marking.previous_mark, Where.ROWS, "the marked row before"),
    Act("only_marked", "asterisk", marking.only_marked, Where.RESULT, "only marked rows, or all again"),
    Act("suspicious", "1", judging.suspicious, Where.ROWS, "verdict: the device or account is suspicious"),
    Act("benign", "2", judging.benign, Where.ROWS, "verdict: it is benign, why and until when"),
    Act("unknown", "3", judging.unknown, Where.ROWS, "verdict: it is unknown, looked at and not decided"),
    Act("take_back", "4", judging.take_back, Where.ROWS, "take the verdict back"),
    Act("verdicts", "5", judging.history, Where.ROWS, "all verdicts on the device or account"),
    Act("only_judged", "", judging.only_judged, Where.ROWS, "only rows with a verdict: suspicious, benign or unknown"),
    Act("turn_benign", "b", judging.turn_benign, Where.RESULT, "rows judged benign before: show or hide"),
    Act("findings", "M", findings.show_findings, Where.OPEN, "all marks and notes of the session"),
    Act("entities", "", entities.show_entities, Where.OPEN, "entities of this session: addresses, hashes, accounts, domains"),
    Act("match", "", known.match_here, Where.ROWS, "match a file of indicators: only rows that hold one"),
    Act("match_all", "", known.match_all, Where.OPEN, "match a file of indicators against all runs of this session"),
    Act("unsay", "X", marking.undo, Where.OPEN, "take back the last mark, note or verdict"),
    Act("detail", "i", asking.detail, Where.OPEN, "the whole event, or what the hunt is about", "event"),
    Act("kql", "K", asking.show_kql, Where.RESULT, "the KQL as it was run", "KQL"),
    Act("copy", "y", copying.copy_menu, Where.RESULT, "copy the cell, the row, the column or the KQL", "copy"),
    Act("plain", "Y", copying.show_plain, Where.ANYWHERE, "what was copied last, plain, to select from"),
    Act("copied", "", copying.show_last, Where.ANYWHERE, "what was copied last, how far it got and when"),
    Act("window", "w", asking.ask_window, Where.OPEN, "window of the session", "window"),
    Act("scope", "o", asking.ask_scope, Where.OPEN, "scope of the session", "scope"),
    Act("coverage", "c", asking.show_coverage, Where.OPEN, "what the workspace holds"),
    Act("resume_sweep", "", sweeping.resume, Where.OPEN, "go on with the sweep that was cut off"),
    Act("watch", "", watching.ask, Where.OPEN, "watch: run again and again, tell what is new"),
    Act("stop_watch", "", watching.stop_watching, Where.OPEN, "stop watching"),
    Act("runs", "R", asking.show_runs, Where.OPEN, "all runs of the session", gives_way=True),
    Act("compare", "C", comparing.ask_compare, Where.RESULT, "compare with another run: rows new, gone, changed"),
    Act("ranking", "B", ranking.rank_devices, Where.OPEN, "rank devices across hunts: a matrix of the newest runs"),
    Act("ranking_accounts", "", ranking.rank_accounts, Where.OPEN, "rank accounts across hunts"),
    Act("export_rows", "E", exporting.ask_export, Where.ROWS, "export rows as a file with a manifest", "export"),
    Act("report", "", reporting.ask_report, Where.OPEN, "report of this session: read it, or write a file"),
    Act("sessions", "S", sessions.show_sessions, Where.OPEN, "all sessions: come back to one, begin another"),
    Act("new", "", sessions.new_session, Where.OPEN, "a new session in this workspace"),
    Act("rename", "", sessions.rename, Where.OPEN, "another name for this session"),
    Act("elsewhere", "", sessions.save_elsewhere, Where.OPEN, "save this session elsewhere"),
    Act("export", "", sessions.export, Where.OPEN, "export this session as one file"),
    Act("workspace", "W", signing.choose_workspace, Where.ANYWHERE, "another workspace, with a new session in it"),
    Act("sign_in", "", signing.sign_in, Where.OPEN, "sign in to this workspace anew, perhaps as somebody else"),
    Act("sign_out", "", signing.sign_out, Where.OPEN, "sign out of this workspace"),
    Act("about", "I", asking.about, Where.OPEN, "what the hunt looks for, how to read it, what it cannot see"),
    Act("cancel", "ctrl+c", hunting.cancel, Where.OPEN, "stop the run; on the tree, the sweep that goes on"),
    Act("zone", "U", panes.turn_zone, Where.OPEN, "times in UTC or in the zone of this machine"),
    Act("zoom", "z", panes.zoom, Where.ANYWHERE, "all the room for one pane, or for both"),
    Act("switch", "tab,shift+tab", panes.switch, Where.ANYWHERE, "the other pane"),
    Act("letters", "apostrophe", jumping.jump, Where.OPEN, "letters on all lines in sight: those of a line go there"),
    Act("theme", "", looking.choose_theme, Where.ANYWHERE, "theme: choose the colours, each shown while you look"),
    Act("messages", "", looking.show_messages, Where.ANYWHERE, "messages: what was said, and when"),
    Act("commands", "colon,ctrl+p", asking.commands, Where.OPEN, "find a command or a hunt by its name", "commands"),
    Act("help", "question_mark", asking.show_help, Where.OPEN, "the keys that work here", "help"),
)  # fmt: skip

BY_ID = {act.id: act for act in ACTS}

_GROUPS = {
    Where.ROWS: Binding.Group("On a row"),
    Where.COLUMN: Binding.Group("On a column"),
    Where.RESULT: Binding.Group("On a result"),
    Where.TREE: Binding.Group("On the tree"),
    Where.HUNTS: Binding.Group("On the tree"),
}
_EVERYWHERE = Binding.Group("Everywhere")


def bindings() -> list[Binding]:
    """The keys of all acts; ids are `main.ID`."""
    return [act_binding(act, act.keys) for act in ACTS if act.keys]


def act_binding(act: Act, keys: str) -> Binding:
    """`keys` for `act`."""
    return Binding(
        keys,
        f"act('{act.id}')",
        act.label or act.words,
        show=bool(act.label),
        tooltip=act.words,
        id=f"main.{act.id}",
        group=_GROUPS.get(act.where, _EVERYWHERE),
    )
