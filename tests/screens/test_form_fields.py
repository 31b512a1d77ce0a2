"""The fields of a form, each as its type wants it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual import events

from tests.screens.forms import EVERY_TYPE, P, field, form, parameter, paste, run
from tests.support.dialogs import SIZES, opened
from tests.support.snapshot import assert_snapshot
from tui.widgets.choice_field import ChoiceField
from tui.widgets.list_field import ListField
from tui.widgets.text_field import TextField

NAMES = parameter("names", P.STRING_LIST)
SERVERS = parameter("servers", P.IP_LIST)
NEWEST = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    given = {
        "min_files": "0",
        "net_window": "1d4h",
        "since": "yesterday 03:00Z",
        "servers": ["10.0.0.5-9", "10.1.0.0/16", "10.0.0.5-9"],
        "pattern": "a(",
    }
    async with opened(form(*EVERY_TYPE, given={**given, "account": "ana"}, newest=NEWEST), size) as shown:
        field(shown, "servers").editor.focus()
        await shown.press("end", "end")
        await paste(shown, "hxxp://evil[.]com;10[.]2.0.1 10.2.0.1\n")
        await shown.until_shown("once min_files, servers, pattern can")
        assert_snapshot(shown.app, f"form-fields-{size[0]}x{size[1]}")


async def test_a_paste_is_refanged_and_freed_of_duplicates_and_that_is_said() -> None:
    async with opened(form(NAMES, given={"names": ["known.com"]})) as shown:
        await shown.press("end")
        await paste(shown, '["evil[.]com", "evil.com", "known.com", "x,y"]\n')
        assert field(shown, "names").raw == ["known.com", "evil.com", "x,y"]
        assert "2 pasted, 2 duplicates dropped, 1 refanged" in shown.words
        await shown.type("z")
        assert "2 pasted" not in shown.words
        await shown.press("ctrl+underscore", "ctrl+underscore")
        assert field(shown, "names").raw == ["known.com"]


@pytest.mark.parametrize(
    ("before", "pasted", "after"),
    [
        ("C:\\Users\\", "bob", ["C:\\Users\\bob"]),
        ("one", "two\n", ["one", "two"]),
        ("one", "two,three", ["one", "two", "three"]),
        ("one", "one\none\n", ["one"]),
        ("one", "\n", ["one"]),
    ],
)
async def test_one_value_goes_on_with_the_line_and_several_have_their_own(
    before: str, pasted: str, after: list[str]
) -> None:
    async with opened(form(NAMES)) as shown:
        await shown.type(before)
        await paste(shown, pasted)
        assert field(shown, "names").raw == after


async def test_a_paste_that_is_too_large_is_not_taken_and_that_is_said() -> None:
    async with opened(form(NAMES, given={"names": ["a"]})) as shown:
        await paste(shown, "evil.com\n" * 60_000)
        assert "540,000 characters are too many to paste: put them in a file" in shown.words
        assert field(shown, "names").raw == ["a"]


async def test_what_is_pasted_over_a_selection_takes_its_place() -> None:
    async with opened(form(NAMES, given={"names": ["a", "b", "c"]})) as shown:
        editor = field(shown, "names").editor
        assert isinstance(editor, ListField)
        editor.select_all()
        await paste(shown, "b\nd\n")
        assert field(shown, "names").raw == ["b", "d"]


async def test_addresses_end_at_spaces_and_ranges_are_taken() -> None:
    async with opened(form(SERVERS)) as shown:
        await paste(shown, "10.0.0.0 - 10.0.0.255 10[.]1.0.1")
        servers = field(shown, "servers")
        assert servers.raw == ["10.0.0.0-10.0.0.255", "10.1.0.1"]
        assert servers.error == ""
        await shown.press("enter")
        await shown.type("10.0.0.9-10.0.0.1")
        assert "ends before it begins" in shown.words


async def test_duplicates_that_are_typed_are_said() -> None:
    async with opened(form(NAMES)) as shown:
        await shown.type("a")
        await shown.press("enter")
        await shown.type("a")
        assert "2 values, 1 twice" in shown.words


async def test_a_pasted_text_is_refanged_too() -> None:
    async with opened(form(parameter("address", P.STRING), parameter("pattern", P.REGEX))) as shown:
        await paste(shown, "10[.]0[.]0[.]1\n")
        assert field(shown, "address").raw == "10.0.0.1"
        assert "refanged" in shown.words
        await shown.press("tab")
        await paste(shown, "evil[.]com")
        assert field(shown, "pattern").raw == "evil[.]com"


async def test_a_file_says_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("a.exe\nevil[.]com\nevil.com\n", encoding="utf-8")
    async with opened(form(NAMES)) as shown:
        await paste(shown, f"@{path}")
        await shown.until_shown("2 values, 1 dup")


async def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "servers.txt"
    path.write_text("10.0.0.1\n10.0.0.300\n", encoding="utf-8")
    async with opened(form(SERVERS)) as shown:
        await paste(shown, f"@{path}")
        await shown.until(lambda: "line 2: '10.0.0.300' is neither" in field(shown, "servers").error)
        path.write_text("10.0.0.1\n10.0.0.3\n", encoding="utf-8")
        await shown.press("f5")
        await shown.until(lambda: shown.given == [{"servers": f"@{path}"}])


async def test_tab_goes_on_with_the_name_of_a_file(tmp_path: Path) -> None:
    for name in ("names.txt", "nets.txt"):
        (tmp_path / name).write_text("a.exe\n")
    async with opened(form(NAMES, SERVERS)) as shown:
        names = field(shown, "names")
        await paste(shown, f"@{tmp_path}/n")
        await shown.press("tab")
        await shown.until_shown("names.txt  nets.txt")
        await shown.type("a")
        await shown.press("tab")
        await shown.until(lambda: names.raw == f"@{tmp_path}/names.txt")
        assert names.has_focus_within
        await shown.press("tab")
        await shown.until(lambda: field(shown, "servers").has_focus_within)


async def test_tab_leaves_a_list_that_names_no_file(tmp_path: Path) -> None:
    async with opened(form(NAMES, SERVERS)) as shown:
        await shown.type("a")
        await shown.press("tab")
        assert field(shown, "servers").has_focus_within
        await paste(shown, f"@{tmp_path}/n")
        await shown.press("tab")
        await shown.until_shown("no file begins so")
        await shown.press("shift+tab")
        assert field(shown, "names").has_focus_within


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yesterday 03:00Z", "2026-11-21 03:00:00Z"),
        ("2h ago", "2026-11-22 06:30:00Z"),
        ("now-7d", "2026-11-15 08:30:00Z"),
        ("2026-11-21T03:00+02:00", "2026-11-21 01:00:00Z"),
    ],
)
async def test_a_time_is_given_as_the_absolute_one_that_is_shown(typed: str, meant: str) -> None:
    async with opened(form(parameter("since", P.DATETIME), newest=NEWEST)) as shown:
        assert "now is the newest event: 2026-11-22 08:30:00Z" in shown.words
        await shown.type(typed)
        assert f"= {meant}" in shown.words
        assert await run(shown) == {"since": meant.replace(" ", "T").replace("Z", ".000000Z")}


async def test_a_time_told_from_now_stays_what_it_was_when_it_was_typed() -> None:
    async with opened(form(parameter("since", P.DATETIME))) as shown:
        await shown.type("now")
        since = field(shown, "since").given
        await shown.press("tab")
        assert await run(shown) == {"since": since}


async def test_a_time_that_was_given_is_shown_as_it_is_typed() -> None:
    given: dict[str, object] = {"since": "2026-11-21T03:00:00.000000Z"}
    async with opened(form(parameter("since", P.DATETIME), given=given)) as shown:
        assert field(shown, "since").raw == "2026-11-21 03:00:00Z"
        assert await run(shown) == given


async def test_spans_in_parts_are_taken_and_said() -> None:
    one = parameter("window", P.TIMESPAN, default="5m", minimum="1m", maximum="2d")
    async with opened(form(one)) as shown:
        window = field(shown, "window")
        assert "1m to 2d" in shown.words
        for typed, said in (
            ("1d4h", "= 1 d 4 h"),
            ("60m", "= 1 h"),
            ("30s", "at least 1m, found 30s"),
            ("3d", "at most"),
        ):
            await shown.press("end", "ctrl+u")
            await shown.type(typed)
            assert said in shown.words
        await shown.press("ctrl+u")
        await shown.type("300s")
        assert not window.changed
        assert await run(shown) == {}


async def test_plus_and_minus_step() -> None:
    files = parameter("files", P.INTEGER, default=50, minimum=1, maximum=52)
    offset = parameter("offset", P.INTEGER, default=0)
    share = parameter("share", P.REAL, default=0.5)
    async with opened(form(files, offset, share, parameter("window", P.TIMESPAN, default="5m"))) as shown:
        await shown.press("plus", "plus", "plus")
        assert field(shown, "files").raw == "52"
        await shown.press("minus", "tab", "minus", "home", "delete", "delete")
        assert field(shown, "files").raw == "51"
        await shown.type("-5")
        assert field(shown, "offset").raw == "-5"
        await shown.press("tab", "end", "plus", "tab", "plus")
        assert field(shown, "share").raw == "0.51"
        assert field(shown, "window").raw == "10m"
        await shown.press("shift+tab", "ctrl+u")
        await shown.type("1e-3")
        assert field(shown, "share").raw == "1e-3"


async def test_a_choice_turns_to_the_next_word() -> None:
    level = parameter("level", P.CHOICE, default="medium", choices=("low", "medium", "high"))
    async with opened(form(level, parameter("other", P.CHOICE, choices=("a", "b")))) as shown:
        editor = field(shown, "level").editor
        assert isinstance(editor, ChoiceField)
        words = []
        for key in ("right", "right", "left", "left", "left"):
            await shown.press(key)
            words.append(editor.word)
        assert words == ["high", "high", "medium", "low", "low"]
        await shown.press("tab", "left")
        assert field(shown, "other").raw == "b"


async def test_keys_that_arrive_at_once_pass_over_answers_and_choices() -> None:
    level = parameter("level", P.CHOICE, default="low", choices=("low", "high"))
    fields = (parameter("wildcards", P.BOOLEAN, default=True), level, parameter("last", P.STRING))
    async with opened(form(*fields)) as shown:
        for key in ("n", "tab", "right", "down", "n", "l", "x"):
            shown.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await shown.until(lambda: field(shown, "last").raw == "nlx")
        assert field(shown, "wildcards").raw == "false"
        assert field(shown, "level").raw == "high"


async def test_keys_that_arrive_at_once_are_taken_in_their_order() -> None:
    async with opened(form(parameter("account", P.STRING, default="bob"), NAMES, parameter("last", P.STRING))) as shown:
        focused = shown.app.focused
        assert isinstance(focused, TextField)
        keys = ("backspace", "backspace", "x", "tab", "a", "enter", "b", "backspace", "c", "down", "y", "left", "z")
        for key in keys:
            shown.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await shown.until(lambda: field(shown, "last").raw == "zy")
        assert field(shown, "account").raw == "bx"
        assert field(shown, "names").raw == ["a", "c"]
