"""Every way a request can end, by bodies as the services send them."""

from __future__ import annotations

import json
import socket
import ssl
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.core.exceptions import (
    IncompleteReadError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from tui.workspaces.live.errors import BrokenAnswerError, CutOffError, SignInError
from tui.workspaces.live.failures import outcome_of_exception
from tui.workspaces.live.outcomes import (
    outcome_of_error,
    outcome_of_one_api,
    outcome_of_status,
    retry_after,
)
from tui.workspaces.protocol import State, mark_place

LOGS, GRAPH, ADX = "log_analytics", "defender", "data_explorer"
JSON = {"content-type": "application/json; charset=utf-8"}
QUERY = "DeviceEvents\n| where Colour == 'red'\n| take 5"


def logs(code: str, message: str, *inner: dict[str, Any]) -> dict[str, Any]:
    error: dict[str, Any] = {"message": message, "code": code, "correlationId": "c-1"}
    link = error
    for one in inner:
        link["innererror"] = dict(one)
        link = link["innererror"]
    return {"error": error}


def graph(code: str, message: str) -> dict[str, Any]:
    inner = {"date": "2026-11-22T08:00:00", "request-id": "r-1", "client-request-id": "x"}
    return {"error": {"code": code, "message": message, "innerError": inner}}


def adx(code: str, message: str, details: str) -> dict[str, Any]:
    context = {"clientRequestId": "x", "activityId": "a-1"}
    return {"error": {"code": code, "message": message, "@message": f"{message} {details}", "@context": context}}


BAD = "The request had some invalid properties"
INVALID = "Request is invalid and cannot be executed."
SYNTAX = {
    "code": "SYN0002",
    "message": "Query could not be parsed at 'invalid' on line [1,11]",
    "line": 1,
    "pos": 11,
    "token": "invalid",
}
SEMANTIC = "'where' operator: Failed to resolve scalar expression named 'Colour'"
ABSENT = "'where' operator: Failed to resolve table or column expression named 'EmailEvents'"

STATUSES: list[tuple[str, int, Any, State, str]] = [
    (LOGS, 400, logs("BadArgumentError", BAD, {"code": "SyntaxError", "message": "A recognition error"}, SYNTAX),
     State.FAILED, "syntax error at line 1, column 12"),
    (GRAPH, 400, graph("BadRequest", "Query could not be parsed at 'Colour'. Fix syntax errors in your query."),
     State.FAILED, "syntax error at line 2, column 9"),
    (ADX, 400, adx("BadRequest_SyntaxError", INVALID, "Syntax error: Query could not be parsed at 'x' on line [3,2]"),
     State.FAILED, "syntax error at line 3, column 3"),
    (LOGS, 400, logs("BadArgumentError", BAD, {"code": "SemanticError", "message": "A semantic error occurred."},
                     {"code": "SEM0100", "message": SEMANTIC}),
     State.FAILED, "the query makes no sense there at line 2, column 9: 'where' operator"),
    (GRAPH, 400, graph("BadRequest", f"{SEMANTIC}. Fix semantic errors in your query."), State.FAILED, "makes no sense"),
    (ADX, 400, adx("General_BadRequest", INVALID, f"Semantic error: SEM0100: {SEMANTIC}"), State.FAILED, "makes no sense"),
    (LOGS, 400, logs("BadArgumentError", BAD, {"code": "SemanticError", "message": ""}, {"code": "SEM0100", "message": ABSENT}),
     State.NO_TABLE, "no table EmailEvents"),
    (GRAPH, 400, graph("BadRequest", ABSENT), State.NO_TABLE, "no table EmailEvents"),
    (ADX, 400, adx("General_BadRequest", INVALID, f"Semantic error: SEM0100: {ABSENT}"), State.NO_TABLE, "no table EmailEvents"),
    (LOGS, 400, logs("BadArgumentError", BAD, {"code": "QueryValidationError", "message": "no", "details": [
        {"code": "InvalidJsonBody", "message": "The body is not valid JSON"}]}), State.FAILED, "does not take the request"),
    (LOGS, 400, logs("FailedToResolveResource", "Could not find the workspace"), State.FAILED, "does not know the workspace"),
    (ADX, 400, adx("BadRequest_EntityNotFound", INVALID, "Database 'X' was not found."), State.FAILED, "does not know"),
    (LOGS, 401, {"error": {"code": "AuthenticationFailed", "message": "The 'Authorization' header is missing."}},
     State.NOT_PERMITTED, "the sign-in is not accepted"),
    (ADX, 401, b"", State.NOT_PERMITTED, "the sign-in is not accepted: HTTP 401"),
    (LOGS, 403, logs("InsufficientAccessError", "insufficient access", {"code": "AuthorizationFailedError", "message": "No"}),
     State.NOT_PERMITTED, "access is refused: No"),
    (LOGS, 403, logs("InvalidAuthenticationTokenAudience", "wrong audience"), State.FAILED, "for another service"),
    (LOGS, 403, {"error": "invalid_grant", "error_description": "AADSTS70002: Error validating credentials."},
     State.NOT_PERMITTED, "AADSTS70002"),
    (GRAPH, 403, graph("Forbidden", "Missing application roles."), State.NOT_PERMITTED, "Missing application roles"),
    (LOGS, 404, logs("PathNotFoundError", "The requested path does not exist"), State.FAILED, "nothing at this address"),
    (ADX, 404, b"", State.FAILED, "nothing at this address: HTTP 404"),
    (LOGS, 429, logs("ThrottledError", "Rate limit is exceeded"), State.THROTTLED, "takes no more queries for now (429)"),
    (GRAPH, 429, graph("TooManyRequests", "Please retry again later."), State.THROTTLED, "Please retry again later."),
    (GRAPH, 429, graph("TooManyRequests", "You have exceeded processing resources allocated to this tenant. "
                       "You can run queries again in 00:07:30."), State.THROTTLED, "processing quota"),
    (LOGS, 504, logs("GatewayTimeout", "Gateway timeout", {"code": "GatewayTimeout", "message": "Unable to unzip response"}),
     State.TIMED_OUT, "time limit was reached (504)"),
    (GRAPH, 400, graph("BadRequest", "Query exceeded the timeout period."), State.TIMED_OUT, "time limit was reached"),
    (ADX, 504, adx("Gateway timeout", "Request timed out.", "(80DA0008)"), State.TIMED_OUT, "time limit was reached"),
    (GRAPH, 400, graph("BadRequest", "Query execution has exceeded the allowed result size."), State.FAILED, "too large"),
    (GRAPH, 400, graph("BadRequest", "Result size limit exceeded. Use summarize."), State.FAILED, "too large"),
    (GRAPH, 500, graph("UnknownError", ""), State.FAILED, "Defender XDR failed (500)"),
    (ADX, 503, adx("General_ServiceUnavailable", "The service is unavailable.", ""), State.FAILED, "not available now"),
    (LOGS, 204, b"", State.NOT_COVERED, "no data at all"),
    (LOGS, 200, b" ", State.FAILED, "the answer is empty (200)"),
    (LOGS, 418, b"teapot", State.FAILED, "refused the request (418)"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "body", "state", "words"), STATUSES)
def test_an_answer_without_rows(kind: str, status: int, body: Any, state: State, words: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    refused = outcome_of_status(kind, status, JSON, content, QUERY)
    assert refused.outcome.state is state
    assert words in refused.outcome.reason
    assert (refused.retry_after is not None) == ("quota" in refused.outcome.reason)


def test_each_has_a_next_step_and_the_services_name_for_the_request() -> None:
    for kind, status, body, _, _ in STATUSES:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        refused = outcome_of_status(kind, status, JSON, content, QUERY)
        said_itself = "does not take the request" in refused.outcome.reason or status == 418
        assert refused.outcome.next_step or said_itself
    assert outcome_of_status(LOGS, 400, JSON, json.dumps(logs("X", "y")).encode()).identifier == "c-1"
    assert outcome_of_status(GRAPH, 400, JSON, json.dumps(graph("X", "y")).encode()).identifier == "r-1"
    assert outcome_of_status(ADX, 400, JSON, json.dumps(adx("X", "y", "z")).encode()).identifier == "a-1"
    assert outcome_of_status(ADX, 404, {"x-ms-activity-id": "h-1"}, b"").identifier == "h-1"


@pytest.mark.parametrize("status", [200, 403, 502])
@pytest.mark.parametrize("headers", [{"content-type": "text/html"}, {}])
def test_a_page_of_a_proxy(status: int, headers: dict[str, str]) -> None:
    outcome = outcome_of_status(LOGS, status, headers, b"<!DOCTYPE html><title>Sign in\xff</title>").outcome
    assert outcome.state is State.FAILED
    assert f"({status})" in outcome.reason
    assert 'titled "Sign in' in outcome.reason
    assert "proxy" in outcome.next_step.lower()


def test_a_request_sent_on_is_not_followed_and_its_secrets_are_not_told() -> None:
    headers = {"location": "https://proxy.example/login?ticket=hidden"}
    outcome = outcome_of_status(LOGS, 302, headers, b"").outcome
    assert outcome.state is State.FAILED
    assert "https://proxy.example/login" in outcome.reason
    assert "hidden" not in outcome.reason


def partial(message: str, severity: str, code: str = "EngineError") -> dict[str, Any]:
    inner = {"code": "-2133196797", "message": message, "severity": 2, "severityName": severity}
    details = [
        {"code": code, "message": "Something went wrong processing your query on the server.", "innererror": inner}
    ]
    return {"code": "PartialError", "message": "There were some errors when processing your query.", "details": details}


TOO_LARGE = (
    "The results of this query exceed the set limit of 64000000 bytes, so not all records were returned "
    "(E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003, see https://aka.ms/kustoquerylimits for more information)."
)


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (partial(TOO_LARGE, "Error"), State.TRUNCATED, "64000000 bytes"),
        (partial("Failed to resolve table expression named 'X'", "Warning"), State.PARTIAL, "a warning of the service"),
        (partial("A node was lost", "Error"), State.PARTIAL, "could not finish: A node was lost"),
        ({"code": "PartialError", "message": "Some errors."}, State.PARTIAL, "Some errors."),
        ("unheard of", State.PARTIAL, "something is missing"),
    ],
)
def test_an_error_beside_rows(error: Any, state: State, words: str) -> None:
    outcome = outcome_of_error(LOGS, error)
    assert outcome.state is state
    assert words in outcome.reason


