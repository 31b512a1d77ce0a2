"""A text as it is printed for selecting with the mouse, and as it is written to a file instead."""

from __future__ import annotations

import os
import select
import sys
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.settings.files import own_folder, write_private
from tui.settings.paths import copies_folder
from tui.terminal.clipboard import clean
from tui.terminal.safe_text import safe
from tui.terminal.surroundings import look_around

PAGE_LIMIT = 1_000_000
"""Bytes of text that are printed; longer ones are for a file."""
_VISIBLE = "--- what acts on a terminal, or nobody sees, stands in a visible form; the file holds it as it is ---"
_RETURN = "--- Enter returns, w writes it to a file; it stays in the terminal's scrollback ---"
_ERASE = "\x1b[H\x1b[J"
_POLL = 0.1


@dataclass(frozen=True)
class PlainPage:
    """The lines of a text, one for each of its own, safe to print; `changed` when they are not all as they are."""

    lines: list[str]
    changed: bool


def plain_page(text: str) -> PlainPage:
    """`text` as it is printed: nothing beside it, no line broken, every control character in a visible form."""
    own = text.split("\n")
    lines = [safe(line, len(line)) for line in own]
    return PlainPage(lines, lines != own)


def write_copy(text: str, now: datetime | None = None) -> Path:
    """Writes `text` as it is to a new file that only the analyst can read, and gives its path. OSError."""
    stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = own_folder(copies_folder())
    number = 0
    while True:
        path = folder / f"copy-{stamp}{f'-{number}' if number else ''}.txt"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
        except FileExistsError:
            number += 1
            continue
        try:
            write_private(path, clean(text).encode())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path


class PageReader:
    """Prints a page where the screen was, and waits for the analyst; for a worker thread. `stop` ends the waiting."""

    def __init__(self, title: str, text: str) -> None:
        self._title, self._text = title, text
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Ends the waiting, from any thread."""
        self._stopped.set()

    def show(self) -> None:
        """Prints the text, and returns when Enter (or q, or Ctrl+C) is pressed; `w` writes it to a file."""
        page = plain_page(self._text)
        here = look_around(os.environ)
        if not here.tmux and (here.screen or here.elsewhere == "screen"):
            # GNU screen has no second picture to come back to: the program's own still stands there.
            _print(_ERASE, end="")
        _print(f"--- {safe(self._title, 100)} ---", *([_VISIBLE] if page.changed else []))
        _print(*page.lines)
        _print(_RETURN)
        with _KeysOneByOne() as key:
            while not self._stopped.is_set():
                match key():
                    case b"\r" | b"\n" | b"q" | b"\x03" | b"\x04":
                        return
                    case b"w":
                        self._write()

    def _write(self) -> None:
        try:
            path = write_copy(self._text)
            _print("--- written to this file, which only you can read; Enter returns ---", safe(path))
        except OSError as error:
            _print(f"--- not written: {safe(error.filename or '')}: {safe(error.strerror)}; Enter returns ---")


def _print(*lines: str, end: str = "\n") -> None:
    stream = sys.__stdout__
    if stream is not None:
        text = "".join(f"{line}{end}" for line in lines)
        # A locale that lacks the marks for hidden characters must not keep the rest from being shown.
        stream.buffer.write(text.encode(stream.encoding, "backslashreplace"))
        stream.flush()


class _KeysOneByOne:
    """The keyboard without echo and without signals; what was typed beyond the last key is thrown away at the end."""

    def __init__(self) -> None:
        self._input = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0

    def __enter__(self) -> Callable[[], bytes]:
        self._before = termios.tcgetattr(self._input)
        mode = termios.tcgetattr(self._input)
        mode[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
        termios.tcsetattr(self._input, termios.TCSADRAIN, mode)
        return self._key

    def _key(self) -> bytes:
        """The next key, nothing when none comes soon; the end of input is Ctrl+D."""
        if not select.select([self._input], [], [], _POLL)[0]:
            return b""
        try:
            return os.read(self._input, 1) or b"\x04"
        except OSError:
            return b"\x04"

    def __exit__(self, *_: object) -> None:
        termios.tcsetattr(self._input, termios.TCSAFLUSH, self._before)
