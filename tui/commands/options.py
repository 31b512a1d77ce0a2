"""Words of the command line that several commands share: which hunt, workspace, window and values."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

from tui.kql.dialects import Dialect, DialectError, dialect_for
from tui.library.catalogue import Catalogue, UnknownHuntError, hunts_of, load_catalogue
from tui.library.model import Hunt
from tui.library.parameters import ParameterError, values_for
from tui.settings.paths import own_hunts_folder
from tui.triage.queries.context import QueryContext, Scope
from tui.triage.windows import WindowError, make_window
from tui.workspaces.protocol import Workspace


class UsageError(Exception):
    """Words of the command line that cannot be: exit code 2."""


def add_hunt(parser: argparse.ArgumentParser) -> None:
    """HUNT, its view or base, and its parameters."""
    parser.add_argument("hunt", metavar="HUNT", help="id of a hunt, such as T1119-01 (see: huntdeck hunts)")
    parser.add_argument("-p", dest="parameters", metavar="NAME=VALUE", action="append", default=[],
                        help="a parameter; lists as a,b,c or @FILE; repeatable")  # fmt: skip


def add_view(parser: argparse.ArgumentParser) -> None:
    """Which query of the hunt."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--view", default="", help="devices, accounts, groups_LEG, timeline, or a view of the hunt's own"
    )
    which.add_argument(
        "--base", nargs="?", const="", default=None, metavar="LEG", help="the raw rows of the primary leg, or of LEG"
    )


def add_window(parser: argparse.ArgumentParser) -> None:
    """The window and the scope."""
    parser.add_argument(
        "--last", default="", metavar="SPAN", help="a span back from the newest event, such as 24h or 7d"
    )
    parser.add_argument(
        "--from", dest="start", default="", metavar="TIME", help="start of the window, UTC unless a zone is given"
    )
    parser.add_argument("--to", dest="end", default="", metavar="TIME", help="end of the window (not included)")
    parser.add_argument(
        "-y", "--yes", action="store_true", help="live workspaces: send queries that look through much without asking"
    )
    parser.add_argument(
        "--late",
        action="store_true",
        help="Log Analytics: find rows of the window that were stored more than an hour after its end, too (slower)",
    )
    for option, words in (
        ("device", "devices: short name, FQDN, or a prefix ending in *"),
        ("account", "accounts: name or domain\\name"),
    ):
        parser.add_argument(
            f"--{option}", action="append", default=[], metavar="NAME", help=f"only these {words}; repeatable"
        )
        parser.add_argument(
            f"--exclude-{option}",
            action="append",
            default=[],
            metavar="NAME",
            help=f"without these {option}s; repeatable",
        )


def add_workspace(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """The workspace, or with `several` the workspaces."""
    if several:
        parser.add_argument(
            "-w",
            "--workspace",
            dest="workspaces",
            action="append",
            default=[],
            metavar="NAME",
            help="the workspace (default: demo); repeatable, to set them side by side",
        )
        return
    parser.add_argument("-w", "--workspace", default="demo", metavar="NAME", help="the workspace (default: demo)")


def find_hunt(name: str) -> Hunt:
    """The hunt `name`; UsageError names the nearest, or what is wrong with its file."""
    catalogue = catalogue_at_hand()
    try:
        return catalogue.find(name)
    except UnknownHuntError as error:
        faults = "".join(f"\n{problem}" for problem in catalogue.problems)
        raise UsageError(f"{error}{faults}") from error


def find_hunts(catalogue: Catalogue, words: Sequence[str]) -> list[Hunt]:
    """The hunts that `words` name, nodes of the tree among them; UsageError names the nearest, or what is wrong with files."""
    try:
        return hunts_of(catalogue, words)
    except UnknownHuntError as error:
        faults = "".join(f"\n{problem}" for problem in catalogue.problems)
        raise UsageError(f"{error}; a tactic or technique can be named, too{faults}") from error


def catalogue_at_hand() -> Catalogue:
    """The shipped hunts and the analyst's own."""
    own = own_hunts_folder()
    return load_catalogue([own] if own.is_dir() else [])


def given_values(words: Sequence[str]) -> dict[str, object]:
    """`NAME=VALUE` words by name; UsageError for one without `=` or given twice."""
    given: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"-p {word}: expected NAME=VALUE")
        if name in given:
            raise UsageError(f"-p {name} is given twice")
        given[name.removeprefix("p_")] = value
    return given


def scope_of(arguments: argparse.Namespace) -> Scope:
    """The scope the options name."""
    return Scope(
        tuple(arguments.device),
        tuple(arguments.account),
        tuple(arguments.exclude_device),
        tuple(arguments.exclude_account),
    )


async def dialect_of(workspace: Workspace) -> Dialect:
    """How queries are written in `workspace`."""
    schema = await workspace.schema()
    return dialect_for(workspace.kind, schema, getattr(workspace, "plans", {}))


async def context_in(workspace: Workspace, hunt: Hunt, arguments: argparse.Namespace) -> QueryContext:
    """What the hunt's queries are made for in `workspace`; UsageError for a value or window that does not fit."""
    try:
        span, now = await workspace.span(), datetime.now(UTC)
        values = values_for(hunt, given_values(arguments.parameters), now)
        window = make_window(arguments.last, arguments.start, arguments.end, span, now, arguments.late)
        dialect = await dialect_of(workspace)
    except (ParameterError, WindowError, DialectError) as error:
        raise UsageError(str(error)) from error
    return QueryContext(hunt, values, window, dialect, scope_of(arguments))


def context_without_workspace(hunt: Hunt, arguments: argparse.Namespace, kind: str) -> QueryContext:
    """The same for a kind of workspace with its documented schema: nothing is opened."""
    try:
        now = datetime.now(UTC)
        values = values_for(hunt, given_values(arguments.parameters), now)
        window = make_window(arguments.last, arguments.start, arguments.end, None, now, arguments.late)
        return QueryContext(hunt, values, window, dialect_for(kind), scope_of(arguments))
    except (ParameterError, WindowError, DialectError) as error:
        raise UsageError(str(error)) from error
