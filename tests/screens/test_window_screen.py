from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.dialogs import HOSTILE, SIZES, Opened, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.screens.window import WindowScreen
from tui.triage.windows import show_window
from tui.widgets.text_field import TextField
from tui.widgets.words import Words
from tui.workspaces.protocol import Window

START = datetime(2026, 11, 20, 1, tzinfo=UTC)
END = datetime(2026, 11, 21, 5, tzinfo=UTC)
WHOLE = Window(datetime(2026, 11, 14, tzinfo=UTC), datetime(2026, 11, 21, 6, 0, 0, 250, tzinfo=UTC))
NOW = Window(START, END)


def values(shown: Opened) -> tuple[str, str]:
    start, end = (shown.app.dialog.query_one(name, TextField).value for name in ("#from", "#to"))
    return start, end


async def fill(shown: Opened, start: str, end: str) -> None:
    shown.app.dialog.query_one("#from", TextField).value = start
    shown.app.dialog.query_one("#to", TextField).value = end
    await shown.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    async with opened(WindowScreen(NOW, WHOLE), size) as shown:
        assert_snapshot(shown.app, f"window-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES)
async def test_late_rows_are_asked_for_where_they_can_be_told(size: tuple[int, int]) -> None:
    async with opened(WindowScreen(NOW, None, late_rows=True), size) as shown:
        assert_snapshot(shown.app, f"window-late-{size[0]}x{size[1]}")
        shown.app.dialog.query_one("#late").focus()
        await shown.press("y")
        assert "+late" in shown.text
        await shown.press("f5")
        assert shown.given == [Window(START, END, late=True)]


async def test_untouched_it_gives_the_same_window() -> None:
    exact = Window(START + timedelta(microseconds=1), END + timedelta(microseconds=250))
    async with opened(WindowScreen(exact, WHOLE)) as shown:
        await shown.press("f5")
        assert shown.given == [exact]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-20", "2026-11-21", Window(datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))),
        ("2026-11-20T02:00+02:00", "2026-11-20 01:00", Window(datetime(2026, 11, 20, tzinfo=UTC), START)),
        ("", "", WHOLE),
        ("24h", "2026-11-21 05:00Z", Window(END - timedelta(days=1), END)),
        (" 1h ", "", Window(WHOLE.end - timedelta(hours=1), WHOLE.end)),
        ("1d4h", "2026-11-21 05:00Z", Window(START, END)),
        ("yesterday 03:00Z", "+4h30m", Window(START + timedelta(hours=2), START + timedelta(hours=6, minutes=30))),
        ("2h ago", "now", Window(WHOLE.end - timedelta(hours=2), WHOLE.end)),
    ],
)
async def test_what_is_typed(start: str, end: str, expected: Window) -> None:
    async with opened(WindowScreen(NOW, WHOLE)) as shown:
        await fill(shown, start, end)
        assert "✗" not in shown.text
        await shown.press("ctrl+enter")
        assert shown.given == [expected]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("yesterdays", "", "expected a time such as"),
        ("2026-02-30", "", "there is no such time"),
        ("2026-11-21", "2026-11-20", "is not before"),
        (HOSTILE, "", "expected a time such as"),
    ],
)
async def test_what_is_wrong_is_said_and_not_given(start: str, end: str, expected: str) -> None:
    async with opened(WindowScreen(NOW, WHOLE)) as shown:
        await fill(shown, start, end)
        assert "✗" in shown.text
        assert expected in shown.words
        assert harmful(shown.text) == []
        await shown.press("f5")
        assert shown.given == []
        await shown.press("escape")
        assert shown.given == [None]


async def test_quick_windows_count_back_from_the_newest_event() -> None:
    async with opened(WindowScreen(NOW, WHOLE)) as shown:
        await shown.pilot.click("#last-24h")
        assert values(shown) == ("2026-11-20 06:00:00.000250Z", "2026-11-21 06:00:00.000250Z")
        await shown.press("enter")
        assert shown.given == [Window(WHOLE.end - timedelta(days=1), WHOLE.end)]


async def test_the_whole_evidence_by_keys() -> None:
    async with opened(WindowScreen(NOW, WHOLE)) as shown:
        await shown.press("down", "down", "tab", "tab", "tab", "tab", "enter", "enter")
        assert shown.given == [WHOLE]


async def test_without_evidence_it_counts_back_from_now() -> None:
    async with opened(WindowScreen(NOW, None)) as shown:
        assert "counted back from now" in shown.text
        assert "whole evidence" not in shown.text
        await shown.pilot.click("#last-1h")
        await shown.press("f5")
        window = shown.given[0]
        assert window.end - window.start == timedelta(hours=1)
        assert abs(datetime.now(UTC) - window.end) < timedelta(minutes=5)


async def test_what_is_told_from_now_is_given_as_it_was_shown() -> None:
    async with opened(WindowScreen(NOW, None)) as shown:
        await fill(shown, "2h ago", "now")
        said = str(shown.app.dialog.query_one("#said", Words).said)
        await shown.press("tab", "f5")
        assert show_window(shown.given[0]) == said.partition("  ")[0]


async def test_a_window_without_evidence_is_said_to_be_that() -> None:
    async with opened(WindowScreen(NOW, WHOLE)) as shown:
        await fill(shown, "2025-01-01", "2025-01-02")
        assert "no evidence in it" in shown.words


async def test_the_times_as_they_were() -> None:
    async with opened(WindowScreen(NOW, WHOLE)) as shown:
        await fill(shown, "x", "y")
        await shown.press("ctrl+r")
        assert values(shown) == ("2026-11-20 01:00:00Z", "2026-11-21 05:00:00Z")
