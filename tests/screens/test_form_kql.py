"""The KQL beside a form follows what is typed."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from tests.screens.forms import EVERY_TYPE, FILES, TOOLS, Preview, field, form, hunt_with
from tests.support.dialogs import HOSTILE, harmful, opened
from tui.library.parameters import ParameterError
from tui.screens.form import FormScreen
from tui.widgets.kql_preview import KqlPreview


async def test_the_kql_follows_what_is_typed() -> None:
    preview = Preview()
    async with opened(form(FILES, preview=preview)) as shown:
        await shown.until_shown("| take 10")
        await shown.press("end", "backspace", "1")
        await shown.until_shown("let p_min_files = '51';")
        assert preview.asked[0] == {}
        assert preview.asked[-1] == {"min_files": "51"}


async def test_a_preview_that_fails_is_said_in_words() -> None:
    async with opened(form(FILES, preview=Preview(ValueError(f"no leg {HOSTILE}")))) as shown:
        await shown.until_shown("no KQL: no leg [/]␛]0;title␇")
        assert harmful(shown.text) == []


async def test_a_preview_that_blames_a_parameter_says_so_beside_it() -> None:
    async with opened(form(FILES, preview=Preview(ParameterError("min_files", "a column has this name")))) as shown:
        await shown.until_shown("✗ a column has this name")


async def test_keys_work_while_the_preview_is_made() -> None:
    made = threading.Event()

    def slow(values: Mapping[str, object]) -> str:
        assert made.wait(20)
        return "print done = 1"

    async with opened(FormScreen(hunt_with(FILES), {}, slow)) as shown:
        await shown.press("end", "1")
        assert field(shown, "min_files").raw == "501"
        made.set()
        await shown.until_shown("print done")


async def test_the_kql_takes_the_room_where_there_is_little() -> None:
    async with opened(form(*EVERY_TYPE, given={"account": "ana"})) as shown:
        await shown.until_shown("KQL  4 lines")
        await shown.press("f4")
        assert "min_files" not in shown.text
        assert "| take 10" in shown.text
        await shown.press("f4")
        assert field(shown, "account").editor.has_focus


async def test_the_kql_marks_where_the_parameter_stands() -> None:
    def kql(values: Mapping[str, object]) -> str:
        uses = [f"| where Column{number} == {number}" for number in range(40)]
        return "\n".join(["let p_tools = 1;", "let p_min_files = 2;", *uses, "| where a == p_tools or p_tools_all"])

    async with opened(FormScreen(hunt_with(TOOLS, FILES), {}, kql)) as shown:
        await shown.until_shown("▸ let p_tools")
        preview = shown.app.dialog.query_one(KqlPreview)
        assert preview.touched() == {0, 42}
        await shown.press("f4", "end")
        assert "▸ | where a == p_tools" in shown.text
        await shown.press("escape", "tab")
        await shown.until_shown("▸ let p_min_files")
        assert preview.touched() == {1}


async def test_previews_in_between_are_not_made() -> None:
    made, asked = threading.Event(), []

    def slow(values: Mapping[str, object]) -> str:
        asked.append(values.get("min_files"))
        assert made.wait(20)
        return f"print files = {values.get('min_files')}"

    async with opened(FormScreen(hunt_with(FILES), {}, slow)) as shown:
        await shown.until(lambda: asked == [None])
        for key in ("plus", "plus", "plus"):
            await shown.press(key)
            shown.app.dialog._follow()
        made.set()
        await shown.until_shown("print files = 53")
        assert asked == [None, "53"]
