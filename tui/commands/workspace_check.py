"""Whether a workspace works: sign-in, reach, permission, schema and one small query, each with what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.commands.finding import Finding, Grade, Patient
from tui.kql.schema import Schema, evidence_schema
from tui.triage.held import span_words
from tui.workspaces.protocol import Limits, Outcome, State, Window, Workspace, WorkspaceError

if TYPE_CHECKING:
    from tui.workspaces.live.workspace import LiveWorkspace

_SECONDS = 60.0
_REACH_SECONDS = 10.0


def workspace_findings(patient: Patient) -> Iterator[Finding]:
    """What is found of the workspace that the command names."""
    name = getattr(patient.arguments, "workspace", "")
    if not name:
        yield Finding(Grade.NOTE, "none was named: -w NAME tests one")
        return
    yield from findings_of(name)


def findings_of(name: str) -> list[Finding]:
    """What is found of the workspace `name`, which is opened and closed; errors as `open_workspace`."""
    from tui.commands.answers import show_code
    from tui.commands.demo import ensure_demo
    from tui.workspaces.registry import open_workspace

    ensure_demo(name)
    workspace = open_workspace(name, show_code)

    async def whole() -> list[Finding]:
        try:
            return [finding async for finding in check_workspace(workspace)]
        finally:
            await workspace.close()

    return asyncio.run(whole())


async def check_workspace(workspace: Workspace) -> AsyncIterator[Finding]:
    """Looks at `workspace` step by step; what rests on a step that failed is not tried."""
    live = _as_live(workspace)
    if live is not None:
        signed_in, reached = await _sign_in(live), await _reach(live)
        yield signed_in
        yield reached
        if Grade.FAULT in (signed_in.grade, reached.grade):
            yield Finding(Grade.NOTE, "permission, schema and query: not tried before that works")
            return
    schema: Schema = {}
    refused: Outcome | None = None
    kept, began = "", datetime.now(UTC)
    try:
        schema = await workspace.schema()
        if live is not None:
            kept = await _renewed(live, began)
            schema = await live.schema()
    except WorkspaceError as error:
        refused = error.outcome
    if refused is not None and refused.state is State.NOT_PERMITTED:
        yield _fault("permission", refused)
        return
    if live is not None:
        yield Finding(Grade.OK, "permission: what is there may be read")
    if refused is not None:
        yield _fault("schema", refused)
    else:
        yield _schema_finding(workspace, schema, kept)
        if live is not None and live.kind == "log_analytics":
            yield _plans_finding(live)
    yield await _query(workspace, schema)


def _as_live(workspace: Workspace) -> LiveWorkspace | None:
    if workspace.banner != "LIVE":
        return None
    from tui.workspaces.live.workspace import LiveWorkspace

    assert isinstance(workspace, LiveWorkspace)
    return workspace


async def _renewed(workspace: LiveWorkspace, began: datetime) -> str:
    """Has a schema that was not read since `began`, but kept, read again; says how old it was, and whether it had changed."""
    before, read = workspace.known_schema, workspace.schema_read
    if read is None or read >= began:
        return "read now"
    changed = await workspace.renew_schema() is not before
    words = "it had changed" if changed else "it was still right"
    return f"read now; the one kept was {span_words(began - read)} old, {words}"


async def _sign_in(workspace: LiveWorkspace) -> Finding:
    if workspace.settings.sign_in == "none":
        return Finding(Grade.OK, "sign-in: nobody has to sign in")
    try:
        identity = await workspace.sign_in()
    except WorkspaceError as error:
        return _fault("sign-in", error.outcome)
    who = f"{identity.name or 'somebody whose name is not told'}, tenant {identity.tenant or 'not told'}"
    return Finding(Grade.OK, f"sign-in: as {who}, by {workspace.way}")


async def _reach(workspace: LiveWorkspace) -> Finding:
    """Whether the service answers at all, without a token."""
    from tui.workspaces.live.failures import outcome_of_exception
    from tui.workspaces.live.network import in_network

    try:
        status = await in_network(_status(workspace))
    except Exception as error:
        outcome = outcome_of_exception(error, workspace.settings.host)
        if outcome is None:
            raise
        return _fault("reach", outcome)
    return Finding(Grade.OK, f"reach: {workspace.settings.host} answers (HTTP {status} to a request without a token)")


async def _status(workspace: LiveWorkspace) -> int:
    from azure.core.rest import HttpRequest

    from tui.workspaces.live.http import Sender

    settings = workspace.settings
    sender = Sender("reach", settings.endpoint, "", None, settings.ca)
    try:
        async with sender.sent(HttpRequest("GET", settings.endpoint + "/"), _REACH_SECONDS) as response:
            return response.status_code
    finally:
        await sender.close()


def _schema_finding(workspace: Workspace, schema: Schema, kept: str) -> Finding:
    known = [table for table in evidence_schema() if table in schema]
    words = f"schema: {len(schema):,} tables, {len(known)} of those that hunts ask" + (f" ({kept})" if kept else "")
    if known:
        return Finding(Grade.OK, words)
    return Finding(Grade.LIMIT, f"{words}: no hunt can be run in {workspace.name}", "connect the tables' data source")


def _plans_finding(workspace: LiveWorkspace) -> Finding:
    """Which tables' plans forbid joins, and whether that is known at all."""
    if workspace.plans:
        named = ", ".join(f"{table} ({plan})" for table, plan in workspace.plans.items())
        return Finding(Grade.NOTE, f"plans: {named}: hunts that join it or unite it with others are not sent")
    settings = workspace.settings
    if settings.resource_id and workspace.plans_known:
        return Finding(Grade.OK, "plans: every table may be joined")
    why = "they could not be read" if settings.resource_id else "the configuration names no resource_id"
    remedy = "name tables of the Basic or Auxiliary plan in basic_tables, should there be any"
    return Finding(Grade.NOTE, f"plans: not known: {why}", remedy)


async def _query(workspace: Workspace, schema: Schema) -> Finding:
    """One small query: a row of a table that hunts ask, else of none."""
    table = next((name for name in evidence_schema() if name in schema), "")
    query = f"{table} | take 1" if table else "print answer = 1"
    now = datetime.now(UTC)
    completion = await workspace.run(query, Window(now - timedelta(days=1), now), Limits(1, _SECONDS), lambda _: None)
    if completion.outcome.state in (State.COMPLETE, State.TRUNCATED, State.NOT_COVERED):
        seconds = completion.statistics.get("seconds")
        return Finding(Grade.OK, f"query: {query}" + (f", {seconds:.1f} s" if seconds is not None else ""))
    return _fault(f"query: {query}", completion.outcome)


def _fault(step: str, outcome: Outcome) -> Finding:
    return Finding(Grade.FAULT, f"{step}: {outcome.state}: {outcome.reason}", outcome.next_step)
