"""Columns of two results set against each other: which rows are equal in some columns, and where values differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from tui.results.values import plain_text

if TYPE_CHECKING:
    import pyarrow as pa

Columns: TypeAlias = "Mapping[str, pa.ChunkedArray]"
"""A result's columns by name, all as long as each other."""


def height(columns: Columns) -> int:
    """The number of rows."""
    return len(next(iter(columns.values()))) if columns else 0


def in_groups(old: Columns, now: Columns, names: Sequence[str], folded: bool) -> Iterator[tuple[list[int], list[int]]]:
    """The places of rows that are equal in the columns `names`, or in all of either when there are none, in both results.

    Texts that are null and empty are equal, and with `folded` those that differ in the case of letters. Places are in
    order. A column that one result has not is empty there.
    """
    import pyarrow as pa

    wanted = list(names) or list(dict.fromkeys([*old, *now]))
    lengths = height(old), height(now)
    columns = [_together(old.get(name), now.get(name), lengths, folded) for name in wanted]
    labels = [f"k{number}" for number in range(len(columns))]
    table = pa.table([*columns, pa.array(range(sum(lengths)))], names=[*labels, "place"])
    grouped = table.group_by(labels, use_threads=False).aggregate([("place", "list")])
    for places in grouped["place_list"].to_pylist():
        yield (
            [place for place in places if place < lengths[0]],
            [place - lengths[0] for place in places if place >= lengths[0]],
        )


def _together(
    mine: pa.ChunkedArray | None, other: pa.ChunkedArray | None, lengths: tuple[int, int], folded: bool
) -> pa.ChunkedArray:
    """One column of both results, the first above the second, in a form in which equal values are equal."""
    import pyarrow as pa
    import pyarrow.compute as pc

    some = mine if mine is not None else other
    assert some is not None, "a column is of one of the results"
    first = mine if mine is not None else pa.chunked_array([pa.nulls(lengths[0], some.type)])
    second = other if other is not None else pa.chunked_array([pa.nulls(lengths[1], some.type)])
    first, second = _alike(first, second)
    both = pa.chunked_array([*first.chunks, *second.chunks], first.type)
    if _is_text(both.type):
        both = pc.fill_null(both, "")
        return pc.utf8_lower(both) if folded else both
    return both


def _alike(mine: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Two columns in forms in which equal values are equal, and can be compared and grouped."""
    from tui.kql.arrow_times import is_ticks, numbers_of

    if mine.type != other.type or not _groups(mine.type):
        return as_texts(mine), as_texts(other)
    return (numbers_of(mine), numbers_of(other)) if is_ticks(mine.type) else (mine, other)


def _groups(kind: pa.DataType) -> bool:
    """Whether rows can be grouped by values of `kind` as they are."""
    import pyarrow as pa

    return not (pa.types.is_nested(kind) or pa.types.is_null(kind) or pa.types.is_dictionary(kind))


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def as_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`column` as exports write its values; null stays null."""
    import pyarrow as pa

    values: list[Any] = column.to_pylist()
    return pa.chunked_array([pa.array([None if one is None else plain_text(one) for one in values], pa.string())])


def taken(column: pa.ChunkedArray, places: Sequence[int]) -> pa.ChunkedArray:
    """The values of `column` at `places`, in their order."""
    import pyarrow as pa

    return column.take(pa.array(places, pa.int64()))


def differing(mine: pa.ChunkedArray, other: pa.ChunkedArray) -> list[int]:
    """The places at which two columns of the same length hold different values; null differs from all but null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mine, other = _alike(mine, other)
    unequal = pc.fill_null(pc.not_equal(mine, other), False)
    if pa.types.is_floating(mine.type):
        unequal = pc.and_(unequal, pc.invert(_both(pc.fill_null(pc.is_nan(mine), False), pc.is_nan(other))))
    different = pc.or_(unequal, pc.xor(pc.is_null(mine), pc.is_null(other)))
    places: list[int] = pc.indices_nonzero(different).to_pylist()
    return places


def _both(mine: Any, other: Any) -> Any:
    import pyarrow.compute as pc

    return pc.and_(mine, pc.fill_null(other, False))
