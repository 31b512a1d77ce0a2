"""A session come back to: what was kept is put into it, and nothing is asked of its workspace for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.triage.records.folder import SessionFolder
from tui.triage.records.model import StepRecord
from tui.triage.records.reading import Contents
from tui.triage.records.restoring import Restorer
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    from tui.triage.records.keeper import Keeper
    from tui.triage.session import Session


@dataclass(frozen=True)
class Resumed:
    """The trail as it was left, empty where a run of it is not there any more; and what the analyst should hear."""

    trail: tuple[StepRecord, ...]
    words: list[str]


async def resume(session: Session, keeper: Keeper, folder: SessionFolder, contents: Contents) -> Resumed:
    """Puts what `folder` holds, which was read as `contents`, into `session`, and has `keeper` go on keeping it there."""
    record = contents.record
    restorer = Restorer(folder, session.catalogue.hunts, session.workspace.name, session.dialect)
    session.runs[:] = await in_thread(lambda: restorer.runs(contents))
    session.next_number = await in_thread(lambda: folder.next_number(record))
    session.window, session.scope = record.window or session.window, record.scope
    session.values.update({hunt: dict(values) for hunt, values in record.values.items()})
    session.sweeps[:] = record.sweeps
    session.findings.restore(record.marks, record.notes, record.verdicts)
    digests = {number: digest for number, digest in record.runs.items() if number in contents.runs}
    keeper.adopt(folder, record, await in_thread(lambda: _digests(folder, contents, digests)))
    known = {run.number for run in session.runs}
    trail = record.trail if all(step.run in known for step in record.trail) else ()
    words = [f"read only, {folder.held}: nothing here is saved"] if folder.held else []
    return Resumed(trail, [*words, *contents.problems])


def _digests(folder: SessionFolder, contents: Contents, known: dict[int, str]) -> dict[int, str]:
    """The digests of the descriptions that lie there; those that were never named by `session.toml` are read."""
    return {number: known.get(number) or folder.run_digest(number) for number in contents.runs}
