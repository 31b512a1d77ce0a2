"""What the workspace holds: tables, and the hosts in them, from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.held import TableHeld, cleared_words, gap_words, held_by_table
from tui.triage.session import Session
from tui.triage.words import window_words
from tui.widgets.columns import Column, Row, heading_and_items
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import ItemList
from tui.widgets.words import Words

_COLUMNS = (
    Column("table, host", widest=34),
    Column("rows", right=True),
    Column("hosts", right=True),
    Column("first"),
    Column("last"),
    Column("note"),
)

_WIDE = 110
"""Cells from which on times are shown with year and seconds."""


class CoverageScreen(Modal[None]):
    """The tables of `session`'s workspace; Enter on a table shows its hosts, or hides them. Read while it is shown."""

    CSS_PATH = "coverage.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "hosts", "hosts", key_display="Enter"),
        Binding("a", "all_hosts", "all hosts"),
        Binding("escape,q,backspace,c", "close", "back", key_display="Esc"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._held: list[TableHeld] = []
        self._open: set[str] = set()
        self._tables: list[str] = []
        self._words: list[str] = []
        """What is said about each row that is shown."""

    def compose(self) -> ComposeResult:
        """The names of the columns, the tables, and those without rows."""
        session = self._session
        with Dialog(f"Coverage of {session.workspace.name}, window {window_words(session.window)} UTC"):
            yield Words("reading ...", id="names")
            yield ItemList(wrap=False)
            yield Words(id="about", flows=True)
            yield Words(id="empty", flows=True)

    def on_mount(self) -> None:
        """Reads off the event loop."""
        self.query_one(ItemList).focus()
        self.run_worker(self._read(), group="coverage", exclusive=True, exit_on_error=False)

    def on_resize(self) -> None:
        """As many rows, and times as long, as there is room for."""
        leave_rows(self.query_one(ItemList), 11)
        if self._held:
            self._fill()

    async def _read(self) -> None:
        workspace = self._session.workspace
        try:
            tables = sorted(await workspace.schema())
            self._held = held_by_table(await workspace.coverage(tables))
        except Exception as error:
            self._say(f"cannot be read: {safe(error, 300) or type(error).__name__}")
            return
        self._fill()

    def _say(self, words: str) -> None:
        self.query_one("#names", Words).say(words)

    def _fill(self) -> None:
        filled = [held for held in self._held if held.rows]
        rows = [shown for held in filled for shown in self._rows(held)]
        self._tables, self._words = [table for table, _, _ in rows], [words for _, _, words in rows]
        names, items = heading_and_items(_COLUMNS, [row for _, row, _ in rows], self.query_one(ItemList).room)
        self.query_one("#names", Words).say(names if items else "There are no events here.")
        here = self.query_one(ItemList).cursor or 0
        self.query_one(ItemList).update_items(items, here)
        hosts = {entry.host for held in filled for entry in held.hosts}
        counts = f"{len(filled)} tables, {len(hosts)} hosts, {sum(held.rows for held in filled):,} rows"
        self.query_one(Dialog).say(counts)
        self._tell()
        empty = ", ".join(safe(held.table, 60) for held in self._held if not held.rows)
        without = self.query_one("#empty", Words)
        without.display = bool(empty)
        without.say(f"without rows: {empty}")

    @on(ItemList.Highlighted)
    def _tell(self) -> None:
        """Says everything about the row under the cursor."""
        cursor = self.query_one(ItemList).cursor
        words = self._words[cursor] if cursor is not None and self._words else ""
        self.query_one("#about", Words).say(safe(words, 400))

    def _rows(self, held: TableHeld) -> Iterator[tuple[str, Row, str]]:
        """The row of a table, then those of its hosts where it is open; each with the table's name and in words."""
        opened = held.table in self._open
        mark = "v" if opened else ">"
        note = self._note(held.first, held.last, cleared_words(held.hosts))
        first, last = self._time(held.first), self._time(held.last)
        texts = (f"{mark} {held.table}", f"{held.rows:,}", len(held.hosts), first, last, note)
        yield held.table, Row(texts), _words(held.table, held.first, held.last, note)
        for entry in held.hosts if opened else ():
            note = self._note(entry.first, entry.last, cleared_words([entry]))
            host = entry.host or "(no host)"
            first, last = self._time(entry.first), self._time(entry.last)
            shown = (f"    {host}", f"{entry.rows:,}", "", first, last, note)
            yield (
                held.table,
                Row(shown, "$text-muted"),
                _words(f"{held.table} of {host}", entry.first, entry.last, note),
            )

    def _time(self, moment: datetime | None) -> str:
        """A time with seconds where there is room for them, else with minutes."""
        if moment is None:
            return ""
        return f"{moment:%Y-%m-%d %H:%M:%S}Z" if self.size.width >= _WIDE else f"{moment:%m-%d %H:%M}Z"

    def _note(self, first: datetime | None, last: datetime | None, cleared: str) -> str:
        return ", ".join(words for words in (cleared, gap_words(first, last, self._session.window)) if words)

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self.action_hosts()

    def action_hosts(self) -> None:
        """Shows the hosts of the table under the cursor, or hides them."""
        cursor = self.query_one(ItemList).cursor
        if cursor is None or not self._tables:
            return
        table = self._tables[cursor]
        self._open ^= {table}
        self._fill()
        self.query_one(ItemList).move_to(self._tables.index(table))

    def action_all_hosts(self) -> None:
        """Shows the hosts of all tables, or hides them."""
        tables = {held.table for held in self._held if held.rows}
        self._open = set() if self._open == tables else tables
        self._fill()

    def action_close(self) -> None:
        """Back to where it was opened."""
        self.dismiss(None)


def _words(what: str, first: datetime | None, last: datetime | None, note: str) -> str:
    times = f"{first:%Y-%m-%d %H:%M:%S}Z -> {last:%Y-%m-%d %H:%M:%S}Z" if first and last else "no times"
    return f"{what}: {times}{', ' if note else ''}{note}"
