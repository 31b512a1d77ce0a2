"""Where huntdeck keeps its files: data, configuration and passing results, each private to the user."""

from __future__ import annotations

import os
import re
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", re.ASCII)


class WorkspaceNameError(ValueError):
    """A name that cannot be a workspace's: it could leave its folder, or holds what file names should not."""


def data_folder() -> Path:
    """`$XDG_DATA_HOME/huntdeck`: workspaces, own hunts, sessions."""
    return user_data_path("huntdeck")


def config_folder() -> Path:
    """`$XDG_CONFIG_HOME/huntdeck`."""
    return user_config_path("huntdeck")


def config_file() -> Path:
    """The analyst's configuration."""
    return config_folder() / "config.toml"


def own_themes_folder() -> Path:
    """Where the analyst's own themes lie."""
    return config_folder() / "themes"


def copies_folder() -> Path:
    """Where texts go that were to be copied, and were written to a file instead."""
    return data_folder() / "copies"


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/huntdeck`: results of the running program."""
    return user_cache_path("huntdeck")


def state_folder() -> Path:
    """`$XDG_STATE_HOME/huntdeck`: the log, reports of errors."""
    return user_state_path("huntdeck")


def crashes_folder() -> Path:
    """Where reports of the program's own errors lie."""
    return state_folder() / "crashes"


def log_file() -> Path:
    """The log, where one is asked for."""
    return state_folder() / "huntdeck.log"


def workspaces_folder() -> Path:
    """Where evidence workspaces lie, one DuckDB file each."""
    return data_folder() / "workspaces"


def own_hunts_folder() -> Path:
    """Where the analyst's own hunts lie."""
    return data_folder() / "hunts"


def sessions_folder() -> Path:
    """Where sessions are kept, a folder each."""
    return data_folder() / "sessions"


def verdicts_file() -> Path:
    """The verdicts that are remembered across sessions."""
    return data_folder() / "verdicts.toml"


def columns_file() -> Path:
    """The columns chosen for each kind of rows, and named views."""
    return data_folder() / "columns.toml"


def earlier_values_file() -> Path:
    """The values that were filled in before."""
    return data_folder() / "earlier_values.json"


def workspace_file(name: str) -> Path:
    """The file of the evidence workspace `name`; WorkspaceNameError for one that cannot be."""
    if not _NAME.match(name) or ".." in name:
        raise WorkspaceNameError(f"{name!r} cannot name a workspace: letters, digits, '.', '_' and '-', at most 64")
    return workspaces_folder() / f"{name}.duckdb"


def make_private(folder: Path) -> Path:
    """`folder`, made if need be with mode 0700; OSError when it cannot be made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid == os.getuid() and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder
