"""Questions in SQL over Arrow tables that are at hand, answered in memory beside the results store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa


def answers(questions: Sequence[str], tables: Mapping[str, pa.Table], made: Mapping[str, str]) -> list[pa.Table]:
    """What each of `questions` gives over `tables`, known to them by name, and over the tables `made` from them in order.

    Waits for the processor, so it is for worker threads. Nothing outside of `tables` can be read.
    """
    configuration: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "python_enable_replacements": "false",
    }
    with duckdb.connect(":memory:", config=configuration) as connection:
        connection.execute("SET enable_external_access = false")
        for name, table in tables.items():
            connection.register(name, table)
        for name, statement in made.items():
            connection.execute(f"CREATE TEMP TABLE {name} AS {statement}")
        return [connection.sql(question).to_arrow_table() for question in questions]
