"""What the program runs in: multiplexers, a remote shell, a desktop, and which terminal that is, as far as it is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MOSH_LIMIT = 12_000
"""Bytes of text that mosh passes on whole: longer ones arrive cut off."""

_REFUSING_KINDS = {
    "linux": "the text console",
    "putty": "PuTTY",
    "rxvt": "rxvt",
    "vt100": "a vt100",
    "vt220": "a vt220",
    "dumb": "a dumb terminal",
}
_OTHERS_THAN_VTE = ("KITTY_WINDOW_ID", "WT_SESSION", "ALACRITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE")
"""Set by terminals that may have been started from one of the VTE kind, and inherit its variable."""
_VTE = "a terminal of the VTE kind (GNOME Terminal and others)"


@dataclass(frozen=True)
class Surroundings:
    """Told by the environment and the processes above; `elsewhere` is a multiplexer on another machine, by its TERM."""

    tmux: bool
    screen: bool
    mosh: bool
    remote: bool
    desktop: str
    """`DISPLAY`, `WAYLAND_DISPLAY` or `macOS`, where the desktop is on this machine; else nothing."""
    elsewhere: str
    """`tmux`, `screen` (either of the two, which TERM does not tell), or nothing."""
    refusing: str
    """The terminal, in words, when it is one that takes no clipboard text from programs; else nothing."""


def look_around(environ: Mapping[str, str]) -> Surroundings:
    """The surroundings of this process, of which `environ` is the environment."""
    tmux, screen = bool(environ.get("TMUX")), bool(environ.get("STY"))
    kind = environ.get("TERM", "")
    remote = any(environ.get(name) for name in ("SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT"))
    return Surroundings(
        tmux=tmux,
        screen=screen,
        mosh=not tmux and not screen and is_below_mosh(os.getpid()),
        remote=remote,
        desktop="" if remote else _desktop(environ),
        elsewhere="" if screen else _elsewhere(kind, tmux),
        refusing=_refusing(environ, kind),
    )


def _elsewhere(kind: str, tmux: bool) -> str:
    """The multiplexer that TERM names; where `tmux` is known to be around, a TERM of screen's is tmux's."""
    named = next((name for name in ("tmux", "screen") if kind.startswith(name)), "")
    return "tmux" if named and tmux else named


def is_below_mosh(process: int) -> bool:
    """Whether a mosh server is among the processes above `process`; where they are not listed, no."""
    seen = 0
    while process > 1 and seen < 100:
        try:
            status = Path(f"/proc/{process}/stat").read_bytes()
        except OSError:
            return False
        # The name stands in parentheses, and may hold some itself.
        name, _, rest = status.partition(b"(")[2].rpartition(b")")
        if name == b"mosh-server":
            return True
        process, seen = int(rest.split()[1]), seen + 1
    return False


def _desktop(environ: Mapping[str, str]) -> str:
    if sys.platform == "darwin":
        return "macOS"
    return next((name for name in ("WAYLAND_DISPLAY", "DISPLAY") if environ.get(name)), "")


def _refusing(environ: Mapping[str, str], kind: str) -> str:
    program = environ.get("TERM_PROGRAM", "")
    if program == "Apple_Terminal":
        return "Terminal.app"
    known = next((words for name, words in _REFUSING_KINDS.items() if kind.startswith(name)), "")
    if known:
        return known
    inherited = bool(program) or any(environ.get(name) for name in _OTHERS_THAN_VTE)
    return _VTE if environ.get("VTE_VERSION") and kind.startswith("xterm-256") and not inherited else ""
