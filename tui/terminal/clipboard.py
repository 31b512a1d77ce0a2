"""The clipboard, with an honest word on how far the text got: verified, sent, or failed.

A copy takes up to the time limit of each tool it asks: call it in a worker thread. Nothing is ever cut off: what is too
long for a way is refused by it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SECONDS = 2.0
"""How long a tool may take; clipboard tools hang when their display does not answer."""
TERMINAL_LIMIT = 74_994
"""Bytes a terminal is asked to take in one sequence (100,000 bytes of it, once encoded): more is dropped by some."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_PYPERCLIP = """
import sys, pyperclip
text = sys.stdin.buffer.read().decode()
pyperclip.copy(text)
sys.exit(0 if pyperclip.paste().replace("\\r\\n", "\\n") == text else 3)
"""


class CopyState(StrEnum):
    """How far a text got."""

    VERIFIED = "verified"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class CopyResult:
    """The state, and a sentence for the analyst."""

    state: CopyState
    words: str


Send = Callable[[str], None]
"""Hands a text to the terminal itself (OSC 52); may be called from a worker thread."""


def copy(text: str, send: Send, environ: Mapping[str, str] = os.environ) -> CopyResult:
    """Copies `text` by the way that fits where the program runs: tmux, a local desktop, else the terminal by `send`."""
    text = _SURROGATES.sub("\ufffd", text)
    if "TMUX" in environ:
        result = _copy_to_tmux(text, environ)
        if result is not None:
            return result
    if environ.get("STY"):
        return CopyResult(
            CopyState.FAILED, "not copied: GNU screen garbles long texts; select it from the page instead"
        )
    if _is_local_desktop(environ) and _copy_to_desktop(text, environ):
        return CopyResult(CopyState.VERIFIED, "copied to the clipboard (verified)")
    size = len(text.encode())
    if size > TERMINAL_LIMIT:
        return CopyResult(
            CopyState.FAILED, f"not copied: {size:,} bytes are more than terminals take ({TERMINAL_LIMIT:,})"
        )
    send(text)
    return CopyResult(CopyState.SENT, "sent to your terminal (cannot be confirmed)")


def _copy_to_tmux(text: str, environ: Mapping[str, str]) -> CopyResult | None:
    """Into tmux's buffer and through tmux to the terminal; None when tmux cannot be reached."""
    loaded = any(_run([*load, "-"], text, environ) for load in (["tmux", "load-buffer", "-w"], ["tmux", "load-buffer"]))
    if not loaded:
        return None
    shown = _output(["tmux", "show-buffer"], environ)
    if shown is None or shown.removesuffix(b"\n") != text.encode().removesuffix(b"\n"):
        return CopyResult(CopyState.FAILED, "not copied: tmux's buffer holds something else")
    return CopyResult(
        CopyState.VERIFIED, "copied to the tmux buffer (verified; prefix ] pastes it), and offered to your terminal"
    )


def _is_local_desktop(environ: Mapping[str, str]) -> bool:
    if any(name in environ for name in ("SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT")):
        return False
    return sys.platform == "darwin" or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _copy_to_desktop(text: str, environ: Mapping[str, str]) -> bool:
    """Through pyperclip in a process of its own, which can be ended when a display does not answer."""
    return _run([sys.executable, "-c", _PYPERCLIP], text, environ)


def _run(command: Sequence[str], text: str, environ: Mapping[str, str]) -> bool:
    """Whether `command` took `text` on its standard input and ended well in time; it never draws on the screen."""
    return _output(command, environ, text, subprocess.DEVNULL) is not None


def _output(
    command: Sequence[str], environ: Mapping[str, str], text: str = "", kept: int = subprocess.PIPE
) -> bytes | None:
    """What `command` wrote; None when it failed or took too long, which ends it and all it started."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=kept,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    except OSError:
        return None
    try:
        written, _ = process.communicate(text.encode(), SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
    return (written or b"") if process.returncode == 0 else None
