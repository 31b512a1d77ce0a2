"""Reports of the program's own errors: types and places, never a value, a message or a line of source.

What an error says may quote evidence or a secret, so none of it leaves the process: a report names the types of the
errors, and the files, lines and functions they came through.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from traceback import walk_tb
from types import CodeType

from tui import __version__
from tui.settings.log import LOG
from tui.settings.paths import crashes_folder, make_private
from tui.terminal.safe_text import safe

KEPT = 20
"""Reports kept; older ones go."""
_FRAMES = 40
"""Places named of one error, the innermost."""
_ERRORS = 20
"""Errors named in one report: an error, what caused it, and those in a group."""
_OWN = Path(__file__).parent.parent.parent
_number = count(1)


def places(error: BaseException) -> list[str]:
    """Where `error` came through, innermost last: `tui/app.py:80 run`."""
    return [_place(frame.f_code, line) for frame, line in walk_tb(error.__traceback__)]


def _place(code: CodeType, line: int) -> str:
    return safe(f"{_short(code.co_filename)}:{line} {code.co_name}", 300)


def _short(filename: str) -> str:
    """A file without the folders that say where it is installed."""
    path = Path(filename)
    if path.is_relative_to(_OWN):
        return str(path.relative_to(_OWN))
    for number, part in reversed(list(enumerate(path.parts))):
        if part == "site-packages" or part.startswith("python3."):
            return str(Path(*path.parts[number + 1 :]))
    return path.name


def error_type(error: BaseException | None) -> str:
    """The type of `error`, with its module unless that is built in."""
    kind = type(error)
    return safe(kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}", 200)


def report_lines(error: BaseException | None) -> list[str]:
    """`error`, what it came from and what it holds: each its type, then its places."""
    lines: list[str] = []
    for number, (relation, one) in enumerate(_related(error)):
        if number == _ERRORS:
            return [*lines, "and more errors"]
        lines.append(f"{relation}{error_type(one)}")
        found = places(one)
        if len(found) > _FRAMES:
            lines.append(f"  {len(found) - _FRAMES} more places")
        lines += [f"  {place}" for place in found[-_FRAMES:]]
    return lines


def _related(error: BaseException | None) -> Iterator[tuple[str, BaseException]]:
    waiting, seen = [("", error)], set()
    while waiting:
        relation, one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield relation, one
        waiting.append(("caused by ", one.__cause__))
        if not one.__suppress_context__:
            waiting.append(("while handling ", one.__context__))
        if isinstance(one, BaseExceptionGroup):
            waiting += [("in a group ", held) for held in one.exceptions]


def write_report(error: BaseException | None) -> Path | None:
    """Writes a report of `error` that only the user can read, and gives its path; None when it cannot be written."""
    now = datetime.now(UTC)
    heads = [
        f"huntdeck {__version__}, Python {platform.python_version()} on {sys.platform}",
        f"{now:%Y-%m-%d %H:%M:%S}Z, process {os.getpid()}, thread {safe(threading.current_thread().name, 60)}",
        "This report holds types and places of errors only: no values, no messages.",
        "",
    ]
    text = "\n".join([*heads, *(report_lines(error) or ["no error is known"]), ""])
    LOG.error("error of the program's own: %s", error_type(error), exc_info=error)
    try:
        folder = crashes_folder()
        make_private(folder.parent)
        make_private(folder)
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return None
        path = folder / f"crash-{now:%Y%m%dT%H%M%S.%fZ}-{os.getpid()}-{next(_number)}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        _keep_newest(folder)
    except (OSError, RuntimeError):
        return None
    return path


def _keep_newest(folder: Path) -> None:
    for old in sorted(folder.glob("crash-*.txt"))[:-KEPT]:
        with suppress(OSError):
            old.unlink()


def crash_words(error: BaseException | None, report: Path | None) -> str:
    """One line: what type of error, in which place, and where its report lies. Safe to show."""
    found = places(error) if error is not None else []
    where = f" in {found[-1]}" if found else ""
    told = f"report: {safe(report, 1000)}" if report is not None else "no report could be written"
    return f"huntdeck stopped on an error of its own: {error_type(error)}{where}; {told}"


def stop_on(error: BaseException | None) -> str:
    """Reports `error` and gives the line to end with."""
    return crash_words(error, write_report(error))


def install_hooks() -> None:
    """Has whatever ends the process, a thread or an object's life reported in this way, and warnings logged.

    Python's own hooks print messages and source lines to standard error.
    """
    sys.excepthook = _process_ended
    threading.excepthook = _thread_ended
    sys.unraisablehook = _not_raised
    logging.captureWarnings(True)


def _process_ended(kind: type[BaseException], error: BaseException, trace: object) -> None:
    del kind, trace
    if not isinstance(error, KeyboardInterrupt):
        print(stop_on(error), file=sys.stderr)


def _thread_ended(arguments: threading.ExceptHookArgs) -> None:
    # A thread that cannot write to a terminal that is gone is no fault of the program's.
    if isinstance(arguments.exc_value, OSError):
        LOG.warning("a thread ended", exc_info=arguments.exc_value)
    elif arguments.exc_value is not None:
        write_report(arguments.exc_value)


def _not_raised(arguments: sys.UnraisableHookArgs) -> None:
    LOG.warning("an error nobody could take", exc_info=arguments.exc_value)
