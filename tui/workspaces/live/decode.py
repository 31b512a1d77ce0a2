"""An answer's body, as its bytes arrive, into Arrow batches. Made for a worker thread: works in small pieces."""

from __future__ import annotations

import codecs
import time
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from tui.workspaces.live.arrow_columns import arrow_array, arrow_schema, kql_type
from tui.workspaces.live.errors import BrokenAnswerError, CutOffError
from tui.workspaces.live.json_reader import JsonReader, Members
from tui.workspaces.protocol import BatchSink

PIECE = 64 * 1024
"""Bytes decoded at a time: what holds the interpreter stays within a few milliseconds."""

_PIECE_ROWS = 1_000
_BATCH_ROWS = 10_000
_BATCH_SECONDS = 0.25
_SIDE_ROWS = 1_000
"""Rows kept of tables other than the primary one, which tell about the query."""


class AnswerDecoder:
    """Hands on the rows of the first result up to `limit`, an empty batch first, so that columns are known without rows.

    `rows` and `bytes` (of the body) count what came, `more` says that the limit cut the rest. Calls must not overlap.
    """

    def __init__(self, limit: int, on_batch: BatchSink) -> None:
        self.limit = limit
        self.rows = self.bytes = 0
        self.more = self.stopped = False
        self.errors: list[Any] = []
        """What stood among the rows instead of a row: Azure Data Explorer's errors."""
        self.side_rows: list[list[Any]] = []
        """Rows of other tables, for statistics."""
        self._on_batch = on_batch
        self._text = codecs.getincrementaldecoder("utf-8-sig")()
        self._reader = JsonReader(self._receive)
        self._primary: Members | None = None
        self._schema: pa.Schema | None = None
        self._columns: list[tuple[str, str]] = []
        self._early: list[Any] = []
        self._batches: list[pa.RecordBatch] = []
        self._waiting, self._handed = 0, time.monotonic()

    @property
    def top(self) -> Members:
        """The outermost members of the answer, keys in lower case: error, statistics, and so on."""
        return self._reader.top

    @property
    def has_columns(self) -> bool:
        """Whether the answer holds a result, with or without rows."""
        return self._schema is not None

    @property
    def objects(self) -> list[Members]:
        """The tables, or frames, without their rows."""
        return self._reader.objects

    def feed(self, data: bytes) -> None:
        """Decodes `data` and hands on batches; BrokenAnswerError for what is no JSON, no UTF-8, or not of its type."""
        self.bytes += len(data)
        for start in range(0, len(data), PIECE):
            self._reader.feed(self._decoded(data[start : start + PIECE]))
            if self._waiting >= _BATCH_ROWS or time.monotonic() - self._handed > _BATCH_SECONDS:
                self._hand_on()
            time.sleep(0)  # lets a thread that waits for the interpreter have it now

    def finish(self) -> None:
        """Hands on the rest; CutOffError when the body ends too early."""
        self._reader.feed(self._decoded(b"", final=True))
        self._reader.end()
        if self._primary is not None:
            self._receive(self._primary, [])
        if self._early:
            raise BrokenAnswerError("the answer names no columns for its rows")
        self._hand_on()

    def stop(self) -> None:
        """Lets nothing more be handed on; may be called from any thread."""
        self.stopped = True

    def _decoded(self, data: bytes, final: bool = False) -> str:
        try:
            return self._text.decode(data, final)
        except UnicodeDecodeError as error:
            if final:
                raise CutOffError("the answer ends in the middle of a character") from error
            raise BrokenAnswerError("the answer is not UTF-8") from error

    def _receive(self, owner: Members, rows: list[Any]) -> None:
        if self._primary is None and owner.get("tablekind", "PrimaryResult") == "PrimaryResult":
            self._primary = owner
        if owner is not self._primary:
            room = _SIDE_ROWS - len(self.side_rows)
            self.side_rows += [row for row in rows if isinstance(row, list)][:room]
            return
        if self._schema is None:
            columns = _columns_of(owner)
            if not columns:
                self._early += rows
                return
            self._columns, self._schema = columns, arrow_schema(columns)
            self._pass(pa.RecordBatch.from_pylist([], schema=self._schema))
            rows, self._early = [*self._early, *rows], []
        for start in range(0, len(rows), _PIECE_ROWS):
            self._take(rows[start : start + _PIECE_ROWS], self._schema)

    def _take(self, rows: list[Any], schema: pa.Schema) -> None:
        """Keeps `rows` as Arrow columns, cut at the limit."""
        values = self._by_column(rows)
        if values is None:
            return
        arrays = [arrow_array(name, kind, column) for (name, kind), column in zip(self._columns, values, strict=True)]
        batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
        left = self.limit - self.rows - self._waiting
        if batch.num_rows > left:
            self.more = True
            batch = batch.slice(0, left)
        if batch.num_rows:
            self._batches.append(batch)
            self._waiting += batch.num_rows

    def _by_column(self, rows: list[Any]) -> list[Any] | None:
        """The values of each column; rows are arrays of values or objects with them by name. None without any row."""
        if any(isinstance(row, dict) for row in rows) or not rows:
            self.errors += [error for row in rows if isinstance(row, dict) for error in row.get("OneApiErrors", ())]
            rows = [row for row in rows if not (isinstance(row, dict) and "OneApiErrors" in row)]
            if not rows:
                return None
            if all(isinstance(row, dict) for row in rows):
                return [[row.get(name) for row in rows] for name, _ in self._columns]
        try:
            columns = list(zip(*rows, strict=True))
        except (TypeError, ValueError) as error:
            raise BrokenAnswerError("rows of the answer differ in length") from error
        if len(columns) != len(self._columns):
            raise BrokenAnswerError(f"a row of {len(columns)} values came for {len(self._columns)} columns")
        return columns

    def _hand_on(self) -> None:
        """Passes on what waits, as one batch."""
        self._handed = time.monotonic()
        if not self._batches:
            return
        together = self._batches[0] if len(self._batches) == 1 else pa.concat_batches(self._batches)
        self._batches, self._waiting = [], 0
        self._pass(together)

    def _pass(self, batch: pa.RecordBatch) -> None:
        if self.stopped:
            return
        self.rows += batch.num_rows
        self._on_batch(batch)


def _columns_of(owner: Members) -> list[tuple[str, str]]:
    """Name and KQL type of each column, by the keys that any of the services uses."""
    described: Sequence[Any] = owner.get("columns") or owner.get("schema") or ()
    found = []
    for entry in described:
        known = {str(key).lower(): value for key, value in entry.items()}
        name = known.get("name") or known.get("columnname") or ""
        found.append((str(name), kql_type(str(known.get("columntype") or known.get("type") or known.get("datatype")))))
    return found
