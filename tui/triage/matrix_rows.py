"""The rows of runs of many hunts brought into one form, with numbers in the place of texts, for the ranking across them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tui.library.model import Subject
from tui.triage.queries.subjects import NAMES
from tui.triage.runs import Run, event_columns

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBERS = ("events", "legs", "met", "first")


def rows_together(runs: Iterable[tuple[int, Run]], subject: Subject) -> pa.Table:
    """The rows of `runs`, each given with the place of its hunt, under one another: `hunt`, `key` and `name` of the
    subject, `events`, `legs` hit, thresholds `met`, and `first`, the primary count. Rows must be at hand."""
    import pyarrow as pa

    texts, numbers = pa.string(), pa.int64()
    kinds = [("hunt", pa.int32()), ("key", texts), ("name", texts), *((name, numbers) for name in _NUMBERS)]
    tables = [pa.schema(kinds).empty_table()]
    for place, run in runs:
        if run.rows is not None and run.rows.count:
            table = _rows_of(run, subject)
            hunts = pa.array([place], pa.int32()).take(pa.nulls(table.num_rows, pa.int32()).fill_null(0))
            tables.append(table.add_column(0, "hunt", hunts))
    return pa.concat_tables(tables)


def _rows_of(run: Run, subject: Subject) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    assert run.rows is not None, "only runs whose rows are at hand are read"
    _, key, name = NAMES[subject]
    there = {info.name for info in run.rows.columns}
    counted, primary = event_columns(run), run.context.hunt.legs[run.context.hunt.primary].count
    wanted = dict.fromkeys([key, name, "LegsHit", "ThresholdsMet", primary, *counted])
    with run.rows.prepare() as held:
        found = held.arrow([column for column in wanted if column in there])

    def number(column: str) -> Any:
        if column not in there:
            return pa.nulls(found.num_rows, pa.int64()).fill_null(0)
        return pc.fill_null(found[column].cast(pa.int64()), 0)

    events = number("")
    for column in counted:
        events = pc.add(events, number(column))
    keys = pc.fill_null(found[key].cast(pa.string()), "")
    names = pc.fill_null(found[name].cast(pa.string()), "") if name in there else keys
    values = (keys, names, events, number("LegsHit"), number("ThresholdsMet"), number(primary))
    return pa.table(list(values), names=["key", "name", *_NUMBERS])


def coded(tables: Mapping[str, pa.Table]) -> tuple[dict[str, pa.Table], pa.Table]:
    """`tables` with `entity` (for `key`) and `name` as places of texts, in any case of letters; and the texts.

    A text has its `place`, `text` in lower case, and how it is `shown`: as it was written where it was a name.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    written = [table[column].combine_chunks() for column in ("name", "key") for table in tables.values()]
    every = pa.concat_arrays(
        [pa.concat_arrays(part.chunks) if isinstance(part, pa.ChunkedArray) else part for part in written]
    )
    known = every.dictionary_encode()
    lower = pc.utf8_lower(known.dictionary).dictionary_encode()
    codes = lower.indices.take(known.indices)
    first = pc.index_in(pa.array(range(len(lower.dictionary)), pa.int32()), value_set=lower.indices)
    places = pa.array(range(len(lower.dictionary)), pa.int32())
    texts = pa.table({"place": places, "text": lower.dictionary, "shown": known.dictionary.take(first)})
    made, start = {}, 0
    sizes = [table.num_rows for table in tables.values()]
    for (name, table), size in zip(tables.items(), sizes, strict=True):
        names, keys = codes.slice(start, size), codes.slice(start + sum(sizes), size)
        made[name] = pa.table({"entity": keys, **{one: table[one] for one in ("hunt", *_NUMBERS)}, "name": names})
        start += size
    return made, texts
