"""What was filled in before is offered again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.forms import FILES, TOOLS, P, Preview, field, hunt_with, parameter, run
from tests.support.dialogs import opened
from tui.screens.form import FormScreen
from tui.settings.earlier_values import EarlierValues


@pytest.fixture
def earlier(tmp_path: Path) -> EarlierValues:
    return EarlierValues(tmp_path / "huntdeck" / "earlier_values.json")


async def test_what_was_run_with_is_offered_again_the_last_first(earlier: EarlierValues) -> None:
    secret = parameter("api_token", P.STRING)
    since = parameter("since", P.DATETIME)
    hunt = hunt_with(TOOLS, FILES, since, secret)
    for files, tools, moment in (("60", ["a.exe"], "2h ago"), ("70", ["b.exe", "c.exe"], "2h ago")):
        given = {"min_files": files, "tools": tools, "since": moment, "api_token": "hunter2"}
        async with opened(FormScreen(hunt, given, Preview(), earlier)) as shown:
            values = await run(shown)
            assert values["since"] != "2h ago"
    assert earlier.of(hunt.id, "since") == ["2h ago"]
    assert earlier.of(hunt.id, "api_token") == []
    async with opened(FormScreen(hunt, {}, Preview(), earlier)) as shown:
        await shown.press("f3")
        await shown.until_shown("Earlier values of tools")
        assert "b.exe, c.exe 2 values" in shown.words
        await shown.press("enter")
        await shown.until(lambda: field(shown, "tools").raw == ["b.exe", "c.exe"])
        await shown.press("down", "down", "f3")
        await shown.until_shown("Earlier values of min_files")
        await shown.press("down", "enter")
        await shown.until(lambda: field(shown, "min_files").raw == "60")
        field(shown, "api_token").editor.focus()
        await shown.press("f3")
        await shown.until(lambda: "never kept: its name says it is a secret" in shown.words)
        await shown.type("x")
        assert "Help on api_token" in shown.words


async def test_nothing_to_offer_is_said(earlier: EarlierValues) -> None:
    async with opened(FormScreen(hunt_with(TOOLS), {}, Preview(), earlier)) as shown:
        await shown.press("f3")
        await shown.until_shown("nothing was filled in here before")


async def test_a_damaged_file_of_earlier_values_keeps_no_hunt_from_running(tmp_path: Path) -> None:
    path = tmp_path / "earlier_values.json"
    path.write_text("{")
    path.parent.chmod(0o700)
    async with opened(FormScreen(hunt_with(TOOLS), {}, Preview(), EarlierValues(path))) as shown:
        await shown.press("f3")
        await shown.until(lambda: "damaged" in shown.words)
        await shown.type("a")
        await shown.press("f5")
        await shown.until(lambda: shown.given)
        assert path.read_text() == "{"
