"""What demo evidence is made from, and what making it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FEWEST_DEVICES = 24
"""The servers and workstations that the stories name."""


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """What the demo evidence is made from: the same options give the same rows.

    `end` is the first moment after the evidence and needs a zone; the evidence starts `days` before it. `events` is the
    number of rows over all tables. Raises ValueError, in words for the analyst, for what cannot be made.
    """

    end: datetime
    devices: int = 40
    days: int = 7
    events: int = 300_000
    seed: int = 1119

    def __post_init__(self) -> None:
        if self.end.tzinfo is None:
            raise ValueError("the end of the demo evidence needs a time zone")
        if self.end.year < 2000:
            raise ValueError("the demo evidence cannot end before the year 2000")
        if not FEWEST_DEVICES <= self.devices <= 5_000:
            raise ValueError(f"the demo evidence has {FEWEST_DEVICES} to 5,000 devices, not {self.devices}")
        if not 2 <= self.days <= 365:
            raise ValueError(f"the demo evidence spans 2 to 365 days, not {self.days}")
        if not 1 <= self.events <= 1_000_000_000:
            raise ValueError(f"the demo evidence has at most 1,000,000,000 events, not {self.events}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"the seed is a number from 0 to {2**63 - 1}, not {self.seed}")

    @property
    def until(self) -> datetime:
        """`end` in UTC."""
        return self.end.astimezone(UTC)

    @property
    def since(self) -> datetime:
        """The first moment of the evidence, UTC."""
        return self.until - timedelta(days=self.days)


@dataclass(frozen=True)
class DemoSummary:
    """What was made: the workspace file, the file that names its planted events, and how many rows each table has."""

    path: Path
    ground_truth: Path
    since: datetime
    until: datetime
    tables: Mapping[str, int]
    planted: int
    """Distinct events that belong to the intrusion."""

    @property
    def events(self) -> int:
        """Rows over all tables of evidence."""
        return sum(self.tables.values())


def default_end(now: datetime) -> datetime:
    """The end of demo evidence when none is asked for: the start of the current UTC hour.

    Evidence made twice within an hour is therefore the same, and what it shows is always fresh.
    """
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
