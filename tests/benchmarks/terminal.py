"""A program in a terminal of a given size, and what it writes when keys are pressed."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from dataclasses import dataclass

import psutil

DOWN, UP, RIGHT, PAGE_DOWN = b"\x1b[B", b"\x1b[A", b"\x1b[C", b"\x1b[6~"
_ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
}
"""What a modern terminal says when asked: its kind, the cursor, synchronized output."""


@dataclass(frozen=True)
class Presses:
    """What each press of a key cost: bytes written and seconds until the last of them."""

    sizes: list[int]
    seconds: list[float]

    @property
    def median_bytes(self) -> float:
        return statistics.median(self.sizes)

    @property
    def mean_bytes(self) -> float:
        return statistics.fmean(self.sizes)

    @property
    def median_ms(self) -> float:
        return statistics.median(self.seconds) * 1000

    @property
    def p95_ms(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000


class Terminal:
    """Runs `argv` in a pseudo-terminal with true colour; reads everything it writes."""

    def __init__(self, argv: list[str], columns: int = 160, rows: int = 45) -> None:
        environment = dict(os.environ, TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
        environment.pop("TMUX", None)
        self.output = bytearray()
        self.last = self.started = time.monotonic()
        self._pid, self._descriptor = pty.fork()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        if self._pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, size)
            os.execvpe(argv[0], argv, environment)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)
        self.process = psutil.Process(self._pid)

    def pump(self, seconds: float) -> bool:
        """Read what comes within `seconds`; whether anything did."""
        if not select.select([self._descriptor], [], [], max(0.0, seconds))[0]:
            return False
        data = os.read(self._descriptor, 1 << 20)
        self.output += data
        self.last = time.monotonic()
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._descriptor, answer)
        return True

    def until_quiet(self, quiet: float = 0.3, limit: float = 60.0) -> None:
        """Read until nothing has come for `quiet` seconds."""
        end = time.monotonic() + limit
        while time.monotonic() < end and self.pump(quiet):
            pass

    def rest(self, seconds: float) -> None:
        """Read for `seconds`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(left)

    def wait_for(self, text: bytes, limit: float = 120.0) -> float:
        """Seconds from the start until `text` was written."""
        end = time.monotonic() + limit
        while text not in self.output:
            if time.monotonic() > end:
                raise TimeoutError(f"{text!r} did not appear")
            self.pump(0.05)
        return self.last - self.started

    def send(self, key: bytes) -> None:
        """Press `key`; what was written before is forgotten."""
        self.output.clear()
        os.write(self._descriptor, key)

    def press(self, key: bytes, times: int, quiet: float = 0.15) -> Presses:
        """Press `key` again and again, each time when all is drawn."""
        self.until_quiet(0.5)
        sizes, seconds = [], []
        for _ in range(times):
            before, sent = len(self.output), time.monotonic()
            os.write(self._descriptor, key)
            self.until_quiet(quiet)
            sizes.append(len(self.output) - before)
            seconds.append(self.last - sent if sizes[-1] else 0.0)
        return Presses(sizes, seconds)

    def hold(self, key: bytes, times: int, rate: float = 30.0) -> tuple[float, float]:
        """Hold `key` down at `rate` Hz: bytes per press, and seconds of drawing after its release."""
        self.until_quiet(0.5)
        before, start = len(self.output), time.monotonic()
        for number in range(times):
            os.write(self._descriptor, key)
            while (left := start + (number + 1) / rate - time.monotonic()) > 0:
                self.pump(left)
        released = time.monotonic()
        self.until_quiet()
        return (len(self.output) - before) / times, max(0.0, self.last - released)

    def idle(self, seconds: float = 3.0) -> float:
        """Bytes per second while nothing happens."""
        self.until_quiet(0.5)
        before = len(self.output)
        self.rest(seconds)
        return (len(self.output) - before) / seconds

    def memory(self) -> int:
        """Resident MiB of the program and its children."""
        processes = [self.process, *self.process.children(recursive=True)]
        return sum(process.memory_info().rss for process in processes) >> 20

    def close(self) -> None:
        """End the program."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(3)
        except psutil.TimeoutExpired:
            self.process.kill()
        os.close(self._descriptor)


def python(*arguments: str) -> list[str]:
    """A command line of this Python."""
    return [sys.executable, *arguments]
