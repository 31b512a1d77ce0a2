"""Connections on 127.0.0.1 over TLS, each in a thread of its own, and what happens to a request on one."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tui.loopback.wire import ClientGoneError, Line, Reply, Request, json_reply

Record = Callable[[str, str, Mapping[str, str], bytes], Request]
"""Keeps a request: method, target, headers, body."""
Respond = Callable[[Request, Line], Reply]
_POLL = 0.05
_IDLE_SECONDS = 900


class Listener(ThreadingHTTPServer):
    """Listens from the moment it is made; OSError when the port is taken. `port` is the one it has."""

    daemon_threads = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, name: str, port: int, context: ssl.SSLContext, record: Record, respond: Respond) -> None:
        self.stopping = threading.Event()
        self._context = context
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _handler(record, respond, self.stopping))
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, args=(_POLL,), daemon=True, name=f"loopback-{name}").start()

    def end(self) -> None:
        """Stops listening, and ends the connections that wait for a further request and those in the middle of one."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._connections):
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def get_request(self) -> tuple[Any, Any]:
        """The handshake is left to the connection's own thread, so that a slow client holds nobody up."""
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wrapped = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(wrapped)
        return wrapped, address

    def shutdown_request(self, request: Any) -> None:
        """One connection less."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that end badly are the clients' own affair."""


def _handler(record: Record, respond: Respond, stopping: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _IDLE_SECONDS

        def log_message(self, *_: Any) -> None:
            """Nothing is written: the requests are kept."""

        def do_GET(self) -> None:
            self._handle()

        def do_POST(self) -> None:
            self._handle()

        def _handle(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = record(self.command, self.path, dict(self.headers.items()), raw)
            if not _answer(request, Line(self.connection, stopping), respond):
                self.close_connection = True

    return Handler


def _answer(request: Request, line: Line, respond: Respond) -> bool:
    """Answers `request`; whether the connection can be used again."""
    try:
        try:
            reply = respond(request, line)
        except ClientGoneError:
            raise
        except Exception as error:  # a mistake of the server's own is told to the client, where it can be seen
            request.error = f"{type(error).__name__}: {error}"
            reply = json_reply({"error": {"code": "InternalServerError", "message": f"loopback: {request.error}"}}, 500)
        request.status = reply.status
        return line.send(request, reply)
    except ClientGoneError:
        request.dropped = True
    except Exception as error:  # in the middle of the body
        request.error = f"{type(error).__name__}: {error}"
    finally:
        request.ended = time.monotonic()
    return False
