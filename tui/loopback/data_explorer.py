"""Azure Data Explorer: `/v2/rest/query`, `/v1/rest/query`, `/v1/rest/mgmt` and `/v1/rest/auth/metadata`."""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tui.kql.schema import shipped_schema
from tui.loopback.answers import CLR, Answer, encoders_for, json_rows, timespan_text
from tui.loopback.authority import Authority
from tui.loopback.faults import Fault, Plan
from tui.loopback.management import NotManagedError, managed
from tui.loopback.rates import Rates
from tui.loopback.rewriting import QuerySemanticError, QuerySyntaxError
from tui.loopback.service import CancelledError, OverTimeError, QueryService
from tui.loopback.tables import Range, Tables, merged
from tui.loopback.wire import Line, Reply, Request, json_reply

AUDIENCE = "https://kusto.kusto.windows.net"
DATABASE = "Hunting"
RATES = Rates(concurrent=20)
MOST_ROWS = 500_000
MOST_BYTES = 64 * 1024 * 1024
_DEFAULT_SECONDS, _MOST_SECONDS = 240.0, 3600.0
_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?\Z")


class DataExplorer(QueryService):
    """A cluster with one `database` over an evidence file, its tables with Defender's columns.

    Dynamic values are written as JSON or, with `dynamic_as_text`, as texts of JSON; booleans as such or, with
    `booleans_as_numbers`, as 0 and 1: clients meet either. `most_rows` and `most_bytes` may be lowered.
    """

    name = "data_explorer"

    def __init__(self, authority: Authority, file: Path, *, database: str = DATABASE, **settings: Any) -> None:
        schema = merged(shipped_schema("defender"), shipped_schema("log_analytics"))
        settings.setdefault("rates", RATES)
        super().__init__(authority, Tables(file, schema, ("Timestamp", "TimeGenerated")), **settings)
        self.database = database
        self.most_rows, self.most_bytes = MOST_ROWS, MOST_BYTES
        self.dynamic_as_text = self.booleans_as_numbers = False
        self.cancelled: list[str] = []
        """The client request ids of queries that were cancelled on the server."""
        self._running: dict[str, threading.Event] = {}

    def audience(self, request: Request) -> str:
        """Tokens are for the service's own resource; how to get one is told to everybody."""
        return "" if request.path == "/v1/rest/auth/metadata" else AUDIENCE

    def is_query(self, request: Request) -> bool:
        """Management commands do not wait behind queries."""
        return request.path in ("/v2/rest/query", "/v1/rest/query") and bool(request.query)

    def answer(self, request: Request, line: Line, plan: Plan | None, canned: Answer | None) -> Reply:
        """Rows in frames (v2) or tables (v1), or the service's words for what is wrong."""
        if request.path == "/v1/rest/auth/metadata":
            return json_reply({"AzureAD": self._sign_in()})
        if request.method != "POST" or request.path not in ("/v1/rest/mgmt", "/v1/rest/query", "/v2/rest/query"):
            return Reply(404)
        body = request.body
        if not isinstance(body, dict) or not isinstance(body.get("csl"), str):
            return _bad_request(request, "General_BadRequest", "csl is missing")
        if body.get("db") not in (None, "", self.database) and request.path != "/v1/rest/mgmt":
            words = f"Database '{body.get('db')}' was not found."
            return _bad_request(request, "BadRequest_EntityNotFound", words)
        try:
            if request.path == "/v1/rest/mgmt":
                answer = managed(self, body["csl"])
                return Reply(200, self._version1(answer, None), _JSON)
            answer = self._rows(request, line, plan, canned, body)
        except NotManagedError as error:
            return _bad_request(request, "BadRequest_SyntaxError", str(error))
        except QuerySyntaxError as fault:
            return _bad_request(request, "BadRequest_SyntaxError", f"Syntax error: {fault}")
        except QuerySemanticError as fault:
            return _bad_request(request, "General_BadRequest", f"Semantic error: SEM0100: {fault}")
        except OverTimeError:
            return self.refusal(Fault.TIMED_OUT, request, Plan(Fault.TIMED_OUT))
        except CancelledError:
            words = "Query was cancelled by the user (0x80DA0007)."
            return _error(request, 400, "General_BadRequest", "Request aborted.", words)
        activity = str(uuid.uuid4())
        identity = request.headers.get("x-ms-client-request-id", "")
        headers = {**_JSON, "x-ms-activity-id": activity, "x-ms-client-request-id": identity}
        if request.path.startswith("/v1"):
            return Reply(200, self._version1(answer, plan), headers)
        return Reply(200, self._version2(answer, plan, request, activity), headers)

    def _rows(
        self, request: Request, line: Line, plan: Plan | None, canned: Answer | None, body: Mapping[str, Any]
    ) -> Answer:
        options = _options(body.get("properties"))
        identity = request.headers.get("x-ms-client-request-id", "")
        cancelled = threading.Event()
        self._running[identity] = cancelled
        try:
            seconds = _seconds(options.get("servertimeout"))
            answer = self.rows_for(request, line, plan, canned, body["csl"], Range(), seconds, cancelled)
            answer.options = {**answer.options, **{name: str(value).lower() for name, value in options.items()}}
            return answer
        finally:
            self._running.pop(identity, None)

    def cancel(self, identity: str) -> bool:
        """Cancels the query with that client request id; whether it was running."""
        running = self._running.get(identity)
        self.cancelled.append(identity)
        if running is not None:
            running.set()
        return running is not None

    @property
    def running(self) -> list[str]:
        """The client request ids of the queries that run."""
        return list(self._running)

    def _version2(self, answer: Answer, plan: Plan | None, request: Request, activity: str) -> Iterator[bytes]:
        yield b"[" + _frame(_HEADER) + b"\n," + _frame(_properties()) + b"\n,"
        names = list(answer.columns)[:-1] if plan is not None and plan.fault is Fault.WRONG_ROWS else answer.columns
        columns = [{"ColumnName": column.name, "ColumnType": column.type} for column in names]
        head = {"FrameType": "DataTable", "TableId": 1, "TableKind": "PrimaryResult", "TableName": "PrimaryResult"}
        yield _frame({**head, "Columns": columns})[:-1] + b',"Rows":['
        errors = yield from self._limited(answer, plan)
        yield b"]}\n," + _frame(_completion(answer, self.tables.rows, request, activity)) + b"\n,"
        last: dict[str, Any] = {"FrameType": "DataSetCompletion", "HasErrors": bool(errors), "Cancelled": False}
        if errors:
            last["OneApiErrors"] = errors
        yield _frame(last) + b"]"

    def _version1(self, answer: Answer, plan: Plan | None) -> Iterator[bytes]:
        columns = [
            {"ColumnName": column.name, "DataType": CLR[column.type], "ColumnType": column.type}
            for column in answer.columns
        ]
        yield b'{"Tables":[{"TableName":"Table_0","Columns":' + json.dumps(columns).encode() + b',"Rows":['
        errors = yield from self._limited(answer, plan)
        yield b"]}]"
        if errors:
            yield b',"Exceptions":' + json.dumps([error["error"]["@message"] for error in errors]).encode()
        yield b"}"

    def _limited(self, answer: Answer, plan: Plan | None) -> Generator[bytes, None, list[dict[str, Any]]]:
        """The rows, and behind them, inside the array, what went wrong; gives the errors."""
        fault = plan.fault if plan is not None else None
        limited = fault is not Fault.HUGE
        if plan is not None and fault is Fault.TRUNCATED:
            answer.most = min(plan.rows, self.most_rows)
        elif limited:
            answer.most = self._most(answer.options)
        encoders = encoders_for(answer.columns, self.dynamic_as_text, self.booleans_as_numbers)
        size, sent = 0, False
        for piece in json_rows(answer, encoders):
            size += len(piece)
            if limited and size > self.most_bytes:
                break
            yield piece.encode()
            sent = True
        errors = []
        if answer.more or (limited and size > self.most_bytes) or fault is Fault.TRUNCATED:
            most = f"{answer.most} records" if answer.more else f"{self.most_bytes} bytes"
            errors.append(_one_api("LimitsExceeded", _too_large(most)))
        elif fault is Fault.PARTIAL:
            words = (plan.message if plan else "") or "Query execution lacks memory resources to complete (80DA0007)."
            errors.append(_one_api("General_InternalServerError", words))
        if errors:
            yield (b"," if sent else b"") + json.dumps({"OneApiErrors": errors}).encode()
        return errors

    def _most(self, options: Mapping[str, str]) -> int | None:
        """How many rows the query may give, by its own options."""
        if options.get("notruncation", "false") != "false":
            return None
        try:
            return int(options.get("truncationmaxrecords", self.most_rows))
        except ValueError:
            return self.most_rows

    def _sign_in(self) -> dict[str, Any]:
        return {
            "LoginEndpoint": "https://login.microsoftonline.com",
            "LoginMfaRequired": False,
            "KustoClientAppId": "db662dc1-0cfe-4e1c-a843-19a68e65be58",
            "KustoClientRedirectUri": "http://localhost",
            "KustoServiceResourceId": AUDIENCE,
            "FirstPartyAuthorityUrl": "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a",
        }

    def refusal(self, fault: Fault, request: Request, plan: Plan) -> Reply:
        """The service's own words and codes."""
        match fault:
            case Fault.SYNTAX:
                words = plan.message or f"Syntax error: {QuerySyntaxError(1, 11, 'invalid')}"
                return _bad_request(request, "BadRequest_SyntaxError", words)
            case Fault.SEMANTIC | Fault.NO_TABLE:
                what = "scalar" if fault is Fault.SEMANTIC else "table or column"
                name = plan.message or ("Colour" if fault is Fault.SEMANTIC else "EmailEvents")
                words = f"Semantic error: SEM0100: 'where' operator: Failed to resolve {what} expression named '{name}'"
                return _bad_request(request, "General_BadRequest", words)
            case Fault.UNAUTHORIZED | Fault.CLAIMS:
                return _unauthorized(fault)
            case Fault.FORBIDDEN:
                words = plan.message or "Principal 'aaduser=loopback' is not authorized to read database 'Hunting'."
                return _error(request, 403, "Forbidden", "Caller is not authorized to perform this action", words)
            case Fault.NOT_FOUND:
                return Reply(404)
            case Fault.THROTTLED | Fault.CPU_QUOTA:
                words = (
                    plan.message
                    or "The control command was aborted due to throttling. Capacity: 20, Origin: 'RequestRateLimitPolicy'."
                )
                return _again(
                    _error(request, 429, "Too many requests", "The request was denied due to throttling.", words), plan
                )
            case Fault.TIMED_OUT:
                words = "Query execution has exceeded the allowed time limit (80DA0008)."
                return _error(request, 504, "Gateway timeout", "Request timed out.", plan.message or words)
            case Fault.UNAVAILABLE:
                return _again(
                    _error(request, 503, "General_ServiceUnavailable", "The service is unavailable.", plan.message),
                    plan,
                )
            case _:
                return _error(
                    request, 500, "General_InternalServerError", "Unknown error", plan.message or "Unknown error"
                )


