"""What the services answer when nothing goes wrong, each in its own form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.loopback.clients import SERVICES, TIME, ask, command, named, rows_of, types_of
from tests.loopback.conftest import NOW
from tests.loopback.evidence import FILES
from tui.loopback.answers import answer_of
from tui.loopback.group import Loopback
from tui.loopback.log_analytics import WORKSPACE_ID, LogAnalytics
from tui.loopback.wire import Reply

VALUES = (
    "DeviceFileEvents | sort by {time} asc | project {time}, FileName, FileSize, InitiatingProcessId, AdditionalFields"
)


@pytest.mark.parametrize("name", SERVICES)
def test_values_in_the_service_s_own_form(loopback: Loopback, name: str) -> None:
    server, time = named(loopback, name), TIME[name]
    response = ask(server, VALUES.format(time=time))
    rows = rows_of(server, response)
    text = '{"b": [1, 2], "a": "é"}'
    fields = {"log_analytics": text, "defender": text, "data_explorer": text}[name]
    assert rows[0] == {
        time: "2026-11-21T02:00:00Z",
        "FileName": "höhe-0.csv",
        "FileSize": 2**40,
        "InitiatingProcessId": 0,
        "AdditionalFields": fields,
    }
    assert rows[1][time] == "2026-11-21T02:01:00.100001Z"
    empty = None if name == "log_analytics" else ""
    last = {"FileName": "", "FileSize": None, "InitiatingProcessId": None, "AdditionalFields": empty}
    assert {**rows[-1], time: ""} == {time: "", **last}
    dynamic = "dynamic" if name == "log_analytics" else "string"
    kinds = {"log_analytics": ("datetime", "string", "long", "long", dynamic)}.get(
        name, ("datetime", "string", "long", "long", "string")
    )
    if name == "defender":
        kinds = ("DateTime", "String", "Int64", "Int64", "String")
    assert tuple(types_of(server, response).values()) == kinds


@pytest.mark.parametrize(
    ("name", "dynamic", "span"),
    [
        ("log_analytics", '[1,{"a":2}]', "1.02:00:00.5000000"),
        ("defender", [1, {"a": 2}], "1.02:00:00.5000000"),
        ("data_explorer", [1, {"a": 2}], "1.02:00:00.5000000"),
    ],
)
def test_values_that_only_queries_make(loopback: Loopback, name: str, dynamic: object, span: str) -> None:
    server = named(loopback, name)
    query = (
        'print d = dynamic([1, {"a": 2}]), s = 26h + 500ms, r = real(nan), f = 0.5, b = true, i = int(7), '
        "g = guid(6f1c1d2e-0000-4000-8000-000000000001), n = guid(null), t = datetime(null)"
    )
    response = ask(server, query)
    assert rows_of(server, response) == [
        {
            "d": dynamic,
            "s": span,
            "r": "NaN",
            "f": 0.5,
            "b": True,
            "i": 7,
            "g": "6f1c1d2e-0000-4000-8000-000000000001",
            "n": None,
            "t": None,
        }
    ]
    kinds = list(types_of(server, response).values())
    if name == "defender":
        assert kinds == ["Object", "TimeSpan", "Double", "Double", "SByte", "Int32", "Guid", "Guid", "DateTime"]
    else:
        assert kinds == ["dynamic", "timespan", "real", "real", "bool", "int", "guid", "guid", "datetime"]


@pytest.mark.parametrize("name", SERVICES)
def test_answers_given_by_hand_keep_every_digit(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    server.answer_next(answer_of({"T": "datetime", "D": "decimal"}, [("2026-11-21T02:00:00.1234567Z", "0.10")]))
    assert rows_of(server, ask(server, "X")) == [{"T": "2026-11-21T02:00:00.1234567Z", "D": "0.10"}]
    assert ask(server, "X").status_code == 400


def test_a_recorded_body_goes_out_as_it_is(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.answer_next(Reply(200, b'{"tables":[]} ', {"Content-Type": "text/plain", "Age": "7"}))
    response = ask(server, "X")
    assert (response.content, response.headers["Age"]) == (b'{"tables":[]} ', "7")


@pytest.mark.parametrize(
    ("timespan", "rows"),
    [
        ("PT50M", 2),
        ("2026-11-21T02:00:00Z/2026-11-21T02:05:00Z", 5),
        ("2026-11-21T02:00:00.000Z/PT300.0S", 5),
        ("PT5M/2026-11-21T02:05:00Z", 5),
        ("2026-11-21T02:10:00Z", 2),
        (None, FILES),
    ],
)
def test_a_time_range_cuts_what_the_query_sees(loopback: Loopback, timespan: str | None, rows: int) -> None:
    for server, key in ((loopback.log_analytics, "timespan"), (loopback.defender, "Timespan")):
        response = ask(server, "DeviceFileEvents | count", {key: timespan})
        assert rows_of(server, response) == [{"Count": rows}], server.name


def test_a_time_range_that_is_none_is_refused(loopback: Loopback) -> None:
    for server, key in ((loopback.log_analytics, "timespan"), (loopback.defender, "Timespan")):
        response = ask(server, "DeviceFileEvents | count", {key: "yesterday"})
        assert (response.status_code, "yesterday" in response.text) == (400, True)


def test_log_analytics_has_no_timestamp_unless_streamed(loopback: Loopback, evidence: Path) -> None:
    query = "DeviceFileEvents | where Timestamp > ago(1d) | count"
    error = ask(loopback.log_analytics, query).json()["error"]
    assert error["innererror"]["innererror"]["message"].endswith("scalar expression named 'Timestamp'")
    with LogAnalytics(loopback.authority, evidence, clock=lambda: NOW, timestamps=True) as streamed:
        assert rows_of(streamed, ask(streamed, query)) == [{"Count": FILES}]
        assert {"Timestamp", "TimeGenerated"} <= streamed.tables.schema["DeviceFileEvents"].keys()


def test_each_service_has_its_own_tables(loopback: Loopback) -> None:
    query = "SecurityEvent | count"
    assert rows_of(loopback.log_analytics, ask(loopback.log_analytics, query)) == [{"Count": 1}]
    refused = ask(loopback.defender, query)
    assert refused.status_code == 400
    message = refused.json()["error"]["message"]
    assert "Failed to resolve table or column expression named 'SecurityEvent'" in message


def test_what_the_embedded_engine_lacks_is_said_for_it(loopback: Loopback) -> None:
    server = loopback.defender
    inside = 'let p_list = dynamic(["203.0.113.0/24", "2001:db8::7"]); DeviceNetworkEvents | where '
    for condition, count in (
        ("ipv4_is_private(RemoteIP)", 1),
        ("ipv4_is_in_any_range(RemoteIP, p_list)", 1),
        ("(ipv4_is_in_any_range(RemoteIP, p_list) or ipv6_is_in_any_range(RemoteIP, p_list))", 2),
        ('ipv4_is_in_range(RemoteIP, "198.51.100.0/24")', 1),
        ("ingestion_time() > datetime(2026-11-21T02:01:30Z)", 2),
    ):
        assert rows_of(server, ask(server, f"{inside}{condition} | count")) == [{"Count": count}], condition
    counted = (
        "DeviceNetworkEvents | summarize a = count_distinct(RemoteIP), b = count_distinctif(RemoteIP, ReportId < 2)"
    )
    assert rows_of(server, ask(server, counted)) == [{"a": 4, "b": 2}]
    ordered = "DeviceNetworkEvents | project RemoteIP, RemotePort, Timestamp | project-reorder Timestamp, RemotePort"
    assert list(types_of(server, ask(server, ordered))) == ["Timestamp", "RemotePort", "RemoteIP"]


def test_syntax_errors_have_a_place(loopback: Loopback) -> None:
    query = "DeviceFileEvents\n| where FileName = = 'x'"
    error = ask(loopback.log_analytics, query).json()["error"]
    assert (error["code"], error["innererror"]["code"]) == ("BadArgumentError", "SyntaxError")
    inner = error["innererror"]["innererror"]
    assert (inner["code"], inner["line"], inner["token"]) == ("SYN0002", 2, "=")
    assert query.splitlines()[1].index("= =") + 2 == inner["pos"]
    assert "could not be parsed at '='" in ask(loopback.defender, query).json()["error"]["message"]
    assert "line [2,19]" in ask(loopback.data_explorer, query).json()["error"]["@message"]


@pytest.mark.parametrize(
    "text", ["declare query_parameters(x:long); T", "cluster('x').database('y').T", "alias database d = x; T"]
)
def test_log_analytics_refuses_what_it_does_not_support(loopback: Loopback, text: str) -> None:
    response = ask(loopback.log_analytics, text)
    assert response.status_code == 400
    assert response.json()["error"]["innererror"]["code"] in ("SemanticError", "SyntaxError")


def test_words_in_texts_are_no_refusals(loopback: Loopback) -> None:
    server = loopback.log_analytics
    query = "DeviceFileEvents | where FileName has 'cluster(' or FileName has 'union' | count"
    assert rows_of(server, ask(server, query)) == [{"Count": 0}]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("devicefileevents | count", "devicefileevents"),
        ("DeviceFileEvents | where filename == 'x' | count", "filename"),
        ("DeviceFileEvents | project FileName, fileSize", "fileSize"),
        ("let t = DeviceFileEvents; t | summarize n = count() by Filename", "Filename"),
    ],
)
def test_names_are_told_apart_by_case(loopback: Loopback, query: str, name: str) -> None:
    response = ask(loopback.defender, query)
    assert (response.status_code, f"expression named '{name}'" in response.text) == (400, True)


def test_names_of_one_s_own_in_any_case(loopback: Loopback) -> None:
    server = loopback.defender
    query = "// note\nDeviceFileEvents | project filename = FileName | summarize filesize = count() by filename | count"
    assert rows_of(server, ask(server, query)) == [{"Count": FILES}]


def test_metadata_is_the_schema(loopback: Loopback) -> None:
    server = loopback.log_analytics
    for method in ("GET", "POST"):
        url = f"{server.url}/v1/workspaces/{WORKSPACE_ID}/metadata"
        answer = requests.request(method, url, verify=str(server.ca), timeout=30).json()
        tables = {table["name"]: table for table in answer["tables"]}
        assert tables["DeviceFileEvents"]["timespanColumn"] == "TimeGenerated"
        kinds = {column["name"]: column["type"] for column in tables["DeviceFileEvents"]["columns"]}
        assert (kinds["AdditionalFields"], "Timestamp" in kinds) == ("dynamic", False)


def test_getschema_and_the_database_schema(loopback: Loopback) -> None:
    server = loopback.defender
    rows = rows_of(server, ask(server, "DeviceFileEvents | getschema"))
    assert {row["ColumnName"]: row["ColumnType"] for row in rows} == server.tables.schema["DeviceFileEvents"]
    explorer = loopback.data_explorer
    text = rows_of(explorer, command(explorer, ".show database Hunting schema as json"))[0]["DatabaseSchema"]
    table = json.loads(text)["Databases"]["Hunting"]["Tables"]["DeviceFileEvents"]
    assert {"Name": "FileSize", "Type": "System.Int64", "CslType": "long"} in table["OrderedColumns"]
    plain = rows_of(explorer, command(explorer, ".show database schema"))
    assert ("SecurityEvent", "EventID") in {(row["TableName"], row["ColumnName"]) for row in plain}
    tables = rows_of(explorer, command(explorer, ".show tables"))
    assert {row["TableName"] for row in tables} == {"DeviceFileEvents", "DeviceNetworkEvents", "SecurityEvent"}
    assert command(explorer, ".drop table DeviceFileEvents").status_code == 400


def test_other_ways_to_ask(loopback: Loopback) -> None:
    logs, explorer = loopback.log_analytics, loopback.data_explorer
    url = f"{logs.url}/v1/workspaces/{WORKSPACE_ID}/query"
    response = requests.get(url, params={"query": "DeviceFileEvents|count"}, verify=str(logs.ca), timeout=30)
    assert rows_of(logs, response) == [{"Count": FILES}]
    assert requests.post(url, verify=str(logs.ca), timeout=30).content == b""
    first = requests.post(
        f"{explorer.url}/v1/rest/query",
        json={"db": "Hunting", "csl": "DeviceFileEvents|count"},
        verify=str(explorer.ca),
        timeout=30,
    )
    assert rows_of(explorer, first) == [{"Count": FILES}]
    wrong = url.replace(WORKSPACE_ID, "6f1c1d2e-0000-4000-8000-000000000000")
    refused = requests.post(wrong, json={"query": "X"}, verify=str(logs.ca), timeout=30)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "FailedToResolveResource")


def test_statistics_when_asked_for(loopback: Loopback) -> None:
    server = loopback.log_analytics
    assert "statistics" not in ask(server, "DeviceFileEvents").json()
    answer = ask(server, "DeviceFileEvents", headers={"Prefer": "wait=30,include-statistics=true"}).json()
    figures = answer["statistics"]["query"]
    assert figures["datasetStatistics"][0]["tableRowCount"] == FILES
    assert figures["inputDatasetStatistics"]["rows"]["total"] == FILES + 5
    assert 0 < figures["executionTime"] < 30


def test_requests_have_names(loopback: Loopback) -> None:
    sent = {"client-request-id": "mine-1", "x-ms-client-request-id": "mine-2"}
    graph = ask(loopback.defender, "DeviceFileEvents | take 1", headers=sent)
    assert (graph.headers["client-request-id"], len(graph.headers["request-id"])) == ("mine-1", 36)
    explorer = ask(loopback.data_explorer, "DeviceFileEvents | take 1", headers=sent)
    assert explorer.headers["x-ms-client-request-id"] == "mine-2"
    completion = next(frame for frame in explorer.json() if frame.get("TableKind") == "QueryCompletionInformation")
    assert {row[1] for row in completion["Rows"]} == {"mine-2"}
    assert {row[2] for row in completion["Rows"]} == {explorer.headers["x-ms-activity-id"]}


def test_rows_that_arrive_late(loopback: Loopback) -> None:
    server = loopback.defender
    server.tables.hold_back("DeviceFileEvents", "ReportId >= 10")
    assert rows_of(server, ask(server, "DeviceFileEvents | count")) == [{"Count": 10}]
    server.tables.arrive()
    assert rows_of(server, ask(server, "DeviceFileEvents | count")) == [{"Count": FILES}]


def test_plans_that_do_not_combine_tables(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.basic_tables = frozenset({"DeviceNetworkEvents"})
    try:
        assert ask(server, "DeviceNetworkEvents | count").status_code == 200
        response = ask(server, "union DeviceNetworkEvents, DeviceFileEvents | count")
        assert (response.status_code, "Basic plan" in response.text) == (400, True)
    finally:
        server.basic_tables = frozenset()


@pytest.fixture
def limited(loopback: Loopback) -> Iterator[Loopback]:
    """Services that give at most five rows."""
    servers = (loopback.log_analytics, loopback.defender, loopback.data_explorer)
    before = [(server, server.most_rows) for server in servers]
    for server in servers:
        server.most_rows = 5
    yield loopback
    for server, most in before:
        server.most_rows = most


def test_more_rows_than_a_service_gives(limited: Loopback) -> None:
    logs = ask(limited.log_analytics, "DeviceFileEvents").json()
    assert len(logs["tables"][0]["rows"]) == 5
    inner = logs["error"]["details"][0]["innererror"]
    assert (inner["severityName"], "5 records" in inner["message"]) == ("Error", True)
    refused = ask(limited.defender, "DeviceFileEvents")
    assert (refused.status_code, "allowed result size" in refused.text) == (400, True)
    frames = ask(limited.data_explorer, "DeviceFileEvents").json()
    rows = next(frame for frame in frames if frame.get("TableKind") == "PrimaryResult")["Rows"]
    assert (len(rows), "OneApiErrors" in rows[-1]) == (6, True)
    assert frames[-1]["HasErrors"] is True
    assert (
        len(
            rows_of(
                limited.data_explorer,
                ask(limited.data_explorer, "// all\nset notruncation;\nset truncationmaxsize=5;\nDeviceFileEvents"),
            )
        )
        == FILES
    )
    options = {"properties": json.dumps({"Options": {"truncationmaxrecords": 3}})}
    assert len(rows_of(limited.data_explorer, ask(limited.data_explorer, "DeviceFileEvents", options))) == 3


@pytest.mark.parametrize("name", SERVICES)
def test_exactly_as_many_rows_as_allowed_are_whole(limited: Loopback, name: str) -> None:
    server = named(limited, name)
    response = ask(server, "DeviceFileEvents | take 5")
    assert len(rows_of(server, response)) == 5
    assert "E_QUERY_RESULT_SET_TOO_LARGE" not in response.text


def test_what_was_asked_is_kept_without_the_token(loopback: Loopback) -> None:
    ask(loopback.defender, "DeviceFileEvents | take 1", {"Timespan": "P1D"}, token="secret-of-mine")
    request = loopback.defender.queries[-1]
    assert (request.method, request.status, request.body["Timespan"]) == ("POST", 200, "P1D")
    assert request.headers["authorization"].startswith("Bearer sha256:")
    assert "secret-of-mine" not in repr(request)
    assert request.query == "DeviceFileEvents | take 1"
    assert request.sent
    assert not request.dropped


def test_forms_that_are_not_documented_can_be_chosen(loopback: Loopback) -> None:
    query = "print d = dynamic([1]), b = true, n = bool(null), l = long(4)"
    explorer = loopback.data_explorer
    explorer.dynamic_as_text = explorer.booleans_as_numbers = True
    try:
        rows = rows_of(explorer, ask(explorer, query))
    finally:
        explorer.dynamic_as_text = explorer.booleans_as_numbers = False
    assert rows == [{"d": "[1]", "b": 1, "n": None, "l": 4}]
    server = loopback.defender
    server.dynamic_as_text = server.booleans_as_numbers = server.annotations = True
    try:
        rows = rows_of(server, ask(server, query))
    finally:
        server.dynamic_as_text = server.booleans_as_numbers = server.annotations = False
    assert rows == [{"d": "[1]", "b": 1, "n": None, "l": 4, "l@odata.type": "#Int64"}]
