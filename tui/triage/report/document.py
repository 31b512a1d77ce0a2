"""A report laid out as blocks of words and values, for Markdown and HTML alike.

`Words` are this program's own; whatever came from data, files or people is a `Value`, `Badge`, `Prose` or `Code`, which
each way of writing makes harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone = Literal["bad", "hit", "warn", "good", "quiet"]


@dataclass(frozen=True)
class Words:
    """Words of this program."""

    text: str


@dataclass(frozen=True)
class Value:
    """A text from data, on one line; `exact` ones are to be read letter by letter."""

    text: str
    exact: bool = False


@dataclass(frozen=True)
class Badge:
    """A text that catches the eye."""

    text: str
    tone: Tone


@dataclass(frozen=True)
class Prose:
    """What somebody wrote, perhaps in several lines."""

    text: str


@dataclass(frozen=True)
class Link:
    """Words of this program that lead to the heading `name` where a report is a page."""

    text: str
    name: str


Inline: TypeAlias = "Words | Value | Badge | Prose | Link"
Line: TypeAlias = "Sequence[Inline]"


@dataclass(frozen=True)
class Heading:
    """A heading of level 1, 2 or 3; `name`, of letters, digits and dashes, is where links within the page lead."""

    level: int
    line: Line
    name: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Some sentences."""

    line: Line


@dataclass(frozen=True)
class Figures:
    """Numbers with what they count, for the eye."""

    figures: Sequence[tuple[str, str, Tone]]


@dataclass(frozen=True)
class Facts:
    """Names with values, one below the other."""

    facts: Sequence[tuple[Inline, Line]]


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[Line]


@dataclass(frozen=True)
class Grid:
    """A table; `numbers` are the columns that hold numbers, from 0."""

    head: Sequence[str]
    rows: Sequence[Sequence[Line]]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Quote:
    """What somebody wrote, set off."""

    prose: Prose


@dataclass(frozen=True)
class Code:
    """A query in full, line by line."""

    text: str


Block: TypeAlias = "Heading | Paragraph | Figures | Facts | Bullets | Grid | Quote | Code"


def joined(values: Iterable[str], exact: bool = False) -> list[Inline]:
    """`values` with commas between them."""
    line: list[Inline] = []
    for value in values:
        line += [*([Words(", ")] if line else []), Value(value, exact)]
    return line
