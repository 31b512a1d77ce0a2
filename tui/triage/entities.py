"""Entities within texts: addresses, hashes, URLs, domains, accounts and servers in a command line or any other value."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence

from tui.library.model import Hunt
from tui.results.defang import is_domain
from tui.triage.indicators import Indicator, IndicatorType, indicator_type
from tui.triage.pivots import Pivot, fitting_values, host_of

ENTITIES: Mapping[IndicatorType, str] = {
    IndicatorType.ADDRESS: "address",
    IndicatorType.DOMAIN: "domain",
    IndicatorType.URL: "domain",
    IndicatorType.MD5: "hash",
    IndicatorType.SHA1: "hash",
    IndicatorType.SHA256: "hash",
    IndicatorType.ACCOUNT: "account",
    IndicatorType.DEVICE: "device",
}
"""What a pivot takes of each type; of a URL its host."""

_LONGEST = 65_536
"""Characters of a text that are looked at."""

_FOUND = re.compile(
    r"(?P<url>(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{1,15}://[^\s\"'<>|`^{}]+)"
    r"|\\\\(?P<server>[A-Za-z0-9_][A-Za-z0-9_.-]{0,253})(?=\\)"
    r"|(?<![\w-])(?P<sid>S-1-\d+(?:-\d+){1,14})(?![\w-])"
    r"|(?P<word>[\w.:@%-]+)"
)
_HASH = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Za-z])")
_NUMBERS = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?\Z")
_MAIL = re.compile(r"[\w.%+-]+@([\w.-]+)\Z")
_NOWHERE = frozenset(("localhost", ".", "?", "127.0.0.1", "::1", "0.0.0.0", "::"))


def entities_in(text: str) -> list[Indicator]:
    """The entities within `text`, each once, in the order they stand there; of a URL its host, too.

    What names this machine itself is none.
    """
    found = {
        (one.type, one.value.lower()): one
        for match in _FOUND.finditer(text[:_LONGEST])
        for one in _of_match(match)
        if one.value.lower() not in _NOWHERE
    }
    return list(found.values())


def text_pivots(pivots: Sequence[Hunt], text: str, column: str) -> list[Pivot]:
    """The hunts among `pivots` that can start from an entity within `text`, the value of `column`."""
    found: list[Pivot] = []
    for one in entities_in(text):
        found += [pivot for pivot in indicator_pivots(pivots, one, column) if pivot not in found]
    return found


def indicator_pivots(pivots: Sequence[Hunt], indicator: Indicator, column: str = "") -> list[Pivot]:
    """The hunts among `pivots` that can start from `indicator` alone; a file's path is taken by its name."""
    value = indicator.value
    entity = ENTITIES.get(indicator.type, "")
    if indicator.type is IndicatorType.URL:
        value = host_of(value)
        entity = "address" if _is_address(value) else entity
    elif indicator.type in (IndicatorType.FILE, IndicatorType.PATH):
        entity, value = "file", re.split(r"[\\/]", value)[-1]
    if not entity or not value:
        return []
    fitting = ((hunt, fitting_values(hunt, entity, {entity: value})) for hunt in pivots)
    return [Pivot(hunt, values, column) for hunt, values in fitting if values is not None]


def _of_match(match: re.Match[str]) -> Iterator[Indicator]:
    if url := match["url"]:
        cleaned = url.rstrip(".,;:!?)]")
        yield Indicator(IndicatorType.URL, cleaned)
        host = host_of(cleaned)
        if _is_address(host):
            yield Indicator(IndicatorType.ADDRESS, host)
        elif is_domain(host):
            yield Indicator(IndicatorType.DOMAIN, host)
    elif server := match["server"]:
        kind = IndicatorType.ADDRESS if _is_address(server) else IndicatorType.DEVICE
        yield Indicator(kind, server)
    elif sid := match["sid"]:
        yield Indicator(IndicatorType.ACCOUNT, sid)
    elif word := match["word"]:
        yield from _of_word(word)


def _of_word(word: str) -> Iterator[Indicator]:
    """The entities in a run of letters, digits and what stands between them in names."""
    for match in _HASH.finditer(word):
        yield Indicator(indicator_type(match[0]), match[0])
    for part in (word, *(word.split(":") if ":" in word else ())):
        cleaned = part.strip(".:-%@")
        if numbers := _NUMBERS.match(cleaned):
            if _is_address(numbers[1]):
                yield Indicator(IndicatorType.ADDRESS, numbers[1])
        elif cleaned.count(":") > 1 and _is_address(cleaned):
            yield Indicator(IndicatorType.ADDRESS, cleaned)
            return
        elif "@" in cleaned:
            if (mail := _MAIL.match(cleaned)) and is_domain(mail[1], True):
                yield Indicator(IndicatorType.ACCOUNT, cleaned)
        elif "." in cleaned and is_domain(cleaned):
            yield Indicator(IndicatorType.DOMAIN, cleaned)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
