"""A session that another program has open and writes: what it wrote since is taken over into the one that is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.settings.files import is_held, read_private
from tui.triage.records.documents import DocumentError
from tui.triage.records.folder import SESSION, SessionFolder, session_in
from tui.triage.records.reading import LARGEST_TEXT, read_run
from tui.triage.records.restoring import Restorer
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    from tui.triage.runs import Run
    from tui.triage.session import Session

_APART = 1_000
"""Runs of the reader's own, which are not kept, have numbers beyond this, so that those of the writer stay free."""


@dataclass
class Renewed:
    """What became of a session since it was read last: the runs that came, those of which it is known now that something
    in them is fresh, and whether the other program let it go."""

    runs: list[Run] = field(default_factory=list)
    fresh: list[Run] = field(default_factory=list)
    free: bool = False


class Followed:
    """Follows the session in `folder`, of which `session` holds what was read; `digests` tell the versions of its runs."""

    def __init__(self, session: Session, folder: SessionFolder, digests: dict[int, str]) -> None:
        self._session, self._folder, self._digests = session, folder, dict(digests)
        self._state: tuple[int, ...] = ()
        self._restorer = Restorer(folder, session.catalogue.hunts, session.workspace.name, session.dialect)
        session.next_number = (session.next_number // _APART + 1) * _APART + 1

    async def renew(self) -> Renewed:
        """Takes over what was written since; nothing is read where nothing was. OSError, DocumentError for another time."""
        renewed = Renewed(free=await in_thread(lambda: not is_held(self._folder.path / "lock")))
        state = await in_thread(self._look)
        if state == self._state:
            return renewed
        record = await in_thread(lambda: session_in(self._folder.path))
        changed = {number: digest for number, digest in record.runs.items() if self._digests.get(number) != digest}
        came = await in_thread(lambda: self._read(changed))
        known = {run.number: run for run in self._session.runs}
        for number in self._digests.keys() - record.runs.keys():
            if number in known and not self._session.is_needed(known[number]):
                await self._session.drop(known[number])
        for run in came:
            if run.number not in known:
                self._session.runs.append(run)
                renewed.runs.append(run)
            mine = known.get(run.number, run)
            if run.fresh is not None and (mine is run or mine.fresh is None):
                mine.fresh = run.fresh
                renewed.fresh.append(mine)
        self._session.runs.sort(key=lambda run: run.number)
        self._digests = {number: digest for number, digest in record.runs.items() if number not in changed}
        self._digests |= {run.number: changed[run.number] for run in came}
        self._state = state
        return renewed

    def _look(self) -> tuple[int, ...]:
        found = (self._folder.path / SESSION).lstat()
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _read(self, numbers: dict[int, str]) -> list[Run]:
        """The runs that can be read; what cannot is read another time: it may be let go, or written anew, this moment."""
        found = []
        for number in numbers:
            try:
                found.append(self._restorer.run(read_run(read_private(self._folder.run_path(number), LARGEST_TEXT))))
            except (OSError, DocumentError, ValueError):
                continue
        return found
