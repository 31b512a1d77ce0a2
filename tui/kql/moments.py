"""Times to 100 ns, as the services keep them: a datetime with the digit that Python's own lacks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, SupportsIndex

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SEVENTH = re.compile(r"[T ]\d{1,2}:\d{2}:\d{2}[.,]\d{6}(\d)")


class Moment(datetime):
    """A UTC time known to 100 ns: `tick`, 0 to 9, is what follows its microseconds.

    A plain datetime says nothing of that digit; compared with one it counts as 0. Arithmetic is of microseconds.
    """

    tick: int

    def __new__(
        cls,
        year: Any,
        month: Any = None,
        day: Any = None,
        hour: SupportsIndex = 0,
        minute: SupportsIndex = 0,
        second: SupportsIndex = 0,
        microsecond: SupportsIndex = 0,
        tzinfo: tzinfo | None = None,
        *,
        fold: int = 0,
        tick: int = 0,
    ) -> Moment:
        """The parts of a datetime, and the digit after its microseconds."""
        made = super().__new__(cls, year, month, day, hour, minute, second, microsecond, tzinfo, fold=fold)
        made.tick = tick
        return made

    def _exactly(self) -> tuple[datetime, int]:
        return _plain(self), self.tick

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime) and self._exactly() == _exactly(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        return self._exactly() < _exactly(other)

    def __le__(self, other: Any) -> bool:
        return self._exactly() <= _exactly(other)

    def __gt__(self, other: Any) -> bool:
        return self._exactly() > _exactly(other)

    def __ge__(self, other: Any) -> bool:
        return self._exactly() >= _exactly(other)

    def __hash__(self) -> int:
        return hash(self._exactly()) if self.tick else super().__hash__()

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return moment_of, (ticks_of(self),)


def _plain(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), moment.timetz())


def _exactly(moment: datetime) -> tuple[datetime, int]:
    return _plain(moment), seventh_digit(moment)


def seventh_digit(moment: datetime) -> int:
    """What follows the microseconds of `moment`; 0 where it is not known."""
    return moment.tick if isinstance(moment, Moment) else 0


def moment_of(ticks: int) -> Moment:
    """The time `ticks` times 100 ns after 1970 began."""
    microseconds, tick = divmod(ticks, 10)
    return exact(EPOCH + microseconds * _MICROSECOND, tick)


def ticks_of(moment: datetime) -> int:
    """How many times 100 ns after 1970 began `moment` is, which is aware or in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // _MICROSECOND * 10 + seventh_digit(moment)


def exact(moment: datetime, tick: int) -> Moment:
    """`moment`, which is aware, in UTC with the digit `tick` after its microseconds."""
    utc = moment.astimezone(UTC)
    clock = (utc.hour, utc.minute, utc.second, utc.microsecond)
    return Moment(utc.year, utc.month, utc.day, *clock, UTC, tick=tick)


def exact_as_written(moment: datetime, text: str) -> datetime:
    """`moment`, which `text` says: with the seventh digit after the second where it is written there."""
    found = _SEVENTH.search(text)
    return exact(moment, int(found[1])) if found else moment
