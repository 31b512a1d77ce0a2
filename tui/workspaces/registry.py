"""The workspaces there are, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.kql.dialects import nearest
from tui.settings.log import LOG
from tui.settings.paths import workspace_file, workspaces_folder
from tui.workspaces.protocol import MissingWorkspaceError

if TYPE_CHECKING:
    from tui.workspaces.evidence import EvidenceWorkspace

DEMO = "demo"
"""The workspace there is without any configuration: generated when it is first asked for."""


@dataclass(frozen=True)
class Entry:
    """A workspace that can be opened: its kind, and its file with size in bytes where it has one."""

    name: str
    kind: str
    path: Path
    size: int


def list_workspaces() -> list[Entry]:
    """The evidence workspaces in the user's data, by name."""
    folder = workspaces_folder()
    if not folder.is_dir():
        return []
    return [Entry(path.stem, "evidence", path, path.stat().st_size) for path in sorted(folder.glob("*.duckdb"))]


def open_workspace(name: str) -> EvidenceWorkspace:
    """The workspace `name`; MissingWorkspaceError names the nearest, ValueError a name that cannot be one."""
    from tui.workspaces.evidence import EvidenceWorkspace

    path = workspace_file(name)
    if not path.is_file():
        known = [entry.name for entry in list_workspaces()]
        raise MissingWorkspaceError(f"there is no workspace {name!r}{nearest(name, known)}")
    LOG.info("evidence workspace %s opened: %d bytes", name, path.stat().st_size)
    return EvidenceWorkspace(name, path)
