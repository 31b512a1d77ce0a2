"""What is known of a live workspace while it is open: used at once where it was kept, and read again beside the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tui.kql.schema import Schema
from tui.settings.log import LOG
from tui.workspaces.live.configuration import LiveSettings
from tui.workspaces.live.kept import Kept, TableTotal, load_kept, save_kept
from tui.workspaces.live.network import network_loop
from tui.workspaces.protocol import WorkspaceError
from tui.workspaces.threads import in_thread

RENEWED_AFTER = timedelta(minutes=10)
"""How old a schema may be before it is read again in the background."""

OLDEST = timedelta(days=7)
"""How old one may be to be used at all before it was read again."""

Reader = Callable[[], Awaitable[tuple[Schema, dict[str, str] | None]]]
"""Reads the schema, and the plans of those tables that have another one than Analytics, None where those cannot be read now.

WorkspaceError where there is no schema."""


class Knowledge:
    """Schema, plans and totals of the workspace of `settings`, which `read` reads. May be asked from any event loop."""

    def __init__(self, settings: LiveSettings, read: Reader) -> None:
        self._settings, self._read_schema = settings, read
        self.kept: Kept | None = None
        """What is known now; None before the schema was asked for."""
        self._renewal: Future[None] | None = None
        self._seen: dict[str, datetime] = {}

    @property
    def renewing(self) -> bool:
        """Whether the schema is being read in the background."""
        return self._renewal is not None and not self._renewal.done()

    async def schema(self) -> Schema:
        """The schema that was kept, or else read now; WorkspaceError says why it cannot be."""
        if self.kept is None:
            kept = await in_thread(lambda: load_kept(self._settings))
            age = datetime.now(UTC) - kept.read if kept is not None else OLDEST
            if kept is None or not timedelta() <= age < OLDEST:
                return await self.renew()
            self.kept = kept
            if age >= RENEWED_AFTER:
                self._renewal = asyncio.run_coroutine_threadsafe(self._renew_beside(), network_loop())
        return self.kept.schema

    async def renew(self) -> Schema:
        """Reads the schema again, keeps it and gives it; WorkspaceError, and what was known stays."""
        schema, plans = await self._read_schema()
        before, now = self.kept, datetime.now(UTC)
        if before is not None and before.schema == schema:
            schema = before.schema  # the same object: queries that were written for it are still right
        if before is not None:
            kept = replace(before, schema=schema, read=now, plans=before.plans if plans is None else plans)
        else:
            kept = Kept(schema, now, plans or {})
        self.kept = kept
        await in_thread(lambda: save_kept(self._settings, kept))
        return schema

    async def counted(self, totals: dict[str, TableTotal]) -> None:
        """Keeps what tables held, besides those counted before."""
        before = self.kept
        if before is None:
            return
        kept = self.kept = replace(before, totals={**before.totals, **totals}, counted=datetime.now(UTC))
        await in_thread(lambda: save_kept(self._settings, kept))

    def saw(self, table: str, newest: datetime | None) -> None:
        """Remembers, while the workspace is open, the newest event that was seen in `table`."""
        if newest is not None:
            self._seen[table] = max(newest, self._seen.get(table, newest))

    def newest(self, table: str) -> datetime | None:
        """The newest event of `table` that is known of, UTC; None where none is."""
        total = self.kept.totals.get(table) if self.kept else None
        return max((moment for moment in (self._seen.get(table), total and total.last) if moment), default=None)

    def stop(self) -> None:
        """Ends the reading in the background."""
        if self._renewal is not None:
            self._renewal.cancel()

    async def _renew_beside(self) -> None:
        try:
            await self.renew()
        except WorkspaceError as error:
            LOG.warning("%s: the schema could not be read again: %s", self._settings.name, error.outcome.state)
