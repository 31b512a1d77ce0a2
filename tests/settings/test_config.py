from __future__ import annotations

import getpass
import os
from pathlib import Path

import pytest

from tui.settings.config import ClipboardConfig, Config, Way, parse_config, read_config
from tui.settings.keys import Keys, Problems
from tui.settings.paths import config_file

HERE = Path("/home/ana/.config/huntdeck/config.toml")


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in parse_config(text, HERE)[1]]


def test_it_lies_where_configurations_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_file() == tmp_path / "huntdeck" / "config.toml"
    assert read_config() == (Config(), [])
    config_file().parent.mkdir()
    config_file().write_text('analyst = "ana"\n', encoding="utf-8")
    assert read_config() == (Config(analyst="ana"), [])


def test_what_a_file_does_not_say_is_the_default() -> None:
    config, problems = parse_config("", HERE)
    assert problems == []
    assert config == Config(analyst=getpass.getuser(), clipboard=ClipboardConfig(way=Way.AUTO, limit=74_994))


def test_every_key_is_read() -> None:
    config, problems = parse_config('analyst = "Ana Müller"\n[clipboard]\nway = "tmux"\nlimit = 12000\n', HERE)
    assert problems == []
    assert config == Config("Ana Müller", ClipboardConfig(Way.TMUX, 12_000))


def test_an_unknown_key_names_its_line_and_the_nearest_one_and_the_rest_counts() -> None:
    text = '# mine\nanalist = "ana"\n\n[clipboard]\nwey = "tmux"\nlimit = 5000\n'
    config, problems = parse_config(text, HERE)
    assert config.clipboard == ClipboardConfig(limit=5000)
    assert [str(problem) for problem in problems] == [
        f'{HERE}:5: clipboard.wey: unknown key; did you mean "way"?',
        f'{HERE}:2: analist: unknown key; did you mean "analyst"?',
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("analyst = 3", 1, "analyst: expected a name on one line, at most 64 characters, found 3"),
        ('analyst = " "', 1, "expected a name"),
        ('analyst = "a\\u001b]0;x\\u0007"', 1, "expected a name"),
        ('clipboard = "off"', 1, "clipboard: expected a table, [clipboard], found 'off'"),
        ('\n[clipboard]\nway = "tmx"', 3, '"terminal", "off", found \'tmx\'; did you mean "tmux"?'),
        ("[clipboard]\nway = true", 2, "clipboard.way: expected one of"),
        ("[clipboard]\nlimit = 0", 2, "a whole number of bytes, 1 to 100,000,000, found 0"),
        ('[clipboard]\nlimit = "12000"', 2, "found '12000'"),
        ("[clipboard]\nlimit = true", 2, "found True"),
        ("clipboard = { way = 1 }", 1, "clipboard.way: expected one of"),
        ("[wrkspaces.acme]\nx = 1", 1, "wrkspaces: unknown key"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_is_expected(text: str, line: int, words: str) -> None:
    (problem,) = problems_of(text)
    assert problem.startswith(f"{HERE}:{line}: ")
    assert words in problem
    assert parse_config(text, HERE)[0].clipboard == ClipboardConfig()


def test_no_value_of_an_unknown_key_is_repeated() -> None:
    (problem,) = problems_of('client_secret = "hunter2"')
    assert "hunter2" not in problem
    assert "secrets do not belong in this file" in problem


def test_text_that_is_no_toml_counts_for_nothing() -> None:
    (problem,) = problems_of('analyst = "ana"\n[clipboard\n')
    assert problem.startswith(f"{HERE}:2: not TOML, so nothing in it counts")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 1_000_001, None])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "config.toml"
    if content is None:
        os.mkfifo(path)
    else:
        path.write_bytes(content)
    config, problems = read_config(path)
    assert config == Config()
    assert [str(path) in str(problem) for problem in problems] == [True]


def test_named_tables_are_read_one_by_one() -> None:
    text = '[workspaces.acme]\nkind = "x"\n[workspaces.beta]\nkind = 3\ncolour = "red"\n[workspaces]\nother = 1\n'
    problems = Problems(HERE, text)
    values = {"workspaces": {"acme": {"kind": "x"}, "beta": {"kind": 3, "colour": "red"}, "other": 1}}

    def read(name: str, keys: Keys) -> str | None:
        kind = keys.text("kind", "", "a kind")
        on = keys.switch("on", True)
        keys.finish()
        return f"{name} {kind}" if kind and on else None

    assert Keys(problems, values).tables("workspaces", read) == {"acme": "acme x"}
    assert [(problem.line, problem.key) for problem in problems.found] == [
        (4, "workspaces.beta.kind"),
        (5, "workspaces.beta.colour"),
        (7, "workspaces.other"),
    ]
