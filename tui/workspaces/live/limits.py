"""What a service lets one user do at a time and per time: whoever is over waits, visibly, and can be cancelled."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Rates:
    """`at_once` queries at a time, `calls` of them begun within any `seconds`."""

    at_once: int
    calls: int
    seconds: float


RATES = {
    "log_analytics": Rates(at_once=5, calls=200, seconds=30.0),
    "defender": Rates(at_once=5, calls=45, seconds=60.0),
    "data_explorer": Rates(at_once=8, calls=1_000, seconds=60.0),
}
"""By kind of workspace. Log Analytics counts per user and has two at a time on Basic tables; Defender counts calls per tenant
and names no number at a time; Azure Data Explorer allows several per core and node."""

_STEP = 0.25
"""Seconds between looks at whether it is one's turn."""


@dataclass(frozen=True)
class QueueState:
    """How many queries run and wait, and for how long, in seconds, and why none may begin before."""

    running: int = 0
    waiting: int = 0
    seconds: float = 0.0
    reason: str = ""

    @property
    def words(self) -> str:
        """`2 running, 1 waits 12 s (429)`, or nothing."""
        parts = [f"{self.running} running"] if self.running else []
        if self.waiting:
            span = f" {self.seconds:.0f} s" if self.seconds >= 1 else ""
            why = f" ({self.reason})" if self.reason else ""
            parts.append(f"{self.waiting} {'waits' if self.waiting == 1 else 'wait'}{span}{why}")
        return ", ".join(parts)


class Limiter:
    """Lets queries in by `rates`, first come first served. Waiting is on the event loop; the state is read from any thread."""

    def __init__(self, rates: Rates, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self.rates = rates
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._running = 0
        self._begun: deque[float] = deque()
        self._waiting: deque[object] = deque()
        self._closed_until, self._reason = 0.0, ""

    @property
    def state(self) -> QueueState:
        """What goes on now."""
        with self._lock:
            delay, reason = self._delay()
            return QueueState(self._running, len(self._waiting), delay, reason if delay else "")

    def close_for(self, seconds: float, reason: str) -> None:
        """Lets nobody in for `seconds`; `reason` is told, such as `429` or `CPU quota`."""
        with self._lock:
            until = self._clock() + seconds
            if until > self._closed_until:
                self._closed_until, self._reason = until, reason

    @property
    def closed_for(self) -> float:
        """Seconds that the service asked to wait still, 0 when it did not."""
        with self._lock:
            return max(0.0, self._closed_until - self._clock())

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for its turn, and counts as running inside."""
        ticket = object()
        with self._lock:
            self._waiting.append(ticket)
        try:
            while not self._begin(ticket):
                await self._sleep(self._pause())
        finally:
            with self._lock:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def _begin(self, ticket: object) -> bool:
        """Whether it is the turn of `ticket`; then it counts as begun."""
        with self._lock:
            delay, _ = self._delay()
            if delay or self._waiting[0] is not ticket or self._running >= self.rates.at_once:
                return False
            self._waiting.popleft()
            self._running += 1
            self._begun.append(self._clock())
            return True

    def _pause(self) -> float:
        with self._lock:
            delay, _ = self._delay()
        return min(delay, _STEP) if delay else _STEP / 10

    def _delay(self) -> tuple[float, str]:
        """Seconds until the service lets another begin, and why."""
        now = self._clock()
        while self._begun and now - self._begun[0] >= self.rates.seconds:
            self._begun.popleft()
        closed = self._closed_until - now
        rate = self._begun[0] + self.rates.seconds - now if len(self._begun) >= self.rates.calls else 0.0
        if closed > 0 and closed >= rate:
            return closed, self._reason
        if rate > 0:
            return rate, f"{self.rates.calls} queries in {self.rates.seconds:g} s"
        return 0.0, ""


_limiters: dict[tuple[str, ...], Limiter] = {}
_limiters_lock = threading.Lock()


def limiter_for(kind: str, *counted_by: str) -> Limiter:
    """The one limiter of a service for what it counts by: host, tenant, identity. Workspaces that share these share it."""
    with _limiters_lock:
        return _limiters.setdefault((kind, *counted_by), Limiter(RATES[kind]))
