"""Where the keys of a TOML text stand: the reader of the standard library does not say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_TABLE_LINE = re.compile(r"\s*\[\[?([^\]]+)\]\]?\s*(?:#.*)?$")
_KEY_LINE = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")


def key_lines(text: str) -> dict[str, int]:
    """The line, from 1, of each dotted key and table of a TOML text; tables of a list are numbered from 1."""
    lines: dict[str, int] = {}
    counted: Counter[str] = Counter()
    table, fence = "", ""
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            if fence in line:
                fence = ""
            continue
        if match := _TABLE_LINE.match(line):
            table = _bare(match[1].strip())
            for around in _prefixes(table):
                lines.setdefault(around, number)
            if line.lstrip().startswith("[["):
                counted[table] += 1
                table = f"{table}.{counted[table]}"
                lines[table] = number
        elif match := _KEY_LINE.match(line):
            key = _bare(match[1])
            lines.setdefault(f"{table}.{key}" if table else key, number)
            fence = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")
    return lines


def find_line(lines: Mapping[str, int], key: str) -> int:
    """The line of a dotted key, or of the nearest table around it; 0 when neither is known."""
    return next((lines[name] for name in reversed(_prefixes(key)) if name in lines), 0)


def _prefixes(key: str) -> list[str]:
    """A dotted key's tables, the outermost first, and the key itself."""
    parts = key.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _bare(key: str) -> str:
    return key.replace('"', "").replace("'", "").replace(" ", "")
