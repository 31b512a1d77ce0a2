"""The title of the terminal while something is watched: only this program's own words and a number, never data."""

from __future__ import annotations

NAME = "huntdeck"
_SAVE, _RESTORE = "\x1b[22;2t", "\x1b[23;2t"


def begin_title() -> str:
    """The sequence that has the terminal remember its title, where it can."""
    return _SAVE


def show_title(fresh: int) -> str:
    """The sequence that shows how many rows are fresh: `huntdeck: 3 fresh`."""
    return f"\x1b]2;{NAME}: {fresh} fresh\x1b\\" if fresh > 0 else f"\x1b]2;{NAME}\x1b\\"


def end_title() -> str:
    """The sequence that brings the remembered title back; where the terminal has none, the program's name stays."""
    return show_title(0) + _RESTORE
