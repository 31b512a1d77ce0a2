from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.kql.dialects import dialect_for
from tui.kql.literals import string_literal
from tui.kql.reaching import reaching_out
from tui.library.catalogue import load_catalogue
from tui.library.model import Hunt
from tui.triage.check import sample_values
from tui.triage.queries.compile import base_query, view_names, view_query
from tui.triage.queries.context import QueryContext, QueryError
from tui.workspaces.protocol import Window

WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kql", "said"),
    [
        ('cluster("x").database("y").T', ["cluster( reads from another cluster", "database( reads from another"]),
        ("T\n| union\n  cluster // here\n  ('x').T", ["cluster( reads from another cluster (line 3)"]),
        ('union T, workspace("a").T', ["workspace( reads from another workspace"]),
        ("app('a').requests", ["app( reads from another application"]),
        ('resource("/subscriptions/x").T', ["resource( reads from another resource"]),
        ('adx("https://help.kusto.windows.net/Samples").StormEvents', ["adx( reads from Azure Data Explorer"]),
        ('arg("").Resources', ["arg( reads from Azure Resource Graph"]),
        ("DATABASE ('x').T", ["database( reads from another database"]),
        ('externaldata(a:string)["https://evil.example"]', ["externaldata( reads from a file elsewhere (line 1)"]),
        ("external_table('x')", ["external_table( reads from an external table"]),
        ("externaldata\n(a:string) [h'https://evil.example']", ["externaldata( reads from"]),
        ("['cluster']('x').database2('y')", ["cluster( reads from another cluster"]),
        ('["exter\\u006ealdata"](a:string)["x"]', ["externaldata( reads from"]),
        ("alias database d = cluster('x').database('y'); T", ["cluster( reads", "database( reads"]),
        ("T | evaluate http_request('https://evil.example')", ["evaluate http_request may call out or run code"]),
        ("T | evaluate hint.distribution=per_node python(typeof(*), 'x')", ["evaluate python may call out"]),
        ("T | evaluate ['sql_request']('x', 'y')", ["evaluate sql_request may call out"]),
        ("T | evaluate", ["evaluate ? may call out"]),
        (".drop table T", [".drop is a command to the service, not a query (line 1)"]),
        ("// a comment\u2028  .set T <| print 1", [".set is a command to the service"]),
        ("T | where a == 'not closed", ["it cannot be read: "]),
    ],
)
def test_what_reaches_out_is_named(kql: str, said: list[str]) -> None:
    found = reaching_out(kql)
    assert len(found) == len(said)
    for words, start in zip(found, said, strict=True):
        assert words.startswith(start)


@pytest.mark.parametrize(
    "kql",
    [
        "T | where Cmd has 'cluster(\"x\")' // database('y')",
        'T | where a == @"externaldata(" or b has ```workspace("x")```',
        "T | where app in ('a') and database == 'b' | summarize count() by cluster, workspace",
        "T | evaluate bag_unpack(x) | evaluate hint.shufflekey=a pivot(b)",
        "let app = 1; T | extend y = app, x = T.cluster | project database",
        "T | where a == 1.5\n| extend b = c.d\n| invoke my_function()",
        'T | where a == ".drop table T"',
    ],
)
def test_texts_comments_and_columns_do_not_count(kql: str) -> None:
    assert reaching_out(kql) == []


@given(st.text(max_size=40))
def test_a_value_never_counts(value: str) -> None:
    try:
        literal = string_literal(f'cluster("x") {value} | evaluate python()\n.drop')
    except ValueError:
        return
    assert reaching_out(f"T | where a == {literal}") == []


@given(st.text(alphabet="cluster (\"'`~@h.\n/\\x|[]", max_size=60))
def test_any_text_gets_an_answer(kql: str) -> None:
    assert isinstance(reaching_out(kql), list)


def queries_of(context: QueryContext) -> Iterator[str]:
    for view in view_names(context.hunt):
        with suppress(QueryError):
            yield view_query(context, view).kql
    for leg in context.hunt.legs:
        with suppress(QueryError):
            yield base_query(context, leg).kql


@pytest.mark.parametrize("kind", ["evidence", "log_analytics"])
@pytest.mark.parametrize("hunt", load_catalogue().hunts.values(), ids=lambda hunt: hunt.id)
def test_the_shipped_hunts_stay_in_their_workspace(hunt: Hunt, kind: str) -> None:
    context = QueryContext(hunt, sample_values(hunt), WINDOW, dialect_for(kind))
    made = [reaching_out(kql) for kql in queries_of(context)]
    assert made
    assert made == [[]] * len(made)
