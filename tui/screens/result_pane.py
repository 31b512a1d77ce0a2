"""The right pane: a run's rows, or words in their place; above them the filters, below them the cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.screens.ranked import ranked_columns
from tui.terminal.safe_text import safe
from tui.widgets.line import Line, Piece

if TYPE_CHECKING:
    from tui.results.prepared import PreparedView
    from tui.screens.column_looks import ColumnLooks
    from tui.screens.places import Place
    from tui.triage.column_choices import ColumnChoices, LookStore
    from tui.triage.runs import Run
    from tui.widgets.result_table import ResultTable
    from tui.widgets.table_layout import Kind, TableColumn
    from tui.widgets.table_pages import Paged, Renewal

_LABELS = {"DeviceName": "Device", "LegsHit": "Legs", "ThresholdsMet": "Met", "EventTime": "Time"}
_PATHS = re.compile(r"(Path|FolderPath|FileName|ObjectName|ProcessName|RelativeTargetName|RemoteUrl)\Z")
_LONG = re.compile(r"CommandLine\Z|\A(What|AdditionalFields|Value)\Z")
_BY = "InitiatingProcess"
"""What many columns begin with that tell of the process that did it."""
_NUMBERS = ("int", "long", "real", "decimal")
_LONGEST = 70
_LONGEST_BEFORE = 48


class ResultPane(Vertical, can_focus=True):
    """Shows one place of the trail. The table comes once the store can be imported: the first frame does without."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns: list[TableColumn] = []
        self.arranged: list[TableColumn] = []
        """The columns of the rows shown, from left to right, hidden ones too."""
        self._looks: ColumnLooks | None = None
        self._shown: Place | None = None
        self._zone: tzinfo = UTC
        self._reference: datetime | None = None
        self._words = Content("")
        self._chips: list[str] = []

    def compose(self) -> ComposeResult:
        """Everything but the table."""
        yield Line(id="chips")
        yield Static(id="words", markup=False)

    async def open(self, *notes: Callable[[], str]) -> None:
        """Puts the table and the line about its cell in their places; `notes` say more about it."""
        from tui.widgets.cell_line import CellLine
        from tui.widgets.result_table import ResultTable

        if self.query(ResultTable):
            return
        table, line = ResultTable(id="rows"), CellLine(id="cell")
        line.follow(table, *((lambda _, note=note: note()) for note in notes))
        await self.mount(table, line)

    @property
    def table(self) -> ResultTable:
        """The table; textual.css.query.NoMatches before `open`."""
        from tui.widgets.result_table import ResultTable

        return self.query_one("#rows", ResultTable)

    @property
    def keeper(self) -> Widget:
        """The widget that has the keys when this pane has them: the table, or the pane itself where words stand."""
        return self.table if self.has_rows else self

    @property
    def has_rows(self) -> bool:
        """Whether rows are shown, not words."""
        return self.has_class("-rows")

    @property
    def row(self) -> int:
        """The position of the row under the cursor."""
        return self.table.cursor_row

    @property
    def column(self) -> str:
        """The name of the column under the cursor, or nothing."""
        column = self.table.cursor_column if self.has_rows else None
        return column.name if column is not None else ""

    @property
    def columns(self) -> list[str]:
        """The names of the columns that are not hidden, in order."""
        return [column.name for column in self.arranged if not column.hidden and not column.passive]

    @property
    def looks(self) -> ColumnLooks:
        """What is chosen about columns; in memory only until `begin_looks`."""
        if self._looks is None:
            from tui.screens.column_looks import ColumnLooks
            from tui.triage.column_choices import LookStore

            self._looks = ColumnLooks(LookStore())
        return self._looks

    def begin_looks(self, store: LookStore) -> None:
        """Begins with what was chosen before."""
        from tui.screens.column_looks import ColumnLooks

        self._looks = ColumnLooks(store)

    @property
    def choices(self) -> ColumnChoices:
        """What is chosen about the columns shown."""
        from tui.triage.column_choices import ColumnChoices

        return self.looks.of(self._shown) if self._shown is not None else ColumnChoices()

    @property
    def single(self) -> dict[str, Any]:
        """The columns that are hidden since they have one value, with it."""
        return self._shown.single if self._shown is not None else {}

    def show_columns(self, column: str = "") -> None:
        """Shows the columns as they are chosen now, with the cursor on `column` (default: where it is)."""
        self._arrange()
        self._show_chips()
        if self.has_rows:
            self.table.show_columns(self.arranged, column)

    def _arrange(self) -> None:
        from tui.screens.column_looks import chosen_columns

        self.arranged = chosen_columns(self._columns, self.choices, list(self.single))

    @property
    def values(self) -> dict[str, Any]:
        """All columns of the run in the row under the cursor; empty when there is none."""
        row = self.table.row_at_cursor() if self.has_rows else None
        pairs = zip(self._columns, row or (), strict=False)
        return {column.name: value for column, value in pairs if not column.passive}

    def show_words(self, lines: Sequence[str]) -> None:
        """Shows words in place of rows."""
        if self.has_rows and self.has_focus_within:
            self.focus()
        self.remove_class("-rows")
        words = Content("\n\n".join(map(safe, lines)))
        if words != self._words:
            self._words = words
            self.query_one("#words", Static).update(words)
        self._show_chips()

    def show_rows(self, place: Place, prepared: PreparedView, row: int | None = None) -> None:
        """Shows the prepared rows of `place`: the cursor in `row`, else where it is or was left."""
        again = self.has_rows and self._shown is place
        self._shown = place
        self._columns = ranked_columns(place, table_columns(place.step.run, prepared))
        if place.reference is not None:
            self._columns = [
                replace(one, label=f"±{one.label or one.name}") if one.kind == "time" else one for one in self._columns
            ]
        if place.reference != self._reference:
            self._reference = place.reference
            self._format_times()
        self.add_class("-rows")
        key, step = id(place.step), place.step
        source: Paged = prepared
        renewal: Renewal | None = None
        if place.judge is not None:
            from tui.triage.judged import JudgedView

            judged = JudgedView(prepared, place.judge)
            source, renewal = judged, judged.judged
            self._columns = with_said(self._columns, place.judge.of_entities, _has_own_sign(place))
        self._arrange()
        came: tuple[int | None, str, int | None] = (row, "", None)
        if not again and row is None:
            came = (step.row, step.column, place.top)
        self.table.set_source(source, self._columns, key, *came, renewal, self.arranged)
        if self.has_focus:
            self.table.focus()

    def on_focus(self) -> None:
        """The keys are the table's where there is one."""
        if self.has_rows:
            self.table.focus()

    def renew(self) -> None:
        """Shows what was said about rows since."""
        self.table.renew()

    def show_times_in(self, zone: tzinfo) -> None:
        """Shows times in `zone`."""
        self._zone = zone
        self._format_times()
        self.table.renew()

    def _format_times(self) -> None:
        from tui.results.values import span_from

        zone, reference = self._zone, self._reference
        if reference is None:
            self.table.format_time = lambda moment: f"{moment.astimezone(zone):%m-%d %H:%M:%S}"
        else:
            self.table.format_time = lambda moment: span_from(reference, moment)

    def show_chips(self, words: Sequence[str]) -> None:
        """Shows what is filtered, sorted and searched; the line is there only when there is something."""
        self._chips = list(words)
        self._show_chips()

    def _show_chips(self) -> None:
        """Shows the chips, and what is hidden of the columns."""
        words = [*self._chips, *(self._column_chips() if self.has_rows else ())]
        self.set_class(bool(words), "-chips")
        self.query_one("#chips", Line).show([Piece(word, role="key", rank=place) for place, word in enumerate(words)])

    def _column_chips(self) -> list[str]:
        place, chosen = self._shown, self.choices.hidden
        words = [f"view {place.saved.name}"] if place is not None and place.saved is not None else []
        hidden = sum(chosen.get(column.name, False) for column in self._columns if not column.hidden)
        words += [f"{hidden} columns hidden (V lists them)" if hidden > 1 else "1 column hidden (V)"] if hidden else []
        if self.single:
            words.append(f"{len(self.single)} with one value hidden (D shows them)")
        return words

    def go(self, row: int, column: str = "") -> None:
        """Puts the cursor on a cell."""
        self.table.move_cursor(row, column or None)


