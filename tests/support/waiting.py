"""Waiting for what a screen will show, without sleeping longer than it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

SECONDS = 20.0


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str = "") -> None:
    """Lets the app go on until `condition` holds; fails after `SECONDS`."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"{what or 'the condition'} did not come about in {SECONDS:g} s"
        await pilot.pause(0.005)
