"""The form as a whole: what it shows, gives and says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.forms import EVERY_TYPE, FILES, TOOLS, P, Preview, field, form, hunt_with, parameter, paste, run
from tests.support.dialogs import HOSTILE, SIZES, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.screens.form import FormScreen
from tui.widgets.list_field import ListField
from tui.widgets.parameter_field import ParameterField
from tui.widgets.switch_field import SwitchField
from tui.widgets.text_field import TextField


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    given = {"account": "CORP\\ana", "min_files": "80", "tools": ["robocopy.exe"]}
    async with opened(form(*EVERY_TYPE, given=given), size) as shown:
        await shown.until_shown("▸ let p_account")
        assert_snapshot(shown.app, f"form-{size[0]}x{size[1]}")


async def test_unchanged_values_are_not_given() -> None:
    async with opened(form(*EVERY_TYPE, given={"account": "ana", "min_files": "50"})) as shown:
        assert await run(shown) == {"account": "ana"}


async def test_every_type_gives_what_was_typed() -> None:
    typed = {
        "account": "ana",
        "min_files": "80",
        "ratio": "0.25",
        "net_window": "1h",
        "since": "2026-11-21",
        "servers": "10.0.0.0/8",
        "folders": "C:\\Temp",
        "beginnings": "tmp",
        "pattern": "a+",
    }
    async with opened(form(*EVERY_TYPE), (160, 45)) as shown:
        for name, words in typed.items():
            editor = field(shown, name).editor
            if isinstance(editor, TextField):
                editor.value = ""
            editor.focus()
            await shown.type(words)
        field(shown, "wildcards").editor.focus()
        await shown.press("space")
        field(shown, "level").editor.focus()
        await shown.press("enter")
        await shown.type("high")
        await shown.press("enter")
        lists = ("servers", "folders", "beginnings")
        expected = {name: [words] if name in lists else words for name, words in typed.items()}
        expected["since"] = "2026-11-21T00:00:00.000000Z"
        assert await run(shown) == {**expected, "wildcards": "false", "level": "high"}


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("min_files", "5x", "whole number"),
        ("min_files", "0", "at least 1"),
        ("min_files", "1001", "at most 1000"),
        ("ratio", "1.5", "at most 1"),
        ("net_window", "5 parsecs", "is no unit"),
        ("since", "yesterdays", "expected a time such as"),
        ("servers", "10.0.0.300", "10.0.0.300"),
        ("pattern", "(", "pattern"),
    ],
)
async def test_what_is_wrong_is_said_as_it_is_typed_and_keeps_from_running(
    name: str, typed: str, expected: str
) -> None:
    async with opened(form(*EVERY_TYPE, given={"account": "ana"}), (160, 45)) as shown:
        one = field(shown, name)
        if isinstance(one.editor, TextField):
            one.editor.value = ""
        one.editor.focus()
        await shown.type(typed)
        assert expected in one.error or (name == "pattern" and one.error)
        assert f"✗ {one.error}"[:30] in shown.text
        field(shown, "account").editor.focus()
        await shown.press("f5")
        assert shown.given == []
        assert one.editor.has_focus
        await shown.until_shown("the KQL follows once")


async def test_a_required_value_is_asked_for_and_complained_about_only_on_running() -> None:
    async with opened(form(TOOLS, *EVERY_TYPE[:1])) as shown:
        await shown.until_shown("the KQL follows once account is filled in")
        account = field(shown, "account")
        assert account.editor.has_focus
        assert account.error == ""
        assert "Whose events · required" in shown.text
        await shown.press("f5")
        assert account.error == "a value is required"
        assert shown.given == []
        await shown.type("ana")
        assert account.error == ""
        assert await run(shown) == {"account": "ana"}


async def test_a_paste_is_split_into_values() -> None:
    async with opened(form(parameter("names", P.STRING_LIST))) as shown:
        await paste(shown, "a.exe,b.exe\r\nc d.exe\n\n\te.exe\n")
        assert "4 values" in shown.text
        assert await run(shown) == {"names": ["a.exe", "b.exe", "c d.exe", "e.exe"]}


async def test_what_was_copied_within_the_program_is_pasted_the_same_way() -> None:
    async with opened(form(parameter("names", P.STRING_LIST), parameter("account", P.STRING))) as shown:
        shown.app._clipboard = "a.exe,b.exe\nc.exe\n"
        await shown.press("ctrl+v", "tab", "ctrl+v")
        assert await run(shown) == {"names": ["a.exe", "b.exe", "c.exe"], "account": "a.exe,b.exe c.exe"}


async def test_a_paste_into_the_middle_keeps_what_was_there() -> None:
    async with opened(form(TOOLS)) as shown:
        await paste(shown, "a.exe, b.exe")
        assert await run(shown) == {"tools": ["a.exe", "b.exe", "robocopy.exe", "xcopy.exe"]}


async def test_a_comma_that_is_typed_stays_in_its_value() -> None:
    async with opened(form(parameter("names", P.STRING_LIST))) as shown:
        await shown.type("x.dll,Main")
        assert await run(shown) == {"names": ["x.dll,Main"]}


async def test_lines_pasted_into_one_line_are_all_kept() -> None:
    async with opened(form(parameter("account", P.STRING))) as shown:
        await paste(shown, "first\r\nsecond\n")
        assert await run(shown) == {"account": "first second"}


async def test_a_list_from_a_file_is_the_text_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("a.exe\nb.exe\n", encoding="utf-8")
    async with opened(form(TOOLS, given={"tools": f"@{path}"})) as shown:
        assert await run(shown) == {"tools": f"@{path}"}


async def test_a_file_that_is_not_there_is_said_beside_its_field() -> None:
    async with opened(form(TOOLS, FILES, given={"tools": "@/nowhere/names.txt"})) as shown:
        field(shown, "min_files").editor.focus()
        await shown.press("f5")
        await shown.until(lambda: "cannot be read" in field(shown, "tools").error)
        assert field(shown, "tools").editor.has_focus
        assert shown.given == []


async def test_a_long_list_is_checked_off_the_event_loop() -> None:
    addresses = [f"10.{number // 250}.{number % 250}.1" for number in range(400)]
    async with opened(form(parameter("servers", P.IP_LIST), given={"servers": [*addresses, "10.0.0.300"]})) as shown:
        servers = field(shown, "servers")
        assert servers.deferred
        assert servers.error == ""
        await shown.press("f5")
        await shown.until(lambda: "10.0.0.300" in servers.error)
        assert shown.given == []


async def test_given_text_of_a_list_is_split_as_on_the_command_line() -> None:
    async with opened(form(TOOLS, given={"tools": "a.exe, b.exe"})) as shown:
        editor = field(shown, "tools").editor
        assert isinstance(editor, ListField)
        assert editor.values == ["a.exe", "b.exe"]


async def test_changed_fields_are_starred_and_reset_one_by_one() -> None:
    given = {"account": "ana", "tools": ["x.exe"], "min_files": "80", "wildcards": "false", "level": "low"}
    async with opened(form(*EVERY_TYPE, given=given), (160, 45)) as shown:
        starred = [one.parameter.name for one in shown.app.dialog.query(ParameterField) if one.changed]
        assert starred == ["account", "tools", "min_files", "wildcards", "level"]
        assert "* min_files" in shown.text
        assert "default 50" in shown.text
        assert "* 5 changed" in shown.text
        for name in starred:
            field(shown, name).editor.focus()
            await shown.press("ctrl+r")
        assert [one.parameter.name for one in shown.app.dialog.query(ParameterField) if one.changed] == []
        assert "* min_files" not in shown.text
        field(shown, "account").editor.focus()
        await shown.type("ben")
        assert await run(shown) == {"account": "ben"}


async def test_leaving_asks_only_before_what_was_typed_is_lost() -> None:
    async with opened(form(TOOLS, FILES, given={"min_files": "80"})) as shown:
        await shown.press("escape")
        assert shown.given == [None]
    async with opened(form(TOOLS, FILES)) as shown:
        await shown.type("anything")
        await shown.press("escape")
        await shown.until_shown("What was typed is not kept: tools.")
        await shown.press("escape")
        assert shown.app.dialog.is_current
        assert shown.given == []
        assert field(shown, "tools").raw == ["anythingrobocopy.exe", "xcopy.exe"]
        await shown.press("escape")
        await shown.until_shown("What was typed")
        await shown.press("y")
        await shown.until(lambda: shown.given == [None])


async def test_the_keys_that_run() -> None:
    async with opened(form(FILES)) as shown:
        await shown.press("ctrl+enter")
        await shown.until(lambda: shown.given == [{}])
    async with opened(form(FILES)) as shown:
        await shown.press("enter", "enter")
        await shown.until(lambda: shown.given == [{}])
    async with opened(form(FILES)) as shown:
        await shown.pilot.click("#run")
        await shown.until(lambda: shown.given == [{}])


async def test_keys_go_from_field_to_field() -> None:
    names = ("account", "tools", "min_files", "wildcards", "level", "net_window")
    async with opened(form(*EVERY_TYPE, given={"account": "ana"}), (160, 45)) as shown:
        seen = []
        for key in ("down", "down", "down", "down", "enter", "down"):
            focused = shown.app.focused
            assert focused is not None
            assert isinstance(focused.parent, ParameterField)
            seen.append(focused.parent.parameter.name)
            await shown.press(key)
        assert seen == ["account", "tools", "tools", "min_files", "ratio", "wildcards"]
        assert field(shown, "level").editor.has_focus
        await shown.press("up", "up", "up", "up", "up")
        assert field(shown, "tools").editor.has_focus
        assert set(seen) - set(names) == {"ratio"}


async def test_yes_and_no_by_keys_and_mouse() -> None:
    async with opened(form(parameter("wildcards", P.BOOLEAN))) as shown:
        editor = field(shown, "wildcards").editor
        assert isinstance(editor, SwitchField)
        assert "○ yes  ○ no" in shown.text
        values = []
        for key in ("y", "n", "space", "right", "left"):
            await shown.press(key)
            values.append(editor.value)
        assert values == [True, False, True, False, True]
        await shown.pilot.click(editor, offset=(12, 0))
        assert editor.value is False
        assert await run(shown) == {"wildcards": "false"}


async def test_hidden_characters_are_shown_and_said_and_given_as_they_are() -> None:
    async with opened(form(parameter("account", P.STRING), parameter("names", P.STRING_LIST))) as shown:
        await paste(shown, "ad\u200bmin\x1b")
        assert "ad\ufffdmin␛" in shown.text
        assert "holds hidden characters" in shown.text
        field(shown, "names").editor.focus()
        await paste(shown, "x\u202efdp.exe")
        assert "x\ufffdfdp.exe" in shown.text
        assert harmful(shown.text) == []
        assert await run(shown) == {"account": "ad\u200bmin\x1b", "names": ["x\u202efdp.exe"]}


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_words_of_a_hunt_are_shown_harmlessly(size: tuple[int, int]) -> None:
    one = parameter("name", P.STRING, help=HOSTILE, unit=HOSTILE, default="[red]x")
    choice = parameter("choice", P.CHOICE, choices=(HOSTILE, "b[/]"), default=HOSTILE)
    hunt = hunt_with(one, choice, title=HOSTILE, purpose=HOSTILE)
    async with opened(FormScreen(hunt, {"name": HOSTILE}, Preview()), size) as shown:
        field(shown, "choice").editor.focus()
        await shown.press("enter")
        assert "[@click=app.quit]go[/]" in shown.text
        assert harmful(shown.text) == []
        for y in range(size[1]):
            await shown.pilot.click(offset=(30, y))
        assert shown.app.is_running


async def test_it_can_be_resized_at_any_time() -> None:
    async with opened(form(*EVERY_TYPE, given={"account": "ana"})) as shown:
        for width, height in ((160, 45), (60, 12), (20, 5), (80, 24)):
            await shown.pilot.resize_terminal(width, height)
            await shown.pilot.pause()
        await shown.until_shown("account")
        assert await run(shown) == {"account": "ana"}


async def test_a_hunt_without_parameters() -> None:
    async with opened(form()) as shown:
        assert "has no parameters" in shown.text
        assert await run(shown) == {}


async def test_all_fields_go_to_their_defaults_and_back() -> None:
    given = {"tools": ["x.exe"], "min_files": "80"}
    async with opened(form(TOOLS, FILES, given=given)) as shown:
        await shown.press("f8")
        assert [field(shown, name).changed for name in given] == [False, False]
        await shown.press("f8")
        assert [field(shown, name).raw for name in given] == list(given.values())


async def test_the_help_is_that_of_the_field_with_the_focus() -> None:
    async with opened(form(TOOLS, FILES)) as shown:
        assert "Help on tools · one a line" in shown.words
        await shown.press("tab")
        assert "Help on min_files · 1 to 1000 · + and - step" in shown.words
        assert "Help on tools" not in shown.words
