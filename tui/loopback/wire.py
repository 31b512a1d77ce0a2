"""HTTP as the loopback servers speak it: a request as it came, a reply to be sent, and how the bytes go out."""

from __future__ import annotations

import hashlib
import json
import select
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_POLL = 0.02
"""Seconds between looks at whether the client is still there."""
_SLOW_PIECES = 20


class ClientGoneError(ConnectionError):
    """The client has closed the connection before it had the whole answer."""


class Manner(StrEnum):
    """How a body goes out."""

    WHOLE = "whole"
    CUT = "cut"
    RESET = "reset"
    SLOW = "slow"


@dataclass
class Request:
    """A request as it came. `headers` are in lower case and hold a hash in place of the token; `number` counts from 1.

    `status`, `sent` (bytes of the body), `dropped` (the client left first), `ended` and `error` are filled as it is answered.
    """

    number: int
    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes = field(repr=False)
    token: str = field(repr=False)
    began: float = field(default_factory=time.monotonic)
    status: int = 0
    sent: int = 0
    dropped: bool = False
    ended: float | None = None
    error: str = ""
    """A mistake of the server's own, in the middle of the answer."""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.raw.decode("utf-8", "replace")

    @property
    def body(self) -> Any:
        """The body as JSON, or as a form; None when it is neither."""
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.text))
        try:
            return json.loads(self.raw)
        except ValueError:
            return None

    @property
    def query(self) -> str:
        """The KQL that was sent; empty when there is none."""
        body = self.body
        if isinstance(body, dict):
            found = next((body[key] for key in ("query", "Query", "csl") if isinstance(body.get(key), str)), "")
            return str(found)
        return self.parameters.get("query", "")


@dataclass
class Reply:
    """An answer to be sent; a body in pieces goes out as it is made, compressed where the client takes gzip."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE
    after_bytes: int = 0
    seconds: float = 0.0
    compress: bool = True
    silent: bool = False
    """Nothing is sent at all: the connection is closed."""


def json_reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """`value` as JSON."""
    content = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, content, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def hidden(token: str) -> str:
    """What is kept of a token: the start of its hash."""
    return f"sha256:{hashlib.sha256(token.encode()).hexdigest()[:12]}"


def make_request(number: int, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Request:
    """The request with its token taken out of the headers."""
    lowered = {name.lower(): value for name, value in headers.items()}
    authorization = lowered.get("authorization", "")
    scheme, _, token = authorization.partition(" ")
    if authorization:
        lowered["authorization"] = f"{scheme} {hidden(token)}"
    parts = urlsplit(target)
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Request(number, method, unquote(parts.path), parameters, lowered, raw, token)


class Line:
    """The connection to one client: says whether it is still there, and sends replies."""

    def __init__(self, connection: ssl.SSLSocket, stopping: threading.Event) -> None:
        self.connection = connection
        self._stopping = stopping

    def gone(self) -> bool:
        """Whether the client has closed the connection; while it waits for an answer it sends nothing else."""
        poller = select.poll()
        try:
            poller.register(self.connection, select.POLLIN | select.POLLHUP)
            heard = poller.poll(0)
        except (OSError, ValueError):
            return True
        return bool(heard) or self._stopping.is_set()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Waits, at most so long, until the event is set; whether it is. ClientGoneError as soon as the client is gone."""
        end = time.monotonic() + seconds
        event = until or self._stopping
        while (left := end - time.monotonic()) > 0:
            if event.wait(min(_POLL, left)):
                return until is not None
            if self.gone():
                raise ClientGoneError
        return until is not None and until.is_set()

    def send(self, request: Request, reply: Reply) -> bool:
        """Sends `reply`; whether the connection can be used again. ClientGoneError when the client is gone."""
        if reply.silent:
            return False
        gzip = reply.compress and "gzip" in request.headers.get("accept-encoding", "") and bool(reply.body)
        pieces = [reply.body] if isinstance(reply.body, bytes) else reply.body
        if reply.manner is Manner.SLOW:
            pieces = [b"".join(pieces)]
        coded = _compressed(pieces) if gzip else iter(pieces)
        whole = isinstance(reply.body, bytes) or reply.manner is not Manner.WHOLE
        try:
            if whole:
                return self._send_whole(request, reply, b"".join(coded), gzip)
            return self._send_pieces(request, reply, coded, gzip)
        except OSError as error:
            raise ClientGoneError from error

    def _head(self, reply: Reply, length: int | None, gzip: bool) -> bytes:
        headers = {"Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()), **reply.headers}
        if gzip:
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        if length is None:
            headers["Transfer-Encoding"] = "chunked"
        elif reply.status != 204:
            headers["Content-Length"] = str(length)
        lines = [
            f"HTTP/1.1 {reply.status} {_phrase(reply.status)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _send_whole(self, request: Request, reply: Reply, content: bytes, gzip: bool) -> bool:
        self.connection.sendall(self._head(reply, len(content), gzip))
        if reply.manner in (Manner.CUT, Manner.RESET):
            part = content[: min(reply.after_bytes, len(content) // 2)]
            request.sent += len(part)
            self.connection.sendall(part)
            if reply.manner is Manner.RESET:
                self.reset()
            return False
        pieces = _SLOW_PIECES if reply.manner is Manner.SLOW else 1
        size = max(1, -(-len(content) // pieces))
        for start in range(0, len(content), size):
            if start:
                self.wait(reply.seconds / pieces)
            request.sent += len(content[start : start + size])
            self.connection.sendall(content[start : start + size])
        return True

    def _send_pieces(self, request: Request, reply: Reply, pieces: Iterable[bytes], gzip: bool) -> bool:
        self.connection.sendall(self._head(reply, None, gzip))
        for piece in pieces:
            if piece:
                request.sent += len(piece)
                self.connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            if self._stopping.is_set():
                return False
        self.connection.sendall(b"0\r\n\r\n")
        return True

    def reset(self) -> None:
        """Ends the connection without a farewell: the client sees a reset."""
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.socket(fileno=self.connection.detach()).close()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    for piece in pieces:
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()
