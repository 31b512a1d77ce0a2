"""`huntdeck match`: a file of known indicators against the rows that a session keeps."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands.answers import EXIT_CODES, say
from tui.commands.options import UsageError
from tui.commands.sessions import session_path
from tui.terminal.safe_text import safe
from tui.workspaces.protocol import State

if TYPE_CHECKING:
    from tui.triage.known import Known, Match

_MOST_SKIPPED = 5


def add_match(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`match FILE --session NAME`."""
    parser = commands.add_parser(
        "match", help="find known indicators in the rows of a session", description=match.__doc__
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="indicators, one a line, or a CSV; defanged ones are read, too"
    )
    parser.add_argument("-s", "--session", required=True, metavar="NAME", help="the session whose runs are searched")
    parser.add_argument("--column", default="", metavar="NAME", help="the column of the CSV that holds the indicators")
    parser.add_argument("-f", "--format", default="table", choices=("table", "json"), help="how matches are written")
    parser.set_defaults(action=match)


def match(arguments: argparse.Namespace) -> int:
    """Finds the indicators of a file in the rows that a session keeps: as whole values and between the ends of words, in
    any case; below a domain other names count, and are said. Prints run, row (from 1), column and indicator.

    A sweep is matched as the session it is kept in. Nothing is asked of a workspace."""
    from tui.triage.known import KnownError, read_known

    try:
        known = read_known(arguments.file, arguments.column)
    except KnownError as error:
        raise UsageError(str(error)) from error
    for line in known.skipped[:_MOST_SKIPPED]:
        say(f"{arguments.file}, {line}")
    if len(known.skipped) > _MOST_SKIPPED:
        say(f"{arguments.file}: {len(known.skipped) - _MOST_SKIPPED:,} more lines hold no indicator")
    found: list[Match] = []
    problems: list[str] = []
    for one in _matches(session_path(arguments.session), known, problems):
        found.append(one)
        if arguments.format == "table":
            _print_lines(one)
    if arguments.format == "json":
        print(json.dumps([line for one in found for line in _lines(one)], ensure_ascii=True, indent=1))
    held = {one.indicator for one in found}
    say(
        f"{len(held):,} of {len(known.indicators):,} indicators in {sum(len(one.rows) for one in found):,} cells "
        f"of {len({one.run for one in found}):,} runs"
    )
    for problem in problems:
        say(problem)
    return EXIT_CODES[State.PARTIAL] if problems else 0


def _matches(path: Path, known: Known, problems: list[str]) -> Iterator[Match]:
    """The matches of each run by number; what could not be searched is added to `problems`."""
    from tui.results.store import ResultStore
    from tui.triage.known import MOST_HITS, match_rows
    from tui.triage.records.folder import DamagedRowsError, SessionFolder
    from tui.triage.records.reading import read_contents

    contents = read_contents(path, None)
    problems += contents.problems
    folder = SessionFolder(path, None)
    with closing(ResultStore(None)) as store:
        for number, record in sorted(contents.runs.items()):
            try:
                table = folder.rows(record)
            except DamagedRowsError as error:
                problems.append(str(error))
                continue
            if table is None:
                continue
            rows = store.load(table)
            found, whole = match_rows(known, number, rows)
            rows.drop()
            if not whole:
                problems.append(f"run {number}: only the first {MOST_HITS:,} cells are told")
            yield from found


def _lines(one: Match) -> Iterator[dict[str, object]]:
    for row in one.rows:
        yield {
            "run": one.run,
            "row": row + 1,
            "column": one.column,
            "indicator": one.indicator.value,
            "type": str(one.indicator.type),
            "subdomain": one.below,
        }


def _print_lines(one: Match) -> None:
    note = "  (a name below it)" if one.below else ""
    indicator = safe(one.indicator.value, len(one.indicator.value))
    for row in one.rows:
        print(f"{one.run}\t{row + 1}\t{safe(one.column)}\t{one.indicator.type}\t{indicator}{note}")
