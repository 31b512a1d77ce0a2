"""What is pasted into a list: taken apart into its values, and made what it was before somebody defanged it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_BREAKS = "\r\n\t,;"
_LONGEST = 1024
"""Characters of a value in quotes; a quote that is not closed within them is part of its value."""
_LINE_END = re.compile(r"[\r\n]")
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}
_KQL_LIST = re.compile(r"(?:dynamic\s*)?\(\s*(.*?)\s*\)\s*;?\Z", re.DOTALL)
_RANGE = re.compile(r"(?<=\S)\s+-\s+")

_DOT = re.compile(r"\s?(?:\[(?:\.|dot)\]|\((?:\.|dot)\)|\{(?:\.|dot)\})\s?", re.IGNORECASE)
_AT = re.compile(r"\s?(?:\[(?:@|at)\]|\((?:@|at)\)|\{(?:@|at)\})\s?", re.IGNORECASE)
_COLON = re.compile(r"\[:\]|\(:\)|\{:\}|\[(:(?://|\\\\))\]")
_SCHEME = re.compile(
    r"\b(h(?:xx|\*\*|XX)p(?=s?:)|f(?:x|xt)p(?=:)|sxftp(?=:)|wxs(?=s?:)|lxdap(?=s?:)|fxile(?=:)|sxmb(?=:))(?=s?:(?://|\\\\))",
    re.IGNORECASE,
)
_PLAIN_SCHEMES = {
    "fxp": "ftp",
    "fxtp": "ftp",
    "sxftp": "sftp",
    "wxs": "ws",
    "lxdap": "ldap",
    "fxile": "file",
    "sxmb": "smb",
}


@dataclass(frozen=True)
class Pasted:
    """The values of a paste that were not there yet, how many were left out as duplicates, and how many refanged."""

    values: tuple[str, ...]
    duplicates: int = 0
    refanged: int = 0


def take_apart(text: str, known: Iterable[str] = (), spaces: bool = False, refanging: bool = True) -> Pasted:
    """The values in `text` that are not among `known`, each once. With `spaces` a space ends a value too."""
    found = split_values(text, spaces)
    plain = [refang(value).strip() for value in found] if refanging else found
    refanged = sum(one != other for one, other in zip(plain, found, strict=True))
    there = set(known)
    fresh = [value for value in dict.fromkeys(plain) if value and value not in there]
    return Pasted(tuple(fresh), len([value for value in plain if value]) - len(fresh), refanged)


def split_values(text: str, spaces: bool = False) -> list[str]:
    """The values of a list in any of the forms that lists are copied in, without the white space around them.

    Values stand one a line or end at a tab, comma or semicolon (with `spaces` at any white space too); one in quotes keeps
    what is in it. A JSON array, and a list of KQL, is read as what it is.
    """
    whole = text.strip()
    listed = _json_values(whole)
    if listed is None and (match := _KQL_LIST.match(whole)):
        listed = _json_values(match[1])
        if listed is None and match[1][:1] in ('"', "'"):
            whole = match[1]
    if listed is not None:
        return [value for value in (one.strip() for one in listed) if value]
    if spaces:
        whole = _RANGE.sub("-", whole)
    return _scan(whole, _BREAKS + " \v\f\xa0" if spaces else _BREAKS)


def _json_values(text: str) -> list[str] | None:
    """The texts and numbers of a JSON array; None when `text` is no such array."""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in values):
        return None
    return [value if isinstance(value, str) else json.dumps(value) for value in values]


def _scan(text: str, breaks: str) -> list[str]:
    values: list[str] = []
    ends = re.compile(f"[{breaks}]")
    at = 0
    while at < len(text):
        if text[at] in breaks or text[at].isspace():
            at += 1
            continue
        quoted = _quoted(text, at, breaks)
        if quoted is None:
            found = ends.search(text, at)
            end = found.start() if found else len(text)
            values.append(text[at:end].strip())
        else:
            value, end = quoted
            values.append(value.strip())
        at = end + 1
    return [value for value in values if value]


def _quoted(text: str, start: int, breaks: str) -> tuple[str, int] | None:
    """The value in quotes at `start` and where its break stands; None when no quote opens there and closes at a break of
    the same line: a quote inside of a command line is part of it."""
    closing = _QUOTES.get(text[start])
    if closing is None:
        return None
    line_end = _LINE_END.search(text, start, start + _LONGEST)
    limit = line_end.start() if line_end else start + _LONGEST
    at, value = start + 1, ""
    while (end := text.find(closing, at, limit)) >= 0:
        value += text[at:end]
        if text.startswith(closing, end + 1):
            value += closing
            at = end + 2
            continue
        after = end + 1
        while after < len(text) and text[after].isspace() and text[after] not in breaks:
            after += 1
        return (value, after) if after == len(text) or text[after] in breaks else None
    return None


def refang(text: str) -> str:
    """`text` with the `hxxp`, `[.]`, `(dot)`, `[:]` and `[at]` of defanged addresses as they were before."""
    plain = _COLON.sub(lambda match: match[1] or ":", _AT.sub("@", _DOT.sub(".", text)))
    return _SCHEME.sub(_plain_scheme, plain)


def _plain_scheme(match: re.Match[str]) -> str:
    written = match[1].lower()
    if written[0] == "h":
        return "HTTP" if match[1].isupper() else "http"
    plain = _PLAIN_SCHEMES[written]
    return plain.upper() if match[1].isupper() else plain