def table_columns(run: Run, prepared: PreparedView) -> list[TableColumn]:
    """The columns of `prepared` as the table shows them: those that the query puts first, then the rest."""
    from tui.widgets.table_layout import TableColumn

    query = run.query
    kinds = {info.name: info.kql_type for info in prepared.columns}
    first = [meaning.name for meaning in query.columns if meaning.name in kinds]
    lists = query.view in ("events", "timeline")
    columns = []
    for name in dict.fromkeys([*first, *kinds]):
        meaning = query.meaning(name)
        columns.append(
            TableColumn(
                name,
                label=_label(name, meaning.opens == "rows"),
                kind=_kind(name, kinds[name]),
                maximum=_LONGEST if _LONG.search(name) else 40,
                pinned=bool(query.keys) and name == first[0] and query.view not in ("timeline", "values"),
                opens=meaning.opens,
                hidden=meaning.hidden or (lists and name == "DeviceName" and _is_of_one_device(run)),
            )
        )
    return columns


def with_said(columns: list[TableColumn], of_entities: bool, has_own_sign: bool = False) -> list[TableColumn]:
    """`columns` with those that say what was said about a row: `V` at the left, of devices `Before` after their name.

    Where the rows are about one of them, which has a sign of its own, there is room for that.
    """
    from tui.triage.judged import BEFORE_COLUMN, SIGN_COLUMN
    from tui.widgets.table_layout import TableColumn

    if {SIGN_COLUMN, BEFORE_COLUMN} & {column.name for column in columns}:
        return columns
    sign = TableColumn(SIGN_COLUMN, label="V", width=1 + of_entities + has_own_sign, pinned=True, passive=True)
    before = TableColumn(BEFORE_COLUMN, label="Before", maximum=_LONGEST_BEFORE, passive=True)
    return [sign, *columns[:1], *([before] if of_entities else []), *columns[1:]]


def _has_own_sign(place: Place) -> bool:
    """Whether some rows have a sign besides those of marks and verdicts: they are fresh, or what the others are about."""
    return place.centre is not None or (place.judge is not None and place.judge.fresh is not None)


def _is_of_one_device(run: Run) -> bool:
    """Whether all rows are of one device: the cell they were opened from, or the pivot, names it."""
    if any(bound.key.subject == "device" for bound in run.query.bounds):
        return True
    parameters = run.context.hunt.parameters
    return any(parameters[name].entity == "device" and value for name, value in run.context.values.items())


def _label(name: str, counts: bool) -> str:
    if name in _LABELS:
        return _LABELS[name]
    short = name.removesuffix("Count") if counts and name != "Count" else name
    return "By " + short.removeprefix(_BY) if short.startswith(_BY) and short != _BY else short


def _kind(name: str, kql_type: str) -> Kind:
    if kql_type in _NUMBERS:
        return "number"
    if kql_type in ("datetime", "bool"):
        return "time" if kql_type == "datetime" else "bool"
    return "path" if _PATHS.search(name) else "text"
