"""A service that answers KQL: the query runs while its client is watched, within the service's time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import duckdb

from tui.loopback.answers import Answer, large_answer
from tui.loopback.authority import Authority
from tui.loopback.faults import Fault, Plan
from tui.loopback.rates import Rates
from tui.loopback.server import LoopbackServer
from tui.loopback.tables import Range, Tables
from tui.loopback.tokens import Ledger
from tui.loopback.wire import ClientGoneError, Line, Request

_STEP = 0.05
"""Seconds between looks at whether a query was cancelled."""


class OverTimeError(Exception):
    """The query took longer than it may."""


class CancelledError(Exception):
    """The query was cancelled by another request."""


class QueryService(LoopbackServer):
    """A server with tables. `clock` gives the time that `now()` is, the newest event's by default."""

    def __init__(
        self,
        authority: Authority,
        tables: Tables,
        *,
        clock: Callable[[], datetime] | None = None,
        ledger: Ledger | None = None,
        rates: Rates | None = None,
        port: int = 0,
        control: bool = False,
    ) -> None:
        super().__init__(authority, ledger=ledger, rates=rates, port=port, control=control)
        self.tables = tables
        newest = tables.newest()
        self.clock: Callable[[], datetime] = clock or (lambda: newest or datetime.now(UTC))

    def close(self) -> None:
        """Stops for good, and closes the evidence file."""
        self.stop()
        self.tables.close()

    def rows_for(
        self,
        request: Request,
        line: Line,
        plan: Plan | None,
        canned: Answer | None,
        text: str,
        span: Range,
        seconds: float,
        cancelled: threading.Event | None = None,
    ) -> Answer:
        """The rows of a query, the first of them there.

        QuerySyntaxError, QuerySemanticError, OverTimeError after `seconds`, CancelledError, ClientGoneError.
        """
        if plan is not None and plan.fault is Fault.HUGE:
            return large_answer(plan.rows)
        if canned is not None:
            return canned
        work = _Work(lambda started: self.tables.query(text, self.clock(), span, started))
        if self.delay:
            self._pause(line, min(self.delay, seconds), cancelled)
            if self.delay >= seconds:
                raise OverTimeError
        return work.result(line, seconds, cancelled)

    @staticmethod
    def _pause(line: Line, seconds: float, cancelled: threading.Event | None) -> None:
        if line.wait(seconds, cancelled or threading.Event()):
            raise CancelledError


class _Work:
    """A query in a thread of its own, which is interrupted when nobody waits for it any more."""

    def __init__(self, query: Callable[[Callable[[Callable[[], None]], None]], Answer]) -> None:
        self._query = query
        self._done = threading.Event()
        self._interrupt: Callable[[], None] | None = None
        self._outcome: Any = None

    def result(self, line: Line, seconds: float, cancelled: threading.Event | None) -> Answer:
        """The answer; OverTimeError, CancelledError and ClientGoneError stop the engine."""
        threading.Thread(target=self._run, daemon=True, name="loopback-query").start()
        end = time.monotonic() + seconds
        try:
            while not self._done.is_set() and (left := end - time.monotonic()) > 0:
                if cancelled is not None and cancelled.is_set():
                    raise CancelledError
                line.wait(min(_STEP, left), self._done)
        except (ClientGoneError, CancelledError):
            self._stop()
            raise
        if not self._done.is_set():
            self._stop()
            raise OverTimeError
        if isinstance(self._outcome, Answer):
            return self._outcome
        raise self._outcome

    def _run(self) -> None:
        try:
            self._outcome = self._query(self._started)
        except Exception as error:
            self._outcome = error
        finally:
            self._done.set()

    def _started(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt

    def _stop(self) -> None:
        """Interrupts the engine until the work has ended: an interrupt before it has begun has no effect."""
        threading.Thread(target=self._interrupt_all, daemon=True, name="loopback-interrupt").start()

    def _interrupt_all(self) -> None:
        while not self._done.wait(_STEP):
            if self._interrupt is not None:
                with suppress(duckdb.Error):
                    self._interrupt()
