"""`huntdeck sweep`: many hunts as one."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING, Any

from tui.commands.answers import EXIT_CODES, say
from tui.commands.consent import asked, consent_in, somebody_is_there
from tui.commands.in_session import Open, in_session, workspace_of
from tui.commands.options import UsageError, add_window, add_workspace, catalogue_at_hand, find_hunts, scope_of
from tui.commands.recorded import add_session
from tui.commands.run import with_workspace
from tui.kql.literals import datetime_text
from tui.library.attack import TACTICS, TECHNIQUES
from tui.library.catalogue import Catalogue, UnknownHuntError
from tui.terminal.safe_text import fit, pad, safe
from tui.triage.windows import WindowError, make_window, show_window
from tui.workspaces.protocol import State, Workspace
from tui.workspaces.registry import DEMO
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    from tui.library.model import Hunt
    from tui.triage.session import Session
    from tui.triage.sweep import Sweep
    from tui.workspaces.protocol import Window

FORMATS = ("table", "json", "jsonl")

_GRAVEST = (4, 1, 3, 5)
"""Exit codes of outcomes, the one that counts before the others first."""

_ABOUT = """\
Runs hunts with one window and scope: the devices of each (accounts, for hunts
of accounts), a line as each ends, and how many ended how. A hunt that cannot
begin is told as `not run` with the reason.

With --session each run is kept as soon as it ends, and what was filled into
forms of that session counts. A sweep that was stopped or cut off goes on with
--resume: only hunts without an answer are run again, in the window and scope
that the sweep began with. Without a window or scope those of the session are
taken; of a new one, all of the evidence or the last 24 hours."""

_JSON = """\
-f json prints one object at the end: sweep (its number), title, session,
workspace, window [from, to), scope, began, hunts, summary {outcome: hunts}.
-f jsonl prints one object a hunt, as it ends. A hunt has
  hunt, title, techniques, subject
  outcome    one of `huntdeck run`, or `not run`, `not begun`
  reason     why, or empty
  run        the number of its run in the session
  devices    how many devices (or accounts, by subject) were found
  truncated  whether there are more
  rows       how many raw rows their counts stand for
  seconds    how long it took
with null where it was not run.

exit codes: 0 every hunt complete; else the first that applies of 4 cancelled
or timed out, 1 failed, 3 truncated, partial or not run, 5 no table, not
covered, blind or not permitted; 2 usage"""


def add_sweep(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`sweep NODE|HUNT...`."""
    parser = commands.add_parser(
        "sweep",
        help="run many hunts as one: a tactic, a technique, or hunts by id",
        description=_ABOUT,
        epilog=_JSON,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "hunts",
        nargs="*",
        metavar="NODE|HUNT",
        help="tactics and techniques by id or name (TA0009, T1119, Collection), hunts by id, or all",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the last sweep of the session that was cut off"
    )
    parser.add_argument("--estimate", action="store_true", help="only say what would be asked of the workspace")
    parser.add_argument("-p", dest="parameters", metavar="HUNT.NAME=VALUE", action="append", default=[],
                        help="a parameter of one of the hunts; repeatable")  # fmt: skip
    add_workspace(parser)
    add_session(parser)
    add_window(parser)
    parser.add_argument(
        "-f", "--format", default="table", choices=FORMATS, help="how results are written (default: table)"
    )
    parser.set_defaults(action=sweep, workspace="")


def sweep(arguments: argparse.Namespace) -> int:
    """Runs hunts as one sweep and prints how each ended."""
    _check(arguments)
    catalogue = catalogue_at_hand()
    hunts = find_hunts(catalogue, arguments.hunts)
    values = _values(catalogue, arguments.parameters)
    name = arguments.session

    async def work(workspace: Workspace) -> int:
        async with in_session(workspace, catalogue, name) as opened:
            opened.session.consent = consent_in(workspace, arguments)
            for hunt, given in values.items():
                opened.session.values[hunt] = {**opened.session.values.get(hunt, {}), **given}
            code = await _run(opened, hunts, arguments)
        if opened.keeper.trouble:
            say(f"huntdeck: not all is kept in session {opened.keeper.name}: {opened.keeper.trouble}")
        return code or (1 if opened.keeper.trouble else 0)

    workspace = arguments.workspace or (workspace_of(name) if name else "") or DEMO
    return with_workspace(workspace, work)


def _check(arguments: argparse.Namespace) -> None:
    """UsageError for words that do not go together."""
    if not arguments.resume:
        if not arguments.hunts:
            raise UsageError("name what to sweep: a tactic, a technique or hunts (see: huntdeck hunts), or --resume")
        return
    if not arguments.session:
        raise UsageError("--resume goes on with a sweep of a session: name it with --session")
    if arguments.hunts or _window_given(arguments) or arguments.late or scope_of(arguments):
        raise UsageError("--resume takes hunts, window and scope from the sweep that it goes on with")


