from __future__ import annotations

from typing import Any

import pytest
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from tests.support.dialogs import HOSTILE, SIZES, DialogApp, Opened, harmful
from tests.support.snapshot import assert_snapshot
from tests.support.waiting import until
from tui.screens.help import HelpScreen, key_groups
from tui.widgets.item_list import Item, ItemList

ROWS = Binding.Group("Looking at rows")


class Place(ModalScreen[None]):
    """A place with keys of every kind."""

    BINDINGS = [
        Binding("f", "do('f')", "only this value", group=ROWS),
        Binding("equals_sign", "do('f')", "only this value", group=ROWS),
        Binding("ctrl+p,colon", "do('p')", "commands"),
        Binding("f5", "do('x')", "run", key_display="F5"),
        Binding("y", "do('y')", "copy", tooltip=f"copy {HOSTILE}"),
        Binding("z", "do('z')"),
    ]

    def compose(self) -> ComposeResult:
        yield ItemList([Item(())])


async def helped(size: tuple[int, int], check: Any) -> None:
    app = DialogApp(Place())
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.dialog.focused is not None)
        groups = key_groups(app, app.dialog.active_bindings)
        app.push_screen(HelpScreen(f"the place {HOSTILE}", app.dialog.active_bindings))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.focused is not None)
        await pilot.pause()
        await check(Opened(app, pilot), groups)


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    async def check(shown: Opened, _: Any) -> None:
        assert harmful(shown.text) == []
        assert_snapshot(shown.app, f"help-{size[0]}x{size[1]}")
        await shown.press("escape")
        assert isinstance(shown.app.screen, Place)

    await helped(size, check)


async def test_keys_are_grouped_and_those_of_one_action_stand_together() -> None:
    async def check(_: Opened, groups: dict[str, list[tuple[str, str]]]) -> None:
        assert groups["Looking at rows"] == [("f =", "Only this value")]
        assert ("Ctrl+P :", "Commands") in groups["Here"]
        assert ("F5", "Run") in groups["Here"]
        assert ("Down j", "Next") in groups["Moving"]
        assert ("PgDn Ctrl+D", "Page down") in groups["Moving"]
        assert list(groups).index("Moving") > list(groups).index("Here")
        words = [said for group in groups.values() for _, said in group]
        assert "" not in words
        assert "Copy selected text" not in words

    await helped((80, 24), check)


HINTS = [("Where you are", "T1119-01 > devices"), ("Triage", f"1. Open it.\n2. Read {HOSTILE}"), ("Nothing", " ")]


@pytest.mark.parametrize("size", SIZES)
async def test_hints_stand_beside_the_keys_or_in_their_place(size: tuple[int, int]) -> None:
    app = DialogApp(Place())
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.dialog.focused is not None)
        app.push_screen(HelpScreen("the place", app.dialog.active_bindings, HINTS))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.focused is not None)
        await pilot.pause()
        shown = Opened(app, pilot)
        wide = size[0] >= 140
        assert ("1. Open it." in shown.text) == wide
        assert "only this value".capitalize() in shown.text
        await shown.press("tab")
        await shown.until_shown("1. Open it.")
        assert ("only this value".capitalize() in shown.text) == wide
        assert "Nothing" not in shown.text
        assert harmful(shown.text) == []
        await shown.press("tab")
        await shown.until_shown("only this value".capitalize())
