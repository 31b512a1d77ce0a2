"""`huntdeck run`, `huntdeck drill` and `huntdeck kql`: a hunt without the screen."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tui.commands.answers import EXIT_CODES, FORMATS, Output, print_answer, say, show_code
from tui.commands.consent import consent_in
from tui.commands.demo import ensure_demo
from tui.commands.judged import say_benign
from tui.commands.options import (
    UsageError,
    add_hunt,
    add_view,
    add_window,
    add_workspace,
    context_in,
    context_without_workspace,
    find_hunt,
)
from tui.commands.recorded import Executed, Runner, add_session, recorded
from tui.kql.dialects import KINDS, dialect_for, nearest
from tui.results.values import plain_text
from tui.triage.execute import Answer, matching_rows
from tui.triage.queries.compile import base_query, drill_query, view_query
from tui.triage.queries.context import NoTableError, PlanError, Query, QueryContext, QueryError
from tui.triage.runs import origin_in
from tui.workspaces.protocol import State, Workspace, WorkspaceError
from tui.workspaces.registry import open_workspace

VIEW_SECONDS = 180.0
"""How long the view may take that a row of `drill` is looked up in."""


def add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`run HUNT`."""
    parser = commands.add_parser("run", help="run a hunt and print its rows", description=run.__doc__)
    add_hunt(parser)
    add_view(parser)
    _add_output(parser, several=True)
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME",
        help="with several workspaces: the column to set side by side (default: the primary count); repeatable",
    )
    parser.set_defaults(action=run)


