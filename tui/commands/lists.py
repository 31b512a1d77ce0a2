"""`huntdeck hunts` and `coverage`: what there is."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tui.commands.answers import say
from tui.commands.options import UsageError, add_workspace, catalogue_at_hand
from tui.commands.run import with_workspace
from tui.library.attack import tactic_name, technique_name
from tui.library.catalogue import hunt_files, shipped_folder
from tui.library.loader import HuntError, Problem, read_hunt
from tui.library.model import Hunt
from tui.terminal.safe_text import safe
from tui.triage.check import check_hunt
from tui.triage.queries.compile import view_names
from tui.workspaces.protocol import TableCoverage, Workspace


def add_hunts(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`hunts [--json]` and `hunts check [PATH]`."""
    parser = commands.add_parser("hunts", help="list the hunts, or check hunt files", description=hunts.__doc__)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(action=hunts)
    inner = parser.add_subparsers(metavar="")
    check = inner.add_parser(
        "check", help="check hunt files: file, line, key and what is expected", description=check_hunts.__doc__
    )
    check.add_argument("path", nargs="?", type=Path, help="a file or folder (default: the shipped hunts and your own)")
    check.set_defaults(action=check_hunts)


def add_coverage(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`coverage -w W`."""
    parser = commands.add_parser("coverage", help="what a workspace holds: tables, hosts, first, last, rows")
    add_workspace(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(action=coverage)


def hunts(arguments: argparse.Namespace) -> int:
    """Lists the hunts by tactic and technique, with their parameters as JSON when asked."""
    catalogue = catalogue_at_hand()
    for problem in catalogue.problems:
        say(str(problem))
    everything = [*catalogue.listed, *catalogue.pivots]
    if arguments.json:
        json.dump([_hunt_json(hunt) for hunt in everything], sys.stdout, indent=1)
        print()
        return 0
    heading = ""
    for hunt in everything:
        place = (
            "Pivots"
            if hunt.pivot
            else f"{hunt.tactic} {tactic_name(hunt.tactic)} / {hunt.techniques[0]} {technique_name(hunt.techniques[0])}"
        )
        if place != heading:
            print(safe(place))
            heading = place
        own = "  (yours, in place of the shipped one)" if hunt.id in catalogue.shadowing else ""
        print(safe(f"  {hunt.id:<16} {hunt.title:<32} {', '.join(hunt.techniques)}{own}"))
    return 0


def _hunt_json(hunt: Hunt) -> dict[str, Any]:
    return {
        "id": hunt.id,
        "title": hunt.title,
        "tactic": hunt.tactic,
        "techniques": list(hunt.techniques),
        "subject": hunt.subject,
        "pivot": hunt.pivot,
        "purpose": hunt.purpose,
        "views": view_names(hunt),
        "legs": {
            leg.name: {"kind": leg.kind, "count": leg.count, "optional": leg.optional} for leg in hunt.legs.values()
        },
        "parameters": {
            parameter.name: {
                "type": parameter.type.value,
                "default": list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default,
                "required": parameter.required,
                "unit": parameter.unit,
                "help": parameter.help,
            }
            for parameter in hunt.parameters.values()
        },
        "path": str(hunt.path),
    }


def check_hunts(arguments: argparse.Namespace) -> int:
    """Checks hunt files and says what is wrong: file, line, key, what is expected and the nearest right word."""
    if arguments.path is not None and not arguments.path.exists():
        raise UsageError(f"{arguments.path}: there is no such file or folder")
    paths = hunt_files(arguments.path if arguments.path is not None else shipped_folder())
    problems: list[Problem] = []
    for path in paths:
        try:
            problems += check_hunt(read_hunt(path))
        except HuntError as error:
            problems += error.problems
    for problem in problems:
        print(safe(str(problem)))
    count = len(problems)
    say(
        f"{len(paths)} hunt {'file' if len(paths) == 1 else 'files'} checked, {count} {'problem' if count == 1 else 'problems'}"
    )
    return 1 if problems else 0


def coverage(arguments: argparse.Namespace) -> int:
    """Per table and host: first and last event, rows, and when the log was cleared."""

    async def work(workspace: Workspace) -> int:
        entries = await workspace.coverage([])
        if arguments.json:
            json.dump([_coverage_json(entry) for entry in entries], sys.stdout, indent=1)
            print()
        else:
            print(f"{'table':<22} {'host':<36} {'first':<20} {'last':<20} {'rows':>10}  log cleared")
            for entry in entries:
                print(_coverage_line(entry))
        return 0

    return with_workspace(arguments.workspace, work)


def _coverage_line(entry: TableCoverage) -> str:
    first, last = (f"{moment:%Y-%m-%d %H:%M:%S}Z" if moment else "-" for moment in (entry.first, entry.last))
    cleared = ", ".join(f"{moment:%Y-%m-%d %H:%M:%S}Z" for moment in entry.log_cleared)
    return safe(
        f"{entry.table:<22} {entry.host or '-':<36} {first:<20} {last:<20} {entry.rows:>10,}  {cleared}"
    ).rstrip()


def _coverage_json(entry: TableCoverage) -> dict[str, Any]:
    def iso(moment: Any) -> str | None:
        return moment.isoformat().replace("+00:00", "Z") if moment else None

    return {
        "table": entry.table,
        "host": entry.host,
        "first": iso(entry.first),
        "last": iso(entry.last),
        "rows": entry.rows,
        "log_cleared": [iso(moment) for moment in entry.log_cleared],
    }
