"""One line with the keys that work here and now, as they are bound, each with its word."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.app import App
from textual.binding import ActiveBinding
from textual.content import Content
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen

from tui.terminal.safe_text import cell_width
from tui.widgets.words import Words

_GAP = 2


class _Place(NamedTuple):
    start: int
    end: int
    action: str
    node: DOMNode


class KeyLine(Words):
    """Shows every binding of its screen that asks to be shown; a click does what the key does."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        color: $footer-description-foreground;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._places: list[_Place] = []

    def on_mount(self) -> None:
        """Follows the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        if not screen.is_attached:
            return
        parts: list[tuple[str, str]] = []
        places: list[_Place] = []
        at = 0
        for keys, active in shown_bindings(screen).items():
            words = active.binding.description
            parts += [(keys, "bold $footer-key-foreground"), (f" {words}", ""), (" " * _GAP, "")]
            end = at + cell_width(keys) + 1 + cell_width(words)
            places.append(_Place(at, end, active.binding.action, active.node))
            at = end + _GAP
        self._places = places
        self.say(Content.assemble(*parts))

    async def on_click(self, event: events.Click) -> None:
        """Does what the key under the mouse does."""
        x = event.get_content_offset_capture(self).x
        for place in self._places:
            if place.start <= x < place.end:
                await self.app.run_action(place.action, place.node)


def shown_bindings(screen: Screen[object]) -> dict[str, ActiveBinding]:
    """The bindings to show, by their keys as they are printed; keys of one action stand together: `j/Down`."""
    by_action: dict[tuple[str, str], tuple[list[str], ActiveBinding]] = {}
    for active in screen.active_bindings.values():
        if active.binding.show and active.enabled:
            found = by_action.setdefault((active.binding.action, active.binding.description), ([], active))
            key = key_name(screen.app, active)
            if key not in found[0]:
                found[0].append(key)
    return {"/".join(keys): active for keys, active in by_action.values()}


_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "backspace": "Bksp",
    "delete": "Del",
    "insert": "Ins",
}


def key_name(app: App[object], active: ActiveBinding) -> str:
    """A key as it is printed on keyboards: `Ctrl+R`, `Esc`, `F5`, `/`."""
    del app
    return active.binding.key_display or printed_key(active.binding.key)


def printed_key(key: str) -> str:
    """The same for a key by Textual's name of it."""
    *modifiers, last = key.split("+")
    shown = _NAMES.get(last) or (last.upper() if modifiers or (last[0] == "f" and last[1:].isdigit()) else "")
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown or format_key(last)])
