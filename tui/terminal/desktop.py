"""The clipboard of a desktop on this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from tui.terminal.tools import SECONDS, run_tool

_DIFFERS, _NO_TOOL = 3, 4
_WORK = f"""
import sys, pyperclip
text = sys.stdin.buffer.read().decode()
try:
    pyperclip.copy(text)
    held = pyperclip.paste()
except pyperclip.PyperclipException:
    sys.exit({_NO_TOOL})
sys.exit(0 if text in (held, held.replace("\\r\\n", "\\n")) else {_DIFFERS})
"""


def copy_to_desktop(text: str, environ: Mapping[str, str]) -> str:
    """Puts `text` into the desktop's clipboard and reads it back; gives why that failed, or nothing.

    It is done in a process of its own, which can be ended when a display does not answer.
    """
    # -I: nothing that lies in the working folder is taken for a module.
    ran = run_tool([sys.executable, "-I", "-c", _WORK], environ, text.encode(), keep_output=False)
    if ran.status is None:
        return f"it did not answer within {SECONDS:g} s" if ran.fault.startswith("no answer") else ran.fault
    return {
        0: "",
        _DIFFERS: "it holds something else afterwards (display gone?)",
        _NO_TOOL: "no tool for it is installed (xclip, xsel or wl-clipboard)",
    }.get(ran.status, "its tool failed")
