"""How a loopback server can be told to fail, each once or until told otherwise."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong with an answer. How it looks on the wire is each service's own."""

    PARTIAL = "partial"
    """Rows, and a warning that a part of the data was not looked at."""
    TRUNCATED = "truncated"
    """Rows, and word that the rest is over the service's limit."""
    NO_CONTENT = "no_content"
    """204 without a body."""
    EMPTY = "empty"
    """200 without a body."""
    PROXY_ERROR = "proxy_error"
    """502 with a page of HTML."""
    PROXY_PAGE = "proxy_page"
    """200 with a page of HTML, as a proxy that wants to be signed in to."""
    SYNTAX = "syntax"
    SEMANTIC = "semantic"
    NO_TABLE = "no_table"
    UNAUTHORIZED = "unauthorized"
    """401: the token has expired."""
    CLAIMS = "claims"
    """401 that asks for a token with further claims."""
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    THROTTLED = "throttled"
    """429, with Retry-After when `retry_after` is given."""
    CPU_QUOTA = "cpu_quota"
    """429 (Defender): the tenant's processing resources are used up."""
    TIMED_OUT = "timed_out"
    """The service's own time limit was reached."""
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    """503, with Retry-After when `retry_after` is given."""
    BAD_UTF8 = "bad_utf8"
    """200 whose text is not UTF-8."""
    BAD_GZIP = "bad_gzip"
    """200 that says gzip and is not."""
    BAD_JSON = "bad_json"
    """200 whose JSON breaks off, though its length is as announced."""
    RESET = "reset"
    """The connection is reset in the middle of the body."""
    CUT = "cut"
    """The connection ends in the middle of the body, before the announced end."""
    NO_ANSWER = "no_answer"
    """The connection is closed before any answer."""
    HANG = "hang"
    """No answer until the client goes away."""
    SLOW = "slow"
    """The body takes `seconds`, a little at a time."""
    LATE = "late"
    """The answer begins after `seconds`."""
    HUGE = "huge"
    """`rows` rows of twelve columns, about 300 bytes each, whatever the service's limits."""
    WRONG_ROWS = "wrong_rows"
    """200 whose rows do not fit the columns."""


@dataclass(frozen=True)
class Plan:
    """One failure to come: `times` requests meet it, all when None."""

    fault: Fault
    times: int | None = 1
    retry_after: float | None = None
    seconds: float = 2.0
    rows: int = 500_000
    after_bytes: int = 2_000
    """For RESET and CUT: how much of the body still goes out."""
    message: str = ""
    """For errors: the service's words instead of its usual ones."""
    on: str = ""
    """Only requests whose path or body holds this."""
    skip: int = 0
    """So many of them are let through first."""


class Plans:
    """The failures to come, the first that fits a request first; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: list[_Coming] = []

    def add(self, plan: Plan) -> None:
        """One more, behind those there are."""
        with self._lock:
            self._coming.append(_Coming(plan, plan.times, plan.skip))

    def take(self, text: str) -> Plan | None:
        """The failure of a request with `text` in its path or body, or None."""
        with self._lock:
            for coming in self._coming:
                if coming.plan.on not in text:
                    continue
                if coming.skip:
                    coming.skip -= 1
                    continue
                if coming.left is not None:
                    coming.left -= 1
                    if not coming.left:
                        self._coming.remove(coming)
                return coming.plan
        return None

    def clear(self) -> None:
        """None are to come."""
        with self._lock:
            self._coming.clear()


@dataclass
class _Coming:
    plan: Plan
    left: int | None
    skip: int
