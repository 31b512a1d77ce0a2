"""The rows a table has at hand: pages of a prepared view, the ones used last kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from textual.widget import Widget

from tui.results.errors import InterruptedByUserError, ResultStoreError
from tui.terminal.safe_text import cell_width
from tui.widgets.table_cells import FormatTime, label_lines, label_text, shown_text, widest
from tui.widgets.table_layout import TableColumn
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    from tui.results.view import RowView

PAGE_ROWS = 512
_PAGES_KEPT = 16
_MEASURED_ROWS = 200

Row = tuple[Any, ...]
Renewal = Callable[[Sequence[Row], Sequence[str]], list[Row]]
"""Gives rows, whose columns are named, as they are to be shown now; the same objects where nothing else is."""


class Paged(Protocol):
    """Rows in order, read by page: a `PreparedView`, or one with columns added."""

    view: RowView
    count: int

    def page(self, offset: int, limit: int, columns: Sequence[str]) -> list[Row]:
        """The rows at `offset` and after, at most `limit`, with the columns named."""


@dataclass(frozen=True)
class Place:
    """Where the cursor goes: a row, the name of a column, the first row shown. What is not said is as it was, or 0."""

    row: int | None = None
    column: str = ""
    top: int | None = None


class Source:
    """A prepared view with the columns a table shows of it, and the pages read so far.

    `key` tells sources apart: the cursor keeps its place when the next one has the same. `place` is where it goes
    otherwise, `renewal` what becomes of rows at hand when something else is to be said about them.
    """

    def __init__(
        self,
        prepared: Paged,
        columns: Sequence[TableColumn],
        key: Hashable = None,
        place: Place = Place(),
        renewal: Renewal | None = None,
    ) -> None:
        self.prepared = prepared
        self.columns = tuple(columns)
        self.order = list(range(len(self.columns)))
        """The columns, by index, from left to right."""
        self.key = key
        self.place = place
        self.renewal = renewal
        self.count = prepared.count
        self.widths: list[int] = []
        """The width that the values known so far of each column take."""
        self.failed = False
        """Whether reading failed; nothing more is read then."""
        self.names = [column.name for column in columns]
        """The columns whose values a row has, in their order."""
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()

    @property
    def labels(self) -> list[str]:
        """The header of each column."""
        return [label_text(column, self.prepared.view.sort) for column in self.columns]

    def natural(self, lines: int = 1) -> list[int]:
        """The width that each column's header, on so many lines, and its known values take."""
        headers = [(label,) if lines == 1 else label_lines(label) for label in self.labels]
        return [max(width, widest(header)) for width, header in zip(self.widths, headers, strict=True)]

    @property
    def laid_out(self) -> list[TableColumn]:
        """The columns as they are laid out: a passive one that says nothing of any row at hand takes no room."""
        pairs = zip(self.columns, self.widths, strict=True)
        return [
            replace(column, hidden=True) if column.passive and column.width is None and not width else column
            for column, width in pairs
        ]

    def arrange(self, columns: Sequence[TableColumn]) -> None:
        """Show the same columns in another order, or otherwise; widths are to be measured after it."""
        by_name = {column.name: column for column in columns}
        self.order = [self.names.index(column.name) for column in columns]
        self.columns = tuple(by_name[name] for name in self.names)

    def follows(self, other: Source | None) -> bool:
        """Whether this shows the same as `other` did, in another view."""
        return self.key is not None and other is not None and other.key == self.key

    def row(self, position: int) -> Row | None:
        """The row at `position` with the values of `columns` in their order; None when it is not at hand."""
        page = self._pages.get(position // PAGE_ROWS)
        return page[position % PAGE_ROWS] if page is not None and position < self.count else None

    def rows(self, start: int, end: int) -> list[Row]:
        """Those of the rows from `start` to before `end` that are at hand, whose pages are kept longest."""
        for number in range(start // PAGE_ROWS, (end - 1) // PAGE_ROWS + 1):
            if number in self._pages:
                self._pages.move_to_end(number)
        found = (self.row(position) for position in range(start, min(end, self.count)))
        return [row for row in found if row is not None]

    def missing(self, start: int, end: int) -> int | None:
        """The first page that rows from `start` to before `end` need and that is not at hand."""
        start, end = max(0, start), min(end, self.count)
        if start >= end:
            return None
        for number in range(start // PAGE_ROWS, (end - 1) // PAGE_ROWS + 1):
            if number not in self._pages:
                return number
        return None

    def read(self, number: int) -> list[Row]:
        """Page `number` from the store; waits, so never on the event loop."""
        return self.prepared.page(number * PAGE_ROWS, PAGE_ROWS, self.names)

    def keep(self, number: int, rows: list[Row]) -> None:
        """Have page `number` at hand; the page not used for longest may go."""
        self._pages[number] = rows
        self._pages.move_to_end(number)
        while len(self._pages) > _PAGES_KEPT:
            self._pages.popitem(last=False)

    def renew(self) -> list[int]:
        """Have what `renewal` makes of the rows at hand in their place; the positions of those that became others.

        Texts that became longer than their column was get more room.
        """
        changed: list[int] = []
        if self.renewal is None:
            return changed
        for number, rows in self._pages.items():
            renewed = self.renewal(rows, self.names)
            found = [place for place, pair in enumerate(zip(rows, renewed, strict=True)) if pair[0] is not pair[1]]
            self._pages[number] = renewed
            changed += [number * PAGE_ROWS + place for place in found]
            for place, column in enumerate(self.columns if self.widths else ()):
                if column.passive:
                    widths = [cell_width(renewed[row][place]) for row in found]
                    self.widths[place] = max([self.widths[place], *widths])
        return changed

    def measure(self, format_time: FormatTime, rows: Sequence[Row] | None = None) -> bool:
        """Take the widths of `rows` (None: of all at hand, afresh) into `widths`; whether a column became wider.

        Texts and paths are cut anyway: some rows of the first page decide about them. Numbers and times must not be.
        """
        afresh = rows is None or not self.widths
        if afresh:
            self.widths = [0] * len(self.columns)
        known = rows if rows is not None else [row for page in self._pages.values() for row in page]
        before = list(self.widths)
        for place, column in enumerate(self.columns):
            if column.hidden or (column.flexible and not afresh):
                continue
            some = known[:_MEASURED_ROWS] if column.flexible else known
            found = widest(shown_text(row, place, column, format_time) for row in some)
            self.widths[place] = max(self.widths[place], found)
        return afresh or self.widths != before


class PageReader:
    """Reads pages in threads, one at a time, as long as `wanted` names one; runs as a worker of `widget`.

    On the event loop `taken` is called with each page read, `failed` with the error of a source that cannot be read.
    """

    def __init__(
        self,
        widget: Widget,
        wanted: Callable[[], tuple[Source, int] | None],
        taken: Callable[[Source, int, list[Row]], None],
        failed: Callable[[Source, str], None],
    ) -> None:
        self._widget = widget
        self._wanted = wanted
        self._taken = taken
        self._failed = failed
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a page is being read."""
        return self._busy

    def read_on(self) -> None:
        """Read what is wanted, unless that is under way."""
        if self._widget.is_mounted and not self._busy and self._wanted() is not None:
            self._busy = True
            self._widget.run_worker(self._read(), group="pages", description="reading rows")

    async def _read(self) -> None:
        try:
            while (wanted := self._wanted()) is not None:
                source, number = wanted
                try:
                    rows = await in_thread(partial(source.read, number))
                except InterruptedByUserError:
                    continue  # Something else in these rows was stopped; the page is still wanted.
                except ResultStoreError as error:
                    source.failed = True
                    self._failed(source, str(error))
                else:
                    self._taken(source, number, rows)
        finally:
            self._busy = False
