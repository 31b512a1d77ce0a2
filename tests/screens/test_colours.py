"""The program in terminals of few colours or none: what it writes, and that nothing is told by colour alone."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.multiplexers import CHECKOUT
from tests.support.outer import OuterTerminal
from tests.support.typed import PROGRAM, run_a_hunt

_COLOUR = re.compile(rb"\x1b\[([0-9;]*)m")


@contextmanager
def program(folder: Path, **environ: str) -> Iterator[OuterTerminal]:
    """The program on the small workspace, with these variables in its environment."""
    (folder / "program.py").write_text(PROGRAM.replace("app.run()", "app.run_here()"), encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, str(folder / "program.py"), str(folder)]
    outer = OuterTerminal(command, {**kept, "PYTHONPATH": str(CHECKOUT), "LC_ALL": "C.UTF-8", **environ}, 120, 30)
    try:
        yield outer
    finally:
        outer.close()


def codes(output: bytes) -> set[str]:
    """The numbers of all colours and styles in `output`, those of 256 and of full colours as one."""
    found: set[str] = set()
    for match in _COLOUR.finditer(output):
        text = re.sub(r"\b([34]8);(5;\d+|2;\d+;\d+;\d+)", lambda one: f"{one[1]}.{one[2][0]}", match[1].decode())
        found |= set(text.split(";"))
    return found


COLOURS = {str(number) for first in (30, 40, 90, 100) for number in range(first, first + 8)}
FULL, MANY = {"38.2", "48.2"}, {"38.5", "48.5"}


@pytest.mark.parametrize(
    ("environ", "seen", "not_seen"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, FULL, MANY),
        ({"TERM": "xterm-256color"}, MANY, FULL),
        ({"TERM": "screen", "TMUX": "/nowhere,1,0"}, MANY, FULL),
        ({"TERM": "xterm"}, {"35", "7"}, MANY | FULL),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, {"1", "7"}, MANY | FULL | COLOURS),
    ],
    ids=["full", "256", "tmux", "16", "none"],
)
def test_it_writes_what_the_terminal_can_show(
    tmp_path: Path, environ: dict[str, str], seen: set[str], not_seen: set[str]
) -> None:
    with program(tmp_path, **environ) as outer:
        run_a_hunt(outer)
        outer.type(b"w")
        outer.until_shown("F5 set")
        found = codes(outer.output)
        assert seen <= found
        assert not_seen & found == set()


@pytest.mark.parametrize(
    "environ", [{"TERM": "xterm"}, {"TERM": "xterm-256color", "NO_COLOR": "1"}], ids=["16", "none"]
)
def test_cursor_focus_marks_and_errors_are_seen_without_colour(tmp_path: Path, environ: dict[str, str]) -> None:
    with program(tmp_path, **environ) as outer:
        run_a_hunt(outer)
        assert reversed_text(outer) == {"EVIDENCE", "alpha.corp.example"}
        outer.type(b"m")
        outer.until(lambda: any(line.partition("▕")[2].startswith(" >M") for line in outer.lines), "the mark's sign")
        outer.type(b":")
        outer.until_shown("letters narrow the list")
        outer.until(lambda: any("Bksp" in text for text in reversed_text(outer)), "the cursor of the list")
        outer.type(b"\x1b")
        outer.until(lambda: "letters narrow the list" not in outer.text, "the screen")
        outer.type(b"w")
        outer.until_shown("F5 set")
        outer.type(b"x")
        outer.until_shown("✗ expected a time")


def reversed_text(outer: OuterTerminal) -> set[str]:
    """The pieces of what is on the screen that are drawn in reverse."""
    pieces: set[str] = set()
    assert outer.lines  # which reads what came
    for row in range(outer._screen.lines):
        text = "".join(
            outer._screen.buffer[row][column].data if outer._screen.buffer[row][column].reverse else "\n"
            for column in range(outer._screen.columns)
        )
        pieces |= {piece.strip() for piece in text.split("\n") if piece.strip()}
    return pieces


@pytest.mark.parametrize("mouse", ["true", "false"])
def test_the_mouse_is_the_terminals_where_that_is_wanted(tmp_path: Path, mouse: str) -> None:
    (tmp_path / "config" / "huntdeck").mkdir(parents=True)
    (tmp_path / "config" / "huntdeck" / "config.toml").write_text(f"[look]\nmouse = {mouse}\n", encoding="utf-8")
    with program(tmp_path, TERM="xterm-256color") as outer:
        outer.until_shown("Enter on a hunt runs it")
        assert (b"\x1b[?1000h" in outer.output) == (mouse == "true")
