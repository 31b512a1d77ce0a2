"""One request on its way: sent, its answer decoded as it comes, and how that ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.workspaces.live.collector import full_collections_put_off
from tui.workspaces.live.failures import outcome_of_exception
from tui.workspaces.live.outcomes import Refused, outcome_of_status
from tui.workspaces.protocol import BatchSink, Limits, Outcome, State
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    import pyarrow as pa
    from azure.core.rest import AsyncHttpResponse, HttpRequest

    from tui.workspaces.live.decode import AnswerDecoder
    from tui.workspaces.live.http import Sender

ToldBy = Callable[["AnswerDecoder"], tuple[Outcome | None, Mapping[str, float]]]
"""What an answer says of itself besides its rows."""

_SNIFFED = 64
_CORRELATION = ("x-ms-correlation-request-id", "request-id", "x-ms-activity-id", "x-ms-request-id")


@dataclass(frozen=True)
class AttemptEnd:
    """How a request ended, its figures, how it can be named to the service's owner, and when to come back (seconds).

    `unresolved` is the name that the service does not know, where that is its complaint.
    """

    outcome: Outcome
    statistics: Mapping[str, float] = field(default_factory=dict)
    identifiers: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    unresolved: str = ""


class NoResultError(Exception):
    """An answer that is no result; `refused` says what it is."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.outcome.reason)
        self.refused = refused


class _Sink:
    """Hands batches on, and knows when it was the taker of them that failed, not the service."""

    def __init__(self, on_batch: BatchSink) -> None:
        self._on_batch = on_batch
        self.failure: Exception | None = None

    def take(self, batch: pa.RecordBatch) -> None:
        """Hands `batch` on."""
        try:
            self._on_batch(batch)
        except Exception as error:
            self.failure = error
            raise


class Attempt:
    """A request to `host` for `query`, at most `limits.seconds` long. Runs in the network thread."""

    def __init__(self, kind: str, host: str, query: str, limits: Limits, identifier: str) -> None:
        self._kind, self._host, self._query = kind, host, query
        self._limits, self._identifier = limits, identifier
        self._correlation = ""

    async def run(self, sender: Sender, request: HttpRequest, on_batch: BatchSink, told_by: ToldBy) -> AttemptEnd:
        """Hands the rows on and says how it ended."""
        from tui.workspaces.live.decode import AnswerDecoder

        sink = _Sink(on_batch)
        decoder = AnswerDecoder(self._limits.rows, sink.take)
        began, started = datetime.now(UTC), time.monotonic()
        refused: Refused | None = None
        figures: Mapping[str, float] = {}
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._receive(sender, request, decoder)
            said, figures = told_by(decoder)
            outcome = self._outcome(decoder, said)
        except NoResultError as error:
            refused, outcome = error.refused, error.refused.outcome
            self._correlation = self._correlation or refused.identifier
        except TimeoutError:
            outcome = _over_time(self._limits, decoder.rows)
        except asyncio.CancelledError:
            decoder.stop()
            raise
        except Exception as error:
            known = None if error is sink.failure else outcome_of_exception(error, self._host)
            if known is None:
                raise
            outcome = _with_rows(known, decoder.rows)
        decoder.stop()
        statistics = {
            **figures,
            "seconds": time.monotonic() - started,
            "rows": float(decoder.rows),
            "bytes": float(decoder.bytes),
        }
        identifiers = self._identifiers(began)
        if refused is None:
            return AttemptEnd(outcome, statistics, identifiers)
        return AttemptEnd(outcome, statistics, identifiers, refused.retry_after, refused.unresolved)

    async def read(self, connect: Callable[[], Sender], request: HttpRequest, decoder: AnswerDecoder) -> Outcome:
        """Fills `decoder` with the answer; the outcome is complete when it is all there."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._receive(connect(), request, decoder)
        except NoResultError as error:
            return error.refused.outcome
        except TimeoutError:
            return _over_time(self._limits, 0)
        except Exception as error:
            known = outcome_of_exception(error, self._host)
            if known is None:
                raise
            return known
        return Outcome(State.COMPLETE)

    async def _receive(self, sender: Sender, request: HttpRequest, decoder: AnswerDecoder) -> None:
        request.headers["x-ms-client-request-id"] = request.headers["client-request-id"] = self._identifier
        async with sender.sent(request, self._limits.seconds) as response:
            with full_collections_put_off():
                await self._decode(response, decoder)

    async def _decode(self, response: AsyncHttpResponse, decoder: AnswerDecoder) -> None:
        headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
        self._correlation = next((headers[name] for name in _CORRELATION if name in headers), "")
        await self._refuse_no_result(response, headers)
        first = True
        async for block in response.iter_bytes():
            if first and block:
                self._refuse_page(response.status_code, headers, block)
                first = False
            await in_thread(lambda block=block: decoder.feed(block), decoder.stop)  # type: ignore[misc]
        if first:
            raise self._no_result(response.status_code, headers, b"")
        await in_thread(decoder.finish, decoder.stop)

    async def _refuse_no_result(self, response: AsyncHttpResponse, headers: Mapping[str, str]) -> None:
        """NoResultError for an answer whose status says that it is none."""
        if response.status_code != 200:
            from tui.workspaces.live.http import error_body

            raise self._no_result(response.status_code, headers, await error_body(response))

    def _refuse_page(self, status: int, headers: Mapping[str, str], block: bytes) -> None:
        if block[:_SNIFFED].lstrip()[:1] == b"<" or "html" in headers.get("content-type", ""):
            raise self._no_result(status, headers, block)

    def _no_result(self, status: int, headers: Mapping[str, str], body: bytes) -> NoResultError:
        return NoResultError(outcome_of_status(self._kind, status, headers, body, self._query))

    def _outcome(self, decoder: AnswerDecoder, said: Outcome | None) -> Outcome:
        """What the service said of its answer, and whether more rows came than were asked for."""
        if decoder.more and (said is None or said.state is State.PARTIAL):
            also = f"; {said.reason}" if said else ""
            return Outcome(State.TRUNCATED, f"the first {decoder.limit:,} rows; there are more{also}")
        if said is not None:
            return said
        if not decoder.has_columns:
            return Outcome(
                State.FAILED, "the answer holds no result", "r runs it again; a proxy may change what passes."
            )
        return Outcome(State.COMPLETE)

    def _identifiers(self, began: datetime) -> dict[str, Any]:
        found = {
            "client_request_id": self._identifier,
            "correlation_id": self._correlation,
            "began": f"{began:%Y-%m-%dT%H:%M:%S.%fZ}",
            "ended": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        }
        return {name: value for name, value in found.items() if value}


def _over_time(limits: Limits, rows: int) -> Outcome:
    words = f"no answer within {limits.seconds:g} s" if not rows else f"not whole within {limits.seconds:g} s"
    step = "Narrow the window (w) or the scope (o), then r runs it again; it is not sent again by itself."
    return Outcome(State.TIMED_OUT, f"{words}; {rows:,} rows had arrived", step)


def _with_rows(outcome: Outcome, rows: int) -> Outcome:
    """`outcome`, with how much had come before."""
    if not rows:
        return outcome
    return Outcome(outcome.state, f"{outcome.reason}; {rows:,} rows had arrived", outcome.next_step, outcome.place)
