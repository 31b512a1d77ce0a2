"""A program in a pseudo-terminal: what it writes, what then stands on the screen, keys, pastes and clicks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyte

from tests.support.escapes import Kind, Stream

SECONDS = 30.0
_ANSWERS = {"\x1b[c": b"\x1b[?62;22c", "\x1b[?2026$p": b"\x1b[?2026;2$y", "\x1b[?2048$p": b"\x1b[?2048;0$y"}
"""What a modern terminal says when asked: its kind, synchronized output, sizes in the stream."""
_PICTURE_END = "\x1b[?2026l"
KEYS = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "pagedown": b"\x1b[6~",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "f4": b"\x1bOS",
    "f5": b"\x1b[15~",
    "ctrl+q": b"\x11",
    "ctrl+g": b"\x07",
    "ctrl+r": b"\x12",
    "ctrl+u": b"\x15",
}


class Terminal:
    """Runs `argv` with `environment` until it ends or is ended; `written` is all it wrote, `stream` its parts."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], columns: int = 160, rows: int = 45) -> None:
        self.written, self.stream = bytearray(), Stream()
        self.code: int | None = None
        self._text = (-1, "")
        self._pictures = 0
        self._screen = pyte.Screen(columns, rows)
        self._drawn = pyte.Stream(self._screen)
        size = struct.pack("HHHH", rows, columns, 0, 0)
        given = {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, size)
            os.execvpe(argv[0], list(argv), given)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)
        self.modes_before = self.modes

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    @property
    def text(self) -> str:
        """What stands on the screen, a line each, without trailing blanks."""
        if self._text[0] != len(self.written):
            self._text = len(self.written), self._display()
        return self._text[1]

    def _display(self) -> str:
        # pyte's own is slow, and fails on half of a wide character.
        columns = range(self._screen.columns)
        rows = (self._screen.buffer[row] for row in range(self._screen.lines))
        return "\n".join("".join(row[column].data for column in columns).rstrip() for row in rows)

    @property
    def modes(self) -> list[Any]:
        """The line discipline's attributes (echo, line mode and so on)."""
        return termios.tcgetattr(self._descriptor)[:4]

    def pump(self, seconds: float) -> bool:
        """Reads what comes within `seconds`; whether anything did. The end of the program sets `code`."""
        if self.code is not None or not select.select([self._descriptor], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._descriptor, 1 << 20)
        except OSError:
            data = b""
        if not data:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            return False
        self.written += data
        shown = []
        for token in self.stream.feed(data):
            self._pictures += token.text == _PICTURE_END
            if token.text in _ANSWERS:
                self.send(_ANSWERS[token.text])
            elif token.kind in (Kind.TEXT, Kind.CONTROL) or (
                token.kind is Kind.CSI and token.text[-1] in "mHABCDGJKhl"
            ):
                shown.append(token.text)
        self._drawn.feed("".join(shown))
        return True

    def until(self, condition: Callable[[], object], what: object = "", seconds: float = SECONDS) -> None:
        """Reads until `condition` holds; fails with the screen after `seconds`, or when the program has ended."""
        end = time.monotonic() + seconds
        while not condition():
            assert self.code is None, f"ended with {self.code} before {what}\n{self.text}"
            assert time.monotonic() < end, f"{what} did not come about in {seconds:g} s\n{self.text}"
            self.pump(0.05)

    def until_shown(self, *words: str) -> None:
        """Reads until all of `words` stand on the screen."""
        for word in words:
            self.until(lambda word=word: word in self.text, repr(word))

    def until_quiet(self, quiet: float = 0.08) -> None:
        """Reads until nothing has come for `quiet` seconds."""
        while self.pump(quiet):
            pass

    def send(self, data: bytes) -> None:
        """Writes `data` as the terminal would."""
        os.write(self._descriptor, data)

    def press(self, *keys: str) -> None:
        """Presses keys by name, or letters, each when it is quiet after the one before."""
        for key in keys:
            self.send(key.encode() if len(key) == 1 else KEYS[key])
            # An escape key is known by nothing coming after it.
            self.until_quiet(0.15 if key == "escape" else 0.03)

    def draws_after(self, key: str) -> bool:
        """Presses `key`, and waits until a whole picture is drawn; whether one was within a second."""
        pictures = self._pictures
        self.send(KEYS[key])
        end = time.monotonic() + 1.0
        while self._pictures == pictures and time.monotonic() < end:
            self.pump(0.05)
        self.until_quiet(0.06)
        return self._pictures > pictures

    def paste(self, text: str) -> None:
        """Pastes `text`, with the marks of a bracketed paste around it."""
        self.send(b"\x1b[200~" + text.encode() + b"\x1b[201~")
        self.until_quiet(0.03)

    def click(self, column: int, row: int) -> None:
        """Clicks on a cell (from 0)."""
        place = f"0;{column + 1};{row + 1}"
        self.send(f"\x1b[<{place}M\x1b[<{place}m".encode())
        self.pump(0.01)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the program."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Takes the terminal away, as a lost link does, and waits for the program's end."""
        os.close(self._descriptor)
        end = time.monotonic() + SECONDS
        while self.code is None:
            assert time.monotonic() < end, "the program lives on without its terminal"
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.code = os.waitstatus_to_exitcode(status)
            else:
                time.sleep(0.01)

    def until_end(self) -> int:
        """Reads until the program has ended, and gives its exit code."""
        end = time.monotonic() + SECONDS
        while self.code is None:
            assert time.monotonic() < end, f"the program does not end\n{self.text}"
            self.pump(0.05)
        return self.code
