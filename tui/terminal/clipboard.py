"""The clipboard, with an honest word on how far the text got: verified, sent, or failed.

A copy takes up to the time limit of each tool it asks: call it in a worker thread. Nothing is ever cut off: what is too
long for a way is refused by it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui.settings.config import ClipboardConfig, Way
from tui.terminal.desktop import copy_to_desktop
from tui.terminal.sequences import osc52, through_screen
from tui.terminal.surroundings import MOSH_LIMIT, Surroundings, is_below_mosh, look_around
from tui.terminal.tmux import Tmux, ask_tmux, buffer_holds, load_buffer

TMUX_BUFFER_LIMIT = 10_000_000
"""Bytes of text that tmux is asked to keep; it takes them within its time, and still draws."""
TMUX_LIMIT = 786_000
"""Bytes of text whose sequence tmux takes from a program; longer ones it drops without a word."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_UNCONFIRMED = "(cannot be confirmed)"


class CopyState(StrEnum):
    """How far a text got."""

    VERIFIED = "verified"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class CopyResult:
    """How far a text got, and the rest of the sentence: where it is, or why it is not there."""

    state: CopyState
    reason: str

    @property
    def words(self) -> str:
        """The sentence."""
        return self.words_with("")

    def words_with(self, hint: str) -> str:
        """The sentence, with a hint in parentheses behind the state."""
        return f"copy {self.state}{f' ({hint})' if hint else ''}: {self.reason}"


Send = Callable[[str], None]
"""Writes a control sequence to the terminal itself, between two drawings; may be called from a worker thread."""


def copy(
    text: str, send: Send, config: ClipboardConfig | None = None, environ: Mapping[str, str] = os.environ
) -> CopyResult:
    """Copies `text` by the way that `config` says: with `auto` tmux, GNU screen, a local desktop, else the terminal."""
    config = config or ClipboardConfig()
    text = clean(text)
    if not text:
        return _failed("there is nothing in it")
    here = look_around(environ)
    job = _Job(text, send, config.limit, environ, here)
    match config.way:
        case Way.OFF:
            return _failed('the clipboard is off in the configuration ([clipboard] way = "off")')
        case Way.TMUX:
            tmux, fault = ask_tmux(environ)
            return _by_tmux(job, tmux) if tmux is not None else _failed(fault)
        case Way.SCREEN:
            if not (here.screen or here.elsewhere == "screen"):
                return _failed("this is not inside of GNU screen: neither STY nor TERM names it")
            return _by_screen(job)
        case Way.DESKTOP:
            return _by_desktop(job)
        case Way.TERMINAL:
            return _by_terminal_alone(job)
    return _by_ladder(job)


def clean(text: str) -> str:
    """`text` as it can be encoded: halves of characters, which no clipboard holds, are replaced."""
    return _SURROGATES.sub("\ufffd", text)


@dataclass(frozen=True)
class _Job:
    """One text to copy, and how."""

    text: str
    send: Send
    limit: int
    environ: Mapping[str, str]
    here: Surroundings

    @property
    def data(self) -> bytes:
        return self.text.encode()

    def too_long(self, mosh: bool = False, most: int | None = None) -> str:
        """Why the text is too long for a terminal, or nothing."""
        size = len(self.data)
        if mosh and size > MOSH_LIMIT:
            return f"mosh cuts more than {MOSH_LIMIT:,} bytes, and these are {size:,}"
        limit = min(self.limit, most or self.limit)
        return f"{size:,} bytes are more than a terminal is asked to take ({limit:,})" if size > limit else ""


def _by_ladder(job: _Job) -> CopyResult:
    tmux, _ = ask_tmux(job.environ) if job.here.tmux else (None, "")
    if tmux is not None:
        return _by_tmux(job, tmux)
    if job.here.screen:
        return _by_screen(job)
    missed = ""
    if job.here.desktop:
        result = _by_desktop(job)
        if result.state is CopyState.VERIFIED:
            return result
        missed = f"; {result.reason}"
    result = _by_terminal(job)
    return CopyResult(result.state, result.reason + missed)


