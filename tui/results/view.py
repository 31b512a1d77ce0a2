"""How an analyst looks at a run's rows: order, filters and searched text, and their SQL over the stored columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tui.results.columns import ColumnInfo, from_python
from tui.results.errors import ViewError as ViewError

Operator = Literal["==", "!=", "contains", "!contains", "matches", "!matches", "<", "<=", ">", ">="]
"""`==` and `!=` keep null (None) and empty apart; `contains` ignores case; `matches` takes a regular expression.

What has no value is in no order and matches nothing, so it stays with `!contains` and `!matches`. A text compared with a
number is read as one, and left out when it is none; NaN is in no order.
"""


@dataclass(frozen=True)
class Filter:
    """Rows whose `column` stands in relation `op` to `value`."""

    column: str
    op: Operator
    value: Any


@dataclass(frozen=True)
class RowView:
    """Which rows, in which order. An empty `sort` is the order of arrival; every sort keeps it among equal rows, nulls
    last. `search` is text to highlight and chooses nothing."""

    sort: tuple[tuple[str, bool], ...] = ()
    """Columns, each with whether it is descending."""
    filters: tuple[Filter, ...] = ()
    search: str = ""
    only: tuple[int, ...] | None = None
    """The only rows there are, by their number in the order they came, from 0; None for all."""
    without: tuple[int, ...] = ()
    """Rows that are left out, by the same number."""

    @property
    def chooses(self) -> bool:
        """Whether rows may be left out."""
        return bool(self.filters or self.without) or self.only is not None


class Columns:
    """The columns of one result, found by name, with their names in SQL."""

    def __init__(self, infos: Sequence[ColumnInfo]) -> None:
        self.infos = tuple(infos)
        self._positions = {info.name: position for position, info in enumerate(self.infos)}

    def position(self, name: str) -> int:
        """The place of column `name`; ViewError when there is none."""
        try:
            return self._positions[name]
        except KeyError:
            raise ViewError(f"there is no column {name!r}") from None

    def sql(self, name: str) -> str:
        """The name of column `name` in SQL."""
        return f"c{self.position(name)}"

    def info(self, name: str) -> ColumnInfo:
        """Name and type of column `name`."""
        return self.infos[self.position(name)]


def microseconds(column: str, info: ColumnInfo) -> str:
    """The times of `column` as whole microseconds since 1970 in SQL; what is beyond them is cut off."""
    # The engine's division goes towards 0, and so do remainders.
    return f"(({column} - (({column} % 10 + 10) % 10)) // 10)" if info.ticks else f"epoch_us({column})"


def as_text(column: str, info: ColumnInfo) -> str:
    """The values of `column` as text in SQL."""
    if not info.ticks:
        return f"CAST({column} AS VARCHAR)"
    moment = f"make_timestamp({microseconds(column, info)})"
    return (
        f"CASE WHEN {column} % 10 = 0 THEN CAST({moment} AS VARCHAR) "
        f"ELSE strftime({moment}, '%Y-%m-%d %H:%M:%S.%f') || (({column} % 10 + 10) % 10) END"
    )


def condition(view: RowView, columns: Columns) -> tuple[str, list[Any]]:
    """A condition in SQL that holds for the rows of `view`, and its parameters."""
    parts: list[str] = []
    parameters: list[Any] = []
    for one in view.filters:
        part, values = _part(one, columns)
        parts.append(part)
        parameters += values
    if view.only is not None:
        parts.append("rowid IN (SELECT unnest(CAST(? AS BIGINT[])))")
        parameters.append(list(view.only))
    if view.without:
        parts.append("rowid NOT IN (SELECT unnest(CAST(? AS BIGINT[])))")
        parameters.append(list(view.without))
    return " AND ".join(parts) or "true", parameters


def _part(one: Filter, columns: Columns) -> tuple[str, list[Any]]:
    column, info = columns.sql(one.column), columns.info(one.column)
    text = as_text(column, info)
    match one.op:
        case "==":
            return f"{column} IS NOT DISTINCT FROM ?", [from_python(one.value, info)]
        case "!=":
            return f"{column} IS DISTINCT FROM ?", [from_python(one.value, info)]
        case "contains":
            return f"contains(lower({text}), lower(?))", [str(one.value)]
        case "!contains":
            return f"NOT coalesce(contains(lower({text}), lower(?)), false)", [str(one.value)]
        case "matches":
            return f"regexp_matches({text}, ?)", [str(one.value)]
        case "!matches":
            return f"NOT coalesce(regexp_matches({text}, ?), false)", [str(one.value)]
        case _:
            return _ordered(one, columns), [from_python(one.value, info)]


def _ordered(one: Filter, columns: Columns) -> str:
    column, kind = columns.sql(one.column), columns.info(one.column).kql_type
    if kind in ("string", "dynamic") and isinstance(one.value, int | float):
        column, kind = f"TRY_CAST({column} AS DOUBLE)", "real"
    # The engine takes NaN for the greatest number.
    return f"({column} {one.op} ?{f' AND NOT isnan({column})' if kind == 'real' else ''})"


def search_condition(text: str, columns: Columns, names: Sequence[str] | None) -> tuple[str, list[Any]]:
    """A condition in SQL that holds for rows with `text`, in any case, in one of the columns `names` (None: in any)."""
    found = names if names is not None else [info.name for info in columns.infos]
    texts = [as_text(f"t.{columns.sql(name)}", columns.info(name)) for name in found]
    parts = [f"contains(lower({text}), ?)" for text in texts]
    return f"({' OR '.join(parts) or 'false'})", [text.lower()] * len(parts)
