"""A run as it is kept, and a kept run as one that can be looked at, opened and run again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.kql.dialects import Dialect, DialectError, dialect_for
from tui.library.loader import HuntError, parse_hunt
from tui.library.model import Hunt
from tui.results.store import ResultStore
from tui.settings.files import read_private
from tui.triage.queries.context import QueryContext
from tui.triage.records.folder import SessionFolder, hunt_file_of
from tui.triage.records.model import Author, RunRecord
from tui.triage.records.reading import LARGEST_TEXT, Contents
from tui.triage.runs import Phase, Run
from tui.workspaces.protocol import Completion

if TYPE_CHECKING:
    from tui.results.store import Rows


def record_of(run: Run, kind: str, author: Author | str) -> RunRecord:
    """What is kept of `run`, which has ended, but for the digest of its rows."""
    assert run.completion is not None, "only runs that have ended are kept"
    hunt = run.context.hunt
    return RunRecord(
        number=run.number,
        hunt=hunt.id,
        title=hunt.title,
        techniques=hunt.techniques,
        hunt_file=hunt_file_of(hunt.id, hunt.source),
        values=dict(run.context.values),
        window=run.context.window,
        scope=run.context.scope,
        query=run.query,
        workspace=run.workspace,
        kind=kind,
        author=str(author),
        origin=run.origin,
        began=run.began,
        seconds=run.seconds,
        received=run.received,
        bytes=run.bytes,
        outcome=run.completion.outcome,
        statistics=dict(run.completion.statistics),
        rows_sha256="",
        kql_sha256=hashlib.sha256(run.query.kql.encode("utf-8", "replace")).hexdigest(),
        identifiers=dict(run.completion.identifiers),
        fresh=run.fresh,
    )


@dataclass(frozen=True)
class Restorer:
    """Makes runs of what a session's folder holds. Reads files: for worker threads.

    `hunts` are those at hand; one that is the same as when it was run is used, else the text that was kept with the run,
    so that its numbers open as they were counted. `dialect` is that of the workspace `workspace`.
    """

    folder: SessionFolder
    hunts: Mapping[str, Hunt]
    workspace: str
    dialect: Dialect

    def runs(self, contents: Contents) -> list[Run]:
        """The runs that can be restored, by number; why others cannot is added to the problems of `contents`."""
        found = []
        for number, record in sorted(contents.runs.items()):
            try:
                found.append(self.run(record))
            except (HuntError, OSError, DialectError) as error:
                contents.problems.append(f"run {number} cannot be shown: {error}")
        return found

    def run(self, record: RunRecord) -> Run:
        """`record` as a run that has ended; its rows are read by `Run.load`. HuntError, OSError, DialectError."""
        hunt = self._hunt(record)
        dialect = self.dialect if record.workspace == self.workspace else dialect_for(record.kind)
        values = {name: record.values.get(name) for name in hunt.parameters}
        context = QueryContext(hunt, values, record.window, dialect, record.scope)
        run = Run(record.number, record.query, context, record.workspace, record.origin, Phase.DONE)
        run.received, run.bytes, run.took, run.began = record.received, record.bytes, record.seconds, record.began
        run.completion = Completion(record.outcome, record.statistics, record.identifiers)
        run.fresh = record.fresh
        if record.rows_sha256:
            run.load = self._loader(record)
        return run

    def _hunt(self, record: RunRecord) -> Hunt:
        known = self.hunts.get(record.hunt)
        if known is not None and hunt_file_of(known.id, known.source) == record.hunt_file:
            return known
        path = self.folder.path / "hunts" / Path(record.hunt_file).name
        return parse_hunt(read_private(path, LARGEST_TEXT).decode("utf-8", "replace"), path)

    def _loader(self, record: RunRecord) -> Callable[[ResultStore], Rows]:
        folder = self.folder

        def load(store: ResultStore) -> Rows:
            table = folder.rows(record)
            assert table is not None, "a run with a digest of its rows has rows"
            return store.load(table)

        return load
