"""Copies inside of GNU screen: what the terminal outside got, compared byte by byte, and what is on its screen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.multiplexers import Screen
from tests.support.outer import need
from tui.terminal.sequences import osc52

TEXTS = {
    "short": "x",
    "a query": 'let p = "ü\n";\nT | where C == p',
    "10 KB": "0123456789" * 1000,
    "70 KB": "é" * 35_000,
}
PROGRAM = """
import sys
from tui.terminal.clipboard import copy
text = open(sys.argv[1], encoding="utf-8", newline="").read()
print("before")
def send(sequence):
    sys.stdout.write(sequence)
    sys.stdout.flush()
result = copy(text, send)
print(result.words)
print("after")
sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    need("screen")
    return tmp_path


@pytest.mark.parametrize("name", TEXTS)
def test_the_terminal_outside_gets_it_whole_and_the_screen_stays_clean(folder: Path, name: str) -> None:
    text = TEXTS[name]
    (folder / "text").write_text(text, encoding="utf-8", newline="")
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    screen = Screen(folder, [sys.executable, str(folder / "program.py"), str(folder / "text")])
    try:
        screen.outer.until_shown("after")
        screen.outer.until(lambda: screen.outer.clipboard, "the text in the terminal")
        assert screen.outer.clipboard == [text.encode()]
        assert [line for line in screen.outer.lines if line] == [
            "before",
            "copy sent: through GNU screen to your terminal, which must allow it (cannot be confirmed)",
            "after",
        ]
    finally:
        screen.close()


def test_why_it_is_never_sent_as_it_is(folder: Path) -> None:
    (folder / "sequence").write_text(osc52(TEXTS["10 KB"]), encoding="utf-8")
    screen = Screen(folder, ["sh", "-c", f"cat {folder / 'sequence'}; echo after; read x"])
    try:
        screen.outer.until_shown("after")
        assert screen.outer.clipboard == []
        assert len([line for line in screen.outer.lines if line]) > 1
    finally:
        screen.close()


def test_a_screen_that_only_term_tells_of_is_sent_it_in_pieces_too(folder: Path) -> None:
    text = TEXTS["10 KB"]
    (folder / "text").write_text(text, encoding="utf-8", newline="")
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    inside = [sys.executable, str(folder / "program.py"), str(folder / "text")]
    screen = Screen(folder, ["env", "-u", "STY", "SSH_TTY=/dev/pts/9", *inside])
    try:
        screen.outer.until_shown("after")
        screen.outer.until(lambda: screen.outer.clipboard, "the text in the terminal")
        assert screen.outer.clipboard == [text.encode()]
        assert "copy sent: as GNU screen passes it on (cannot be confirmed)" in screen.outer.text
    finally:
        screen.close()
