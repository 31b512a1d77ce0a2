"""The last line: the keys that work here."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from tui.widgets.key_line import key_name
from tui.widgets.line import Piece

_ALWAYS = ("commands", "help")


def key_pieces(screen: Screen[Any]) -> list[Piece]:
    """Each key with its word; the last ones give way first where room lacks, commands and help never."""
    pieces: list[Piece] = []
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.show or not active.enabled or binding.description in seen:
            continue
        seen.add(binding.description)
        stays = binding.description in _ALWAYS
        rank = 1000 if stays else 100 - len(pieces)
        words = f"{key_name(screen.app, active)} {binding.description}"
        pieces.append(Piece(words, role="muted", rank=rank, leaves=not stays, lead="key"))
    return pieces
