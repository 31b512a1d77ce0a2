"""Ranking across hunts: devices (or accounts) by hunt, made from rows that are here; nothing is asked of the workspace.

The number in a cell is that of the events of all legs of the hunt, those that are a part of another leg not counted again:
as many as the hunt's row opens into as its timeline. Within a hunt devices rank as in its own list, by legs hit, thresholds
met and the primary count, equals alike; heat follows that rank, not the number. Devices stand by distinct techniques, then
legs hit over all hunts, then the best rank they have anywhere. What was judged benign for a hunt counts in none of these.

Nothing here waits for anything but the processor; it is meant for worker threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.library.model import Hunt, Subject
from tui.triage.findings import About, newest
from tui.triage.matrix_rows import coded, rows_together
from tui.triage.matrix_sql import ALIASES, CELLS, MADE, SUBJECTS
from tui.triage.queries.subjects import NAMES
from tui.triage.records.model import Verdict
from tui.triage.runs import Run
from tui.triage.sweep import Sweep
from tui.triage.verdicts import is_taken_back
from tui.workspaces.protocol import State

if TYPE_CHECKING:
    import pyarrow as pa

EARLIER = 5
"""Earlier runs of a hunt in which a device is looked for before it is said to be seen for the first time."""

TECHNIQUES, HUNTS, LEGS, VERDICTS, CHANGES = "Techniques", "Hunts", "Legs", "Verdicts", "Changes"
KEY = "Key"
UNKNOWN = "?"
"""Stands where nothing came of a device in a hunt whose answer is not whole."""

_SHORT = {
    State.NO_TABLE: "n/a",
    State.NOT_PERMITTED: "denied",
    State.NOT_COVERED: "no data",
    State.CANCELLED: "stopped",
}


@dataclass(frozen=True)
class Asked:
    """A hunt as a column: the run its numbers are of (None: it was not run), and those before, the newest first."""

    hunt: Hunt
    run: Run | None
    earlier: tuple[Run, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether there are numbers, and no number means that nothing was found in what could be seen."""
        return self.run is not None and self.run.outcome is not None and not self.run.failed

    @property
    def whole(self) -> bool:
        """Whether no number means that there is nothing."""
        return self.state == "complete"

    @property
    def state(self) -> str:
        """How the run ended in a word or two, or that there is none, or that it goes on."""
        if self.run is None:
            return "not run"
        if self.run.outcome is None:
            return "runs"
        state = self.run.outcome.state
        return _SHORT.get(state, str(state))

    @property
    def before(self) -> Run | None:
        """The run that it is compared with."""
        return self.earlier[0] if self.earlier else None


@dataclass(frozen=True)
class CellFacts:
    """What is known of a subject in a hunt. `events` None: nothing now, but in the run before; `rank` is among `ranked`."""

    events: int | None
    rank: int | None
    ranked: int
    change: str
    opinion: str


@dataclass(frozen=True)
class Matrix:
    """Subjects by hunt, both in order."""

    subject: Subject
    asked: tuple[Asked, ...]
    table: pa.Table
    """A row for each subject: name, sums, a number and signs for each hunt, and the key."""
    cells: pa.Table
    """What is known of a subject in a hunt, one by one, in the order of the hunts."""
    subjects: pa.Table
    """The rows of `table` by the numbers that `cells` know the subjects by."""
    starts: Mapping[int, tuple[int, int]]
    """Where the cells of the hunt at a place begin, and how many they are."""
    benign: tuple[int, ...]
    """The places of the rows of which all that was found is judged benign."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Names under which a hunt knows a subject that others know by its id."""

    @property
    def name_column(self) -> str:
        """The column with the names of the subjects."""
        return NAMES[self.subject][2]

    def column(self, name: str) -> Asked | None:
        """The hunt whose numbers stand in the column `name`."""
        return next((one for one in self.asked if one.hunt.id == name), None)

    def facts(self, subject: str, hunt: str) -> CellFacts | None:
        """What is known of the subject with the key `subject` in `hunt`; None when that is nothing."""
        import pyarrow.compute as pc

        mine = self._cells_of(hunt)
        row = pc.index(self.subjects["key"], subject).as_py()
        row = pc.index(mine["subject"], self.subjects["subject"][row]).as_py() if row >= 0 else -1
        return _facts(mine.slice(row, 1).to_pylist()[0]) if row >= 0 else None

    def all_facts(self, hunt: str) -> list[CellFacts | None]:
        """The same of every subject, in the order of the rows."""
        known = {found["subject"]: _facts(found) for found in self._cells_of(hunt).to_pylist()}
        return [known.get(subject) for subject in self.subjects["subject"].to_pylist()]

    def _cells_of(self, hunt: str) -> pa.Table:
        place = next(place for place, one in enumerate(self.asked) if one.hunt.id == hunt)
        return self.cells.slice(*self.starts.get(place, (0, 0)))

    def rows_in(self, run: Run, subject: str) -> tuple[int, ...]:
        """The rows of `run` that a number in it is of, in the order they came, from 0; its rows must be at hand."""
        import pyarrow.compute as pc

        if run.rows is None:
            return ()
        key = NAMES[self.subject][1]
        with run.rows.prepare() as held:
            # The case of letters is what made the keys.
            keys = pc.utf8_lower(pc.fill_null(held.arrow([key])[key], "")).to_pylist()
        return tuple(place for place, key in enumerate(keys) if self.aliases.get(key, key) == subject)


