"""`huntdeck doctor`: the terminal, and each way to its clipboard. Nothing here reads or writes what a clipboard holds."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator

from tui.commands.finding import Finding, Grade, Patient
from tui.settings.config import Way
from tui.terminal.displays import display_fault
from tui.terminal.surroundings import MOSH_LIMIT, Surroundings, is_below_mosh, look_around
from tui.terminal.tmux import Tmux, ask_tmux, buffer_holds
from tui.terminal.tools import run_tool

_UNTESTED = "not tested: a test would replace what your clipboard holds"
_PAGE = "Y shows a copy plainly, to select from"
_TOOLS = {"WAYLAND_DISPLAY": ("wl-copy",), "DISPLAY": ("xclip", "xsel"), "macOS": ("pbcopy",)}
_SET_CLIPBOARD = "set -s set-clipboard on"


def terminal_findings(patient: Patient) -> Iterator[Finding]:
    """Which terminal this is, by its variables and by what it answers."""
    environ, answers = patient.environ, patient.answers
    told = [
        f"{name}={environ[name]}" for name in ("TERM", "TERM_PROGRAM", "LC_TERMINAL", "COLORTERM") if environ.get(name)
    ]
    yield Finding(Grade.NOTE, f"told by variables: {', '.join(told) or 'nothing'}")
    if not answers.answered:
        yield Finding(Grade.NOTE, "no terminal answers here: it was not asked, or says nothing of itself")
    else:
        said = answers.name or answers.kind or "without a name"
        kind = f" (of the kind {answers.kind})" if answers.name and answers.kind else ""
        clipboard = "; it says that programs can write its clipboard" if answers.declares_clipboard else ""
        yield Finding(Grade.OK, f"it answers as {said}{kind}{clipboard}")
    if "UTF-8" not in (environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "").upper():
        yield Finding(
            Grade.LIMIT, "the locale is not UTF-8, so lines and marks may look wrong", "export LC_CTYPE=C.UTF-8"
        )


def clipboard_findings(patient: Patient) -> Iterator[Finding]:
    """Each way a copy can go from here, and what keeps it from going further."""
    here = look_around(patient.environ)
    way, limit = patient.config.clipboard.way, patient.config.clipboard.limit
    yield Finding(Grade.NOTE, f'the configuration says way = "{way}", limit = {limit:,} bytes for a terminal')
    tmux, fault = ask_tmux(patient.environ)
    if tmux is not None:
        yield from _tmux(patient, tmux)
    elif here.tmux:
        yield Finding(Grade.FAULT, f"{fault}; TMUX is a name left over from another time", "unset TMUX")
    else:
        yield Finding(Grade.NOTE, f"tmux: {fault}")
    yield from _screen(patient, here)
    yield from _elsewhere(patient, here)
    yield from _desktop(patient, here)
    yield from _terminal(patient, here, through_tmux=tmux is not None)
    if here.mosh or (tmux is not None and is_below_mosh(tmux.client)):
        yield Finding(
            Grade.LIMIT, f"mosh cuts texts of more than {MOSH_LIMIT:,} bytes: longer ones are not sent; {_PAGE}"
        )
    yield Finding(Grade.NOTE, f"a copy now would go {_way_words(way, here, tmux)}; {_PAGE}")


def _tmux(patient: Patient, tmux: Tmux) -> Iterator[Finding]:
    if fault := _buffer_fault(patient):
        yield Finding(Grade.FAULT, f"tmux {tmux.version}: {fault}")
    else:
        yield Finding(
            Grade.OK,
            f"tmux {tmux.version}: a text written to a buffer of its own came back byte for byte; the buffer was removed,"
            " yours were not touched",
        )
    if not tmux.terminal:
        yield Finding(Grade.NOTE, "tmux: no terminal is attached, so copies stay in its buffer")
    elif tmux.passes_on:
        yield Finding(
            Grade.OK, f"tmux hands copies on to the terminal {tmux.terminal}, which must allow it; {_UNTESTED}"
        )
    else:
        yield Finding(
            Grade.LIMIT,
            f"tmux does not know that the terminal {tmux.terminal} has a clipboard, so copies stay in its buffer",
            f"set -as terminal-features ',{tmux.terminal}:clipboard'",
        )
    if tmux.set_clipboard == "on":
        yield Finding(Grade.OK, "tmux's set-clipboard is on: programs on other machines inside of it reach you, too")
    else:
        yield Finding(
            Grade.NOTE,
            f"tmux's set-clipboard is {tmux.set_clipboard}: enough for huntdeck here, not for programs on machines you"
            " reach from inside of it",
            _SET_CLIPBOARD,
        )


def _buffer_fault(patient: Patient) -> str:
    """What goes wrong with a buffer that is made for this, compared and removed again; nothing when all is well."""
    name, data = f"huntdeck-doctor-{os.getpid()}", f"huntdeck {secrets.token_hex(8)} ü\n".encode()
    loaded = run_tool(["tmux", "load-buffer", "-b", name, "-"], patient.environ, data)
    if loaded.fault:
        return f"no buffer can be written: {loaded.fault}"
    try:
        return "" if buffer_holds(data, patient.environ, name) else "a buffer holds something else than was written"
    finally:
        run_tool(["tmux", "delete-buffer", "-b", name], patient.environ)


def _screen(patient: Patient, here: Surroundings) -> Iterator[Finding]:
    if not here.screen:
        yield Finding(Grade.NOTE, "GNU screen: STY is not set, so this is not inside of one on this machine")
        return
    ran = run_tool(["screen", "-v"], patient.environ)
    version = ran.output.decode("utf-8", "replace").strip().removeprefix("Screen version ").split(" ")[0]
    yield Finding(
        Grade.OK, f"GNU screen {version or 'of an unknown version'}: copies go through it in small pieces; {_UNTESTED}"
    )


def _elsewhere(patient: Patient, here: Surroundings) -> Iterator[Finding]:
    """A multiplexer that runs on another machine than this."""
    if here.tmux or here.screen:
        return
    kind = patient.answers.kind or here.elsewhere
    if kind == "tmux":
        yield Finding(
            Grade.LIMIT, "a tmux on another machine drops copies until its configuration says", _SET_CLIPBOARD
        )
        if here.elsewhere == "screen" and patient.config.clipboard.way is not Way.TERMINAL:
            yield Finding(
                Grade.LIMIT, "TERM names a screen, but a tmux answers", '[clipboard] way = "terminal" in config.toml'
            )
    elif kind == "GNU screen":
        fits = here.elsewhere == "screen" or patient.config.clipboard.way is Way.SCREEN
        remedy = "" if fits else "export TERM=screen-256color"
        yield Finding(Grade.OK if fits else Grade.LIMIT, "a GNU screen on another machine answers", remedy)
    elif kind == "screen":
        yield Finding(
            Grade.NOTE,
            "TERM names a screen on another machine, which may be a tmux; copies go as GNU screen passes them on",
            f'for a tmux: {_SET_CLIPBOARD} there, and [clipboard] way = "terminal" in config.toml here',
        )


def _desktop(patient: Patient, here: Surroundings) -> Iterator[Finding]:
    if here.remote:
        yield Finding(Grade.NOTE, "desktop: this is a remote shell, so a display here would not be yours")
        return
    if not here.desktop:
        yield Finding(Grade.NOTE, "desktop: neither DISPLAY nor WAYLAND_DISPLAY is set")
        return
    tools = [tool for tool in _TOOLS[here.desktop] if shutil.which(tool, path=patient.environ.get("PATH"))]
    if not tools:
        yield Finding(Grade.FAULT, f"desktop ({here.desktop}): no clipboard tool", f"install {_TOOLS[here.desktop][0]}")
    fault = "" if here.desktop == "macOS" else display_fault(here.desktop, patient.environ)
    name = here.desktop if here.desktop == "macOS" else f"{here.desktop}={patient.environ[here.desktop]}"
    if fault:
        yield Finding(Grade.FAULT, f"desktop ({name}): {fault}", f"unset {here.desktop}")
    elif tools:
        yield Finding(Grade.OK, f"desktop ({name}): it answers, and {tools[0]} is there; {_UNTESTED}")


def _terminal(patient: Patient, here: Surroundings, through_tmux: bool) -> Iterator[Finding]:
    """Whether the terminal itself takes texts, as far as that is known of its kind."""
    environ, answers = patient.environ, patient.answers
    if "iTerm" in environ.get("LC_TERMINAL", "") + environ.get("TERM_PROGRAM", "") + answers.name:
        yield Finding(
            Grade.LIMIT,
            "iTerm2 takes copies only when it is told to",
            "Settings > General > Selection: tick 'Applications in terminal may access clipboard'",
        )
    elif here.refusing or answers.kind in ("VTE", "PuTTY", "urxvt"):
        yield Finding(Grade.LIMIT, f"{here.refusing or answers.kind} takes no clipboard text from programs; {_PAGE}")
    elif answers.kind == "xterm" or answers.name.startswith("XTerm"):
        yield Finding(
            Grade.LIMIT,
            "xterm takes copies only when its resources allow it",
            "XTerm*disallowedWindowOps: 20,21,SetXprop",
        )
    elif answers.declares_clipboard:
        yield Finding(Grade.OK, f"the terminal says that it takes copies; {_UNTESTED}")
    elif not (through_tmux or here.screen):
        yield Finding(Grade.NOTE, f"whether the terminal takes copies cannot be asked; {_UNTESTED}")


def _way_words(way: Way, here: Surroundings, tmux: Tmux | None) -> str:
    """Where a copy would go, in a few words."""
    if way is not Way.AUTO:
        return "nowhere" if way is Way.OFF else f"by {way} alone, as configured"
    if tmux is not None:
        return "to tmux's buffer, and on to the terminal" if tmux.terminal and tmux.passes_on else "to tmux's buffer"
    if here.screen:
        return "through GNU screen to the terminal"
    if here.desktop:
        return "to the desktop's clipboard, else to the terminal"
    if here.elsewhere == "screen":
        return "to the terminal, as GNU screen passes it on"
    return "nowhere: the terminal takes none" if here.refusing else "to the terminal"
