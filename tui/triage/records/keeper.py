"""Keeps a session on disk as it changes, off the event loop, and says honestly how far that got."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.settings.files import reason_of
from tui.settings.log import LOG
from tui.triage.records.folder import SessionFolder
from tui.triage.records.model import FORMAT, RunRecord, SessionRecord, StepRecord, checked_name
from tui.triage.records.names import folder_name, new_identity
from tui.triage.records.restoring import record_of
from tui.triage.runs import Phase, Run
from tui.triage.sweep import ended_part
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    import pyarrow as pa

    from tui.triage.session import Session

_PAUSE = 0.15
"""Seconds in which changes are gathered before they are written."""
_RETRY = 5.0
"""Seconds after which what could not be written is tried again."""


@dataclass(frozen=True)
class _Work:
    """What is to be written: the session as it is, and the runs that are not on disk yet, or not as they are now.

    `again` are the numbers of the latter, `gone` those of runs that the session let go.
    """

    record: SessionRecord
    runs: tuple[tuple[Run, RunRecord], ...]
    again: frozenset[int]
    gone: frozenset[int]


class Keeper:
    """Saves `session` in a folder below `root`, made with the first run; without `root` it is kept in memory only.

    `told` is called on the event loop when `saved` or `trouble` changed. `saved` is the moment of which everything is on
    disk; `trouble` says why later changes are not; `problems` what was found amiss in the folder.
    """

    def __init__(self, session: Session, root: Path | None, told: Callable[[], None]) -> None:
        self.session, self.root, self._told = session, root, told
        self.folder: SessionFolder | None = None
        self.created = datetime.now(UTC)
        self.identity = new_identity()
        self.name = f"{session.workspace.name} {self.created:%Y-%m-%d %H:%M}"
        self.saved: datetime | None = None
        self.trouble = ""
        self.problems: list[str] = []
        self._imported = ""
        self._unknown: dict[str, object] = {}
        self._digests: dict[int, str] = {}
        self._again: set[int] = set()
        self._gone: set[int] = set()
        self._changes = self._kept = 0
        self._task: asyncio.Task[None] | None = None
        self._writing = threading.Lock()
        session.findings.follow(self.touch)

    @property
    def digests(self) -> dict[int, str]:
        """The digests of the runs' descriptions that are on disk, by number."""
        return dict(self._digests)

    @property
    def dirty(self) -> bool:
        """Whether there is something to save that is not on disk."""
        return self.root is not None and self._changes > self._kept

    def adopt(self, folder: SessionFolder, record: SessionRecord, runs: dict[int, str]) -> None:
        """Goes on with a session that was opened from `folder`; `runs` are the digests of the descriptions that lie there."""
        self.folder, self.identity, self.name, self.created = folder, record.identity, record.name, record.created
        self._unknown, self._imported = dict(record.unknown), record.imported
        self._digests, self.saved = dict(runs), record.saved
        self.trouble = folder.held

    def rename(self, name: str) -> None:
        """Gives the session another name; its folder keeps its own. SessionNameError."""
        self.name = checked_name(name)
        self.touch()

    def touch(self) -> None:
        """Something of the session changed: it is saved within a second."""
        self._changes += 1
        if self.root is None or (self.folder is not None and self.folder.held):
            return
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._save_soon(), name="save the session")

    def write_again(self, run: Run) -> None:
        """What is known of `run`, which has ended, became more than what may have been written."""
        self._again.add(run.number)
        self.touch()

    def let_go(self, run: Run) -> None:
        """`run`, which is not in the session any more, is not kept either."""
        self._gone.add(run.number)
        self.touch()

    async def _save_soon(self) -> None:
        await asyncio.sleep(_PAUSE)
        while self.dirty:
            await self._save()
            if self.trouble:
                await asyncio.sleep(_RETRY)

    async def flush(self) -> bool:
        """Saves what there is now; whether all of it is on disk."""
        if self.dirty and self._worth_keeping():
            await self._save()
        return not self.dirty or not self._worth_keeping()

    async def _save(self) -> None:
        changes, work = self._changes, self._work()
        if work is None:
            self._kept = changes
            return
        try:
            await in_thread(lambda: self._write(work))
        except Exception as error:
            self._note_trouble(error)
        else:
            self._note_saved(changes, work.record.saved)
        self._told()

    def _note_trouble(self, error: Exception) -> None:
        self.trouble = reason_of(error) or type(error).__name__
        LOG.warning("session not saved", exc_info=error)

    def _note_saved(self, changes: int, saved: datetime) -> None:
        self._kept, self.saved, self.trouble = changes, saved, ""
        LOG.info("session saved: %d runs", len(self.session.runs))
        if self.folder is not None and self.folder.said:
            self.problems += self.folder.said
            self.folder.said.clear()

    def _worth_keeping(self) -> bool:
        session, findings = self.session, self.session.findings
        found = (session.runs, session.sweeps, findings.marks, findings.notes, findings.verdicts)
        return self.folder is not None or any(found)

    def _work(self) -> _Work | None:
        """What is to be written, taken on the event loop; None when there is nothing worth a folder yet."""
        if self.root is None or not self._worth_keeping():
            return None
        session = self.session
        again, gone = frozenset(self._again), frozenset(self._gone)
        written = self._digests.keys() - again
        ended = [run for run in session.runs if run.phase is Phase.DONE and run.number not in written]
        kind, author = session.workspace.kind, session.author
        return _Work(self.record(), tuple((run, record_of(run, kind, author)) for run in ended), again, gone)

    def record(self) -> SessionRecord:
        """The session as it is now, with the runs that are on disk."""
        session, findings = self.session, self.session.findings
        return SessionRecord(
            identity=self.identity,
            name=self.name,
            workspace=session.workspace.name,
            kind=session.workspace.kind,
            author=str(session.author),
            created=self.created,
            saved=datetime.now(UTC),
            window=session.window,
            scope=session.scope,
            values={hunt: dict(values) for hunt, values in session.values.items()},
            runs=dict(self._digests),
            trail=tuple(_steps(session)),
            marks=findings.marks,
            notes=findings.notes,
            verdicts=findings.verdicts,
            sweeps=tuple(ended_part(sweep, session.runs) for sweep in session.sweeps),
            imported=self._imported,
            format=FORMAT,
            unknown=self._unknown,
        )

    def _write(self, work: _Work) -> None:
        with self._writing:
            folder = self._folder()
            for number in (*work.again, *work.gone):
                self._digests.pop(number, None)
            for run, record in work.runs:
                if run.number in self._digests:
                    continue
                source = run.context.hunt.source
                folder.write_run(record, source, self._batches(run))
                self._digests[run.number] = folder.run_digest(run.number)
            folder.write_session(replace(work.record, runs=dict(self._digests)))
            for number in work.gone:
                folder.forget_run(number)
            self._again -= work.again
            self._gone -= work.gone

    def _folder(self) -> SessionFolder:
        if self.folder is None:
            assert self.root is not None, "a session without a root is not written"
            path = self.root / folder_name(self.name, self.identity)
            self.folder = SessionFolder.create(path, str(self.session.author))
        return self.folder

    def _batches(self, run: Run) -> Iterator[pa.RecordBatch] | None:
        if run.rows is None and run.load is not None:
            run.rows = run.load(self.session.store)
        if run.rows is None or not run.rows.count:
            return None
        return run.rows.prepare().batches()

    async def save_elsewhere(self, root: Path) -> None:
        """Goes on in a new folder below `root`, with everything there is; OSError when that cannot be written either."""
        before = (self.root, self.folder, self.identity, self._digests)
        self.root, self.folder, self.identity, self._digests = root, None, new_identity(), {}
        self._changes += 1
        changes, work = self._changes, self._work()
        try:
            if work is not None:
                await in_thread(lambda: self._write(work))
        except BaseException:
            self.root, self.folder, self.identity, self._digests = before
            raise
        if work is not None:
            self._note_saved(changes, work.record.saved)
        if before[1] is not None:
            before[1].close()
        self._told()

    def rescue(self) -> None:
        """Saves at once and in this thread what is not on disk, when the program cannot go on."""
        if not self.dirty or (self.folder is not None and self.folder.held):
            return
        with suppress(Exception):
            work = self._work()
            if work is not None:
                self._write(work)
                self._note_saved(self._changes, work.record.saved)

    async def close(self) -> None:
        """Saves what there is and lets others open the session."""
        if self._task is not None:
            self._task.cancel()
        if self.folder is None or not self.folder.held:
            await self.flush()
        if self.folder is not None:
            self.folder.close()


def _steps(session: Session) -> Iterator[StepRecord]:
    """The trail up to the first place whose rows were made from rows that are here."""
    for step in session.trail:
        if not any(run is step.run for run in session.runs):
            return
        yield StepRecord(step.run.number, step.view, step.row, step.column)
