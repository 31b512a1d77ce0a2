"""Keys of the analyst's own, `[keys]` of the configuration: which of them can be had, and putting them in their place.

Textual's own key map drops whatever else was bound to a key that is given up, also what is there at another time only:
`q` leaves in the tree and goes back in the result. So the bindings of each widget are made anew here.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.keys import _character_to_key

from tui.screens.acts import ACTS, Act, Where, act_binding
from tui.settings.config import KeyWish
from tui.settings.keys import ConfigProblem, nearest

APP_BINDINGS: Sequence[Binding] = (
    Binding("ctrl+q", "leave", "quit", show=False, priority=True, id="app.quit"),
    Binding("ctrl+z", "suspend_process", "suspend", show=False, priority=True, id="app.suspend"),
)
"""The keys that work everywhere."""

_TAKEN = {
    "a": "GNU screen begins its own keys with it",
    "b": "tmux begins its own keys with it",
    "s": "terminals stop their output with it",
    "t": "terminals and multiplexers take it for themselves",
    "w": "terminals close their window with it",
    "h": "most terminals send Backspace for it",
    "i": "terminals send Tab for it",
    "j": "terminals send Enter for it",
    "m": "terminals send Enter for it",
}
_SAME = {"esc": "escape", "bksp": "backspace", "del": "delete", "ins": "insert", "pgup": "pageup", "pgdn": "pagedown"}
_NAMED = (
    "up down left right home end pageup pagedown insert delete enter escape tab space backspace shift+tab "
    "ctrl+up ctrl+down ctrl+left ctrl+right ctrl+home ctrl+end shift+up shift+down shift+left shift+right "
    "ctrl+backslash ctrl+underscore"
).split()
_FUNCTION = [f"f{number}" for number in range(1, 13)]

_TREE, _HUNTS, _RESULT, _ROWS = "tree", "hunts", "result", "rows"
_EVERYWHERE = frozenset((_TREE, _HUNTS, _RESULT, _ROWS))
_PLACES = {
    Where.TREE: frozenset((_TREE, _HUNTS)),
    Where.HUNTS: frozenset((_HUNTS,)),
    Where.RESULT: frozenset((_RESULT, _ROWS)),
    Where.ROWS: frozenset((_ROWS,)),
    Where.COLUMN: frozenset((_ROWS,)),
}


class WrongKeyError(ValueError):
    """A key that cannot be had; says why."""


class Bound(NamedTuple):
    """What an id stands for: the keys it comes with, and where they work."""

    keys: tuple[str, ...]
    places: frozenset[str]


@cache
def known_ids() -> dict[str, Bound]:
    """Everything that can have other keys."""
    from tui.widgets.hunt_tree import HuntTree
    from tui.widgets.result_table import ResultTable

    known = {f"main.{act.id}": Bound(_split(act.keys), _places(act)) for act in ACTS}
    known |= _bound(HuntTree.BINDINGS, _PLACES[Where.TREE])
    known |= _bound(ResultTable.BINDINGS, _PLACES[Where.RESULT])
    return known | _bound(APP_BINDINGS, _EVERYWHERE)


def _places(act: Act) -> frozenset[str]:
    places = _PLACES.get(act.where, _EVERYWHERE)
    return places - {_HUNTS} if act.gives_way else places


def read_keymap(wishes: Sequence[KeyWish], path: Path) -> tuple[dict[str, str], list[ConfigProblem]]:
    """The keys that count, by id, each as Textual writes them, and what is wrong with the rest of `wishes` from `path`.

    Of two that want one key in one place the first counts.
    """
    known, problems, keymap = known_ids(), [], {}
    lines = {wish.id: wish.line for wish in wishes}

    def note(wish: str, message: str) -> None:
        problems.append(ConfigProblem(path, lines[wish], f"keys.{wish}", message))

    for wish in wishes:
        if wish.id not in known:
            note(wish.id, f"there is nothing of this name{nearest(wish.id, list(known))}")
            continue
        try:
            keymap[wish.id] = ",".join(dict.fromkeys(read_key(key) for key in wish.keys if key))
        except WrongKeyError as error:
            note(wish.id, str(error))
    while clash := _clash(keymap):
        loser, key, other = clash
        note(loser, f"{key_words(key)} is the key of {other} already")
        del keymap[loser]
    return keymap, problems


def read_key(text: str) -> str:
    """A key as Textual names it, from how people write it: `P`, `?`, `Ctrl+G`, `F6`; WrongKeyError when it cannot be."""
    if len(text) == 1:
        if text.isprintable() and not text.isspace():
            return str(_character_to_key(text))
        raise WrongKeyError("expected a key such as P, F6 or Ctrl+G")
    *modifiers, last = text.lower().split("+")
    name = "+".join([*sorted(modifiers), _SAME.get(last, last)])
    if modifiers == ["ctrl"] and last in _TAKEN:
        raise WrongKeyError(f"{key_words(name)} cannot be: {_TAKEN[last]}")
    letters = [f"ctrl+{letter}" for letter in string.ascii_lowercase]
    if name in (*_NAMED, *_FUNCTION, *letters):
        return name
    if modifiers:
        raise WrongKeyError(f"{text} is not sent by every terminal, so it cannot be")
    raise WrongKeyError(f"there is no key {text!r}{nearest(name, [*_NAMED, *_FUNCTION])}")


def key_words(key: str) -> str:
    """A key as it is printed on keyboards."""
    from tui.widgets.key_line import printed_key

    return printed_key(key)


def remap(node: DOMNode, keymap: Mapping[str, str], added: Sequence[Binding] = ()) -> None:
    """Gives the bindings of `node`, and `added` ones that come without keys, the keys of `keymap`."""
    bindings = [binding for found in node._bindings.key_to_bindings.values() for binding in found]
    if not any(binding.id in keymap for binding in (*bindings, *added)):
        return
    kept = [binding for binding in bindings if binding.id not in keymap]
    given = {binding.id: binding for binding in (*bindings, *added) if binding.id in keymap}
    moved = [
        binding.with_key(key=key, key_display=None)
        for binding in given.values()
        for key in _split(keymap[binding.id or ""])
    ]
    places = [(binding.id, binding.action) for binding in (*bindings, *added)]
    # The footer's words keep their order.
    ordered = sorted((*kept, *moved), key=lambda binding: places.index((binding.id, binding.action)))
    node._bindings = BindingsMap(ordered)


def keyless_bindings() -> list[Binding]:
    """What comes without keys, as bindings that can be given some."""
    return [act_binding(act, "f12") for act in ACTS if not act.keys]


def _clash(keymap: dict[str, str]) -> tuple[str, str, str] | None:
    """The last id that wants a key which another one has in the same place, the key, and the other one."""
    known = known_ids()
    final = {name: _split(keymap[name]) if name in keymap else bound.keys for name, bound in known.items()}
    for name in reversed(keymap):
        for other, keys in final.items():
            if other == name or not known[name].places & known[other].places:
                continue
            for key in final[name]:
                if key in keys:
                    return name, key, other
    return None


def _bound(bindings: Sequence[BindingType], places: frozenset[str]) -> dict[str, Bound]:
    return {
        binding.id: Bound(_split(binding.key), places)
        for binding in bindings
        if isinstance(binding, Binding) and binding.id is not None
    }


def _split(keys: str) -> tuple[str, ...]:
    return tuple(filter(None, keys.split(",")))
