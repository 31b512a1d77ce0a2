"""Opening the workspace, the hunts and the session, once the first frame is on the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.settings.asking import LiveConfig

if TYPE_CHECKING:
    from tui.library.catalogue import Catalogue
    from tui.triage.column_choices import LookStore
    from tui.triage.records.folder import SessionFolder
    from tui.triage.records.keeper import Keeper
    from tui.triage.records.model import StepRecord
    from tui.triage.records.reading import Contents
    from tui.triage.runs import Run
    from tui.triage.session import Session
    from tui.workspaces.live.workspace import LiveWorkspace
    from tui.workspaces.protocol import Workspace

Opening = Callable[[str], "tuple[Workspace, Catalogue]"]
"""Opens a workspace by its name and reads the hunts; called in a worker thread."""


CodeShown = Callable[["LiveWorkspace", str, str, datetime], None]
"""Shows a device code of a workspace: where to enter it, the code, until when (UTC). Called in a worker thread."""


@dataclass(frozen=True)
class Start:
    """What the screen opens with: a workspace, or the session in the folder `resume` with the workspace it was made in.

    Rows that do not fit into memory go below `cache`; the session is kept below `sessions`, in memory only where that is None.
    """

    workspace: str
    opening: Opening
    cache: Path | None = None
    sessions: Path | None = None
    resume: Path | None = None
    name: str = ""
    """The name of a new session; made from workspace and time when empty."""
    verdicts: Path | None = None
    """The file of the verdicts that are remembered across sessions; in memory only where that is None."""
    columns: Path | None = None
    """The file of columns chosen before and of named views; in memory only where that is None."""
    analyst: str = ""
    """Who works here; the user of the operating system when empty."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Keys of the analyst's own, by id."""
    live: LiveConfig = field(default_factory=LiveConfig)
    """From which size on queries to live services are asked about."""


@dataclass
class Opened:
    """A session that is open, what keeps it on disk, the trail to come back to, and what the analyst should hear of."""

    session: Session
    keeper: Keeper
    looks: LookStore
    """What is chosen about columns."""
    trail: tuple[StepRecord, ...] = ()
    words: list[str] = field(default_factory=list)


async def open_session(
    start: Start, changed: Callable[[Run], None], told: Callable[[], None], show_code: CodeShown
) -> Opened:
    """The session that `start` asks for: a new one, its window the whole of the workspace, or one as it was left.

    `show_code` shows what a live workspace's sign-in needs entered, now and whenever it signs in later.
    What has to be imported for it is imported in a worker thread, too.
    """
    from tui.workspaces.threads import in_thread

    def work() -> tuple[Callable[[], Session], SessionFolder | None, Contents | None, LookStore]:
        from tui.results.store import ResultStore
        from tui.settings.paths import make_private
        from tui.triage.column_choices import LookStore
        from tui.triage.records import keeper  # noqa: F401 - slow to import, and needed on the event loop
        from tui.triage.session import Session
        from tui.triage.verdicts import VerdictStore

        folder, contents = _open_folder(start.resume, start.analyst) if start.resume else (None, None)
        try:
            workspace, catalogue = _open_workspace(start, contents)
            _ = workspace.banner  # may have to be read, and is shown from the event loop later
            store = ResultStore(make_private(start.cache) if start.cache is not None else None)
        except BaseException:
            if folder is not None:
                folder.close()
            raise
        remembered = VerdictStore(start.verdicts)
        remembered.load()
        looks = LookStore(start.columns)
        looks.load()
        return lambda: Session(workspace, catalogue, store, changed, remembered), folder, contents, looks

    make, folder, contents, looks = await in_thread(work)
    session = make()
    _show_codes_with(session.workspace, show_code)
    try:
        await _prepare(session, contents)
    except BaseException:
        if folder is not None:
            folder.close()
        await session.close()
        raise
    from tui.triage.findings import author_here
    from tui.triage.records.keeper import Keeper

    session.author = author_here(start.analyst)
    keeper = Keeper(session, start.sessions, told)
    if folder is None or contents is None:
        if start.name:
            keeper.name = start.name
        opened = Opened(session, keeper, looks)
    else:
        from tui.triage.records.resuming import resume

        resumed = await resume(session, keeper, folder, contents)
        opened = Opened(session, keeper, looks, resumed.trail, resumed.words)
    opened.words += [session.remembered.problem] if session.remembered.problem else []
    opened.words += [looks.problem] if looks.problem else []
    return opened


async def _prepare(session: Session, contents: Contents | None) -> None:
    """Makes `session` ready. One that is come back to is there to be read, although its service cannot be asked."""
    from tui.workspaces.absent import AbsentWorkspace
    from tui.workspaces.protocol import WorkspaceError

    workspace = session.workspace
    try:
        await session.prepare()
    except WorkspaceError as error:
        if contents is None:
            raise
        contents.problems.append(f"nothing can be run: {error} To try again, open the session again (S).")
        await workspace.close()
        session.workspace = AbsentWorkspace(workspace.name, workspace.kind, "cannot be asked now")
        await session.prepare()


def _show_codes_with(workspace: Workspace, show_code: CodeShown) -> None:
    """Has a live workspace show its device codes by `show_code`."""
    if workspace.banner != "LIVE":
        return
    from tui.workspaces.live.workspace import LiveWorkspace

    if isinstance(workspace, LiveWorkspace):
        workspace.show_codes_with(partial(show_code, workspace))


def _open_folder(path: Path, analyst: str) -> tuple[SessionFolder, Contents]:
    from tui.triage.findings import author_here
    from tui.triage.records.folder import SessionFolder

    return SessionFolder.open(path, str(author_here(analyst)))


def _open_workspace(start: Start, contents: Contents | None) -> tuple[Workspace, Catalogue]:
    """The workspace to work in; one that is not there any more is replaced by one that can do nothing."""
    from tui.workspaces.protocol import MissingWorkspaceError

    if contents is None or not contents.record.workspace:
        return start.opening(start.workspace)
    record = contents.record
    try:
        return start.opening(record.workspace)
    except (MissingWorkspaceError, ValueError) as error:
        from tui.library.catalogue import load_catalogue
        from tui.settings.paths import own_hunts_folder
        from tui.workspaces.absent import AbsentWorkspace

        contents.problems.append(str(error))
        return AbsentWorkspace(record.workspace, record.kind), load_catalogue([own_hunts_folder()])
