from __future__ import annotations

from pathlib import Path

import pytest

from tui.settings.themes import DEFAULT_THEME, PLAIN_THEME, ThemeError, load_themes, read_theme, shipped_themes

GOOD = (shipped_themes() / "dark.toml").read_text(encoding="utf-8")


def test_the_shipped_themes_can_all_be_read() -> None:
    themes, problems = load_themes()
    assert problems == []
    assert {"dark", "light", "high-contrast", "colour-blind-safe"} < set(themes)
    assert len(themes) == 7
    assert [name for name, theme in themes.items() if theme.ansi] == [PLAIN_THEME]
    assert [name for name, theme in themes.items() if not theme.words] == []
    assert themes[DEFAULT_THEME].dark
    assert not themes["light"].dark


def test_every_theme_sets_the_same_variables() -> None:
    themes, _ = load_themes()
    wanted = set(themes[DEFAULT_THEME].variables)
    plain = {"ansi-background", "ansi-foreground"}
    assert [name for name, theme in themes.items() if set(theme.variables) - plain != wanted] == []


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        ('primary = "#6cb2f0"', 'primary = "blue"', "primary", "a colour such as #1a2b3c, found 'blue'"),
        ('primary = "#6cb2f0"', "", "primary", "this key is missing"),
        ('primary = "#6cb2f0"', 'primry = "#6cb2f0"', "primry", "did you mean 'primary'?"),
        ("dark = true", 'dark = "yes"', "dark", "true or false, found 'yes'"),
        ('name = "dark"', 'name = "../x"', "name", "small letters"),
        ('text-muted = "#9ba3a9"', "text-muted = 3", "variables.text-muted", "found 3"),
        ('text-muted = "#9ba3a9"', 'text-muted = "$x; }"', "variables.text-muted", "a colour"),
        ("[variables]", "variables = 3\n[other]", "other", "unknown key"),
    ],
)
def test_a_mistake_names_file_key_and_what_is_expected(
    tmp_path: Path, old: str, new: str, key: str, expected: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ThemeError) as caught:
        read_theme(path)
    assert str(path) in str(caught.value)
    assert caught.value.key == key
    assert expected in caught.value.reason


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        ('accent = "ansi_magenta"', 'accent = "#ff00ff"', "accent", "ansi_default or one of the terminal's sixteen"),
        ('accent = "ansi_magenta"', 'accent = "ansi_pink"', "accent", "found 'ansi_pink'"),
        ('text = "ansi_default"', 'text = "#ffffff"', "variables.text", "found '#ffffff'"),
        ("ansi = true", "ansi = 1", "ansi", "true or false, found 1"),
        ("ansi = true", "ansi = false", "primary", "a colour such as #1a2b3c"),
    ],
)
def test_a_theme_of_the_terminals_own_colours_has_no_others(
    tmp_path: Path, old: str, new: str, key: str, expected: str
) -> None:
    good = (shipped_themes() / "ansi.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(good.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ThemeError) as caught:
        read_theme(path)
    assert (caught.value.key, expected in caught.value.reason) == (key, True)


@pytest.mark.parametrize(
    ("content", "expected"), [(b"name = ", "not TOML"), (b"\xff\xfe", "is not UTF-8 text"), (None, "cannot be read")]
)
def test_what_is_no_theme_at_all(tmp_path: Path, content: bytes | None, expected: str) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ThemeError, match=expected):
        read_theme(path)


def test_own_themes_join_and_replace_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace("#6cb2f0", "#123456"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(GOOD.replace('name = "dark"', 'name = "mine"'), encoding="utf-8")
    (tmp_path / "c.toml").write_text("name = 3", encoding="utf-8")
    themes, problems = load_themes([tmp_path, tmp_path / "missing"])
    assert themes["dark"].primary == "#123456"
    assert "mine" in themes
    assert [problem.path.name for problem in problems] == ["c.toml"]
