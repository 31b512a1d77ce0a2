"""The sessions there are: come back to one, begin another, rename, put away and bring back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.records.shelf import Entry
from tui.triage.words import age_words, size_words
from tui.widgets.columns import Column, Row, heading_and_items
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import ItemList
from tui.widgets.words import Words

Deed = Literal["open", "new", "rename", "discard", "recover", "export"]

_COLUMNS = (
    Column("session", widest=44),
    Column("workspace", widest=24),
    Column("age"),
    Column("runs", right=True),
    Column("marks", right=True),
    Column("size", right=True),
    Column("state"),
)


@dataclass(frozen=True)
class Asked:
    """What is to be done, with which session; a new one has none."""

    deed: Deed
    entry: Entry | None = None


class SessionsScreen(Modal[Asked | None]):
    """Lists `known` sessions, those saved last first; with `discarded` the ones that were put away.

    `here` is the folder of the one that is open, `now` the present. Gives what is to be done, or None.
    """

    CSS_PATH = "sessions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask('open')", "come back to it"),
        Binding("n", "ask('new')", "new session"),
        Binding("r", "ask('rename')", "rename"),
        Binding("x", "ask('export')", "export"),
        Binding("d", "ask('discard')", "put away"),
        Binding("u", "ask('recover')", "bring one back"),
        Binding("escape,q,backspace,S", "close", "back", key_display="Esc"),
    ]

    def __init__(self, known: Sequence[Entry], here: Path | None, now: datetime, discarded: bool = False) -> None:
        super().__init__()
        self._known, self._here, self._now, self._discarded = list(known), here, now, discarded

    def compose(self) -> ComposeResult:
        """The names of the columns, and the sessions."""
        with Dialog("Sessions that were put away" if self._discarded else "Sessions"):
            yield Words(id="names")
            yield ItemList(wrap=False)
            yield Words(id="about", flows=True)

    def on_mount(self) -> None:
        """The newest one stands under the cursor."""
        self.query_one(ItemList).focus()
        self._fill()

    def on_resize(self) -> None:
        """As many sessions, and columns as wide, as there is room for."""
        leave_rows(self.query_one(ItemList), 9)
        self._fill()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done with the session under the cursor."""
        if action != "ask":
            return True
        deed, entry = str(parameters[0]), self._entry
        if self._discarded:
            return deed == "open" and entry is not None
        if deed in ("new", "recover"):
            return True
        return entry is not None and (
            deed not in ("open", "rename", "discard") or entry.path != self._here or deed == "rename"
        )

    @property
    def _entry(self) -> Entry | None:
        cursor = self.query_one(ItemList).cursor if self.is_mounted else None
        return self._known[cursor] if cursor is not None and self._known else None

    def _fill(self) -> None:
        list_ = self.query_one(ItemList)
        names, items = heading_and_items(_COLUMNS, [self._row(entry) for entry in self._known], list_.room)
        none = "None was put away." if self._discarded else "There is none yet: the first run begins one."
        self.query_one("#names", Words).say(names if items else none)
        list_.update_items(items, list_.cursor or 0)
        self.query_one(Dialog).say(f"{len(items):,} session{'' if len(items) == 1 else 's'}" if items else "")
        self._tell()

    def _row(self, entry: Entry) -> Row:
        age = age_words(entry.discarded or entry.saved, self._now)
        texts = (entry.name, entry.workspace, age, entry.runs, entry.marks, size_words(entry.size), self._state(entry))
        return Row(texts, "$error" if entry.trouble else "$accent" if entry.path == self._here else "")

    def _state(self, entry: Entry) -> str:
        if entry.path == self._here:
            return "open here"
        if entry.held:
            return f"open elsewhere: {entry.held}"
        return entry.trouble or (f"imported {entry.imported}" if entry.imported else "")

    @on(ItemList.Highlighted)
    def _tell(self) -> None:
        """Says in full what the line of the session under the cursor cuts off."""
        entry = self._entry
        self.query_one("#about", Words).say(safe(self._about(entry) if entry is not None else "", 400))
        self.refresh_bindings()

    def _about(self, entry: Entry) -> str:
        did = (
            f"put away {entry.discarded:%Y-%m-%d %H:%M}Z" if entry.discarded else f"saved {entry.saved:%Y-%m-%d %H:%M}Z"
        )
        by = f" by {entry.author}" if entry.author else ""
        return ", ".join(filter(None, [f"{entry.name}: {did}{by}", entry.path.name, self._state(entry)]))

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self.action_ask("open")

    def action_ask(self, deed: Deed) -> None:
        """Has `deed` done with the session under the cursor."""
        if self.check_action("ask", (deed,)):
            self.dismiss(Asked(deed, None if deed in ("new", "recover") and not self._discarded else self._entry))

    def action_close(self) -> None:
        """Back, with nothing done."""
        self.dismiss(None)
