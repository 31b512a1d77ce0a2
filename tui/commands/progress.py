"""A progress bar on standard error, on one line, where there is a terminal to show it."""

from __future__ import annotations

import sys
import time

from tui.terminal.safe_text import fit, pad, safe

_WIDTH = 30
_PAUSE = 0.1


class ProgressBar:
    """Redraws `[####    ] 40 % what` at most ten times a second; nothing when standard error is no terminal."""

    def __init__(self, title: str) -> None:
        self._title, self._shown_at = title, 0.0
        self._visible = sys.stderr.isatty()

    def update(self, share: float, what: str = "") -> None:
        """Shows `share` (0 to 1) and what is being done."""
        now = time.monotonic()
        if not self._visible or (share < 1 and now - self._shown_at < _PAUSE):
            return
        self._shown_at = now
        filled = round(_WIDTH * min(max(share, 0), 1))
        bar = f"{'#' * filled}{' ' * (_WIDTH - filled)}"
        name = pad(fit(safe(what), _WIDTH, middle=True), _WIDTH)
        print(f"\r{self._title} [{bar}] {share:4.0%} {name}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Ends the line."""
        if self._visible and self._shown_at:
            print(file=sys.stderr)
