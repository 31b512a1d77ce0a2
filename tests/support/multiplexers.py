"""tmux and GNU screen of their own, in terminals that keep every byte."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.outer import OuterTerminal, wait_for

CHECKOUT = Path(__file__).parents[2]
BARE = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
"""An environment that names no multiplexer, no desktop and no other machine."""


class Tmux:
    """A tmux server with one session, in which `command` runs; `environ` is that of programs inside."""

    def __init__(self, folder: Path, command: Sequence[str] = ("cat",), size: tuple[int, int] = (80, 24)) -> None:
        folder.mkdir(exist_ok=True)
        self._outside = {**BARE, "TMUX_TMPDIR": str(folder), "TERM": "xterm-256color", "PYTHONPATH": str(CHECKOUT)}
        self._outside |= {"HOME": str(folder)}
        self._size = size
        self._attached: list[OuterTerminal] = []
        self.run("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), *command)
        server = self.run("display", "-p", "#{socket_path},#{pid},0").strip()
        self.environ = {**BARE, "TERM": "screen", "TMUX": server}
        self.written: list[str] = []

    def run(self, *words: str) -> str:
        """What a command of tmux's says."""
        ran = subprocess.run(["tmux", "-f", "/dev/null", *words], env=self._outside, check=True, capture_output=True)
        return ran.stdout.decode()

    def attach(self, terminal: str = "xterm-256color", command: Sequence[str] = ("tmux", "attach")) -> OuterTerminal:
        """One more terminal that shows the session."""
        outer = OuterTerminal(command, {**self._outside, "TERM": terminal}, *self._size)
        self._attached.append(outer)
        wait_for(lambda: self.run("list-clients", "-F", "x").count("x") == len(self._attached), "a client")
        return outer

    @property
    def buffer(self) -> bytes:
        """The newest buffer."""
        ran = subprocess.run(["tmux", "save-buffer", "-"], env=self.environ, check=True, capture_output=True)
        return ran.stdout

    def close(self) -> None:
        """Ends the server and the terminals."""
        subprocess.run(["tmux", "kill-server"], env=self._outside, check=False, capture_output=True)
        for outer in self._attached:
            outer.close()


class Screen:
    """GNU screen with a program in its only window, in the terminal `outer`."""

    def __init__(self, folder: Path, command: Sequence[str], size: tuple[int, int] = (100, 30)) -> None:
        sockets = folder / "sockets"
        sockets.mkdir(mode=0o700)
        settings = folder / "screenrc"
        settings.write_text("startup_message off\ndefutf8 on\n", encoding="utf-8")
        self._environ = {
            **BARE,
            "TERM": "xterm-256color",
            "HOME": str(folder),
            "SCREENDIR": str(sockets),
            "PYTHONPATH": str(CHECKOUT),
        }
        self.outer = OuterTerminal(["screen", "-c", str(settings), "-S", "clip", *command], self._environ, *size)

    def close(self) -> None:
        """Ends screen and what runs in it."""
        subprocess.run(["screen", "-S", "clip", "-X", "quit"], env=self._environ, check=False, capture_output=True)
        self.outer.close()
