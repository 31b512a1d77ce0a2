"""Text that is being edited, shown character for character: what nobody sees gets a sign of its own, one cell wide."""

from __future__ import annotations

import re

from tui.terminal.safe_text import HIDDEN

_HIDDEN = re.compile(f"[{HIDDEN}]")
_UNSEEN = "\N{REPLACEMENT CHARACTER}"


def seen_text(text: str) -> str:
    """`text` with as many characters, each control, invisible or reordering one as a sign that can be seen."""
    return text if text.isascii() and text.isprintable() else _HIDDEN.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else _UNSEEN
