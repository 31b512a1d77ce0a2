"""A field for a list of texts, one a line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.library.lists import FILE_MARK, common_start, matching_files
from tui.library.pasting import Pasted, split_values, take_apart
from tui.widgets.key_order import taken
from tui.widgets.text_lines import TextLines
from tui.workspaces.threads import in_thread

_LONGEST_PASTE = 500_000
"""Characters of a paste: more would hold up the keys, and hold more values than a list may."""
_PATIENCE = 1.0
"""Seconds that keys wait for the names in a folder."""


class ListField(TextLines):
    """Lines that are the values. What is pasted is taken apart, refanged and freed of duplicates, and `note` says so; with
    `spaces` a space ends a pasted value too.

    Tab goes on with the name of a file after `@`, and else to the next field.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+underscore", "undo", "Undo", show=False),
        Binding("tab", "complete", "Next field", show=False),
    ]
    DEFAULT_CSS = """
    ListField {
        min-height: 1;
        max-height: 5;
        overflow-x: hidden;
        &.-wrong, &.-wrong:focus { border-left: outer $error; }
    }
    """

    class Noted(Message):
        """There is something to say: `note` is another."""

        def __init__(self, field: ListField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> ListField:
            """The field."""
            return self.field

    def __init__(
        self,
        values: Sequence[str] = (),
        placeholder: str = "",
        id: str | None = None,  # noqa: A002
        spaces: bool = False,
    ) -> None:
        super().__init__("\n".join(values), placeholder, id, soft_wrap=False)
        self._spaces = spaces
        self._noted = ("", "")

    @property
    def values(self) -> list[str]:
        """The lines that are not blank, without the white space around them."""
        return [line.strip() for line in self.text.split("\n") if line.strip()]

    @property
    def note(self) -> str:
        """What was done to the last paste, or how a file's name can go on, until something else is done."""
        text, words = self._noted
        return words if text == self.text else ""

    async def _on_key(self, event: events.Key) -> None:
        if not await taken(self, event):
            await super()._on_key(event)

    def put(self, text: str) -> None:
        """Takes `text` as pasted: one value goes on with the line, several have lines of their own."""
        if len(text) > _LONGEST_PASTE:
            self._say(
                f"{len(text):,} characters are too many to paste: put them in a file, and name it after {FILE_MARK}"
            )
            return
        start, end = sorted(self.selection)
        left, right = self.document.get_line(start[0])[: start[1]], self.document.get_line(end[0])[end[1] :]
        # A line end that was copied along with one value says that it is whole.
        apart = len(split_values(text, self._spaces)) > 1 or (text.endswith("\n") and not right.strip())
        known = self._values_outside(start, end) if apart else []
        pasted = take_apart(text, known, self._spaces)
        inserted = "\n".join(pasted.values)
        if apart and inserted:
            inserted = "\n" * bool(left.strip()) + inserted + "\n" * bool(right.strip())
        result = self._replace_via_keyboard(inserted, start, end)
        if result is not None:
            self.move_cursor(result.end_location)
        self._say(paste_words(pasted) if apart or pasted.refanged else "")

    def _values_outside(self, start: tuple[int, int], end: tuple[int, int]) -> list[str]:
        before, after = self.get_text_range((0, 0), start), self.get_text_range(end, self.document.end)
        return [line.strip() for line in f"{before}\n{after}".split("\n")]

    def _say(self, words: str) -> None:
        self._noted = (self.text, words)
        self.post_message(self.Noted(self))

    async def action_complete(self) -> None:
        """Goes on with the name of a file as far as there is one way to; says the ways when there are several."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        if not line.startswith(FILE_MARK) or column < len(line) or self.note:
            self.screen.focus_next()
            return
        start = line[len(FILE_MARK) :]
        try:
            names = await asyncio.wait_for(in_thread(lambda: matching_files(start)), _PATIENCE)
        except TimeoutError:
            self._say("the folder does not answer")
            return
        if not self.has_focus or self.cursor_location != (row, column) or self.document.get_line(row) != line:
            return
        longest = common_start(names)
        if len(longest) > len(start):
            self._replace_via_keyboard(longest[len(start) :], (row, column), (row, column))
        if len(names) > 1:
            self._say("  ".join(name.rstrip("/").rpartition("/")[2] + "/" * name.endswith("/") for name in names))
        elif not names:
            self._say("no file begins so")
        elif len(longest) == len(start):
            self.screen.focus_next()


def paste_words(pasted: Pasted) -> str:
    """What was done to a paste: `3 pasted, 2 duplicates dropped, 1 refanged`."""
    parts = [f"{len(pasted.values):,} pasted"]
    if pasted.duplicates:
        parts.append(f"{pasted.duplicates:,} duplicate{'' if pasted.duplicates == 1 else 's'} dropped")
    if pasted.refanged:
        parts.append(f"{pasted.refanged:,} refanged")
    return ", ".join(parts)
