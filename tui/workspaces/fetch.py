"""One query on its way through DuckDB: batches are handed on up to a limit, and another thread can stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

from tui.workspaces.protocol import BatchSink
from tui.workspaces.translation import Translated

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 10_000
_AGAIN = 0.02
"""Seconds between interrupts: one that comes before the engine has started has no effect."""


class Fetch:
    """Runs in one worker thread; `rows` and `bytes` count what was handed on, `more` says that the limit cut the rest."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, limit: int, on_batch: BatchSink) -> None:
        self.limit = limit
        self.rows = self.bytes = 0
        self.more = False
        self._cursor, self._on_batch = cursor, on_batch
        self._stopped, self._done = threading.Event(), threading.Event()

    def run(self, translate: Callable[[], Translated]) -> None:
        """Hands on the rows of what `translate` gives, an empty batch first, so that columns are known without rows.

        duckdb.Error from the engine, OverflowError for a total that does not fit 64 bits.
        """
        try:
            translated = translate()
            if self.stopped:
                return
            reader = self._cursor.sql(translated.sql, params=translated.parameters or None).to_arrow_reader(_BATCH)
            whole = _with_long_totals(reader.schema)
            self._hand_on(_cast(_no_rows(reader.schema), whole))
            for batch in reader:
                if not self._take(batch if whole is reader.schema else _cast(batch, whole)):
                    break
        finally:
            self._done.set()
            self._cursor.close()

    def stop(self) -> None:
        """Lets nothing more be handed on, and interrupts the engine until it has stopped; returns at once."""
        self._stopped.set()
        if not self._done.is_set():
            threading.Thread(target=self._interrupt, daemon=True, name="huntdeck-interrupt").start()

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stopped.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits until the thread has ended its work, at most so long; whether it has."""
        return self._done.wait(seconds)

    def _interrupt(self) -> None:
        while not self._done.is_set():
            with suppress(duckdb.Error):
                self._cursor.interrupt()
            self._done.wait(_AGAIN)

    def _take(self, batch: pa.RecordBatch) -> bool:
        """Hands `batch` on, cut at the limit; whether more is wanted."""
        if self.rows + batch.num_rows > self.limit:
            self.more = True
            batch = batch.slice(0, self.limit - self.rows)
        if batch.num_rows:
            self._hand_on(batch)
        return not self.more and not self.stopped

    def _hand_on(self, batch: pa.RecordBatch) -> None:
        if self.stopped:
            return
        self.rows += batch.num_rows
        self.bytes += batch.nbytes
        self._on_batch(batch)


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([], schema=schema)


def _with_long_totals(schema: pa.Schema) -> pa.Schema:
    """`schema` with DuckDB's 128-bit totals as the 64-bit numbers they are in KQL."""
    import pyarrow as pa

    for index, field in enumerate(schema):
        if pa.types.is_decimal(field.type) and field.type.precision == 38 and field.type.scale == 0:
            schema = schema.set(index, field.with_type(pa.int64()))
    return schema


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    try:
        return batch.cast(schema)
    except pa.ArrowInvalid as error:
        raise OverflowError("a total does not fit a 64-bit number") from error
