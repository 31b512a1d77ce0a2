"""The query API of Log Analytics: `POST /v1/workspaces/ID/query` and `/metadata`."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from tui.kql.lexer import KqlSyntaxError, significant, tokenize
from tui.kql.schema import Schema, shipped_schema
from tui.loopback.answers import Answer, encoders_for, json_rows, timespan_text
from tui.loopback.authority import Authority
from tui.loopback.faults import Fault, Plan
from tui.loopback.periods import PeriodError, parse_period
from tui.loopback.rates import Rates
from tui.loopback.rewriting import QuerySemanticError, QuerySyntaxError
from tui.loopback.service import OverTimeError, QueryService
from tui.loopback.tables import Range, Tables
from tui.loopback.wire import Line, Reply, Request, json_reply

WORKSPACE_ID = "6f1c1d2e-1111-4000-8000-00000000a001"
AUDIENCE = "https://api.loganalytics.io"
MANAGEMENT = "https://management.azure.com"
RATES = Rates(calls=200, per=30.0, concurrent=5, queue=200, patience=180.0)
MOST_ROWS = 500_000
MOST_BYTES = 100 * 1024 * 1024
_DEFAULT_SECONDS, _MOST_SECONDS = 180, 600
_PATH = re.compile(r"/v1/workspaces/([^/]+)/(query|metadata)\Z")
_TABLES = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+/workspaces/[^/]+/tables\Z", re.IGNORECASE
)
_WAIT = re.compile(r"\bwait=(\d+)")
_REFUSED = {("declare", "query_parameters"), ("alias", "database"), ("cluster", "("), ("database", "(")}
"""What Azure Monitor's KQL does not have, as two words that stand together."""
_EXPOSED = {
    "Access-Control-Expose-Headers": "Retry-After,Age,WWW-Authenticate,x-resource-identities,x-ms-status-location",
    "Strict-Transport-Security": "max-age=15724800; includeSubDomains",
    "via": "1.1 draft-oms-loopback",
}


def streamed_schema() -> Schema:
    """The documented tables, with Defender's `Timestamp` in those of devices, as streamed tables may have it."""
    found: dict[str, dict[str, str]] = {}
    for table, columns in shipped_schema("log_analytics").items():
        extra = {"Timestamp": "datetime"} if table.startswith("Device") else {}
        found[table] = {**extra, **columns}
    return found


