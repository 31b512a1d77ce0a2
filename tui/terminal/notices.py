"""What is written to a terminal so that somebody who looks elsewhere turns to it. Nothing of what was found is in it."""

from __future__ import annotations

from collections.abc import Mapping

from tui.settings.look import Bell
from tui.terminal.sequences import through_screen

WORDS = "a run has ended"
FRESH_WORDS = "a watch found fresh rows"


def notice(bell: Bell, environ: Mapping[str, str], words: str = WORDS) -> str:
    """The sequence that tells of the end of a run, or `words` of this module; empty when off.

    It is wrapped for the multiplexer that `environ` names. tmux hands a notification on only where `allow-passthrough` is
    on; a bell it takes itself.
    """
    match bell:
        case Bell.OFF:
            return ""
        case Bell.BELL:
            return "\a"
        case Bell.OSC9:
            sequence = f"\x1b]9;huntdeck: {words}\x1b\\"
        case Bell.OSC777:
            sequence = f"\x1b]777;notify;huntdeck;{words}\x1b\\"
        case Bell.OSC99:
            sequence = f"\x1b]99;i=huntdeck:d=1;huntdeck: {words}\x1b\\"
    if environ.get("TMUX"):
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    # The end of the sequence must not be taken for that of the wrapping.
    return through_screen(sequence.replace("\x1b\\", "\a")) if environ.get("STY") else sequence
