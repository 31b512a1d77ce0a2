"""One piece of work: a workspace, window and scope, the runs made in it, and the trail to where the analyst is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.kql.dialects import Dialect, dialect_for
from tui.library.catalogue import Catalogue
from tui.library.model import Hunt
from tui.library.parameters import Values, values_for
from tui.results.errors import ResultStoreError
from tui.results.store import ResultStore, Rows
from tui.settings.crashes import error_type, write_report
from tui.triage.consent import Consent
from tui.triage.execute import with_lacks
from tui.triage.findings import Findings, author_here
from tui.triage.queries.compile import base_query, drill_query, view_names, view_query
from tui.triage.queries.context import Bound, Query, QueryContext, Scope
from tui.triage.runs import Origin, Phase, Run, Step, origin_in
from tui.triage.sweep import Sweep, Sweeping
from tui.triage.verdicts import VerdictStore
from tui.triage.windows import make_window
from tui.workspaces.protocol import Completion, Limits, Outcome, State, Window, Workspace
from tui.workspaces.threads import in_thread

if TYPE_CHECKING:
    import pyarrow as pa

    from tui.triage.watch import Watch

AT_ONCE = 2
"""Runs at the same time in an evidence workspace; the embedded engine uses every processor for each."""

LIVE_AT_ONCE = 16
"""Runs at the same time in a live workspace, which keeps a queue of its own by its service's limits."""

SECONDS = 300.0
"""How long a run may take."""


