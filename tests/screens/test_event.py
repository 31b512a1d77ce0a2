from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.dialogs import HOSTILE, SIZES, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.screens.event import EventScreen
from tui.widgets.event_view import EventView, plain, pretty

FIELDS: list[tuple[str, object]] = [
    ("Timestamp", datetime(2026, 11, 21, 2, 47, 11, 123456, tzinfo=UTC)),
    ("DeviceName", "fin-ws-114"),
    ("DeviceId", ""),
    ("FileName", "robocopy.exe"),
    (
        "ProcessCommandLine",
        r"robocopy \\fs01\finance C:\Users\Public\x /e /mt:16 *.xlsx *.docx /log+:C:\Users\Public\log.txt",
    ),
    ("ProcessId", 4242),
    ("FileSize", None),
    ("IsLocalAdmin", True),
    ("InitiatingProcessFileName", "invoice\u202efdp.exe"),
    ("InitiatingProcessVersionInfoOriginalFileName", "cmd.exe"),
    ("AdditionalFields", '{"Source": "Sysmon 1", "Hashes": {"MD5": "d41d"}, "List": [1, 2]}'),
]


def event(fields: Sequence[tuple[str, object]] = FIELDS, index: int = 0, count: int = 1) -> EventScreen:
    return EventScreen("T1119-77 files of fin-ws-114", fields, index, count)


