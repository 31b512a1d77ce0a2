"""One hunt in several workspaces: what each counts for a device, account, address or mailbox, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.results.values import plain_text
from tui.triage.execute import Answer
from tui.triage.queries.context import Query, QueryError
from tui.triage.queries.subjects import NAMES
from tui.workspaces.protocol import Outcome, State, Window

if TYPE_CHECKING:
    import pyarrow as pa

_COUNTED = ("rows", "values")


@dataclass(frozen=True)
class Asked:
    """How a hunt went in `workspace`; `answer` is None where it could not be asked."""

    workspace: str
    outcome: Outcome
    window: Window | None = None
    answer: Answer | None = None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows that came and can be used."""
        return self.answer.rows() if self.answer is not None and self.answer.usable else []


def subject_columns(query: Query) -> tuple[str, str]:
    """The hidden key and the shown name of what the rows of `query` are; QueryError for rows that are of nothing."""
    for view, key, shown in NAMES.values():
        if query.view == view:
            return key, shown
    views = ", ".join(names[0] for names in NAMES.values())
    raise QueryError(f"side by side are only views of {views}: {query.view} has no rows of those")


def counts_of(query: Query, primary: str, wanted: Sequence[str]) -> list[str]:
    """The columns to set side by side: those `wanted`, else the count of the leg `primary`. QueryError for what is no column."""
    known = [column.name for column in query.columns if not column.hidden]
    for name in wanted:
        if name not in known:
            raise QueryError(f"--column {name}: no such column; there are {', '.join(known)}")
    if wanted:
        return list(wanted)
    counts = [column for column in query.columns if column.opens == "rows"]
    return [column.name for column in sorted(counts, key=lambda column: column.leg != primary)][:1]


def side_by_side(asked: Sequence[Asked], subject: tuple[str, str], columns: Sequence[str]) -> pa.Table:
    """A row for each subject that any workspace names, those with the most of the first column first.

    For each of `columns` it has one value for each workspace, called `COLUMN WORKSPACE`.

    Subjects are the same when their names are, in any case of letters. Who is not named where the answer is complete
    counts 0 there, and null where it is not: that is not known.
    """
    import pyarrow as pa

    found: dict[tuple[str, int], str] = {}
    by_place = [dict(_named(one.rows, subject, found)) for one in asked]
    lines = []
    for place, name in found.items():
        values = [
            _value(one, rows.get(place), column)
            for column in columns
            for one, rows in zip(asked, by_place, strict=True)
        ]
        total = sum(value for value in values[: len(asked)] if isinstance(value, int) and not isinstance(value, bool))
        lines.append((-total, name.lower(), [name, *values]))
    ordered = [line for *_, line in sorted(lines, key=lambda line: line[:2])]
    heads = [subject[1], *(f"{column} {one.workspace}" for column in columns for one in asked)]
    return pa.table([_array([line[place] for line in ordered]) for place in range(len(heads))], names=heads)


def _named(
    rows: Sequence[Mapping[str, Any]], subject: tuple[str, str], found: dict[tuple[str, int], str]
) -> Iterator[tuple[tuple[str, int], Mapping[str, Any]]]:
    """Each row by its subject's name in lower case, and how many of that name came before; `found` gets the names as shown."""
    seen: dict[str, int] = {}
    for row in rows:
        name = plain_text(row.get(subject[1])) or plain_text(row.get(subject[0]))
        number = seen.get(name.lower(), 0)
        seen[name.lower()] = number + 1
        place = (name.lower(), number)
        found.setdefault(place, name)
        yield place, row


def _value(one: Asked, row: Mapping[str, Any] | None, column: str) -> Any:
    if row is not None:
        return row.get(column)
    counts = one.answer is not None and one.answer.query.meaning(column).opens in _COUNTED
    return 0 if counts and one.outcome.state is State.COMPLETE else None


def _array(values: Sequence[Any]) -> pa.Array:
    """A column of numbers where all are whole numbers, else of texts."""
    import pyarrow as pa

    if all(value is None or (isinstance(value, int) and not isinstance(value, bool)) for value in values):
        return pa.array(values, pa.int64())
    return pa.array([None if value is None else plain_text(value) for value in values], pa.string())


def differing_windows(asked: Sequence[Asked]) -> bool:
    """Whether the workspaces were asked about different times."""
    return len({one.window for one in asked if one.window is not None}) > 1
