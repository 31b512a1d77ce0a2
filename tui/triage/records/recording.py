"""Runs that the command line makes, kept in a session as the screen keeps its own."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.triage.execute import Answer
from tui.triage.findings import author_here
from tui.triage.queries.context import QueryContext
from tui.triage.records.folder import SessionFolder
from tui.triage.records.model import SessionRecord, checked_name
from tui.triage.records.names import folder_name, new_identity
from tui.triage.records.restoring import record_of
from tui.triage.records.shelf import NoSessionError, SessionHeldError, find, with_digests
from tui.triage.runs import Phase, Run
from tui.workspaces.protocol import Completion, Workspace

if TYPE_CHECKING:
    import pyarrow as pa


class Recording:
    """A session that is open for writing. `said` is what the analyst should hear of it."""

    def __init__(self, folder: SessionFolder, record: SessionRecord, said: list[str]) -> None:
        self._folder, self.record, self.said = folder, record, said

    @classmethod
    def open(cls, root: Path, name: str, workspace: Workspace, context: QueryContext) -> Recording:
        """The session called `name` below `root`; a new one of `workspace`, with the window of `context`, if there is none.

        SessionHeldError when another program has it open; ShelfError, SessionNameError, OSError.
        """
        try:
            path = find(root, name)
        except NoSessionError:
            return cls._new(root, checked_name(name), workspace, context)
        folder, contents = SessionFolder.open(path, str(author_here()))
        if not folder.writable:
            folder.close()
            raise SessionHeldError(errno.EBUSY, f"{folder.held}; nothing was asked", f"session {name}")
        said = list(contents.problems)
        record = with_digests(folder, contents)
        if record.workspace and record.workspace != workspace.name:
            said.append(
                f"session {record.name} was made in workspace {record.workspace}; this run is of {workspace.name}"
            )
        return cls(folder, record, said)

    @classmethod
    def _new(cls, root: Path, name: str, workspace: Workspace, context: QueryContext) -> Recording:
        author, now, identity = str(author_here()), datetime.now(UTC), new_identity()
        record = SessionRecord(
            identity=identity,
            name=name,
            workspace=workspace.name,
            kind=workspace.kind,
            author=author,
            created=now,
            saved=now,
            window=context.window,
            scope=context.scope,
        )
        folder = SessionFolder.create(root / folder_name(name, identity), author)
        try:
            folder.write_session(record)
        except BaseException:
            folder.close()
            raise
        return cls(folder, record, [f"session {name} is new"])

    def next_number(self) -> int:
        """The number of the run that is kept next."""
        return self._folder.next_number(self.record)

    def keep(self, run: Run, kind: str, table: pa.Table | None, given: Mapping[str, object]) -> None:
        """Keeps `run`, which has ended, with its rows, and `given` as what is filled into its hunt's form. OSError."""
        source = run.context.hunt.source
        self._folder.write_run(record_of(run, kind, author_here()), source, _batches(table))
        runs = {**self.record.runs, run.number: self._folder.run_digest(run.number)}
        values = {**self.record.values, run.hunt_id: dict(given)} if given else self.record.values
        record = replace(self.record, runs=runs, values=values, saved=datetime.now(UTC))
        self._folder.write_session(record)
        self.record = record
        self.said += self._folder.said
        self._folder.said.clear()

    def close(self) -> None:
        """Lets others open the session."""
        self._folder.close()


def ended(run: Run, answer: Answer) -> pa.Table:
    """Has `run` end as `answer` says, and gives its rows."""
    run.received, run.bytes = answer.table.num_rows, answer.table.nbytes
    stop(run, answer.completion)
    return answer.table


def stop(run: Run, completion: Completion) -> None:
    """Has `run` end with `completion`."""
    run.completion, run.took, run.phase = completion, run.seconds, Phase.DONE


def _batches(table: pa.Table | None) -> list[pa.RecordBatch] | None:
    """Rows in the forms in which the results store gives them back, whichever workspace they are from."""
    if table is None or not table.num_rows:
        return None
    from tui.results.store import ResultStore

    store = ResultStore(None)
    try:
        return list(store.load(table).prepare().batches())
    finally:
        store.close()
