"""The SDK's own clients against the loopback services."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core import PipelineClient
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, IncompleteReadError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy
from azure.core.rest import HttpRequest
from azure.monitor.query import LogsQueryClient, LogsQueryPartialResult, LogsQueryResult

from tests.loopback.evidence import FILES
from tui.loopback.data_explorer import AUDIENCE as EXPLORER_AUDIENCE
from tui.loopback.defender import AUDIENCE as GRAPH_AUDIENCE
from tui.loopback.faults import Fault
from tui.loopback.group import Loopback
from tui.loopback.log_analytics import AUDIENCE, WORKSPACE_ID
from tui.loopback.tokens import Ledger

QUERY = "DeviceFileEvents | sort by TimeGenerated asc"


class StaticCredential:
    """Tokens of a ledger; `asked` counts."""

    def __init__(self, ledger: Ledger, seconds: float = 3600.0) -> None:
        self.ledger, self.seconds = ledger, seconds
        self.asked = 0

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.asked += 1
        return AccessToken(self.ledger.issue(scopes[0], self.seconds), int(time.time()) + 3600)


@pytest.fixture
def servers(signed: Loopback) -> Iterator[Loopback]:
    yield signed
    for server in signed.servers:
        server.clear()


@pytest.fixture
def client(servers: Loopback) -> Iterator[LogsQueryClient]:
    server = servers.log_analytics
    credential = StaticCredential(servers.ledger)
    with LogsQueryClient(
        credential, endpoint=server.url, audience=AUDIENCE, connection_verify=str(server.ca), retry_status=0
    ) as found:
        yield found


def query(client: LogsQueryClient, text: str = QUERY, **more: Any) -> LogsQueryResult | LogsQueryPartialResult:
    return client.query_workspace(WORKSPACE_ID, text, timespan=None, **more)


def test_log_analytics_gives_typed_rows(client: LogsQueryClient) -> None:
    answer = query(client, include_statistics=True)
    assert isinstance(answer, LogsQueryResult)
    table = answer.tables[0]
    kinds = dict(zip(table.columns, table.columns_types, strict=True))
    assert (kinds["TimeGenerated"], kinds["FileSize"], kinds["AdditionalFields"]) == ("datetime", "long", "dynamic")
    first = table.rows[0]
    assert first["TimeGenerated"] == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    assert (first["FileName"], first["FileSize"]) == ("höhe-0.csv", 2**40)
    assert table.rows[-1]["FileSize"] is None
    assert len(table.rows) == FILES
    assert answer.statistics


def test_log_analytics_partial_answers(servers: Loopback, client: LogsQueryClient) -> None:
    servers.log_analytics.fail_next(Fault.PARTIAL)
    answer = query(client)
    assert isinstance(answer, LogsQueryPartialResult)
    assert answer.partial_error is not None
    assert answer.partial_error.code == "PartialError"
    assert answer.partial_data
    assert len(answer.partial_data[0].rows) == FILES


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.SYNTAX, 400),
        (Fault.UNAUTHORIZED, 401),
        (Fault.FORBIDDEN, 403),
        (Fault.THROTTLED, 429),
        (Fault.TIMED_OUT, 504),
    ],
)
def test_log_analytics_refusals(servers: Loopback, client: LogsQueryClient, fault: Fault, status: int) -> None:
    servers.log_analytics.fail_next(fault)
    with pytest.raises(HttpResponseError) as caught:
        query(client)
    assert caught.value.status_code == status
    assert len(servers.log_analytics.requests) == 1


def test_the_sdk_waits_as_it_is_told(servers: Loopback) -> None:
    server = servers.log_analytics
    server.fail_next(Fault.THROTTLED, retry_after=1)
    credential = StaticCredential(servers.ledger)
    began = time.monotonic()
    with LogsQueryClient(
        credential, endpoint=server.url, audience=AUDIENCE, connection_verify=str(server.ca)
    ) as client:
        assert isinstance(query(client), LogsQueryResult)
    assert time.monotonic() - began >= 1
    assert [request.status for request in server.requests] == [429, 200]


def test_the_sdk_answers_a_challenge_with_a_new_token(servers: Loopback, client: LogsQueryClient) -> None:
    servers.log_analytics.fail_next(Fault.CLAIMS)
    assert isinstance(query(client), LogsQueryResult)
    first, second = (request.headers["authorization"] for request in servers.log_analytics.requests)
    assert first != second


def test_tokens_are_checked(servers: Loopback) -> None:
    server = servers.log_analytics
    for audience, seconds, status, code in (
        (GRAPH_AUDIENCE, 60.0, 403, "InvalidAuthenticationTokenAudience"),
        (AUDIENCE, -1.0, 401, "InvalidAuthenticationToken"),
    ):
        credential = StaticCredential(servers.ledger, seconds)
        with (
            LogsQueryClient(
                credential, endpoint=server.url, audience=audience, connection_verify=str(server.ca)
            ) as client,
            pytest.raises(HttpResponseError) as caught,
        ):
            query(client)
        assert (caught.value.status_code, code in caught.value.response.text()) == (status, True)  # type: ignore[union-attr]


def test_a_token_that_ends_between_queries(servers: Loopback, client: LogsQueryClient) -> None:
    query(client)
    servers.ledger.expire_all()
    with pytest.raises(HttpResponseError) as caught:
        query(client)
    assert caught.value.status_code == 401


def test_a_streamed_answer_by_the_same_client(servers: Loopback, client: LogsQueryClient) -> None:
    server = servers.log_analytics
    request = HttpRequest("POST", f"{server.url}/v1/workspaces/{WORKSPACE_ID}/query", json={"query": QUERY})
    response = client.send_request(request, stream=True)
    content = b"".join(response.iter_bytes())
    assert (response.status_code, content[:10]) == (200, b'{"tables":')
    server.fail_next(Fault.CUT, after_bytes=200)
    broken = client.send_request(request, stream=True)
    with pytest.raises((IncompleteReadError, HttpResponseError)):
        b"".join(broken.iter_bytes())


def test_graph_by_the_sdk_s_pipeline(servers: Loopback) -> None:
    server = servers.defender
    credential = StaticCredential(servers.ledger)
    policies = [RetryPolicy(retry_total=0), BearerTokenCredentialPolicy(credential, f"{GRAPH_AUDIENCE}/.default")]
    client: PipelineClient[Any, Any] = PipelineClient(server.url, policies=policies, connection_verify=str(server.ca))
    request = HttpRequest(
        "POST", f"{server.url}/v1.0/security/runHuntingQuery", json={"Query": "DeviceFileEvents", "Timespan": "PT56M"}
    )
    with client:
        response = client.send_request(request)
        assert len(response.json()["results"]) == 8
        servers.ledger.expire_all()
        refused = client.send_request(request)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert credential.asked == 1


def test_data_explorer_tells_where_its_tokens_come_from(servers: Loopback) -> None:
    server = servers.data_explorer
    credential = StaticCredential(servers.ledger)
    policies = [BearerTokenCredentialPolicy(credential, f"{EXPLORER_AUDIENCE}/.default")]
    open_client: PipelineClient[Any, Any] = PipelineClient(server.url, policies=[], connection_verify=str(server.ca))
    client: PipelineClient[Any, Any] = PipelineClient(server.url, policies=policies, connection_verify=str(server.ca))
    with client, open_client:
        metadata = open_client.send_request(HttpRequest("GET", f"{server.url}/v1/rest/auth/metadata")).json()
        assert metadata["AzureAD"]["KustoServiceResourceId"] == EXPLORER_AUDIENCE
        body = {"db": "Hunting", "csl": "DeviceFileEvents | count"}
        refused = open_client.send_request(HttpRequest("POST", f"{server.url}/v2/rest/query", json=body))
        assert refused.status_code == 401
        answer = client.send_request(HttpRequest("POST", f"{server.url}/v2/rest/query", json=body)).json()
    table = next(frame for frame in answer if frame.get("TableKind") == "PrimaryResult")
    assert table["Rows"] == [[FILES]]


def test_no_token_is_kept_with_a_request(servers: Loopback, client: LogsQueryClient) -> None:
    query(client, include_statistics=True, server_timeout=30)
    kept = repr([(request, request.headers) for request in servers.log_analytics.requests])
    assert "loopback-token-" not in kept
    assert "wait=30" in kept


def test_a_time_range_of_the_client(client: LogsQueryClient) -> None:
    start = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    for span in ((start, start + timedelta(minutes=5)), (start, timedelta(minutes=5))):
        answer = client.query_workspace(WORKSPACE_ID, QUERY, timespan=span)
        assert isinstance(answer, LogsQueryResult)
        assert len(answer.tables[0].rows) == 5
