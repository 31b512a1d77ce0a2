"""JSON files of any size, one value at a time: one object a line, an array, or objects one after another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple, TextIO

from tui.evidence.errors import UnreadableFileError

LONGEST = 32 * 1024 * 1024
"""The most characters one value may have."""

_CHUNK = 1 << 20
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""Reads NaN and Infinity, which are no JSON, as nothing."""


class JsonItem(NamedTuple):
    """The value numbered `number` (its line where there is one a line); `value` is None where that line is not JSON."""

    number: int
    value: Any


def json_lines(stream: TextIO) -> Iterator[JsonItem]:
    """The values of a file with one a line; blank lines are passed over, broken ones give None.

    UnreadableFileError when the file ends in a broken line, as a cut-off one does, or a line is too long.
    """
    number = 0
    broken: list[int] = []
    while line := stream.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith("\n"):
            raise UnreadableFileError(f"line {number:,} is longer than {LONGEST >> 20} MiB")
        if line.isspace():
            continue
        try:
            value = _DECODER.decode(line.strip())
        except (ValueError, RecursionError):
            broken.append(number)
            continue
        for skipped in broken:
            yield JsonItem(skipped, None)
        broken.clear()
        yield JsonItem(number, value)
    if broken:
        raise UnreadableFileError(f"the file is cut off: line {broken[0]:,}, where it ends, is not whole JSON")


def json_values(stream: TextIO) -> Iterator[JsonItem]:
    """The elements of a JSON array, or of objects that follow one another over any number of lines.

    UnreadableFileError when the file ends inside a value or before its array does, or holds what is not JSON.
    """
    window = _Window(stream)
    inside = window.next_character() == "["
    window.position += inside
    number = 0
    while character := window.next_character():
        if inside and character == "]":
            window.position += 1
            if window.next_character():
                raise UnreadableFileError("there is more text after the end of the JSON array")
            return
        if character == ",":
            window.position += 1
            continue
        number += 1
        yield JsonItem(number, window.value(number))
    if inside:
        raise UnreadableFileError(f"the file is cut off: its JSON array does not end after element {number:,}")


class _Window:
    """The part of a text stream that is held while its next value is decoded."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""
        self.position = 0

    def _more(self, characters: int) -> bool:
        chunk = self._stream.read(characters)
        self._text = self._text[self.position :] + chunk
        self.position = 0
        return bool(chunk)

    def next_character(self) -> str:
        """The next character that is no white space, left in place; '' at the end."""
        while True:
            while self.position < len(self._text):
                if not self._text[self.position].isspace():
                    return self._text[self.position]
                self.position += 1
            if not self._more(_CHUNK):
                return ""

    def value(self, number: int) -> Any:
        """The value that starts here; `number` names it in messages."""
        while True:
            try:
                value, self.position = _DECODER.raw_decode(self._text, self.position)
                return value
            except json.JSONDecodeError as error:
                unfinished = error.msg.startswith(("Unterminated", "Invalid \\u")) or error.pos >= len(self._text) - 10
                if not unfinished or len(self._text) > LONGEST:
                    raise UnreadableFileError(f"value {number:,} is not JSON: {error.msg}") from error
            except RecursionError as error:
                raise UnreadableFileError(f"value {number:,} is nested too deeply") from error
            if not self._more(max(_CHUNK, len(self._text))):
                raise UnreadableFileError(f"the file is cut off inside JSON value {number:,}")
