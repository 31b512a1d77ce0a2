"""What comes from the terminal: keys, the mouse and pastes, of which none turns into another.

Textual's own parser takes an escape character inside of a paste for the start of a key: it drops what follows from the
paste and presses it as keys. Bytes that are no UTF-8 end its program, and a terminal that is gone makes it spin.
"""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

_BEGIN, _END = "\x1b[200~", "\x1b[201~"
_HELD = "\udc1b"
"""Stands for an escape character inside of a paste on its way through Textual's parser; no decoded text holds it."""
_BYTES = 4096
_PAUSE = 0.1


class PasteParser(XTermParser):
    """Textual's parser, except that all of a paste is the paste."""

    def __init__(self) -> None:
        super().__init__()
        self._pasting = False
        self._passed = ""
        """The beginning of a mark that was handed on already, since an escape character alone is a key."""
        self._waiting = ""

    def feed(self, data: str) -> Iterable[Message]:
        """The messages that `data` completes."""
        if not data:
            yield from super().feed(data)
            return
        for part in filter(None, self._parts(self._waiting + data)):
            for message in super().feed(part):
                if isinstance(message, events.Paste):
                    message.text = message.text.replace(_HELD, "\x1b")
                yield message

    def tick(self) -> Iterable[Message]:
        """The messages of a sequence that does not go on."""
        for message in super().tick():
            self._passed = ""
            yield message

    def _parts(self, data: str) -> Iterator[str]:
        """`data` for Textual's parser: only the marks of a paste keep their escape character; what may become one waits."""
        self._waiting = ""
        while data:
            mark = _END if self._pasting else _BEGIN
            before, found, after = (self._passed + data).partition(mark)
            held = "" if found else _beginning(before, mark, 1 if self._pasting else 3)
            text = before[: len(before) - len(held)]
            yield text.replace("\x1b", _HELD) if self._pasting else text[len(self._passed) :]
            if held:
                self._waiting = held[max(0, len(self._passed) - len(text)) :]
                self._passed = self._passed if not text else ""
                return
            if found:
                yield mark[len(self._passed) :] if not text else mark
                self._passed, self._pasting = "", not self._pasting
            else:
                self._passed = "" if self._pasting else _beginning(text, mark, 1)
            data = after


def _beginning(text: str, mark: str, least: int) -> str:
    """The end of `text`, of `least` characters, that may be the beginning of `mark`."""
    lengths = range(len(mark) - 1, least - 1, -1)
    return next((mark[:length] for length in lengths if text.endswith(mark[:length])), "")


class TerminalDriver(LinuxDriver):
    """Textual's driver, except for the module's points; the end of the terminal is that of the link to it."""

    def run_input_thread(self) -> None:
        """Hands on what comes until it is told to end."""
        parser = PasteParser()
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_PAUSE):
                    data = self._read()
                    if not data:
                        self._end()
                        return
                    if text := decode(data):
                        self._hand_on(parser.feed(text))
                self._hand_on(parser.tick())
            # What the terminal still has to say is not for the shell.
            if selector.select(_PAUSE):
                self._read()

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _BYTES)
        except OSError:
            return b""

    def _hand_on(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _end(self) -> None:
        ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGTERM if ignored else signal.SIGHUP)
