"""The last gate of the command line: what is printed to a terminal cannot act on it, whichever command printed it.

Commands make data safe where they print it. This stands behind them, for text that must leave through a pipe as it is
(a query, CSV exact) and comes to a terminal instead: every control, invisible or reordering character becomes a sign.
"""

from __future__ import annotations

import io
import re
import sys
from codecs import getincrementaldecoder
from typing import Any, TextIO

from tui.terminal.safe_text import safe

_LINE_END = re.compile(r"\r?\n")


def shown(text: str) -> str:
    """`text` with its line ends; every other character that acts or hides as `safe` shows it."""
    return "\n".join(safe(line, len(line)) for line in _LINE_END.split(text))


class ShownText(io.TextIOBase):
    """A terminal to print to, text or UTF-8 bytes (`buffer`); the fault of a gone terminal is OSError, as ever."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self.buffer = _ShownBytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the terminal."""
        return self._terminal.encoding

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """That of the terminal."""
        return self._terminal.fileno()

    def write(self, text: str) -> int:
        """Prints `text` as `shown` gives it."""
        self._terminal.write(shown(text))
        return len(text)

    def flush(self) -> None:
        """Has it printed now."""
        self._terminal.flush()


class _ShownBytes(io.RawIOBase):
    def __init__(self, text: ShownText) -> None:
        self._text = text
        self._decode = getincrementaldecoder("utf-8")("backslashreplace").decode

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._text.write(self._decode(bytes(data)))
        return len(data)

    def flush(self) -> None:
        self._text.flush()


def guard_output() -> None:
    """Has standard output pass this gate where it is a terminal."""
    if sys.stdout is not None and sys.stdout.isatty():
        sys.stdout = ShownText(sys.stdout)
