"""Processes of a device as a tree that folds: who started whom, with counts that open into exactly those events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.process_tree import DEEPEST, ProcessKey, Tree, TreeLine, lines_of
from tui.widgets.columns import Column, Row, heading_and_items
from tui.widgets.dialog import Dialog
from tui.widgets.item_list import ItemList
from tui.widgets.words import Words

_INDENT = 2
_NAME = 60
_WIDE, _SHORT = 100, 5
"""Cells from which on columns of numbers have their whole names, and how many letters those have below."""
_PLURALS = {"ChildCount": "children"}
START = "start"
"""What is asked for in place of a count column: the events by which the process was started."""


@dataclass
class TreeLook:
    """How a tree is looked at: the process it is about, what is unfolded, where the cursor is, whether it is shown."""

    about: ProcessKey | None = None
    opened: set[ProcessKey] = field(default_factory=set)
    cursor: ProcessKey | None = None
    whole: bool = False
    """Whether all processes of the device are shown, not only those about `about`."""
    shown: bool = True


@dataclass(frozen=True)
class Opened:
    """What is behind a number is asked for: the column, or `START`, and the row of the process."""

    column: str
    row: Mapping[str, Any]


class ProcessTreeScreen(Modal[Opened | str]):
    """Shows `tree`; gives what is to be opened, `list` to see its rows as a list, `wider` or `nearer` for another
    window, or `back`.

    `counted` are the count columns of its rows. `look` keeps what was unfolded for the next time.
    """

    CSS_PATH = "process_tree.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", f"open('{START}')", "start"),
        Binding("c", "open('ChildCount')", "children"),
        Binding("f", "open('FileCount')", "files"),
        Binding("n", "open('ConnectionCount')", "connections"),
        Binding("escape,q,backspace", "leave('back')", "back", key_display="Esc"),
        Binding("space", "turn", "fold"),
        Binding("a", "whole", "all"),
        Binding("v", "leave('list')", "list"),
        Binding("ctrl+up", "leave('wider')", "span", key_display="Ctrl+Up/Down"),
        Binding("ctrl+down", "leave('nearer')", "less far before and after", show=False),
        Binding("right,l", "unfold", "unfold", show=False),
        Binding("left,h", "fold", "fold, or to the parent", show=False),
        Binding("asterisk", "unfold_all", "unfold all below", show=False),
    ]

    def __init__(
        self, tree: Tree, look: TreeLook, counted: Sequence[str], title: str, said: str = "", zone: tzinfo = UTC
    ) -> None:
        super().__init__()
        self._tree, self._look, self._counted = tree, look, list(counted)
        self._title, self._said, self._zone = title, said, zone
        self._lines: list[TreeLine] = []

    def compose(self) -> ComposeResult:
        """The names of the columns, the processes, and the one under the cursor in full."""
        with Dialog(self._title):
            yield Words(id="names")
            yield ItemList(wrap=False)
            yield Words(id="about", flows=True)

    def on_mount(self) -> None:
        """The process it is about, its own children in sight."""
        look = self._look
        if look.about not in self._tree.processes:
            look.whole = True
        if look.cursor not in self._tree.processes:
            look.cursor = look.about if look.about in self._tree.processes else None
            look.opened |= {look.about} if look.about is not None and not look.whole else set(self._tree.roots)
        self.query_one(ItemList).focus()
        self._fill()
        self.call_after_refresh(self._tell)

    def on_resize(self) -> None:
        """Columns as wide as there is room for."""
        self._fill()

    @property
    def _line(self) -> TreeLine | None:
        cursor = self.query_one(ItemList).cursor if self.is_mounted else None
        return self._lines[cursor] if cursor is not None and cursor < len(self._lines) else None

    def _fill(self) -> None:
        """Shows what is unfolded, with the cursor on its process."""
        look, items = self._look, self.query_one(ItemList)
        self._lines = lines_of(self._tree, None if look.whole else look.about, look.opened)
        names, rows = heading_and_items(self._columns(), [self._row(line) for line in self._lines], items.room)
        self.query_one("#names", Words).say(names)
        keys = [line.process.key for line in self._lines]
        items.update_items(rows, keys.index(look.cursor) if look.cursor in keys else 0)
        number = len(self._tree.processes)
        self.query_one(Dialog).say(f"{len(self._lines):,} of {number:,}{self._said}")

    def _columns(self) -> list[Column]:
        narrow = self.app.size.width < _WIDE
        counts = [Column(_plural(name)[: _SHORT if narrow else None], right=True) for name in self._counted]
        return [Column("process", widest=_NAME), Column("started"), *counts, Column("command line")]

    def _row(self, line: TreeLine) -> Row:
        process = line.process
        sign = "  " if not line.children else "v " if line.open else "+ "
        mark = "@ " if process.key == self._look.about else ""
        label = f"{' ' * _INDENT * line.depth}{sign}{mark}{process.name or '(no name)'} {process.key.number}"
        counts = [f"{process.count(name):,}" if process.row else "" for name in self._counted]
        style = "" if process.row else "$text-muted"
        return Row((label, self._when(process.key.created), *counts, process.command_line), style)

    def _when(self, moment: datetime | None) -> str:
        return f"{moment.astimezone(self._zone):%m-%d %H:%M:%S}" if moment is not None else "not recorded"

    @on(ItemList.Highlighted)
    def _tell(self) -> None:
        """Says in full what is under the cursor."""
        line = self._line
        if line is None:
            return
        process, self._look.cursor = line.process, line.process.key
        words = [process.command_line or process.name]
        if process.key.created is None:
            words.append("its creation time was not recorded: this may be several processes of one id")
        elif not process.row:
            words.append("known from what it started: it did nothing in this window")
        if line.beyond:
            words.append(f"{line.beyond:,} below are not shown: {DEEPEST} levels are; Enter there, then pivot, goes on")
        hidden = len(self._tree.children.get(process.key, ())) - line.children
        if hidden > 0:
            words.append(f"{hidden:,} more children")
        self.query_one("#about", Words).say(safe("; ".join(words), 400))

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self.action_open(START)

    def action_open(self, column: str) -> None:
        """What is behind a number of the process, or the events that started it."""
        line = self._line
        if line is None:
            return
        if not line.process.row:
            self.query_one(Dialog).say("nothing of it is in this window")
        elif column != START and column not in self._counted:
            self.query_one(Dialog).say("n/a: that table is not in this workspace")
        elif column != START and not line.process.count(column):
            self.query_one(Dialog).say(f"0 {_plural(column)}: nothing to open")
        else:
            self.dismiss(Opened(column, line.process.row))

    def action_turn(self) -> None:
        """Folds or unfolds."""
        line = self._line
        if line is not None and line.children:
            self._look.opened ^= {line.process.key}
            self._fill()

    def action_unfold(self) -> None:
        """Shows the children."""
        line = self._line
        if line is not None and line.children and not line.open:
            self.action_turn()

    def action_fold(self) -> None:
        """Hides the children, or goes to the parent."""
        line = self._line
        if line is None:
            return
        if line.open and line.process.key in self._look.opened:
            self.action_turn()
        elif (parent := self._tree.parents.get(line.process.key)) is not None:
            self._look.cursor = parent
            self._fill()

    def action_unfold_all(self) -> None:
        """Shows all that is below."""
        line = self._line
        waiting = [line.process.key] if line is not None else []
        while waiting:
            key = waiting.pop()
            self._look.opened.add(key)
            waiting += self._tree.children.get(key, ())
        self._fill()

    def action_whole(self) -> None:
        """All processes of the device, or only those about one."""
        if self._look.about in self._tree.processes:
            self._look.whole = not self._look.whole
            self._fill()

    def action_leave(self, answer: str) -> None:
        """Back, to do what `answer` says."""
        self.dismiss(answer)


def _plural(column: str) -> str:
    """What a count column counts."""
    return _PLURALS.get(column) or f"{column.removesuffix('Count').lower()}s"
