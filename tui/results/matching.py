"""Rows that hold one of many wanted texts: as a whole value, or within a longer text between the ends of words.

A text is taken apart into words (letters and digits, with `_`, `.` and `-` between them), and each wanted text is looked
up by its longest word; so the work grows with the rows, not with rows times texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

How = Literal["whole", "within", "subdomain"]

SHORTEST_WITHIN = 4
"""Characters that a text must have to be looked for within others."""

_WORDS = r"[\pL\pN](?:[\pL\pN_.-]*[\pL\pN])?"
_END = r"[^.]+\.[^.]+$"
_BEFORE, _AFTER = r"(^|[^\pL\pN])", r"($|[^\pL\pN])"
_SAMPLE = 65_536
_RUNS = r"[0-9a-z]{32,}"
"""Hashes also stand within words: as the name of a file."""


@dataclass(frozen=True)
class Wanted:
    """A text that is looked for, in any case; below a `domain`, which has two parts or more, other names count, too."""

    text: str
    domain: bool = False


@dataclass(frozen=True)
class Hit:
    """Row (by the order they came, from 0) and column that hold the wanted text of this number, and how."""

    row: int
    column: str
    wanted: int
    how: How


def register(cursor: DuckDBPyConnection, wanted: Sequence[Wanted]) -> None:
    """Puts `wanted` where `hits` reads them, in temporary tables of `cursor`'s connection.

    Each is looked up by the word of it that fewest others have, the longest of those.
    """
    texts = pa.table(
        {
            "number": pa.array(range(len(wanted)), pa.int64()),
            "given": pa.array([one.text for one in wanted], pa.string()),
            "domain": pa.array([one.domain for one in wanted], pa.bool_()),
        }
    )
    cursor.register("given_texts", texts)
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE wanted AS "
        "WITH lowered AS (SELECT number, lower(given) AS wanted_text, domain FROM given_texts), "
        f"words AS (SELECT DISTINCT number, unnest(regexp_extract_all(wanted_text, '{_WORDS}')) AS word FROM lowered), "
        "shared AS (SELECT word, count(*) AS n FROM words GROUP BY word), "
        "chosen AS (SELECT number, arg_max(word, (-n, length(word))) AS word FROM words JOIN shared USING (word) "
        "GROUP BY number) "
        "SELECT number, wanted_text, domain, coalesce(word = wanted_text, false) AS alone, "
        f"CASE WHEN length(wanted_text) >= {SHORTEST_WITHIN} THEN word END AS anchor "
        "FROM lowered LEFT JOIN chosen USING (number)"
    )
    cursor.unregister("given_texts")
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE wanted_ends AS "
        f"SELECT DISTINCT regexp_extract(wanted_text, '{_END}') AS name_end FROM wanted WHERE domain"
    )


def hits(cursor: DuckDBPyConnection, table: str, column: str, count: int, most: int) -> list[tuple[int, int, int]]:
    """What the SQL column of the first `count` rows of `table` holds of the texts that were registered: row, number, and
    the place of how in `HOWS`, at most `most` in order. Each text of a row comes once, as the closest it is held."""
    few = _has_few_values(cursor, table, column)
    value = f"lower(CAST({column} AS VARCHAR))"
    source = f"SELECT rowid AS place, {value} AS v FROM {table} WHERE rowid < {count} AND v <> ''"
    if few:
        source = f"SELECT min(place) AS place, v FROM ({source}) GROUP BY v"
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE texts AS {source}")
        source = "SELECT place, v FROM texts"
    words = f"regexp_extract_all(v, '{_WORDS}')"
    runs = "SELECT 1 FROM wanted WHERE alone AND regexp_full_match(wanted_text, '[0-9a-f]{32,64}')"
    if cursor.execute(f"{runs} LIMIT 1").fetchall():
        words = f"list_concat({words}, regexp_extract_all(v, '{_RUNS}'))"
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE found AS "
        f"SELECT place, number, 0 AS how FROM ({source}) JOIN wanted ON v = wanted_text"
    )
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE candidates AS SELECT place, word FROM "
        f"(SELECT place, unnest({words}) AS word FROM ({source})) WHERE word IN (SELECT anchor FROM wanted) "
        f"OR (contains(word, '.') AND regexp_extract(word, '{_END}') IN (SELECT name_end FROM wanted_ends))"
    )
    cursor.execute(
        "INSERT INTO found SELECT place, number, CASE WHEN alone THEN 1 ELSE 3 END FROM candidates "
        "JOIN wanted ON word = anchor"
    )
    _add_names_below(cursor)
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE closest AS WITH held AS ("
        "SELECT place, number, how FROM found WHERE how < 3 "
        f"UNION ALL SELECT f.place, f.number, 1 FROM (SELECT DISTINCT place, number FROM found WHERE how = 3) f "
        f"JOIN ({source}) s ON s.place = f.place JOIN wanted w ON w.number = f.number WHERE contains(s.v, w.wanted_text) "
        f"AND regexp_matches(s.v, '{_BEFORE}' || regexp_escape(w.wanted_text) || '{_AFTER}')) "
        "SELECT place, number, min(how) AS how FROM held GROUP BY place, number"
    )
    chosen = "SELECT place, number, how FROM closest"
    if few:
        chosen = (
            f"SELECT t.rowid AS place, c.number, c.how FROM closest c JOIN texts USING (place) "
            f"JOIN {table} t ON lower(CAST(t.{column} AS VARCHAR)) = texts.v WHERE t.rowid < {count}"
        )
    found: list[tuple[int, int, int]] = cursor.execute(f"{chosen} ORDER BY place, number LIMIT {most}").fetchall()
    return found


def _add_names_below(cursor: DuckDBPyConnection) -> None:
    """Adds what stands below a wanted domain: only names that end as one of them does are taken apart."""
    cursor.execute(
        "INSERT INTO found WITH parts AS (SELECT DISTINCT place, string_split(word, '.') AS labels FROM candidates "
        f"WHERE regexp_extract(word, '{_END}') IN (SELECT name_end FROM wanted_ends)), "
        "below AS (SELECT place, array_to_string(labels[first:], '.') AS name FROM "
        "(SELECT place, labels, unnest(range(2, len(labels) + 1)) AS first FROM parts)) "
        "SELECT place, number, 2 FROM below JOIN wanted ON name = wanted_text WHERE domain"
    )


def _has_few_values(cursor: DuckDBPyConnection, table: str, column: str) -> bool:
    sample = f"SELECT {column} AS value FROM {table} WHERE rowid < {_SAMPLE}"
    return int(cursor.execute(f"SELECT approx_count_distinct(value) FROM ({sample})").fetchall()[0][0]) < _SAMPLE // 4


HOWS: tuple[How, ...] = ("whole", "within", "subdomain")
"""How a text is held, by the number `hits` gives."""
