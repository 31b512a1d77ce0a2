from __future__ import annotations

import pytest

from tui.settings.look import Bell
from tui.terminal.notices import notice


def test_what_a_terminal_is_told() -> None:
    assert notice(Bell.OFF, {}) == ""
    assert notice(Bell.BELL, {}) == notice(Bell.BELL, {"TMUX": "x"}) == "\a"
    assert notice(Bell.OSC9, {}) == "\x1b]9;huntdeck: a run has ended\x1b\\"
    assert notice(Bell.OSC777, {}) == "\x1b]777;notify;huntdeck;a run has ended\x1b\\"
    assert notice(Bell.OSC99, {}) == "\x1b]99;i=huntdeck:d=1;huntdeck: a run has ended\x1b\\"


@pytest.mark.parametrize("bell", [Bell.OSC9, Bell.OSC777, Bell.OSC99])
def test_it_is_wrapped_for_what_it_has_to_go_through(bell: Bell) -> None:
    plain = notice(bell, {})
    tmux = notice(bell, {"TMUX": "/tmp/x,1,0", "STY": ""})
    assert tmux.startswith("\x1bPtmux;")
    assert tmux[len("\x1bPtmux;") : -2].replace("\x1b\x1b", "\x1b") == plain
    screen = notice(bell, {"STY": "1.x"})
    assert screen == "\x1bP" + plain.replace("\x1b\\", "\a") + "\x1b\\"
