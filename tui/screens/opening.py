"""Opening the workspace and reading the hunts, once the first frame is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.library.catalogue import Catalogue
    from tui.triage.runs import Run
    from tui.triage.session import Session
    from tui.workspaces.protocol import Workspace

Opening = Callable[[], "tuple[Workspace, Catalogue]"]
"""Opens the workspace and reads the hunts; called in a worker thread."""


async def open_session(opening: Opening, cache: Path | None, changed: Callable[[Run], None]) -> Session:
    """A session on what `opening` gives, its window the whole of the workspace; rows beyond memory go below `cache`.

    What has to be imported for it is imported in a worker thread, too.
    """
    from tui.workspaces.threads import in_thread

    def work() -> Callable[[], Session]:
        from tui.results.store import ResultStore
        from tui.settings.paths import make_private
        from tui.triage.session import Session

        workspace, catalogue = opening()
        _ = workspace.banner  # may have to be read, and is shown from the event loop later
        store = ResultStore(make_private(cache) if cache is not None else None)
        return lambda: Session(workspace, catalogue, store, changed)

    make = await in_thread(work)
    session = make()
    await session.prepare()
    return session