def numbered(read: list[int], failing: int = -1) -> EventScreen:
    async def load(index: int) -> list[tuple[str, object]]:
        read.append(index)
        if index == failing:
            raise OSError(f"gone {HOSTILE}")
        return [("Number", index), ("Name", f"event {index}")]

    return EventScreen("events", [("Number", 1), ("Name", "event 1")], 1, 4, {"Number": "long"}, load)


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    async with opened(event(), size) as shown:
        assert_snapshot(shown.app, f"event-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_values_are_whole_and_harmless(size: tuple[int, int]) -> None:
    hostile = [("[/]\x1b[2J", HOSTILE), ("Lines", "a\r\nb\tc\u2028d"), ("Json", '{"a": "\\u202e\\u001b"}')]
    async with opened(EventScreen(HOSTILE, hostile, 0, 1), size) as shown:
        text = shown.text
        assert harmful(text) == []
        assert "␛]0;title␇[@click=app.quit]go[/]" in text.replace("\n", "")
        assert "⟨U+202E⟩" in text
        assert text.count("!") >= 3
        for y in range(size[1]):
            await shown.pilot.click(offset=(40, y))
        assert shown.given == []


async def test_null_and_empty_are_told_apart() -> None:
    async with opened(event([("Null", None), ("Empty", ""), ("Word", "null")])) as shown:
        assert "null: no value" in shown.text
        await shown.press("down")
        assert "Empty  string  empty" in shown.text
        await shown.press("down")
        assert "Word  string  4 characters" in shown.text


async def test_empty_fields_are_hidden_and_shown_again() -> None:
    async with opened(event()) as shown:
        await shown.press("end", "e")
        assert "9 fields, 2 empty not shown" in shown.text
        assert "DeviceId" not in shown.text
        assert "FileSize" not in shown.text
        assert "AdditionalFields  string" in shown.text
        await shown.press("e")
        assert "11 fields" in shown.text
        assert "DeviceId" in shown.text


async def test_the_value_is_copied_exactly() -> None:
    command = dict(FIELDS)["ProcessCommandLine"]
    async with opened(event()) as shown:
        await shown.press("j", "j", "j", "j", "y")
        assert shown.app.copied == [command]
        await shown.press("g", "y")
        assert shown.app.copied[-1] == "2026-11-21T02:47:11.123456Z"
        await shown.press("end", "y")
        assert shown.app.copied[-1] == dict(FIELDS)["AdditionalFields"]


async def test_a_value_with_hidden_characters_is_copied_as_seen_or_as_it_is() -> None:
    async with opened(event([("Name", "invoice\u202efdp\udc80.exe\n")])) as shown:
        assert "holds hidden characters" in shown.text
        await shown.press("y", "r")
        assert shown.app.copied == ["invoice⟨U+202E⟩fdp⟨U+DC80⟩.exe\n", "invoice\u202efdp?.exe\n"]


async def test_the_way_to_other_events() -> None:
    read: list[int] = []
    async with opened(numbered(read)) as shown:
        assert "2 of 4" in shown.text
        await shown.press("right")
        await shown.until_shown("event 2")
        await shown.press("down", "l")
        await shown.until_shown("event 3")
        assert "Name  string" in shown.text
        await shown.press("right")
        await shown.until_shown("this is the last event")
        await shown.press("left")
        await shown.until_shown("3 of 4")
        assert read == [2, 3, 2]
        await shown.press("escape")
        assert shown.given == [2]


async def test_an_event_that_cannot_be_read_is_told_and_the_one_shown_stays() -> None:
    async with opened(numbered([], failing=0)) as shown:
        await shown.press("left")
        await shown.until_shown("event 1 cannot be read: gone [/]␛]0;title␇")
        assert "2 of 4" in shown.text
        assert harmful(shown.text) == []


async def test_one_event_has_no_way_to_others() -> None:
    async with opened(event()) as shown:
        assert "←→" not in shown.text
        await shown.press("right")
        assert "1 of 1" not in shown.text


async def test_search_goes_from_field_to_field() -> None:
    async with opened(event()) as shown:
        view = shown.app.dialog.query_one(EventView)
        await shown.press("slash")
        await shown.type("FINANCE")
        await shown.press("enter")
        assert view.current == FIELDS[4]
        await shown.press("slash")
        await shown.type("filename")
        await shown.press("enter")
        names = []
        for _ in range(4):
            assert view.current is not None
            names.append(view.current[0])
            await shown.press("n")
        assert names == [
            "InitiatingProcessFileName",
            "InitiatingProcessVersionInfoOriginalFileName",
            "FileName",
            "InitiatingProcessFileName",
        ]
        await shown.press("N", "N")
        assert view.current is not None
        assert view.current[0] == "FileName"
        await shown.press("slash", "x", "escape", "n")
        assert "nothing more is found" in shown.text


async def test_a_value_taller_than_the_screen_is_read_page_by_page() -> None:
    tall = "\n".join(f"line {number}" for number in range(100))
    async with opened(event([("Before", 1), ("Tall", tall), ("After", 2)])) as shown:
        await shown.press("down")
        assert "line 0" in shown.text
        seen = set()
        for _ in range(40):
            seen |= {
                line.strip("│ ▌▁▂▃▄▅▆▇█").split("  ")[-1].strip() for line in shown.text.splitlines() if "line " in line
            }
            if "After  long" in shown.text:
                break
            await shown.press("down")
        assert {f"line {number}" for number in range(100)} <= seen
        assert "After  long" in shown.text


async def test_a_million_characters_are_shown_to_the_end() -> None:
    async with opened(event([("Big", "x" * 999_990 + "the end"), ("After", 2)]), (160, 45)) as shown:
        await shown.press("down", "end", "up")
        await shown.press("G")
        assert "the end" in shown.text


async def test_it_can_be_resized_at_any_time() -> None:
    async with opened(event()) as shown:
        for width, height in ((160, 45), (40, 10), (12, 4), (80, 24)):
            await shown.pilot.resize_terminal(width, height)
            await shown.pilot.pause()
        assert "fin-ws-114" in shown.text


@pytest.mark.parametrize(
    ("value", "shown", "copied"),
    [
        (None, "", ""),
        (True, "true", "true"),
        (12, "12", "12"),
        (Decimal("1.50"), "1.50", "1.50"),
        (timedelta(seconds=90), "00:01:30", "00:01:30"),
        (datetime(2026, 11, 21, tzinfo=UTC), "2026-11-21T00:00:00Z", "2026-11-21T00:00:00Z"),
        ('{"a":1}', '{\n  "a": 1\n}', '{"a":1}'),
        ("[1]", "[\n  1\n]", "[1]"),
        ("{broken", "{broken", "{broken"),
        ("[" * 50_000 + "]" * 50_000, "[" * 50_000 + "]" * 50_000, "[" * 50_000 + "]" * 50_000),
        ({"é": [1]}, '{\n  "é": [\n    1\n  ]\n}', '{"é": [1]}'),
    ],
)
def test_values_as_shown_and_as_copied(value: object, shown: str, copied: str) -> None:
    assert pretty(value) == shown
    assert plain(value) == copied
