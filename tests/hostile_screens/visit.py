"""The program in a terminal on hostile data, and what must stand on its screen."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tui
from tests.hostile_screens.home import WORKSPACE
from tests.hostile_screens.payloads import bare
from tests.support.terminal import Terminal

_FRAMES = re.compile("[│▌]")
SOURCE = Path(tui.__file__).parent.parent


def environment(folder: Path) -> Mapping[str, str]:
    """Of a user whose files lie below `folder`, in an SSH session, with a log of everything."""
    homes = {f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("data", "state", "cache", "config")}
    others = {name: value for name, value in os.environ.items() if name not in ("TMUX", "STY", "DISPLAY")}
    return {**others, **homes, "SSH_TTY": "/dev/pts/9", "HUNTDECK_LOG": "debug", "PYTHONPATH": str(SOURCE)}


def python(*words: str) -> list[str]:
    """A command line of this Python, which finds the program that is tested."""
    return [sys.executable, "-P", *words]


class Visit:
    """A terminal in which the program is open on the hostile workspace; `names` are the payloads that must be seen."""

    def __init__(self, terminal: Terminal, names: Sequence[str]) -> None:
        self.terminal, self.names = terminal, names
        self.press, self.paste, self.click = terminal.press, terminal.paste, terminal.click
        self.until_shown = terminal.until_shown

    @property
    def bare(self) -> str:
        """What stands on the screen, without frames and blanks."""
        return bare(_FRAMES.sub(" ", self.terminal.text))

    def sees(self, *texts: str) -> None:
        """Waits until `texts` stand on the screen, blanks apart."""
        for text in map(bare, texts):
            self.terminal.until(lambda text=text: text in self.bare, repr(text), 10)

    def finds(self, texts: Iterable[str], key: str, presses: int) -> None:
        """Presses `key` again and again until each of `texts` has stood on the screen."""
        missing = set(texts)
        self.terminal.until_quiet(0.2)
        for _ in range(presses):
            missing = self._without(missing)
            if not missing or not self.terminal.draws_after(key):
                break
        missing = self._without(missing)
        assert not missing, f"{sorted(missing)} never stood on the screen\n{self.terminal.text}"

    def _without(self, texts: set[str]) -> set[str]:
        """`texts` without those that stand on the screen."""
        there = self.bare
        return {text for text in texts if text not in there}

    def leaves(self, words: str, *keys: str) -> None:
        """Presses `keys` (Escape when none are given) and waits until `words` are gone."""
        self.press(*(keys or ("escape",)))
        self.terminal.until(lambda: words not in self.terminal.text, f"the end of {words!r}", 10)
        self.terminal.until_quiet(0.1)


def open_program(folder: Path, columns: int, rows: int) -> Terminal:
    """`huntdeck -w hostile` in a terminal of that size."""
    return Terminal(python("-m", "tui", "-w", WORKSPACE), environment(folder), columns, rows)
