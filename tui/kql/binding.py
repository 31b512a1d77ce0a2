"""Typed equality of a key with a value, and lists compiled to one expression: what a drill's conditions are made of."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from tui.kql.literals import (
    LiteralError,
    datetime_literal,
    guid_literal,
    integer_literal,
    real_literal,
    string_literal,
    timespan_literal,
)
from tui.kql.moments import Moment

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NEVER = "$."
"""A regular expression that matches no text: something after the end."""


@dataclass(frozen=True)
class Equality:
    """`expression` over a leg's rows has `value`, compared as KQL `type`; None means null, kept apart from empty.

    An empty `type` takes the type of the value.
    """

    expression: str
    type: str
    value: object

    def condition(self, portable: bool = False) -> str:
        """The comparison as KQL; LiteralError when the value does not fit the type."""
        kind = self.type or _type_of(self.value)
        if kind == "string":
            if not isinstance(self.value, str):
                raise LiteralError(f"{self.expression} needs a text, found {self.value!r}")
            return f"{self.expression} == {string_literal(self.value, portable)}"
        if self.value is None:
            return f"isnull({self.expression})"
        if isinstance(self.value, float) and math.isnan(self.value):
            return f"isnan({self.expression})"
        if kind == "dynamic":
            return f"tostring({self.expression}) == {string_literal(str(self.value), portable)}"
        if (
            kind == "datetime"
            and isinstance(self.value, datetime)
            and not portable
            and not isinstance(self.value, Moment)
        ):
            return self._within_microsecond(self.value)
        return f"{self.expression} == {scalar_literal(self.value, kind)}"

    def _within_microsecond(self, moment: datetime) -> str:
        """Live services keep a seventh digit, which is not known of this time."""
        try:
            after = scalar_literal(moment + timedelta(microseconds=1), "datetime")
        except OverflowError:
            return f"{self.expression} >= {scalar_literal(moment, 'datetime')}"
        return f"({self.expression} >= {scalar_literal(moment, 'datetime')} and {self.expression} < {after})"


def _type_of(value: object) -> str:
    for kind, python in (
        ("string", str),
        ("bool", bool),
        ("long", int),
        ("real", float),
        ("datetime", datetime),
        ("timespan", timedelta),
    ):
        if isinstance(value, python):
            return kind
    return ""


def scalar_literal(value: object, kind: str) -> str:
    """A value that is neither null nor text as a literal of KQL type `kind`; LiteralError when it does not fit."""
    match kind, value:
        case "bool", bool():
            return "true" if value else "false"
        case (("int" | "long"), int()) if not isinstance(value, bool):
            return integer_literal(value)
        case "real", int() | float() if not isinstance(value, bool):
            return real_literal(float(value))
        case "datetime", datetime():
            return datetime_literal(value if value.tzinfo else value.replace(tzinfo=UTC))
        case "timespan", timedelta():
            return timespan_literal(value)
        case "guid", str():
            return guid_literal(value)
        case "decimal", Decimal() | int():
            return f"decimal({value})"
    raise LiteralError(f"expected a value of type {kind}, found {value!r}")


def suffix_regex(suffixes: Iterable[str]) -> str:
    """One case-insensitive regular expression for texts that end in any of `suffixes`."""
    return f"(?i)(?:{_alternatives(suffixes)})$"


def prefix_regex(prefixes: Iterable[str]) -> str:
    """One case-insensitive regular expression for texts that start with any of `prefixes`."""
    return f"(?i)^(?:{_alternatives(prefixes)})"


def path_regex(paths: Iterable[str]) -> str:
    """One case-insensitive regular expression for paths that are, or lie under, any of `paths`; both slashes match."""
    parts = []
    for path in paths:
        trimmed = path.rstrip("\\/")
        parts.append("".join(r"[\\/]" if character in "\\/" else _escape(character) for character in trimmed))
    return f"(?i)^(?:{'|'.join(parts)})(?:[\\\\/]|$)"


def _alternatives(texts: Iterable[str]) -> str:
    return "|".join("".join(_escape(character) for character in text) for text in texts)


def _escape(character: str) -> str:
    """`character` for RE2: only what RE2 gives a meaning is escaped."""
    return f"\\{character}" if character in r"\.+*?()|[]{}^$" else character


def check_regex(text: str) -> str:
    """`text` when it is a regular expression of RE2, which Kusto and the embedded engine use; LiteralError says why not."""
    for construct, name in (
        ("(?=", "look-ahead"),
        ("(?!", "look-ahead"),
        ("(?<=", "look-behind"),
        ("(?<!", "look-behind"),
    ):
        if construct in text:
            raise LiteralError(f"{name} {construct}...) is not in KQL's regular expressions")
    if re.search(r"(?<!\\)(?:\\\\)*\\[1-9]", text):
        raise LiteralError("back references are not in KQL's regular expressions")
    string_literal(text)
    import duckdb

    try:
        _engine().cursor().execute("SELECT regexp_matches('', ?)", [text])
    except duckdb.Error as error:
        words = str(error).splitlines()[0].partition("Error: ")[2]
        raise LiteralError(f"not a regular expression of KQL: {words}") from error
    return text


@cache
def _engine() -> DuckDBPyConnection:
    """A connection that only compiles regular expressions: its own cursors make it safe for several threads."""
    import duckdb

    return duckdb.connect(":memory:")


def parse_networks(texts: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses and CIDR blocks; LiteralError names the one that is neither."""
    networks = []
    for text in texts:
        try:
            networks.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError as error:
            raise LiteralError(f"{text!r} is neither an address nor a CIDR block such as 10.0.0.0/8") from error
    return networks
