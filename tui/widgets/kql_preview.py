"""The KQL that a form gives, with the places marked where one parameter of it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.terminal.safe_text import safe
from tui.widgets.item_list import Item, ItemList
from tui.widgets.kql_text import highlight_kql
from tui.widgets.words import Words

_LONGEST = 1000
"""Characters of a line; the view of the whole KQL has all of them."""
_MARK = Content.styled("▸", "bold $accent")


def preview_lines(kql: str) -> list[Content]:
    """The lines of `kql`, safe and coloured, the very long ones cut. Of a long list it takes a while: not for the event
    loop."""
    return [
        line
        if len(line) <= _LONGEST
        else Content.assemble(line[:_LONGEST], (f"… +{len(line) - _LONGEST:,}", "$text-muted"))
        for line in highlight_kql(kql)
    ]


class KqlPreview(Vertical):
    """Shows KQL below a line that says how it stands."""

    DEFAULT_CSS = """
    KqlPreview {
        & > #preview-state { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #kql { height: 1fr; }
    }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: list[Content] = []
        self._state, self._kql = Words(id="preview-state"), ItemList(indent=2, cursor=False, id="kql")
        self._kql.can_focus = False
        self._parameter = ""

    def compose(self) -> ComposeResult:
        """The line above, and the KQL."""
        yield self._state
        yield self._kql

    @property
    def list(self) -> ItemList:
        """The lines; nothing goes to them by itself."""
        return self._kql

    def say(self, words: str) -> None:
        """Says how the KQL stands; made safe here."""
        self._state.say(Content.assemble(("KQL", "bold $primary"), f"  {safe(words, 400)}"))

    def show(self, lines: Sequence[Content]) -> None:
        """Shows what `preview_lines` made of KQL."""
        self._lines = list(lines)
        self._draw()

    def mark(self, parameter: str) -> None:
        """Marks the lines where `parameter` stands, and shows the first of them; none when it is empty."""
        if parameter != self._parameter:
            self._parameter = parameter
            self._draw()

    def _draw(self) -> None:
        touched = self.touched()
        self._kql.update_items(
            [Item((line,), _MARK if number in touched else Content("")) for number, line in enumerate(self._lines)]
        )
        if touched:
            self._kql.show_item(min(touched))

    def touched(self) -> set[int]:
        """The lines, from 0, where the marked parameter stands."""
        if not self._parameter:
            return set()
        name = re.compile(rf"\bp_{re.escape(self._parameter)}(?:_all)?\b")
        return {number for number, line in enumerate(self._lines) if name.search(line.plain)}
