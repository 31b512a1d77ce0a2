"""One event, a field a line: name, type and the whole value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from textual import events
from textual.content import Content

from tui.results.values import plain_text
from tui.terminal.safe_text import cell_width, fit, has_hidden, pad, safe, safe_lines
from tui.widgets.item_list import Item, ItemList

Fields = Sequence[tuple[str, object]]

_WIDEST_NAME = 46
_TYPE_WIDTH = 10
_WIDE = 110
"""Cells from which on the types stand in a column of their own."""
_LONGEST_JSON = 200_000
HIDDEN_MARK = "!"


class EventView(ItemList):
    """The fields of one event. `types` names their KQL types; where it does not, the value decides."""

    def __init__(self, fields: Fields = (), types: Mapping[str, str] | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._fields, self._types = list(fields), types or {}
        self._shown: list[tuple[str, object]] = []
        self._empty_shown = True
        self._search = ""

    @property
    def current(self) -> tuple[str, object] | None:
        """Name and value under the cursor."""
        return self._shown[self.cursor] if self.cursor is not None and self._shown else None

    @property
    def counts(self) -> tuple[int, int]:
        """How many fields are shown, and how many there are."""
        return len(self._shown), len(self._fields)

    def show(self, fields: Fields, types: Mapping[str, str] | None = None) -> None:
        """Another event, with the cursor on the field of the same name."""
        self._fields, self._types = list(fields), types or self._types
        self._fill()

    def toggle_empty(self) -> None:
        """Hides the fields that hold nothing, or shows them again."""
        self._empty_shown = not self._empty_shown
        self._fill()

    def search(self, text: str) -> None:
        """Highlights `text` and goes to the next field that holds it."""
        self._search = text
        self.mark_found(text)
        self.find(1, here=True)

    def find(self, step: int, here: bool = False) -> bool:
        """Whether a field whose name or value holds the text searched for is there; goes to the next (-1: the last)."""
        if not self._search or self.cursor is None:
            return False
        wanted = self._search.lower()
        count = len(self._shown)
        start = 0 if here else 1
        for distance in range(start, count + start):
            index = (self.cursor + step * distance) % count
            name = self._shown[index][0]
            if wanted in name.lower() or any(wanted in line.plain.lower() for line in self.items[index].body):
                self.move_to(index)
                return True
        return False

    def type_of(self, name: str, value: object) -> str:
        """The KQL type of a field."""
        return self._types.get(name) or _type_name(value)

    def on_resize(self, event: events.Resize) -> None:
        """The names take as much room as the width allows."""
        self._fill()

    def _fill(self) -> None:
        current = self.current
        self._shown = [field for field in self._fields if self._empty_shown or field[1] not in (None, "")]
        wide = self._room >= _WIDE
        longest = max((cell_width(safe(name, 100)) for name, _ in self._shown), default=0)
        name_width = min(longest, _WIDEST_NAME, max(self._room * 2 // 5, 12))
        items = [
            Item(self._value_lines(value), self._name_and_type(name, value, name_width, wide))
            for name, value in self._shown
        ]
        names = [name for name, _ in self._shown]
        cursor = names.index(current[0]) if current and current[0] in names else 0
        self.update_items(items, cursor, name_width + 3 + (_TYPE_WIDTH if wide else 0))
        if self.cursor is not None:
            self.post_message(self.Highlighted(self, self.cursor))

    def _name_and_type(self, name: str, value: object, width: int, wide: bool) -> Content:
        shown = pad(fit(safe(name, 100), width, middle=True), width)
        mark = HIDDEN_MARK if has_hidden(value) else " "
        kind = pad(fit(safe(self.type_of(name, value), 20), _TYPE_WIDTH - 1), _TYPE_WIDTH) if wide else ""
        return Content.assemble((shown, "$primary"), (f" {mark} ", "bold $warning"), (kind, "$text-muted"))

    def _value_lines(self, value: object) -> tuple[Content, ...]:
        if value is None:
            return (Content.styled("null", "italic $text-muted"),)
        return tuple(Content(line) for line in safe_lines(pretty(value)))


def pretty(value: object) -> str:
    """A value as text: times as ISO with `Z`, JSON with indents, everything else as it is."""
    if isinstance(value, dict | list):
        return json.dumps(value, indent=2, ensure_ascii=False, default=plain_text)
    if isinstance(value, str) and value[:1] in "{[" and 2 < len(value) <= _LONGEST_JSON:
        try:
            return json.dumps(json.loads(value), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            return value
    return plain_text(value)


def plain(value: object) -> str:
    """A value as it is copied: whole and unchanged, null as nothing."""
    return (
        json.dumps(value, ensure_ascii=False, default=plain_text)
        if isinstance(value, dict | list)
        else plain_text(value)
    )


def _type_name(value: object) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "bool"),
        (int, "long"),
        (float, "real"),
        (Decimal, "decimal"),
        (datetime, "datetime"),
        (timedelta, "timespan"),
        ((dict, list), "dynamic"),
        (str, "string"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), "")