@pytest.mark.parametrize(
    ("message", "code", "state"),
    [
        (f"Query execution has exceeded the allowed limits (80DA0003): {TOO_LARGE}", "LimitsExceeded", State.TRUNCATED),
        (
            "Query execution lacks memory resources to complete (80DA0007).",
            "General_InternalServerError",
            State.PARTIAL,
        ),
        ("Query execution has exceeded the allowed time limit (80DA0008).", "General", State.TIMED_OUT),
    ],
)
def test_errors_among_rows(message: str, code: str, state: State) -> None:
    error = {"error": {"code": code, "message": INVALID, "@message": message, "@permanent": False}}
    outcome = outcome_of_one_api([error, error])
    assert outcome.state is state
    assert outcome.reason.count(message[:40]) == 1


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "12"}, "", 12),
        ({"retry-after": "0"}, "", 0),
        ({"retry-after": "soon"}, "", None),
        ({}, "You can run queries again in 00:07:30.", 450),
        ({}, "run queries again in 5 minutes", 300),
        ({"retry-after": "3"}, "again in 00:07:30", 3),
        ({}, "", None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], message: str, seconds: float | None) -> None:
    assert retry_after(headers, message) == seconds


def test_when_to_come_back_by_the_clock() -> None:
    now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    assert retry_after({"retry-after": "Sun, 22 Nov 2026 08:00:30 GMT"}, now=now) == 30
    assert retry_after({"retry-after": "Sun, 22 Nov 2026 07:00:30 GMT"}, now=now) == 0


