"""What a file is, told by what it holds and never by its name."""

from __future__ import annotations

import csv
import io
import json
from enum import Enum
from typing import NamedTuple

from tui.evidence.errors import UnreadableFileError
from tui.evidence.json_stream import json_values
from tui.evidence.portal_columns import PortalHeader, read_header
from tui.evidence.windows_json import layout_of

csv.field_size_limit(32 * 1024 * 1024)

_FOREIGN = (
    (b"\xd4\xc3\xb2\xa1", "a packet capture (pcap)"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture (pcap)"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture (pcapng)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\x89PNG", "a picture"),
    (b"regf", "a registry hive"),
)
_LINES_TRIED = 20


class Kind(Enum):
    """How a file is read."""

    EVTX = "evtx"
    JSON_LINES = "one JSON value a line"
    JSON_VALUES = "a JSON array or JSON values over several lines"
    CSV = "csv"


class Recognised(NamedTuple):
    """How to read a file; text files also have an encoding, a CSV the meaning of its header."""

    kind: Kind
    encoding: str = ""
    header: PortalHeader | None = None


def recognise(head: bytes, whole: bool) -> Recognised:
    """What a file is whose first bytes are `head` (`whole`: there are no more); UnreadableFileError says what it is not."""
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFileError("it is empty" if len(head) < 4096 else "it holds nothing but blanks")
    if head.startswith(b"ElfFile\x00"):
        return Recognised(Kind.EVTX)
    encoding = _encoding(head)
    start = head.decode(encoding, "ignore").lstrip()
    if start[:1] in ("{", "["):
        return Recognised(_json_kind(start, whole), encoding)
    if start.startswith(("<Event ", "<Event>", "<Events", "<?xml")):
        raise UnreadableFileError("it is XML: import the EVTX file, or its events as JSON")
    if start.startswith("#separator"):
        raise UnreadableFileError("it is a Zeek log, which is not imported")
    header = _csv_header(start)
    if header is None:
        raise UnreadableFileError("it is text of no kind that can be imported: no Windows events, no portal CSV")
    return Recognised(Kind.CSV, encoding, header)


def _encoding(head: bytes) -> str:
    """How the text is encoded; UnreadableFileError when it is no text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for magic, words in _FOREIGN:
        if head.startswith(magic):
            raise UnreadableFileError(f"it is {words}, which is not imported" if ":" not in words else f"it is {words}")
    if b"\x00" in head:
        raise UnreadableFileError("it is a binary file of no kind that can be imported")
    try:
        head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return "cp1252"
    return "utf-8-sig"


def _json_kind(start: str, whole: bool) -> Kind:
    lines = start.split("\n")
    complete = lines if whole else lines[:-1]
    values = [_loaded(line) for line in complete[:_LINES_TRIED]] if start[0] == "{" else []
    values = [value for value in values if isinstance(value, dict)]
    kind = Kind.JSON_LINES if values else Kind.JSON_VALUES
    values = values or _first_values(start)
    if any(layout_of(value) is not None for value in values):
        return kind
    if not values:
        raise UnreadableFileError("the file is cut off or damaged: its first JSON value does not end")
    keys = ", ".join(sorted(map(str, values[0]))[:5]) if isinstance(values[0], dict) else type(values[0]).__name__
    raise UnreadableFileError(f"it is JSON, but not of Windows events (its first value has {keys})")


def _loaded(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _first_values(start: str) -> list[object]:
    values: list[object] = []
    try:
        for item in json_values(io.StringIO(start)):
            values.append(item.value)
            if len(values) == _LINES_TRIED:
                break
    except UnreadableFileError:
        pass
    return values


def _csv_header(start: str) -> PortalHeader | None:
    rows = csv.reader(io.StringIO(start, newline=""), strict=True)
    try:
        names = next(rows)
    except (csv.Error, StopIteration):
        return None
    try:
        first = next(rows, [])
    except csv.Error:
        first = []
    return read_header(names, first) if len(names) > 2 else None
