"""The program itself on the small workspace, in a terminal, by what is typed and what is seen."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.outer import OuterTerminal

PROGRAM = """
import os, sys
from pathlib import Path
from tests.support.small import small_catalogue, small_workspace
from tui.app import HuntdeckApp
from tui.screens.opening import Start

folder = Path(sys.argv[1])
os.environ["XDG_DATA_HOME"] = str(folder / "data")
os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
opened = small_workspace(folder), small_catalogue(folder)
app = HuntdeckApp(Start("small", lambda _: opened, None))
app.run()
"""


def small_program(folder: Path) -> list[str]:
    """The command that runs it, with all its files below `folder`."""
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    return [sys.executable, str(folder / "program.py"), str(folder)]


def run_a_hunt(outer: OuterTerminal) -> None:
    outer.until_shown("Enter on a hunt runs it")
    outer.type(b"\r")
    outer.until_shown("alpha.corp.example")


def copy(outer: OuterTerminal, choice: bytes, words: str) -> None:
    outer.type(b"y")
    outer.until_shown("letters narrow the list")
    outer.type(choice)
    outer.until_shown(f"> {choice.decode()}")
    outer.type(b"\r")
    outer.until_shown(words)


def show_and_come_back(outer: OuterTerminal, lines: list[str]) -> None:
    """The page holds `lines` with nothing beside them; Enter leads back to the screen as it was."""
    outer.type(b"Y")
    outer.until_shown("--- Enter returns")
    shown = outer.lines
    start = shown.index(lines[0])
    assert shown[start : start + len(lines)] == lines
    outer.type(b"\r")
    outer.until_shown("alpha.corp.example")
    outer.until(lambda: "--- Enter returns" not in outer.text, "the screen")
