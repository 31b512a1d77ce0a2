from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.dialogs import HOSTILE, SIZES, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.screens.sessions import Asked, SessionsScreen
from tui.triage.records.shelf import Entry

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HERE = Entry(
    Path("/s/inc-1-00000001"),
    "INC-4471 staging",
    "00000001",
    NOW,
    "acme-prod",
    "log_analytics",
    "ana@desk",
    12,
    3,
    48_000,
)
ENTRIES = [
    HERE,
    Entry(
        Path("/s/b-00000002"),
        HOSTILE,
        "00000002",
        NOW - timedelta(hours=3),
        "demo",
        "evidence",
        "bo",
        1,
        0,
        900,
        held="bo@desk",
    ),
    Entry(
        Path("/s/c-00000003"),
        "c",
        "00000003",
        NOW - timedelta(days=9),
        trouble="session.toml: name: this key is missing",
    ),
    Entry(Path("/s/d-00000004"), "shared", "00000004", NOW - timedelta(days=10), "demo", imported="ana, 2026-11-12"),
]


@pytest.mark.parametrize("size", SIZES)
async def test_the_list(size: tuple[int, int]) -> None:
    async with opened(SessionsScreen(ENTRIES, HERE.path, NOW), size) as one:
        assert_snapshot(one.app, f"sessions-{size[0]}x{size[1]}")
        assert not harmful(one.text)
        await one.press("down")
        assert "open elsewhere: bo@desk" in one.words
        await one.press("down")
        assert "this key is missing" in one.words


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (["down", "enter"], Asked("open", ENTRIES[1])),
        (["n"], Asked("new")),
        (["r"], Asked("rename", HERE)),
        (["down", "down", "d"], Asked("discard", ENTRIES[2])),
        (["x"], Asked("export", HERE)),
        (["u"], Asked("recover")),
        (["escape"], None),
    ],
)
async def test_what_can_be_asked_for(keys: list[str], asked: Asked | None) -> None:
    async with opened(SessionsScreen(ENTRIES, HERE.path, NOW)) as one:
        await one.press(*keys)
        assert one.given == [asked]


@pytest.mark.parametrize("key", ["enter", "d"])
async def test_the_open_session_is_neither_opened_nor_put_away(key: str) -> None:
    async with opened(SessionsScreen(ENTRIES, HERE.path, NOW)) as one:
        await one.press(key)
        assert one.given == []


async def test_what_was_put_away_is_brought_back() -> None:
    away = [Entry(Path("/s/.discarded/x"), "x", "00000009", NOW, discarded=NOW)]
    async with opened(SessionsScreen(away, None, NOW, discarded=True)) as one:
        await one.press("r", "d", "n", "u", "x")
        assert one.given == []
        await one.press("enter")
        assert one.given == [Asked("open", away[0])]


async def test_an_empty_list_says_so() -> None:
    async with opened(SessionsScreen([], None, NOW)) as one:
        assert "There is none yet" in one.words
        await one.press("enter", "d", "x")
        assert one.given == []
        await one.press("n")
        assert one.given == [Asked("new")]
