"""A workspace that is not on this machine: what was run there can be read, and nothing can be run."""

from __future__ import annotations

from collections.abc import Sequence

from tui.kql.dialects import dialect_for
from tui.kql.schema import Schema
from tui.workspaces.protocol import BatchSink, Completion, Limits, Outcome, State, TableCoverage, Window


class AbsentWorkspace:
    """Stands for the workspace `name` of a session, of which `why` says why it is not there: made elsewhere, for one.

    See `protocol.Workspace` for the methods.
    """

    banner = "ABSENT"

    def __init__(self, name: str, kind: str, why: str = "is not on this machine") -> None:
        self.name, self.kind, self._why = name, kind, why

    @property
    def _words(self) -> str:
        return f"the workspace {self.name!r} {self._why}: its sessions can be read, and nothing run"

    async def check(self, query: str) -> str | None:
        """Nothing can be run here."""
        del query
        return self._words

    async def run(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> Completion:
        """Fails, and says why."""
        del query, window, limits, on_batch
        return Completion(Outcome(State.FAILED, self._words))

    async def schema(self) -> Schema:
        """The documented schema of this kind of workspace."""
        return dialect_for(self.kind).schema

    async def span(self) -> Window | None:
        """None: nothing is known of it."""
        return None

    async def coverage(self, tables: Sequence[str]) -> list[TableCoverage]:
        """Nothing."""
        del tables
        return []

    def portal_link(self, query: str) -> str | None:
        """None."""
        del query
        return None

    async def close(self) -> None:
        """There is nothing to let go of."""
