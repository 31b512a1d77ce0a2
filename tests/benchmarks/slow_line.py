"""The program in tmux behind a slow line (200 ms, 50 kB/s): `python -m tests.benchmarks.slow_line [COLUMNSxROWS...]`.

What is measured is how long the screen still changes after the last key: what had queued up behind it, and the way.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

from tests.benchmarks import bench_app
from tests.benchmarks.terminal import DOWN, PAGE_DOWN, RIGHT, Terminal, python

WAY = 0.1
"""Seconds that a byte travels, each way."""
RATE = 50_000
"""Bytes a second that come through."""
_SOCKET = "huntdeck-slow-line"
_STEP = 0.01


class SlowTerminal(Terminal):
    """A terminal at the other end of such a line. The program waits, as behind a full SSH connection, while it is read late."""

    def __init__(self, argv: list[str], columns: int, rows: int) -> None:
        super().__init__(argv, columns, rows)
        self._pressed: deque[tuple[float, bytes]] = deque()
        self._allowed = 0.0
        self._filled = time.monotonic()

    def press_at_far_end(self, key: bytes) -> None:
        """A key that arrives after its way."""
        self._pressed.append((time.monotonic() + WAY, key))

    def pump(self, seconds: float) -> bool:
        """As much as the line lets through within `seconds`; whether anything came."""
        end, came = time.monotonic() + seconds, False
        while True:
            now = time.monotonic()
            while self._pressed and self._pressed[0][0] <= now:
                os.write(self._descriptor, self._pressed.popleft()[1])
            self._allowed = min(RATE * _STEP * 2, self._allowed + (now - self._filled) * RATE)
            self._filled = now
            if self._allowed >= 1 and select.select([self._descriptor], [], [], 0)[0]:
                data = os.read(self._descriptor, int(self._allowed))
                self._allowed -= len(data)
                self.output += data
                self.last, came = time.monotonic() + WAY, True
            if now >= end or (came and not self._pressed):
                return came
            time.sleep(min(_STEP, max(0.0, end - now)))


def after(terminal: SlowTerminal, key: bytes, times: int, rate: float) -> tuple[float, int]:
    """Seconds of change after the last of some presses, and the bytes of all."""
    terminal.until_quiet(1)
    before, start = len(terminal.output), time.monotonic()
    for number in range(times):
        terminal.press_at_far_end(key)
        while (left := start + (number + 1) / rate - time.monotonic()) > 0:
            terminal.pump(left)
    released = start + (times - 1) / rate
    terminal.until_quiet(1)
    return max(0.0, terminal.last - released), len(terminal.output) - before


def try_at(folder: Path, columns: int, rows: int) -> None:
    """Every kind of key, once or held."""
    program = " ".join(python("-m", "tests.benchmarks.bench_app", "events", str(folder)))
    terminal = SlowTerminal(["tmux", "-L", _SOCKET, "-f", os.devnull, "new-session", program], columns, rows)
    terminal.wait_for(b"T1119")
    print(f"{columns}x{rows} in tmux, {WAY * 2000:.0f} ms there and back, {RATE / 1000:.0f} kB/s")
    presses = [
        ("Down in the tree, held 2 s", DOWN, 60, 30.0),
        ("Up in the tree", b"\x1b[A", 60, 30.0),
        ("to the hunt", DOWN, 3, 5.0),
        ("Enter: run it, devices", b"\r", 1, 1.0),
        ("to the count", RIGHT, 3, 5.0),
        ("Enter: 100,000 events", b"\r", 1, 1.0),
        ("Down in the rows, held 3 s", DOWN, 90, 30.0),
        ("Right, held 2 s", RIGHT, 60, 30.0),
        ("PageDown, held 3 s", PAGE_DOWN, 90, 30.0),
        ("event with all fields", b"i", 1, 1.0),
        ("and back", b"\x1b", 1, 1.0),
        ("help", b"?", 1, 1.0),
        ("and back", b"\x1b", 1, 1.0),
        ("sort", b"s", 1, 1.0),
        ("back", b"\x7f", 1, 1.0),
    ]
    for what, key, times, rate in presses:
        seconds, size = after(terminal, key, times, rate)
        print(f"  {what:32}{seconds:6.2f} s after the last key{size:10,} B")
    terminal.close()
    subprocess.run(["tmux", "-L", _SOCKET, "kill-server"], check=False, capture_output=True)


def main() -> None:
    sizes = [tuple(map(int, word.split("x"))) for word in sys.argv[1:]] or [(160, 45), (80, 24)]
    with tempfile.TemporaryDirectory() as directory:
        bench_app.write_events(Path(directory))
        for columns, rows in sizes:
            try_at(Path(directory), columns, rows)


if __name__ == "__main__":
    main()
