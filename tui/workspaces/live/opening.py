"""From settings to the workspace of their kind."""

from __future__ import annotations

from tui.workspaces.live.configuration import LiveSettings
from tui.workspaces.live.credentials import Prompt
from tui.workspaces.live.workspace import LiveWorkspace


def live_workspace(settings: LiveSettings, prompt: Prompt | None = None) -> LiveWorkspace:
    """The workspace that `settings` describe; nothing is sent yet."""
    if settings.kind == "log_analytics":
        from tui.workspaces.live.log_analytics import LogAnalyticsWorkspace

        return LogAnalyticsWorkspace(settings, prompt)
    if settings.kind == "defender":
        from tui.workspaces.live.defender import DefenderWorkspace

        return DefenderWorkspace(settings, prompt)
    from tui.workspaces.live.data_explorer import DataExplorerWorkspace

    return DataExplorerWorkspace(settings, prompt)
