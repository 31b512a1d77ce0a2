"""The keys of a table of TOML, taken one by one, each with the type that is expected of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

Default = TypeVar("Default")
_REQUIRED: Any = object()


class DocumentError(ValueError):
    """A document that does not hold what it must; says which key, and what was expected."""


class Fields:
    """One table; `name` says in messages which. What is never taken is in `rest`."""

    def __init__(self, table: Mapping[str, Any] | None, name: str = "") -> None:
        self._name = name
        if table is None:
            raise DocumentError(f"{name}: this table is missing")
        self._table = table
        self._taken: set[str] = set()

    def any(self, key: str, default: Any = _REQUIRED) -> Any:
        """The value of `key`, whatever it is."""
        self._taken.add(key)
        if key in self._table:
            return self._table[key]
        if default is _REQUIRED:
            raise DocumentError(f"{self._path(key)}: this key is missing")
        return default

    def has(self, key: str) -> bool:
        """Whether `key` is there."""
        return key in self._table

    def _path(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def _wrong(self, key: str, expected: str, value: object) -> DocumentError:
        found = repr(value)
        return DocumentError(f"{self._path(key)}: expected {expected}, found {found[:60]}")

    def text(self, key: str, default: str = _REQUIRED) -> str:
        """A text."""
        value = self.any(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, "a text", value)
        return value

    def word(self, key: str, words: Iterable[str]) -> Any:
        """One of `words`."""
        value, known = self.text(key), tuple(words)
        if value not in known:
            raise self._wrong(key, f"one of {', '.join(known)}", value)
        return value

    def number(self, key: str, default: Any = _REQUIRED) -> Any:
        """A whole number from 0, or the default."""
        value = self.any(key, default)
        if value is default and default is not _REQUIRED:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._wrong(key, "a whole number from 0", value)
        return value

    def real(self, key: str) -> float:
        """A number."""
        value = self.any(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a number", value)
        return float(value)

    def truth(self, key: str, default: bool = _REQUIRED) -> bool:
        """True or false."""
        value = self.any(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false", value)
        return value

    def time(self, key: str, default: Any = _REQUIRED) -> Any:
        """A moment in UTC, or the default."""
        value = self.any(key, default)
        if value is default and default is not _REQUIRED:
            return default
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self._wrong(key, "a time with its zone, such as 2026-01-31T09:00:00Z", value)
        return value.astimezone(UTC)

    def texts(self, key: str, default: tuple[str, ...] = _REQUIRED) -> tuple[str, ...]:
        """A list of texts."""
        value = self.any(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of texts", value)
        return tuple(value)

    def table(self, key: str, default: Default | Any = _REQUIRED) -> Mapping[str, Any] | Default:
        """A table, or the default."""
        value = self.any(key, default)
        if value is default and default is not _REQUIRED:
            return value
        if not isinstance(value, dict):
            raise self._wrong(key, "a table", value)
        return value

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """A list of tables; an absent one is empty."""
        value = self.any(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(key, "a list of tables", value)
        return value

    def fields(self, key: str) -> list[Fields]:
        """The same, each ready to be taken from."""
        return [Fields(table, self._path(key)) for table in self.tables(key)]

    def rest(self) -> dict[str, Any]:
        """The keys that were not taken."""
        return {key: value for key, value in self._table.items() if key not in self._taken}
