"""The workspaces there are, by name: files of evidence, and the live ones that are configured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui.kql.dialects import nearest
from tui.settings.log import LOG
from tui.settings.paths import workspace_file, workspaces_folder
from tui.workspaces.protocol import MissingWorkspaceError, Workspace

DEMO = "demo"
"""The workspace there is without any configuration: generated when it is first asked for."""


@dataclass(frozen=True)
class Entry:
    """A workspace that can be opened: its kind, its file with size in bytes (evidence), or its address (live)."""

    name: str
    kind: str
    path: Path | None = None
    size: int = 0
    address: str = ""


def list_workspaces() -> list[Entry]:
    """The evidence workspaces in the user's data, then the configured live ones, each by name; ConfigurationError."""
    return [*_evidence(), *_live()]


def _evidence() -> list[Entry]:
    folder = workspaces_folder()
    if not folder.is_dir():
        return []
    return [Entry(path.stem, "evidence", path, path.stat().st_size) for path in sorted(folder.glob("*.duckdb"))]


def _live() -> list[Entry]:
    from tui.workspaces.live.configuration import read_configuration

    return [
        Entry(name, settings.kind, address=settings.endpoint) for name, settings in sorted(read_configuration().items())
    ]


def open_workspace(name: str, prompt: Callable[[str, str, datetime], None] | None = None) -> Workspace:
    """The workspace `name`, a live one before evidence of the same name; nothing is sent before it is asked something.

    `prompt` shows device codes: address, code, until when. MissingWorkspaceError names the nearest, WorkspaceNameError a
    name that cannot be one, ConfigurationError what is wrong in the configuration.
    """
    path = workspace_file(name)
    live = _open_live(name, prompt)
    if live is not None:
        LOG.info("%s workspace %s is there; nothing is sent yet", live.kind, name)
        return live
    if not path.is_file():
        known = [entry.name for entry in list_workspaces()]
        raise MissingWorkspaceError(f"there is no workspace {name!r}{nearest(name, known)}")
    from tui.workspaces.evidence import EvidenceWorkspace

    LOG.info("evidence workspace %s opens: %d bytes", name, path.stat().st_size)
    return EvidenceWorkspace(name, path)


def _open_live(name: str, prompt: Callable[[str, str, datetime], None] | None) -> Workspace | None:
    """The live workspace `name`, or None when none is configured so."""
    from tui.workspaces.live.configuration import configuration_file, read_configuration

    if not configuration_file().is_file():
        return None
    settings = read_configuration().get(name)
    if settings is None:
        return None
    from tui.workspaces.live.opening import live_workspace

    return live_workspace(settings, prompt)