def _facts(cell: Mapping[str, Any]) -> CellFacts:
    return CellFacts(cell["events"], cell["rank"], cell["ranked"], cell["change"], cell["opinion"])


def asked_of(runs: Iterable[Run], subject: Subject, hunts: Iterable[Hunt] = ()) -> list[Asked]:
    """The columns that `runs`, in the order they began, make: their hunts with the newest run that has ended.

    Those of `hunts` without a run are there as not run. Pivots, and what was opened from a cell, are left out.
    """
    view = NAMES[subject][0]
    found: dict[str, list[Run]] = {hunt.id: [] for hunt in hunts if subject in (hunt.subject, *hunt.by)}
    known = {hunt.id: hunt for hunt in hunts}
    for run in runs:
        query = run.query
        if run.origin is None and query.view == view and not query.bounds and not run.context.hunt.pivot:
            found.setdefault(run.hunt_id, []).insert(0, run)
    asked = []
    for name, mine in found.items():
        ended = [run for run in mine if run.outcome is not None]
        newest_run = next(iter(ended or mine), None)
        earlier = tuple(run for run in ended[1:] if not run.failed)[:EARLIER]
        hunt = newest_run.context.hunt if newest_run is not None else known[name]
        asked.append(Asked(hunt, newest_run, earlier))
    return asked


def of_sweep(runs: Iterable[Run], sweep: Sweep) -> list[Run]:
    """Those of `runs` that are of `sweep`, or of its hunts and came before: what `asked_of` makes its columns from."""
    return [run for run in runs if run.number <= sweep.runs.get(run.hunt_id, 0)]


def opinions_of(verdicts: Iterable[Verdict], now: datetime) -> dict[About, str]:
    """The opinion that holds at `now` on all that was ever judged."""
    said: dict[About, list[Verdict]] = {}
    for verdict in verdicts:
        said.setdefault(verdict.about, []).append(verdict)
    last = ((about, newest(each)) for about, each in said.items())
    return {about: one.opinion for about, one in last if one is not None and not is_taken_back(one) and one.holds(now)}


def matrix_of(asked: Sequence[Asked], subject: Subject, opinions: Mapping[About, str]) -> Matrix:
    """The matrix over `asked`, whose runs have their rows at hand.

    Columns with numbers come first, then those that gave no answer, then those where nothing was found.
    """
    from tui.results.relations import answers

    there = [(place, one) for place, one in enumerate(asked) if one.answered]
    parts = {
        "now": [(place, run) for place, one in there for run in (one.run,) if run is not None],
        "was": [(place, run) for place, one in there for run in one.earlier[:1]],
        "ever": [(place, run) for place, one in there for run in one.earlier[1:]],
    }
    tables, texts = coded({name: rows_together(runs, subject) for name, runs in parts.items()})
    tables |= {
        "texts": texts,
        "said": _said(asked, subject, opinions, texts),
        "hunts": _hunts(asked),
        "techniques": _techniques(asked),
    }
    cells, subjects, aliases = answers([CELLS, SUBJECTS, ALIASES], tables, MADE)
    ordered, cells = _ordered(asked, cells)
    hidden = tuple(place for place, is_hidden in enumerate(subjects["hidden"].to_pylist()) if is_hidden)
    named = dict(zip(aliases["name"].to_pylist(), aliases["subject"].to_pylist(), strict=True))
    starts = _starts(cells)
    wide = _wide(ordered, subject, subjects, cells, starts)
    return Matrix(subject, tuple(ordered), wide, _kept(cells), subjects, starts, hidden, named)


def _is_whole(run: Run | None) -> bool | None:
    return None if run is None else run.outcome is not None and run.outcome.state is State.COMPLETE


