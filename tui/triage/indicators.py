"""Values as indicators: what kind each is, by its form and its column, and how it is written so that nothing opens it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tui.results.defang import FILE_ENDINGS, defanged
from tui.results.values import plain_text
from tui.terminal.safe_text import safe
from tui.triage.pivots import entity_of


class IndicatorType(StrEnum):
    """What an indicator is."""

    ADDRESS = "address"
    DOMAIN = "domain"
    URL = "url"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    ACCOUNT = "account"
    DEVICE = "device"
    FILE = "file name"
    PATH = "path"
    TEXT = "text"


@dataclass(frozen=True)
class Indicator:
    """A value and its type."""

    type: IndicatorType
    value: str


_HASHES = {32: IndicatorType.MD5, 40: IndicatorType.SHA1, 64: IndicatorType.SHA256}
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}://\S+\Z")
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})\.?\Z"
)
_MAIL = re.compile(r"[^\s@\\/:]+@[^\s@\\/:]+\Z")
_SID = re.compile(r"S-1-\d+(?:-\d+){1,14}\Z")
_DOMAIN_USER = re.compile(r"[^\s\\/:.][^\\/:]{0,63}\\[^\\/:]{1,64}\Z")
_PATH = re.compile(
    r"(?:[A-Za-z]:[\\/]|\\\\|/|~/|%[A-Za-z]+%\\|\\Device\\|HK(?:EY_|LM|CU)).*\Z", re.DOTALL | re.IGNORECASE
)
_FILE_NAME = re.compile(r"[^\\/:*?\"<>|\r\n]{1,255}\.(?=[0-9_]*[A-Za-z])[A-Za-z0-9_]{1,12}\Z")
_URL_COLUMN = re.compile(r"(?:Url|Uri|Domain|Fqdn|QueryName)\Z", re.IGNORECASE)
_FOLDED = (
    IndicatorType.ADDRESS,
    IndicatorType.DOMAIN,
    IndicatorType.MD5,
    IndicatorType.SHA1,
    IndicatorType.SHA256,
    IndicatorType.ACCOUNT,
    IndicatorType.DEVICE,
)
"""Types whose values mean the same in capitals and small letters."""


def indicators(values: Iterable[object], column: str = "") -> list[Indicator]:
    """The distinct indicators among `values` of the column named `column`, in the order they first come.

    Null and empty are none; values that differ in case only are one where case means nothing.
    """
    found: dict[tuple[IndicatorType, str], Indicator] = {}
    for value in dict.fromkeys(map(plain_text, values)):
        text = value.strip()
        if text:
            kind = indicator_type(text, column)
            found.setdefault((kind, text.lower() if kind in _FOLDED else text), Indicator(kind, text))
    return list(found.values())


def indicator_type(value: str, column: str = "") -> IndicatorType:
    """What `value` is: by its form where that leaves no doubt, else by what the column named `column` holds."""
    if _is_address(value):
        return IndicatorType.ADDRESS
    if _HEXADECIMAL.match(value) and len(value) in _HASHES:
        return _HASHES[len(value)]
    if _URL.match(value):
        return IndicatorType.URL
    entity = entity_of(column)
    if entity == "account" or _SID.match(value):
        return IndicatorType.ACCOUNT
    if entity == "device":
        return IndicatorType.DEVICE
    if _PATH.match(value):
        return IndicatorType.PATH
    if _MAIL.match(value) or (entity != "file" and _DOMAIN_USER.match(value)):
        return IndicatorType.ACCOUNT
    return _name_type(value, entity, column)


def _name_type(value: str, entity: str, column: str) -> IndicatorType:
    """What a value is that is neither a path nor an account."""
    if entity == "file":
        return IndicatorType.PATH if re.search(r"[\\/]", value) else IndicatorType.FILE
    if _URL_COLUMN.search(column):
        host, separator, _ = value.partition("/")
        if _DOMAIN.match(host):
            return IndicatorType.URL if separator else IndicatorType.DOMAIN
    if entity == "address" and _DOMAIN.match(value):
        return IndicatorType.DOMAIN
    if re.search(r"\s", value):
        return IndicatorType.TEXT
    # `update.com` and `readme.md` are both; without a column that says so, what files end in is taken for one.
    ending = value.rpartition(".")[2].lower()
    if _FILE_NAME.match(value) and (ending in FILE_ENDINGS or not _DOMAIN.match(value)):
        return IndicatorType.FILE
    return IndicatorType.DOMAIN if _DOMAIN.match(value) else IndicatorType.TEXT


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def indicator_lines(found: Iterable[Indicator], harmless: bool = False) -> str:
    """Type and value between a tab, an indicator a line, in a visible form; `harmless` so that no program links it."""
    lines = []
    for indicator in found:
        value = defang(indicator) if harmless else indicator.value
        lines.append(f"{indicator.type}\t{safe(value, len(value))}")
    return "\n".join(lines)


def defang(indicator: Indicator) -> str:
    """The value so that nothing opens it: `hxxp[:]//evil[.]example/x`, `10[.]1[.]2[.]3`, `ana[@]acme[.]example`."""
    value = indicator.value
    match indicator.type:
        case IndicatorType.URL if "://" not in value:
            host, slash, path = value.partition("/")
            return f"{_dots(host)}{slash}{path}"
        case IndicatorType.URL | IndicatorType.TEXT:
            return defanged(value)
        case IndicatorType.ADDRESS:
            return _dots(value) if "." in value else value.replace(":", "[:]")
        case IndicatorType.DOMAIN:
            return _dots(value)
        case IndicatorType.ACCOUNT if "@" in value:
            return _dots(value).replace("@", "[@]")
    return value


def _dots(text: str) -> str:
    return text.replace(".", "[.]")
