"""Values of event data, read into what the tables hold: numbers, names, addresses, accounts, hashes."""

from __future__ import annotations

import ipaddress
import json
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

INT32 = 2**31 - 1
INT64 = 2**63 - 1

_GUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?\Z", re.IGNORECASE)
_NO_GUID = "00000000-0000-0000-0000-000000000000"
_EPOCH = datetime(1970, 1, 1)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SLACK = timedelta(seconds=2)

WELL_KNOWN_SIDS = {
    "S-1-5-18": ("NT AUTHORITY", "SYSTEM"),
    "S-1-5-19": ("NT AUTHORITY", "LOCAL SERVICE"),
    "S-1-5-20": ("NT AUTHORITY", "NETWORK SERVICE"),
}
WELL_KNOWN_LOGONS = {0x3E7: "S-1-5-18", 0x3E5: "S-1-5-19", 0x3E4: "S-1-5-20"}


def text(value: Any) -> str:
    """`value` as text; nothing and the `-` that Windows writes for nothing are ''."""
    if value is None or value == "-":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json_text(value) if isinstance(value, dict | list) else str(value)


def json_text(value: Any) -> str:
    """`value` as compact JSON, readable letters kept."""
    return _ENCODER.encode(value)


def number(value: Any, limit: int = INT64) -> int | None:
    """`value` as an integer, from a number, decimal or `0x` text; None for anything else or beyond `limit`."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, str):
            found = int(value, 16) if value[:2] in ("0x", "0X") else int(value)
        else:
            found = int(value)
    except (ValueError, OverflowError, TypeError):
        return None
    return found if -limit - 1 <= found <= limit else None


def port(value: Any) -> int | None:
    """A port number; None for `-`, 0 stays 0."""
    found = number(value)
    return found if found is not None and 0 <= found <= 65535 else None


def base_name(path: str) -> str:
    """What stands after the last backslash or slash."""
    return path[max(path.rfind("\\"), path.rfind("/")) + 1 :]


def account(name: str) -> tuple[str, str]:
    """Domain and name of `DOMAIN\\name`; the domain is '' where there is none."""
    domain, slash, user = name.partition("\\")
    return (domain, user) if slash else ("", name)


def guid(value: Any) -> str:
    """A GUID in lower case without braces; '' for none and for the one of zeros."""
    found = _GUID.match(text(value).strip())
    if found is None:
        return ""
    name = found[1].lower()
    return "" if name == _NO_GUID else name


def start_of(process_guid: str, latest: datetime | None) -> datetime | None:
    """The second in which a process started: Sysmon writes it into the process's GUID (see `guid`).

    None when that would be after `latest`, the time of something the process did.
    """
    if not process_guid or latest is None:
        return None
    started = _EPOCH + timedelta(seconds=int(process_guid[14:18] + process_guid[9:13], 16))
    return started if _EPOCH < started <= latest + _SLACK else None


@lru_cache(maxsize=4096)
def address(value: str) -> str:
    """An IP address in its short form, IPv4 out of IPv6 wrapping; '' for none, other text (a name) as it is."""
    plain = text(value).strip().strip("[]")
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        return "" if plain.upper() == "LOCAL" else plain
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


@lru_cache(maxsize=4096)
def address_type(value: str) -> str:
    """`Public`, `Private`, `Loopback`, `LinkLocal`, `Multicast`, `Broadcast` or `Reserved`; '' for no address."""
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return ""
    if value == "255.255.255.255":
        return "Broadcast"
    for kind, holds in (
        ("Loopback", found.is_loopback),
        ("Multicast", found.is_multicast),
        ("LinkLocal", found.is_link_local),
        ("Public", found.is_global),
        ("Reserved", found.is_reserved or found.is_unspecified),
    ):
        if holds:
            return kind
    return "Private"


def hashes(value: Any) -> dict[str, str]:
    """The hashes of `SHA1=..,MD5=..,SHA256=..,IMPHASH=..` in lower case, by name; all-zero ones are left out."""
    found: dict[str, str] = {}
    for part in text(value).split(","):
        name, equals, digest = part.partition("=")
        if equals and digest.strip("0"):
            found[name.strip().upper()] = digest.strip().lower()
    return found


def hex_mask(value: Any) -> str:
    """A bit mask as `0x...`, also when it was written as a signed number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"0x{value & 0xFFFFFFFFFFFFFFFF:x}"
    return text(value)
