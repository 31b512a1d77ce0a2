"""The values of a list parameter: typed, pasted, or read from a file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.kql.binding import parse_networks
from tui.kql.literals import LiteralError, string_literal
from tui.library.model import ParameterType
from tui.library.pasting import refang, split_values

MAXIMUM_LIST = 5000
"""Values a list may hold; translation slows beyond (measured: 0.6 s for 5,000)."""
MAXIMUM_LIST_BYTES = 2**20
"""The size of a file that a list may come from."""
FILE_MARK = "@"
"""What stands before the name of a file that a list comes from."""

_LIST_BREAK = re.compile(r"[\n,]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SHORT_RANGE = re.compile(r"((?:\d{1,3}\.){3})(\d{1,3})-(\d{1,3})\Z", re.ASCII)


@dataclass(frozen=True)
class ListFile:
    """The values of a list file with the line, from 1, of each; duplicates left out, defanged ones made plain again."""

    name: str
    values: tuple[str, ...]
    lines: tuple[int, ...]
    duplicates: int
    refanged: int


def read_list(kind: ParameterType, raw: str | Sequence[str]) -> tuple[str, ...]:
    """The checked values of a list: `raw` is its values, or a text with one a line or between commas, or `@FILE`.

    Ranges of addresses become the blocks that cover them. LiteralError names the value, and of a file its line.
    """
    if isinstance(raw, str) and raw.startswith(FILE_MARK):
        file = read_list_file(raw[len(FILE_MARK) :], kind)
        placed = [(value, f"the list file {file.name}, line {line}: ") for value, line in _with_lines(file)]
    else:
        texts = _LIST_BREAK.split(raw) if isinstance(raw, str) else raw
        placed = [(value, "") for value in dict.fromkeys(text.strip() for text in texts) if value]
    _check_length(len(placed))
    values: list[str] = []
    for value, place in placed:
        try:
            values += _checked(kind, value)
        except LiteralError as error:
            raise LiteralError(f"{place}{error}") from error
    _check_length(len(values))
    return tuple(dict.fromkeys(values))


def read_list_file(name: str, kind: ParameterType = ParameterType.STRING_LIST) -> ListFile:
    """The values in the file `name`, unchecked, taken apart line by line as a paste is; LiteralError when it cannot be read."""
    found: dict[str, int] = {}
    duplicates = refanged = 0
    for number, line in enumerate(_LINE_END.split(_text_of(name)), 1):
        for value in split_values(line, spaces=kind is ParameterType.IP_LIST):
            plain = refang(value).strip()
            refanged += plain != value
            if plain in found:
                duplicates += 1
            elif plain:
                found[plain] = number
    return ListFile(name, tuple(found), tuple(found.values()), duplicates, refanged)


def matching_files(start: str, limit: int = 200) -> list[str]:
    """The files and folders (with `/` at the end) whose path begins with `start`, by name; at most `limit`, and none when
    the folder cannot be read."""
    folder, _, beginning = start.rpartition("/")
    prefix = f"{folder}/" if "/" in start else ""
    found = []
    try:
        path = Path(f"{folder}/" if folder or start.startswith("/") else ".").expanduser()
        for entry in sorted(path.iterdir(), key=lambda one: one.name):
            hidden = entry.name.startswith(".") and not beginning.startswith(".")
            if entry.name.startswith(beginning) and not hidden and entry.name.isprintable():
                found.append(f"{prefix}{entry.name}{'/' if entry.is_dir() else ''}")
                if len(found) == limit:
                    break
    except (OSError, RuntimeError, ValueError):
        return []
    return found


def common_start(names: Sequence[str]) -> str:
    """What all `names` begin with; empty without names."""
    first, last = min(names, default=""), max(names, default="")
    same = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return first[:same]


def covering_blocks(text: str) -> Iterator[str]:
    """An address or CIDR block as it is; a range such as `10.0.0.5-10.0.0.9` or `10.0.0.5-9` as the blocks that cover
    exactly it. LiteralError when it is none of them."""
    if "-" not in text:
        parse_networks([text])
        yield text
        return
    short = _SHORT_RANGE.match(text)
    first, last = (f"{short[1]}{short[2]}", f"{short[1]}{short[3]}") if short else _ends(text)
    try:
        start, end = ipaddress.ip_address(first), ipaddress.ip_address(last)
    except ValueError:
        raise LiteralError(
            f"{text!r} is no address, CIDR block such as 10.0.0.0/8, or range such as 10.0.0.5-10.0.0.9"
        ) from None
    if start.version != end.version:
        raise LiteralError(f"{text!r} begins and ends with different kinds of address")
    if int(start) > int(end):
        raise LiteralError(f"{text!r} ends before it begins")
    for block in ipaddress.summarize_address_range(start, end):
        yield str(block.network_address) if block.num_addresses == 1 else str(block)


def _ends(text: str) -> tuple[str, str]:
    first, _, last = text.partition("-")
    return first.strip(), last.strip()


def _checked(kind: ParameterType, value: str) -> Iterable[str]:
    string_literal(value)
    return list(covering_blocks(value)) if kind is ParameterType.IP_LIST else [value]


def _with_lines(file: ListFile) -> Iterator[tuple[str, int]]:
    return zip(file.values, file.lines, strict=True)


def _check_length(length: int) -> None:
    if length > MAXIMUM_LIST:
        raise LiteralError(f"{length} values; at most {MAXIMUM_LIST} are taken")


def _text_of(name: str) -> str:
    try:
        path = Path(name).expanduser()
        if not path.is_file():
            found = "it is a folder" if path.is_dir() else "there is no such file"
            raise LiteralError(f"the list file {name} cannot be read: {found}")
        if path.stat().st_size > MAXIMUM_LIST_BYTES:
            raise LiteralError(f"the list file {name} is larger than {MAXIMUM_LIST_BYTES // 2**20} MB")
        data = path.read_bytes()
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise LiteralError(f"the list file {name}, line {line}: is not text in UTF-8 or UTF-16") from error
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, LiteralError):
            raise
        words = getattr(error, "strerror", None) or error
        raise LiteralError(f"the list file {name} cannot be read: {words}") from error
