"""What the three live workspaces have in common: checking, running, waiting for a turn, schema, coverage."""

from __future__ import annotations

import asyncio
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from tui.kql.lexer import KqlSyntaxError, Token, TokenKind, significant, tokenize
from tui.kql.schema import Schema, evidence_schema
from tui.settings.log import LOG, query_mark
from tui.workspaces.live.attempt import Attempt, AttemptEnd
from tui.workspaces.live.configuration import LiveSettings
from tui.workspaces.live.covering import coverage_from, coverage_query
from tui.workspaces.live.credentials import Prompt, source_for
from tui.workspaces.live.errors import SignInError
from tui.workspaces.live.failures import outcome_of_exception
from tui.workspaces.live.kept import totals_of
from tui.workspaces.live.knowledge import Knowledge
from tui.workspaces.live.limits import QueueState, limiter_for
from tui.workspaces.live.network import in_network
from tui.workspaces.live.newest import first_table, newest_of, newest_query, without_rows
from tui.workspaces.protocol import (
    BatchSink,
    Completion,
    Identity,
    Limits,
    Outcome,
    State,
    TableCoverage,
    Window,
    WorkspaceError,
)
from tui.workspaces.threads import in_thread
from tui.workspaces.translation import place

if TYPE_CHECKING:
    from azure.core.rest import HttpRequest

    from tui.workspaces.live.decode import AnswerDecoder
    from tui.workspaces.live.http import Sender

PATIENCE = 60.0
"""The longest, in seconds, that a run waits by itself because the service said so; beyond that it ends as throttled."""

_TRIES = 3
"""How often a query is sent that the service has put off with 429; one it has begun on is never sent again."""

_META_SECONDS = 60.0
_META_LIMITS = Limits(rows=500_000, seconds=_META_SECONDS)
_COVERED_AT_ONCE = 8
"""Tables that one query about coverage looks at."""


