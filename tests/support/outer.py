"""The terminal that a multiplexer or the program itself draws on: a pseudo-terminal that keeps every byte it gets."""

from __future__ import annotations

import base64
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyte
import pytest

SECONDS = 20.0
_OSC52 = re.compile(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")
# pyte draws what stands in a device control string, which terminals do not, and takes `CSI ... m` of any kind.
_NOT_DRAWN = re.compile(rb"\x1b[PX^_].*?\x1b\\|\x1b\[[<>=?][0-9;]*[mu]", re.DOTALL)
_TURN = re.compile(rb"\x1b\[\?1049[hl]")
_UNFINISHED = re.compile(rb"\x1b(?:[PX^_].*|\[[<>=?]?[0-9;]*)?\Z", re.DOTALL)


def need(program: str) -> None:
    """Skips where `program` is not installed; on the machine that judges it has to be."""
    if shutil.which(program) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed, and CI is set")
        pytest.skip(f"{program} is not installed")


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Waits until `condition` holds; fails after `SECONDS`."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about in {SECONDS:g} s"
        time.sleep(0.01)


class OuterTerminal:
    """Runs `argv` with the environment `environ` in a terminal of its own, and reads all it writes."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], columns: int = 80, rows: int = 24) -> None:
        self.output = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._fed, self._left = 0, b""
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], list(argv), dict(environ))
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._ends = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._ends.is_set():
            if select.select([self._descriptor], [], [], 0.05)[0]:
                try:
                    part = os.read(self._descriptor, 1 << 20)
                except OSError:
                    return
                self.output += part  # read by other threads: replaced, never changed

    @property
    def clipboard(self) -> list[bytes]:
        """Each text that the terminal was told to put into its clipboard."""
        return [base64.b64decode(found[1]) for found in _OSC52.finditer(self.output)]

    @property
    def lines(self) -> list[str]:
        """What is on the screen, a line each, without trailing blanks."""
        data = _NOT_DRAWN.sub(b"", self._left + self.output[self._fed :])
        self._fed = len(self.output)
        unfinished = _UNFINISHED.search(data)
        end = unfinished.start() if unfinished is not None else len(data)
        self._left = data[end:]
        # pyte has one picture only; the other one is blank when it is turned to.
        self._stream.feed(_TURN.sub(b"\x1b[2J\x1b[H", data[:end]))
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.lines)

    def type(self, keys: bytes) -> None:
        """Types on its keyboard."""
        os.write(self._descriptor, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Gives it another size."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def mode(self) -> list[Any]:
        """How its keyboard is read, as `termios.tcgetattr` gives it."""
        return termios.tcgetattr(self._descriptor)

    def has_ended(self) -> bool:
        """Whether the program has."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Waits until `condition` holds; says what is on the screen when it does not."""
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end, f"{what} did not come about; on the screen:\n{self.text}"
            time.sleep(0.01)

    def until_shown(self, words: str) -> None:
        """Waits until `words` stand on the screen."""
        self.until(lambda: words in self.text, repr(words))

    def close(self) -> None:
        """Hangs up, and waits for the program that was started here."""
        os.kill(self.pid, signal.SIGKILL)
        self._ends.set()
        self._reader.join()
        os.close(self._descriptor)
        os.waitpid(self.pid, 0)
