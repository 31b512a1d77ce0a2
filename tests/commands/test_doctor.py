from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.multiplexers import CHECKOUT, Screen, Tmux
from tests.support.outer import OuterTerminal, need
from tests.support.silence import silent_display
from tui import __version__
from tui.cli import main
from tui.terminal.questions import BUDGET, TerminalAnswers, read_answers

COMMAND = [sys.executable, "-m", "tui", "doctor"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of its own, and nothing around the program."""
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY", "SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return tmp_path


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    need("tmux")
    made = Tmux(tmp_path)
    yield made
    made.close()


def examined(capsys: pytest.CaptureFixture[str], code: int) -> str:
    assert main(["doctor"]) == code
    return capsys.readouterr().out


def test_without_a_terminal_it_says_what_there_is(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = examined(capsys, 0)
    for words in (
        f"ok     huntdeck {__version__}, Python 3.",
        ", duckdb ",
        "told by variables: TERM=xterm-256color",
        "no terminal answers here",
        'the configuration says way = "auto", limit = 74,994 bytes',
        "tmux: this is not inside of tmux",
        "STY is not set",
        "neither DISPLAY nor WAYLAND_DISPLAY is set",
        "a copy now would go to the terminal; Y shows a copy plainly",
        f"data: {home}/data/huntdeck is made when it is needed",
        f"{home}/config/huntdeck/config.toml is not there",
    ):
        assert words in said
    assert list(home.iterdir()) == []


def test_what_is_wrong_in_the_configuration_is_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "config" / "huntdeck" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('analist = "x"\n[clipboard]\nway = "off"\nlimit = -1\n"\u202e" = 1\n', encoding="utf-8")
    said = examined(capsys, 1)
    assert f'fault  {path}:1: analist: unknown key; did you mean "analyst"?' in said
    assert f"fault  {path}:4: clipboard.limit: expected a whole number of bytes" in said
    assert "⟨U+202E⟩" in said
    assert "a copy now would go nowhere" in said


def test_folders_that_others_can_enter_are_a_fault(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = home / "data" / "huntdeck"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    said = examined(capsys, 1)
    assert f"fault  data: {folder}, mode 0755, can be entered by others\n         -> chmod 700 {folder}\n" in said
    folder.chmod(0o700)
    assert f"ok     data: {folder}, mode 0700" in examined(capsys, 0)


def test_tmux_is_tried_without_touching_the_buffers_that_are_there(
    home: Path, tmux: Tmux, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tmux.run("set-buffer", "mine")
    before = tmux.run("list-buffers")
    outer = tmux.attach()
    monkeypatch.setenv("TMUX", tmux.environ["TMUX"])
    said = examined(capsys, 0)
    assert "a text written to a buffer of its own came back byte for byte" in said
    assert "tmux hands copies on to the terminal xterm-256color, which must allow it; not tested" in said
    assert "tmux's set-clipboard is external" in said
    assert "-> set -s set-clipboard on\n" in said
    assert "a copy now would go to tmux's buffer, and on to the terminal" in said
    assert tmux.run("list-buffers") == before
    assert outer.clipboard == []


def test_a_terminal_that_tmux_knows_no_clipboard_of(
    home: Path, tmux: Tmux, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tmux.attach("vt100")
    tmux.run("set", "-s", "set-clipboard", "on")
    monkeypatch.setenv("TMUX", tmux.environ["TMUX"])
    said = examined(capsys, 0)
    assert "-> set -as terminal-features ',vt100:clipboard'\n" in said
    assert "tmux's set-clipboard is on" in said


def test_a_tmux_that_is_gone_is_a_fault(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need("tmux")
    monkeypatch.setenv("TMUX", f"{home}/gone,1,0")
    assert "-> unset TMUX\n" in examined(capsys, 1)


@pytest.mark.skipif(sys.platform == "darwin", reason="tells a desktop by its display")
def test_a_display_that_is_gone_is_a_fault(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISPLAY", "127.0.0.1:63")
    said = examined(capsys, 1)
    assert "desktop (DISPLAY=127.0.0.1:63): Connection refused\n         -> unset DISPLAY\n" in said


@pytest.mark.skipif(sys.platform == "darwin", reason="tells a desktop by its display")
def test_a_display_that_never_answers_is_a_fault_in_time(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with silent_display() as display:
        monkeypatch.setenv("DISPLAY", display)
        began = time.monotonic()
        said = examined(capsys, 1)
        assert time.monotonic() - began < 5
    assert f"desktop (DISPLAY={display}): it does not answer within 1 s" in said


@pytest.mark.parametrize(
    ("given", "answers"),
    [
        (b"\x1bP>|tmux 3.3a\x1b\\\x1b[>84;0;0c\x1b[?1;2;4c", TerminalAnswers(True, "tmux 3.3a", "tmux", False)),
        (b"\x1b[>83;40900;0c\x1b[?1;2c", TerminalAnswers(True, "", "GNU screen", False)),
        (b"\x1bP>|XTerm(379)\x1b\\\x1b[>41;379;0c\x1b[?64;1;2c", TerminalAnswers(True, "XTerm(379)", "xterm", False)),
        (
            b"\x1bP>|kitty(0.26.5)\x1b\\\x1b[>1;4000;26c\x1b[?62;c",
            TerminalAnswers(True, "kitty(0.26.5)", "kitty", False),
        ),
        (b"\x1b[>65;7006;1c\x1b[?65;1;9c", TerminalAnswers(True, "", "VTE", False)),
        (b"\x1b[>0;136;0c\x1b[?6c", TerminalAnswers(True, "", "PuTTY", False)),
        (b"\x1b[>1;10;0c\x1b[?62c", TerminalAnswers(True, "", "mosh", False)),
        (b"\x1b[>0;10;1c\x1b[?62;4;52c", TerminalAnswers(True, "", "", True)),
        (b"typed ahead", TerminalAnswers()),
        (b"", TerminalAnswers()),
    ],
)
def test_what_terminals_answer(given: bytes, answers: TerminalAnswers) -> None:
    assert read_answers(given) == answers


def environ(home: Path) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, "PYTHONPATH": str(CHECKOUT)}


def test_a_terminal_that_does_not_answer_is_left_alone_in_time(home: Path) -> None:
    work = (
        "import sys, time\nfrom tui.terminal.questions import ask_terminal\nbegan = time.monotonic()\n"
        "print(ask_terminal(0, 1), '%.2f' % (time.monotonic() - began), 'end')\n"
    )
    outer = OuterTerminal([sys.executable, "-c", work], environ(home))
    try:
        outer.until_shown("end")
        assert "answered=False" in outer.text
        seconds = float(outer.text.split("end")[0].split()[-1])
        assert BUDGET <= seconds < BUDGET + 2
    finally:
        outer.close()


def test_in_a_pane_the_multiplexer_answers_and_no_clipboard_is_touched(home: Path, tmux: Tmux) -> None:
    outer = tmux.attach()
    tmux.run("new-window", f"cd {CHECKOUT}; {' '.join(COMMAND)} | cat; {' '.join(COMMAND)}; exec cat")
    began = time.monotonic()
    while (
        "Configuration\n"
        not in (shown := tmux.run("capture-pane", "-p", "-S", "-200", "-J")).partition("it answers")[2]
    ):
        assert time.monotonic() - began < 20, shown
    assert "it answers as tmux 3" in shown
    assert "no terminal answers here" in shown
    assert outer.clipboard == []
    assert b"\x1b]52" not in outer.output


def test_in_screen_it_says_so_and_leaves_the_clipboard(home: Path, tmp_path: Path) -> None:
    need("screen")
    screen = Screen(tmp_path, ["sh", "-c", f"cd {CHECKOUT}; {' '.join(COMMAND)} | grep -i screen; echo done; exec cat"])
    try:
        screen.outer.until_shown("done")
        assert "GNU screen 4" in screen.outer.text or "GNU screen 5" in screen.outer.text
        assert "copies go through it in small pieces; not tested" in screen.outer.text
        assert screen.outer.clipboard == []
    finally:
        screen.close()


def test_it_lists_what_is_wrong_with_looks_keys_and_themes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = home / "config" / "huntdeck"
    (folder / "themes").mkdir(parents=True)
    (folder / "themes" / "mine.toml").write_text('nam = "mine"\n', encoding="utf-8")
    (folder / "config.toml").write_text(
        '[look]\ntheme = "ambr"\n[keys]\n"main.pivot" = "ctrl+b"\n"main.sort" = "t"\n', encoding="utf-8"
    )
    said = examined(capsys, 1)
    for words in (
        "look.theme: there is no theme 'ambr'",
        'did you mean "amber"?',
        "config.toml:4: keys.main.pivot: Ctrl+B cannot be: tmux begins its own keys with it",
        "config.toml:5: keys.main.sort: t is the key of main.around already",
        "themes/mine.toml: nam: unknown key; did you mean 'name'?",
        "end of a run: bell, after 30 s",
    ):
        assert words in said
