"""What the pinned duckdb-kql is known to read otherwise than Kusto. A change here means: look at what relies on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version

import duckdb
import duckdb_kql
import pytest

from tests.hostile import STRINGS
from tui.kql.literals import string_literal
from tui.workspaces.translation import plain_literals

MISREAD = {
    r'"a\u0041b"': ("au0041b", "aAb"),
    r'"\U0001F600"': ("U0001F600", "\U0001f600"),
    r'"\x41"': ("x41", "A"),
    r'"\101"': ("101", "A"),
    r'"\0012"': ("\x00012", "\x012"),
    r'"\a\b\f\v"': ("abfv", "\a\b\f\v"),
    r"```C:\Temp```": ("```C:Temp```", "C:\\Temp"),
    "~~~x~~~": ("~~~x~~~", "x"),
    'h"secret"': ('h"secret"', "secret"),
    "H'secret'": ("H'secret'", "secret"),
    r"h@'C:\Temp'": ("h@'C:Temp'", "C:\\Temp"),
}
"""Literal: what duckdb-kql makes of it, and what it means."""


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb_kql.connect()
    connection.execute("CREATE TABLE T AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t(Number, Text)")
    connection.execute("CREATE TABLE U AS SELECT 3 AS Number")
    yield connection
    connection.close()


def rows(engine: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = duckdb_kql.kql(engine, query, allow_write=False).fetchall()
    return found


def test_the_version_these_were_measured_on() -> None:
    assert version("duckdb-kql") == "1.1.2"


@pytest.mark.parametrize("literal", MISREAD)
def test_it_still_misreads(engine: duckdb.DuckDBPyConnection, literal: str) -> None:
    wrong, right = MISREAD[literal]
    assert wrong != right
    assert rows(engine, f"print x = {literal}") == [(wrong,)]


@pytest.mark.parametrize("literal", MISREAD)
def test_it_never_sees_such_a_literal(engine: duckdb.DuckDBPyConnection, literal: str) -> None:
    assert rows(engine, plain_literals(f"print x = {literal}")) == [(MISREAD[literal][1],)]


@pytest.mark.parametrize("name", STRINGS)
def test_the_shown_form_reaches_it_in_the_form_it_reads(engine: duckdb.DuckDBPyConnection, name: str) -> None:
    assert rows(engine, plain_literals(f"print x = {string_literal(STRINGS[name])}")) == [(STRINGS[name],)]


def test_only_literals_are_written_again() -> None:
    query = "T | where A == @'x\\y' // it's \"fine\"\n| where B in~ ('a', h'b') and C > 1.5h"
    assert plain_literals(query) == 'T | where A == "x\\\\y" // it\'s "fine"\n| where B in~ ("a", "b") and C > 1.5h'


def test_distinct_counts_are_exact(engine: duckdb.DuckDBPyConnection) -> None:
    query = "range x from 1 to 20000 step 1 | summarize N = dcount(x), M = dcountif(x, x <= 15000)"
    assert rows(engine, query) == [(20_000, 15_000)]


def test_the_exact_functions_of_kusto_are_missing(engine: duckdb.DuckDBPyConnection) -> None:
    for call in ("count_distinct(Number)", "count_distinctif(Number, true)"):
        with pytest.raises(duckdb_kql.KqlUnsupportedError):
            rows(engine, f"T | summarize N = {call}")
    for call in ('ipv4_is_in_any_range("10.0.0.1", "10.0.0.0/8")', 'ipv4_is_private("10.0.0.1")'):
        with pytest.raises(duckdb_kql.KqlUnsupportedError):
            rows(engine, f"print x = {call}")


def test_a_missing_text_column_of_a_union_is_null_not_empty(engine: duckdb.DuckDBPyConnection) -> None:
    assert rows(engine, "union T, U | where Number == 3 | project Text") == [(None,)]


def test_a_cut_list_keeps_everything(engine: duckdb.DuckDBPyConnection) -> None:
    assert rows(engine, "T | summarize L = array_length(make_list(Number, 1))") == [(2,)]


def test_bins_of_a_week_start_on_thursdays(engine: duckdb.DuckDBPyConnection) -> None:
    assert rows(engine, "print x = bin(datetime(2026-11-21), 7d)") == [(datetime(2026, 11, 19),)]


def test_the_clock_can_be_pinned() -> None:
    moment = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)
    sql = duckdb_kql.to_sql("print x = now(), y = ago(1h)", query_now=moment, allow_write=False)
    found = duckdb.sql(str(sql), params=sql.parameters or None).fetchall()
    assert found == [(datetime(2026, 11, 21, 3, 0, 0, 123456), datetime(2026, 11, 21, 2, 0, 0, 123456))]


@pytest.mark.parametrize("query", [".drop table T", ".set-or-append T <| print 1", ".create table X (a: string)"])
def test_it_refuses_to_write(engine: duckdb.DuckDBPyConnection, query: str) -> None:
    with pytest.raises(duckdb_kql.KqlError):
        rows(engine, query)
    assert rows(engine, "T | count") == [(2,)]
