"""Microsoft Graph's `POST /v1.0/security/runHuntingQuery`: advanced hunting in Defender XDR."""

from __future__ import annotations

import json
import math
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tui.kql.schema import shipped_schema
from tui.loopback.answers import CLR, Answer, encoders_for, json_rows, timespan_text
from tui.loopback.authority import Authority
from tui.loopback.faults import Fault, Plan
from tui.loopback.periods import PeriodError, parse_period
from tui.loopback.rates import Quota, Rates
from tui.loopback.rewriting import QuerySemanticError, QuerySyntaxError
from tui.loopback.service import OverTimeError, QueryService
from tui.loopback.tables import Range, Tables
from tui.loopback.wire import Line, Reply, Request, json_reply

AUDIENCE = "https://graph.microsoft.com"
PATH = "/v1.0/security/runHuntingQuery"
RATES = Rates(calls=45, per=60.0)
MOST_ROWS = 100_000
MOST_BYTES = 50 * 1024 * 1024
_SECONDS = 180.0
_REACH = timedelta(days=30)


class Defender(QueryService):
    """Advanced hunting over an evidence file, of the last 30 days before its clock.

    How the service writes dynamic and boolean values is not documented: `dynamic_as_text` and `booleans_as_numbers` choose,
    and `annotations` adds `NAME@odata.type` to the rows. Graph knows no partial answers: PARTIAL gives a whole one, TRUNCATED
    a refusal. `most_rows`, `most_bytes` and `seconds` may be lowered; `quota` is the tenant's processing resources.
    """

    name = "defender"

    def __init__(
        self,
        authority: Authority,
        file: Path,
        *,
        dynamic_as_text: bool = False,
        booleans_as_numbers: bool = False,
        annotations: bool = False,
        **settings: Any,
    ) -> None:
        settings.setdefault("rates", RATES)
        super().__init__(authority, Tables(file, shipped_schema("defender"), ("Timestamp",)), **settings)
        self.dynamic_as_text, self.booleans_as_numbers = dynamic_as_text, booleans_as_numbers
        self.annotations = annotations
        self.quota = Quota()
        self.most_rows, self.most_bytes, self.seconds = MOST_ROWS, MOST_BYTES, _SECONDS

    def audience(self, request: Request) -> str:
        """Tokens are for Graph."""
        del request
        return AUDIENCE

    def answer(self, request: Request, line: Line, plan: Plan | None, canned: Answer | None) -> Reply:
        """Rows as objects, or Graph's words for what is wrong."""
        if request.path != PATH:
            return _error(request, 404, "ResourceNotFound", "Resource not found for the segment.")
        if request.method != "POST":
            return _error(request, 405, "MethodNotAllowed", "The HTTP method is not allowed on this resource.")
        body = request.body
        if not isinstance(body, dict) or not isinstance(body.get("Query"), str):
            return _error(request, 400, "BadRequest", "Query is missing or the body is not valid JSON.")
        if blocked := self.quota.blocked():
            return self.refusal(Fault.CPU_QUOTA, request, Plan(Fault.CPU_QUOTA, message=_used_up(blocked)))
        began = time.monotonic()
        try:
            span = self._span(body.get("Timespan"))
            answer = self.rows_for(request, line, plan, canned, body["Query"], span, self.seconds)
            if plan is not None and plan.fault is Fault.TRUNCATED:
                raise _TooLargeError
            unlimited = plan is not None and plan.fault is Fault.HUGE
            content = self._pieces(answer, plan)
            whole = content if unlimited else self._limited(answer, content)
        except PeriodError as error:
            return _error(request, 400, "BadRequest", str(error))
        except QuerySyntaxError as fault:
            return _error(request, 400, "BadRequest", f"{_syntax(fault)} Fix syntax errors in your query.")
        except QuerySemanticError as fault:
            return _error(request, 400, "BadRequest", f"{fault}. Fix semantic errors in your query.")
        except OverTimeError:
            return self.refusal(Fault.TIMED_OUT, request, Plan(Fault.TIMED_OUT))
        except _TooLargeError:
            words = "Query execution has exceeded the allowed result size. Optimize your query by limiting the results."
            return _error(request, 400, "BadRequest", words)
        finally:
            self.quota.spend(time.monotonic() - began)
        headers = {"Content-Type": "application/json;odata.metadata=minimal;charset=utf-8", **_identities(request)}
        return Reply(200, whole, headers)

    def _span(self, text: object) -> Range:
        """The last 30 days, or as much of them as the request asks for."""
        earliest = self.clock() - _REACH
        if not text:
            return Range(earliest, None)
        asked = parse_period(str(text), self.clock())
        start = max(asked.start, earliest) if asked.start else earliest
        return Range(start, asked.end)

    def _limited(self, answer: Answer, pieces: Iterator[bytes]) -> list[bytes]:
        """All of the body, which is refused as a whole when it is too large."""
        answer.most = self.most_rows
        kept, size = [], 0
        for piece in pieces:
            kept.append(piece)
            size += len(piece)
            if size > self.most_bytes or answer.more:
                raise _TooLargeError
        return kept

    def _pieces(self, answer: Answer, plan: Plan | None) -> Iterator[bytes]:
        columns = list(answer.columns)
        schema = [{"name": column.name, "type": CLR[column.type]} for column in columns]
        if plan is not None and plan.fault is Fault.WRONG_ROWS:
            schema = schema[:-1]
        context = f"{AUDIENCE}/v1.0/$metadata#microsoft.graph.security.huntingQueryResults"
        yield f'{{"@odata.context":"{context}","schema":{json.dumps(schema)},"results":['.encode()
        names = [column.name for column in columns]
        notes = {f"{column.name}@odata.type": "#Int64" for column in columns if column.type == "long"}
        extras = notes if self.annotations else None
        encoders = encoders_for(columns, self.dynamic_as_text, self.booleans_as_numbers)
        yield from (piece.encode() for piece in json_rows(answer, encoders, names, extras))
        yield b"]}"

    def refused_token(self, kind: str, request: Request) -> Reply:
        """Graph refuses every token it does not take with 401, one for another service too."""
        return self.refusal(Fault.UNAUTHORIZED, request, Plan(Fault.UNAUTHORIZED, message=kind))

    def refusal(self, fault: Fault, request: Request, plan: Plan) -> Reply:
        """Graph's own words and codes."""
        match fault:
            case Fault.SYNTAX:
                words = plan.message or "Query could not be parsed at 'invalid'."
                return _error(request, 400, "BadRequest", f"{words} Fix syntax errors in your query.")
            case Fault.SEMANTIC:
                words = plan.message or "'where' operator: Failed to resolve scalar expression named 'Colour'"
                return _error(request, 400, "BadRequest", f"{words}. Fix semantic errors in your query.")
            case Fault.NO_TABLE:
                words = f"'where' operator: Failed to resolve table or column expression named '{plan.message or 'EmailEvents'}'"
                return _error(request, 400, "BadRequest", f"{words}. Fix semantic errors in your query.")
            case Fault.UNAUTHORIZED | Fault.CLAIMS:
                return _unauthorized(request, fault, plan)
            case Fault.FORBIDDEN:
                words = plan.message or "Missing application roles. API required roles: ThreatHunting.Read.All."
                return _error(request, 403, "Forbidden", words)
            case Fault.NOT_FOUND:
                return _error(request, 404, "ResourceNotFound", plan.message or "Resource not found for the segment.")
            case Fault.THROTTLED:
                return _again(
                    _error(request, 429, "TooManyRequests", plan.message or "Please retry again later."), plan
                )
            case Fault.CPU_QUOTA:
                return _again(_error(request, 429, "TooManyRequests", plan.message or _used_up(450)), plan)
            case Fault.TIMED_OUT:
                words = "Query exceeded the timeout period. Optimize your query or try again later."
                return _error(request, 400, "BadRequest", plan.message or words)
            case Fault.UNAVAILABLE:
                return _again(
                    _error(request, 503, "serviceNotAvailable", plan.message or "The service is not available."), plan
                )
            case _:
                return _error(request, 500, "UnknownError", plan.message)


