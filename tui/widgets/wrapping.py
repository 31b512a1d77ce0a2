"""Where a line of text breaks when it is wider than its place. Nothing is dropped: the pieces joined are the line."""

from __future__ import annotations

from tui.terminal.safe_text import cell_width

_BREAKS = " ,;|&"
_LOOK_BACK = 16
"""A line breaks after a space or mark no further than this from its end, else in the middle of a word."""


def wrap_cells(text: str, width: int) -> list[tuple[int, int]]:
    """The start and end of each piece of `text`, made safe before; at least one piece.

    A piece takes at most `width` cells, not counting a space at its end, which may be lost to sight there.
    """
    width = max(width, 1)
    if len(text) <= width and cell_width(text) <= width:
        return [(0, len(text))]
    pieces: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = _fitting(text, start, width)
        if end < len(text):
            end = _break_before(text, start, end, width)
        pieces.append((start, end))
        start = end
    return pieces


def _fitting(text: str, start: int, width: int) -> int:
    """The furthest end so that `text[start:end]` takes at most `width` cells, and at least one character."""
    end = min(start + width, len(text))
    if text[start:end].isascii():
        return end
    used = 0
    for position in range(start, len(text)):
        used += cell_width(text[position])
        if used > width and position > start:
            return position
    return len(text)


def _break_before(text: str, start: int, end: int, width: int) -> int:
    """A place for the break near `end`: after a space or mark when there is one."""
    if text[end] == " ":
        return end + 1
    lowest = max(start + 1, end - min(_LOOK_BACK, width // 3))
    return next((place for place in range(end, lowest, -1) if text[place - 1] in _BREAKS), end)
