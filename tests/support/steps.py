"""The calls that saving is made of, so that something can happen at each of them; and disks that refuse."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tui.triage.records import rows_file

STEPS: list[tuple[Any, str]] = [
    *((os, name) for name in ("open", "fdopen", "fsync", "replace", "rename", "unlink", "link", "mkdir", "fchmod")),
    (os, "ftruncate"),
    (os, "pwrite"),
    (fcntl, "flock"),
    (rows_file.Hashing, "write"),
]
"""What happens before each of them leaves every state that the disk can be found in."""

WRITING = ("fsync", "replace", "rename", "link", "mkdir", "fdopen", "pwrite", "write")
"""Those that a full disk refuses; `fdopen` stands for what is written through it."""


@contextmanager
def at_step(step: int, act: Callable[[], object], names: tuple[str, ...] = ()) -> Iterator[Callable[[], bool]]:
    """Does `act` in place of the `step`-th step, of those in `names` when some are named; gives whether it came to that."""
    steps = count(1)
    reached = []

    def before(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if next(steps) == step:
                reached.append(step)
                act()
            return real(*given, **named)

        return call

    kept = [(owner, name, getattr(owner, name)) for owner, name in STEPS if not names or name in names]
    for owner, name, real in kept:
        setattr(owner, name, before(real))
    try:
        yield lambda: bool(reached)
    finally:
        for owner, name, real in kept:
            setattr(owner, name, real)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A file system of its own at `folder`; the test is skipped where this user may mount none."""
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"mode=700,{options}", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def make_read_only(folder: Path) -> None:
    """Has nobody write to the file system mounted at `folder`."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
