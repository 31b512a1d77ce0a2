"""What can be counted and added of one column: its SQL, and its answer as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tui.results.columns import ColumnInfo, to_python

_ADDED = ("int", "long", "real", "decimal", "timespan")


@dataclass(frozen=True)
class ColumnNumbers:
    """Numbers of one column over some rows. `distinct` counts values, an empty one too, but not null.

    `least`, `greatest`, `total` and `mean` are None where there is no value, and the last two of what cannot be added.
    Of reals they are about the finite ones; `infinite` counts the others, NaN among them.
    """

    rows: int
    distinct: int
    null: int
    empty: int
    infinite: int
    least: Any
    greatest: Any
    total: Any
    mean: Any


def numbers_sql(column: str, info: ColumnInfo) -> str:
    """What to select of `column`, whose name and type are `info`, in the order of the fields of `ColumnNumbers` but the last."""
    kind = info.kql_type
    finite = f"FILTER (WHERE isfinite({column}))" if kind == "real" else ""
    is_text = kind in ("string", "dynamic")
    # The engine has no least or greatest of bools in every version: as texts they have the same order.
    ordered = f"CAST({column} AS VARCHAR)" if kind == "bool" else column
    total = f"sum({column}) {finite}" if kind in _ADDED else "NULL"
    return ", ".join(
        [
            "count(*)",
            f"count(DISTINCT {column})",
            f"count(*) FILTER (WHERE {column} IS NULL)",
            f"count(*) FILTER (WHERE {column} = '')" if is_text else "0",
            f"count(*) FILTER (WHERE NOT isfinite({column}))" if kind == "real" else "0",
            f"min({ordered}) {finite}",
            f"max({ordered}) {finite}",
            total,
        ]
    )


def numbers_of(row: tuple[Any, ...], info: ColumnInfo) -> ColumnNumbers:
    """The numbers in `row`, which the engine gave for `numbers_sql`."""
    rows, distinct, null, empty, infinite, least, greatest, total = row
    kind = info.kql_type
    # Of whole numbers the sum is exact, which an average of the engine's is not.
    mean = None if total is None else total / (rows - null - infinite)
    if kind == "timespan" and total is not None and mean is not None:
        total, mean = timedelta(microseconds=int(total)), timedelta(microseconds=round(mean))
    if kind in ("datetime", "timespan"):
        least, greatest = to_python(least, kind), to_python(greatest, kind)
    return ColumnNumbers(rows, distinct, null, empty, infinite, least, greatest, total, mean)
