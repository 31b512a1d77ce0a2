"""The tables of a configuration file, read key by key: what is wrong is noted, and the rest still counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from tui.settings.toml_lines import find_line, key_lines

Word = TypeVar("Word", bound=StrEnum)
Entry = TypeVar("Entry")

_SHOWN = 60
_SECRETS = ("secret", "password", "token", "credential", "apikey", "api_key")


@dataclass(frozen=True)
class ConfigProblem:
    """What is wrong in a configuration file: `line` from 1 (0 when unknown), the dotted key, what is expected.

    Its words can hold text of the file: make them safe before they are shown.
    """

    path: Path
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return self._words(str(self.path))

    @property
    def brief(self) -> str:
        """The same with the file's name only, for where room lacks."""
        return self._words(self.path.name)

    def _words(self, path: str) -> str:
        where = f"{path}:{self.line}" if self.line else path
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class Problems:
    """What was found wrong in the file `path`, whose text is `text`."""

    def __init__(self, path: Path, text: str = "") -> None:
        self.path, self._lines = path, key_lines(text)
        self.found: list[ConfigProblem] = []

    def note(self, key: str, message: str, line: int = 0) -> None:
        """Notes a problem at the line of the dotted `key`, or at `line`."""
        self.found.append(ConfigProblem(self.path, line or self.line(key), key, message))

    def line(self, key: str) -> int:
        """The line of the dotted `key`, 0 when it is not known."""
        return find_line(self._lines, key)


class Keys:
    """One table of the file. Ask for each key it may have, then `finish`: what nobody asked for is unknown.

    Every question gives the default when the key is not there or does not fit; the latter is a problem.
    """

    def __init__(self, problems: Problems, values: Mapping[str, Any], name: str = "") -> None:
        self._problems, self._values, self._name = problems, values, name
        self._known: list[str] = []

    def text(self, key: str, default: str, expected: str, fits: Callable[[str], bool] = bool) -> str:
        """A text that `fits`; `expected` says in words what that is."""
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, str) and fits(value):
            return value
        return self._wrong(key, expected, value, default)

    def word(self, key: str, default: Word) -> Word:
        """One of the words of `default`'s enumeration."""
        value = self._take(key)
        if value is None:
            return default
        words = [member.value for member in type(default)]
        if isinstance(value, str) and value in words:
            return type(default)(value)
        listed = ", ".join(f'"{word}"' for word in words)
        near = nearest(value, words) if isinstance(value, str) else ""
        return self._wrong(key, f"one of {listed}", value, default, near)

    def whole_number(self, key: str, default: int, least: int, most: int, unit: str = "") -> int:
        """A whole number from `least` to `most`."""
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        return self._wrong(key, f"a whole number{f' of {unit}' if unit else ''}, {least:,} to {most:,}", value, default)

    def switch(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        return self._wrong(key, "true or false", value, default)

    def table(self, key: str) -> Keys:
        """The table `[key]`; empty when it is not there."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            self._wrong(key, f"a table, [{self._dotted(key)}]", value, None)
        return Keys(self._problems, value if isinstance(value, dict) else {}, self._dotted(key))

    def tables(self, key: str, read: Callable[[str, Keys], Entry | None]) -> dict[str, Entry]:
        """What `read` makes of each table `[key.NAME]`, by name; those it gives None for are left out."""
        outer = self.table(key)
        made = {name: read(name, outer.table(name)) for name in outer._values}
        outer.finish()
        return {name: entry for name, entry in made.items() if entry is not None}

    def lists_of_words(self) -> Iterator[tuple[str, tuple[str, ...], int]]:
        """Every entry of the table, whatever its name, with its words and its line: a text is a list of one.

        A name with a dot may stand in quotes or not: `"a.b" = "x"` is `a.b = "x"`.
        """
        for key, value in self._values.items():
            self._known.append(key)
            if isinstance(value, dict):
                inner = Keys(self._problems, value, self._dotted(key))
                yield from ((f"{key}.{name}", words, line) for name, words, line in inner.lists_of_words())
                continue
            words = value if isinstance(value, list) else [value]
            if all(isinstance(word, str) for word in words):
                yield key, tuple(words), self._problems.line(self._dotted(key))
            else:
                self._wrong(key, "a text, or a list of texts", value, None)

    def problem(self, key: str, message: str) -> None:
        """Notes what is wrong with `key` beyond its type."""
        self._problems.note(self._dotted(key), message)

    def finish(self) -> None:
        """Notes every key that was not asked for, with the nearest known one. Its value is never shown."""
        for key in self._values:
            if key in self._known:
                continue
            secret = any(word in key.lower() for word in _SECRETS)
            hint = "; secrets do not belong in this file" if secret else nearest(key, self._known)
            self.problem(key, f"unknown key{hint}")

    def _take(self, key: str) -> Any:
        self._known.append(key)
        return self._values.get(key)

    def _dotted(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def _wrong(self, key: str, expected: str, value: Any, default: Entry, hint: str = "") -> Entry:
        found = repr(value)
        found = f"{found[:_SHOWN]}…" if len(found) > _SHOWN else found
        self.problem(key, f"expected {expected}, found {found}{hint}")
        return default


def nearest(word: str, words: list[str]) -> str:
    """`; did you mean "x"?` for the one of `words` that is most like `word`, or nothing."""
    close = get_close_matches(word, words, 1, 0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
