"""Adding a workspace to the configuration file and taking one out, with all else in it as it was, comments included."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tui.settings.files import Lock, write_private
from tui.settings.paths import make_private


class NotChangedError(Exception):
    """The file was left alone; says why, and what to do by hand."""


def add_table(path: Path, name: str, table: Mapping[str, str]) -> None:
    """Adds `[name]` with the texts of `table` at the end of the TOML file `path`, made with mode 0600 if need be.

    NotChangedError when the file cannot be added to; OSError when it cannot be written.
    """
    path = path.resolve()  # a link is common here: people keep such files elsewhere
    if not path.parent.is_dir():
        make_private(path.parent)
    with _alone(path):
        _add(path, name, table)


def _add(path: Path, name: str, table: Mapping[str, str]) -> None:
    import tomli_w

    before = _read(path)
    if name in _tables(path, before):
        raise NotChangedError(f"{path} was left as it is: it has [{name}] already")
    end = _line_end(before)
    lines = tomli_w.dumps({name: dict(table)}).replace("\n", end)
    gap = "" if not before else end if before.endswith("\n") else end * 2
    after = before + gap + lines
    if _tables(path, after) != {**_tables(path, before), name: dict(table)}:
        raise NotChangedError(f"{path} was left as it is: something else in it would change; add by hand:\n{lines}")
    write_private(path, after.encode())


def remove_table(path: Path, name: str) -> None:
    """Takes `[name]` with its keys out of the TOML file `path`; comments before and after stay.

    NotChangedError names the lines to remove by hand when that cannot be done without touching anything else.
    """
    path = path.resolve()
    if not path.exists():
        raise NotChangedError(f"{path} has no [{name}]")
    with _alone(path):
        _remove(path, name)


def _remove(path: Path, name: str) -> None:
    before = _read(path)
    lines = before.splitlines(keepends=True)
    wanted = _tables(path, before)
    if name not in wanted:
        raise NotChangedError(f"{path} has no [{name}]")
    del wanted[name]
    first = next((at for at, line in enumerate(lines) if _header(line) == name), None)
    if first is None:
        raise NotChangedError(f"{path} was left as it is: {name} is no table of its own; remove it by hand")
    following = (at for at in range(first + 1, len(lines)) if _header(lines[at]) is not None)
    stop = next(following, len(lines))
    last = max(at for at in range(first, stop) if at == first or _says_something(lines[at]))
    after_last = last + 1
    blank_before = first == 0 or not lines[first - 1].strip()
    if blank_before and after_last < len(lines) and not lines[after_last].strip():
        after_last += 1
    after = "".join(lines[:first] + lines[after_last:])
    try:
        same = tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise NotChangedError(f"{path} was left as it is: remove lines {first + 1} to {last + 1} by hand")
    write_private(path, after.encode())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile: what two add at once is both there afterwards."""
    lock = Lock.take(path.with_name(f"{path.name}.lock"), f"huntdeck, process {os.getpid()}", wait=True)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise NotChangedError(f"{path} was left as it is: it is not UTF-8") from None


def _tables(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotChangedError(f"{path} was left as it is: not TOML: {error}") from None


def _line_end(text: str) -> str:
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"


def _header(line: str) -> str | None:
    """The name of the table that a line begins, or None."""
    if not line.lstrip().startswith("["):
        return None
    try:
        tables = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    return next(iter(tables), None)


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