class LiveWorkspace(ABC):
    """A workspace of a live service. See `protocol.Workspace` for the methods; those here may be called from any event loop.

    `prompt` shows device codes where the configuration signs in with one.
    """

    banner = "LIVE"
    refused_words: Mapping[str, str] = {}
    """Names that the service does not take when called, and why."""

    def __init__(self, settings: LiveSettings, prompt: Prompt | None = None) -> None:
        self.settings = settings
        self.knowledge = Knowledge(settings, self._schema_and_plans)
        self.plans_known = False
        """Whether the service told the plans when it was last asked."""
        self._source = source_for(settings, prompt)
        self._limiter = limiter_for(settings.kind, settings.host, settings.tenant)
        self._sender: Sender | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._stopping: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def name(self) -> str:
        """The name it is configured by."""
        return self.settings.name

    @property
    def kind(self) -> str:
        """`log_analytics`, `defender` or `data_explorer`."""
        return self.settings.kind

    @property
    def identity(self) -> Identity:
        """Who signed in and to which tenant; empty before the first request, and where nobody has to."""
        return self._source.identity if self._source else Identity()

    @property
    def queue(self) -> QueueState:
        """What runs and waits in the service's queue, which workspaces of one service and tenant share."""
        return self._limiter.state

    async def sign_in(self) -> Identity:
        """Signs in, anew when it was done before; WorkspaceError says why that cannot be.

        Workspaces that sign in alike share one sign-in."""
        if self._source is None:
            return Identity()
        try:
            await in_thread(self._source.forget)
        except (SignInError, OSError) as error:
            raise WorkspaceError(Outcome(State.NOT_PERMITTED, str(error))) from error
        await self.ready()
        return self._source.identity

    async def ready(self) -> None:
        """Signs in where that is still to do, which a schema that was kept needs not; WorkspaceError says why it cannot be."""
        refused = await in_network(self._sign_in_first())
        if refused is not None:
            raise WorkspaceError(refused)

    def show_codes_with(self, prompt: Prompt) -> None:
        """Device codes are shown by `prompt` from now on, for all workspaces that sign in alike."""
        if self._source is not None:
            self._source.show_with(prompt)

    @property
    def way(self) -> str:
        """Which way of signing in gave the last token; empty before."""
        return self._source.way if self._source else ""

    @property
    def signing_in(self) -> bool:
        """Whether a sign-in is going on; its device code, if there is one, can be entered."""
        return self._source is not None and self._source.signing_in

    @property
    def signed_in(self) -> bool:
        """Whether the last sign-in gave a token."""
        return self._source is not None and self._source.signed_in

    def give_up_sign_in(self) -> None:
        """Ends the sign-in that is going on: what waits for it ends as not permitted. May be called from any thread."""
        if self._source is not None:
            self._source.give_up()

    def sign_out(self) -> bool:
        """Lets go of the tokens in memory and of a sign-in that is remembered; whether there was one. SignInError, OSError."""
        return self._source is not None and self._source.forget()

    async def check(self, query: str) -> str | None:
        """None when the query can be sent, else what stands in the way and where: what can be known before sending."""
        try:
            tokens = significant(tokenize(query))
        except KqlSyntaxError as error:
            return f"{error} ({place(query, error.position)})"
        if not tokens:
            return "there is no query"
        if tokens[0].text == ".":
            return f"management commands do not run here ({place(query, tokens[0].start)})"
        return self._refused(query, tokens)

    def _refused(self, query: str, tokens: Sequence[Token]) -> str | None:
        for token, following in zip(tokens, [*tokens[1:], None], strict=True):
            called = following is not None and following.text == "("
            if token.kind is TokenKind.NAME and token.text in self.refused_words and called:
                return f"{token.text}() {self.refused_words[token.text]} ({place(query, token.start)})"
        return None

    async def run(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> Completion:
        """Sends `query` when it is its turn; see `protocol.Workspace.run`. `limits.seconds` count from when it is sent."""
        refused = await self.check(query)
        if refused is not None:
            return Completion(Outcome(State.FAILED, refused))
        if self._closed:
            return Completion(Outcome(State.FAILED, "the workspace is closed"))
        return await in_network(self._run(query, window, limits, on_batch))

    async def _run(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> Completion:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            end = await self._in_turn(query, window, limits, on_batch)
            completion = Completion(end.outcome, end.statistics, end.identifiers)
            if end.unresolved:
                return await self._with_new_schema(completion)
            return await self._explained(query, window, limits, completion)
        except asyncio.CancelledError:
            if self._closed:
                return Completion(Outcome(State.CANCELLED, "the workspace was closed"))
            raise
        finally:
            self._running.discard(task)

    async def _in_turn(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> AttemptEnd:
        """How a query ended, sent when it is its turn, and again only where the service has put it off."""
        identifier = f"huntdeck;{uuid.uuid4()}"
        refused = await self._sign_in_first()
        if refused is not None:
            return AttemptEnd(refused)
        for tries in range(1, _TRIES + 1):
            if self._limiter.closed_for > PATIENCE:
                return AttemptEnd(self._put_off())
            async with self._limiter.turn():
                end = await self._attempt(query, window, limits, on_batch, identifier)
            if end.outcome.state is not State.THROTTLED:
                break
            if end.retry_after is None:
                break
            self._limiter.close_for(end.retry_after, "CPU quota" if "quota" in end.outcome.reason else "429")
            if end.retry_after > PATIENCE or tries == _TRIES:
                break
        LOG.info("%s %s: %s, %s", self.kind, query_mark(query), end.outcome.state, end.identifiers)
        return end

    async def _sign_in_first(self) -> Outcome | None:
        """Signs in where that is still to do, for entering a code is not the query's time; the outcome when it cannot be."""
        if self._source is None:
            return None
        try:
            await self._source.token(self.scope)
        except SignInError as error:
            return outcome_of_exception(error, self.settings.host)
        return None

    def _put_off(self) -> Outcome:
        state = self._limiter.state
        minutes = max(1, ceil(state.seconds / 60))
        words = f"not sent: the service takes no queries for another {minutes} min ({state.reason})"
        return Outcome(State.THROTTLED, words, f"r runs it again in {minutes} min.")

    async def _attempt(
        self, query: str, window: Window, limits: Limits, on_batch: BatchSink, identifier: str
    ) -> AttemptEnd:
        request = self.query_request(query, window, limits.seconds, identifier)
        attempt = Attempt(self.kind, self.settings.host, query, limits, identifier)
        try:
            end = await attempt.run(self._connection(), request, on_batch, self.told_by)
        except asyncio.CancelledError:
            self._stop_on_server(identifier)
            raise
        if end.outcome.state is State.TIMED_OUT:
            self._stop_on_server(identifier)
        return end

    async def _with_new_schema(self, completion: Completion) -> Completion:
        """`completion` of a query that named what is not there; when the schema has changed, it is read again and that said."""
        before, read = self.known_schema, self.schema_read
        if before is None or read is None:
            return completion
        try:
            changed = await self.renew_schema() is not before
        except WorkspaceError:
            return completion
        if not changed:
            return completion
        outcome = completion.outcome
        words = (
            f"{outcome.reason}; the schema has changed since it was read ({read:%Y-%m-%d %H:%M}Z), and was read again"
        )
        step = "r runs it again, written for the schema as it is now."
        return replace(completion, outcome=replace(outcome, reason=words, next_step=step))

    async def _explained(self, query: str, window: Window, limits: Limits, completion: Completion) -> Completion:
        """`completion`; when it is complete without a row, how new the first table's newest event is, is looked up."""
        if completion.outcome.state is not State.COMPLETE or completion.statistics.get("rows"):
            return completion
        table, time = first_table(query, self.known_schema or {})
        if not time:
            return completion
        found: list[Any] = []
        reach = replace(window, end=max(window.end, datetime.now(UTC)))
        asked = Limits(rows=1, seconds=min(limits.seconds, _META_SECONDS))
        looked = await self._in_turn(newest_query(table, time, window), reach, asked, found.append)
        if looked.outcome.state is not State.COMPLETE:
            return completion
        newest, inside = newest_of(row for batch in found for row in batch.to_pylist())
        self.knowledge.saw(table, newest)
        return replace(completion, outcome=without_rows(table, newest, inside, self.knowledge.newest(table)))

    @property
    def known_schema(self) -> Schema | None:
        """The schema as it is known now; another object once it was read again and had changed. None before `schema`."""
        return self.knowledge.kept.schema if self.knowledge.kept else None

    @property
    def schema_read(self) -> datetime | None:
        """When the schema that is known was read from the service, UTC."""
        return self.knowledge.kept.read if self.knowledge.kept else None

    async def schema(self) -> Schema:
        """The tables and columns that are there, at once where they were kept; WorkspaceError says why they cannot be read."""
        return await self.knowledge.schema()

    async def renew_schema(self) -> Schema:
        """The same, read from the service now; WorkspaceError, and what was known stays."""
        return await self.knowledge.renew()

    @property
    def plans(self) -> Mapping[str, str]:
        """The tables that may not be combined with others, each with its plan, which is why."""
        return {**self.settings.plans, **(self.knowledge.kept.plans if self.knowledge.kept else {})}

    async def _schema_and_plans(self) -> tuple[Schema, dict[str, str] | None]:
        schema, plans = await self.read_schema(), await self.read_plans()
        self.plans_known = plans is not None
        return schema, plans

    async def read_plans(self) -> dict[str, str] | None:
        """The plans of tables that have another one than Analytics, read from the service; None where it does not tell."""
        return None

    async def span(self) -> Window | None:
        """None: a live service has no end. Windows count back from now."""
        return None

    async def coverage(self, tables: Sequence[str] = ()) -> list[TableCoverage]:
        """What the tables hold of the last seven days, per host; only of those that hunts can be written for."""
        schema = await self.schema()
        wanted = [table for table in tables or evidence_schema() if table in schema and table in evidence_schema()]
        found: list[TableCoverage] = []
        for some in self._together(wanted):
            query = coverage_query({table: schema[table] for table in some})
            if query:
                found += coverage_from(await self.rows(query), some)
        known = {entry.table for entry in found}
        await self.knowledge.counted(totals_of(found))
        missing = [table for table in tables if table not in known and table not in schema]
        return [*found, *(TableCoverage(table, "", None, None, 0) for table in missing)]

    def _together(self, tables: Sequence[str]) -> list[Sequence[str]]:
        """`tables` as they are asked in one query; one whose plan allows no union by itself."""
        alone = [table for table in tables if table in self.plans]
        shared = [table for table in tables if table not in self.plans]
        some = [shared[start : start + _COVERED_AT_ONCE] for start in range(0, len(shared), _COVERED_AT_ONCE)]
        return [*some, *([table] for table in alone)]

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a small query of the program's own, some of whose tables may be missing; WorkspaceError."""
        found: list[Any] = []
        now = datetime.now(UTC)
        window = Window(now.replace(year=now.year - 1, day=1), now.replace(year=now.year + 1, day=1))
        end = await in_network(self._in_turn(query, window, _META_LIMITS, found.append))
        if end.outcome.state not in (State.COMPLETE, State.PARTIAL):
            raise WorkspaceError(end.outcome)
        return [row for batch in found for row in batch.to_pylist()]

    async def asked(
        self, request: HttpRequest, decoder: AnswerDecoder, connect: Callable[[], Sender] | None = None
    ) -> AnswerDecoder:
        """The answer to a request besides queries, by the workspace's own connections unless it is given others, decoded.

        WorkspaceError when there is none."""
        identifier = f"huntdeck;{uuid.uuid4()}"
        attempt = Attempt(self.kind, self.settings.host, "", _META_LIMITS, identifier)
        outcome = await in_network(self._sign_in_first())
        if outcome is None:
            outcome = await in_network(attempt.read(connect or self._connection, request, decoder))
        if outcome.state is not State.COMPLETE:
            raise WorkspaceError(outcome)
        return decoder

    async def close(self) -> None:
        """Drops what runs and the connections."""
        self._closed = True
        self.knowledge.stop()
        await in_network(self._close())

    async def _close(self) -> None:
        for task in list(self._running):
            task.cancel()
        if self._sender is not None:
            await self._sender.close()

    def _connection(self) -> Sender:
        """The connections, made in the network thread when they are first needed."""
        if self._sender is None:
            from tui.workspaces.live.http import Sender

            settings = self.settings
            self._sender = Sender(settings.kind, settings.endpoint, self.scope, self._source, settings.ca)
        return self._sender

    def _stop_on_server(self, identifier: str) -> None:
        """Tells the service to stop a query, where it can be told."""
        del identifier

    @property
    @abstractmethod
    def scope(self) -> str:
        """What a token is asked for."""

    @abstractmethod
    def query_request(self, query: str, window: Window, seconds: float, identifier: str) -> HttpRequest:
        """The request that runs `query`; the service gives up after `seconds` where it can be told."""

    @abstractmethod
    def told_by(self, decoder: AnswerDecoder) -> tuple[Outcome | None, Mapping[str, float]]:
        """What an answer says of itself besides its rows: an outcome that is not complete, and figures."""

    @abstractmethod
    async def read_schema(self) -> Schema:
        """The tables and columns, read from the service."""

    @abstractmethod
    def portal_link(self, query: str) -> str | None:
        """Where the query opens in a browser; None where it cannot or the link would be too long."""
