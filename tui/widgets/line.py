"""One line of words: the header, the trail, chips, keys. Only cells that change are drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.safe_text import ELLIPSIS, cell_width, fit, pad, safe


@dataclass(frozen=True)
class Piece:
    """A part of a line. Its text may come from data: it is made safe where it is drawn.

    Where room lacks, pieces of the lowest `rank` give way first: to `short`, then, when `leaves`, to nothing.
    """

    text: str
    short: str | None = None
    role: str = ""
    """`strong`, `muted`, `warning`, `key`, `live`, `evidence`, `demo`: a component class of the line; each is told by its
    words, too."""
    rank: int = 9
    leaves: bool = False
    lead: str = ""
    """The role of what stands before the first blank, where that is another."""


class Line(Widget):
    """A widget one line high that shows pieces with a separator between them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line--strong",
        "line--muted",
        "line--warning",
        "line--key",
        "line--live",
        "line--evidence",
        "line--demo",
    }
    DEFAULT_CSS = """
    Line {
        height: 1;
        & > .line--strong { text-style: bold; }
        & > .line--muted { color: $text-muted; }
        & > .line--warning { color: $warning; text-style: bold; }
        & > .line--key { color: $accent; }
        & > .line--live { background: $error; color: $background; text-style: bold; }
        & > .line--evidence { background: $primary; color: $background; text-style: bold; }
        & > .line--demo { background: $accent; color: $background; text-style: bold; }
        &:ansi > .line--live, &:ansi > .line--evidence, &:ansi > .line--demo {
            background: ansi_default;
            color: ansi_default;
            text-style: bold reverse;
        }
    }
    """

    def __init__(self, separator: str = " | ", id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._separator = separator
        self._pieces: tuple[Piece, ...] = ()
        self._drawn: list[tuple[str, str]] = []

    @property
    def text(self) -> str:
        """What the line says at the width it has."""
        return "".join(text for text, _ in self._drawn).rstrip()

    def show(self, pieces: Sequence[Piece]) -> None:
        """Shows `pieces`, drawing again from the first to the last cell that differ."""
        self._pieces = tuple(pieces)
        before, self._drawn = self._drawn, self._fitted()
        region = _difference(before, self._drawn)
        if region is not None:
            self.refresh(region)

    def on_resize(self) -> None:
        """Fits the pieces to the new width."""
        self._drawn = self._fitted()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line in cells."""
        if y:
            return Strip.blank(self.size.width, self.rich_style)
        segments = [Segment(text, self._style(role)) for text, role in self._drawn]
        strip = Strip(segments)
        return strip.adjust_cell_length(self.size.width, self.rich_style)

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(f"line--{role}") if role else self.rich_style

    def _fitted(self) -> list[tuple[str, str]]:
        """The texts and roles that fit the width."""
        width = self.size.width
        pieces = fit_pieces(self._pieces, width, cell_width(self._separator))
        drawn: list[tuple[str, str]] = []
        room = width
        for piece in pieces:
            between = self._separator if drawn else ""
            if room <= cell_width(between) + 1:
                drawn.append((fit(f"{ELLIPSIS} ", room), "muted"))
                room = 0
                break
            text = fit(safe(piece.text), room - cell_width(between))
            first, blank, rest = text.partition(" ")
            lead = [(first, piece.lead), (blank + rest, piece.role)] if piece.lead else [(text, piece.role)]
            drawn += [(between, "muted" if between.strip() else ""), *lead]
            room -= cell_width(between) + cell_width(text)
        return _merged([*drawn, (pad("", room), "")])


def fit_pieces(pieces: Sequence[Piece], width: int, separator: int) -> list[Piece]:
    """Those of `pieces` that fit `width` cells with `separator` cells between, shortened and left out by rank."""
    left = [piece for piece in pieces if piece.text]
    for index in sorted(range(len(left)), key=lambda place: left[place].rank):
        for shorter in _shorter(left[index]):
            if _width(left, separator) <= width:
                break
            left[index] = shorter
    return [piece for piece in left if piece.text]


def _shorter(piece: Piece) -> list[Piece]:
    forms = [replace(piece, text=piece.short)] if piece.short is not None else []
    return [*forms, replace(piece, text="")] if piece.leaves else forms


def _width(pieces: Sequence[Piece], separator: int) -> int:
    widths = [cell_width(safe(piece.text)) for piece in pieces if piece.text]
    return sum(widths) + separator * (len(widths) - 1)


def _merged(drawn: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Neighbours of one role as one: each costs its colours on the way to the terminal."""
    texts = [(text, role) for text, role in drawn if text]
    return [("".join(text for text, _ in group), role) for role, group in groupby(texts, lambda part: part[1])]


def _difference(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> Region | None:
    """From the first to the last cell in which two drawn lines differ; None when they are the same."""
    old, new = _cells(before), _cells(after)
    if len(old) != len(new):
        return Region(0, 0, max(len(old), len(new)), 1)
    changed = [place for place, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    return Region(changed[0], 0, changed[-1] + 1 - changed[0], 1) if changed else None


def _cells(drawn: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each cell with the character in it; the two of a wide one change together."""
    cells: list[tuple[str, str]] = []
    for text, role in drawn:
        for character in text:
            width = cell_width(character)
            if width == 0 and cells:
                cells[-1] = (cells[-1][0] + character, role)
                continue
            cells += [(character, role)] * width
    return cells
