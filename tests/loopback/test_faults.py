"""Every failure that can be asked for, as a client meets it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from tests.loopback.clients import SERVICES, ask, named, rows_of
from tests.loopback.evidence import FILES
from tui.loopback.faults import Fault
from tui.loopback.group import Loopback
from tui.loopback.log_analytics import WORKSPACE_ID
from tui.loopback.wire import Reply

QUERY = "DeviceFileEvents | project FileName, FileSize"


def told(response: requests.Response) -> str:
    """All that an error's body says, as one text."""
    return json.dumps(response.json(), ensure_ascii=False)


STATUSES: dict[Fault, dict[str, tuple[int, str]]] = {
    Fault.SYNTAX: {
        "log_analytics": (400, "SYN0002"),
        "defender": (400, "Fix syntax errors"),
        "data_explorer": (400, "Syntax error"),
    },
    Fault.SEMANTIC: {
        "log_analytics": (400, "SEM0100"),
        "defender": (400, "Fix semantic errors"),
        "data_explorer": (400, "Semantic error: SEM0100"),
    },
    Fault.NO_TABLE: dict.fromkeys(SERVICES, (400, "Failed to resolve table or column expression")),
    Fault.FORBIDDEN: {
        "log_analytics": (403, "InsufficientAccessError"),
        "defender": (403, "ThreatHunting.Read.All"),
        "data_explorer": (403, "not authorized"),
    },
    Fault.THROTTLED: {
        "log_analytics": (429, "ThrottledError"),
        "defender": (429, "TooManyRequests"),
        "data_explorer": (429, "throttling"),
    },
    Fault.TIMED_OUT: {
        "log_analytics": (504, "GatewayTimeout"),
        "defender": (400, "exceeded the timeout period"),
        "data_explorer": (504, "exceeded the allowed time limit"),
    },
    Fault.SERVER_ERROR: {
        "log_analytics": (500, "InternalServerError"),
        "defender": (500, "UnknownError"),
        "data_explorer": (500, "General_InternalServerError"),
    },
    Fault.UNAVAILABLE: dict.fromkeys(SERVICES, (503, "vice")),
}


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("fault", STATUSES)
def test_refusals_in_the_service_s_words(loopback: Loopback, name: str, fault: Fault) -> None:
    server = named(loopback, name)
    server.fail_next(fault)
    status, words = STATUSES[fault][name]
    response = ask(server, QUERY)
    assert (response.status_code, words in told(response)) == (status, True), response.text
    assert "Retry-After" not in response.headers
    assert len(rows_of(server, ask(server, QUERY))) == FILES


