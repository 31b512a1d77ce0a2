"""The shapes of everyday activity: what a running program keeps doing. `{n}` in a text is a number that varies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

_PUBLIC_RANGES = ("203.0.113.", "198.51.100.", "192.0.2.")
"""The addresses set aside for documentation stand for the internet; those that end in 240 or more are the intruder's."""


@dataclass(frozen=True)
class Start:
    """Starts `image` with `command` (`{image}`: its path)."""

    image: str
    command: str
    weight: int = 1
    variety: int = 1000
    integrity: str = ""


@dataclass(frozen=True)
class Write:
    """A file event at `path`, of `low` to `high` bytes; `{n}` may stand in the file name only."""

    path: str
    low: int = 200
    high: int = 60_000
    weight: int = 1
    action: str = "FileCreated"
    variety: int = 400
    hashed: bool = False
    share: str = ""
    account: int = 0
    source_ip: str = ""


@dataclass(frozen=True)
class Connect:
    """A connection to `url` (an invented or well-known name), or to `ip`: `@DEVICE`, or any of `@servers`, `@workstations`."""

    url: str = ""
    port: int = 443
    weight: int = 1
    ip: str = ""
    action: str = "ConnectionSuccess"
    variety: int = 4

    @property
    def address(self) -> str:
        """The range of public addresses that follows from the name."""
        digest = hashlib.sha1(self.url.encode(), usedforsecurity=False).digest()
        return _PUBLIC_RANGES[digest[0] % len(_PUBLIC_RANGES)] + "{n}"

    @property
    def first(self) -> int:
        """The smallest last part of the public address."""
        return 10 + hashlib.sha1(self.url.encode(), usedforsecurity=False).digest()[1] % 180


@dataclass(frozen=True)
class Notice:
    """Another event, at `path` when it concerns a file."""

    action: str
    path: str = ""
    additional: str = ""
    weight: int = 1
    remote_url: str = ""


@dataclass(frozen=True)
class Logon:
    """A logon of account number `account` to the device, from another device unless `remote_name` is empty."""

    logon_type: str
    account: int
    remote_name: str = ""
    remote_ip: str = ""
    failure: str = ""
    weight: int = 1
    protocol: str = "Kerberos"


@dataclass(frozen=True)
class Audit:
    """A security event about a file or a logon on a file server; `{n}` may stand in `target`, whose full path is
    `root` and it."""

    event_id: int
    account: int
    source_ip: str = ""
    workstation: str = ""
    share: str = ""
    share_path: str = ""
    target: str = ""
    mask: str = ""
    root: str = ""
    logon_type: int | None = None
    weight: int = 1
    variety: int = 300


Act = Start | Write | Connect | Notice | Logon | Audit

TABLES: dict[type[Act], str] = {
    Start: "DeviceProcessEvents",
    Write: "DeviceFileEvents",
    Connect: "DeviceNetworkEvents",
    Notice: "DeviceEvents",
    Logon: "DeviceLogonEvents",
    Audit: "SecurityEvent",
}


@dataclass(frozen=True)
class Habit:
    """What a program does while it runs: how busy it is per table (relative to others), by what rhythm, and its acts."""

    rhythm: str
    acts: tuple[Act, ...]
    rates: Mapping[str, int] = field(default_factory=dict)
    """Per table, next to other programs; a table without a rate gets 10."""


def known_address(url: str) -> str:
    """The address that the internet name `url` stands for in crafted events."""
    connect = Connect(url)
    return connect.address.replace("{n}", str(connect.first))
