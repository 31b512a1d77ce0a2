"""The end of the program when somebody else asks for it, and a terminal left as it was found in every case."""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""Signals that end the program in order: somebody stops it, or the link to the terminal is lost."""
SECONDS = 2.0
"""How long an orderly end may take."""
_GRACE = 0.5

# Paste marks, in-band resizes, all mouse reports and focus reports off, line wrap on, keyboard protocol back, alternate
# screen left, cursor and default colours shown, synchronized output ended.
_RESTORE = (
    "\x1b[?2004l\x1b[?2048l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1004l"
    "\x1b[?7h\x1b[<u\x1b[?2026l\x1b[?1049l\x1b[?25h\x1b[0m"
)


def exit_code(number: int) -> int:
    """The exit code of a program that a signal ended."""
    return 128 + number


def wanted_signals() -> list[signal.Signals]:
    """Those of `ENDING` that nobody told the process to ignore (`nohup`)."""
    return [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]


def end_within(code: int, attributes: list[Any] | None, seconds: float = SECONDS) -> None:
    """Ends the process with `code` after `seconds` if nothing else did by then, the terminal restored.

    `attributes` are the terminal's, as `termios.tcgetattr` gave them before the program changed them.
    """

    def end() -> None:
        # Writing to a terminal that is stopped or gone can last for ever.
        threading.Thread(target=restore_terminal, args=(attributes,), daemon=True).start()
        timer(_GRACE, lambda: os._exit(code))

    timer(seconds, end)


def timer(seconds: float, work: Callable[[], None]) -> None:
    """Does `work` after `seconds`, in a thread that holds nothing up."""
    thread = threading.Timer(seconds, work)
    thread.daemon = True
    thread.start()


def restore_terminal(attributes: list[Any] | None) -> None:
    """Leaves the alternate screen and every mode the program set; nothing where there is no terminal."""
    with suppress(OSError, ValueError, AttributeError, termios.error):
        descriptor = sys.__stderr__.fileno()  # type: ignore[union-attr]
        if os.isatty(descriptor):
            os.write(descriptor, _RESTORE.encode())
    with suppress(OSError, ValueError, AttributeError, termios.error):
        if attributes is not None:
            termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, attributes)  # type: ignore[union-attr]


def end_on_signals() -> None:
    """Has a signal of `ENDING` leave the program through every `finally`; a second one ends it at once."""

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        raise SystemExit(exit_code(number))

    for number in wanted_signals():
        signal.signal(number, leave)
