"""Colour themes: TOML files with the colours of the screen, checked as they are read.

A theme names what a colour is for, never where it stands; the program shows nothing by colour alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

DEFAULT_THEME = "dark"
PLAIN_THEME = "ansi"
"""What is shown where there are 16 colours or none."""

_COLOURS = (
    "primary",
    "secondary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "warning",
    "error",
    "success",
)
_KEYS = ("name", "words", "dark", "ansi", *_COLOURS, "variables")
_LONGEST_WORDS = 100
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}\Z", re.ASCII)
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z", re.ASCII)
_VARIABLE = re.compile(r"[a-z][a-z0-9-]*\Z", re.ASCII)
_VALUE = re.compile(r"(?:#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})(?: \d{1,3}%)?|[a-z]+(?: [a-z]+)*)\Z", re.ASCII)
_SIXTEEN = [
    f"ansi_{bright}{name}"
    for bright in ("", "bright_")
    for name in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
]
_ANSI = ("ansi_default", *_SIXTEEN)


@dataclass(frozen=True)
class Theme:
    """The colours of the screen as `#rgb` or `#rrggbb`.

    `variables` holds colours and text styles for single places (`text-muted`, `border`, `block-cursor-background`...);
    what it leaves out is derived from the ten colours. An `ansi` theme has the terminal's own colours instead, by name:
    `ansi_default`, `ansi_red`, `ansi_bright_red`...
    """

    name: str
    dark: bool
    primary: str
    secondary: str
    accent: str
    foreground: str
    background: str
    surface: str
    panel: str
    warning: str
    error: str
    success: str
    variables: Mapping[str, str] = field(default_factory=dict)
    ansi: bool = False
    words: str = ""
    """What is said of it where it can be chosen."""


class ThemeError(Exception):
    """A theme file that cannot be used: names file, key and what is expected."""

    def __init__(self, path: Path, key: str, message: str) -> None:
        super().__init__(f"{path}: {key}: {message}" if key else f"{path}: {message}")
        self.path, self.key, self.reason = path, key, message


def read_theme(path: Path) -> Theme:
    """The theme in the file `path`; ThemeError for the first thing that is wrong in it."""
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ThemeError(path, "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ThemeError(path, "", "is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(path, "", f"not TOML: {error}") from error
    return _theme(path, data)


def load_themes(own_folders: Sequence[Path] = ()) -> tuple[dict[str, Theme], list[ThemeError]]:
    """The themes that come with huntdeck and those in `own_folders`, by name, and what could not be read.

    A theme of one's own takes the place of a shipped one of the same name.
    """
    themes: dict[str, Theme] = {}
    problems: list[ThemeError] = []
    for folder in (shipped_themes(), *own_folders):
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except ThemeError as error:
                problems.append(error)
            else:
                themes[theme.name] = theme
    return themes, problems


def shipped_themes() -> Path:
    """Where the themes that come with huntdeck lie: in the wheel, or in a checkout beside the package."""
    package = Path(str(files("tui")))
    packaged = package / "data" / "themes"
    return packaged if packaged.is_dir() else package.parent / "themes"


def _theme(path: Path, data: Mapping[str, Any]) -> Theme:
    for key in data:
        if key not in _KEYS:
            raise ThemeError(path, key, f"unknown key{_nearest(key)}")
    name = data.get("name")
    if not isinstance(name, str) or not _NAME.match(name):
        raise ThemeError(path, "name", _expected("a name of small letters, digits and -", data, "name"))
    dark = data.get("dark")
    if not isinstance(dark, bool):
        raise ThemeError(path, "dark", _expected("true or false", data, "dark"))
    ansi = data.get("ansi", False)
    if not isinstance(ansi, bool):
        raise ThemeError(path, "ansi", _expected("true or false", data, "ansi"))
    words = data.get("words", "")
    if not isinstance(words, str) or len(words) > _LONGEST_WORDS:
        raise ThemeError(path, "words", _expected(f"a text of at most {_LONGEST_WORDS} characters", data, "words"))
    colours = {key: _colour(path, data, key, ansi) for key in _COLOURS}
    return Theme(
        name=name,
        dark=dark,
        **colours,
        variables=_variables(path, data, ansi),
        ansi=ansi,
        words=" ".join(words.split()),
    )


def _colour(path: Path, data: Mapping[str, Any], key: str, ansi: bool) -> str:
    value = data.get(key)
    if isinstance(value, str) and (value in _ANSI if ansi else _COLOUR.match(value)):
        return value
    wanted = "ansi_default or one of the terminal's sixteen such as ansi_red" if ansi else "a colour such as #1a2b3c"
    raise ThemeError(path, key, _expected(wanted, data, key))


def _variables(path: Path, data: Mapping[str, Any], ansi: bool) -> dict[str, str]:
    variables = data.get("variables", {})
    if not isinstance(variables, dict):
        raise ThemeError(path, "variables", _expected("a table", data, "variables"))
    wanted = "ansi_default, ansi_red..., or" if ansi else "a colour such as #1a2b3c or #1a2b3c 40%, or"
    for name, value in variables.items():
        fits = isinstance(value, str) and (_VALUE.match(value) or (ansi and value in _ANSI))
        if not _VARIABLE.match(name) or not fits or (ansi and value.startswith("#")):
            raise ThemeError(
                path, f"variables.{name}", _expected(f"{wanted} a text style such as bold", variables, name)
            )
    return dict(variables)


def _expected(what: str, data: Mapping[str, Any], key: str) -> str:
    return f"expected {what}, found {data[key]!r}" if key in data else f"this key is missing: {what}"


def _nearest(key: str) -> str:
    close = get_close_matches(key, _KEYS, 1, 0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
