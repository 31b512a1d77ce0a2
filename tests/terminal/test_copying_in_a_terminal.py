"""The program itself in a terminal without a multiplexer: what it says of a copy, what arrived, and the plain page."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.multiplexers import BARE, CHECKOUT
from tests.support.outer import OuterTerminal, need
from tests.support.silence import silent_display
from tests.support.typed import copy, run_a_hunt, show_and_come_back, small_program

Start = Callable[..., OuterTerminal]
needs_displays = pytest.mark.skipif(sys.platform == "darwin", reason="tells a desktop by its display")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[OuterTerminal] = []

    def begin(**environ: str) -> OuterTerminal:
        around = {**BARE, "TERM": "xterm-256color", "HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT), **environ}
        started.append(OuterTerminal(small_program(tmp_path), around, 150, 40))
        run_a_hunt(started[-1])
        return started[-1]

    yield begin
    for outer in started:
        outer.close()


def test_the_sequence_arrives_and_no_more_is_claimed(start: Start) -> None:
    outer = start(SSH_TTY="/dev/pts/9", DISPLAY="localhost:10.0")
    copy(outer, b"cell", "copy sent (Y shows it to select): to your terminal (cannot be confirmed)")
    outer.until(lambda: outer.clipboard == [b"alpha.corp.example"], "the text")
    assert b"\x1b]52;c;YWxwaGEuY29ycC5leGFtcGxl\a" in outer.output
    show_and_come_back(outer, ["--- cell ---", "alpha.corp.example"])


@needs_displays
def test_a_display_that_never_answers_does_not_freeze_the_program(start: Start) -> None:
    need("xclip")
    with silent_display() as display:
        outer = start(DISPLAY=display)
        outer.type(b"y")
        outer.until_shown("letters narrow the list")
        outer.type(b"cell")
        outer.until_shown("> cell")
        outer.type(b"\r")
        outer.until(lambda: "letters narrow the list" not in outer.text, "the table")
        outer.type(b"\x1b[B")
        outer.until_shown("Device = beta[/]␛]0;title␇")
        assert "copy sent" not in outer.text
        outer.until_shown("the desktop's clipboard: it did not answer within 2 s")
        assert "copy sent (Y shows it to select): to your terminal (cannot be confirmed)" in outer.text
        assert outer.clipboard == [b"alpha.corp.example"]


@needs_displays
def test_a_display_that_is_gone_writes_nothing_over_the_picture(start: Start) -> None:
    need("xclip")
    outer = start(DISPLAY="127.0.0.1:63")
    rows = slice(2, -1)
    before = outer.lines[rows]
    copy(outer, b"cell", "it holds something else afterwards (display gone?)")
    assert outer.lines[rows] == before
    assert outer.clipboard == [b"alpha.corp.example"]


def test_no_drawing_reaches_the_page_and_a_change_of_size_is_seen_after_it(start: Start) -> None:
    outer = start(SSH_TTY="/dev/pts/9")
    copy(outer, b"row as tsv", "copy sent")
    outer.type(b"Y")
    outer.until_shown("--- Enter returns")
    assert "--- what acts on a terminal, or nobody sees, stands in a visible form" in outer.text
    written = outer.output
    outer.resize(120, 30)
    outer.type(b"xyz\x1b[A")
    time.sleep(0.3)
    assert outer.output == written
    outer.type(b"q")
    outer.until(lambda: b"\x1b[?1049h" in outer.output[len(written) :], "the screen")
    outer.until(lambda: "? help" in outer.lines[29], "the new size")


def test_ending_while_the_page_is_shown_leaves_the_terminal_as_it_was(start: Start) -> None:
    outer = start(SSH_TTY="/dev/pts/9")
    copy(outer, b"cell", "copy sent")
    outer.type(b"Y")
    outer.until_shown("--- Enter returns")
    os.kill(outer.pid, signal.SIGTERM)
    outer.until(outer.has_ended, "the end")
    assert outer.mode[3] & (termios.ICANON | termios.ECHO | termios.ISIG) == (
        termios.ICANON | termios.ECHO | termios.ISIG
    )
    assert outer.output.rfind(b"\x1b[?1049l") > outer.output.rfind(b"\x1b[?1049h")
