"""A list to pick one thing from; what is typed narrows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.modal import Modal
from tui.terminal.safe_text import cell_width, fit, pad, safe
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import Item, ItemList
from tui.widgets.words import Words

_WIDEST_LABEL = 44


class ChoiceList(ItemList, inherit_bindings=False):
    """An item list whose letters are not keys: they are what is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "down", "Next", show=False),
        Binding("up", "up", "Previous", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("home", "first", "First", show=False),
        Binding("end", "last", "Last", show=False),
    ]


def _has_in_order(label: str, typed: str) -> bool:
    """Whether the letters typed stand in `label` in their order, others between them: `ipcl`."""
    letters = iter(label.lower())
    return all(letter in letters for letter in typed.lower() if letter != " ")


class ChooseScreen(Modal[int | None]):
    """Offers `options`, each a label and a few words about it; gives the index of the one picked, or None."""

    CSS_PATH = "choose.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "pick"),
        Binding("backspace", "rub_out", "Take the last letter back", show=False),
        Binding("ctrl+u", "clear", "Take all letters back", show=False),
        Binding("escape", "leave", "cancel"),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._options = title, list(options)
        self._labels = [safe(label, 200) for label, _ in options]
        self._words = [safe(words, 400) for _, words in options]
        self._typed = ""
        self._matching = list(range(len(self._options)))
        self._label_width = min(max(map(cell_width, self._labels), default=0), _WIDEST_LABEL)

    def compose(self) -> ComposeResult:
        """What was typed, and the options that hold it."""
        with Dialog(self._title):
            yield Words(id="typed")
            yield ChoiceList(wrap=False)

    def on_mount(self) -> None:
        """All options."""
        self._list.focus()
        self._fill()

    def on_resize(self) -> None:
        """As many options as there is room for."""
        leave_rows(self._list, 9)

    @property
    def _list(self) -> ChoiceList:
        return self.query_one(ChoiceList)

    def _fill(self) -> None:
        """Shows the options that hold every word typed, those whose label begins with it first; without any, those whose
        label has the letters typed in their order."""
        wanted = self._typed.lower().split()
        texts = [f"{label} {words}".lower() for label, words in zip(self._labels, self._words, strict=True)]
        self._matching = [index for index, text in enumerate(texts) if all(word in text for word in wanted)]
        if not self._matching:
            self._matching = [index for index, label in enumerate(self._labels) if _has_in_order(label, self._typed)]
        if wanted:
            self._matching.sort(key=lambda index: self._rank(index, wanted))
        self._list.update_items([self._item(index) for index in self._matching])
        self._list.mark_found(wanted[0] if wanted else "")
        found = f"   {len(self._matching)} of {len(self._options)}" if self._typed else "letters narrow the list"
        shown = Content.assemble(("> ", "bold $accent"), (safe(self._typed), "bold"), (found, "$text-muted"))
        self.query_one("#typed", Words).say(shown)

    def _rank(self, index: int, wanted: Sequence[str]) -> tuple[bool, int]:
        """What a label lacks: to begin with the first word, and how many of them it does not hold."""
        label = self._labels[index].lower()
        return not label.startswith(wanted[0]), sum(word not in label for word in wanted)

    def _item(self, index: int) -> Item:
        label = pad(fit(self._labels[index], self._label_width), self._label_width)
        return Item((Content.assemble(label, "   ", (self._words[index], "$text-muted")),))

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
        """Picks the option under the cursor."""
        if self._list.cursor is not None:
            self.dismiss(self._matching[self._list.cursor])

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self.action_pick()

    def action_leave(self) -> None:
        """Picks nothing."""
        self.dismiss(None)
