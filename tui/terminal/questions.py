"""What the terminal says of itself when it is asked. Only where no screen of ours reads the keyboard: answers are input."""

from __future__ import annotations

import os
import re
import select
import termios
import time
from dataclasses import dataclass

BUDGET = 0.2
"""Seconds a terminal has for its answers; all that are asked take a few milliseconds where there is no network."""
_ASKED = b"\x1b[>0q\x1b[>c\x1b[c"
"""Name and version, kind, and what it can do; the last is answered by all, and last."""
_NAME = re.compile(rb"\x1bP>\|([^\x1b\x07]{0,200})(?:\x1b\\|\x07)")
_KIND = re.compile(rb"\x1b\[>([0-9;]*)c")
_ABILITIES = re.compile(rb"\x1b\[\?([0-9;]*)c")
_CLIPBOARD = b"52"
_KINDS = {"84": "tmux", "83": "GNU screen", "41": "xterm", "65": "VTE", "85": "urxvt", "77": "mintty"}


@dataclass(frozen=True)
class TerminalAnswers:
    """What it answered: its name and version as it gives them (not safe to show), its kind in a word, and whether it says
    that programs can write its clipboard. Empty where it did not answer."""

    answered: bool = False
    name: str = ""
    kind: str = ""
    declares_clipboard: bool = False


def ask_terminal(source: int, target: int) -> TerminalAnswers:
    """Asks the terminal that `source` reads from and `target` writes to; gives nothing when it is none."""
    try:
        before = termios.tcgetattr(source)
    except termios.error:
        return TerminalAnswers()
    mode = termios.tcgetattr(source)
    mode[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
    try:
        termios.tcsetattr(source, termios.TCSADRAIN, mode)
        os.write(target, _ASKED)
        return read_answers(_answers(source))
    except OSError:
        return TerminalAnswers()
    finally:
        termios.tcsetattr(source, termios.TCSAFLUSH, before)


def _answers(source: int) -> bytes:
    """All that comes until the last answer, or until the time is over."""
    given, end = b"", time.monotonic() + BUDGET
    while (left := end - time.monotonic()) > 0 and not _ABILITIES.search(given):
        if select.select([source], [], [], left)[0]:
            given += os.read(source, 4096)
    return given


def read_answers(given: bytes) -> TerminalAnswers:
    """What the bytes of the answers say."""
    name, kind, abilities = _NAME.search(given), _KIND.search(given), _ABILITIES.search(given)
    return TerminalAnswers(
        answered=any((name, kind, abilities)),
        name=name[1].decode("utf-8", "replace") if name else "",
        kind=_kind(kind[1].decode().split(";")) if kind else "",
        declares_clipboard=bool(abilities) and _CLIPBOARD in abilities[1].split(b";") if abilities else False,
    )


def _kind(numbers: list[str]) -> str:
    match numbers:
        case ["1", version, *_] if version.startswith("40"):
            return "kitty"
        case ["0", "136", *_]:
            return "PuTTY"
        case ["1", "10", "0"]:
            return "mosh"
    return _KINDS.get(numbers[0], "")
