"""Text that is being edited, shown character for character: what nobody sees gets a sign of its own, one cell wide."""

from __future__ import annotations

import re

from tui.terminal.safe_text import HIDDEN, cut_mark_runs

_HIDDEN = re.compile(f"[{HIDDEN}]")
_UNSEEN = "\N{REPLACEMENT CHARACTER}"


def seen_text(text: str) -> str:
    """`text` with as many characters, each control, invisible or reordering one as a sign that can be seen; so are all
    but the first few of many combining marks in a row, which would be drawn over what stands around them."""
    if text.isascii() and text.isprintable():
        return text
    return cut_mark_runs(_HIDDEN.sub(_sign, text), lambda more: _UNSEEN * more)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else _UNSEEN
