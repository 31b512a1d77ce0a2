"""What is written to a terminal to hand it a text for its clipboard."""

from __future__ import annotations

import base64

SCREEN_CHUNK = 240
"""Characters that GNU screen passes on at once; it drops what is much longer."""


def osc52(text: str) -> str:
    """The sequence that puts `text` into the clipboard of a terminal that allows it."""
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"


def through_screen(sequence: str) -> str:
    """`sequence` in pieces that GNU screen passes on to its terminal, and shows nothing of."""
    starts = range(0, len(sequence), SCREEN_CHUNK)
    return "".join(f"\x1bP{sequence[start : start + SCREEN_CHUNK]}\x1b\\" for start in starts)
