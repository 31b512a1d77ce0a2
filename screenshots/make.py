"""Makes the pictures in this folder from real runs on demo evidence of a fixed seed and end.

Run it from the top of the checkout: `.venv/bin/python screenshots/make.py [NAME...]`.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tui.app import HuntdeckApp
from tui.evidence.demo import DemoOptions, generate_demo
from tui.library.catalogue import load_catalogue
from tui.screens.opening import Start
from tui.workspaces.evidence import EvidenceWorkspace

HERE = Path(__file__).parent
END = datetime(2026, 11, 22, tzinfo=UTC)

Shot = tuple[str, tuple[int, int], tuple[str, ...]]
"""A picture's name, the size of the terminal, and the keys pressed before it is taken."""

SHOTS: tuple[Shot, ...] = (
    ("devices", (160, 45), ("enter",)),
    ("drill", (160, 45), ("enter", "right", "right", "right", "enter")),
    ("timeline", (160, 45), ("enter", "enter")),
    ("event", (160, 45), ("enter", "right", "right", "right", "enter", "i")),
    ("form", (160, 45), ("e",)),
    ("kql", (160, 45), ("enter", "K")),
    ("stack", (160, 45), ("enter", "enter", "right", "F")),
    ("pivot", (160, 45), ("enter", "right", "right", "right", "enter", "p")),
    ("themes", (160, 45), ("enter", "colon", *"theme", "enter", "down", "down", "down")),
    ("sweep", (160, 45), ("home", "R")),
    ("ranking", (160, 45), ("home", "R", "B")),
    (
        "rarity",
        (160, 45),
        ("enter", "right", "right", "right", "enter", "J", *"processcommandline", "enter", "percent_sign"),
    ),
    ("marks", (160, 45), ("enter", "m", "down", "1", "down", "m", "down", "3")),
    ("histogram", (160, 45), ("enter", "enter", "H")),
    ("sessions", (160, 45), ("enter", "m", "S")),
    ("report", (160, 45), ("enter", "m", "down", "1", "colon", *"report", "enter", "enter")),
    ("help", (160, 45), ("question_mark",)),
    ("small-devices", (80, 24), ("enter",)),
)


async def take(workspace_path: Path, folder: Path, shot: Shot) -> None:
    """Presses the keys of one shot in a new app and writes its picture."""
    name, size, keys = shot
    workspace, catalogue = EvidenceWorkspace("demo", workspace_path), load_catalogue()
    start = Start("demo", lambda *_: (workspace, catalogue), folder, folder / f"sessions-{name}", name="INC-4471")
    app = HuntdeckApp(start)
    async with app.run_test(size=size) as pilot:
        await settle(app)
        for key in keys:
            await pilot.press(key)
            await settle(app)
        picture = app.export_screenshot(title="huntdeck")
    (HERE / f"{name}.svg").write_text(re.sub(r"terminal-\d+", "terminal", picture), encoding="utf-8")


async def settle(app: HuntdeckApp) -> None:
    """Waits until nothing runs and the screen stands still."""
    while True:
        await asyncio.sleep(0.3)
        busy = [task for task in asyncio.all_tasks() if task.get_name().startswith("run ")]
        if not busy and not list(app.workers):
            return


async def main() -> None:
    """Makes the demo evidence and takes every shot, or those that are named."""
    os.environ["LOGNAME"] = "ana"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.duckdb"
        generate_demo(path, DemoOptions(end=END))
        for shot in (one for one in SHOTS if one[0] in sys.argv[1:] or not sys.argv[1:]):
            await take(path, Path(folder), shot)
            print(f"{shot[0]}.svg")


if __name__ == "__main__":
    asyncio.run(main())
