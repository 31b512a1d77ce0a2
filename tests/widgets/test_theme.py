"""Every theme can be read: in full colour and in the 256 colours that are usual over SSH."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem

from tui.settings.themes import Theme, load_themes
from tui.widgets.theme import textual_theme

THEMES = {name: theme for name, theme in load_themes()[0].items() if not theme.ansi}
"""What colours a terminal has of its own, nobody can know."""
TEXTS = ("primary", "secondary", "accent", "foreground", "warning", "error", "success")
GROUNDS = ("background", "surface", "panel")
PAIRS = (
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("input-cursor-foreground", "input-cursor-background"),
    ("input-selection-foreground", "input-selection-background"),
    ("screen-selection-foreground", "screen-selection-background"),
    ("button-color-foreground", "button"),
    ("footer-key-foreground", "footer-background"),
    ("footer-description-foreground", "footer-background"),
    ("footer-key-foreground", "panel"),
    ("footer-description-foreground", "panel"),
    ("text", "panel"),
    ("text", "surface"),
    ("text", "background"),
)
"""What is not in a theme's variables is one of its ten colours; `button` is the primary one."""
ON_COLOURS = ("error", "primary", "accent", "warning")
"""Grounds for words in the colour of the background: banners, what was searched for."""


def shown(colour: str, system: ColorSystem) -> tuple[int, int, int]:
    parsed = Color.parse(colour)
    red, green, blue = (parsed if system is ColorSystem.TRUECOLOR else parsed.downgrade(system)).get_truecolor()
    return red, green, blue


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [value / 255 for value in colour]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, system: ColorSystem) -> float:
    light, dark = sorted((luminance(shown(one, system)), luminance(shown(other, system))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT], ids=["full", "256"])
@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_every_text_stands_out_from_every_ground(theme: Theme, system: ColorSystem) -> None:
    least = 7.0 if theme.name == "high-contrast" else 4.5
    weak = {}
    for ground in GROUNDS:
        for text in TEXTS:
            weak[text, ground] = contrast(getattr(theme, text), getattr(theme, ground), system)
        weak["text-muted", ground] = contrast(theme.variables["text-muted"], getattr(theme, ground), system)
    for text, ground in PAIRS:
        below = theme.variables.get(ground) or getattr(theme, ground, theme.primary)
        weak[text, ground] = contrast(theme.variables[text], below, system)
    for ground in ON_COLOURS:
        weak["background", ground] = contrast(theme.background, getattr(theme, ground), system)
    assert {pair: round(value, 2) for pair, value in weak.items() if value < least} == {}
    disabled = [contrast(theme.variables["text-disabled"], getattr(theme, ground), system) for ground in GROUNDS]
    assert min(disabled) >= 3.0


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_a_field_can_be_told_from_its_ground_in_256_colours(theme: Theme) -> None:
    grounds = [shown(getattr(theme, ground), ColorSystem.EIGHT_BIT) for ground in GROUNDS]
    assert len(set(grounds)) == len(GROUNDS)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_textual_takes_every_colour(theme: Theme) -> None:
    generated = textual_theme(theme).to_color_system().generate()
    for name, value in theme.variables.items():
        assert generated[name].lower().startswith(value.split()[0].lower()), name


def test_every_colour_of_the_style_sheets_is_one_that_is_measured() -> None:
    measured = {*TEXTS, *GROUNDS, "text-muted", "text-disabled", *(name for pair in PAIRS for name in pair), "border"}
    styles = {"block-cursor-text-style", "block-cursor-blurred-text-style", "input-cursor-text-style"}
    bars = {"border-blurred"}
    folders = [Path(str(files("tui"))) / name for name in ("screens", "widgets")]
    sheets = [path for folder in folders for path in folder.iterdir() if path.suffix in (".py", ".tcss")]
    used = {name for sheet in sheets for name in re.findall(r"\$([a-z][a-z-]*)\b", sheet.read_text(encoding="utf-8"))}
    assert used - measured - styles - bars == set()
