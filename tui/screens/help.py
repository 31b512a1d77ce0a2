"""The keys that work in a place, in groups, each with what it does; made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen

from tui.screens.modal import Modal
from tui.terminal.safe_text import cell_width, safe, safe_lines
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import Item, ItemList
from tui.widgets.key_line import key_name

Keys = list[tuple[str, str]]
"""Keys as they are printed on keyboards, and what they do."""


_BLANK = Item((Content(""),))
_WIDE = 140
"""Columns from which on hints stand beside the keys."""

_HERE, _MOVING, _EVERYWHERE = "Here", "Moving", "Everywhere"
_LATER = {_MOVING: 1, _EVERYWHERE: 2}
"""Groups that stand below the others."""
_WORDS = {"app.focus_next": "next field or pane", "app.focus_previous": "previous field or pane"}
"""What to call actions that Textual binds."""
_UNUSED = {"screen.copy_text"}
"""Actions that Textual binds and that do nothing here."""


class HelpScreen(Modal[None]):
    """Shows `bindings` (a screen's `active_bindings`) as the keys of `place`, and `hints`, texts by heading.

    The keys are grouped by their binding's group; those without one by where they are bound. The hints stand beside the
    keys where there is room, else Tab shows them instead.
    """

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "close", "back", key_display="Esc"),
        Binding("tab", "other_side", "keys or triage hints"),
    ]

    def __init__(
        self, place: str, bindings: Mapping[str, ActiveBinding], hints: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__()
        self._place, self._keys = place, dict(bindings)
        self._hints = [(name, text.strip()) for name, text in hints if text.strip()]

    def compose(self) -> ComposeResult:
        """The keys, and the hints."""
        groups = key_groups(self.app, self._keys)
        width = max((cell_width(keys) for group in groups.values() for keys, _ in group), default=0)
        with Dialog(f"Keys in {self._place}"), Horizontal():
            yield ItemList(_key_items(groups), indent=min(width, 20) + 4, cursor=False, id="keys-here")
            yield ItemList(_hint_items(self._hints), cursor=False, id="hints")

    def on_mount(self) -> None:
        """The list has the focus, so that the keys scroll it."""
        self._list.focus()

    @property
    def _list(self) -> ItemList:
        return self.query_one("#keys-here", ItemList)

    @property
    def _texts(self) -> ItemList:
        return self.query_one("#hints", ItemList)

    def on_resize(self) -> None:
        """As many keys as there is room for, and the hints beside them where there is."""
        self.set_class(bool(self._hints) and self.app.size.width >= _WIDE, "-beside")
        self.set_class(self.focused is not self._list and not self.has_class("-beside"), "-instead")
        for one in (self._list, self._texts):
            leave_rows(one, 5)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is another side where there are hints."""
        return bool(self._hints) if action == "other_side" else True

    def action_other_side(self) -> None:
        """The other list has the keys; where there is room for one only, it is shown instead."""
        other = self._texts if self.focused is self._list else self._list
        self.set_class(other is self._texts and not self.has_class("-beside"), "-instead")
        other.focus()

    def action_close(self) -> None:
        """Back to where help was asked for."""
        self.dismiss(None)


def _key_items(groups: Mapping[str, Keys]) -> list[Item]:
    """A heading and its keys, group by group."""
    items: list[Item] = []
    for name, group in groups.items():
        items += [_BLANK] if items else []
        items.append(Item((Content(""),), Content.styled(safe(name, 60), "bold $primary"), heading=True))
        items += [Item((Content(safe(words)),), Content.styled(f"  {safe(keys)}", "$accent")) for keys, words in group]
    return items


def _hint_items(hints: Sequence[tuple[str, str]]) -> list[Item]:
    """A heading and its text, hint by hint."""
    items: list[Item] = []
    for name, text in hints:
        lines = tuple(Content(line) for line in safe_lines(text))
        items += [_BLANK] if items else []
        items.append(Item((Content.styled(safe(name, 100), "bold $primary"), *lines)))
    return items


def key_groups(app: App[object], bindings: Mapping[str, ActiveBinding]) -> dict[str, Keys]:
    """The keys of `bindings` by group, those of one action together: `Down j`."""
    groups: dict[str, dict[tuple[str, str], list[str]]] = {}
    for active in bindings.values():
        binding = active.binding
        words = _WORDS.get(binding.action) or binding.tooltip or binding.description
        if not words or binding.system or binding.action in _UNUSED:
            continue
        keys = groups.setdefault(_group(active), {}).setdefault((binding.action, words), [])
        name = key_name(app, active)
        if name not in keys:
            keys.append(name)
    return {
        group: [(" ".join(keys), words[:1].upper() + words[1:]) for (_, words), keys in groups[group].items()]
        for group in sorted(groups, key=lambda name: _LATER.get(name, 0))
    }


def _group(active: ActiveBinding) -> str:
    if active.binding.group is not None and active.binding.group.description:
        return active.binding.group.description
    if isinstance(active.node, App):
        return _EVERYWHERE
    return _HERE if isinstance(active.node, Screen) else _MOVING