@pytest.mark.parametrize("name", SERVICES)
def test_when_to_come_back(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    for fault in (Fault.THROTTLED, Fault.UNAVAILABLE):
        server.fail_next(fault, retry_after=7)
        assert ask(server, QUERY).headers["Retry-After"] == "7"


def test_the_tenant_s_quota_of_processing(loopback: Loopback) -> None:
    loopback.defender.fail_next(Fault.CPU_QUOTA)
    response = ask(loopback.defender, QUERY)
    assert response.status_code == 429
    assert "You can run queries again in 00:07:30" in response.json()["error"]["message"]


@pytest.mark.parametrize("name", SERVICES)
def test_tokens_that_are_not_taken(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    server.fail_next(Fault.UNAUTHORIZED)
    assert ask(server, QUERY).status_code == 401
    server.fail_next(Fault.CLAIMS)
    response = ask(server, QUERY)
    assert response.status_code == 401
    assert 'error="insufficient_claims", claims="' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_where_something_should_be(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    for fault, status in ((Fault.NO_CONTENT, 204), (Fault.EMPTY, 200)):
        server.fail_next(fault)
        response = ask(server, QUERY)
        assert (response.status_code, response.content) == (status, b"")
    server.fail_next(Fault.NOT_FOUND)
    assert ask(server, QUERY).status_code == 404


@pytest.mark.parametrize("name", SERVICES)
def test_pages_of_a_proxy(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    for fault, status in ((Fault.PROXY_ERROR, 502), (Fault.PROXY_PAGE, 200)):
        server.fail_next(fault)
        response = ask(server, QUERY)
        assert response.status_code == status
        assert response.headers["Content-Type"].startswith("text/html")
        assert "<title>" in response.text


def test_parts_of_an_answer_in_log_analytics(loopback: Loopback) -> None:
    server = loopback.log_analytics
    details = {}
    for fault in (Fault.PARTIAL, Fault.TRUNCATED):
        server.fail_next(fault, rows=4)
        answer = ask(server, QUERY).json()
        assert answer["error"]["code"] == "PartialError"
        details[fault] = (len(answer["tables"][0]["rows"]), answer["error"]["details"][0]["innererror"])
    rows, warning = details[Fault.PARTIAL]
    assert (rows, warning["code"], warning["severityName"]) == (FILES, "-2133196790", "Warning")
    rows, cut = details[Fault.TRUNCATED]
    assert (rows, cut["code"], cut["severityName"]) == (4, "-2133196797", "Error")
    assert "E_QUERY_RESULT_SET_TOO_LARGE" in cut["message"]


def test_parts_of_an_answer_in_data_explorer(loopback: Loopback) -> None:
    server = loopback.data_explorer
    for fault, code, rows in (
        (Fault.PARTIAL, "General_InternalServerError", FILES),
        (Fault.TRUNCATED, "LimitsExceeded", 4),
    ):
        server.fail_next(fault, rows=4)
        frames = ask(server, QUERY).json()
        table = next(frame for frame in frames if frame.get("TableKind") == "PrimaryResult")
        assert len(table["Rows"]) == rows + 1
        assert table["Rows"][-1]["OneApiErrors"][0]["error"]["code"] == code
        assert (frames[-1]["HasErrors"], frames[-1]["OneApiErrors"][0]["error"]["code"]) == (True, code)


def test_too_much_for_defender_is_refused(loopback: Loopback) -> None:
    loopback.defender.fail_next(Fault.TRUNCATED)
    response = ask(loopback.defender, QUERY)
    assert (response.status_code, "allowed result size" in response.text) == (400, True)


@pytest.mark.parametrize("name", SERVICES)
def test_bodies_that_are_spoilt(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    server.fail_next(Fault.BAD_UTF8)
    with pytest.raises(UnicodeDecodeError):
        ask(server, QUERY).content.decode()
    server.fail_next(Fault.BAD_JSON)
    response = ask(server, QUERY)
    assert response.content.decode()
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        response.json()
    server.fail_next(Fault.BAD_GZIP)
    with pytest.raises(requests.exceptions.ContentDecodingError):
        ask(server, QUERY)
    server.fail_next(Fault.WRONG_ROWS)
    answer = ask(server, QUERY).json()
    columns, row = shape(name, answer)
    assert columns < row


def shape(name: str, answer: Any) -> tuple[int, int]:
    """How many columns an answer announces, and how many values its first row has."""
    if name == "defender":
        return len(answer["schema"]), len(answer["results"][0])
    if name == "log_analytics":
        return len(answer["tables"][0]["columns"]), len(answer["tables"][0]["rows"][0])
    table = next(frame for frame in answer if frame.get("TableKind") == "PrimaryResult")
    return len(table["Columns"]), len(table["Rows"][0])


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RESET, Fault.NO_ANSWER])
def test_connections_that_end(loopback: Loopback, name: str, fault: Fault) -> None:
    server = named(loopback, name)
    server.fail_next(fault, after_bytes=100)
    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        ask(server, QUERY)
    assert server.requests[-1].sent == (0 if fault is Fault.NO_ANSWER else 100)


def test_a_schema_and_an_answer_given_by_hand_can_break_too(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.fail_next(Fault.CUT, on="/metadata", after_bytes=50)
    url = f"{server.url}/v1/workspaces/{WORKSPACE_ID}/metadata"
    assert ask(server, QUERY).status_code == 200
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(url, verify=str(server.ca), timeout=10)
    server.answer_next(Reply(200, b'{"tables": []}'))
    server.fail_next(Fault.BAD_JSON)
    assert ask(server, QUERY).content == b'{"table'


@pytest.mark.parametrize("name", SERVICES)
def test_answers_that_take_their_time(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    for fault in (Fault.SLOW, Fault.LATE):
        server.fail_next(fault, seconds=0.3)
        began = time.monotonic()
        assert len(rows_of(server, ask(server, QUERY))) == FILES
        assert 0.25 < time.monotonic() - began < 5


def test_a_client_that_gives_up_is_noticed(loopback: Loopback) -> None:
    server = loopback.log_analytics
    server.fail_next(Fault.HANG)
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask(server, QUERY, timeout=0.2)
    request = server.requests[-1]
    end = time.monotonic() + 5
    while not request.dropped and time.monotonic() < end:
        time.sleep(0.01)
    assert request.dropped
    assert server.active == 0


def test_failures_come_in_order_for_those_they_are_meant_for(loopback: Loopback) -> None:
    server = loopback.defender
    server.fail_next(Fault.SERVER_ERROR, on="DeviceNetworkEvents")
    server.fail_next(Fault.FORBIDDEN, times=2, skip=1)
    network = "DeviceNetworkEvents | count"
    statuses = [ask(server, text).status_code for text in (QUERY, QUERY, network, QUERY, QUERY)]
    assert statuses == [200, 403, 500, 403, 200]
    server.fail_next(Fault.NOT_FOUND, times=None)
    assert [ask(server, QUERY).status_code for _ in range(3)] == [404] * 3
    server.clear()
    assert ask(server, QUERY).status_code == 200


@pytest.mark.parametrize("name", SERVICES)
def test_the_service_s_own_time_limit(loopback: Loopback, name: str) -> None:
    server = named(loopback, name)
    server.delay = 5.0
    loopback.defender.seconds = 0.2
    began = time.monotonic()
    options = {"properties": json.dumps({"Options": {"servertimeout": "00:00:01"}})}
    response = ask(server, QUERY, options if name == "data_explorer" else None, {"Prefer": "wait=1"})
    loopback.defender.seconds = 180.0
    assert response.status_code == STATUSES[Fault.TIMED_OUT][name][0]
    assert time.monotonic() - began < 3


def test_failures_asked_for_over_http(loopback: Loopback) -> None:
    server = loopback.log_analytics

    def control(path: str) -> requests.Response:
        return requests.post(f"{server.url}/loopback/{path}", verify=str(server.ca), timeout=10)

    assert control("fail?fault=throttled&times=2&retry_after=3").json() == {"done": "fail"}
    assert [ask(server, QUERY).status_code for _ in range(3)] == [429, 429, 200]
    wrong = control("fail?fault=throtled")
    assert (wrong.status_code, "did you mean throttled?" in wrong.json()["error"]) == (400, True)
    assert "there is nothing" in control("fial").json()["error"]
    assert "'colour' is not one of" in control("fail?fault=empty&colour=red").json()["error"]
    assert control("fail").json() == {"error": "'fault' is missing"}
    assert control("set?delay=x").status_code == 400
    shown = requests.get(f"{server.url}/loopback/requests", verify=str(server.ca), timeout=10).json()
    assert [entry["status"] for entry in shown if entry["query"]] == [429, 429, 200]
    control("fail?fault=empty&times=all")
    control("clear")
    assert ask(server, QUERY).json()


def test_a_server_that_stops_ends_its_connections(loopback: Loopback) -> None:
    server = loopback.defender
    url = f"{server.url}/v1.0/security/runHuntingQuery"
    settings: Any = {"verify": str(server.ca), "timeout": 10}
    with requests.Session() as session:
        assert session.post(url, json={"Query": QUERY}, **settings).status_code == 200
        server.stop()
        with pytest.raises(requests.exceptions.ConnectionError):
            session.post(url, json={"Query": QUERY}, **settings)
        server.start()
        assert session.post(url, json={"Query": QUERY}, **settings).status_code == 200