_JSON = {"Content-Type": "application/json; charset=utf-8"}
_HEADER = {
    "FrameType": "DataSetHeader",
    "IsProgressive": False,
    "Version": "v2.0",
    "IsFragmented": False,
    "ErrorReportingPlacement": "InData",
}


def _frame(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _properties() -> dict[str, Any]:
    kinds = {"TableId": "int", "Key": "string", "Value": "dynamic"}
    return {
        "FrameType": "DataTable",
        "TableId": 0,
        "TableKind": "QueryProperties",
        "TableName": "@ExtendedProperties",
        "Columns": [{"ColumnName": name, "ColumnType": kind} for name, kind in kinds.items()],
        "Rows": [[1, "Visualization", '{"Visualization":null,"Title":null}']],
    }


def _completion(answer: Answer, held: int, request: Request, activity: str) -> dict[str, Any]:
    """What was sent of what is held, in the service's form; what a small engine does not count is 0."""
    seconds = time.monotonic() - request.began
    cpu = timespan_text(timedelta(seconds=seconds))
    kinds = {
        "Timestamp": "datetime",
        "ClientRequestId": "string",
        "ActivityId": "guid",
        "Level": "int",
        "LevelName": "string",
        "StatusCode": "int",
        "StatusCodeName": "string",
        "EventType": "int",
        "EventTypeName": "string",
        "Payload": "string",
    }
    used = {
        "ExecutionTime": round(seconds, 7),
        "resource_usage": {
            "cpu": {"user": cpu, "kernel": "00:00:00", "total cpu": cpu},
            "memory": {"peak_per_node": 0},
        },
        "input_dataset_statistics": {"rows": {"total": held, "scanned": held}},
        "dataset_statistics": [{"table_row_count": answer.rows, "table_size": request.sent}],
    }
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    identity = request.headers.get("x-ms-client-request-id", "")
    start = [now, identity, activity, 4, "Info", 0, "S_OK (0)"]
    return {
        "FrameType": "DataTable",
        "TableId": 2,
        "TableKind": "QueryCompletionInformation",
        "TableName": "QueryCompletionInformation",
        "Columns": [{"ColumnName": name, "ColumnType": kind} for name, kind in kinds.items()],
        "Rows": [
            [*start, 4, "QueryInfo", '{"Count":1,"Text":"Query completed successfully"}'],
            [*start, 5, "WorkloadGroup", '{"Count":1,"Text":"default"}'],
            [now, identity, activity, 6, "Stats", 0, "S_OK (0)", 0, "QueryResourceConsumption", json.dumps(used)],
        ],
    }


def _one_api(code: str, message: str) -> dict[str, Any]:
    kind = "Kusto.Data.Exceptions.KustoServicePartialQueryFailureException"
    if code == "LimitsExceeded":
        kind = "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException"
    return {
        "error": {
            "code": code,
            "message": "Request is invalid and cannot be executed.",
            "@type": kind,
            "@message": message,
            "@context": {"timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z", "activityId": str(uuid.uuid4())},
            "@permanent": False,
        }
    }


def _too_large(most: str) -> str:
    return (
        "Query execution has exceeded the allowed limits (80DA0003): The results of this query exceed the set limit of "
        f"{most}, so not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003). "
        "See https://aka.ms/kustoquerylimits for more information and possible solutions.."
    )


def _bad_request(request: Request, code: str, words: str) -> Reply:
    return _error(request, 400, code, "Request is invalid and cannot be executed.", words)


def _error(request: Request, status: int, code: str, message: str, details: str = "") -> Reply:
    identity = request.headers.get("x-ms-client-request-id", "")
    error = {
        "code": code,
        "message": message,
        "@type": "Kusto.Data.Exceptions.KustoBadRequestException",
        "@message": f"{message} {details}".strip(),
        "@context": {"clientRequestId": identity, "activityId": str(uuid.uuid4())},
        "@permanent": status == 400,
    }
    return json_reply({"error": error}, status, {"x-ms-client-request-id": identity})


def _unauthorized(fault: Fault) -> Reply:
    challenge = 'Bearer authorization_uri="https://login.microsoftonline.com"'
    if fault is Fault.CLAIMS:
        claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzkwMDAwMDAwIn19fQ=="
        challenge += f', error="insufficient_claims", claims="{claims}"'
    return Reply(401, b"", {"WWW-Authenticate": challenge})


def _again(reply: Reply, plan: Plan) -> Reply:
    if plan.retry_after is not None:
        reply.headers["Retry-After"] = str(max(0, round(plan.retry_after)))
    return reply


def _options(properties: object) -> Mapping[str, Any]:
    """The request's options: properties come as an object, or as a text of one (the SDK's way)."""
    if isinstance(properties, str):
        try:
            properties = json.loads(properties)
        except ValueError:
            return {}
    options = properties.get("Options") if isinstance(properties, dict) else None
    return options if isinstance(options, dict) else {}


def _seconds(text: object) -> float:
    match = _SPAN.match(str(text)) if text else None
    if match is None:
        return _DEFAULT_SECONDS
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return min(float(days * 86_400 + hours * 3600 + minutes * 60 + seconds), _MOST_SECONDS)
