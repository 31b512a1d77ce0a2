"""Failures asked for over HTTP, for servers that run in a process of their own.

`POST /loopback/fail?fault=throttled&times=2&retry_after=5` (the words of `LoopbackServer.fail_next`),
`POST /loopback/set?delay=3`, `POST /loopback/clear`, `POST /loopback/expire` (every token given out so far),
`GET /loopback/requests`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.kql.dialects import nearest
from tui.loopback.faults import Fault
from tui.loopback.wire import Reply, Request, json_reply

if TYPE_CHECKING:
    from tui.loopback.server import LoopbackServer

_NUMBERS = {"skip": int, "retry_after": float, "seconds": float, "rows": int, "after_bytes": int}
_TEXTS = ("on", "message")


def control_reply(server: LoopbackServer, request: Request) -> Reply:
    """Does what is asked, and says what is wrong with what cannot be done."""
    action = request.path.removeprefix("/loopback/")
    try:
        if action == "fail":
            server.fail_next(**_words(dict(request.parameters)))
        elif action == "set":
            server.delay = float(request.parameters["delay"])
        elif action == "clear":
            server.delay = 0.0
            server.clear()
        elif action == "expire" and server.ledger is not None:
            server.ledger.expire_all()
        elif action == "requests":
            return json_reply([_shown(known) for known in server.requests])
        else:
            return json_reply({"error": f"there is nothing at {request.path}"}, 404)
    except (KeyError, ValueError) as error:
        words = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        return json_reply({"error": words}, 400)
    return json_reply({"done": action})


def _words(given: dict[str, str]) -> dict[str, Any]:
    fault = given.pop("fault")
    if fault not in set(Fault):
        raise ValueError(f"there is no failure {fault!r}{nearest(fault, list(Fault))}; there are {', '.join(Fault)}")
    words: dict[str, Any] = {"fault": fault}
    times = given.pop("times", "1")
    words["times"] = None if times == "all" else int(times)
    for name, value in given.items():
        if name in _NUMBERS:
            words[name] = _NUMBERS[name](value)
        elif name in _TEXTS:
            words[name] = value
        else:
            raise ValueError(f"{name!r} is not one of fault, times, {', '.join((*_NUMBERS, *_TEXTS))}")
    return words


def _shown(request: Request) -> dict[str, Any]:
    return {
        "number": request.number,
        "method": request.method,
        "path": request.path,
        "headers": dict(request.headers),
        "query": request.query,
        "status": request.status,
        "sent": request.sent,
        "dropped": request.dropped,
        "ended": request.ended is not None,
    }
