"""`huntdeck watch`: hunts that run again and again, and what is fresh, a line each."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.commands.answers import say
from tui.commands.consent import consent_in
from tui.commands.in_session import Open, in_session, workspace_of
from tui.commands.options import UsageError, add_window, add_workspace, catalogue_at_hand, find_hunts, scope_of
from tui.commands.recorded import add_session
from tui.commands.run import with_workspace
from tui.kql.literals import LiteralError
from tui.library.times import read_span, span_said
from tui.settings.look import Bell
from tui.terminal.ending import exit_code, wanted_signals
from tui.terminal.notices import FRESH_WORDS, notice
from tui.terminal.safe_text import safe
from tui.triage.windows import WindowError, make_window, show_window
from tui.workspaces.protocol import Workspace
from tui.workspaces.registry import DEMO

if TYPE_CHECKING:
    from tui.library.model import Hunt
    from tui.triage.watch import Round, Watch

_ABOUT = """Runs hunts again and again while their window moves on, and prints a line for each hunt and round that brought
something: rows that are new, and rows with more events behind them than in the round before. Rows judged benign are left
out. A round waits for the one before; when the service throttles, rounds come less often. In evidence the window ends at the
newest event.

Every round is kept in the session that --session names: the first, the last and those with something fresh stay. It ends by
itself after --for, or when five rounds one after another gave no answer. Ctrl+C, a lost terminal and SIGTERM end it in
order, everything saved; in tmux or under nohup it goes on without a terminal. Meanwhile `huntdeck -s NAME` reads the session."""

_CODES = (
    """exit codes: 0 it ended after its time, 1 no answer, or not all is kept, 2 usage, 4 Ctrl+C, 128 + N signal N"""
)


def add_watch(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`watch NODE|HUNT...`."""
    parser = commands.add_parser(
        "watch",
        help="run hunts again and again, and tell what is fresh",
        description=_ABOUT,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "hunts",
        nargs="+",
        metavar="NODE|HUNT",
        help="tactics and techniques by id or name (TA0009, T1119, Collection), hunts by id, or all",
    )
    parser.add_argument("--every", default="15m", metavar="SPAN", help="from one round to the next (default: 15m)")
    parser.add_argument("--for", dest="lasting", default="8h", metavar="SPAN", help="how long it goes on (default: 8h)")
    add_workspace(parser)
    add_session(parser)
    add_window(parser)
    parser.set_defaults(action=watch, workspace="")


def watch(arguments: argparse.Namespace) -> int:
    """Watches hunts, and prints what is fresh."""
    name = arguments.session
    if not name:
        raise UsageError("name the session that keeps the rounds: --session NAME")
    every, lasting = _span("--every", arguments.every), _span("--for", arguments.lasting)
    catalogue = catalogue_at_hand()
    hunts = find_hunts(catalogue, arguments.hunts)

    async def work(workspace: Workspace) -> int:
        async with in_session(workspace, catalogue, name) as opened:
            opened.session.consent = consent_in(workspace, arguments)
            _look_at(opened, arguments)
            code = await _watch(opened, hunts, every, lasting)
        if opened.keeper.trouble:
            say(f"huntdeck: not all is kept in session {opened.keeper.name}: {opened.keeper.trouble}")
        return code or (1 if opened.keeper.trouble else 0)

    return with_workspace(arguments.workspace or workspace_of(name) or DEMO, work)


def _span(option: str, text: str) -> timedelta:
    try:
        return read_span(text)
    except LiteralError as error:
        raise UsageError(f"{option}: {error}") from error


def _look_at(opened: Open, arguments: argparse.Namespace) -> None:
    """Sets the window and the scope that the options name; those of the session count where they name none."""
    session = opened.session
    try:
        if arguments.last or arguments.start or arguments.end:
            now = datetime.now(UTC)
            session.window = make_window(arguments.last, arguments.start, arguments.end, session.whole, now)
        session.window = replace(session.window, late=arguments.late or session.window.late)
    except WindowError as error:
        raise UsageError(str(error)) from error
    session.scope = scope_of(arguments) or session.scope


async def _watch(opened: Open, hunts: list[Hunt], every: timedelta, lasting: timedelta) -> int:
    from tui.triage.watch import RealClock, SessionShelf, Watch, WatchError, plan_of

    session = opened.session
    try:
        plan, refused = plan_of(session, hunts, every, lasting)
    except WatchError as error:
        raise UsageError(str(error)) from error
    for words in refused:
        say(words)
    printer = _Printer(opened)
    watching = Watch(session, plan, SessionShelf(session, opened.keeper), printer.told, RealClock())
    say(
        f"{session.workspace.banner} {session.workspace.name}: {len(plan.contexts)} of {len(hunts)} hunts every "
        f"{span_said(every)} for {span_said(lasting)}, window {show_window(session.window)} moving on"
    )
    ended_by = await _until_ended(watching)
    say(f"{watching.over}; {printer.total:,} fresh, {watching.dropped} rounds without anything fresh let go")
    if ended_by:
        return 4 if ended_by == signal.SIGINT else exit_code(ended_by)
    return 0 if watching.answering else 1


async def _until_ended(watching: Watch) -> int:
    """Watches until it ends by itself, or a signal ends it, which is given; a second one ends the program at once."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(watching.run(), name="watch")
    ended_by = 0

    def end(number: signal.Signals) -> None:
        nonlocal ended_by
        ended_by = ended_by or int(number)
        for each in signals:
            loop.remove_signal_handler(each)
        task.cancel()

    signals = [signal.SIGINT, *wanted_signals()]
    for each in signals:
        loop.add_signal_handler(each, end, each)
    try:
        with suppress(asyncio.CancelledError):
            await task
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
    return ended_by


class _Printer:
    """Prints what rounds brought, and says what went wrong when that changes."""

    def __init__(self, opened: Open) -> None:
        self._opened = opened
        self._troubles: dict[str, str] = {}
        self._bell = _bell()
        self.total = 0

    def told(self, done: Round | None) -> None:
        """A round has ended."""
        from tui.triage.watch import fresh_words

        if done is None:
            return
        for one in done.watched:
            if one.news:
                self._print(
                    f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ} {one.run.hunt_id} {one.run.context.hunt.title}, "
                    f"run {one.run.number}: {fresh_words(one)}"
                )
            self.total += one.news
            self._trouble(one.run.hunt_id, one.trouble)
        if done.number == 1:
            rows = sum(one.run.received for one in done.watched)
            self._say(f"round 1: {rows:,} row{'s' * (rows != 1)}, with which later rounds are compared")
        for words in done.said:
            self._say(words)
        self._trouble("not all is kept", self._opened.keeper.trouble)
        if any(one.news for one in done.watched) and self._bell:
            with suppress(OSError):
                sys.stderr.write(self._bell)
                sys.stderr.flush()

    def _trouble(self, what: str, words: str) -> None:
        before = self._troubles.get(what, "")
        self._troubles[what] = words
        if words and words != before:
            self._say(f"{what}: {words}")
        elif before and not words:
            self._say(f"{what}: well again")

    def _print(self, line: str) -> None:
        # A terminal that is gone must not end what goes on without one.
        try:
            print(safe(line, len(line)), flush=True)
        except BrokenPipeError:
            raise
        except OSError:
            pass

    def _say(self, words: str) -> None:
        with suppress(OSError):
            say(words)


def _bell() -> str:
    """What rings the terminal, as the configuration says; nothing where there is none."""
    from tui.settings.config import read_config

    bell = read_config()[0].look.bell
    return "" if bell is Bell.OFF or not sys.stderr.isatty() else notice(bell, os.environ, FRESH_WORDS)
