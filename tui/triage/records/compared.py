"""A comparison for reading: as a table whose first columns say what became of each row, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.results.values import plain_text
from tui.triage.records.compare import ChangedRow, Comparison
from tui.triage.records.matching import as_texts, taken

if TYPE_CHECKING:
    import pyarrow as pa


def compared_table(comparison: Comparison) -> pa.Table:
    """The rows that are new, gone and changed, in this order, each as it is now, or was last.

    `Compared` says which, `Changes` what changed from what to what; then the columns of the newer run, and those that
    only the older one has.
    """
    import pyarrow as pa

    old = [*comparison.gone]
    now = [*comparison.new, *(row.after for row in comparison.changed)]
    said = ["new"] * len(comparison.new) + ["gone"] * len(comparison.gone) + ["changed"] * len(comparison.changed)
    changes = [""] * (len(comparison.new) + len(old)) + [changes_text(row) for row in comparison.changed]
    before, after = comparison.before.rows, comparison.after.rows
    names = list(
        dict.fromkeys(
            [*(after.column_names if after is not None else ()), *(before.column_names if before is not None else ())]
        )
    )
    columns: dict[str, Any] = {_free("Compared", names): pa.array(said, pa.string())}
    columns[_free("Changes", names)] = pa.array(changes, pa.string())
    first = len(comparison.new)
    for name in names:
        mine, other = _places(after, name, now), _places(before, name, old)
        if mine is None:
            mine = pa.chunked_array([pa.nulls(len(now), other.type)])
        if other is None:
            other = pa.chunked_array([pa.nulls(len(old), mine.type)])
        if mine.type != other.type:
            mine, other = as_texts(mine), as_texts(other)
        parts = [*mine.slice(0, first).chunks, *other.chunks, *mine.slice(first).chunks]
        columns[name] = pa.chunked_array(parts, mine.type)
    fields = {field.name: field for table in (before, after) if table is not None for field in table.schema}
    kept = [
        fields[name] if name in fields and fields[name].type == column.type else pa.field(name, column.type)
        for name, column in columns.items()
    ]
    return pa.table(list(columns.values()), schema=pa.schema(kept))


def _places(table: pa.Table | None, name: str, places: list[int]) -> Any:
    return None if table is None or name not in table.column_names else taken(table[name], places)


def _free(name: str, names: list[str]) -> str:
    return _free(f"{name}_", names) if name in names else name


def changes_text(row: ChangedRow) -> str:
    """`ProcessCount: 3 -> 5; LastSeen: ...`: what changed of a row."""
    return "; ".join(f"{one.column}: {_value(one.before)} -> {_value(one.after)}" for one in row.changes)


def _value(value: Any) -> str:
    return "null" if value is None else "empty" if value == "" else plain_text(value)


def comparison_words(comparison: Comparison) -> list[str]:
    """What is to be said of a comparison, a line each: the runs, the numbers, what limits them, what else differs."""
    before, after = comparison.before, comparison.after
    lines = [
        f"{after.hunt} {after.query.view}: run {before.number} of {before.began:%Y-%m-%d %H:%M}Z "
        f"and run {after.number} of {after.began:%Y-%m-%d %H:%M}Z",
        numbers_words(comparison),
        *comparison.cautions,
        *(f"{one.what} differs: {one.before} | {one.after}" for one in comparison.differences),
    ]
    for side, names in ((before, comparison.only_before), (after, comparison.only_after)):
        if names:
            lines.append(f"only run {side.number} has {', '.join(names)}")
    return lines


def numbers_words(comparison: Comparison) -> str:
    """`3 new, 1 gone, 2 changed, 40 unchanged`; `3 not in run 1` where new rows are not known."""
    new = "new" if comparison.new_known else f"not in run {comparison.before.number}"
    gone = "gone" if comparison.gone_known else f"not in run {comparison.after.number}"
    return (
        f"{len(comparison.new):,} {new}, {len(comparison.gone):,} {gone}, {len(comparison.changed):,} changed, "
        f"{comparison.unchanged:,} unchanged"
    )
