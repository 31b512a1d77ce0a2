"""A server on 127.0.0.1 over TLS, with what all services have in common: tokens, rates, failures on demand, and a record."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tui.loopback.answers import Answer
from tui.loopback.authority import Authority
from tui.loopback.faults import Fault, Plan, Plans
from tui.loopback.listener import Listener
from tui.loopback.rates import Gate, OverRateError, Rates
from tui.loopback.tokens import Ledger, RefusedTokenError
from tui.loopback.wire import Line, Manner, Reply, Request, make_request

_MANNERS = {Fault.CUT: Manner.CUT, Fault.RESET: Manner.RESET, Fault.SLOW: Manner.SLOW}
_FOREVER = 86_400.0
_KEPT = 10_000
_PAGE = b"""<!DOCTYPE html><html><head><title>Proxy</title></head><body><h1>The gateway could not reach the server</h1>
<p>Please contact your network administrator.</p></body></html>"""


class LoopbackServer:
    """What the servers share; each service says how it answers (`answer`) and how it words a failure (`refusal`).

    Used as `with` or by `start` and `stop`. `url` is `https://127.0.0.1:PORT`, `ca` the file clients must trust. Without a
    `ledger` no token is asked for. May be changed while it runs: `delay` (seconds before each query's answer), `rates`.
    """

    name = "server"

    def __init__(
        self,
        authority: Authority,
        *,
        ledger: Ledger | None = None,
        rates: Rates | None = None,
        port: int = 0,
        control: bool = False,
    ) -> None:
        self.authority, self.ledger, self.control = authority, ledger, control
        self.rates = rates or Rates()
        self.delay = 0.0
        self.gate = Gate(lambda: self.rates)
        self._port = port
        self._plans = Plans()
        self._canned: list[Answer | Reply] = []
        self._requests: deque[Request] = deque(maxlen=_KEPT)
        self._number = 0
        self._lock = threading.Lock()
        self._listener: Listener | None = None
        self.on_request: Callable[[Request], None] = lambda _: None
        """Called, from any thread, with each request as it comes."""

    def start(self) -> Self:
        """Listens; OSError when the port is taken."""
        self._listener = Listener(self.name, self._port, self.authority.context, self.record, self.respond)
        self._port = self._listener.port
        return self

    def stop(self) -> None:
        """Ends every connection and stops listening."""
        if self._listener is not None:
            self._listener.end()
            self._listener = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops for good, and lets go of files."""
        self.stop()

    @property
    def url(self) -> str:
        """`https://127.0.0.1:PORT`."""
        return f"https://127.0.0.1:{self._port}"

    @property
    def ca(self) -> Path:
        """The file with the authority that clients must trust."""
        return self.authority.ca

    @property
    def requests(self) -> list[Request]:
        """The last 10,000 requests, oldest first, those under way included."""
        with self._lock:
            return list(self._requests)

    @property
    def queries(self) -> list[Request]:
        """Those requests that carried KQL."""
        return [request for request in self.requests if request.query]

    @property
    def active(self) -> int:
        """Requests under way, waiting ones included."""
        return sum(request.ended is None for request in self.requests)

    def fail_next(
        self,
        fault: Fault | str,
        times: int | None = 1,
        *,
        on: str = "",
        skip: int = 0,
        retry_after: float | None = None,
        seconds: float = 2.0,
        rows: int = 500_000,
        after_bytes: int = 2_000,
        message: str = "",
    ) -> None:
        """The next `times` requests (all when None) with `on` in path or body fail so, the first `skip` of them excepted."""
        self._plans.add(Plan(Fault(fault), times, retry_after, seconds, rows, after_bytes, message, on, skip))

    def answer_next(self, answer: Answer | Reply) -> None:
        """The next query is answered so, in the service's own form; a `Reply` goes out exactly as it is."""
        with self._lock:
            self._canned.append(answer)

    def clear(self) -> None:
        """Forgets the failures and answers to come, the requests so far, and what they count against the rates."""
        self._plans.clear()
        with self._lock:
            self._canned.clear()
            self._requests.clear()
        self.gate.forget()

    def answer(self, request: Request, line: Line, plan: Plan | None, canned: Answer | None) -> Reply:
        """The service's answer, with what `plan` says of its rows; the subclass's own."""
        raise NotImplementedError

    def refusal(self, fault: Fault, request: Request, plan: Plan) -> Reply:
        """How the service says that it will not or cannot; the subclass's own."""
        raise NotImplementedError

    def audience(self, request: Request) -> str:
        """What a token must be for; empty when this request needs none."""
        del request
        return ""

    def is_query(self, request: Request) -> bool:
        """Whether the request counts against the rates, and takes answers given beforehand."""
        return bool(request.query)

    def respond(self, request: Request, line: Line) -> Reply:
        """What is sent for `request`; ClientGoneError when nobody is there to take it any more."""
        if self.control and request.path.startswith("/loopback/"):
            from tui.loopback.control import control_reply

            return control_reply(self, request)
        plan = self._plans.take(f"{request.path} {request.text}")
        if plan is not None and (reply := self._failed(plan, request, line)) is not None:
            return reply
        audience = self.audience(request)
        try:
            if self.ledger is not None and audience:
                self.ledger.check(request.token, audience)
            if self.is_query(request):
                with self.gate.inside(line):
                    reply = self._answered(request, line, plan)
            else:
                reply = self.answer(request, line, plan, None)
            return reply if plan is None else self._broken(reply, plan)
        except RefusedTokenError as fault:
            return self.refused_token(fault.kind, request)
        except OverRateError as error:
            return self.refusal(Fault.THROTTLED, request, Plan(Fault.THROTTLED, retry_after=max(1.0, error.seconds)))

    def refused_token(self, kind: str, request: Request) -> Reply:
        """How a token that is missing, unknown, expired or for another audience is refused."""
        fault = Fault.FORBIDDEN if kind == "audience" else Fault.UNAUTHORIZED
        return self.refusal(fault, request, Plan(fault, message=kind))

    def _answered(self, request: Request, line: Line, plan: Plan | None) -> Reply:
        with self._lock:
            canned = self._canned.pop(0) if self._canned else None
        return canned if isinstance(canned, Reply) else self.answer(request, line, plan, canned)

    def _failed(self, plan: Plan, request: Request, line: Line) -> Reply | None:
        """The failure, or None when the answer is made first."""
        html = {"Content-Type": "text/html; charset=utf-8"}
        match plan.fault:
            case Fault.NO_CONTENT:
                return Reply(204)
            case Fault.EMPTY:
                return Reply(200)
            case Fault.PROXY_ERROR:
                return Reply(502, _PAGE, html)
            case Fault.PROXY_PAGE:
                return Reply(200, _PAGE, html)
            case Fault.NO_ANSWER:
                return Reply(silent=True)
            case Fault.HANG:
                line.wait(_FOREVER)
                return Reply(silent=True)
            case Fault.LATE:
                line.wait(plan.seconds)
                return None
            case fault if fault in _WITH_ANSWER:
                return None
            case fault:
                return self.refusal(fault, request, plan)

    def _broken(self, reply: Reply, plan: Plan) -> Reply:
        """`reply` with its body sent or spoilt as `plan` says."""
        reply.manner = _MANNERS.get(plan.fault, reply.manner)
        reply.after_bytes, reply.seconds = plan.after_bytes, plan.seconds
        if plan.fault in (Fault.BAD_UTF8, Fault.BAD_GZIP, Fault.BAD_JSON):
            content = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
            if plan.fault is Fault.BAD_UTF8:
                content = content.replace(b'"', b'"\xe9\xff', 3)
            elif plan.fault is Fault.BAD_JSON:
                content = content[: len(content) // 2]
            else:
                reply.headers["Content-Encoding"] = "gzip"
                reply.compress = False
            reply.body = content
        return reply

    def record(self, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Request:
        """Keeps a request that has come."""
        with self._lock:
            self._number += 1
            request = make_request(self._number, method, target, headers, raw)
            self._requests.append(request)
        self.on_request(request)
        return request


_WITH_ANSWER = frozenset(
    (Fault.PARTIAL, Fault.TRUNCATED, Fault.BAD_UTF8, Fault.BAD_GZIP, Fault.BAD_JSON, Fault.RESET, Fault.CUT, Fault.SLOW)
) | {Fault.HUGE, Fault.WRONG_ROWS}
