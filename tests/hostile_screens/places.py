"""Every place of the screen where a text from data, from a hunt or from a paste appears, one function each.

A place starts where the one before it ended: in the devices view of the hunt `RUN`, except for the first ones. What is
looked for are the payloads as `safe` shows them, between their markers: brackets whole, hidden characters in sight.
"""

from __future__ import annotations

import re

from tests.hostile_screens.home import ODD_COLUMN
from tests.hostile_screens.payloads import (
    HIDDEN,
    MARKED,
    ON_ONE_LINE,
    PAYLOADS,
    SOME,
    marked,
    marker,
    shown,
    shown_in_lines,
)
from tests.hostile_screens.triage_places import entities, ranking, rarity
from tests.hostile_screens.visit import Visit
from tui.terminal.safe_text import safe

_CENTRE = safe(marked("title"))


def tree(visit: Visit) -> None:
    """Titles of hunts, and a paste into the filter."""
    visit.until_shown("T1119", "Enter on a hunt")
    visit.finds([shown(name, 14) for name in visit.names], "pagedown", 6)
    visit.press("home", "/")
    visit.paste(" ".join(MARKED[name] for name in ON_ONE_LINE))
    visit.press("escape", "home", "down", "down")


def form(visit: Visit) -> None:
    """Values, help and units of parameters, and the KQL they make."""
    visit.press("down", "e")
    visit.until_shown("word_00")
    visit.finds(["holdshiddencharacters", *(shown(name, 14) for name in visit.names)], "down", 40)
    visit.paste("x\x1b]2 evil\x07[/]")
    visit.sees("␛]2 evil␇[/]")
    visit.leaves("␛]2 evil", "ctrl+r")
    visit.press("f4")
    visit.sees("let p_")
    visit.leaves("F5 run", "f4", "escape")
    visit.press("up")


def devices(visit: Visit) -> None:
    """Cells of the table, and the line with the whole cell."""
    visit.press("enter")
    visit.until_shown("complete")
    visit.finds([f"Device={shown(name, 45)}" for name in visit.names], "down", len(PAYLOADS) + 2)
    visit.press("g")


def clicks(visit: Visit) -> None:
    """A click on every cell that can be seen does no more than put the cursor there."""
    lines = visit.terminal.text.splitlines()
    for row, line in enumerate(lines):
        for place in re.finditer(r"<m\d\d", line):
            visit.click(place.start() + 5, row)
    visit.terminal.until_quiet(0.3)
    visit.until_shown("32 of 32")
    visit.press("g", "home")


def timeline(visit: Visit) -> None:
    """What happened on a device, and the trail that names it."""
    visit.press("enter")
    visit.until_shown("128 of 128")
    visit.sees(f"timeline of {_CENTRE}")
    visit.finds([shown(name, 14) for name in visit.names], "pagedown", 8)
    visit.press("backspace")
    visit.until_shown("32 of 32")


def events(visit: Visit) -> None:
    """Every field of every event, its name too; hidden characters are flagged."""
    visit.press("right", "right", "right", "enter")
    visit.sees(f"ProcessesCount of {_CENTRE}", "32 of 32")
    visit.press("i")
    last = max(list(PAYLOADS).index(name) for name in visit.names) + 1
    for number, name in enumerate(list(PAYLOADS)[:last], 1):
        visit.sees(f"{number} of 32 ·", shown_in_lines(name, 40))
        flagged = any(re.search(rf"!.*{re.escape(shown(name, 4))}", line) for line in visit.terminal.text.splitlines())
        assert flagged or name not in HIDDEN, f"{name} is not flagged\n{visit.terminal.text}"
        if number < last:
            visit.press("right")
    visit.press("/")
    visit.until_shown("search names and values")
    visit.paste("<col")
    visit.until_shown("<col")
    visit.press("enter")
    visit.sees(safe(ODD_COLUMN))
    visit.leaves("empties")


def kql(visit: Visit) -> None:
    """The query behind the events, with the device in it."""
    visit.press("K")
    visit.sees("KQL of", shown("title", 12))
    visit.leaves("line numbers")


def pivots(visit: Visit) -> None:
    """The values that a pivot can start from."""
    visit.press("p")
    visit.sees("Pivot from", shown("title"))
    visit.leaves("Pivot from")


def stacks(visit: Visit) -> None:
    """The values of a column, and the filter that one of them makes."""
    _go_to_file_name(visit)
    visit.press("F")
    visit.finds([shown(name, 24) for name in visit.names], "down", len(PAYLOADS) + 2)
    visit.press("enter")
    visit.sees("1 of 32")
    visit.press("u")
    visit.until_shown("32 of 32")


def values(visit: Visit) -> None:
    """A cell whole, as a filter, and in the list of filters."""
    _go_to_file_name(visit)
    for name in SOME:
        _go_to_row(visit, name)
        visit.press(" ")
        visit.sees(shown_in_lines(name, 20), "Esc back")
        visit.leaves("Esc back")
    _go_to_row(visit, "title")
    visit.press("=")
    visit.until_shown("1 of 32")
    visit.press("x")
    visit.sees("Enter takes one back", shown("title", 14))
    visit.leaves("takes one back")
    visit.press("u")
    visit.until_shown("32 of 32")


def _go_to_file_name(visit: Visit) -> None:
    visit.press("home")
    for _ in range(12):
        if re.search(r"(?<!\w)FileName =", visit.terminal.text):
            break
        visit.press("right")


