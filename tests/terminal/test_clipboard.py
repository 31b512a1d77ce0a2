"""Copies without tmux: the terminal itself, desktops alive and dead, and what is refused."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.outer import need
from tests.support.silence import silent_display
from tui.settings.config import CLIPBOARD_LIMIT, ClipboardConfig, Way
from tui.terminal.clipboard import TMUX_LIMIT, CopyResult, CopyState, copy
from tui.terminal.sequences import osc52, through_screen
from tui.terminal.surroundings import MOSH_LIMIT, is_below_mosh, look_around
from tui.terminal.tools import SECONDS

BARE = {"PATH": os.environ["PATH"], "TERM": "xterm-256color"}
KQL = 'let p_user = "St. John\'s";\nDeviceProcessEvents\n| where AccountName =~ p_user and FileName has "ü"'
needs_displays = pytest.mark.skipif(sys.platform == "darwin", reason="tells a desktop by its display")


class Terminal:
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def copy(self, text: str, config: ClipboardConfig | None = None, **environ: str) -> CopyResult:
        return copy(text, self.written.append, config, {**BARE, **environ})


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_the_terminal_is_sent_one_sequence_and_nobody_claims_more(terminal: Terminal) -> None:
    result = terminal.copy(KQL, SSH_TTY="/dev/pts/1", DISPLAY="localhost:10.0")
    assert (result.state, result.words) == (
        CopyState.SENT,
        "copy sent: to your terminal (cannot be confirmed)",
    )
    assert terminal.written == [f"\x1b]52;c;{base64.b64encode(KQL.encode()).decode()}\a"]


def test_what_a_terminal_would_drop_is_refused_and_never_cut(terminal: Terminal) -> None:
    assert terminal.copy("x" * CLIPBOARD_LIMIT).state is CopyState.SENT
    result = terminal.copy("x" * (CLIPBOARD_LIMIT + 1))
    assert (result.state, result.words) == (
        CopyState.FAILED,
        "copy failed: 74,995 bytes are more than a terminal is asked to take (74,994)",
    )
    assert terminal.copy("ü" * 51, ClipboardConfig(limit=100)).state is CopyState.FAILED
    assert len(terminal.written) == 1
    assert terminal.copy("x" * 1_000_000, ClipboardConfig(limit=2_000_000)).state is CopyState.SENT


@pytest.mark.parametrize("way", [way for way in Way if way is not Way.OFF])
def test_nothing_is_not_copied(terminal: Terminal, way: Way) -> None:
    assert terminal.copy("", ClipboardConfig(way)).words == "copy failed: there is nothing in it"
    assert terminal.written == []


def test_off_is_off(terminal: Terminal) -> None:
    result = terminal.copy(KQL, ClipboardConfig(Way.OFF))
    assert result.words == 'copy failed: the clipboard is off in the configuration ([clipboard] way = "off")'
    assert terminal.written == []


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"TERM_PROGRAM": "Apple_Terminal", "SSH_TTY": "x"}, "Terminal.app takes"),
        ({"TERM": "putty-256color"}, "PuTTY takes"),
        ({"TERM": "rxvt-unicode-256color"}, "rxvt takes"),
        ({"TERM": "linux"}, "the text console takes"),
        ({"VTE_VERSION": "7006"}, "a terminal of the VTE kind (GNOME Terminal and others) takes"),
    ],
)
def test_a_terminal_known_to_take_nothing_is_sent_nothing_unless_told_to(
    terminal: Terminal, environ: dict[str, str], words: str
) -> None:
    result = terminal.copy(KQL, **environ)
    assert result.words == f"copy failed: {words} no clipboard text from programs"
    assert terminal.written == []
    assert terminal.copy(KQL, ClipboardConfig(Way.TERMINAL), **environ).state is CopyState.SENT


@pytest.mark.parametrize("more", [{"TERM_PROGRAM": "vscode"}, {"KITTY_WINDOW_ID": "1"}, {"TERM": "alacritty"}])
def test_a_terminal_started_from_one_of_the_vte_kind_is_none(terminal: Terminal, more: dict[str, str]) -> None:
    assert terminal.copy(KQL, VTE_VERSION="7006", **more).state is CopyState.SENT


def test_a_tmux_on_the_other_side_is_sent_it_and_told_what_it_needs(terminal: Terminal) -> None:
    result = terminal.copy(KQL, TERM="tmux-256color", SSH_TTY="/dev/pts/1")
    assert (result.state, result.words) == (
        CopyState.SENT,
        "copy sent: to the tmux on your side (cannot be confirmed), which passes it on only with"
        " set -s set-clipboard on there",
    )
    assert terminal.written == [osc52(KQL)]


def test_a_screen_on_the_other_side_is_never_sent_what_it_would_show(terminal: Terminal) -> None:
    result = terminal.copy(KQL, TERM="screen-256color", SSH_TTY="/dev/pts/1")
    assert result.state is CopyState.SENT
    assert result.words == (
        "copy sent: as GNU screen passes it on (cannot be confirmed); if TERM means a tmux on your side, set there"
        ' set -s set-clipboard on, and here [clipboard] way = "terminal"'
    )
    assert terminal.written == [through_screen(osc52(KQL))]


def test_the_way_screen_needs_a_screen_and_the_way_terminal_none(terminal: Terminal) -> None:
    assert terminal.copy(KQL, ClipboardConfig(Way.SCREEN)).words == (
        "copy failed: this is not inside of GNU screen: neither STY nor TERM names it"
    )
    assert terminal.copy(KQL, ClipboardConfig(Way.TERMINAL), STY="1.pts").words == (
        'copy failed: GNU screen would write it over the picture; [clipboard] way = "screen" passes it on'
    )
    assert terminal.written == []


def test_the_way_tmux_needs_a_tmux(terminal: Terminal) -> None:
    assert terminal.copy(KQL, ClipboardConfig(Way.TMUX)).words == "copy failed: this is not inside of tmux"
    assert terminal.written == []


def test_screen_passes_on_pieces_it_can_take() -> None:
    pieces = through_screen("x" * 1000).split("\x1b\\")
    assert [len(piece) for piece in pieces] == [242] * 4 + [42, 0]
    assert "".join(piece.removeprefix("\x1bP") for piece in pieces) == "x" * 1000


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="tells mosh by the processes above")
def test_below_mosh_what_it_would_cut_is_refused(tmp_path: Path, terminal: Terminal) -> None:
    assert not is_below_mosh(os.getpid())
    work = tmp_path / "work.py"
    work.write_text(
        "import sys\nfrom tui.terminal.clipboard import copy\n"
        f"print([copy('x' * size, len, None, {BARE!r}).words for size in ({MOSH_LIMIT}, {MOSH_LIMIT + 1})])\n"
    )
    server = tmp_path / "mosh-server"
    server.symlink_to("/bin/sh")
    said = subprocess.run(
        [server, "-c", f"{sys.executable} {work}; true"], capture_output=True, text=True, check=True, cwd=Path.cwd()
    ).stdout
    assert "copy sent: to your terminal" in said
    assert "copy failed: mosh cuts more than 12,000 bytes, and these are 12,001" in said


def test_half_a_surrogate_pair_is_no_reason_to_fail(terminal: Terminal) -> None:
    assert terminal.copy("a\ud800b").state is CopyState.SENT
    assert terminal.written == [osc52("a\ufffdb")]


def test_tmux_takes_more_than_terminals_are_asked_to() -> None:
    assert len(osc52("x" * TMUX_LIMIT)) < 1_048_576 < len(osc52("x" * (TMUX_LIMIT + 1000)))


@pytest.fixture
def display() -> Iterator[str]:
    with silent_display() as name:
        yield name


@needs_displays
def test_a_display_that_never_answers_is_left_after_its_time(terminal: Terminal, display: str) -> None:
    need("xclip")
    began = time.monotonic()
    result = terminal.copy(KQL, DISPLAY=display)
    assert SECONDS <= time.monotonic() - began < SECONDS + 5
    assert (result.state, result.words) == (
        CopyState.SENT,
        "copy sent: to your terminal (cannot be confirmed); the desktop's clipboard: it did not answer within 2 s",
    )
    assert terminal.written == [osc52(KQL)]


@needs_displays
@pytest.mark.parametrize("way", [Way.AUTO, Way.DESKTOP])
def test_a_display_that_is_gone_is_no_success(terminal: Terminal, way: Way, capfd: pytest.CaptureFixture[str]) -> None:
    need("xclip")
    result = terminal.copy(KQL, ClipboardConfig(way), DISPLAY="127.0.0.1:63")
    reason = "the desktop's clipboard: it holds something else afterwards (display gone?)"
    if way is Way.AUTO:
        assert result.words == f"copy sent: to your terminal (cannot be confirmed); {reason}"
        assert terminal.written == [osc52(KQL)]
    else:
        assert result.words == f"copy failed: {reason}"
        assert terminal.written == []
    assert capfd.readouterr() == ("", "")


@needs_displays
def test_a_desktop_without_a_tool_says_what_to_install(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal.copy(KQL, ClipboardConfig(Way.DESKTOP), DISPLAY=":99", PATH=str(tmp_path))
    assert result.words == (
        "copy failed: the desktop's clipboard: no tool for it is installed (xclip, xsel or wl-clipboard)"
    )


@needs_displays
def test_on_a_desktop_the_text_is_read_back(tmp_path: Path, terminal: Terminal) -> None:
    tool = tmp_path / "xclip"
    kept = tmp_path / "kept"
    tool.write_text(f'#!/bin/sh\ncase "$*" in *-o*) cat {kept};; *) cat > {kept};; esac\n')
    tool.chmod(0o755)
    result = terminal.copy(f"{KQL}\n", DISPLAY=":99", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (result.state, result.words) == (CopyState.VERIFIED, "copy verified: in the desktop's clipboard")
    assert kept.read_bytes() == f"{KQL}\n".encode()
    assert terminal.written == []


@needs_displays
def test_no_module_that_lies_in_the_working_folder_is_run(
    tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyperclip.py").write_text("open('run', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    terminal.copy(KQL, DISPLAY=":99", PATH=str(tmp_path))
    assert not (tmp_path / "run").exists()


def test_a_desktop_is_this_machines_only() -> None:
    assert look_around({"DISPLAY": ":0"}).desktop == ("macOS" if sys.platform == "darwin" else "DISPLAY")
    assert look_around({"DISPLAY": ":0", "SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"}).desktop == ""
