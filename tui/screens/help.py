"""The keys that work in a place, in groups, each with what it does; made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.content import Content
from textual.screen import Screen

from tui.screens.modal import Modal
from tui.terminal.safe_text import cell_width, safe
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import Item, ItemList
from tui.widgets.key_line import key_name

Keys = list[tuple[str, str]]
"""Keys as they are printed on keyboards, and what they do."""


_HERE, _MOVING, _EVERYWHERE = "Here", "Moving", "Everywhere"
_LATER = {_MOVING: 1, _EVERYWHERE: 2}
"""Groups that stand below the others."""
_WORDS = {"app.focus_next": "next field or pane", "app.focus_previous": "previous field or pane"}
"""What to call actions that Textual binds."""
_UNUSED = {"screen.copy_text"}
"""Actions that Textual binds and that do nothing here."""


class HelpScreen(Modal[None]):
    """Shows `bindings` (a screen's `active_bindings`) as the keys of `place`.

    They are grouped by their binding's group; those without one by where they are bound.
    """

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "close", "back", key_display="Esc")
    ]

    def __init__(self, place: str, bindings: Mapping[str, ActiveBinding]) -> None:
        super().__init__()
        self._place, self._keys = place, dict(bindings)

    def compose(self) -> ComposeResult:
        """A heading and its keys, group by group."""
        groups = key_groups(self.app, self._keys)
        width = max((cell_width(keys) for group in groups.values() for keys, _ in group), default=0)
        items: list[Item] = []
        for name, group in groups.items():
            items += [Item((Content(""),))] if items else []
            items.append(Item((Content(""),), Content.styled(safe(name, 60), "bold $primary"), heading=True))
            items += [
                Item((Content(safe(words)),), Content.styled(f"  {safe(keys)}", "$accent")) for keys, words in group
            ]
        with Dialog(f"Keys in {self._place}"):
            yield ItemList(items, indent=max(width + 4, 24), cursor=False)

    def on_mount(self) -> None:
        """The list has the focus, so that the keys scroll it."""
        self.query_one(ItemList).focus()

    def on_resize(self) -> None:
        """As many keys as there is room for."""
        leave_rows(self.query_one(ItemList), 5)

    def action_close(self) -> None:
        """Back to where help was asked for."""
        self.dismiss(None)


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