def _go_to_row(visit: Visit, name: str) -> None:
    visit.press("ctrl+g")
    visit.until_shown("Go to row or time")
    visit.paste(str(list(PAYLOADS).index(name) + 1))
    visit.leaves("Go to row or time", "enter")
    visit.sees(f"FileName={shown(name, 12)}")


def pastes(visit: Visit) -> None:
    """A paste outside of a field is searched for, whatever it holds."""
    for name in visit.names:
        visit.paste(marked(name))
        visit.sees(shown(name, 14))
    visit.paste("nowhere\x1b]0;evil\x07[/]")
    visit.sees("nowhere␛]0;evil␇[/]")
    visit.press("u", "backspace")
    visit.until_shown("32 of 32")


def scope(visit: Visit) -> None:
    """Names in the scope, what is wrong with one of them, and the header that names it."""
    visit.press("o")
    visit.until_shown("Only these devices")
    visit.paste("\n".join(MARKED[name] for name in ON_ONE_LINE))
    visit.sees("✗", shown("class", 14))
    visit.press("ctrl+r")
    name = marked("screen's title")
    visit.paste(name)
    visit.sees("1 name", "holds hidden characters")
    visit.press("f5")
    visit.sees(f"scope {safe(name)}")
    visit.press("o", "ctrl+r", "f5")
    visit.sees("scope all")


def window(visit: Visit) -> None:
    """What cannot be a time."""
    visit.press("w")
    visit.until_shown("whole evidence")
    visit.press("ctrl+u")
    visit.paste("[/]\x1b]0;evil\x07")
    visit.sees("✗", "]0;evil")
    visit.leaves("whole evidence")


def coverage(visit: Visit) -> None:
    """Names of hosts."""
    visit.press("c")
    visit.until_shown("32 hosts")
    visit.press("a")
    # A name is cut in the middle; either of its markers will do.
    visit.finds([marker(name)[1:] for name in visit.names], "down", 70)
    visit.leaves("all hosts")


def runs(visit: Visit) -> None:
    """The runs with the row they were opened from."""
    visit.press("R")
    visit.until_shown("under way")
    visit.finds([shown("title", 14)], "down", 8)
    visit.leaves("under way")


def about(visit: Visit) -> None:
    """What a hunt says of itself."""
    visit.press("I")
    visit.until_shown("Purpose")
    visit.finds([shown_in_lines(name, 14) for name in visit.names if name != "lines"], "down", 30)
    visit.leaves("empties")


def commands(visit: Visit) -> None:
    """The palette with the titles of hunts, and a paste into it."""
    visit.press(":")
    visit.until_shown("Commands and hunts")
    visit.finds([shown(name, 14) for name in visit.names], "pagedown", 12)
    visit.paste("[/]\x1b]0;evil\x07")
    visit.sees("[/]␛]0;evil␇")
    visit.leaves("Commands and hunts")


def copies(visit: Visit) -> None:
    """What can be copied, and the message that it was."""
    visit.press("y")
    visit.until_shown("KQL")
    visit.press("enter")
    visit.until_shown("sent")


def notes(visit: Visit) -> None:
    """What the analyst pastes into a note and its tags, and the list of all notes."""
    visit.press("g", "home", "a")
    visit.until_shown("Note on the row")
    visit.paste("\n".join(MARKED[name] for name in ON_ONE_LINE if name != "long"))
    visit.sees("m31>")
    visit.press("tab")
    visit.paste("tag[/]\x1b]0;evil\x07")
    visit.sees("tag[/]␛]0;evil␇")
    visit.leaves("Note on the row", "f5")
    visit.sees("noted on the row")
    visit.press("M")
    visit.until_shown("Marks and notes")
    visit.sees(shown("closing tag"))
    visit.leaves("Marks and notes")


def verdicts(visit: Visit) -> None:
    """The device that is judged, the reason, and the history."""
    visit.press("2")
    visit.sees(f"Benign: device {_CENTRE.lower()}")
    visit.paste("nightly [/]\x1b]0;evil\x07\u202e")
    visit.leaves("judge benign", "f5")
    visit.press("5")
    visit.sees("nightly [/]␛]0;evil␇⟨U+202E⟩")
    visit.press("escape")
    visit.press("4")
    visit.sees("taken back")


def names(visit: Visit) -> None:
    """A session's name, in its prompt, in the header and in the list of sessions."""
    name = "case [/]\x1b]0;evil\x07\u202e"
    visit.press(":")
    visit.until_shown("Commands and hunts")
    visit.paste("another name for this session")
    visit.press("enter")
    visit.until_shown("Name of this session")
    visit.press("ctrl+u")
    visit.paste(name)
    visit.sees("case [/]␛]0;evil␇")
    visit.leaves("Name of this session", "enter")
    visit.press("S")
    visit.sees("bring one back", safe(name))
    visit.leaves("bring one back")


def report(visit: Visit) -> None:
    """The report of all that, as Markdown."""
    visit.press(":")
    visit.until_shown("Commands and hunts")
    visit.paste("report of this session")
    visit.press("enter")
    visit.until_shown("Report of the session")
    visit.press("enter")
    visit.until_shown("lines,", "characters")
    visit.finds([marker(name)[1:] for name in ON_ONE_LINE if name != "long"], "pagedown", 40)
    visit.leaves("characters")


PLACES = (
    tree,
    form,
    devices,
    clicks,
    timeline,
    events,
    kql,
    pivots,
    stacks,
    values,
    rarity,
    pastes,
    scope,
    window,
    coverage,
    runs,
    about,
    commands,
    copies,
    notes,
    verdicts,
    entities,
    ranking,
    names,
    report,
)
"""In the order in which they are visited."""
