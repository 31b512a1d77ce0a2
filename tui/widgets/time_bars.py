"""Rows over time as bars, a few lines high, with a cursor on one bin. It is drawn when it changes, and else costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.safe_text import cell_width, fit, pad, safe

if TYPE_CHECKING:
    from textual import events

    from tui.results.bins import TimeBins

BAR_LINES = 3
_EIGHTHS = " ▁▂▃▄▅▆▇█"


class TimeBars(Widget, can_focus=True):
    """Shows `TimeBins`; `words` says a time as the analyst reads it."""

    @dataclass
    class Chosen(Message):
        """Enter, or a double click, on the bin that begins at `start`; the next one begins at `end`."""

        start: datetime
        end: datetime

    class Left(Message):
        """The analyst is done here."""

    class Narrowed(Message):
        """There is less room than bins: fewer are wanted."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"bars--bar", "bars--cursor", "bars--words"}
    DEFAULT_CSS = """
    TimeBars {
        height: 4;
        & > .bars--bar { color: $accent; }
        & > .bars--words { color: $text-muted; }
        & > .bars--cursor { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; }
        &:focus > .bars--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "only these rows", id="bars.choose"),
        Binding("escape,down,j", "leave", "to the rows", id="bars.leave"),
        Binding("right,l", "move(1)", "next bin", show=False, id="bars.right"),
        Binding("left,h", "move(-1)", "bin before", show=False, id="bars.left"),
        Binding("n", "next_filled(1)", "next bin with rows", show=False, id="bars.next"),
        Binding("N", "next_filled(-1)", "bin with rows before", show=False, id="bars.previous"),
        Binding("home,g", "edge(-1)", "first bin", show=False, id="bars.first"),
        Binding("end,G", "edge(1)", "last bin", show=False, id="bars.last"),
    ]

    def __init__(self, words: Callable[[datetime], str], id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._words = words
        self._name = ""
        self._bins: TimeBins | None = None
        self._cursor = 0

    @property
    def bins(self) -> TimeBins | None:
        """What is shown."""
        return self._bins

    @property
    def text(self) -> str:
        """What the line under the bars says."""
        return self._line().rstrip()

    def show(self, name: str, bins: TimeBins | None) -> None:
        """Shows `bins` of the column `name`; the cursor stays where it is in time as far as that can be."""
        before, self._bins, self._name = self._bins, bins, name
        if bins is not None:
            moment = before.bounds(self._cursor)[0] if before is not None else bins.start
            self._cursor = max(0, min((moment - bins.start) // bins.step, len(bins.counts) - 1))
        self.refresh()

    @property
    def _wide(self) -> int:
        """Cells that a bin takes."""
        return max(1, self.size.width // len(self._bins.counts)) if self._bins is not None else 1

    # Keys and mouse

    def action_move(self, bins: int) -> None:
        """Moves the cursor by `bins`."""
        if self._bins is not None:
            self._go(self._cursor + bins)

    def action_next_filled(self, step: int) -> None:
        """Goes to the next bin (or with -1 the one before) that has rows."""
        if self._bins is not None:
            counts = self._bins.counts
            beyond = range(self._cursor + step, len(counts) if step > 0 else -1, step)
            self._go(next((index for index in beyond if counts[index]), self._cursor))

    def action_edge(self, side: int) -> None:
        """Goes to the first bin (-1) or the last (1)."""
        if self._bins is not None:
            self._go(0 if side < 0 else len(self._bins.counts) - 1)

    def _go(self, index: int) -> None:
        if self._bins is None:
            return
        index = max(0, min(index, len(self._bins.counts) - 1))
        if index != self._cursor:
            self._cursor = index
            self.refresh()

    def action_choose(self) -> None:
        """Chooses the bin under the cursor."""
        if self._bins is not None and self._bins.counts[self._cursor]:
            self.post_message(self.Chosen(*self._bins.bounds(self._cursor)))

    def action_leave(self) -> None:
        """Gives the keys back."""
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        """Puts the cursor there; chooses at the second click."""
        event.stop()
        self._go(event.x // self._wide)
        if event.chain == 2:
            self.action_choose()

    def on_resize(self) -> None:
        """Asks for fewer bins where they do not fit any more."""
        if self._bins is not None and 0 < self.size.width < len(self._bins.counts):
            self.post_message(self.Narrowed())

    # Drawing

    def render_line(self, y: int) -> Strip:
        """A line of the bars, from the top, or the words under them."""
        width = self.size.width
        if y >= BAR_LINES:
            return Strip([Segment(self._line(), self.get_component_rich_style("bars--words"))]).adjust_cell_length(
                width
            )
        bars = self._bar_text(y)
        start, end = self._cursor * self._wide, (self._cursor + 1) * self._wide
        bar, cursor = (self.get_component_rich_style(f"bars--{part}") for part in ("bar", "cursor"))
        parts = ((bars[:start], bar), (bars[start:end], cursor), (bars[end:], bar))
        return Strip([Segment(text, style) for text, style in parts if text]).adjust_cell_length(width)

    def _bar_text(self, y: int) -> str:
        """The cells of line `y`: each bin with rows is seen, however few they are."""
        bins = self._bins
        if bins is None:
            return " " * self.size.width
        most = max(bins.counts)
        cells = []
        for count in bins.counts:
            eighths = max(1, round(count * 8 * BAR_LINES / most)) if count else 0
            cells.append(_EIGHTHS[max(0, min(8, eighths - 8 * (BAR_LINES - 1 - y)))] * self._wide)
        return pad("".join(cells), self.size.width)

    def _line(self) -> str:
        """First time, the bin under the cursor with its number, last time."""
        bins, width = self._bins, self.size.width
        if bins is None:
            return fit(safe(f"no row shown has a time in {self._name}"), width)
        start, end = bins.bounds(self._cursor)
        count = bins.counts[self._cursor]
        without = f", {bins.without:,} without a time" if bins.without else ""
        here = f"{self._words(start)} -> {self._words(end)}: {count:,} row{'s' * (count != 1)}{without}"
        first, last = self._words(bins.start), self._words(bins.bounds(len(bins.counts) - 1)[1])
        whole = [safe(text) for text in (first, here, last)]
        gaps = width - sum(map(cell_width, whole))
        if gaps < 4:
            return pad(fit(whole[1], width), width)
        return f"{whole[0]}{' ' * (gaps // 2)}{whole[1]}{' ' * (gaps - gaps // 2)}{whole[2]}"
