"""The clock of the demo evidence. A moment is an integer: microseconds since 1970, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui.evidence.demo.options import DemoOptions

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

STORY_DAYS = 6
"""The intrusion takes six whole days, the last of them the last whole day of the evidence."""

LONGEST_SCENE = 6 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFICE_START, _OFFICE_END = 6, 19

# How busy each clock hour is on a working day; weekends follow the same line at a tenth for people, fully for machines.
RHYTHMS: dict[str, tuple[int, ...]] = {
    "office": (0, 0, 0, 0, 0, 0, 2, 6, 16, 20, 20, 18, 12, 17, 20, 18, 14, 8, 3, 1, 0, 0, 0, 0),
    "server": (4, 4, 4, 4, 4, 4, 6, 8, 14, 16, 16, 15, 12, 15, 16, 15, 12, 9, 6, 5, 4, 4, 4, 4),
    "night": (18, 20, 20, 16, 8, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 6, 10, 14, 16),
    "steady": (10,) * 24,
}


def moment(time: datetime) -> int:
    """`time` (with a zone) as a moment."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def timestamp(at: int) -> datetime:
    """A moment as a UTC time."""
    return _EPOCH + timedelta(microseconds=at)


def clock(text: str) -> int:
    """`HH:MM` or `HH:MM:SS` as microseconds since midnight."""
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return hours * HOUR + minutes * MINUTE + (seconds[0] * SECOND if seconds else 0)


def is_weekend(at: int) -> bool:
    """Whether a moment lies on a Saturday or Sunday (UTC)."""
    return (at // DAY + 3) % 7 >= 5


@dataclass(frozen=True)
class Calendar:
    """The evidence's span [start, end) in moments, its days and its rhythms."""

    start: int
    end: int

    @classmethod
    def of(cls, options: DemoOptions) -> Calendar:
        """The calendar of evidence made from `options`."""
        return cls(moment(options.since), moment(options.until))

    @property
    def whole_days(self) -> tuple[int, ...]:
        """The midnights of the days that lie wholly within the evidence."""
        first = -(-self.start // DAY) * DAY
        return tuple(range(first, self.end - DAY + 1, DAY))

    @property
    def work_days(self) -> tuple[int, ...]:
        """The midnights of the whole days on which people work; in evidence of a weekend only, they work on it."""
        days = tuple(day for day in self.whole_days if not is_weekend(day))
        return days or self.whole_days

    @property
    def shifts(self) -> tuple[tuple[int, int], ...]:
        """The office hours of each day, cut to the evidence; those of less than two hours are left out."""
        midnights = range(self.start // DAY * DAY, self.end, DAY)
        worked = set(self.work_days)
        kept = [day for day in midnights if not is_weekend(day) or day in worked]
        spans = [(max(day + _OFFICE_START * HOUR, self.start), min(day + _OFFICE_END * HOUR, self.end)) for day in kept]
        return tuple((since, until) for since, until in spans if until - since >= 2 * HOUR)

    def story(self, scene: int, scenes: int, day: int, time: str) -> int:
        """When scene number `scene` (from 0) of so many begins: at a clock time (UTC) of story day 1 to 6.

        Evidence with fewer whole days has no such clock: its scenes follow each other evenly, in the same order.
        """
        days = self.whole_days[-STORY_DAYS:]
        if len(days) == STORY_DAYS:
            return days[day - 1] + clock(time)
        first, last = self.start + HOUR, self.end - LONGEST_SCENE
        return first + (last - first) * scene // scenes

    def pulses(self) -> list[tuple[str, int, int]]:
        """(rhythm, hour counted from the start, weight) for each hour of the evidence; weights are integers."""
        rows = []
        for hour in range((self.end - self.start) // HOUR):
            middle = self.start + hour * HOUR + HOUR // 2
            quiet = is_weekend(middle) and middle // DAY * DAY not in self.work_days
            for rhythm, weights in RHYTHMS.items():
                weight = weights[middle % DAY // HOUR] * 10
                rows.append((rhythm, hour, weight // 10 if quiet and rhythm == "office" else weight))
        return rows
