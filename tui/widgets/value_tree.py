"""One value, large: its lines wrapped, or what JSON holds as a tree that folds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.results.values import plain_text
from tui.terminal.safe_text import safe, safe_lines
from tui.widgets.item_list import Item, ItemList

_LONGEST_JSON = 5_000_000
_DEEPEST_OPEN = 2
"""Levels that are open at first."""
_INDENT = 2
OPEN_MARK, FOLDED_MARK = "▾", "▸"


class _Number(str):
    """A number as it is written in the JSON: no digit is lost."""


@dataclass(frozen=True)
class Node:
    """A member of a JSON value: its name or position, what it holds, how deep it lies and where."""

    name: str
    value: Any
    depth: int
    path: tuple[int, ...]

    @property
    def members(self) -> list[tuple[str, Any]]:
        """What it holds, when it is an object or a list."""
        if isinstance(self.value, _Object):
            return self.value.pairs
        if isinstance(self.value, list):
            return [(f"[{place}]", item) for place, item in enumerate(self.value)]
        return []


@dataclass(frozen=True)
class _Object:
    """An object with its members in order, those of one name all."""

    pairs: list[tuple[str, Any]]


def json_of(text: str) -> Any:
    """The object or list that `text` is as JSON; None when it is neither, or too long or deep to tell."""
    if text.lstrip()[:1] not in ("{", "[") or not text.strip() or len(text) > _LONGEST_JSON:
        return None
    try:
        return json.loads(
            text, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )
    except (ValueError, RecursionError):
        return None


class ValueTree(ItemList):
    """Shows a value: `as_tree` decides whether JSON stands as a tree."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "fold", tooltip="fold or unfold the part under the cursor"),
        Binding("right,l", "open(True)", "Unfold", show=False),
        Binding("left,h", "open(False)", "Fold, then go to what it is part of", show=False),
        Binding("plus", "all(True)", "Unfold all", show=False),
        Binding("minus", "all(False)", "Fold all", show=False),
    ]

    def __init__(self, value: Any, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.text, self._null = plain_text(value), value is None
        self._json = json_of(self.text)
        self.as_tree = self._json is not None
        self._folded: set[tuple[int, ...]] = set()
        self._shown: list[Node] = []
        if self.as_tree:
            self._folded = {node.path for node in self._parts(set()) if node.members and node.depth >= _DEEPEST_OPEN}

    @property
    def has_tree(self) -> bool:
        """Whether the value can be shown as a tree."""
        return self._json is not None

    @property
    def part(self) -> str:
        """The part under the cursor as text: a text as it is, anything else as JSON."""
        if not self.as_tree or self.cursor is None:
            return self.text
        value = self._shown[self.cursor].value
        return str(value) if isinstance(value, str) else _written(value)

    def on_mount(self) -> None:
        """Shows the value."""
        self.fill()

    def turn(self) -> None:
        """The tree, or the text as it is."""
        self.as_tree = self.has_tree and not self.as_tree
        self.fill()
        self.refresh_bindings()

    def fill(self, cursor: int = 0) -> None:
        """Shows what is not folded away."""
        if self.as_tree:
            self._shown = list(self._parts(self._folded))
            self.update_items([self._item(node) for node in self._shown], cursor)
        else:
            words = "" if self.text else "null: no value" if self._null else "empty"
            lines = [Content.styled(words, "italic $text-muted")] if words else map(Content, safe_lines(self.text))
            self.update_items([Item((line,)) for line in lines], cursor)

    def _parts(self, folded: set[tuple[int, ...]]) -> Iterator[Node]:
        """The nodes that are not inside of folded ones, from top to bottom."""
        waiting = [Node("", self._json, 0, ())]
        while waiting:
            node = waiting.pop()
            yield node
            if node.path not in folded:
                members = enumerate(node.members)
                waiting += reversed(
                    [Node(name, value, node.depth + 1, (*node.path, place)) for place, (name, value) in members]
                )

    def _item(self, node: Node) -> Item:
        head = " " * (_INDENT * node.depth)
        name = (f"{safe(node.name, 200)}: ", "$primary") if node.name else ("", "")
        if not isinstance(node.value, _Object | list):
            lines = [safe(line) for line in _leaf(node.value).splitlines()] or [""]
            first = Content.assemble(f"{head}  ", name, lines[0])
            return Item((first, *(Content(f"{head}    {line}") for line in lines[1:])))
        mark = FOLDED_MARK if node.path in self._folded and node.members else OPEN_MARK
        count = len(node.members)
        brackets = "{}" if isinstance(node.value, _Object) else "[]"
        return Item((Content.assemble(f"{head}{mark} ", name, (f"{brackets[0]}{count}{brackets[1]}", "$text-muted")),))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to fold in a tree only."""
        return self.as_tree if action in ("fold", "open", "all") else True

    def action_fold(self) -> None:
        """Folds the part under the cursor, or unfolds it."""
        node = self._current
        if node is not None and node.members:
            self._folded ^= {node.path}
            self.fill(self.cursor or 0)

    def action_open(self, opened: bool) -> None:
        """Unfolds the part; or folds it, and goes to what it is part of when it is."""
        node = self._current
        if node is None:
            return
        if node.members and (node.path in self._folded) == opened:
            self.action_fold()
        elif not opened and node.path:
            above = [one.path for one in self._shown].index(node.path[:-1])
            self.move_to(above)

    def action_all(self, opened: bool) -> None:
        """Unfolds all, or folds all below the first level."""
        if self.as_tree:
            holding = {node.path for node in self._parts(set()) if node.members and node.path}
            self._folded = set() if opened else holding
            self.fill()

    @property
    def _current(self) -> Node | None:
        return self._shown[self.cursor] if self.as_tree and self.cursor is not None else None


def _leaf(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    return f'"{value}"' if isinstance(value, str) else _written(value)


def _written(value: Any) -> str:
    """`value` as JSON, its numbers as they were."""
    if isinstance(value, _Object):
        return (
            "{"
            + ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {_written(item)}" for name, item in value.pairs)
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def size_words(value: Any, text: str) -> str:
    """How long a value is, in words."""
    if value is None:
        return "null: no value"
    if not text:
        return "empty: a text without characters"
    lines: Sequence[str] = text.splitlines()
    return f"{len(text):,} characters" + (f", {len(lines):,} lines" if len(lines) > 1 else "")
