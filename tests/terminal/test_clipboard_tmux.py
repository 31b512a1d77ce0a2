"""Copies inside of tmux: what its buffer holds and what the terminal outside got, compared byte by byte."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.multiplexers import BARE, Tmux
from tests.support.outer import need, wait_for
from tui.settings.config import ClipboardConfig, Way
from tui.terminal.clipboard import TMUX_BUFFER_LIMIT, CopyResult, CopyState, copy
from tui.terminal.sequences import osc52
from tui.terminal.surroundings import MOSH_LIMIT

KQL = 'let p_user = "St. John\'s";\nDeviceProcessEvents\n| where AccountName =~ p_user and FileName has "ü"'
BUFFER = "copy verified: in tmux's buffer (prefix ] pastes it); "


def copied(tmux: Tmux, text: str, config: ClipboardConfig | None = None) -> CopyResult:
    return copy(text, tmux.written.append, config, tmux.environ)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    need("tmux")
    made = Tmux(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("text", [KQL, "ends with a line end\n", "a\n\n", "\x1b]0;title\x07\r\n\x00", "ü" * 37_000])
def test_the_buffer_holds_exactly_the_text(tmux: Tmux, text: str) -> None:
    result = copied(tmux, text)
    assert (result.state, result.words) == (CopyState.VERIFIED, f"{BUFFER}no terminal is attached to it")
    assert tmux.buffer == text.encode()
    assert tmux.written == []


@pytest.mark.parametrize("setting", ["on", "external", "off"])
def test_buffer_and_terminal_get_it_whatever_set_clipboard_says(tmux: Tmux, setting: str) -> None:
    tmux.run("set", "-s", "set-clipboard", setting)
    outer = tmux.attach()
    result = copied(tmux, KQL)
    assert (result.state, result.words) == (
        CopyState.VERIFIED,
        f"{BUFFER}sent to your terminal, which must allow it",
    )
    assert tmux.buffer == KQL.encode()
    outer.until(lambda: outer.clipboard == [KQL.encode()], "the text in the terminal")
    assert tmux.written == []


def test_a_terminal_that_tmux_knows_no_clipboard_of_gets_nothing_and_that_is_said(tmux: Tmux) -> None:
    outer = tmux.attach("vt100")
    result = copied(tmux, KQL)
    assert result.words == f"{BUFFER}not sent to your terminal: tmux does not know that vt100 has a clipboard"
    assert tmux.buffer == KQL.encode()
    tmux.run("set-buffer", "-b", "x", "x")
    assert outer.clipboard == []


def test_what_is_too_long_for_a_terminal_stays_in_the_buffer(tmux: Tmux) -> None:
    outer = tmux.attach()
    text = "x" * 300_000
    result = copied(tmux, text)
    assert result.words == (
        f"{BUFFER}not sent to your terminal: 300,000 bytes are more than a terminal is asked to take (74,994)"
    )
    assert tmux.buffer == text.encode()
    result = copied(tmux, text, ClipboardConfig(limit=400_000))
    assert result.words == f"{BUFFER}sent to your terminal, which must allow it"
    outer.until(lambda: outer.clipboard, "the text in the terminal")
    assert outer.clipboard == [text.encode()]


def test_the_tmux_around_a_tmux_is_told_apart(tmux: Tmux) -> None:
    tmux.attach("tmux-256color")
    assert (
        copied(tmux, KQL).words
        == f"{BUFFER}sent to the tmux around it, which passes it on with set -s set-clipboard on"
    )


def test_an_old_tmux_keeps_it_in_its_buffer_and_says_so(tmux: Tmux, tmp_path: Path) -> None:
    real = subprocess.run(["which", "tmux"], capture_output=True, check=True, text=True).stdout.strip()
    old = tmp_path / "tmux"
    old.write_text(f'#!/bin/sh\n[ "$2" = -w ] && exit 1\n[ "$1" != load-buffer ] || set -- "$@"\nexec {real} "$@"\n')
    old.chmod(0o755)
    outer = tmux.attach()
    result = copy(KQL, tmux.written.append, None, {**tmux.environ, "PATH": f"{tmp_path}:{BARE['PATH']}"})
    assert result.state is CopyState.VERIFIED
    assert "not sent to your terminal: tmux 3" in result.words
    assert tmux.buffer == KQL.encode()
    assert outer.clipboard == []


def test_a_buffer_that_holds_something_else_is_a_failure(tmux: Tmux, tmp_path: Path) -> None:
    real = subprocess.run(["which", "tmux"], capture_output=True, check=True, text=True).stdout.strip()
    lying = tmp_path / "tmux"
    lying.write_text(f'#!/bin/sh\n[ "$1" = load-buffer ] && exit 0\nexec {real} "$@"\n')
    lying.chmod(0o755)
    tmux.run("set-buffer", f"{KQL}\n")
    result = copy(KQL, tmux.written.append, None, {**tmux.environ, "PATH": f"{tmp_path}:{BARE['PATH']}"})
    assert (result.state, result.words) == (
        CopyState.FAILED,
        "copy failed: tmux's buffer holds something else afterwards",
    )


@pytest.mark.parametrize(
    ("setting", "state", "words"),
    [
        ("on", CopyState.SENT, "copy sent: through tmux to your terminal (cannot be confirmed)"),
        (
            "external",
            CopyState.FAILED,
            "copy failed: tmux drops it with set-clipboard external: set -s set-clipboard on",
        ),
        ("off", CopyState.FAILED, "copy failed: tmux drops it with set-clipboard off: set -s set-clipboard on"),
    ],
)
def test_the_way_terminal_goes_through_tmux_only_where_tmux_lets_it(
    tmux: Tmux, setting: str, state: CopyState, words: str
) -> None:
    tmux.run("set", "-s", "set-clipboard", setting)
    result = copied(tmux, KQL, ClipboardConfig(Way.TERMINAL))
    assert result.state is state
    assert result.words.startswith(words)
    assert len(tmux.written) == (state is CopyState.SENT)


def in_a_pane(tmux: Tmux, tmp_path: Path, sequence: Callable[[], str]) -> None:
    """Has a program in a pane of `tmux` write what `sequence` gives."""
    (tmp_path / "sequence").write_text(sequence())
    tmux.run("new-window", f"cat {tmp_path / 'sequence'}; exec cat")


@pytest.mark.parametrize(("setting", "arrives"), [("on", True), ("external", False), ("off", False)])
def test_what_the_way_terminal_says_of_tmux_is_so(tmux: Tmux, tmp_path: Path, setting: str, arrives: bool) -> None:
    tmux.run("set", "-s", "set-clipboard", setting)
    outer = tmux.attach()
    in_a_pane(tmux, tmp_path, lambda: osc52(KQL) + "written")
    outer.until_shown("written")
    assert outer.clipboard == ([KQL.encode()] if arrives else [])
    if arrives:
        assert tmux.buffer == KQL.encode()


@pytest.mark.parametrize("way", [Way.AUTO, Way.TMUX])
def test_where_tmux_is_gone_nobody_claims_its_buffer(tmp_path: Path, way: Way) -> None:
    written: list[str] = []
    gone = {**BARE, "TMUX": f"{tmp_path}/gone,1,0"}
    result = copy(KQL, written.append, ClipboardConfig(way), gone)
    if way is Way.AUTO:
        assert result.words == "copy sent: to your terminal (cannot be confirmed)"
    else:
        assert result.words.startswith("copy failed: tmux does not answer: ")
        assert written == []


def test_a_tmux_that_does_not_answer_is_sent_it_and_told_what_it_needs(tmp_path: Path) -> None:
    written: list[str] = []
    result = copy(KQL, written.append, None, {**BARE, "TERM": "screen", "TMUX": f"{tmp_path}/gone,1,0"})
    assert result.words == (
        "copy sent: to a tmux that does not answer (cannot be confirmed), which passes it on only with"
        " set -s set-clipboard on there"
    )
    assert written == [osc52(KQL)]


@pytest.mark.parametrize("setting", ["on", "external"])
def test_nested(tmp_path: Path, setting: str) -> None:
    need("tmux")
    around, inside = Tmux(tmp_path / "a"), Tmux(tmp_path / "b")
    try:
        around.run("set", "-s", "set-clipboard", setting)
        around.run("set", "-g", "default-terminal", "tmux-256color")
        outer = around.attach()
        around.run("new-window", f"env -u TMUX TMUX_TMPDIR={tmp_path / 'b'} tmux -f /dev/null attach")
        wait_for(lambda: "tmux-256color" in inside.run("list-clients", "-F", "#{client_termname}"), "the inner client")
        result = copied(inside, KQL)
        assert result.words == f"{BUFFER}sent to the tmux around it, which passes it on with set -s set-clipboard on"
        assert inside.buffer == KQL.encode()
        inside.run("rename-window", "after")
        outer.until_shown("after")
        assert outer.clipboard == ([KQL.encode()] if setting == "on" else [])
    finally:
        inside.close()
        around.close()


def test_what_tmux_is_not_asked_to_keep_is_refused(tmux: Tmux) -> None:
    whole = copied(tmux, "x" * TMUX_BUFFER_LIMIT)
    assert whole.state is CopyState.VERIFIED
    result = copied(tmux, "x" * (TMUX_BUFFER_LIMIT + 1))
    assert result.words == "copy failed: 10,000,001 bytes are more than tmux is asked to keep (10,000,000)"
    assert len(tmux.buffer) == TMUX_BUFFER_LIMIT


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="tells mosh by the processes above")
def test_a_terminal_behind_mosh_is_sent_what_mosh_passes_on_whole(tmux: Tmux, tmp_path: Path) -> None:
    (tmp_path / "mosh-server").symlink_to("/bin/sh")
    outer = tmux.attach(command=[str(tmp_path / "mosh-server"), "-c", "tmux attach; true"])
    result = copied(tmux, "x" * MOSH_LIMIT)
    assert result.words == f"{BUFFER}sent to your terminal, which must allow it"
    outer.until(lambda: outer.clipboard == [b"x" * MOSH_LIMIT], "the text in the terminal")
    text = "y" * (MOSH_LIMIT + 1)
    result = copied(tmux, text)
    assert result.words == f"{BUFFER}not sent to your terminal: mosh cuts more than 12,000 bytes, and these are 12,001"
    assert tmux.buffer == text.encode()
    tmux.run("rename-window", "after")
    outer.until_shown("after")
    assert len(outer.clipboard) == 1