class LogAnalytics(QueryService):
    """A workspace (`workspace_id`) over an evidence file; `timestamps` gives its tables of devices a `Timestamp` as well.

    `most_rows` and `most_bytes` may be lowered; `basic_tables` names those whose plan allows no operator that combines tables.
    """

    name = "log_analytics"

    def __init__(
        self,
        authority: Authority,
        file: Path,
        *,
        workspace_id: str = WORKSPACE_ID,
        timestamps: bool = False,
        **settings: Any,
    ) -> None:
        schema = streamed_schema() if timestamps else shipped_schema("log_analytics")
        settings.setdefault("rates", RATES)
        super().__init__(authority, Tables(file, schema, ("TimeGenerated",)), **settings)
        self.workspace_id = workspace_id
        self.most_rows, self.most_bytes = MOST_ROWS, MOST_BYTES
        self.basic_tables: frozenset[str] = frozenset()

    def audience(self, request: Request) -> str:
        """Tokens are for the public cloud's audience, whichever host the API is asked at; plans are managed elsewhere."""
        return MANAGEMENT if _TABLES.match(request.path) else AUDIENCE

    def answer(self, request: Request, line: Line, plan: Plan | None, canned: Answer | None) -> Reply:
        """Rows, the schema, or the service's own words for what is wrong."""
        if _TABLES.match(request.path):
            return json_reply({"value": self._tables_with_plans()})
        match = _PATH.match(request.path)
        if match is None:
            return _error(404, "PathNotFoundError", "The requested path does not exist")
        if match.group(1) != self.workspace_id:
            return _error(400, "FailedToResolveResource", "Could not find the workspace", "WorkspaceNotFoundError")
        if match.group(2) == "metadata":
            return json_reply(self._metadata(), headers=_EXPOSED)
        if request.method == "POST" and not request.raw:
            return Reply(200)
        body = request.body if request.method == "POST" else dict(request.parameters)
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            return _error(400, "BadArgumentError", _INVALID, "QueryValidationError", details="InvalidJsonBody")
        try:
            span = parse_period(body["timespan"], self.clock()) if body.get("timespan") else Range()
            self._check(body["query"])
            prefer = request.headers.get("prefer", "")
            wait = min(int(found.group(1)), _MOST_SECONDS) if (found := _WAIT.search(prefer)) else _DEFAULT_SECONDS
            answer = self.rows_for(request, line, plan, canned, body["query"], span, wait)
        except PeriodError as error:
            return _error(400, "BadArgumentError", _INVALID, "QueryValidationError", str(error))
        except QuerySyntaxError as fault:
            return _syntax(fault)
        except QuerySemanticError as fault:
            return _semantic(str(fault))
        except OverTimeError:
            return self.refusal(Fault.TIMED_OUT, request, Plan(Fault.TIMED_OUT))
        headers = {"Content-Type": "application/json; charset=utf-8", **_EXPOSED}
        return Reply(200, self._pieces(answer, plan, request if "include-statistics=true" in prefer else None), headers)

    def _check(self, query: str) -> None:
        """QuerySemanticError for what Azure Monitor does not take, and when a table of the basic plan is combined."""
        try:
            words = [token.text for token in significant(tokenize(query))]
        except KqlSyntaxError:
            return
        for pair in pairwise(words):
            if pair in _REFUSED:
                raise QuerySemanticError(f"'{' '.join(pair).rstrip(' (')}' is not supported in this context")
        used = set(words)
        combining = used & {"join", "union", "lookup", "find", "search"}
        for table in sorted(self.basic_tables & used):
            if combining:
                why = f"'{min(combining)}' operator: table '{table}' has the Basic plan, which does not allow it"
                raise QuerySemanticError(why)

    def _pieces(self, answer: Answer, plan: Plan | None, told: Request | None) -> Iterator[bytes]:
        columns = list(answer.columns)
        if plan is not None and plan.fault is Fault.WRONG_ROWS:
            columns = columns[:-1]
        head = [{"name": column.name, "type": column.type} for column in columns]
        yield f'{{"tables":[{{"name":"PrimaryResult","columns":{json.dumps(head)},"rows":['.encode()
        limited = plan is None or plan.fault is not Fault.HUGE
        answer.most = _most(self.most_rows, plan)
        size = 0
        for piece in json_rows(answer, encoders_for(answer.columns, dynamic_as_text=True)):
            size += len(piece)
            if limited and size > self.most_bytes:
                break
            yield piece.encode()
        over = (
            f"{self.most_rows} records"
            if answer.more
            else "64000000 bytes"
            if limited and size > self.most_bytes
            else ""
        )
        yield b"]}]"
        if told is not None:
            statistics = _statistics(answer, size, self.tables.rows, time.monotonic() - told.began)
            yield b',"statistics":' + json.dumps(statistics).encode()
        fault = plan.fault if plan is not None else None
        if over or fault is Fault.TRUNCATED:
            words = _too_large(over or "64000000 bytes")
            yield b',"error":' + json.dumps(_partial(words, -2133196797, 2, "Error")).encode()
        elif fault is Fault.PARTIAL:
            words = (plan.message if plan else "") or "Failed to resolve table expression named 'DeviceEvents'"
            yield b',"error":' + json.dumps(_partial(words, -2133196790, 3, "Warning")).encode()
        yield b"}"

    def _tables_with_plans(self) -> list[dict[str, Any]]:
        """The tables with their plans, as Azure Resource Manager lists them, for whichever resource."""
        return [
            {"name": table, "properties": {"plan": "Basic" if table in self.basic_tables else "Analytics"}}
            for table in self.tables.schema
        ]

    def _metadata(self) -> dict[str, Any]:
        tables = [
            {
                "id": f"t/{table}",
                "name": table,
                "timespanColumn": self.tables.time_column(table),
                "labels": ["loopback"],
                "properties": {},
                "columns": [{"name": name, "type": kind} for name, kind in columns.items()],
                "related": {"categories": ["security"]},
            }
            for table, columns in self.tables.schema.items()
        ]
        workspace = {"id": self.workspace_id, "resourceId": "", "name": "loopback", "region": "local"}
        return {"tables": tables, "functions": [], "queries": [], "workspaces": [workspace]}

    def refusal(self, fault: Fault, request: Request, plan: Plan) -> Reply:
        """The service's own words and codes."""
        match fault:
            case Fault.SYNTAX:
                return _syntax(QuerySyntaxError(1, 11, plan.message or "invalid"))
            case Fault.SEMANTIC:
                return _semantic(plan.message or "'where' operator: Failed to resolve scalar expression named 'Colour'")
            case Fault.NO_TABLE:
                return _semantic(
                    f"'where' operator: Failed to resolve table or column expression named '{plan.message or 'X'}'"
                )
            case Fault.UNAUTHORIZED | Fault.CLAIMS:
                return _unauthorized(fault, plan)
            case Fault.FORBIDDEN if plan.message == "audience":
                return _error(403, "InvalidAuthenticationTokenAudience", "The token's audience is not this service")
            case Fault.FORBIDDEN:
                words = (
                    plan.message
                    or "The provided credentials have insufficient access to perform the requested operation"
                )
                return _error(403, "InsufficientAccessError", words, "AuthorizationFailedError", "Not authorized")
            case Fault.NOT_FOUND:
                return _error(404, "ResourceNotFoundError", plan.message or "The requested resource was not found")
            case Fault.THROTTLED | Fault.CPU_QUOTA:
                reply = _error(429, "ThrottledError", plan.message or "Rate limit is exceeded")
                return _again(reply, plan)
            case Fault.TIMED_OUT:
                return _error(504, "GatewayTimeout", "Gateway timeout", "GatewayTimeout", "Unable to unzip response")
            case Fault.UNAVAILABLE:
                return _again(_error(503, "ServiceUnavailable", plan.message or "The service is unavailable"), plan)
            case _:
                return _error(500, "InternalServerError", plan.message or "Something went wrong on the server")


