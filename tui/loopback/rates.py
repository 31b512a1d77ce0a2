"""How many requests a service lets through: so many a time, so many at once, a queue behind them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tui.loopback.wire import Line


class OverRateError(Exception):
    """Too many requests; `seconds` until one may be let through again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests; again in {seconds:.1f} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Rates:
    """`calls` in any `per` seconds; `concurrent` at once, `queue` more wait at most `patience` seconds. None: no limit."""

    calls: int | None = None
    per: float = 60.0
    concurrent: int | None = None
    queue: int = 0
    patience: float = 180.0


class Gate:
    """Lets requests through by rates that may change meanwhile; first come, first served."""

    def __init__(self, rates: Callable[[], Rates]) -> None:
        self._rates = rates
        self._lock = threading.Lock()
        self._began: deque[float] = deque()
        self._inside = 0
        self._waiting: deque[threading.Event] = deque()
        self.most = 0
        """The most that were inside at once."""

    @contextmanager
    def inside(self, line: Line) -> Iterator[None]:
        """Held while a query runs; OverRateError when there are too many, ClientGoneError when the client leaves the queue."""
        ticket = self._enter()
        if ticket is not None:
            self._wait(ticket, line)
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> threading.Event | None:
        """None when the request is inside at once, else what it waits for."""
        rates, now = self._rates(), time.monotonic()
        with self._lock:
            while self._began and self._began[0] <= now - rates.per:
                self._began.popleft()
            if rates.calls is not None and len(self._began) >= rates.calls:
                raise OverRateError(self._began[0] + rates.per - now)
            if rates.concurrent is None or (self._inside < rates.concurrent and not self._waiting):
                self._began.append(now)
                self._count_in()
                return None
            if len(self._waiting) >= rates.queue:
                raise OverRateError(1.0)
            self._began.append(now)
            ticket = threading.Event()
            self._waiting.append(ticket)
            return ticket

    def _wait(self, ticket: threading.Event, line: Line) -> None:
        """Until the request is inside; one that gives up, or is called in that very moment, leaves its place."""
        patience = self._rates().patience
        admitted = False
        try:
            admitted = line.wait(patience, ticket)
        finally:
            if not admitted:
                self._give_up(ticket)
        if not admitted:
            raise OverRateError(patience)

    def _give_up(self, ticket: threading.Event) -> None:
        with self._lock:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._waiting:
                self._count_in()
                self._waiting.popleft().set()

    def _count_in(self) -> None:
        self._inside += 1
        self.most = max(self.most, self._inside)

    def forget(self) -> None:
        """Calls made so far no longer count against the rate."""
        with self._lock:
            self._began.clear()
            self.most = self._inside


class Quota:
    """Seconds of work that a tenant may use up in each cycle of so many seconds; none at all when `budget` is None.

    Cycles follow one another from the time it is made. Work that has begun goes on; what comes after it is refused.
    """

    def __init__(self, budget: float | None = None, cycle: float = 900.0) -> None:
        self.budget, self.cycle = budget, cycle
        self._lock = threading.Lock()
        self._began, self._number, self._spent = time.monotonic(), 0, 0.0

    def blocked(self) -> float:
        """0 when there is something left, else the seconds until the next cycle."""
        with self._lock:
            passed = time.monotonic() - self._began
            if int(passed // self.cycle) != self._number:
                self._number, self._spent = int(passed // self.cycle), 0.0
            if self.budget is None or self._spent < self.budget:
                return 0.0
            return (self._number + 1) * self.cycle - passed

    def spend(self, seconds: float) -> None:
        """So much more has been used up in this cycle."""
        with self._lock:
            self._spent += seconds
