"""`[look]` of the configuration: theme, room, mouse, and what is heard when a long run ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from tui.settings.keys import Keys

LONGEST_WAIT = 86_400


class Density(StrEnum):
    """How much room there is around things."""

    NORMAL = "normal"
    COMPACT = "compact"


class Bell(StrEnum):
    """What the terminal is told when a long run ends and nobody looks; never anything of what the run found."""

    BELL = "bell"
    """Its bell, which tmux shows as a mark at the window."""
    OSC9 = "osc9"
    """A notification as iTerm2, WezTerm, Ghostty and Windows Terminal take it."""
    OSC777 = "osc777"
    """As urxvt, foot and VTE take it."""
    OSC99 = "osc99"
    """As kitty takes it."""
    OFF = "off"


@dataclass(frozen=True)
class LookConfig:
    """`[look]`; an empty `theme` is the one that comes with huntdeck and fits the terminal.

    `bell_after` is how many seconds a run must have taken for `bell` to tell of its end.
    """

    theme: str = ""
    density: Density = Density.NORMAL
    mouse: bool = True
    bell: Bell = Bell.BELL
    bell_after: int = 30


def read_look(keys: Keys) -> LookConfig:
    """The table `[look]`."""
    look = LookConfig(
        theme=keys.text("theme", "", "the name of a theme"),
        density=keys.word("density", Density.NORMAL),
        mouse=keys.switch("mouse", True),
        bell=keys.word("bell", Bell.BELL),
        bell_after=keys.whole_number("bell_after", 30, 1, LONGEST_WAIT, "seconds"),
    )
    keys.finish()
    return look


def missing_theme(name: str, known: Collection[str]) -> str:
    """Why the theme `name` cannot be had, with the nearest of those `known`; nothing when it can."""
    from tui.settings.keys import nearest

    if not name or name in known:
        return ""
    return f"there is no theme {name!r}: {', '.join(sorted(known))}{nearest(name, list(known))}"
