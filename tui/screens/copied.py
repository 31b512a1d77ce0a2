"""What was copied last: its name, when, how far it got, and what else can be done with it."""

from __future__ import annotations

from datetime import UTC, tzinfo
from enum import StrEnum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.copies import Copied
from tui.screens.modal import Modal
from tui.terminal.safe_text import safe
from tui.widgets.dialog import Dialog
from tui.widgets.item_list import Item, ItemList
from tui.widgets.words import Words


class Further(StrEnum):
    """What can be done with it."""

    SHOW = "show it plain, to select from"
    WRITE = "write it to a file that only you can read"
    AGAIN = "copy it again"


class CopiedScreen(Modal[Further | None]):
    """Tells about `copied`, with times in `zone`, never showing the text itself; gives what is to be done with it."""

    CSS_PATH = "copied.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take"),
        Binding("escape,q", "leave", "back", key_display="Esc"),
    ]

    def __init__(self, copied: Copied, zone: tzinfo = UTC) -> None:
        super().__init__()
        self._copied, self._zone = copied, zone

    def compose(self) -> ComposeResult:
        """How far it got, and the choices."""
        text, result = self._copied.text, self._copied.result
        size, lines = len(text.encode("utf-8", "replace")), text.count("\n") + 1
        moment = f"{self._copied.at.astimezone(self._zone):%Y-%m-%d %H:%M:%S %Z}"
        with Dialog(f"Last copied: {self._copied.what}"):
            yield Words(
                Content(
                    "\n".join(
                        (
                            safe(f"{moment}, {size:,} bytes in {lines:,} {'line' if lines == 1 else 'lines'}"),
                            safe(result.words if result is not None else "not known yet how far it got"),
                        )
                    )
                ),
                id="told",
            )
            yield ItemList([Item((Content(one.value),)) for one in Further])

    def on_mount(self) -> None:
        """The choices have the keys."""
        self.query_one(ItemList).focus()

    @on(ItemList.Chosen)
    def action_take(self) -> None:
        """The choice under the cursor."""
        cursor = self.query_one(ItemList).cursor
        self.dismiss(list(Further)[cursor] if cursor is not None else None)

    def action_leave(self) -> None:
        """Nothing."""
        self.dismiss(None)
