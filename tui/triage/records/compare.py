"""Two runs of the same hunt and view side by side: which rows are new, gone or changed.

Rows of a view that counts are told apart by its keys, in any case of letters; of rows with the same keys, equal ones are
matched first and the others in their order. Rows of a listing are told apart by all their values, and as many of them are
matched as both runs have; a column that only one run has is taken as empty in the other.

Nothing here waits for anything but the processor; it is meant for worker threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.kql.literals import datetime_text
from tui.library.model import Value
from tui.results.values import plain_text
from tui.triage.queries.context import Query, Scope
from tui.triage.records.matching import Columns, differing, height, in_groups, taken
from tui.triage.records.model import RunRecord
from tui.triage.records.row_keys import key_columns
from tui.triage.runs import Run
from tui.workspaces.protocol import Outcome, State, Window

if TYPE_CHECKING:
    import pyarrow as pa

_BROKEN_OFF = {
    State.TRUNCATED: "was cut off at its limit",
    State.PARTIAL: "gave a part only",
    State.NOT_COVERED: "was not covered by the data",
    State.BLIND: "was blind: a column it needs is empty",
}


class NotComparableError(ValueError):
    """Two runs that do not answer the same question, or of which one gave no answer; says why."""


@dataclass(frozen=True)
class Side:
    """A run that has ended, with the rows that were kept of it; `hunt_text` tells versions of a hunt apart."""

    number: int
    hunt: str
    hunt_text: str
    query: Query
    window: Window
    scope: Scope
    values: Mapping[str, Value]
    workspace: str
    began: datetime
    outcome: Outcome
    rows: pa.Table | None


@dataclass(frozen=True)
class Difference:
    """Something besides the rows in which the runs differ, as text."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """A value that is not what it was."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ChangedRow:
    """A row of both runs, by its places in their rows from 0, with the values that changed."""

    before: int
    after: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """What became of the rows of `before` in `after`; rows are named by their places, from 0.

    `new_known` and `gone_known` say whether a row that was not there before, or is not there now, is known to be new or
    gone: it is not when the other run broke off. `cautions` say so in words, and when the runs did not ask the same.
    """

    before: Side
    after: Side
    new: tuple[int, ...]
    gone: tuple[int, ...]
    changed: tuple[ChangedRow, ...]
    unchanged: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    differences: tuple[Difference, ...]
    cautions: tuple[str, ...]
    new_known: bool
    gone_known: bool


def recorded(run: RunRecord, rows: pa.Table | None) -> Side:
    """A run of a saved session."""
    return Side(
        run.number,
        run.hunt,
        run.hunt_file,
        run.query,
        run.window,
        run.scope,
        run.values,
        run.workspace,
        run.began,
        run.outcome,
        rows,
    )


def ended(run: Run, rows: pa.Table | None) -> Side:
    """A run of the session that is open; NotComparableError while it goes on."""
    from tui.triage.records.folder import hunt_file_of

    if run.outcome is None:
        raise NotComparableError(f"run {run.number} has not ended")
    context = run.context
    return Side(
        run.number,
        run.hunt_id,
        hunt_file_of(context.hunt.id, context.hunt.source),
        run.query,
        context.window,
        context.scope,
        context.values,
        run.workspace,
        run.began,
        run.outcome,
        rows,
    )


def side_of(run: Run) -> Side:
    """A run of the session that is open, with its rows; NotComparableError while it goes on."""
    return ended(run, run.rows.prepare().arrow() if run.rows is not None else None)


def compare(before: Side, after: Side) -> Comparison:
    """What is new, gone and changed; NotComparableError when that cannot be said."""
    _must_be_comparable(before, after)
    new_known, gone_known = before.outcome.state is State.COMPLETE, after.outcome.state is State.COMPLETE
    old, now = _columns(before), _columns(after)
    if height(old) and height(now):
        new, gone, pairs = _matched(before.query, old, now)
    else:
        new, gone, pairs = list(range(height(now))), list(range(height(old))), []
    differences = tuple(_differences(before, after))
    changed = _changed(old, now, pairs) if key_columns(before.query) else ()
    return Comparison(
        before=before,
        after=after,
        new=tuple(sorted(new)),
        gone=tuple(sorted(gone)),
        changed=changed,
        unchanged=len(pairs) - len(changed),
        only_before=tuple(name for name in old if name not in now) if now else (),
        only_after=tuple(name for name in now if name not in old) if old else (),
        differences=differences,
        cautions=tuple(_cautions(before, after, differences)),
        new_known=new_known,
        gone_known=gone_known,
    )


def _columns(side: Side) -> Columns:
    return {} if side.rows is None else dict(zip(side.rows.column_names, side.rows.columns, strict=True))


def _must_be_comparable(before: Side, after: Side) -> None:
    if before.hunt != after.hunt:
        raise NotComparableError(
            f"run {before.number} is of hunt {before.hunt}, run {after.number} of {after.hunt}: "
            "only runs of the same hunt can be compared"
        )
    mine, other = _listed(before.query), _listed(after.query)
    if mine != other:
        raise NotComparableError(
            f"run {before.number} lists {mine}, run {after.number} {other}: only runs of the same view can be compared"
        )
    for side in (before, after):
        if not _answered(side) and not (side.rows is not None and side.rows.num_rows):
            reason = f": {side.outcome.reason}" if side.outcome.reason else ""
            raise NotComparableError(f"run {side.number} has no rows to compare: {side.outcome.state}{reason}")


def _answered(side: Side) -> bool:
    return side.outcome.state is State.COMPLETE or side.outcome.state in _BROKEN_OFF