def _window_given(arguments: argparse.Namespace) -> bool:
    return bool(arguments.last or arguments.start or arguments.end)


def _values(catalogue: Catalogue, words: Iterable[str]) -> dict[str, dict[str, object]]:
    """`HUNT.NAME=VALUE` words by hunt and name; UsageError for a word that is none, or names no hunt."""
    found: dict[str, dict[str, object]] = {}
    for word in words:
        where, equals, value = word.partition("=")
        hunt, dot, name = where.rpartition(".")
        if not (equals and dot and name):
            raise UsageError(f"-p {word}: expected HUNT.NAME=VALUE")
        try:
            known = catalogue.find(hunt)
        except UnknownHuntError as error:
            raise UsageError(f"-p {word}: {error}") from error
        if name.removeprefix("p_") not in known.parameters:
            raise UsageError(
                f"-p {word}: {known.id} has no parameter {name}; it has {', '.join(known.parameters) or 'none'}"
            )
        found.setdefault(known.id, {})[name.removeprefix("p_")] = value
    return found


async def _run(opened: Open, hunts: list[Hunt], arguments: argparse.Namespace) -> int:
    """Says what the sweep will ask, asks where that is much, and runs it."""
    from tui.triage.sweep_estimate import estimate

    session = opened.session
    wanted = _wanted(opened, hunts, arguments)
    expected = await estimate(session, wanted)
    say(f"{session.workspace.banner} {session.workspace.name}, {show_window(wanted.window)}: {expected.words}")
    if arguments.estimate:
        for hunt, why in expected.not_run.items():
            say(f"{hunt} cannot begin: {why}")
        return 0
    if expected.large and session.consent is not None and somebody_is_there():
        if not await asked("Run them?"):
            return EXIT_CODES[State.CANCELLED]
        session.consent.trust(wanted.window)
    return await _go(opened, wanted, arguments)


async def _go(opened: Open, wanted: Sweep, arguments: argparse.Namespace) -> int:
    """Begins the sweep, or goes on with it, and prints what comes."""
    from tui.triage.sweep import SweepError, Sweeping, end_words

    session = opened.session
    told: asyncio.Queue[str] = asyncio.Queue()

    def tell(hunt: str) -> None:
        opened.keeper.touch()
        told.put_nowait(hunt)

    sweeping = Sweeping(session, wanted, tell)
    try:
        sweeping.begin()
    except SweepError as error:
        raise UsageError(str(error)) from error
    opened.keeper.touch()
    printer = _Printer(session, wanted, arguments.format)
    stopped = False
    try:
        while hunt := await told.get():
            await printer.ended(hunt)
    except asyncio.CancelledError:
        stopped = True
        sweeping.stop()
        await sweeping.wait()
    await printer.finish(opened.keeper.name if opened.keeper.root is not None else None)
    if stopped:
        resume = f"; huntdeck sweep --resume --session {quote(opened.keeper.name)} goes on" if arguments.session else ""
        say(f"stopped: {end_words(session, wanted)}{resume}")
        return EXIT_CODES[State.CANCELLED]
    return _code(session, wanted)


def _wanted(opened: Open, hunts: list[Hunt], arguments: argparse.Namespace) -> Sweep:
    """The sweep that is asked for; a new session takes over its window and scope."""
    from tui.triage.sweep import last_unfinished, plan

    session = opened.session
    if arguments.resume:
        found = last_unfinished(session)
        if found is None:
            raise UsageError(f"session {opened.keeper.name} has no sweep to go on with: every hunt has its answer")
        return found
    scope = scope_of(arguments) or session.scope
    wanted = plan(session, hunts, _title(arguments.hunts), _window(session, arguments), scope)
    if opened.is_new:
        session.window, session.scope = wanted.window, scope
    return wanted


def _window(session: Session, arguments: argparse.Namespace) -> Window:
    if not _window_given(arguments):
        return replace(session.window, late=arguments.late or session.window.late)
    now = datetime.now(UTC)
    try:
        return make_window(arguments.last, arguments.start, arguments.end, session.whole, now, arguments.late)
    except WindowError as error:
        raise UsageError(str(error)) from error


def _title(words: list[str]) -> str:
    if len(words) > 3:
        return f"{len(words)} names"
    names = {**TACTICS, **TECHNIQUES}
    return ", ".join(" ".join(filter(None, [word, names.get(word.upper(), "")])) for word in words)


