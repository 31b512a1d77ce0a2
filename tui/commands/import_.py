"""`huntdeck import`: evidence files into a workspace."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from tui.commands.answers import say
from tui.commands.demo import is_demo
from tui.commands.options import UsageError
from tui.commands.progress import ProgressBar
from tui.settings.paths import make_private, workspace_file
from tui.terminal.safe_text import safe

Value = TypeVar("Value")


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
    parser.add_argument("-w", "--workspace", required=True, metavar="NAME", help="the workspace, made if need be")
    parser.add_argument(
        "--clock",
        action="append",
        default=[],
        metavar="[FILE=]SPAN",
        help="what must be added to the times of a file to reach UTC, such as +4h; without FILE for all; repeatable",
    )
    parser.add_argument(
        "--zone",
        action="append",
        default=[],
        metavar="[FILE=]ZONE",
        help="the zone of the browser a portal CSV was exported from, such as Europe/Berlin or +02:00; repeatable",
    )
    parser.set_defaults(action=import_files)


def import_files(arguments: argparse.Namespace) -> int:
    """Reads evidence files, recognised by content, into a workspace, and reports what was read, mapped and skipped.
    Importing the same content again adds nothing."""
    from tui.evidence.importer import EvidenceImportError, ImportOptions, ImportProgress, import_evidence
    from tui.evidence.options import parse_clock, parse_zone
    from tui.evidence.report import render_report

    path = workspace_file(arguments.workspace)
    if path.is_file() and is_demo(path):
        raise UsageError(f"workspace {arguments.workspace} holds demo evidence; choose another -w NAME")
    clock, clocks = _by_file(arguments.clock, parse_clock)
    zone, zones = _by_file(arguments.zone, parse_zone)
    make_private(path.parent)
    bar = ProgressBar("importing")

    def show(progress: ImportProgress) -> None:
        share = progress.bytes / progress.total if progress.total else 0.0
        bar.update(share, f"{progress.step} {progress.name}")

    try:
        report = import_evidence(arguments.paths, path, ImportOptions(clock, clocks, zone, zones), show)
    except EvidenceImportError as error:
        bar.close()
        say(f"huntdeck: {error}")
        return 1
    bar.close()
    for line in render_report(report):
        print(safe(line))
    return 4 if report.cancelled else 1 if report.failed else 0


def _by_file(words: Sequence[str], parse: Callable[[str], Value]) -> tuple[Value | None, dict[str, Value]]:
    """`FILE=VALUE` words by file, and the value of the word without a file; UsageError says what does not fit."""
    general: Value | None = None
    by_file: dict[str, Value] = {}
    for word in words:
        name, equals, value = word.rpartition("=")
        try:
            if equals:
                by_file[name] = parse(value)
            else:
                general = parse(word)
        except ValueError as error:
            raise UsageError(str(error)) from error
    return general, by_file