def test_a_place_is_marked_under_its_line() -> None:
    assert mark_place(QUERY, (2, 9)) == ["| where Colour == 'red'", "        ^"]
    assert mark_place(QUERY, (9, 1)) == []


def caused(outer: Exception, inner: BaseException) -> Exception:
    outer.__cause__ = inner
    return outer


CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")
FAILURES: list[tuple[Exception, State, str]] = [
    (
        caused(ServiceRequestError("x"), socket.gaierror(-2, "Name or service not known")),
        State.FAILED,
        "cannot be found (DNS)",
    ),
    (caused(ServiceRequestError("x"), ConnectionRefusedError(111, "refused")), State.FAILED, "refuses the connection"),
    (caused(ServiceRequestError("x"), CERTIFICATE), State.FAILED, "certificate of host.example is not trusted"),
    (caused(ServiceRequestError("x"), ssl.SSLError(1, "wrong version")), State.FAILED, "no secure connection"),
    (caused(ServiceRequestError("x"), OSError(101, "Network is unreachable")), State.FAILED, "Network is unreachable"),
    (ServiceRequestTimeoutError("x"), State.TIMED_OUT, "no connection to host.example in time"),
    (ServiceResponseTimeoutError("x"), State.TIMED_OUT, "fell silent"),
    (ServiceResponseError("x"), State.FAILED, "broke before the answer was whole"),
    (IncompleteReadError("x"), State.FAILED, "broke before the answer was whole"),
    (ConnectionResetError(104, "reset"), State.FAILED, "broke before the answer was whole"),
    (zlib.error("bad data"), State.FAILED, "not compressed as it says"),
    (
        CutOffError("the answer ends in the middle"),
        State.FAILED,
        "the connection to host.example broke: the answer ends",
    ),
    (BrokenAnswerError("the answer is not JSON"), State.FAILED, "the answer is not JSON"),
    (SignInError("no sign-in: azure_cli: not found"), State.NOT_PERMITTED, "no sign-in: azure_cli"),
]


@pytest.mark.parametrize(("error", "state", "words"), FAILURES, ids=lambda value: type(value).__name__)
def test_a_request_without_an_answer(error: Exception, state: State, words: str) -> None:
    outcome = outcome_of_exception(error, "host.example")
    assert outcome is not None
    assert outcome.state is state
    assert words in outcome.reason
    assert outcome.next_step


def test_a_mistake_of_the_programs_own_is_no_outcome() -> None:
    assert outcome_of_exception(KeyError("x"), "host.example") is None
