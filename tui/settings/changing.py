"""Changing one line of the configuration file, with all else in it as it was: comments, order and line ends."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tui.settings.files import write_private
from tui.settings.paths import make_private
from tui.settings.toml_lines import key_lines

_VALUE = re.compile(r"""(\s*[A-Za-z0-9_."'-]+\s*=\s*)("[^"\\]*"|'[^']*')(\s*(?:\#.*)?)\Z""")


class NotChangedError(Exception):
    """The file was left alone; says why, and which line to add by hand."""


def set_word(path: Path, table: str, key: str, word: str) -> None:
    """Makes `KEY = "WORD"` of `[TABLE]` in the TOML file `path`, which is made when it is not there.

    `word` is of letters, digits and signs that need no escape. NotChangedError when that cannot be done without touching
    what else is in the file; OSError when it cannot be written.
    """
    # A link is common here: people keep such files elsewhere.
    path = path.resolve()
    line = f'{key} = "{word}"'
    try:
        before = path.read_bytes().decode() if path.exists() else ""
        after = changed(before, table, key, line)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError):
        raise NotChangedError(f"add {line} below [{table}] in {path}, which was left as it is") from None
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    if not path.parent.is_dir():
        make_private(path.parent)
    write_private(path, after.encode())
    path.chmod(mode)


def changed(text: str, table: str, key: str, line: str) -> str:
    """The TOML `text` with `line`, which sets `key`, in `[table]`; ValueError when something else would change with it."""
    wanted = tomllib.loads(text.removeprefix("\ufeff"))
    inside = wanted.setdefault(table, {})
    if not isinstance(inside, dict):
        raise ValueError(f"{table} is no table")
    inside[key] = tomllib.loads(line)[key]
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    known = key_lines(text)
    if at := known.get(f"{table}.{key}"):
        body = lines[at - 1].rstrip("\r\n")
        found = _VALUE.match(body)
        if found is None:
            raise ValueError(f"{key} is not alone on its line")
        lines[at - 1] = f"{found[1]}{line.partition(' = ')[2]}{found[3]}{lines[at - 1][len(body) :]}"
    elif at := known.get(table):
        if not lines[at - 1].endswith("\n"):
            lines[at - 1] += end
        lines.insert(at, line + end)
    else:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += end
        lines += [*([end] if lines else []), f"[{table}]{end}", line + end]
    after = "".join(lines)
    if tomllib.loads(after.removeprefix("\ufeff")) != wanted:
        raise ValueError("something else would change")
    return after