def _hunts(asked: Sequence[Asked]) -> pa.Table:
    import pyarrow as pa

    return pa.table(
        {
            "hunt": pa.array(range(len(asked)), pa.int32()),
            "is_whole": pa.array([one.whole for one in asked], pa.bool_()),
            "was_whole": pa.array([_is_whole(one.before) for one in asked], pa.bool_()),
        }
    )


def _said(asked: Sequence[Asked], subject: Subject, opinions: Mapping[About, str], texts: pa.Table) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    places = {(one.run.workspace, one.hunt.id): place for place, one in enumerate(asked) if one.run is not None}
    found = [
        (places[about[:2]], about[3], opinion)
        for about, opinion in opinions.items()
        if about[2] == subject and about[:2] in places
    ]
    entities = pc.index_in(pa.array([one[1] for one in found], pa.string()), value_set=texts["text"].combine_chunks())
    return pa.table(
        {
            "hunt": pa.array([one[0] for one in found], pa.int32()),
            "entity": entities,
            "opinion": pa.array([one[2] for one in found], pa.string()),
        }
    )


def _techniques(asked: Sequence[Asked]) -> pa.Table:
    import pyarrow as pa

    pairs = [(place, technique) for place, one in enumerate(asked) for technique in one.hunt.techniques]
    return pa.table(
        {
            "hunt": pa.array([place for place, _ in pairs], pa.int32()),
            "technique": pa.array([technique for _, technique in pairs], pa.string()),
        }
    )


def _ordered(asked: Sequence[Asked], cells: pa.Table) -> tuple[list[Asked], pa.Table]:
    """The columns in the order in which they stand, and their cells in the same order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    hit = set(pc.unique(cells["hunt"]).to_pylist())
    order = sorted(
        range(len(asked)),
        key=lambda place: (0 if place in hit else 1 if not asked[place].whole else 2, asked[place].hunt.id),
    )
    places = pa.array([order.index(place) for place in range(len(asked))], pa.int32())
    cells = cells.set_column(0, "hunt", places.take(cells["hunt"].combine_chunks()))
    return [asked[place] for place in order], cells.sort_by("hunt").combine_chunks()


def signs_column(hunt: str) -> str:
    """The column with the signs that stand behind the numbers of `hunt`: heat, change, verdict."""
    return f"{hunt} signs"


def _wide(
    asked: Sequence[Asked],
    subject: Subject,
    subjects: pa.Table,
    cells: pa.Table,
    starts: Mapping[int, tuple[int, int]],
) -> pa.Table:
    """The subjects as rows, with a number and signs for each hunt."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = subjects["subject"].combine_chunks()
    columns: dict[str, Any] = {NAMES[subject][2]: subjects["name"]}
    columns |= {title: subjects[title.lower()] for title in (TECHNIQUES, HUNTS, LEGS, VERDICTS, CHANGES)}
    for place, one in enumerate(asked):
        mine = cells.slice(*starts.get(place, (0, 0)))
        there = pc.index_in(keys, value_set=mine["subject"].combine_chunks())
        columns[one.hunt.id] = mine["events"].combine_chunks().take(there)
        signs, room = mine["signs"].combine_chunks(), _room(mine)
        missing = " " * room if one.whole else UNKNOWN if one.answered else one.state
        shown = pc.utf8_slice_codeunits(signs.take(there), 0, room)
        columns[signs_column(one.hunt.id)] = pc.fill_null(shown, missing)
    return pa.table({**columns, KEY: subjects["key"]})


def _kept(cells: pa.Table) -> pa.Table:
    """What of the cells is kept beside the table: words that occur again and again take a number each."""
    kept = cells.drop_columns("signs")
    for name in ("change", "opinion"):
        kept = kept.set_column(kept.schema.get_field_index(name), name, kept[name].dictionary_encode())
    return kept


def _room(cells: pa.Table) -> int:
    """Signs that a hunt's numbers have: no room is kept for changes and verdicts where there are none."""
    import pyarrow.compute as pc

    if pc.any(pc.not_equal(cells["opinion"], "")).as_py():
        return 3
    return 2 if pc.any(pc.not_equal(cells["change"], "")).as_py() else 1


def _starts(cells: pa.Table) -> dict[int, tuple[int, int]]:
    """Where the cells of each hunt begin, and how many they are."""
    import pyarrow.compute as pc

    found, start = {}, 0
    for counted in pc.value_counts(cells["hunt"].combine_chunks()).to_pylist():
        found[counted["values"]] = (start, counted["counts"])
        start += counted["counts"]
    return found
