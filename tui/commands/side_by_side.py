"""`huntdeck run HUNT -w A -w B`: a hunt in several workspaces at once, in one table."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, BinaryIO

from tui.commands.answers import EXIT_CODES, Output, say, show_code
from tui.commands.demo import ensure_demo
from tui.commands.options import UsageError, context_in, find_hunt
from tui.kql.literals import datetime_text
from tui.library.model import Hunt
from tui.triage.execute import execute
from tui.triage.queries.compile import view_query
from tui.triage.queries.context import NoTableError, PlanError, Query, QueryError
from tui.triage.side_by_side import Asked, counts_of, differing_windows, side_by_side, subject_columns
from tui.triage.words import window_words
from tui.workspaces.protocol import Outcome, State, Workspace, WorkspaceError
from tui.workspaces.registry import open_workspace

if TYPE_CHECKING:
    import pyarrow as pa


def run_side_by_side(arguments: argparse.Namespace, names: Sequence[str], output: Output | None) -> int:
    """Runs the hunt in all workspaces at once and prints one table. The exit code is that of the first that is not complete."""
    for option, given in (("--base", arguments.base is not None), ("--session", bool(arguments.session))):
        if given:
            raise UsageError(f"{option} takes one workspace at a time")
    if output is not None and output.manifest:
        raise UsageError("--manifest takes one workspace at a time")
    if len(set(names)) < len(names):
        raise UsageError("a workspace is named twice")
    for name in names:
        ensure_demo(name)
    try:
        asked, subject, columns = asyncio.run(_ask_all(arguments, names))
    except QueryError as error:
        raise UsageError(str(error)) from error
    except KeyboardInterrupt:
        say("cancelled")
        return 4
    if subject:
        _write(asked, side_by_side(asked, subject, columns), arguments.format, output)
    for one in asked:
        _say_of(one)
    if differing_windows(asked):
        say("the windows differ: the numbers are not of the same time; --from and --to make them so")
    codes = [EXIT_CODES[one.outcome.state] for one in asked]
    return next((code for code in codes if code), 0)


async def _ask_all(
    arguments: argparse.Namespace, names: Sequence[str]
) -> tuple[list[Asked], tuple[str, str] | None, list[str]]:
    """How it went in each, what the rows are of (None where no workspace could be asked), and the columns to show."""
    hunt = find_hunt(arguments.hunt)
    async with AsyncExitStack() as opened:
        workspaces = []
        for name in names:
            workspace = open_workspace(name, show_code)
            opened.push_async_callback(workspace.close)
            workspaces.append(workspace)
        found = await asyncio.gather(*(_ask(workspace, hunt, arguments) for workspace in workspaces))
    query = next((one.answer.query for one in found if one.answer is not None), None)
    if query is None:
        return list(found), None, []
    return list(found), subject_columns(query), counts_of(query, hunt.primary, arguments.column)


async def _ask(workspace: Workspace, hunt: Hunt, arguments: argparse.Namespace) -> Asked:
    try:
        context = await context_in(workspace, hunt, arguments)
        query: Query = view_query(context, arguments.view)
        subject_columns(query)
        counts_of(query, hunt.primary, arguments.column)
        answer = await execute(workspace, context, query, arguments.timeout)
    except PlanError as error:
        return Asked(workspace.name, Outcome(State.NOT_PERMITTED, f"not sent: {error}"))
    except NoTableError as error:
        return Asked(workspace.name, Outcome(State.NO_TABLE, str(error)))
    except WorkspaceError as error:
        return Asked(workspace.name, error.outcome)
    return Asked(workspace.name, answer.completion.outcome, context.window, answer)


def _say_of(one: Asked) -> None:
    """`acme: complete: 4 rows in 0.3 s, 11-21 01:00 -> 05:00`, and what to do about what is not complete."""
    from tui.commands.answers import words

    reason = f": {one.outcome.reason}" if one.outcome.reason else ""
    how = words(one.outcome, one.answer) if one.answer is not None else f"{one.outcome.state}{reason}"
    say(f"{one.workspace}: {how}{f', {window_words(one.window)} UTC' if one.window else ''}")
    if one.outcome.next_step:
        say(f"  {one.outcome.next_step}")


def _write(asked: Sequence[Asked], table: pa.Table, form: str, output: Output | None) -> None:
    def put(stream: BinaryIO) -> int:
        from tui.results.export import write

        if form == "json":
            stream.write((json.dumps(_as_json(asked, table), ensure_ascii=True, allow_nan=False) + "\n").encode())
            return int(table.num_rows)
        return write(table, form, stream)  # type: ignore[arg-type]

    if output is None:
        if form == "parquet" and sys.stdout.isatty():
            raise UsageError("Parquet is no text: write it to a file with -o, or into a pipe")
        put(sys.stdout.buffer)
        sys.stdout.buffer.flush()
    elif output.is_device:
        with output.path.open("wb") as stream:
            put(stream)
    else:
        from tui.results.exported import export_stream

        say(f"written to {export_stream(output.path, put, form, None, output.over).path}")


def _as_json(asked: Sequence[Asked], table: pa.Table) -> dict[str, Any]:
    """How it went in each workspace, with its window and query, and the table."""
    from tui.results.values import json_value

    return {
        "workspaces": [
            {
                "name": one.workspace,
                "outcome": {"state": str(one.outcome.state), "reason": one.outcome.reason},
                "window": [datetime_text(one.window.start), datetime_text(one.window.end)] if one.window else None,
                "kql": one.answer.query.kql if one.answer is not None else None,
            }
            for one in asked
        ],
        "columns": table.column_names,
        "rows": [[json_value(value) for value in row.values()] for row in table.to_pylist()],
    }
