"""What the clock of a file has to be put forward by to show UTC, learnt from the records that carry UTC themselves.

Only Sysmon's records do. The offset that most of them show holds for the file. The PowerShell export prints hours from
1 to 12 without saying which half of the day: a file that runs over noon or midnight shows two offsets twelve hours
apart, and each hour then has its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tui.evidence.times import span_text

_STEP = 900
"""Zones differ by quarters of an hour; less than that is the time a record took to be written."""

_HALF_DAY = timedelta(hours=12)


@dataclass
class Clock:
    """What the Sysmon records of a file say of its clock."""

    offsets: Counter[timedelta] = field(default_factory=Counter)
    _hours: defaultdict[datetime, Counter[timedelta]] = field(default_factory=lambda: defaultdict(Counter))

    def observe(self, printed: datetime, utc: datetime) -> None:
        """One record's time on the file's clock and in UTC."""
        offset = timedelta(seconds=round((utc - printed).total_seconds() / _STEP) * _STEP)
        self.offsets[offset] += 1
        self._hours[printed.replace(minute=0, second=0, microsecond=0)][offset] += 1

    @property
    def observed(self) -> int:
        """How many records were observed."""
        return self.offsets.total()

    @property
    def offset(self) -> timedelta | None:
        """The most frequent offset; None when nothing was observed."""
        return self.offsets.most_common(1)[0][0] if self.offsets else None

    def hours_apart(self) -> dict[datetime, timedelta]:
        """The offsets of hours (as printed) that belong to the other half of the day."""
        usual = self.offset
        if usual is None:
            return {}
        found = {}
        for hour, offsets in self._hours.items():
            likely = Counter(
                {offset: n for offset, n in offsets.items() if abs(offset - usual) in (timedelta(), _HALF_DAY)}
            )
            if likely and (best := likely.most_common(1)[0][0]) != usual:
                found[hour] = best
        return found

    def add(self, other: Clock) -> None:
        """Takes over what `other` observed."""
        self.offsets.update(other.offsets)
        for hour, offsets in other._hours.items():
            self._hours[hour].update(offsets)


def behind(offset: timedelta) -> str:
    """An offset in words: `7 h behind UTC`, `8 h ahead of UTC`, `at UTC`."""
    if not offset:
        return "at UTC"
    return f"{span_text(offset)} {'behind' if offset > timedelta() else 'ahead of'} UTC"


def learnt_text(clock: Clock, hours: Mapping[datetime, timedelta], donor: str = "") -> str:
    """What was learnt, for the report: the offset, that of single `hours`, and the file it came from if another."""
    offset = clock.offset
    if offset is None:
        return "clock not known"
    agreeing = clock.offsets[offset]
    of = f" of {clock.observed:,}" if agreeing != clock.observed else ""
    where = f" in {donor}" if donor else ""
    words = (
        f"clock {behind(offset)}, learnt from {agreeing:,}{of} Sysmon record{'s' if clock.observed != 1 else ''}{where}"
    )
    return f"{words}; {_hours_text(hours.values())}" if hours else words


def _hours_text(offsets: Iterable[timedelta]) -> str:
    counted = Counter(offsets)
    parts = [f"{hours:,} hour{'s' if hours > 1 else ''} {behind(offset)}" for offset, hours in counted.most_common()]
    return " and ".join(parts) + " (hours are printed from 1 to 12)"
