"""The places of triage over several hunts where a text from data appears: rankings, rarity, entities, process trees.

Each starts, and ends, in the devices view of the hunt `RUN`.
"""

from __future__ import annotations

from tests.hostile_screens.payloads import PAYLOADS, shown
from tests.hostile_screens.visit import Visit

RECOGNISED = ("closing tag", "colour", "title", "clipboard", "clear", "overwrite")
"""Devices whose names are taken for such, although no device could have them."""


def ranking(visit: Visit) -> None:
    """Devices by hunt, and what is said of the cell under the cursor."""
    visit.press("B")
    visit.until_shown("found something")
    visit.finds([f"Device={shown(name, 45)}" for name in visit.names], "down", len(PAYLOADS) + 2)
    visit.press("enter")
    visit.until_shown("timeline of")
    visit.press("backspace")
    visit.until_shown("found something")
    visit.press("backspace")
    visit.until_shown("32 of 32")


def rarity(visit: Visit) -> None:
    """Values of a column with who shares them."""
    visit.press("%")
    visit.until_shown("rarity of")
    visit.finds([shown(name, 24) for name in visit.names], "down", len(PAYLOADS) + 2)
    visit.press("backspace")
    visit.until_shown("32 of 32")


def entities(visit: Visit) -> None:
    """What was recognised in all rows."""
    visit.press(":")
    visit.until_shown("Commands and hunts")
    visit.paste("entities of this")
    visit.press("enter")
    visit.until_shown("copy as indicators")
    visit.finds([shown(name, 14) for name in RECOGNISED], "down", len(PAYLOADS) * 2)
    visit.leaves("copy as indicators")
