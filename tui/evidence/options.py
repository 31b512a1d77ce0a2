"""What the analyst can say about files before they are imported: how far a clock is off, and a browser's zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import PurePosixPath
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_CLOCK = re.compile(r"([+-]?)(?:(\d{1,3}):(\d{2})|(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)\Z")
_FIXED = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?\Z", re.IGNORECASE)

T = TypeVar("T")


@dataclass(frozen=True)
class ImportOptions:
    """How to read clocks. Keys of the per-file mappings are a path, a file name, or the name of an archive's member.

    A clock is what must be added to the times of a file to reach UTC (`parse_clock("+4h")`); it holds for every record
    that does not carry UTC itself, as Sysmon records do. A zone is that of the browser a portal CSV was exported from
    (`parse_zone("Europe/Berlin")`); it holds for times that name none and for columns marked `[Local Time]`.
    """

    clock: timedelta | None = None
    clocks: Mapping[str, timedelta] = field(default_factory=dict)
    csv_zone: tzinfo | None = None
    csv_zones: Mapping[str, tzinfo] = field(default_factory=dict)

    def clock_of(self, path: str, member: str) -> timedelta | None:
        """The clock given for this file, or for all."""
        return _given(self.clocks, path, member, self.clock)

    def zone_of(self, path: str, member: str) -> tzinfo | None:
        """The zone given for this CSV, or for all."""
        return _given(self.csv_zones, path, member, self.csv_zone)


def _given(mapping: Mapping[str, T], path: str, member: str, default: T | None) -> T | None:
    for key in names_of(path, member):
        if key in mapping:
            return mapping[key]
    return default


def names_of(path: str, member: str) -> list[str]:
    """What a file answers to, the most exact first."""
    names = [f"{path}!{member}", member, PurePosixPath(member).name] if member else []
    return [*names, path, PurePosixPath(path).name]


def parse_clock(text: str) -> timedelta:
    """`+4h`, `-8h`, `5h30m` or `+05:30` as a time span; ValueError for anything else."""
    found = _CLOCK.match(text.strip())
    if found is None:
        raise ValueError(
            f"{text!r} is no clock correction: write what must be added to reach UTC, such as +4h, -8h or +5h30m"
        )
    sign, hours, minutes, long_hours, long_minutes, seconds = found.groups()
    span = timedelta(
        hours=int(hours or long_hours or 0), minutes=int(minutes or long_minutes or 0), seconds=int(seconds or 0)
    )
    return -span if sign == "-" else span


def parse_zone(text: str) -> tzinfo:
    """`UTC`, `+02:00` or a name such as `Europe/Berlin` as a zone; ValueError for anything else."""
    name = text.strip()
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    fixed = _FIXED.match(name)
    if fixed is not None:
        span = timedelta(hours=int(fixed[2]), minutes=int(fixed[3] or 0))
        return timezone(-span if fixed[1] == "-" else span)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is no time zone: write UTC, +02:00 or a name such as Europe/Berlin") from error
