"""The tmux around the program: what it is, and its buffers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tui.terminal.tools import Ran, run_tool

_FORMAT = "#{version}\n#{client_termname}\n#{client_termfeatures}\n#{client_pid}\n#{client_tty}"


@dataclass(frozen=True)
class Tmux:
    """A tmux that answers, and the terminal that is attached to it (`terminal` is nothing when none is)."""

    version: str
    set_clipboard: str
    """`on`, `external` or `off`."""
    terminal: str
    """TERM of the attached terminal."""
    passes_on: bool
    """Whether it knows how to hand that terminal a text for the clipboard."""
    client: int
    """The process of the attached client; 0 when there is none."""


def ask_tmux(environ: Mapping[str, str]) -> tuple[Tmux | None, str]:
    """The tmux that `environ` names, or None and why it cannot be asked."""
    if not environ.get("TMUX"):
        return None, "this is not inside of tmux"
    ran = run_tool(["tmux", "display-message", "-p", _FORMAT, ";", "show-options", "-sv", "set-clipboard"], environ)
    if ran.fault:
        return None, f"tmux does not answer: {ran.fault}"
    lines = ran.output.decode("utf-8", "replace").split("\n")
    version, terminal, features, client, device, clipboard = (lines + [""] * 6)[:6]
    number = int(client) if client.isdecimal() else 0
    passes_on = "clipboard" in features.split(",") or (bool(device) and _can_set_clipboard(device, environ))
    return Tmux(version, clipboard, terminal, passes_on, number), ""


def _can_set_clipboard(device: str, environ: Mapping[str, str]) -> bool:
    """Whether the terminal on `device` has the capability `Ms` by its terminfo entry."""
    listed = run_tool(["tmux", "show-messages", "-T"], environ).output.decode("utf-8", "replace")
    _, _, entry = listed.partition(f" for {device},")
    return re.search(r"^ *\d+: Ms: \(string\)", entry.partition("\nTerminal ")[0], re.MULTILINE) is not None


def load_buffer(data: bytes, environ: Mapping[str, str], pass_on: bool) -> tuple[Ran, bool]:
    """Puts `data` into a new buffer, with `pass_on` into the attached terminal's clipboard too.

    Gives how it ended, and whether it was passed on: a tmux before 3.2 cannot.
    """
    if pass_on:
        ran = run_tool(["tmux", "load-buffer", "-w", "-"], environ, data)
        if not ran.fault:
            return ran, True
    return run_tool(["tmux", "load-buffer", "-"], environ, data), False


def buffer_holds(data: bytes, environ: Mapping[str, str], name: str = "") -> bool:
    """Whether the newest buffer, or that called `name`, holds exactly `data`."""
    shown = run_tool(["tmux", "show-buffer", *(["-b", name] if name else [])], environ)
    return not shown.fault and shown.output == data
