"""The evidence workspace: KQL over a DuckDB file, with duckdb-kql between, read only and off the event loop.

An import puts another file in its place: a run that is under way ends on the one it began on, the next sees the new one.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from tui.evidence.tables import quote
from tui.kql.dialects import nearest
from tui.kql.schema import Schema
from tui.settings.log import LOG, query_mark
from tui.workspaces.attached import Attached
from tui.workspaces.coverage import explain_zero
from tui.workspaces.fetch import Fetch
from tui.workspaces.protocol import (
    BatchSink,
    Completion,
    Limits,
    MissingWorkspaceError,
    Outcome,
    State,
    TableCoverage,
    UnsupportedQueryError,
    Window,
)
from tui.workspaces.threads import in_thread
from tui.workspaces.translation import MissingTableError, Translator

_CLOSED = Outcome(State.CANCELLED, "the workspace was closed")
_PATIENCE = 0.2
"""Seconds to wait for a query that was told to stop."""

_MISSING = re.compile(r"Table with name (.+?) does not exist")


class EvidenceWorkspace:
    """One DuckDB file of evidence. See `protocol.Workspace` for the methods; `EvidenceWorkspace.open` makes one."""

    kind = "evidence"

    def __init__(self, name: str, path: Path) -> None:
        if not path.is_file():
            raise MissingWorkspaceError(f"there is no evidence workspace {name!r} ({path})")
        self.name = name
        self.path = path
        self._attached = Attached.open(path)
        self._closed = False
        self._lock, self._renewing = threading.Lock(), threading.Lock()
        self._fetches: set[Fetch] = set()

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self._attached.connection

    @property
    def _translator(self) -> Translator:
        return self._attached.translator

    @property
    def _schema(self) -> dict[str, dict[str, str]]:
        return self._attached.schema

    async def _renew(self) -> None:
        """Goes over to the file that an import put in the place of the one that is open; what runs ends on its own."""
        if self._attached.is_replaced(self.path):
            await in_thread(self._renew_now)

    def _renew_now(self) -> None:
        with self._renewing:
            if self._closed or not self._attached.is_replaced(self.path):
                return
            now = Attached.open(self.path)
            with self._lock:
                before, self._attached = self._attached, now
            before.close()

    @property
    def banner(self) -> str:
        """`DEMO` for generated evidence, else `EVIDENCE`."""
        return "DEMO" if self._meta.get("kind") == "demo" else "EVIDENCE"

    @cached_property
    def _meta(self) -> dict[str, str]:
        try:
            return dict(self._read("SELECT key, value FROM evidence._meta"))
        except duckdb.CatalogException:
            return {}

    def _read(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            cursor = self._connection.cursor()
        try:
            return cursor.execute(sql, list(parameters)).fetchall()
        finally:
            cursor.close()

    async def check(self, query: str) -> str | None:
        """None when duckdb-kql can run `query`, else which construct it refuses and where."""
        try:
            await in_thread(lambda: self._translator.translate(query, datetime.now(UTC)))
        except UnsupportedQueryError as error:
            return str(error)
        return None

    async def run(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> Completion:
        """Runs `query` with its clock at the window's end; see `protocol.Workspace.run`."""
        started, mark = time.monotonic(), query_mark(query)
        LOG.info("run of %s in %s begins, at most %d rows and %g s", mark, self.name, limits.rows, limits.seconds)
        try:
            await self._renew()
            fetch = self._fetch(limits.rows, on_batch)
        except duckdb.ConnectionException:
            return Completion(Outcome(State.FAILED, "the workspace is closed"))
        except duckdb.Error as error:
            return Completion(self._failed(error))
        try:
            async with asyncio.timeout(limits.seconds):
                await in_thread(lambda: fetch.run(lambda: self._translator.translate(query, window.end)), fetch.stop)
            outcome = await self._outcome(query, window, fetch)
        except TimeoutError:
            outcome = Outcome(
                State.TIMED_OUT, f"no answer within {limits.seconds:g} s; {fetch.rows:,} rows had arrived"
            )
        except MissingTableError as error:
            outcome = Outcome(State.NO_TABLE, str(error))
        except duckdb.InterruptException:
            outcome = _CLOSED
        except asyncio.CancelledError:
            LOG.info("run of %s in %s was cancelled after %d rows", mark, self.name, fetch.rows)
            raise
        except (UnsupportedQueryError, duckdb.Error, OverflowError) as error:
            outcome = self._failed(error)
        finally:
            self._fetches.discard(fetch)
        statistics = {"seconds": time.monotonic() - started, "rows": float(fetch.rows), "bytes": float(fetch.bytes)}
        LOG.info("run of %s in %s ended: %s, %s", mark, self.name, outcome.state, statistics)
        return Completion(outcome, statistics)

    def _fetch(self, limit: int, on_batch: BatchSink) -> Fetch:
        with self._lock:
            cursor = self._connection.cursor()
        fetch = Fetch(cursor, limit, on_batch)
        self._fetches.add(fetch)
        return fetch

    def _failed(self, error: Exception) -> Outcome:
        """The outcome of a query that the engine did not take; a table that is not there is told from all else."""
        words = str(error).splitlines()[0]
        missing = _MISSING.search(words) if isinstance(error, duckdb.CatalogException) else None
        if missing is None:
            return Outcome(State.FAILED, words)
        name = missing.group(1)
        return Outcome(State.NO_TABLE, f"there is no table {name!r}{nearest(name, self._schema)}")

    async def _outcome(self, query: str, window: Window, fetch: Fetch) -> Outcome:
        if fetch.stopped:
            return _CLOSED
        if fetch.more:
            return Outcome(State.TRUNCATED, f"the first {fetch.limit:,} rows; there are more")
        if fetch.rows == 0:
            return await in_thread(lambda: explain_zero(query, window, self._schema, self._read))
        return Outcome(State.COMPLETE)

    async def schema(self) -> Schema:
        """The tables of the file with their columns, without provenance."""
        await self._renew()
        return self._schema

    async def span(self) -> Window | None:
        """From the first event of any table to just after the last."""
        await self._renew()
        return await in_thread(self._span)

    def _span(self) -> Window | None:
        parts = [
            f"SELECT min(Timestamp) AS first, max(Timestamp) AS last FROM evidence.{quote(table)}"
            for table in self._schema
        ]
        if not parts:
            return None
        first, last = self._read(f"SELECT min(first), max(last) FROM ({' UNION ALL '.join(parts)})")[0]
        if first is None:
            return None
        return Window(first.replace(tzinfo=UTC), last.replace(tzinfo=UTC) + timedelta(microseconds=1))

    async def coverage(self, tables: Sequence[str] = ()) -> list[TableCoverage]:
        """One entry per table and host, of all tables when none are named."""
        await self._renew()
        return await in_thread(lambda: self._coverage(tables or list(self._schema)))

    def _coverage(self, tables: Sequence[str]) -> list[TableCoverage]:
        cleared: dict[str, list[datetime]] = {}
        try:
            for device, moment in self._read("SELECT DeviceId, Timestamp FROM evidence._log_cleared ORDER BY 2"):
                cleared.setdefault(device, []).append(moment.replace(tzinfo=UTC))
        except duckdb.CatalogException:
            pass
        found = []
        for table in tables:
            if table not in self._schema:
                found.append(TableCoverage(table, "", None, None, 0))
                continue
            host = "DeviceName" if "DeviceName" in self._schema[table] else "Computer"
            column = quote(host) if host in self._schema[table] else "''"
            rows = self._read(
                f"SELECT lower({column}), min(Timestamp), max(Timestamp), count(*) "
                f"FROM evidence.{quote(table)} GROUP BY 1 ORDER BY 1"
            )
            found += [
                TableCoverage(table, name, _utc(first), _utc(last), count, tuple(cleared.get(name, ())))
                for name, first, last, count in rows
            ]
        return found

    def portal_link(self, query: str) -> str | None:
        """None: evidence has no portal."""
        del query
        return None

    async def close(self) -> None:
        """Stops what runs, waits for that a moment, and closes the file."""
        self._closed = True
        running = list(self._fetches)
        for fetch in running:
            fetch.stop()
        await in_thread(lambda: [fetch.wait(_PATIENCE) for fetch in running])
        self._attached.close()


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
