"""Whether a desktop's display answers, asked without touching its clipboard."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path

SECONDS = 1.0
_X11 = re.compile(r"(?P<host>[^:]*):(?P<number>\d{1,5})(?:\.\d+)?\Z", re.ASCII)
_GREETING = b"l\0\x0b\0\0\0\0\0\0\0\0\0"
"""The first words of an X client: little-endian, version 11, no password. Any answer is an answer."""


def display_fault(name: str, environ: Mapping[str, str]) -> str:
    """Why the display that the variable `name` (`DISPLAY`, `WAYLAND_DISPLAY`) tells of does not answer, or nothing."""
    display = environ.get(name, "")
    try:
        with _connect(name, display, environ) as connection:
            if name == "WAYLAND_DISPLAY":
                return ""
            connection.sendall(_GREETING)
            return "" if connection.recv(1) else "it hangs up"
    except TimeoutError:
        return f"it does not answer within {SECONDS:g} s"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)


def _connect(name: str, display: str, environ: Mapping[str, str]) -> socket.socket:
    if name == "WAYLAND_DISPLAY":
        folder = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
        return _local(str(Path(folder) / display))
    match = _X11.match(display)
    if match is None or int(match["number"]) > 59_535:
        raise ValueError("it is not written as HOST:NUMBER")
    if match["host"] in ("", "unix"):
        return _local(f"/tmp/.X11-unix/X{match['number']}")
    return socket.create_connection((match["host"], 6000 + int(match["number"])), SECONDS)


def _local(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(SECONDS)
    try:
        connection.connect(path)
    except BaseException:
        connection.close()
        raise
    return connection
