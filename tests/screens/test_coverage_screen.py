from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.dialogs import HOSTILE, SIZES, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.screens.coverage import CoverageScreen
from tui.workspaces.live.kept import Kept, totals_of
from tui.workspaces.protocol import TableCoverage, Window


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


WINDOW = Window(at(14), at(21, 5))
FOUND = [
    *(TableCoverage("DeviceProcessEvents", f"ws-{n:02}", at(14, 0, n), at(21, 4, 50), 1000 + n) for n in range(40)),
    TableCoverage("DeviceFileEvents", "ws-01", at(16), at(21, 4, 50), 92_000),
    TableCoverage("DeviceFileEvents", "fs01.corp.example", at(14), at(21, 4, 50), 400_000),
    TableCoverage("SecurityEvent", "dc01", at(14), at(18), 77, (at(18, 3), at(18, 4))),
    TableCoverage("EmailEvents", "", None, None, 0),
]


class Held:
    """A workspace that holds `found`, once `ready`."""

    name = "demo"

    def __init__(self, found: Sequence[TableCoverage] = (), failing: Exception | None = None) -> None:
        self.found, self.failing, self.ready = found, failing, asyncio.Event()

    async def schema(self) -> dict[str, dict[str, str]]:
        return {entry.table: {} for entry in self.found}

    async def coverage(self, tables: Sequence[str]) -> list[TableCoverage]:
        await self.ready.wait()
        if self.failing is not None:
            raise self.failing
        return [entry for entry in self.found if entry.table in tables]


def screen(workspace: Held, ready: bool = True) -> CoverageScreen:
    if ready:
        workspace.ready.set()
    session: Any = SimpleNamespace(workspace=workspace, window=WINDOW)
    return CoverageScreen(session)


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    async with opened(screen(Held(FOUND)), size) as shown:
        await shown.until_shown("SecurityEvent")
        await shown.press("enter")
        assert_snapshot(shown.app, f"coverage-{size[0]}x{size[1]}")


async def test_it_is_there_before_the_answer_is() -> None:
    workspace = Held(FOUND)
    async with opened(screen(workspace, ready=False)) as shown:
        assert "reading ..." in shown.text
        await shown.press("down", "enter", "a")
        workspace.ready.set()
        await shown.until_shown("DeviceFileEvents")
        assert "3 tables, 42 hosts" in shown.text
        assert "without rows: EmailEvents" in shown.text


async def test_what_was_counted_before_is_there_at_once_with_its_age() -> None:
    workspace = Held(FOUND)
    read = []

    async def renew() -> None:
        read.append("schema")

    kept = Kept({}, datetime.now(UTC) - timedelta(hours=3), {}, totals_of(FOUND[-3:]), datetime.now(UTC))
    vars(workspace)["knowledge"] = SimpleNamespace(kept=kept, renewing=False, renew=renew)
    async with opened(screen(workspace, ready=False), (160, 45)) as shown:
        await shown.until_shown("DeviceFileEvents")
        assert "2 tables, 400,077 rows" in shown.text
        assert "(3 h ago), counted" in shown.text
        assert "being counted again" in shown.text
        await shown.press("enter")
        assert "(hosts are not kept)" in shown.text
        workspace.ready.set()
        await shown.until_shown("42 hosts")
        assert "being counted again" not in shown.text
        assert not read
        await shown.press("r")
        await shown.until_shown("42 hosts")
        assert read == ["schema"]


async def test_hosts_are_shown_and_hidden_again() -> None:
    async with opened(screen(Held(FOUND)), (160, 45)) as shown:
        await shown.until_shown("SecurityEvent")
        assert "fs01.corp.example" not in shown.text
        await shown.press("enter")
        assert "fs01.corp.example" in shown.text
        await shown.press("down", "down", "enter")
        assert "fs01.corp.example" not in shown.text
        await shown.press("a")
        assert "ws-17" in shown.text
        assert "fs01.corp.example" in shown.text
        await shown.press("a")
        assert "ws-17" not in shown.text


async def test_what_is_missing_is_said() -> None:
    async with opened(screen(Held(FOUND)), (160, 45)) as shown:
        await shown.until_shown("SecurityEvent")
        await shown.press("G")
        words = "log cleared 2026-11-18 03:00Z, 2 times, ends 3 d 5 h before its end"
        assert f"SecurityEvent: 2026-11-14 00:00:00Z -> 2026-11-18 00:00:00Z, {words}" in shown.words
        await shown.press("g", "enter", "down", "down")
        words = "2026-11-16 00:00:00Z -> 2026-11-21 04:50:00Z, starts 2 d into the window"
        assert f"DeviceFileEvents of ws-01: {words}" in shown.words


async def test_nothing_there() -> None:
    async with opened(screen(Held())) as shown:
        await shown.until_shown("There are no events here.")
        await shown.press("enter", "a", "q")
        assert shown.given == [None]


async def test_a_failure_is_said_in_words() -> None:
    async with opened(screen(Held(FOUND, OSError(f"gone {HOSTILE}")))) as shown:
        await shown.until_shown("cannot be read: gone [/]␛]0;title␇")
        assert harmful(shown.text) == []


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_hosts_are_harmless(size: tuple[int, int]) -> None:
    found = [TableCoverage("Custom_CL", HOSTILE, at(14), at(21), 1), TableCoverage(HOSTILE, "x", at(14), at(21), 1)]
    async with opened(screen(Held(found)), size) as shown:
        await shown.until_shown("Custom_CL")
        await shown.press("a")
        assert "␛]0;title␇" in shown.text
        assert harmful(shown.text) == []
