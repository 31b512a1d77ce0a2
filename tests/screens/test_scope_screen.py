from __future__ import annotations

import pytest
from textual import events

from tests.support.dialogs import HOSTILE, SIZES, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.screens.scope import ScopeScreen, scope_error
from tui.triage.queries.context import Scope

SCOPE = Scope(("fin-ws-114", "srv*"), (), ("bkp-03",), ("svc_backup",))


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    async with opened(ScopeScreen(SCOPE), size) as shown:
        assert_snapshot(shown.app, f"scope-{size[0]}x{size[1]}")


async def test_untouched_it_gives_the_same_scope() -> None:
    async with opened(ScopeScreen(SCOPE)) as shown:
        await shown.press("f5")
        assert shown.given == [SCOPE]


async def test_lists_are_typed_pasted_and_emptied() -> None:
    async with opened(ScopeScreen(SCOPE)) as shown:
        await shown.press("ctrl+r")
        focused = shown.app.focused
        assert focused is not None
        focused.post_message(events.Paste("ws-1\nws-2,ws-1"))
        await shown.pilot.pause()
        assert "2 names · 2 pasted, 1 duplicate dropped" in shown.words
        await shown.press("tab", "tab")
        await shown.type("ana")
        await shown.press("ctrl+enter")
        assert shown.given == [Scope(("ws-1", "ws-2"), ("ana",), ("bkp-03",), ("svc_backup",))]


async def test_what_is_wrong_is_said_and_not_given() -> None:
    async with opened(ScopeScreen(Scope())) as shown:
        await shown.type("a*b")
        assert "✗ a*b: * stands once, at the end" in shown.text
        await shown.press("tab", "f5")
        assert shown.given == []
        assert shown.app.focused is shown.app.dialog.query_one("#devices")
        await shown.press("end", "backspace", "f5")
        assert shown.given == [Scope(("a*",))]


async def test_escape_keeps_nothing() -> None:
    async with opened(ScopeScreen(SCOPE)) as shown:
        await shown.type("x")
        await shown.press("escape")
        assert shown.given == [None]


async def test_hostile_names_are_shown_harmlessly_and_kept() -> None:
    name = HOSTILE.replace("\udc80", "")
    async with opened(ScopeScreen(Scope(accounts=(name,)))) as shown:
        assert "holds hidden characters" in shown.text
        assert harmful(shown.text) == []
        await shown.press("f5")
        assert shown.given == [Scope(accounts=(name,))]


@pytest.mark.parametrize(
    ("names", "prefixes", "expected"),
    [
        (["ws-1", "ws*"], True, ""),
        (["*"], True, "*: * stands once"),
        (["w*s"], True, "w*s: * stands once"),
        (["a**"], True, "a**: * stands once"),
        (["svc*"], False, "svc*: accounts are matched whole"),
        (["\ud800"], False, "half a character"),
        ([], True, ""),
    ],
)
def test_what_can_be_scope(names: list[str], prefixes: bool, expected: str) -> None:
    error = scope_error(names, prefixes)
    assert expected in error
    assert bool(error) == bool(expected)