def _listed(query: Query) -> str:
    """What a query lists, as far as two runs must agree on it."""
    what = {"events": f"events of leg {query.leg}", "base": f"events of leg {query.leg}"}.get(query.view)
    if what is None:
        what = f"view {query.view}" + (f" of leg {query.leg}" if query.leg else "")
    if query.view == "values":
        what += f", {', '.join(key.expression for key in query.keys)}"
    return what


def _matched(query: Query, old: Columns, now: Columns) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Places of new and of gone rows, and pairs of places of rows that are the same."""
    keys = key_columns(query)
    if missing := [name for name in keys if name not in old or name not in now]:
        raise NotComparableError(f"the rows lack {', '.join(missing)}, which tells them apart")
    new: list[int] = []
    gone: list[int] = []
    pairs: list[tuple[int, int]] = []
    several: list[tuple[list[int], list[int]]] = []
    for mine, other in in_groups(old, now, keys, folded=bool(keys)):
        if keys and mine and other and (len(mine) > 1 or len(other) > 1):
            several.append((mine, other))
            continue
        _pair(mine, other, new, gone, pairs)
    for mine, other in _equal_first(old, now, several, pairs):
        _pair(mine, other, new, gone, pairs)
    return new, gone, pairs


def _pair(mine: list[int], other: list[int], new: list[int], gone: list[int], pairs: list[tuple[int, int]]) -> None:
    shared = min(len(mine), len(other))
    pairs += zip(mine[:shared], other[:shared], strict=True)
    gone += mine[shared:]
    new += other[shared:]


def _equal_first(
    old: Columns, now: Columns, several: list[tuple[list[int], list[int]]], pairs: list[tuple[int, int]]
) -> Iterator[tuple[list[int], list[int]]]:
    """Takes rows that are equal in every column out of groups with the same keys, into `pairs`; gives what is left."""
    if not several:
        return
    olds = [place for mine, _ in several for place in mine]
    news = [place for _, other in several for place in other]
    paired_old, paired_new = set(), set()
    mine_only = {name: taken(column, olds) for name, column in old.items()}
    other_only = {name: taken(column, news) for name, column in now.items()}
    for mine, other in in_groups(mine_only, other_only, (), folded=False):
        for one, another in zip(mine, other, strict=False):
            pairs.append((olds[one], news[another]))
            paired_old.add(olds[one])
            paired_new.add(news[another])
    for mine, other in several:
        yield (
            [place for place in mine if place not in paired_old],
            [place for place in other if place not in paired_new],
        )


def _changed(old: Columns, now: Columns, pairs: Sequence[tuple[int, int]]) -> tuple[ChangedRow, ...]:
    ordered = sorted(pairs, key=lambda pair: pair[1])
    olds, news = [place for place, _ in ordered], [place for _, place in ordered]
    found: dict[int, list[Change]] = {}
    for name in now:
        if name not in old or not ordered:
            continue
        mine, other = taken(old[name], olds), taken(now[name], news)
        at = differing(mine, other)
        values = zip(at, taken(mine, at).to_pylist(), taken(other, at).to_pylist(), strict=True)
        for place, was, became in values:
            found.setdefault(place, []).append(Change(name, was, became))
    return tuple(ChangedRow(*ordered[place], tuple(changes)) for place, changes in sorted(found.items()))


def _cautions(before: Side, after: Side, differences: Sequence[Difference]) -> Iterator[str]:
    for side, word in ((before, "new"), (after, "gone")):
        if side.outcome.state is State.COMPLETE:
            continue
        how = _BROKEN_OFF.get(side.outcome.state, f"ended as {side.outcome.state}")
        reason = f" ({side.outcome.reason})" if side.outcome.reason else ""
        yield f"run {side.number} {how}{reason}: whether a row is {word} is not known"
    if differences:
        names = ", ".join(one.what for one in differences)
        yield f"the runs differ in more than their time ({names}): rows can be new, gone or changed for that reason alone"


def _differences(before: Side, after: Side) -> Iterator[Difference]:
    pairs = [
        ("workspace", before.workspace, after.workspace),
        ("window", _window_text(before.window), _window_text(after.window)),
        ("scope", _scope_text(before.scope), _scope_text(after.scope)),
        ("opened from", _bounds_text(before.query), _bounds_text(after.query)),
        *(
            (f"parameter {name}", value_text(before.values.get(name)), value_text(after.values.get(name)))
            for name in dict.fromkeys([*before.values, *after.values])
        ),
    ]
    yield from (Difference(*pair) for pair in pairs if pair[1] != pair[2])
    if before.hunt_text != after.hunt_text:
        yield Difference("hunt", before.hunt_text, after.hunt_text)


def _window_text(window: Window) -> str:
    return f"{datetime_text(window.start)} -> {datetime_text(window.end)}{' +late' if window.late else ''}"


def _scope_text(scope: Scope) -> str:
    parts = (
        ("devices", scope.devices),
        ("accounts", scope.accounts),
        ("without devices", scope.exclude_devices),
        ("without accounts", scope.exclude_accounts),
    )
    return "; ".join(f"{name} {', '.join(sorted(names))}" for name, names in parts if names) or "all"


def _bounds_text(query: Query) -> str:
    return ", ".join(f"{bound.key.column} = {value_text(bound.value)}" for bound in query.bounds) or "nothing"


def value_text(value: Any) -> str:
    """A value of a form or cell as text: lists with commas, nothing as `not given`."""
    if isinstance(value, list | tuple):
        return ", ".join(map(plain_text, value)) or "an empty list"
    return "not given" if value is None else plain_text(value) or "empty"
