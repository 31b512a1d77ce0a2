"""Other programs, asked with a time limit: none of them can freeze this one, nor write over its screen."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SECONDS = 2.0
"""How long a tool may take; clipboard tools hang when their display does not answer."""


@dataclass(frozen=True)
class Ran:
    """What a tool wrote, and how it ended: `status` is None when it did not end by itself; `fault` says why it failed."""

    output: bytes = b""
    status: int | None = 0
    fault: str = ""


def run_tool(
    command: Sequence[str],
    environ: Mapping[str, str],
    given: bytes = b"",
    seconds: float = SECONDS,
    keep_output: bool = True,
) -> Ran:
    """Runs `command` with `given` on its standard input; what takes longer than `seconds` is ended with all it started.

    Without `keep_output` nothing that the tool leaves running behind it is waited for.
    """
    kept = subprocess.PIPE if keep_output else subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=kept, stderr=kept, env=dict(environ), start_new_session=True
        )
    except OSError as error:
        return Ran(status=None, fault=f"{command[0]}: {error.strerror}")
    try:
        written, complaint = process.communicate(given, seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Ran(status=None, fault=f"no answer within {seconds:g} s")
    if process.returncode == 0:
        return Ran(written or b"")
    lines = (complaint or b"").decode("utf-8", "replace").strip().splitlines()
    return Ran(written or b"", process.returncode, lines[0] if lines else f"exit status {process.returncode}")
