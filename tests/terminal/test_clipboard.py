import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.terminal.clipboard import SECONDS, TERMINAL_LIMIT, CopyState, copy

BARE = {"PATH": os.environ["PATH"]}
KQL = 'let p_user = "St. John\'s";\nDeviceProcessEvents\n| where AccountName =~ p_user and FileName has "ü"'


class Terminal:
    def __init__(self) -> None:
        self.taken: list[str] = []


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[dict[str, str]]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    environ = {**BARE, "TMUX_TMPDIR": str(tmp_path)}
    run = ["tmux", "-f", "/dev/null"]
    subprocess.run([*run, "new-session", "-d", "-x", "80", "-y", "24", "cat"], env=environ, check=True)
    try:
        asked = subprocess.run(
            [*run, "display-message", "-p", "#{socket_path},#{pid},0"], env=environ, check=True, capture_output=True
        )
        yield {**BARE, "TMUX": asked.stdout.decode().strip()}
    finally:
        subprocess.run([*run, "kill-server"], env=environ, check=False)


def buffer(environ: dict[str, str]) -> bytes:
    return subprocess.run(["tmux", "show-buffer"], env=environ, check=True, capture_output=True).stdout


@pytest.mark.parametrize("text", [KQL, "ends with a line end\n", "\x1b]0;title\x07", "x" * 300_000])
def test_in_tmux_the_buffer_holds_the_text_and_that_was_looked_at(
    tmux: dict[str, str], terminal: Terminal, text: str
) -> None:
    result = copy(text, terminal.taken.append, tmux)
    assert result.state is CopyState.VERIFIED
    assert "tmux" in result.words
    assert buffer(tmux) == text.encode()
    assert terminal.taken == []


def test_where_tmux_is_gone_the_terminal_is_asked(tmp_path: Path, terminal: Terminal) -> None:
    result = copy(KQL, terminal.taken.append, {**BARE, "TMUX": f"{tmp_path}/gone,1,0"})
    assert result.state is CopyState.SENT
    assert terminal.taken == [KQL]


def test_a_remote_terminal_is_sent_the_text_and_nobody_claims_more(terminal: Terminal) -> None:
    result = copy(KQL, terminal.taken.append, {**BARE, "SSH_TTY": "/dev/pts/1", "DISPLAY": "localhost:10.0"})
    assert (result.state, terminal.taken) == (CopyState.SENT, [KQL])
    assert "cannot be confirmed" in result.words


def test_what_a_terminal_would_drop_is_refused_and_never_cut(terminal: Terminal) -> None:
    assert copy("x" * TERMINAL_LIMIT, terminal.taken.append, BARE).state is CopyState.SENT
    result = copy("x" * (TERMINAL_LIMIT + 1), terminal.taken.append, BARE)
    assert result.state is CopyState.FAILED
    assert "74,995" in result.words
    assert len(terminal.taken) == 1


def test_screen_is_sent_nothing(terminal: Terminal) -> None:
    assert copy(KQL, terminal.taken.append, {**BARE, "STY": "1.pts"}).state is CopyState.FAILED
    assert terminal.taken == []


def test_half_a_surrogate_pair_is_no_reason_to_fail(terminal: Terminal) -> None:
    assert copy("a\ud800b", terminal.taken.append, BARE).state is CopyState.SENT
    assert terminal.taken == ["a\ufffdb"]


@pytest.mark.skipif(sys.platform == "darwin", reason="tells a desktop by its display")
def test_a_clipboard_tool_that_hangs_is_left_behind(tmp_path: Path, terminal: Terminal) -> None:
    tool = tmp_path / "xclip"
    tool.write_text("#!/bin/sh\nexec sleep 60\n")
    tool.chmod(0o755)
    began = time.monotonic()
    result = copy(KQL, terminal.taken.append, {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":99"})
    assert time.monotonic() - began < SECONDS + 3
    assert (result.state, terminal.taken) == (CopyState.SENT, [KQL])


@pytest.mark.skipif(sys.platform == "darwin", reason="tells a desktop by its display")
def test_on_a_desktop_the_text_is_read_back(tmp_path: Path, terminal: Terminal) -> None:
    tool = tmp_path / "xclip"
    kept = tmp_path / "kept"
    tool.write_text(f'#!/bin/sh\ncase "$*" in *-o*) cat {kept};; *) cat > {kept};; esac\n')
    tool.chmod(0o755)
    result = copy(KQL, terminal.taken.append, {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":99"})
    assert result.state is CopyState.VERIFIED
    assert kept.read_text() == KQL
    assert terminal.taken == []
