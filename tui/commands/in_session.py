"""Work of the command line in a session of its own, as on the screen: runs, sweeps and rows are saved as they happen."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands.answers import say
from tui.commands.options import UsageError
from tui.library.catalogue import Catalogue
from tui.settings.paths import sessions_folder
from tui.workspaces.protocol import Workspace
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    from tui.triage.records.folder import SessionFolder
    from tui.triage.records.keeper import Keeper
    from tui.triage.records.reading import Contents
    from tui.triage.runs import Run
    from tui.triage.session import Session


@dataclass(frozen=True)
class Open:
    """A session that is open, what keeps it, and whether it was made by this command."""

    session: Session
    keeper: Keeper
    is_new: bool


def workspace_of(name: str) -> str:
    """The workspace that the session called `name` was made in; nothing when there is no such session, or it cannot be read."""
    from tui.triage.records.documents import DocumentError
    from tui.triage.records.folder import session_in
    from tui.triage.records.shelf import NoSessionError, find

    try:
        return session_in(find(sessions_folder(), name)).workspace
    except (NoSessionError, OSError, DocumentError):
        return ""


@asynccontextmanager
async def in_session(workspace: Workspace, catalogue: Catalogue, name: str) -> AsyncIterator[Open]:
    """The session called `name`, or a new one; kept in memory only where `name` is empty. It is saved and closed at the end.

    SessionHeldError when another program has it open; UsageError when it is of another workspace; SessionNameError,
    ShelfError, WorkspaceError, OSError.
    """
    from tui.results.store import ResultStore
    from tui.triage.records.keeper import Keeper
    from tui.triage.records.model import checked_name
    from tui.triage.session import Session

    found = await in_thread(lambda: _open_folder(name, workspace.name)) if name else None

    def changed(run: Run) -> None:
        if run.outcome is not None:
            keeper.touch()

    session = Session(workspace, catalogue, ResultStore(None), changed)
    keeper = Keeper(session, sessions_folder() if name else None, lambda: None)
    try:
        await session.prepare()
        if found is not None:
            await _take_up(session, keeper, *found)
        elif name:
            keeper.name = checked_name(name)
            say(f"session {keeper.name} is new")
        yield Open(session, keeper, found is None)
    finally:
        await _close(session, keeper)
        if found is not None:
            found[0].close()


async def _take_up(session: Session, keeper: Keeper, folder: SessionFolder, contents: Contents) -> None:
    from tui.triage.records.resuming import resume

    resumed = await resume(session, keeper, folder, contents)
    for words in resumed.words:
        say(words)


async def _close(session: Session, keeper: Keeper) -> None:
    """Stops what goes on, saves what there is, and says what could not be saved."""
    if session.sweeping is not None:
        session.sweeping.stop()
        await session.sweeping.wait()
    await keeper.close()
    for words in keeper.problems:
        say(words)
    await session.close()


def _open_folder(name: str, workspace: str) -> tuple[SessionFolder, Contents] | None:
    """The session called `name`, open for this program; None when there is none."""
    from tui.triage.findings import author_here
    from tui.triage.records.folder import SessionFolder
    from tui.triage.records.model import checked_name
    from tui.triage.records.shelf import NoSessionError, SessionHeldError, find

    try:
        path: Path = find(sessions_folder(), name)
    except NoSessionError:
        checked_name(name)
        return None
    folder, contents = SessionFolder.open(path, str(author_here()))
    made_in = contents.record.workspace
    if folder.writable and made_in in ("", workspace):
        return folder, contents
    folder.close()
    if not folder.writable and folder.held:
        raise SessionHeldError(errno.EBUSY, f"{folder.held}; nothing was asked", f"session {name}")
    raise UsageError(
        f"session {name} was made in workspace {made_in}: leave out -w {workspace}, or name another session"
    )
