from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui.kql.schema import evidence_schema
from tui.workspaces.protocol import UnsupportedQueryError
from tui.workspaces.translation import MissingTableError, Translator

NOW = datetime(2026, 11, 21, tzinfo=UTC)

REFUSED = {
    "DeviceFileEvents\n| where FileName == 'a'\n| project-reorder FileName": (
        "the embedded engine cannot run 'project-reorder' (line 3, column 3)"
    ),
    "DeviceFileEvents | mv-apply x = AdditionalFields on (take 1)": (
        "the embedded engine cannot run 'mv-apply' (line 1, column 20)"
    ),
    "print a = 1,\n b = hash('a')": "the embedded engine cannot run function 'hash' (line 2, column 6)",
    "DeviceFileEvents | summarize make_set_if(FileName, true)": (
        "the embedded engine cannot run aggregate 'make_set_if' (line 1, column 30)"
    ),
    "externaldata(x:string)['https://host/y.csv']": "the embedded engine cannot run 'externaldata' (line 1, column 1)",
    "print 1; print 2": (
        "the embedded engine cannot run 'multi-statement': only a single query statement is supported"
    ),
    "DeviceFileEvents | where FileName == @'C:\\a' and ": "mismatched input '<EOF>' (line 1, column 50)",
    "DeviceFileEvents | where FileName == 'a\\q'": (
        "this text literal is not closed, or holds an escape KQL does not know (line 1, column 38)"
    ),
    "database('evidence').DeviceFileEvents": "database() does not reach anything here (line 1, column 1)",
    "union DeviceFileEvents, cluster('x').database('y').T": "cluster() does not reach anything here (line 1, column 25)",
    "\n.show tables": "management commands do not run here (line 2, column 1)",
    "": "mismatched input '<EOF>' (line 1, column 1)",
}


@pytest.fixture(scope="module")
def translator() -> Translator:
    return Translator(evidence_schema())


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_refused_is_named_with_its_place(translator: Translator, query: str) -> None:
    with pytest.raises(UnsupportedQueryError) as caught:
        translator.translate(query, NOW)
    assert str(caught.value) == REFUSED[query]


def test_a_table_that_is_not_there(translator: Translator) -> None:
    with pytest.raises(MissingTableError) as caught:
        translator.translate("union DeviceFileEvents, DeviceFileEvent", NOW)
    assert str(caught.value) == "there is no table 'DeviceFileEvent'; did you mean DeviceFileEvents?"


def test_deep_queries_are_translated_or_refused(translator: Translator) -> None:
    chain = "DeviceFileEvents | where " + " or ".join(f"FileName == '{number}'" for number in range(2000))
    assert "'1999'" in translator.translate(chain, NOW).sql
    assert translator.translate(f"print {'(' * 200}1{')' * 200}", NOW).sql


def test_a_query_seen_before_is_not_translated_again(translator: Translator) -> None:
    query = "DeviceFileEvents | where Timestamp > ago(1h) | count"
    first = translator.translate(query, NOW)
    assert translator.translate(query, NOW) is first
    later = translator.translate(query, NOW + timedelta(hours=1))
    assert later is not first
    assert (later.sql, later.parameters) != (first.sql, first.parameters)
