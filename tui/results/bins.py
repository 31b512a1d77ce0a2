"""Rows counted over time: bins of one length that people would choose, as many as there is room for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECONDS = (1, 2, 5, 10, 15, 30)
_DAY = 86_400
_STEPS = tuple(
    int(seconds * 1_000_000)
    for seconds in (
        *(base * scale for scale in (0.000001, 0.00001, 0.0001, 0.001, 0.01, 0.1) for base in (1, 2, 5)),
        *_SECONDS,
        *(60 * minutes for minutes in _SECONDS),
        *(3600 * hours for hours in (1, 2, 3, 6, 12)),
        *(_DAY * days for days in (1, 2, 7, 14, 28, 91, 364)),
    )
)
"""Lengths of bins in microseconds."""


@dataclass(frozen=True)
class TimeBins:
    """How many rows have a time in each bin: the first begins at `start`, which is aware, each is `step` long.

    `without` rows have no time.
    """

    start: datetime
    step: timedelta
    counts: tuple[int, ...]
    without: int

    def bounds(self, index: int) -> tuple[datetime, datetime]:
        """When the bin at `index` begins, and when the next one does."""
        return self.start + index * self.step, self.start + (index + 1) * self.step


def bin_length(first: datetime, last: datetime, most: int) -> timedelta:
    """The shortest length with which at most `most` bins hold all from `first` to `last`."""
    low, high = _microseconds(first), _microseconds(last)
    year = _STEPS[-1]
    longer = (year * times for times in range(2, 20_000))
    for step in (*_STEPS, *longer):
        if high // step - low // step < most:
            return step * _MICROSECOND
    return timedelta(days=364 * 20_000)


def bin_start(first: datetime, step: timedelta) -> datetime:
    """When the bin begins that holds `first`: bins of one length always begin at the same times."""
    length = step // _MICROSECOND
    return EPOCH + (_microseconds(first) // length * length) * _MICROSECOND


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // _MICROSECOND
