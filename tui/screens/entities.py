"""Entities and where they were seen: what is typed narrows the list; one is gone on from, or all are copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.choose import ChoiceList
from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.triage.session_entities import Entity
from tui.widgets.columns import Column, Row, heading_and_items
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import ItemList
from tui.widgets.words import Words

_COLUMNS = (
    Column("type"),
    Column("entity", widest=60),
    Column("rows", right=True),
    Column("runs", right=True),
    Column("marks", right=True),
    Column("verdict"),
    Column("seen in"),
)
_MOST = 500
"""Entities that are listed at once: more are found by typing."""


class EntitiesScreen(Modal[Entity | None]):
    """Lists `entities`; gives the one to go on from, or None.

    `copy` takes those listed, and whether to defang them; `write` has them written to a file.
    """

    CSS_PATH = "entities.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "pivot, or go to its rows"),
        Binding("ctrl+y", "copy", "copy as indicators"),
        Binding("ctrl+d", "copy_defanged", "copy defanged"),
        Binding("ctrl+e", "write", "to a file"),
        Binding("backspace", "rub_out", "Take the last letter back", show=False),
        Binding("ctrl+u", "clear", "Take all letters back", show=False),
        Binding("escape", "leave", "back"),
    ]

    def __init__(
        self,
        title: str,
        entities: Sequence[Entity],
        note: str,
        copy: Callable[[Sequence[Entity], bool], None],
        write: Callable[[Sequence[Entity]], None],
    ) -> None:
        super().__init__()
        self._title, self._entities, self._note, self._typed = title, list(entities), note, ""
        self._copy, self._write = copy, write
        self._texts = [
            f"{one.indicator.type} {one.indicator.value} {one.verdict} {' '.join(one.columns)}".lower()
            for one in self._entities
        ]
        self._matching: list[Entity] = []

    def compose(self) -> ComposeResult:
        """What was typed, the names of the columns, and the entities."""
        with Dialog(self._title):
            yield Words(id="typed")
            yield Words(id="names")
            yield ChoiceList(wrap=False)

    def on_mount(self) -> None:
        """All entities."""
        self.query_one(ChoiceList).focus()
        self._fill()

    def on_resize(self) -> None:
        """As many entities, and columns as wide, as there is room for."""
        leave_rows(self.query_one(ChoiceList), 9)
        self._fill()

    def _fill(self) -> None:
        wanted = self._typed.lower().split()
        listed = self.query_one(ChoiceList)
        self._matching = [
            one for one, text in zip(self._entities, self._texts, strict=True) if all(word in text for word in wanted)
        ]
        names, items = heading_and_items(_COLUMNS, [_row(one) for one in self._matching[:_MOST]], listed.room)
        self.query_one("#names", Words).say(names if items else "None is found in what this session holds.")
        listed.update_items(items)
        number = f"{len(self._matching):,} of {len(self._entities):,}"
        if len(self._matching) > _MOST:
            number += f", the first {_MOST} listed"
        shown = Content.assemble(
            ("> ", "bold $accent"),
            (safe(self._typed), "bold"),
            (
                f"   {number}{safe(self._note)}"
                if self._typed
                else f"{number}, letters narrow the list{safe(self._note)}",
                "$text-muted",
            ),
        )
        self.query_one("#typed", Words).say(shown)

    def on_key(self, event: events.Key) -> None:
        """Letters narrow the list."""
        if event.is_printable and event.character is not None and (event.character != " " or self._typed):
            event.stop()
            self._typed += event.character
            self._fill()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is typed, and presses no keys."""
        event.stop()
        self._typed += safe(" ".join(event.text.split()), 200)
        self._fill()

    def action_rub_out(self) -> None:
        """Takes the last letter back."""
        self._typed = self._typed[:-1]
        self._fill()

    def action_clear(self) -> None:
        """Takes everything typed back."""
        self._typed = ""
        self._fill()

    def action_pick(self) -> None:
        """Goes on from the entity under the cursor."""
        cursor = self.query_one(ChoiceList).cursor
        if cursor is not None and self._matching:
            self.dismiss(self._matching[cursor])

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self.action_pick()

    def action_copy(self) -> None:
        """Copies all that the list holds as indicators."""
        self._copy(self._matching, False)

    def action_copy_defanged(self) -> None:
        """Copies them so that no program makes links of them."""
        self._copy(self._matching, True)

    def action_write(self) -> None:
        """Has all that the list holds written to a file, as indicators, one a line."""
        if self._matching:
            self._write(self._matching)

    def action_leave(self) -> None:
        """Back, without going on from one."""
        self.dismiss(None)


def _row(one: Entity) -> Row:
    columns = ", ".join(one.columns)
    numbers = (f"{one.rows:,}", f"{len(one.runs):,}", f"{one.marks:,}" if one.marks else "")
    return Row((one.indicator.type, one.indicator.value, *numbers, one.verdict, columns))