class Session:
    """The state of one piece of work. Lives on the event loop; rows arrive from worker threads.

    `changed` is called on the event loop whenever a run begins, gets on or ends.
    """

    def __init__(
        self,
        workspace: Workspace,
        catalogue: Catalogue,
        store: ResultStore,
        changed: Callable[[Run], None],
        remembered: VerdictStore | None = None,
    ) -> None:
        self.workspace, self.catalogue, self.store = workspace, catalogue, store
        self.runs: list[Run] = []
        self.next_number = 1
        """The number of the next run; no other one of the session has or had it, lost ones included."""
        self.trail: list[Step] = []
        self.sweeps: list[Sweep] = []
        self.sweeping: Sweeping | None = None
        """What runs the sweep that goes on."""
        self.scope = Scope()
        self.window: Window
        self.whole: Window | None = None
        self._dialect: Dialect
        self.values: dict[str, Mapping[str, object]] = {}
        self.findings = Findings()
        self.remembered = remembered or VerdictStore(None)
        """Verdicts of all sessions."""
        self.author = author_here()
        self.consent: Consent | None = None
        """What is asked before a large query is sent; nothing where that is None."""
        self.watching: Watch | None = None
        """The watch that goes on."""
        self._changed = changed
        self._queue = asyncio.Semaphore(LIVE_AT_ONCE if workspace.banner == "LIVE" else AT_ONCE)

    async def prepare(self) -> None:
        """Reads the schema and the span of the workspace, and sets the window to the whole of it."""
        schema = await self.workspace.schema()
        self._dialect = dialect_for(self.workspace.kind, schema, getattr(self.workspace, "plans", {}))
        self.whole = await self.workspace.span()
        self.window = make_window("", "", "", self.whole, datetime.now(UTC))

    @property
    def dialect(self) -> Dialect:
        """How queries are written here: for the schema that was read last, which a live workspace may read again meanwhile."""
        known, plans = getattr(self.workspace, "known_schema", None), getattr(self.workspace, "plans", {})
        if known is not None and (known is not self._dialect.schema or plans != self._dialect.plans):
            self._dialect = dialect_for(self.workspace.kind, known, plans)
        return self._dialect

    def checked_values(self, hunt: Hunt) -> Values:
        """What is filled in for `hunt`, checked; ParameterError when something is missing or wrong."""
        return values_for(hunt, self.values.get(hunt.id, {}))

    def context(self, hunt: Hunt, window: Window | None = None, scope: Scope | None = None) -> QueryContext:
        """What a query of `hunt` is made for now; ParameterError as `checked_values`.

        In a `window` of its own, late rows are looked for where the session's looks for them.
        """
        window = replace(window, late=self.window.late) if window is not None else self.window
        return QueryContext(
            hunt, self.checked_values(hunt), window, self.dialect, self.scope if scope is None else scope
        )

    def run_view(self, hunt: Hunt, view: str = "", bounds: Sequence[Bound] = (), window: Window | None = None) -> Run:
        """Starts a view of `hunt`; QueryError and ParameterError when there is no such query."""
        context = self.context(hunt, window)
        return self.start(context, view_query(context, view, bounds))

    def run_base(self, hunt: Hunt, leg: str = "") -> Run:
        """Starts the listing of a leg's rows."""
        context = self.context(hunt)
        return self.start(context, base_query(context, leg))

    def open_cell(self, run: Run, row: Mapping[str, Any], column: str) -> Run:
        """Starts the drill behind a cell; QueryError (NothingBehindError) when there is nothing to open."""
        query = drill_query(run.context, run.query, row, column)
        return self.start(run.context, query, origin_in(run, row, column))

    def again(self, run: Run, moved: bool = False) -> Run:
        """Starts the same query once more; `moved` ends the window now, or at the newest event, with the same length.

        A view is written anew when the schema has changed since; QueryError when it cannot be.
        """
        if not moved:
            if run.context.dialect is self.dialect or run.query.view not in view_names(run.context.hunt):
                return self.start(run.context, run.query, run.origin)
            context = replace(run.context, dialect=self.dialect)
            return self.start(context, view_query(context, run.query.view, run.query.bounds), run.origin)
        length = run.context.window.end - run.context.window.start
        end = self.whole.end if self.whole else datetime.now(UTC)
        context = replace(
            run.context, window=replace(run.context.window, start=end - length, end=end), dialect=self.dialect
        )
        return self.start(context, view_query(context, run.query.view, run.query.bounds))

    def start(self, context: QueryContext, query: Query, origin: Origin | None = None) -> Run:
        """Starts `query` as a task; it waits its turn when enough others run."""
        run = Run(self.next_number, query, context, self.workspace.name, origin)
        self.next_number += 1
        self.runs.append(run)
        run.task = asyncio.get_running_loop().create_task(self._execute(run), name=f"run {run.number}")
        self._changed(run)
        return run

    async def load(self, run: Run) -> None:
        """Has the rows of a run of an earlier day at hand; OSError or ValueError when they are not what was saved."""
        load = run.load
        if run.rows is None and load is not None:
            run.rows = await in_thread(lambda: load(self.store))

    def cancel(self, run: Run) -> None:
        """Stops a run at once."""
        if run.task is not None and run.phase is not Phase.DONE:
            run.task.cancel()

    def is_needed(self, run: Run) -> bool:
        """Whether the trail leads over `run`, something was opened from it, or a row of it is marked."""
        opened = (one.origin.run for one in self.runs if one.origin is not None)
        marked = (mark.run for mark in self.findings.marks)
        return any(step.run is run for step in self.trail) or run.number in (*opened, *marked)

    async def drop(self, run: Run) -> None:
        """Lets go of a run that has ended, and of its rows."""
        self.runs.remove(run)
        rows, run.rows, run.load = run.rows, None, _dropped
        if rows is not None:
            await in_thread(rows.drop)

    def active(self) -> list[Run]:
        """The runs that wait or go on."""
        return [run for run in self.runs if run.phase is not Phase.DONE]

    def last_run(self, hunt: Hunt) -> Run | None:
        """The newest run of a view of `hunt` that did not come from a cell."""
        mine = (run for run in reversed(self.runs) if run.hunt_id == hunt.id and run.origin is None)
        return next(mine, None)

    def is_current(self, run: Run) -> bool:
        """Whether the hunt would be run today with the same values, window and scope as `run` was."""
        try:
            values = self.checked_values(run.context.hunt)
        except ValueError:
            return False
        context = run.context
        same_hunt = context.hunt is self.catalogue.hunts.get(run.hunt_id)
        return same_hunt and context.values == values and context.window == self.window and context.scope == self.scope

    async def close(self) -> None:
        """Cancels what runs and lets go of the rows and the workspace."""
        if self.sweeping is not None:
            self.sweeping.stop()
            await self.sweeping.wait()
        for run in self.active():
            self.cancel(run)
        await in_thread(self.remembered.settle)
        await self.workspace.close()
        self.store.close()

    async def _answered(self, run: Run, receiver: _Receiver) -> Completion:
        """How `run` ends that may be sent; a large one to a live workspace is asked about first."""
        if self.consent is not None:
            refused = await self.consent.refused(self.workspace, run.context, run.query)
            if refused is not None:
                return Completion(refused)
        async with self._queue:
            run.phase = Phase.RUNNING
            self._changed(run)
            limits = Limits(run.query.limit, SECONDS)
            reach = run.context.reach(run.query.kql)
            completion = await self.workspace.run(run.query.kql, reach, limits, receiver.take)
            return with_lacks(run.query, completion)

    async def _execute(self, run: Run) -> None:
        receiver = _Receiver(run, self.store, self._changed, asyncio.get_running_loop())
        try:
            completion = await self._answered(run, receiver)
        except asyncio.CancelledError:
            receiver.stopped = True
            completion = Completion(
                Outcome(State.CANCELLED, f"after {run.seconds:.1f} s, {run.received:,} rows had arrived")
            )
        except ResultStoreError as error:
            completion = Completion(Outcome(State.FAILED, f"rows cannot be kept: {error}"))
        except Exception as error:
            # What such an error says may quote what no screen and no session should hold.
            report = write_report(error) or "none could be written"
            words = f"an error of huntdeck's own: {error_type(error)}; report: {report}"
            completion = Completion(Outcome(State.FAILED, words))
        run.completion, run.took, run.phase = completion, run.seconds, Phase.DONE
        self._changed(run)


def _dropped(store: ResultStore) -> Rows:
    raise ValueError("this round of a watch brought nothing new, and later ones took its place")


class _Receiver:
    """Puts batches into the results store; called from the workspace's worker thread."""

    def __init__(
        self, run: Run, store: ResultStore, changed: Callable[[Run], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self.run, self.store, self.changed, self.loop = run, store, changed, loop
        self.rows: Rows | None = None
        self.stopped = False

    def take(self, batch: pa.RecordBatch) -> None:
        """Keeps `batch`, and tells the event loop how far the run is."""
        if self.stopped:
            return
        if self.rows is None:
            self.rows = self.store.open(batch.schema)
        if batch.num_rows:
            self.rows.append(batch)
        self.loop.call_soon_threadsafe(self._arrived, batch.num_rows, batch.nbytes)

    def _arrived(self, rows: int, size: int) -> None:
        if self.stopped:
            return
        self.run.rows = self.rows
        self.run.received += rows
        self.run.bytes += size
        self.changed(self.run)
