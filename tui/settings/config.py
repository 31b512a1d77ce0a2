"""The configuration, `$XDG_CONFIG_HOME/huntdeck/config.toml`: how this analyst wants the program to be. No secrets.

A table is one frozen dataclass and one function that reads it from its `Keys`; a new one is one field more of `Config`.
"""

from __future__ import annotations

import getpass
import re
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tui.settings.asking import LiveConfig, read_live
from tui.settings.keys import ConfigProblem, Keys, Problems
from tui.settings.look import LookConfig, read_look
from tui.settings.paths import config_file
from tui.terminal.safe_text import has_hidden

SIZE_LIMIT = 1_000_000
CLIPBOARD_LIMIT = 74_994
"""Bytes of text whose sequence is 100,000 bytes long once encoded: more is dropped by some terminals."""
LARGEST_CLIPBOARD_LIMIT = 100_000_000

_LINE = re.compile(r"at line (\d+)")


def user_name() -> str:
    """The name of the user of this operating system who runs the program."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


class Way(StrEnum):
    """Which way a copy takes; every one but `auto` is taken alone."""

    AUTO = "auto"
    TMUX = "tmux"
    SCREEN = "screen"
    DESKTOP = "desktop"
    TERMINAL = "terminal"
    OFF = "off"


@dataclass(frozen=True)
class ClipboardConfig:
    """`[clipboard]`: the way, and how many bytes of text a terminal is asked to take at once."""

    way: Way = Way.AUTO
    limit: int = CLIPBOARD_LIMIT


@dataclass(frozen=True)
class KeyWish:
    """Other keys for what can be done: its id, such as `main.pivot`, and the keys as they were written, at `line`."""

    id: str
    keys: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Config:
    """What the configuration file says; what it does not say is as here."""

    analyst: str = field(default_factory=user_name)
    """Who marks, notes and judges."""
    clipboard: ClipboardConfig = ClipboardConfig()
    look: LookConfig = field(default_factory=LookConfig)
    live: LiveConfig = field(default_factory=LiveConfig)
    keys: tuple[KeyWish, ...] = ()
    """`[keys]`: the keys asked for; which of them can be had is for the screen to say."""


def read_config(path: Path | None = None) -> tuple[Config, list[ConfigProblem]]:
    """The configuration in the file `path` (default: the analyst's own), and what is wrong in it.

    What is wrong counts as not said. A file that is not there says nothing; one that cannot be read is a problem.
    """
    path = config_file() if path is None else path
    problems = Problems(path)
    try:
        if not path.exists():
            return Config(), []
        if not path.is_file():
            problems.note("", "is no file")
        elif path.stat().st_size > SIZE_LIMIT:
            problems.note("", f"is larger than {SIZE_LIMIT:,} bytes")
        else:
            return parse_config(path.read_bytes().decode("utf-8-sig"), path)
    except OSError as error:
        problems.note("", f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        problems.note("", "is not UTF-8 text")
    return Config(), problems.found


def parse_config(text: str, path: Path) -> tuple[Config, list[ConfigProblem]]:
    """The configuration in `text`, which messages say is in `path`, and what is wrong in it."""
    problems = Problems(path, text)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        problems.note("", f"not TOML, so nothing in it counts: {error}", int(line[1]) if line else 0)
        return Config(), problems.found
    keys = Keys(problems, values)
    config = _config(keys)
    keys.finish()
    return config, problems.found


def _config(keys: Keys) -> Config:
    return Config(
        analyst=keys.text("analyst", user_name(), "a name on one line, at most 64 characters", _is_name),
        clipboard=_clipboard(keys.table("clipboard")),
        look=read_look(keys.table("look")),
        live=read_live(keys.table("live")),
        keys=tuple(KeyWish(*found) for found in keys.table("keys").lists_of_words()),
    )


def _clipboard(keys: Keys) -> ClipboardConfig:
    config = ClipboardConfig(
        way=keys.word("way", Way.AUTO),
        limit=keys.whole_number("limit", CLIPBOARD_LIMIT, 1, LARGEST_CLIPBOARD_LIMIT, "bytes"),
    )
    keys.finish()
    return config


def _is_name(text: str) -> bool:
    return bool(text.strip()) and len(text) <= 64 and len(text.splitlines()) == 1 and not has_hidden(text)
