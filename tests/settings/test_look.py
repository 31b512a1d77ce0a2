"""`[look]` and `[keys]` of the configuration, and changing one line of it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tui.settings.changing import NotChangedError, changed, set_word
from tui.settings.config import Config, KeyWish, parse_config
from tui.settings.look import Bell, Density, LookConfig, missing_theme

HERE = Path("/home/ana/.config/huntdeck/config.toml")


def read(text: str) -> tuple[Config, list[str]]:
    config, problems = parse_config(text, HERE)
    return config, [str(problem) for problem in problems]


def test_every_key_of_look_is_read() -> None:
    config, problems = read(
        '[look]\ntheme = "amber"\ndensity = "compact"\nmouse = false\nbell = "osc9"\nbell_after = 5\n'
    )
    assert problems == []
    assert config.look == LookConfig("amber", Density.COMPACT, False, Bell.OSC9, 5)


def test_what_look_does_not_say_is_the_default() -> None:
    assert read("[look]\n")[0].look == LookConfig("", Density.NORMAL, True, Bell.BELL, 30)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('density = "compct"', 'look.density: expected one of "normal", "compact", found \'compct\'; did you mean "compact"?'),
        ("mouse = 0", "look.mouse: expected true or false, found 0"),
        ('bell = "loud"', 'look.bell: expected one of "bell", "osc9", "osc777", "osc99", "off"'),
        ("bell_after = 0", "look.bell_after: expected a whole number of seconds, 1 to 86,400"),
        ("theme = 3", "look.theme: expected the name of a theme"),
        ('them = "x"', 'look.them: unknown key; did you mean "theme"?'),
    ],
)  # fmt: skip
def test_a_mistake_in_look_says_its_line_and_the_rest_counts(line: str, words: str) -> None:
    config, problems = read(f"[look]\n{line}\n[clipboard]\nlimit = 5\n")
    (problem,) = problems
    assert problem.startswith(f"{HERE}:2: ")
    assert words in problem
    assert config.look == LookConfig()
    assert config.clipboard.limit == 5


def test_keys_may_be_quoted_or_not_and_have_lists() -> None:
    config, problems = read('[keys]\n"main.pivot" = "P"\nmain.sort = ["x", "f6"]\n')
    assert problems == []
    assert config.keys == (KeyWish("main.pivot", ("P",), 2), KeyWish("main.sort", ("x", "f6"), 3))


def test_a_key_that_is_no_text_is_a_problem() -> None:
    config, problems = read('[keys]\n"main.pivot" = 3\n')
    assert problems == [f"{HERE}:2: keys.main.pivot: expected a text, or a list of texts, found 3"]
    assert config.keys == ()


def test_a_theme_that_is_not_there_names_the_nearest() -> None:
    assert missing_theme("ambr", ["dark", "amber"]) == "there is no theme 'ambr': amber, dark; did you mean \"amber\"?"
    assert missing_theme("", ["dark"]) == missing_theme("dark", ["dark"]) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[look]\ntheme = "amber"\n'),
        ('analyst = "ana"', 'analyst = "ana"\n\n[look]\ntheme = "amber"\n'),
        ("# mine\n[look] # how\nmouse = true\n", '# mine\n[look] # how\ntheme = "amber"\nmouse = true\n'),
        ("[look]\n  theme = 'dark'  # for the night\n", "[look]\n  theme = \"amber\"  # for the night\n"),
        ("look.mouse = false\nlook.theme = \"dark\"\n", 'look.mouse = false\nlook.theme = "amber"\n'),
        ("[look]\r\nmouse = true\r\n", '[look]\r\ntheme = "amber"\r\nmouse = true\r\n'),
        ("[look]", '[look]\ntheme = "amber"\n'),
    ],
)  # fmt: skip
def test_one_line_changes_and_all_else_stays(before: str, after: str) -> None:
    assert changed(before, "look", "theme", 'theme = "amber"') == after


@pytest.mark.parametrize(
    "text",
    [
        'look = { theme = "dark" }\n',
        'look = "dark"\n',
        'note = """\n[look]\n"""\nlook.theme = """dark"""\n',
        "[look\n",
    ],
)
def test_what_cannot_be_changed_alone_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotChangedError, match=r'add theme = "amber" below \[look\]'):
        set_word(path, "look", "theme", "amber")
    assert path.read_text(encoding="utf-8") == text


def test_a_link_and_the_mode_of_a_file_stay(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("[look]\n", encoding="utf-8")
    kept.chmod(0o640)
    path = tmp_path / "config.toml"
    path.symlink_to(kept)
    set_word(path, "look", "theme", "amber")
    assert path.is_symlink()
    assert tomllib.loads(kept.read_text(encoding="utf-8")) == {"look": {"theme": "amber"}}
    assert kept.stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_not_there_is_made_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "huntdeck" / "config.toml"
    set_word(path, "look", "theme", "amber")
    assert read(path.read_text(encoding="utf-8"))[0].look.theme == "amber"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
