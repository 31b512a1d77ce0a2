"""What a program writes to a terminal, taken apart into text and control sequences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tui.terminal.safe_text import ACTING


class Kind(StrEnum):
    """What a part of the stream is to a terminal."""

    TEXT = "text"
    CONTROL = "control"
    CSI = "csi"
    OSC = "osc"
    STRING = "string"
    ESCAPE = "escape"


@dataclass(frozen=True)
class Token:
    """One part; `text` is all of it, its introducer too."""

    kind: Kind
    text: str


_PARTS = re.compile(
    "(?P<csi>(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~])"
    "|(?P<osc>(?:\x1b\\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c))"
    "|(?P<string>(?:\x1b[PX^_k]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\\\|\x9c))"
    "|(?P<escape>\x1b[ -/]*[0-OQ-WYZ\\\\`-jl-~])"
    "|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    "|(?P<control>[\x00-\x1f\x7f-\x9f])",
)
_UNFINISHED = re.compile("\x1b(?:[ -/]*|\\[[0-?]*[ -/]*|[\\]PX^_k][^\x07\x1b]*\x1b?)\\Z")

OWN = re.compile(
    "\x1b(?:"
    "\\[[0-9;]*m"  # colours
    "|\\[[0-9]*;[0-9]*H"  # where the cursor goes
    "|\\[\\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes
    "|\\[\\?(?:2026|2048)\\$p"  # whether the terminal knows two of them
    "|\\[(?:>[0-9]+|<)u"  # keyboard protocol
    "|\\[c"  # what the terminal is
    "|\\]22;(?:default|pointer|text)\x07"  # the mouse pointer
    "|\\]52;c;[A-Za-z0-9+/=]*\x07"  # a copy
    ")\\Z"
)
"""Sequences that the program writes by itself."""
_ACTING = re.compile(f"[{ACTING}]")


class Stream:
    """Takes bytes as they come; gives tokens once they are whole."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self._rest = b""

    def feed(self, data: bytes) -> list[Token]:
        """The tokens that `data` completes."""
        whole, self._rest = _split(self._rest + data)
        found = [Token(Kind(match.lastgroup or ""), match[0]) for match in _PARTS.finditer(whole)]
        self.tokens += found
        return found


def _split(data: bytes) -> tuple[str, bytes]:
    """What is whole of `data`, and the unfinished character or sequence at its end."""
    text = data.decode("utf-8", "surrogateescape")
    end = len(text)
    while end and len(text) - end < 4 and "\udc80" <= text[end - 1] <= "\udcff":
        end -= 1
    match = _UNFINISHED.search(text, 0, end)
    end = match.start() if match else end
    return text[:end], text[end:].encode("utf-8", "surrogateescape")


def foreign(tokens: list[Token], controls: str = "\r\n") -> list[Token]:
    """The tokens that are not the program's own: sequences it never writes, controls, characters that act or hide."""
    return [token for token in tokens if not _is_own(token, controls)]


def _is_own(token: Token, controls: str) -> bool:
    match token.kind:
        case Kind.TEXT:
            return _ACTING.search(token.text) is None
        case Kind.CONTROL:
            return token.text in controls
    return OWN.match(token.text) is not None