def add_drill(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`drill HUNT --row Column=value --column NAME`."""
    parser = commands.add_parser("drill", help="print the events behind one cell", description=drill.__doc__)
    add_hunt(parser)
    parser.add_argument("--view", default="", help="the view the row is in (default: the hunt's first)")
    parser.add_argument(
        "--row",
        action="append",
        required=True,
        metavar="COLUMN=VALUE",
        help="visible columns that select one row; repeatable",
    )
    parser.add_argument("--column", required=True, metavar="NAME", help="the cell to open")
    _add_output(parser)
    parser.set_defaults(action=drill, base=None)


def add_kql(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`kql HUNT`."""
    parser = commands.add_parser("kql", help="print the KQL of a hunt, a base or a drill", description=kql.__doc__)
    add_hunt(parser)
    add_view(parser)
    parser.add_argument(
        "--row",
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="with --column: the KQL of the drill behind this row's cell",
    )
    parser.add_argument("--column", default="", metavar="NAME", help="the cell whose drill to print")
    parser.add_argument(
        "--dialect", choices=KINDS, help="kind of workspace to write for (default: that of the workspace)"
    )
    parser.add_argument(
        "--link", action="store_true", help="print the link that opens it in the portal of a live workspace instead"
    )
    add_workspace(parser)
    add_window(parser)
    parser.set_defaults(action=kql)


def _add_output(parser: argparse.ArgumentParser, several: bool = False) -> None:
    add_workspace(parser, several)
    add_session(parser)
    add_window(parser)
    parser.add_argument(
        "-f", "--format", default="table", choices=FORMATS, help="how rows are written (default: table)"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write there instead of to standard output")
    parser.add_argument(
        "--manifest",
        action="store_true",
        help="with -o: FILE.manifest.json beside it says format, hunt, run, window, scope, query and SHA-256",
    )
    parser.add_argument("--force", action="store_true", help="with -o: write over a file that is there")
    parser.add_argument(
        "--timeout", type=float, default=300.0, metavar="SECONDS", help="give up after so long (default: 300)"
    )
    parser.add_argument(
        "--limit", type=int, default=None, metavar="N", help="keep at most N rows (default: the hunt's or 100,000)"
    )


def _output(arguments: argparse.Namespace) -> Output | None:
    """The file that rows go to; UsageError before anything is asked when they cannot."""
    if arguments.output is None:
        if arguments.manifest or arguments.force:
            raise UsageError("--manifest and --force are about a file: name it with -o")
        return None
    output = Output(arguments.output, arguments.force, arguments.manifest)
    output.check()
    return output


def run(arguments: argparse.Namespace) -> int:
    """Runs a view of a hunt, or the base of it, in a workspace and prints the rows. With several workspaces (-w A -w B) it runs
    in all of them at once, and prints what each counts for each device, account, address or mailbox side by side."""
    output = _output(arguments)
    names = arguments.workspaces or [arguments.workspace]
    if len(names) > 1:
        from tui.commands.side_by_side import run_side_by_side

        return run_side_by_side(arguments, names, output)
    if arguments.column:
        raise UsageError("--column is for several workspaces: name them with -w A -w B")

    async def work(workspace: Workspace) -> int:
        context = await context_in(workspace, find_hunt(arguments.hunt), arguments)
        query = _limited(_query(context, arguments), arguments.limit)
        with recorded(arguments, workspace, context) as runner:
            found = await runner.execute(context, query, arguments.timeout)
            code = print_answer(found, arguments.format, output)
            say_benign(workspace.name, context.hunt.id, found.answer)
            return runner.code(code)

    return with_workspace(names[0], work)


def drill(arguments: argparse.Namespace) -> int:
    """Finds one row of a view by the columns given, and prints the events behind one of its cells."""
    output = _output(arguments)

    async def work(workspace: Workspace) -> int:
        context = await context_in(workspace, find_hunt(arguments.hunt), arguments)
        with recorded(arguments, workspace, context) as runner:
            row, view = await _find_row(runner, context, arguments)
            query = _limited(_drill_query(view, row, arguments), arguments.limit)
            origin = origin_in(view.run, row, arguments.column)
            found = await runner.execute(context, query, arguments.timeout, origin)
            code = print_answer(found, arguments.format, output)
            if found.run.mismatch:
                say(f"{found.run.mismatch}: rows came or went in between")
            return runner.code(code)

    return with_workspace(arguments.workspace, work)


def kql(arguments: argparse.Namespace) -> int:
    """Prints the query, complete, ready to run in the portal of its kind of workspace."""
    hunt = find_hunt(arguments.hunt)
    if arguments.link and arguments.dialect is not None:
        raise UsageError("--link opens the workspace's own portal: without --dialect")
    if arguments.row or arguments.column:
        if not (arguments.row and arguments.column):
            raise UsageError("the KQL of a drill needs both --row and --column")

        async def work(workspace: Workspace) -> int:
            context = await context_in(workspace, hunt, arguments)
            row, view = await _find_row(
                Runner(workspace, None, {}, consent_in(workspace, arguments)), context, arguments
            )
            return _show_query(workspace, _drill_query(view, row, arguments), arguments)

        if arguments.dialect not in (None, "evidence"):
            return _foreign_drill(arguments)
        return with_workspace(arguments.workspace, work)
    if arguments.dialect not in (None, "evidence"):
        context = context_without_workspace(hunt, arguments, arguments.dialect)
        sys.stdout.write(_query(context, arguments).kql)
        return 0

    async def show(workspace: Workspace) -> int:
        return _show_query(workspace, _query(await context_in(workspace, hunt, arguments), arguments), arguments)

    return with_workspace(arguments.workspace, show)


def _show_query(workspace: Workspace, query: Query, arguments: argparse.Namespace) -> int:
    """Prints the query, or the link to it; UsageError when there is none."""
    from tui.triage.portal import PortalError, portal_link

    try:
        sys.stdout.write(f"{portal_link(workspace, query.kql)}\n" if arguments.link else query.kql)
    except PortalError as error:
        raise UsageError(f"--link: {error}") from None
    return 0


def _foreign_drill(arguments: argparse.Namespace) -> int:
    """A row found in the workspace, its drill written for another kind."""
    hunt = find_hunt(arguments.hunt)

    async def work(workspace: Workspace) -> int:
        context = await context_in(workspace, hunt, arguments)
        row, view = await _find_row(Runner(workspace, None, {}, consent_in(workspace, arguments)), context, arguments)
        other = QueryContext(hunt, context.values, context.window, dialect_for(arguments.dialect), context.scope)
        sys.stdout.write(drill_query(other, view_query(other, view.run.query.view), row, arguments.column).kql)
        return 0

    return with_workspace(arguments.workspace, work)


def _query(context: QueryContext, arguments: argparse.Namespace) -> Query:
    if arguments.base is not None:
        return base_query(context, arguments.base)
    return view_query(context, arguments.view)


def _limited(query: Query, limit: int | None) -> Query:
    """`query` with fewer rows kept; what is asked for stays as it is, so that the rest is noticed."""
    from dataclasses import replace

    if limit is None:
        return query
    if limit < 1:
        raise UsageError("--limit takes a number from 1")
    return replace(query, limit=min(limit, query.limit))


def _drill_query(view: Executed, row: Mapping[str, Any], arguments: argparse.Namespace) -> Query:
    if arguments.column not in row:
        raise UsageError(f"--column {arguments.column}: no such column{nearest(arguments.column, row)}")
    return drill_query(view.run.context, view.run.query, row, arguments.column)


async def _find_row(
    runner: Runner, context: QueryContext, arguments: argparse.Namespace
) -> tuple[dict[str, Any], Executed]:
    """The one row that the words of `--row` select; UsageError when it is none or several."""
    wanted = _row_words(arguments.row)
    query = view_query(context, arguments.view)
    view = await runner.execute(context, query, VIEW_SECONDS)
    answer = view.answer
    if not answer.usable:
        raise UsageError(
            f"the view that holds the row did not run: {answer.completion.outcome.state}, {answer.completion.outcome.reason}"
        )
    try:
        rows = matching_rows(answer, wanted)
    except KeyError as error:
        name = str(error.args[0])
        raise UsageError(
            f"--row {name}: the view {query.view} has no such column{nearest(name, _visible(answer))}"
        ) from error
    if len(rows) != 1:
        raise UsageError(
            f"--row selects {len(rows)} of {answer.table.num_rows} rows; it must select one.{_candidates(answer, wanted)}"
        )
    return rows[0], view


def _visible(answer: Answer) -> list[str]:
    return [name for name in answer.table.column_names if not answer.query.meaning(name).hidden]


def _row_words(words: Sequence[str]) -> dict[str, str]:
    wanted = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"--row {word}: expected COLUMN=VALUE")
        wanted[name] = value
    return wanted


def _candidates(answer: Answer, wanted: dict[str, str]) -> str:
    """The values there are in the first column asked for."""
    name = next(iter(wanted))
    values = list(dict.fromkeys(plain_text(row[name]) for row in answer.rows()))[:10]
    return f" {name} is one of: {', '.join(values)}" if values else ""


def with_workspace(name: str, work: Any) -> int:
    """Opens the workspace `name` (making the demo when it is first asked for), does `work` in it, and closes it."""
    ensure_demo(name)
    workspace = open_workspace(name, show_code)

    async def whole() -> int:
        try:
            return int(await work(workspace))
        finally:
            await workspace.close()

    try:
        return asyncio.run(whole())
    except PlanError as error:
        say(f"huntdeck: not sent: {error}")
        return EXIT_CODES[State.NOT_PERMITTED]
    except NoTableError as error:
        say(f"huntdeck: no table: {error}")
        return EXIT_CODES[State.NO_TABLE]
    except WorkspaceError as error:
        say(f"huntdeck: {error.outcome.state}: {error}")
        return EXIT_CODES[error.outcome.state]
    except QueryError as error:
        raise UsageError(str(error)) from error
    except KeyboardInterrupt:
        say("cancelled")
        return 4
