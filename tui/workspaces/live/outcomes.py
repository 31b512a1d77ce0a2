"""How a request to a live service ended, in the words of the program: pure functions over what came back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tui.kql.lexer import KqlSyntaxError, tokenize
from tui.workspaces.live.service_errors import ServiceError, one_api_message, read_body, read_error
from tui.workspaces.protocol import Outcome, State

SERVICES = {
    "log_analytics": "Log Analytics",
    "defender": "Defender XDR",
    "data_explorer": "Azure Data Explorer",
}
"""What the services are called."""

_PERMISSIONS = {
    "log_analytics": "Log Analytics Reader (or Microsoft Sentinel Reader) on the workspace; a new role can take an hour",
    "defender": "ThreatHunting.Read.All, consented for the application that you sign in with",
    "data_explorer": "database viewer on the database",
}
_TOO_LARGE = ("result size limit", "exceeded the allowed result size", "exceeded the allowed limits", "80da0003")
_OVER_TIME = ("exceeded the timeout", "exceeded the allowed time", "80da0008", "request timed out", "query timed out")
_TOO_MUCH = (
    "The query needs more than the service gives at once: narrow the window (w), the scope (o) or the parameters (e)."
)
_NARROW = "Narrow the window (w) or the scope (o), then r runs it again; it is not sent again by itself."
_SIGN_IN = "Sign in again; with the Azure CLI that is `az login`."


@dataclass(frozen=True)
class Refused:
    """An outcome, and what else came with it: the service's name for the request, when to come back (seconds), and the name
    that it does not know."""

    outcome: Outcome
    identifier: str = ""
    retry_after: float | None = None
    unresolved: str = ""


def outcome_of_status(kind: str, status: int, headers: Mapping[str, str], body: bytes, query: str = "") -> Refused:
    """The outcome of an answer that is no result: `kind` is the workspace's, header names are in lower case."""
    error = read_body(body)
    identifier = error.identifier or headers.get("request-id", "") or headers.get("x-ms-activity-id", "")
    wait = retry_after(headers, error.message)
    outcome = _without_json(kind, status, headers, body) or _by_status(kind, status, error, query, wait)
    unresolved = error.unresolved[1] if status == 400 else ""
    return Refused(outcome, identifier, wait if outcome.state is State.THROTTLED else None, unresolved)


def outcome_of_error(kind: str, answer: Any) -> Outcome:
    """The outcome of an answer of rows that came with `error`: warnings and truncation told apart."""
    errors = [read_error(entry) for entry in _details(answer)]
    messages = list(dict.fromkeys(error.message for error in errors if error.message))
    told = "; ".join(messages) or f"{SERVICES[kind]} says that something is missing, and not what"
    if any(_is_truncation(error) for error in errors):
        return Outcome(State.TRUNCATED, f"more than the service gives at once: {told}", _TOO_MUCH)
    if all(_severity(entry) == "warning" for entry in _details(answer)):
        return Outcome(State.PARTIAL, f"a warning of the service: {told}", "The rows are right as far as they go.")
    return Outcome(State.PARTIAL, f"the service could not finish: {told}")


def outcome_of_one_api(errors: Sequence[Any]) -> Outcome:
    """The outcome of an Azure Data Explorer answer with errors among its rows."""
    messages = list(dict.fromkeys(one_api_message(error) for error in errors)) or ["no reason was given"]
    told = "; ".join(message for message in messages if message)
    if any(_is_truncation(read_error(error)) for error in errors):
        return Outcome(State.TRUNCATED, f"more than the service gives at once: {told}", _TOO_MUCH)
    if any(read_error(error).says(*_OVER_TIME) for error in errors):
        return Outcome(State.TIMED_OUT, f"the service's own time limit was reached: {told}", _NARROW)
    return Outcome(State.PARTIAL, f"the service could not finish: {told}")


