"""Screens as text, compared with what they looked like when somebody last looked at them.

`HUNTDECK_UPDATE_SNAPSHOTS=1` writes what is there now; look at the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

from textual.app import App

FOLDER = Path(__file__).parent.parent / "snapshots"
UPDATE = "HUNTDECK_UPDATE_SNAPSHOTS"


def screen_text(app: App[object]) -> str:
    """What the terminal would show, a line each, without trailing blanks; colours are left out."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


def assert_snapshot(app: App[object], name: str) -> None:
    """Fails unless the screen looks as in `tests/snapshots/NAME.txt`."""
    path = FOLDER / f"{name}.txt"
    shown = screen_text(app)
    if os.environ.get(UPDATE):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert path.is_file(), f"there is no snapshot {name}; look at the screen and set {UPDATE}=1"
    assert shown == path.read_text(encoding="utf-8")
