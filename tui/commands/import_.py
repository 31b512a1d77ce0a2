"""`huntdeck import`: evidence files into a workspace."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui.commands.answers import say
from tui.commands.demo import is_demo
from tui.commands.options import UsageError
from tui.commands.progress import ProgressBar
from tui.settings.paths import make_private, workspace_file


def add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`import PATH... -w NAME`."""
    parser = commands.add_parser(
        "import", help="read evidence files into a workspace", description=import_files.__doc__
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="EVTX, NDJSON of Windows events, portal CSV; plain, .gz, .zip, or folders",
    )
    parser.add_argument(
        "-w", "--workspace", required=True, metavar="NAME", help="the workspace, made if it is not there"
    )
    parser.set_defaults(action=import_files)


def import_files(arguments: argparse.Namespace) -> int:
    """Reads evidence files, recognised by content, into a workspace, and reports what was read, mapped and skipped.
    Importing the same content again adds nothing."""
    raise UsageError("not there")