_INVALID = "The request had some invalid properties"


def _most(most: int, plan: Plan | None) -> int | None:
    """How many rows go out: those a failure names, or the service's limit."""
    if plan is not None and plan.fault is Fault.HUGE:
        return None
    return min(most, plan.rows) if plan is not None and plan.fault is Fault.TRUNCATED else most


def _error(status: int, code: str, message: str, inner: str = "", inner_message: str = "", details: str = "") -> Reply:
    error: dict[str, Any] = {"message": message, "code": code, "correlationId": str(uuid.uuid4())}
    if inner:
        error["innererror"] = {"code": inner, "message": inner_message or message}
    if details:
        error["innererror"]["details"] = [{"code": details, "message": "The body of the request is not valid JSON"}]
    return json_reply({"error": error}, status, _EXPOSED)


def _syntax(fault: QuerySyntaxError) -> Reply:
    place = {"line": fault.line, "pos": fault.position, "token": fault.token}
    inner = {"code": "SYN0002", "message": str(fault), **place}
    return _bad_query("SyntaxError", "A recognition error occurred in the query.", inner)


def _semantic(message: str) -> Reply:
    inner = {"code": "SEM0100", "message": message}
    return _bad_query("SemanticError", "A semantic error occurred.", inner)


def _bad_query(code: str, message: str, inner: dict[str, Any]) -> Reply:
    innermost = {"code": code, "message": message, "innererror": inner}
    error = {
        "message": _INVALID,
        "code": "BadArgumentError",
        "correlationId": str(uuid.uuid4()),
        "innererror": innermost,
    }
    return json_reply({"error": error}, 400, _EXPOSED)


def _unauthorized(fault: Fault, plan: Plan) -> Reply:
    if plan.message == "missing":
        words = "Authentication failed. The 'Authorization' header is missing."
        return json_reply({"error": {"code": "AuthenticationFailed", "message": words}}, 401, _EXPOSED)
    words = "Access token has expired or is not yet valid."
    challenge = 'Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token"'
    if fault is Fault.CLAIMS:
        claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzkwMDAwMDAwIn19fQ=="
        challenge = f'Bearer realm="", error="insufficient_claims", claims="{claims}"'
    reply = json_reply({"error": {"code": "InvalidAuthenticationToken", "message": words}}, 401, _EXPOSED)
    reply.headers["WWW-Authenticate"] = challenge
    return reply


def _again(reply: Reply, plan: Plan) -> Reply:
    if plan.retry_after is not None:
        reply.headers["Retry-After"] = str(max(0, round(plan.retry_after)))
    return reply


def _too_large(most: str) -> str:
    return (
        f"The results of this query exceed the set limit of {most}, so not all records were returned "
        "(E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003, see https://aka.ms/kustoquerylimits for more information and "
        "possible solutions.)."
    )


def _partial(message: str, code: int, severity: int, name: str) -> dict[str, Any]:
    inner = {"code": str(code), "message": message, "severity": severity, "severityName": name}
    details = {
        "code": "EngineError",
        "message": "Something went wrong processing your query on the server.",
        "innererror": inner,
    }
    words = "There were some errors when processing your query."
    return {"code": "PartialError", "message": words, "details": [details]}


def _statistics(answer: Answer, size: int, held: int, seconds: float) -> dict[str, Any]:
    """What was sent of what is held, in the service's form; what a small engine does not count is 0."""
    none = {"hits": 0, "misses": 0, "total": 0}
    cpu = timespan_text(timedelta(seconds=seconds))
    return {
        "query": {
            "executionTime": round(seconds, 7),
            "resourceUsage": {
                "cache": {"memory": none, "disk": none},
                "cpu": {"user": cpu, "kernel": "00:00:00", "totalCpu": cpu},
                "memory": {"peakPerNode": 0},
            },
            "inputDatasetStatistics": {"extents": {"total": 1, "scanned": 1}, "rows": {"total": held, "scanned": held}},
            "datasetStatistics": [{"tableRowCount": answer.rows, "tableSize": size}],
        }
    }
