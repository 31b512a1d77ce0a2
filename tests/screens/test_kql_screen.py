from __future__ import annotations

import pytest

from tests.support.dialogs import HOSTILE, SIZES, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.screens.kql import KqlScreen
from tui.terminal.safe_text import safe_lines
from tui.widgets.kql_text import highlight_kql

KQL = """// T1119-77 Copies: devices
let p_from = datetime(2026-11-21T00:00:00Z);
let p_tools = dynamic(["robocopy.exe", "a\\"b"]);
let leg_processes = DeviceProcessEvents
| where Timestamp >= p_from and FileName in~ (p_tools)
\t| extend Kind = iff(ProcessCommandLine has "x", 1, 2h);
leg_processes
| summarize Count = count() by DeviceName // and so on
"""


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    async with opened(KqlScreen("KQL of devices, as run in demo", KQL), size) as shown:
        assert_snapshot(shown.app, f"kql-{size[0]}x{size[1]}")


async def test_copying_gives_the_whole_query_without_a_line_end_or_a_tab() -> None:
    async with opened(KqlScreen("KQL", KQL)) as shown:
        await shown.press("l", "y")
        assert shown.app.copied == [KQL.rstrip("\n").replace("\t", "    ")]


async def test_what_acts_on_a_terminal_is_copied_as_an_escape() -> None:
    async with opened(KqlScreen("KQL", 'print x = "a\x1b]0;t\x07"\n')) as shown:
        await shown.press("y")
        assert shown.app.copied == ['print x = "a\\u001B]0;t\\u0007"']


async def test_what_cannot_be_read_is_not_copied_and_that_is_said() -> None:
    async with opened(KqlScreen("KQL", 'print x = "a')) as shown:
        await shown.press("y")
        await shown.until_shown("not copied: line 1 cannot be read")
        assert shown.app.copied == []


async def test_line_numbers_come_and_go() -> None:
    async with opened(KqlScreen("KQL", KQL)) as shown:
        assert "\nlet p_from" in shown.text
        await shown.press("l")
        assert "\n2  let p_from" in shown.text
        await shown.press("l")
        assert "\nlet p_from" in shown.text


async def test_a_long_query_is_scrolled_to_its_end() -> None:
    long = "print x = 1\n" * 200 + "| where Last == 1"
    async with opened(KqlScreen("KQL", long)) as shown:
        assert "Last" not in shown.text
        await shown.press("G")
        assert "| where Last == 1" in shown.text
        await shown.press("g")
        assert "Last" not in shown.text
        await shown.press("q")
        assert shown.given == [None]


async def test_hostile_text_is_harmless() -> None:
    literal = f'print x = "{HOSTILE}"'
    async with opened(KqlScreen(HOSTILE, literal)) as shown:
        assert "[@click=app.quit]go[/]" in shown.text
        assert harmful(shown.text) == []
        await shown.pilot.click(offset=(30, 2))
        assert shown.given == []


@pytest.mark.parametrize("text", [KQL, "", "\n\n", "print ```a\nb```", 'not closed "', HOSTILE, "a\r\nb\tc"])
def test_no_character_is_lost_or_added(text: str) -> None:
    assert [line.plain for line in highlight_kql(text)] == safe_lines(text)


def test_what_is_coloured_how() -> None:
    styles: dict[str, set[str]] = {}
    for line in highlight_kql(KQL):
        for span in line.spans:
            styles.setdefault(line.plain[span.start : span.end], set()).add(str(span.style))
    assert styles["let"] == styles["where"] == styles["in~"] == styles["has"] == {"$primary bold"}
    assert styles["p_tools"] == styles["leg_processes"] == {"$accent"}
    assert styles['"robocopy.exe"'] == styles['"a\\"b"'] == {"$success"}
    assert styles["datetime(2026-11-21T00:00:00Z)"] == styles["2h"] == {"$warning"}
    assert styles["iff"] == styles["count"] == styles["dynamic"] == {"$secondary"}
    assert styles["// and so on"] == {"$text-muted italic"}
    assert "DeviceProcessEvents" not in styles
