"""The command line: opens the screen, or hunts, drills, imports and exports without it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from tui import __version__

if TYPE_CHECKING:
    from tui.settings.config import Config
    from tui.settings.keys import ConfigProblem

_DESCRIPTION = """Live triage of threat hunts written in KQL. Without a command, huntdeck opens its screen on a workspace;
where there is no terminal it prints the hunts with their counts instead."""

_LEAKS = (
    "TEXTUAL",
    "TEXTUAL_DEBUG",
    "TEXTUAL_DRIVER",
    "TEXTUAL_LOG",
    "TEXTUAL_PRESS",
    "TEXTUAL_SCREENSHOT",
    "TEXTUAL_SHOW_RETURN",
)
"""What has Textual write keys, messages or pictures of the screen where anybody may read them, or press keys."""

_CODES = """exit codes: 0 complete, 1 failed, 2 usage, 3 truncated or partial, 4 cancelled or timed out,
5 no table, not covered, blind or not permitted"""


_SCREEN_OPTIONS = ("-w", "--workspace", "-s", "--session", "--log-level")


def main(words: Sequence[str] | None = None) -> int:
    """Runs the command line `words` (those of the process when None) and gives the exit code."""
    given = list(sys.argv[1:] if words is None else words)
    if words is None:
        _guard_process()
    try:
        arguments = build_parser(opens_screen(given)).parse_args(given)
        _start_log(arguments.log_level)
        return int(arguments.action(arguments))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 4
    except Exception as error:
        return _explain(error)


def opens_screen(words: Sequence[str]) -> bool:
    """Whether `words` only ask for the screen, and perhaps name its workspace: no command is to be read then."""
    return len(words) % 2 == 0 and all(word in _SCREEN_OPTIONS for word in words[::2])


def build_parser(screen_only: bool = False) -> argparse.ArgumentParser:
    """The parser, with every command unless `screen_only`: reading the commands takes as long as the first picture."""
    parser = _Parser("huntdeck", description=_DESCRIPTION, epilog=_CODES)
    parser.add_argument("--version", action="version", version=f"huntdeck {__version__}")
    parser.add_argument(
        "-w", "--workspace", default="demo", metavar="NAME", help="the workspace to open (default: demo)"
    )
    parser.add_argument(
        "-s", "--session", default="", metavar="NAME", help="the session to come back to, or the name of a new one"
    )
    parser.add_argument(
        "--log-level",
        default=os.environ.get("HUNTDECK_LOG", ""),
        metavar="LEVEL",
        help="write a log without secrets: debug, info, warning or error (default: $HUNTDECK_LOG, else none)",
    )
    parser.set_defaults(action=open_screen)
    if not screen_only:
        _add_commands(parser)
    return parser


def _add_commands(parser: argparse.ArgumentParser) -> None:
    from tui.commands.demo import add_demo
    from tui.commands.doctor import add_doctor
    from tui.commands.examples import add_examples
    from tui.commands.import_ import add_import
    from tui.commands.lists import add_coverage, add_hunts
    from tui.commands.match import add_match
    from tui.commands.matrix import add_matrix
    from tui.commands.run import add_drill, add_kql, add_run
    from tui.commands.sessions import add_sessions
    from tui.commands.sweep import add_sweep
    from tui.commands.watch import add_watch
    from tui.commands.workspaces import add_login, add_logout, add_workspaces

    commands = parser.add_subparsers(title="commands", metavar="")
    for add in (
        add_hunts,
        add_run,
        add_drill,
        add_sweep,
        add_watch,
        add_matrix,
        add_kql,
        add_coverage,
        add_workspaces,
        add_login,
        add_logout,
        add_import,
        add_demo,
        add_sessions,
        add_match,
    ):
        add(commands)
    add_doctor(commands, _key_problems)
    for name, made in commands.choices.items():
        add_examples(name, made)


def _key_problems(config: Config) -> list[ConfigProblem]:
    """What is wrong with the keys that `config` asks for."""
    if not config.keys:
        return []
    from tui.screens.keymap import read_keymap
    from tui.settings.paths import config_file

    return read_keymap(config.keys, config_file())[1]


def open_screen(arguments: argparse.Namespace) -> int:
    """Opens the screen, or prints the overview where standard input or output is no terminal."""
    from tui.commands.demo import ensure_demo

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from tui.commands.overview import overview

        return overview(arguments)
    ensure_demo(arguments.workspace)
    from tui.app import run_app

    return run_app(arguments.workspace, arguments.session)


class _Parser(argparse.ArgumentParser):
    """Argument errors may quote a file name."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, safe to show, and ends with the exit code of wrong usage."""
        from tui.terminal.safe_text import safe

        super().error(safe(message))


def _guard_process() -> None:
    """Has errors reported without values, signals end the program in order, and nothing printed act on the terminal."""
    from tui.settings.crashes import install_hooks
    from tui.terminal.ending import end_on_signals
    from tui.terminal.shown_output import guard_output

    install_hooks()
    end_on_signals()
    guard_output()
    for name in _LEAKS:
        os.environ.pop(name, None)


def _start_log(level: str) -> None:
    from tui.settings.log import LogLevelError, start_log

    try:
        start_log(level)
    except (LogLevelError, OSError) as error:
        from tui.commands.options import UsageError

        raise UsageError(f"there can be no log: {error}") from error


def _explain(error: Exception) -> int:
    """Known faults in one line with their exit code; of anything else only its type and place, and a report."""
    from tui.commands.answers import EXIT_CODES, USAGE, say
    from tui.commands.options import UsageError
    from tui.settings.paths import WorkspaceNameError
    from tui.triage.records.model import SessionNameError
    from tui.triage.records.shelf import ShelfError
    from tui.workspaces.live.errors import ConfigurationError
    from tui.workspaces.protocol import MissingWorkspaceError, State

    known = UsageError | MissingWorkspaceError | WorkspaceNameError | SessionNameError | ShelfError | ConfigurationError
    if isinstance(error, known):
        say(f"huntdeck: {error}")
        return USAGE
    if isinstance(error, OSError) and error.strerror:
        say(f"huntdeck: {error.filename or ''}: {error.strerror}")
        return EXIT_CODES[State.FAILED]
    from tui.settings.crashes import stop_on

    say(stop_on(error))
    return EXIT_CODES[State.FAILED]


if __name__ == "__main__":
    sys.exit(main())