def retry_after(headers: Mapping[str, str], message: str = "", now: datetime | None = None) -> float | None:
    """Seconds to wait by the `Retry-After` header, or by a message that names a time; None when neither says."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d+)?", text):
        return float(text)
    if text:
        with suppress(ValueError, TypeError):
            return max(0.0, (parsedate_to_datetime(text) - (now or datetime.now(UTC))).total_seconds())
    found = re.search(r"again in (?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})", message)
    if found:
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    found = re.search(r"again in (\d+) ?(second|minute|hour)", message)
    return float(found.group(1)) * {"second": 1, "minute": 60, "hour": 3600}[found.group(2)] if found else None


def _without_json(kind: str, status: int, headers: Mapping[str, str], body: bytes) -> Outcome | None:
    """What an answer that is no JSON means; None for one that may be."""
    if status == 204:
        return Outcome(State.NOT_COVERED, "the workspace holds no data at all (204)", "Check what is sent to it.")
    if 300 <= status < 400:
        target = re.sub(r"[?#].*", "", headers.get("location", "elsewhere"))[:100]
        words = f"{SERVICES[kind]} sends the request on to {target}, which is not followed"
        return Outcome(State.FAILED, words, "Check `url` in the workspace's configuration, and the proxy.")
    is_page = "html" in headers.get("content-type", "").lower() or body[:200].lstrip().lower().startswith(b"<")
    if is_page:
        found = re.search(rb"<title[^>]*>\s*([^<]{1,80})", body, re.IGNORECASE)
        title = f' titled "{found.group(1).decode("utf-8", "replace").strip()}"' if found else ""
        words = f"a web page{title} came instead of an answer ({status}): something on the way answered"
        return Outcome(State.FAILED, words, "Check the proxy (HTTPS_PROXY, NO_PROXY) and `url` in the configuration.")
    if not body.strip() and status == 200:
        return Outcome(State.FAILED, "the answer is empty (200)", "r runs it again; a proxy may have cut it off.")
    return None


def _by_status(kind: str, status: int, error: ServiceError, query: str, wait: float | None) -> Outcome:
    told = error.message or f"HTTP {status}"
    if status == 429:
        return _throttled(kind, error, wait)
    if status in (408, 504) or error.says(*_OVER_TIME):
        return Outcome(State.TIMED_OUT, f"the service's own time limit was reached ({status})", _NARROW)
    if error.has("InvalidAuthenticationTokenAudience"):
        return Outcome(
            State.FAILED, f"the sign-in is for another service: {told}", "Check `cloud` in the configuration."
        )
    if status == 401:
        return Outcome(State.NOT_PERMITTED, f"the sign-in is not accepted: {told}", _SIGN_IN)
    if status == 403 or error.has("invalid_grant"):
        return Outcome(State.NOT_PERMITTED, f"access is refused: {told}", f"It needs {_PERMISSIONS[kind]}.")
    if status == 404:
        words = f"there is nothing at this address: {told}"
        return Outcome(
            State.FAILED, words, "Check the workspace's id or cluster, cloud and `url` in the configuration."
        )
    if error.has("FailedToResolveResource", "BadRequest_EntityNotFound", "BadRequest_DatabaseNotExist"):
        return Outcome(State.FAILED, f"the service does not know the workspace: {told}", "Check its id and `tenant`.")
    if error.says(*_TOO_LARGE):
        return Outcome(State.FAILED, f"the result is too large: {told}", _TOO_MUCH)
    if status == 400:
        return _bad_query(kind, error, told, query)
    if status == 503:
        again = f" in {wait:.0f} s" if wait is not None else " later"
        return Outcome(State.FAILED, f"{SERVICES[kind]} is not available now: {told}", f"r runs it again{again}.")
    if status >= 500:
        return Outcome(State.FAILED, f"{SERVICES[kind]} failed ({status}): {told}", "r runs it again; it may pass.")
    return Outcome(State.FAILED, f"{SERVICES[kind]} refused the request ({status}): {told}")


def _throttled(kind: str, error: ServiceError, wait: float | None) -> Outcome:
    again = f"r runs it again in {_span(wait)}." if wait is not None else "r runs it again later."
    if error.says("processing resources", "cpu"):
        words = "the tenant's processing quota is used up"
        return Outcome(State.THROTTLED, words, f"{again} The quota is renewed every 15 minutes, for the whole tenant.")
    told = f": {error.message}" if error.message else ""
    return Outcome(State.THROTTLED, f"{SERVICES[kind]} takes no more queries for now (429){told}", again)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _bad_query(kind: str, error: ServiceError, told: str, query: str) -> Outcome:
    what, name = error.unresolved
    if "table" in what:
        words = f"there is no table {name} in this workspace, or you may not see it"
        step = "c shows which tables are there; it may need a licence, a connector or a role."
        return Outcome(State.NO_TABLE, words, step)
    if error.has("SyntaxError", "BadRequest_SyntaxError", "SYN0002") or error.says(
        "could not be parsed", "syntax error"
    ):
        place = _place(error, query)
        where = f" at line {place[0]}, column {place[1]}" if place else ""
        return Outcome(State.FAILED, f"syntax error{where}: {told}", "K shows the query as it was sent.", place)
    place = _place(ServiceError(token=name), query) if name else None
    where = f" at line {place[0]}, column {place[1]}" if place else ""
    if name or error.has("SemanticError", "SEM0100") or error.says("semantic error"):
        return Outcome(
            State.FAILED, f"the query makes no sense there{where}: {told}", "K shows it as it was sent.", place
        )
    return Outcome(State.FAILED, f"{SERVICES[kind]} does not take the request: {told}")


def _place(error: ServiceError, query: str) -> tuple[int, int] | None:
    """Line and column from 1: as the service says, else where the word it complains of stands, if only once."""
    if error.line is not None and error.position is not None:
        return error.line, error.position + 1
    if not error.token or not query:
        return None
    try:
        starts = [token.start for token in tokenize(query) if token.text == error.token]
    except KqlSyntaxError:
        starts = [found.start() for found in re.finditer(re.escape(error.token), query)]
    if len(starts) != 1:
        return None
    before = query[: starts[0]]
    return before.count("\n") + 1, starts[0] - (before.rfind("\n") + 1) + 1


def _details(answer: Any) -> list[Mapping[str, Any]]:
    """The single errors of an answer's `error`."""
    if not isinstance(answer, Mapping):
        return []
    details = answer.get("details")
    found = [entry for entry in details if isinstance(entry, Mapping)] if isinstance(details, list) else []
    return found or [answer]


def _severity(entry: Mapping[str, Any]) -> str:
    inner = entry.get("innererror") or entry.get("innerError") or {}
    return str(inner.get("severityName", "")).lower() if isinstance(inner, Mapping) else ""


def _is_truncation(error: ServiceError) -> bool:
    return error.says("e_query_result_set_too_large", "80da0003", "not all records were returned") or error.has(
        "LimitsExceeded"
    )
