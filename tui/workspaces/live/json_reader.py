"""One JSON document as it arrives: the rows of its tables a few at a time, everything else whole.

The answers of all three services have one shape: objects, in arrays or not, that hold columns and then an array of rows.
Libraries that read JSON as it arrives call Python for every value; here the standard library's decoder takes a whole row at
a time, and what it cannot finish yet waits for the next piece.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from typing import Any

from tui.workspaces.live.errors import BrokenAnswerError, CutOffError

LONGEST = 32 * 1024 * 1024
"""The most characters that one value may have."""

_ROWS = frozenset(("rows", "results"))
_HOLDING_OBJECTS = frozenset(("tables",))
_SEPARATOR = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
_SPACE = re.compile(r"[ \t\r\n]*")
_UNFINISHED = ("Unterminated", "Invalid \\u", "Invalid \\escape")
_NUMBER_BEGUN = re.compile(r"\.|[eE][+-]?")
_WORDS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")


class Real(float):
    """A number with a fraction or exponent, and its digits as they came."""

    text: str

    def __new__(cls, text: str) -> Real:
        """The number that `text` says."""
        number = super().__new__(cls, text)
        number.text = text
        return number


_DECODER = json.JSONDecoder(parse_float=Real, parse_constant=Real, strict=False)

Members = dict[str, Any]
"""What an object holds besides rows, by key in lower case, as far as it has been read."""

Receive = Callable[[Members, list[Any]], None]
"""Takes the object that holds rows, and some of them."""

_Steps = Generator[None, None, Any]
"""Reads on; yields when more text is needed."""


class JsonReader:
    """Give it text with `feed`, then call `end`. Both raise BrokenAnswerError for what is not JSON."""

    def __init__(self, receive: Receive) -> None:
        self.top: Members = {}
        """The outermost object, without rows; of an array of objects, none."""
        self.objects: list[Members] = []
        """The objects of the outermost array, or of `tables`."""
        self._receive = receive
        self._text, self._at, self._ended = "", 0, False
        self._coming: list[str] = []
        self._length = self._wanted = 0
        self._steps = self._document()
        next(self._steps)

    def feed(self, text: str) -> None:
        """Reads as far as `text` allows."""
        self._coming.append(text)
        self._length += len(text)
        if self._length >= self._wanted:
            self._go_on()

    def end(self) -> None:
        """Reads the rest; CutOffError when the document is not whole."""
        self._ended = True
        self._go_on()

    def _go_on(self) -> None:
        self._text = "".join((self._text[self._at :], *self._coming))
        self._coming.clear()
        self._at = self._wanted = 0
        try:
            next(self._steps)
        except StopIteration:
            self._steps = self._nothing_more()
            next(self._steps)
        self._length = len(self._text) - self._at

    def _document(self) -> _Steps:
        yield
        first = yield from self._peek()
        if first == "{":
            yield from self._object(self.top)
        elif first == "[":
            yield from self._array_of_objects()
        else:
            raise BrokenAnswerError(f"the answer is not JSON: it starts with {self._text[self._at : self._at + 40]!r}")

    def _nothing_more(self) -> _Steps:
        while not self._ended:
            rest = self._text[self._at :].strip()
            if rest:
                raise BrokenAnswerError("the answer goes on after its end")
            yield
        yield

    def _object(self, members: Members) -> _Steps:
        self._at += 1
        while (yield from self._peek()) != "}":
            key = yield from self._value()
            if not isinstance(key, str):
                raise self._broken("a key")
            yield from self._expect(":")
            lowered = key.lower()
            opening = yield from self._peek()
            if lowered in _ROWS and opening == "[":
                yield from self._rows(members)
            elif lowered in _HOLDING_OBJECTS and opening == "[":
                yield from self._array_of_objects()
            else:
                members[lowered] = yield from self._value()
            if (yield from self._peek()) == ",":
                self._at += 1
            elif self._text[self._at] != "}":
                raise self._broken("a comma or the end of the object")
        self._at += 1

    def _array_of_objects(self) -> _Steps:
        self._at += 1
        while (first := (yield from self._peek())) != "]":
            if first == ",":
                self._at += 1
                continue
            if first != "{":
                raise self._broken("an object")
            members: Members = {}
            self.objects.append(members)
            yield from self._object(members)
        self._at += 1

    def _rows(self, owner: Members) -> _Steps:
        self._at += 1
        while (first := (yield from self._peek())) != "]":
            if first == ",":
                self._at += 1
                continue
            rows = self._whole_rows()
            if not rows:
                rows = [(yield from self._value())]
            self._receive(owner, rows)
        self._receive(owner, [])
        self._at += 1

    def _whole_rows(self) -> list[Any]:
        """The rows that are followed by another in the text that is here."""
        rows: list[Any] = []
        text, at = self._text, self._at
        decode, separator, length = _DECODER.raw_decode, _SEPARATOR.match, len(self._text)
        while at < length:
            try:
                row, end = decode(text, at)
            except (ValueError, RecursionError):
                break
            found = separator(text, end)
            if found is None:
                break
            rows.append(row)
            at = found.end()
        self._at = at
        return rows

    def _value(self) -> _Steps:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                unfinished = self._may_go_on(error)
                if self._ended and unfinished:
                    raise CutOffError("the answer ends in the middle") from error
                if not unfinished:
                    raise self._broken("a value") from error
            except RecursionError as error:
                raise BrokenAnswerError("the answer nests too deeply") from error
            length = len(self._text) - self._at
            if length > LONGEST:
                raise BrokenAnswerError(f"one value of the answer is longer than {LONGEST >> 20} MiB")
            self._wanted = max(length + 1, length * 3 // 2)
            yield

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether what is wrong may be made right by the text to come."""
        if error.msg.startswith(_UNFINISHED):
            return True
        rest = self._text[error.pos :].strip()
        return not rest or bool(_NUMBER_BEGUN.fullmatch(rest)) or any(word.startswith(rest) for word in _WORDS)

    def _peek(self) -> _Steps:
        """The next character that is no white space, left in place."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                raise CutOffError("the answer ends in the middle")
            yield

    def _expect(self, character: str) -> _Steps:
        if (yield from self._peek()) != character:
            raise self._broken(repr(character))
        self._at += 1

    def _broken(self, expected: str) -> BrokenAnswerError:
        return BrokenAnswerError(f"the answer is not JSON: {expected} expected at {self._text[self._at :][:40]!r}")