class _TooLargeError(Exception):
    """More rows or bytes than one answer may have."""


def _syntax(fault: QuerySyntaxError) -> str:
    return f"Query could not be parsed at '{fault.token}'." if fault.token else "A recognition error occurred."


def _used_up(seconds: float) -> str:
    again = timespan_text(timedelta(seconds=math.ceil(seconds)))
    return f"You have exceeded processing resources allocated to this tenant. You can run queries again in {again}."


def _identities(request: Request) -> dict[str, str]:
    """The service's name for the request, and the client's own or the same again."""
    identity = str(uuid.uuid4())
    return {"request-id": identity, "client-request-id": request.headers.get("client-request-id", identity)}


def _error(request: Request, status: int, code: str, message: str) -> Reply:
    identities = _identities(request)
    inner = {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", **identities}
    if status == 429:
        inner["status"] = "429"
    error = {"code": code, "message": message, "innerError": inner}
    return json_reply({"error": error}, status, identities)


def _unauthorized(request: Request, fault: Fault, plan: Plan) -> Reply:
    words = {
        "missing": "Access token is empty.",
        "audience": "Access token validation failure. Invalid audience.",
    }.get(plan.message, "Lifetime validation failed, the token is expired.")
    reply = _error(request, 401, "InvalidAuthenticationToken", words)
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    if fault is Fault.CLAIMS:
        claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzkwMDAwMDAwIn19fQ=="
        challenge += f', error="insufficient_claims", claims="{claims}"'
    reply.headers["WWW-Authenticate"] = challenge
    return reply


def _again(reply: Reply, plan: Plan) -> Reply:
    if plan.retry_after is not None:
        reply.headers["Retry-After"] = str(max(0, round(plan.retry_after)))
    return reply