def _by_tmux(job: _Job, tmux: Tmux) -> CopyResult:
    """Into tmux's buffer, which is compared, and through tmux to the terminal when that can take it."""
    if len(job.data) > TMUX_BUFFER_LIMIT:
        return _failed(f"{len(job.data):,} bytes are more than tmux is asked to keep ({TMUX_BUFFER_LIMIT:,})")
    too_long = job.too_long(mosh=is_below_mosh(tmux.client))
    ran, passed_on = load_buffer(job.data, job.environ, pass_on=not too_long)
    if ran.fault:
        return _failed(f"tmux does not take it: {ran.fault}")
    if not buffer_holds(job.data, job.environ):
        return _failed("tmux's buffer holds something else afterwards")
    onward = _onward(tmux, too_long, passed_on)
    return CopyResult(CopyState.VERIFIED, f"in tmux's buffer (prefix ] pastes it); {onward}")


def _onward(tmux: Tmux, too_long: str, passed_on: bool) -> str:
    """Whether it went on from tmux to the terminal."""
    if too_long:
        return f"not sent to your terminal: {too_long}"
    if not passed_on:
        return f"not sent to your terminal: tmux {tmux.version} cannot, 3.2 can"
    if not tmux.terminal:
        return "no terminal is attached to it"
    if not tmux.passes_on:
        return f"not sent to your terminal: tmux does not know that {tmux.terminal} has a clipboard"
    if tmux.terminal.startswith(("tmux", "screen")):
        return "sent to the tmux around it, which passes it on with set -s set-clipboard on"
    return "sent to your terminal, which must allow it"


def _by_screen(job: _Job) -> CopyResult:
    if too_long := job.too_long():
        return _failed(too_long)
    job.send(through_screen(osc52(job.text)))
    if job.here.screen:
        return _sent(f"through GNU screen to your terminal, which must allow it {_UNCONFIRMED}")
    return _sent(
        f"as GNU screen passes it on {_UNCONFIRMED}; if TERM means a tmux on your side, set there"
        ' set -s set-clipboard on, and here [clipboard] way = "terminal"'
    )


def _by_desktop(job: _Job) -> CopyResult:
    if fault := copy_to_desktop(job.text, job.environ):
        return _failed(f"the desktop's clipboard: {fault}")
    return CopyResult(CopyState.VERIFIED, "in the desktop's clipboard")


def _by_terminal(job: _Job) -> CopyResult:
    """By the terminal itself, as far as it is known to take texts from programs."""
    if job.here.elsewhere == "screen":
        return _by_screen(job)
    if job.here.refusing:
        return _failed(f"{job.here.refusing} takes no clipboard text from programs")
    if too_long := job.too_long(mosh=job.here.mosh):
        return _failed(too_long)
    job.send(osc52(job.text))
    if job.here.elsewhere:
        where = "to a tmux that does not answer" if job.here.tmux else "to the tmux on your side"
        return _sent(f"{where} {_UNCONFIRMED}, which passes it on only with set -s set-clipboard on there")
    return _sent(f"to your terminal {_UNCONFIRMED}")


def _by_terminal_alone(job: _Job) -> CopyResult:
    """By the terminal because the configuration says so: only what cannot arrive is refused."""
    if job.here.screen:
        return _failed('GNU screen would write it over the picture; [clipboard] way = "screen" passes it on')
    tmux, _ = ask_tmux(job.environ) if job.here.tmux else (None, "")
    if tmux is not None and tmux.set_clipboard != "on":
        return _failed(
            f"tmux drops it with set-clipboard {tmux.set_clipboard}: set -s set-clipboard on, or"
            ' [clipboard] way = "tmux" here'
        )
    mosh = is_below_mosh(tmux.client) if tmux is not None else job.here.mosh
    if too_long := job.too_long(mosh, TMUX_LIMIT if tmux is not None else None):
        return _failed(too_long)
    job.send(osc52(job.text))
    return _sent(f"{'through tmux ' if tmux is not None else ''}to your terminal {_UNCONFIRMED}")


def _sent(reason: str) -> CopyResult:
    return CopyResult(CopyState.SENT, reason)


def _failed(reason: str) -> CopyResult:
    return CopyResult(CopyState.FAILED, reason)
