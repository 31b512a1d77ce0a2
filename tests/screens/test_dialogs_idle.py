"""A dialog that nobody touches draws nothing, also with a field focused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.screen import ModalScreen

from tests.screens.forms import EVERY_TYPE, Preview, hunt_with
from tests.screens.test_coverage_screen import FOUND, Held
from tests.screens.test_coverage_screen import screen as coverage
from tests.screens.test_event import event
from tests.screens.test_kql_screen import KQL
from tests.screens.test_runs_screen import fill
from tests.screens.test_runs_screen import screen as runs
from tests.screens.test_window_screen import NOW, WHOLE
from tests.support.dialogs import opened
from tui.screens.ask import AskScreen
from tui.screens.choose import ChooseScreen
from tui.screens.form import FormScreen
from tui.screens.kql import KqlScreen
from tui.screens.scope import ScopeScreen
from tui.screens.window import WindowScreen
from tui.triage.queries.context import Scope

BLINK = 0.5
"""Seconds after which a caret would blink."""

DIALOGS: dict[str, tuple[Callable[[], ModalScreen[Any]], tuple[str, ...]]] = {
    "form, text": (lambda: FormScreen(hunt_with(*EVERY_TYPE), {}, Preview()), ("x",)),
    "form, list": (lambda: FormScreen(hunt_with(*EVERY_TYPE), {"account": "a"}, Preview()), ("down", "x")),
    "event": (event, ("down",)),
    "event, search": (event, ("slash", "x")),
    "kql": (lambda: KqlScreen("KQL", KQL), ("down",)),
    "window": (lambda: WindowScreen(NOW, WHOLE), ("end",)),
    "scope": (lambda: ScopeScreen(Scope(("a",))), ("x",)),
    "choose": (lambda: ChooseScreen("Views", [("a", "b"), ("c", "d")]), ("a",)),
    "ask": (lambda: AskScreen("Leave?"), ("down",)),
    "coverage": (lambda: coverage(Held(FOUND)), ("down",)),
    "runs": (lambda: runs(fill)[0], ("down",)),
}


async def drawn_while_idle(make: Callable[[], ModalScreen[Any]], keys: tuple[str, ...]) -> int:
    async with opened(make()) as shown:
        await shown.press(*keys)
        quiet = shown.app.drawn
        for _ in range(20):
            await shown.pilot.pause(BLINK)
            if shown.app.drawn == quiet:
                break
            quiet = shown.app.drawn
        before = shown.app.drawn
        await shown.pilot.pause(2.4 * BLINK)
        return shown.app.drawn - before


async def test_idle_dialogs_draw_nothing() -> None:
    drawn = await asyncio.gather(*(asyncio.create_task(drawn_while_idle(*one)) for one in DIALOGS.values()))
    assert dict(zip(DIALOGS, drawn, strict=True)) == dict.fromkeys(DIALOGS, 0)
