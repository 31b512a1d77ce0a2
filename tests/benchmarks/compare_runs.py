"""How long two runs of 100,000 rows take to be compared: python tests/benchmarks/compare_runs.py"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa

from tests.support.records import MOMENT, a_run
from tui.triage.queries.context import Key, Query
from tui.triage.records.compare import compare, recorded
from tui.triage.records.compared import compared_table
from tui.workspaces.protocol import Outcome, State

ROWS = 100_000
VIEW = Query("kql", "devices", "devices", ROWS, keys=(Key("DeviceKey", subject="device"),))
LISTING = Query("kql", "events", "files", ROWS, leg="files", kind="file")


def rows(shift: int) -> pa.Table:
    """Twelve columns; all rows but `shift` are also in the rows of another shift, half of them with another count."""
    places = range(shift, ROWS + shift)
    columns = {"DeviceKey": [f"device-{place}" for place in places]}
    columns |= {f"Text{i}": [f"text {i} of {place} and more of it" for place in places] for i in range(9)}
    counts = [place % 2 if shift else 0 for place in places]
    return pa.table({**columns, "Count": counts, "At": [MOMENT + timedelta(seconds=place) for place in places]})


def main() -> None:
    """Prints the seconds for a view and for a listing, with the table of what became of the rows."""
    tables = rows(0), rows(100)
    for name, query in (("view", VIEW), ("listing", LISTING)):
        sides = [
            recorded(replace(a_run(number), query=query, outcome=Outcome(State.COMPLETE)), table)
            for number, table in enumerate(tables)
        ]
        began = time.perf_counter()
        found = compare(*sides)
        compared = time.perf_counter()
        rows_of_it = compared_table(found).num_rows
        listed = time.perf_counter()
        print(
            f"{name}: {ROWS:,} rows compared in {compared - began:.2f} s, {rows_of_it:,} listed in {listed - compared:.2f} s"
        )


if __name__ == "__main__":
    main()
