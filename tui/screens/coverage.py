"""What the workspace holds: tables, and the hosts in them, from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.held import TableHeld, as_coverage, cleared_words, gap_words, held_by_table, known_words
from tui.triage.session import Session
from tui.triage.words import window_words
from tui.widgets.columns import Column, Row, heading_and_items
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import ItemList
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.workspaces.live.knowledge import Knowledge

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
    """The tables of `session`'s workspace; Enter on a table shows its hosts, or hides them. Read while it is shown.

    Of a live workspace, what was counted before stands there at once, with its age.
    """

    CSS_PATH = "coverage.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "hosts", "hosts", key_display="Enter"),
        Binding("a", "all_hosts", "all"),
        Binding("r", "again", "again"),
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
        self._earlier = False
        """Whether what is shown was counted before, without hosts."""

    def compose(self) -> ComposeResult:
        """The names of the columns, the tables, and those without rows."""
        session = self._session
        with Dialog(f"Coverage of {session.workspace.name}, window {window_words(session.window)} UTC"):
            yield Words("reading ...", id="names")
            yield ItemList(wrap=False)
            yield Words(id="about", flows=True)
            yield Words(id="empty", flows=True)
            yield Words(id="age", flows=True)

    def on_mount(self) -> None:
        """Reads off the event loop."""
        self.query_one(ItemList).focus()
        self._begin(anew=False)

    def _begin(self, anew: bool) -> None:
        self.run_worker(self._read(anew), group="coverage", exclusive=True, exit_on_error=False)

    def action_again(self) -> None:
        """Reads schema and tables again."""
        self._begin(anew=True)

    def on_resize(self) -> None:
        """As many rows, and times as long, as there is room for."""
        leave_rows(self.query_one(ItemList), 11 if self._knowledge is None else 12)
        if self._held:
            self._fill()

    @property
    def _knowledge(self) -> Knowledge | None:
        """What is known of a live workspace; None of another."""
        knowledge: Knowledge | None = getattr(self._session.workspace, "knowledge", None)
        return knowledge

    async def _read(self, anew: bool) -> None:
        workspace, knowledge = self._session.workspace, self._knowledge
        self._tell_age("reading ...")
        try:
            if anew and knowledge is not None:
                await knowledge.renew()
            tables = sorted(await workspace.schema())
            if knowledge is not None and knowledge.kept is not None and knowledge.kept.totals and not self._held:
                self._held, self._earlier = held_by_table(as_coverage(knowledge.kept.totals)), True
                self._fill()
                self._tell_age("being counted again")
            self._held, self._earlier = held_by_table(await workspace.coverage(tables)), False
        except Exception as error:
            words = f"cannot be read: {safe(error, 300) or type(error).__name__}"
            (self._tell_age if self._held else self._say)(words)
            return
        self._fill()
        self._tell_age()

    def _tell_age(self, state: str = "") -> None:
        """Says how old the schema and the numbers of a live workspace are, and what goes on."""
        age, knowledge = self.query_one("#age", Words), self._knowledge
        age.display = knowledge is not None
        if knowledge is not None:
            told = (known_words(knowledge, datetime.now(UTC)), state)
            age.say(safe(", ".join(words for words in told if words), 300))

    def _say(self, words: str) -> None:
        self.query_one("#names", Words).say(safe(words, 400))

    def _fill(self) -> None:
        filled = [held for held in self._held if held.rows]
        rows = [shown for held in filled for shown in self._rows(held)]
        self._tables, self._words = [table for table, _, _ in rows], [words for _, _, words in rows]
        names, items = heading_and_items(_COLUMNS, [row for _, row, _ in rows], self.query_one(ItemList).room)
        self.query_one("#names", Words).say(names if items else "There are no events here.")
        here = self.query_one(ItemList).cursor or 0
        self.query_one(ItemList).update_items(items, here)
        hosts = "" if self._earlier else f"{len({entry.host for held in filled for entry in held.hosts})} hosts, "
        counts = f"{len(filled)} tables, {hosts}{sum(held.rows for held in filled):,} rows"
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
        count = "" if self._earlier else len(held.hosts)
        texts = (f"{mark} {held.table}", f"{held.rows:,}", count, first, last, note)
        yield held.table, Row(texts), _words(held.table, held.first, held.last, note)
        for entry in held.hosts if opened else ():
            note = self._note(entry.first, entry.last, cleared_words([entry]))
            host = entry.host or ("(hosts are not kept)" if self._earlier else "(no host)")
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
