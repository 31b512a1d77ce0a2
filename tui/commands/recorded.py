"""Runs of the command line, each kept in the session that `--session` names, if one is named."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.commands.answers import say
from tui.commands.consent import consent_in
from tui.commands.options import UsageError, given_values
from tui.settings.files import reason_of
from tui.settings.paths import sessions_folder
from tui.triage.execute import Answer, execute
from tui.triage.queries.context import Query, QueryContext
from tui.triage.runs import Origin, Phase, Run
from tui.workspaces.protocol import Completion, Outcome, State, Workspace, WorkspaceError

if TYPE_CHECKING:
    import pyarrow as pa

    from tui.triage.consent import Consent
    from tui.triage.records.recording import Recording


def add_session(parser: argparse.ArgumentParser) -> None:
    """The session that runs are kept in."""
    parser.add_argument(
        "-s",
        "--session",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help="keep the run with its rows in this session, made if need be",
    )


@dataclass(frozen=True)
class Executed:
    """A run that has ended, and its rows."""

    run: Run
    answer: Answer
    kind: str
    """Of its workspace."""


class Runner:
    """Runs queries, and keeps them in `recording` if there is one. `failed` says why not all of them could be kept."""

    def __init__(
        self,
        workspace: Workspace,
        recording: Recording | None,
        given: Mapping[str, object],
        consent: Consent | None = None,
    ) -> None:
        self._workspace, self._recording, self._given, self._consent = workspace, recording, given, consent
        self.failed = ""

    async def execute(
        self, context: QueryContext, query: Query, seconds: float, origin: Origin | None = None
    ) -> Executed:
        """Runs `query`; one that is cancelled is kept as such. WorkspaceError when it was not sent, for nobody agreed."""
        from tui.triage.records.recording import ended, stop

        refused = await self._consent.refused(self._workspace, context, query) if self._consent is not None else None
        if refused is not None:
            raise WorkspaceError(refused)
        number = self._recording.next_number() if self._recording is not None else 1
        run = Run(number, query, context, self._workspace.name, origin, Phase.RUNNING)
        try:
            answer = await execute(self._workspace, context, query, seconds)
        except asyncio.CancelledError:
            stop(run, Completion(Outcome(State.CANCELLED, f"after {run.seconds:.1f} s")))
            self._keep(run, None)
            raise
        self._keep(run, ended(run, answer))
        return Executed(run, answer, self._workspace.kind)

    def _keep(self, run: Run, table: pa.Table | None) -> None:
        if self._recording is None:
            return
        try:
            self._recording.keep(run, self._workspace.kind, table, self._given)
        except OSError as error:
            self.failed = reason_of(error)
            say(f"huntdeck: not kept in session {self._recording.record.name}: {self.failed}")
        else:
            say(f"kept as run {run.number} of session {self._recording.record.name}")

    def code(self, code: int) -> int:
        """`code`, or that of a failure when a run could not be kept."""
        return code or (1 if self.failed else 0)


@contextmanager
def recorded(arguments: argparse.Namespace, workspace: Workspace, context: QueryContext) -> Iterator[Runner]:
    """Runs queries in `workspace`, kept in the session that `arguments` name.

    UsageError for a name that no session can have or that several have; OSError when it cannot be written.
    """
    given = given_values(arguments.parameters)
    if not arguments.session:
        yield Runner(workspace, None, given, consent_in(workspace, arguments))
        return
    from tui.triage.records.model import SessionNameError
    from tui.triage.records.recording import Recording
    from tui.triage.records.shelf import ShelfError

    try:
        recording = Recording.open(sessions_folder(), arguments.session, workspace, context)
    except (SessionNameError, ShelfError) as error:
        raise UsageError(str(error)) from error
    try:
        _say_all(recording)
        yield Runner(workspace, recording, given, consent_in(workspace, arguments))
        _say_all(recording)
    finally:
        recording.close()


def _say_all(recording: Recording) -> None:
    for words in recording.said:
        say(words)
    recording.said.clear()
