"""`huntdeck demo`: makes demo evidence, and makes the `demo` workspace when it is first asked for; or serves it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tui.commands.answers import say
from tui.commands.options import UsageError
from tui.commands.progress import ProgressBar
from tui.kql.literals import LiteralError, parse_datetime
from tui.settings.paths import make_private, workspace_file
from tui.workspaces.registry import DEMO


def add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`demo [--devices N] [--days D] [--events E] [--seed S] [--end T] [-w NAME] [--serve [--port-base N] [--sign-in]]`."""
    parser = commands.add_parser("demo", help="make demo evidence of any size", description=demo.__doc__)
    parser.add_argument("--devices", type=int, default=40, metavar="N", help="devices (default: 40)")
    parser.add_argument("--days", type=int, default=7, metavar="D", help="days up to the end (default: 7)")
    parser.add_argument("--events", type=int, default=300_000, metavar="E", help="events (default: 300,000)")
    parser.add_argument(
        "--seed", type=int, default=1119, metavar="S", help="the same seed, size and end give the same evidence"
    )
    parser.add_argument("--end", default="", metavar="T", help="when it ends (default: the start of this hour, UTC)")
    parser.add_argument("-w", "--workspace", default=DEMO, metavar="NAME", help="the workspace to make (default: demo)")
    parser.add_argument("--force", action="store_true", help="replace a workspace that is there")
    parser.add_argument(
        "--serve",
        action="store_true",
        help="stand in for the live services with the workspace's evidence, which is only made where it is missing",
    )
    parser.add_argument(
        "--port-base", type=int, metavar="N", help="with --serve: the first of four ports (default: 47430)"
    )
    parser.add_argument(
        "--sign-in",
        action="store_true",
        help="with --serve: ask for tokens, as the services do; codes are entered by curl",
    )
    parser.set_defaults(action=demo)


def demo(arguments: argparse.Namespace) -> int:
    """Makes a workspace of invented evidence: everyday activity of a company, and one intrusion that collects data."""
    path = workspace_file(arguments.workspace)
    if not arguments.serve and (arguments.sign_in or arguments.port_base is not None):
        raise UsageError("--sign-in and --port-base go with --serve")
    if not (arguments.serve and path.exists() and not arguments.force):
        _make(path, arguments)
    if not arguments.serve:
        return 0
    from tui.commands.serve import PORT_BASE, serve

    return serve(path, PORT_BASE if arguments.port_base is None else arguments.port_base, arguments.sign_in)


def _make(path: Path, arguments: argparse.Namespace) -> None:
    if path.exists() and not (arguments.force or is_demo(path)):
        raise UsageError(f"workspace {arguments.workspace} holds evidence of yours; choose another -w NAME, or --force")
    try:
        end = parse_datetime(arguments.end) if arguments.end else None
        make_demo(path, arguments.devices, arguments.days, arguments.events, arguments.seed, end)
    except (LiteralError, ValueError) as error:
        raise UsageError(str(error)) from error


def make_demo(
    path: Path, devices: int = 40, days: int = 7, events: int = 300_000, seed: int = 1119, end: datetime | None = None
) -> None:
    """Generates demo evidence at `path` with a progress bar, and says what was made; ValueError for sizes that cannot be."""
    from tui.evidence.demo import DemoOptions, default_end, generate_demo

    options = DemoOptions(
        devices=devices, days=days, events=events, seed=seed, end=end or default_end(datetime.now(UTC))
    )
    make_private(path.parent)
    bar = ProgressBar("making demo evidence")
    summary = generate_demo(path, options, bar.update)
    bar.close()
    say(
        f"{path.stem}: {summary.events:,} events of {devices} devices, {days} days up to {options.until:%Y-%m-%d %H:%M}Z"
    )


def is_demo(path: Path) -> bool:
    """Whether the workspace file at `path` holds generated evidence."""
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            row = connection.execute("SELECT value FROM _meta WHERE key = 'kind'").fetchone()
    except duckdb.Error:
        return False
    return row is not None and row[0] == "demo"


def ensure_demo(name: str) -> None:
    """Makes the `demo` workspace if that is the one asked for and it is not there."""
    path = workspace_file(name)
    if name == DEMO and not path.is_file():
        make_demo(path)
