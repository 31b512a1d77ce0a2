"""Keys of the analyst's own: which can be had, and that keys, footer, help and commands follow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.desk import Desk, small_desk
from tui.screens.choose import ChooseScreen
from tui.screens.help import HelpScreen
from tui.screens.keymap import WrongKeyError, known_ids, read_key, read_keymap
from tui.settings.config import KeyWish
from tui.settings.paths import config_file

HERE = Path("/home/ana/config.toml")


def asked(*wishes: tuple[str, str]) -> tuple[dict[str, str], list[str]]:
    made = [KeyWish(name, tuple(keys.split()), line) for line, (name, keys) in enumerate(wishes, 1)]
    keymap, problems = read_keymap(made, HERE)
    return keymap, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("P", "P"),
        ("?", "question_mark"),
        ("-", "minus"),
        ("+", "plus"),
        ("Ctrl+G", "ctrl+g"),
        ("F6", "f6"),
        ("Esc", "escape"),
        ("PgDn", "pagedown"),
        ("shift+TAB", "shift+tab"),
    ],
)
def test_keys_are_written_as_people_write_them(text: str, key: str) -> None:
    assert read_key(text) == key


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ctrl+a", "GNU screen"),
        ("Ctrl+B", "tmux"),
        ("ctrl+s", "stop their output"),
        ("ctrl+t", "take it for themselves"),
        ("ctrl+w", "close their window"),
        ("ctrl+i", "terminals send Tab for it"),
        ("ctrl+shift+x", "not sent by every terminal"),
        ("ctrl+1", "not sent by every terminal"),
        ("cmd+x", "not sent by every terminal"),
        ("pagedwn", "there is no key 'pagedwn'; did you mean \"pagedown\"?"),
        (" ", "expected a key such as"),
    ],
)
def test_keys_that_cannot_be_say_why(text: str, words: str) -> None:
    with pytest.raises(WrongKeyError) as caught:
        read_key(text)
    assert words in str(caught.value)


def test_the_keys_it_comes_with_do_not_clash() -> None:
    known = known_ids()
    clashes = [
        (one, other, key)
        for one, bound in known.items()
        for other, second in known.items()
        for key in set(bound.keys) & set(second.keys)
        if one < other and bound.places & second.places
    ]
    assert clashes == []


def test_what_can_be_had_is_had() -> None:
    keymap, problems = asked(("main.pivot", "f8"), ("main.report", "f6 f7"), ("table.down", "down f9"))
    assert problems == []
    assert keymap == {"main.pivot": "f8", "main.report": "f6,f7", "table.down": "down,f9"}


def test_two_may_change_places() -> None:
    assert asked(("main.pivot", "t"), ("main.around", "p")) == ({"main.pivot": "t", "main.around": "p"}, [])


def test_one_key_may_do_different_things_in_different_places() -> None:
    assert asked(("tree.tick", "p")) == ({"tree.tick": "p"}, [])


def test_clashes_and_unknown_names_are_named_and_the_rest_counts() -> None:
    keymap, problems = asked(("main.pivot", "t"), ("main.sort", "f9"), ("main.pivto", "f8"), ("main.mark", "f9"))
    assert keymap == {"main.sort": "f9"}
    assert sorted(problems) == [
        f"{HERE}:1: keys.main.pivot: t is the key of main.around already",
        f'{HERE}:3: keys.main.pivto: there is nothing of this name; did you mean "main.pivot"?',
        f"{HERE}:4: keys.main.mark: F9 is the key of main.sort already",
    ]


def test_a_key_that_cannot_be_names_its_line() -> None:
    assert asked(("main.pivot", "ctrl+b")) == (
        {},
        [f"{HERE}:1: keys.main.pivot: Ctrl+B cannot be: tmux begins its own keys with it"],
    )


def configured(text: str) -> None:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@asynccontextmanager
async def desk(folder: Path, keys: str) -> AsyncIterator[Desk]:
    configured(f"[keys]\n{keys}\n")
    async with small_desk(folder) as one:
        yield one


async def test_keys_footer_help_and_commands_follow(tmp_path: Path) -> None:
    async with desk(
        tmp_path, 'main.stack = "f9"\nmain.back = "backspace"\nmain.zone = "f6"\nmain.report = "f7"'
    ) as one:
        await one.open_hunt()
        assert "F9 stack" in one.line("keys")
        assert "F stack" not in one.line("keys")
        await one.press("F")
        assert not one.screen.trail.current.stacked
        await one.press("question_mark")
        await one.until(lambda: isinstance(one.app.screen, HelpScreen))
        await one.page_to("Stack the column: each")
        assert any(line.split()[1:3] == ["F9", "Stack"] for line in one.text.splitlines())
        await one.press("escape")
        await one.press("colon")
        await one.until(lambda: isinstance(one.app.screen, ChooseScreen))
        await one.press(*"report")
        await one.until(lambda: "F7" in one.text)
        await one.press("escape", "f9")
        await one.until(lambda: one.screen.trail.current.stacked)


async def test_a_key_given_up_in_one_place_works_in_another(tmp_path: Path) -> None:
    async with desk(tmp_path, 'main.back = "backspace"') as one:
        await one.open_hunt()
        await one.press("q")
        assert not one.screen.in_tree
        await one.press("backspace")
        await one.until(lambda: one.screen.in_tree)
        assert "main.leave" in {active.binding.id for active in one.screen.active_bindings.values()}
        assert one.screen.active_bindings["q"].binding.id == "main.leave"


async def test_keys_of_the_tree_the_table_and_the_app_move_too(tmp_path: Path) -> None:
    keys = 'tree.down = "f9"\ntable.down = ["down", "f9"]\n"app.quit" = "f10"'
    async with desk(tmp_path, keys) as one:
        before = one.screen.hunt_tree.hunt
        await one.press("down")
        assert one.screen.hunt_tree.hunt == before
        await one.press("f9")
        assert one.screen.hunt_tree.hunt != before
        await one.open_hunt()
        await one.press("f9")
        await one.until(lambda: one.place[1] == 1)
        assert one.app._bindings.key_to_bindings.get("ctrl+q") is None
        assert one.app._bindings.key_to_bindings["f10"][0].action == "leave"


async def test_what_cannot_be_had_is_said_at_the_start(tmp_path: Path) -> None:
    async with desk(tmp_path, 'main.pivot = "ctrl+b"\nmain.pivto = "x"') as one:
        await one.until(lambda: "does not count" in one.text)
        assert (
            "config.toml:3: keys.main.pivto: there is nothing of this name" in one.text
            or "Ctrl+B cannot be" in one.text
        )