def _code(session: Session, sweep: Sweep) -> int:
    from tui.triage.sweep import runs_in

    outcomes = [run.outcome for run in runs_in(session, sweep).values()]
    codes = {EXIT_CODES[outcome.state] for outcome in outcomes if outcome is not None}
    if sweep.not_run:
        codes.add(EXIT_CODES[State.PARTIAL])
    return next((code for code in _GRAVEST if code in codes), 0)


class _Printer:
    """Prints hunts of a sweep as they end, and the whole at the end."""

    def __init__(self, session: Session, sweep: Sweep, form: str) -> None:
        self._session, self._sweep, self._form = session, sweep, form
        self._printed: set[str] = set()
        if form == "table":
            print(f"{'hunt':<14} {'title':<34} {'outcome':<12} {'found':>15} {'rows':>12} {'seconds':>8}", flush=True)

    async def ended(self, hunt: str) -> None:
        """Prints `hunt`, unless it has only begun, or ended so soon that it is printed already."""
        from tui.triage.sweep import Stage, stages

        stage = stages(self._session, self._sweep)[hunt]
        if self._form == "json" or hunt in self._printed or stage in (Stage.WAITING, Stage.RUNNING):
            return
        self._printed.add(hunt)
        facts = await self._facts(hunt)
        print(json.dumps(facts) if self._form == "jsonl" else _line(facts), flush=True)

    async def finish(self, session: str | None) -> None:
        """Prints what is to be said of the whole; `session` is the name of the one it is kept in."""
        from tui.triage.sweep import end_words

        if self._form == "table":
            print(safe(end_words(self._session, self._sweep)))
        elif self._form == "json":
            print(json.dumps(await self._whole(session), indent=1))

    async def _whole(self, session: str | None) -> dict[str, Any]:
        from tui.triage.sweep import outcome_counts

        sweep = self._sweep
        return {
            "sweep": sweep.number,
            "title": sweep.title,
            "session": session,
            "workspace": self._session.workspace.name,
            "window": [datetime_text(sweep.window.start), datetime_text(sweep.window.end)],
            "scope": {name: list(names) for name, names in asdict(sweep.scope).items()},
            "began": datetime_text(sweep.began),
            "hunts": [await self._facts(hunt) for hunt in sweep.hunts],
            "summary": dict(outcome_counts(self._session, sweep)),
        }

    async def _facts(self, hunt: str) -> dict[str, Any]:
        """What is known of `hunt` and its run."""
        from tui.triage.sweep import outcome_of, rows_behind, runs_in

        run = runs_in(self._session, self._sweep).get(hunt)
        known = run.context.hunt if run is not None else self._session.catalogue.hunts.get(hunt)
        outcome = run.outcome if run is not None else None
        facts: dict[str, Any] = {
            "hunt": hunt,
            "title": known.title if known is not None else "",
            "techniques": list(known.techniques) if known is not None else [],
            "subject": known.subject if known is not None else "",
            "outcome": outcome_of(self._sweep, hunt, run),
            "reason": outcome.reason if outcome is not None else self._sweep.not_run.get(hunt, ""),
            **dict.fromkeys(("run", "devices", "truncated", "rows", "seconds")),
        }
        if run is not None and outcome is not None:
            try:
                await self._session.load(run)
                rows: int | None = await in_thread(lambda: rows_behind(run))
            except (OSError, ValueError):
                rows = None  # rows of an earlier day that are damaged; their number is known all the same
            truncated = outcome.state is State.TRUNCATED
            more = {"devices": run.received, "truncated": truncated, "rows": rows, "seconds": round(run.seconds, 3)}
            facts |= {"run": run.number, **({"seconds": more["seconds"]} if run.failed else more)}
        return facts


def _line(facts: Mapping[str, Any]) -> str:
    """`T1119-01  File copies  complete  3 devices  812  0.3`, with the reason where there is one."""
    from tui.triage.queries.subjects import NAMES

    found = rows = seconds = "-"
    if facts["devices"] is not None:
        more = "+" if facts["truncated"] else ""
        found = f"{facts['devices']:,}{more} {NAMES[facts['subject']][0]}"
    if facts["rows"] is not None:
        rows = f"{facts['rows']:,}"
    if facts["seconds"] is not None:
        seconds = f"{facts['seconds']:.1f}"
    title = pad(fit(safe(facts["title"]), 34), 34)
    reason = f"  {facts['reason']}" if facts["reason"] else ""
    line = f"{safe(facts['hunt']):<14} {title} {facts['outcome']:<12} {found:>15} {rows:>12} {seconds:>8}"
    return f"{line}{safe(reason)}"
