"""A run's question in a portal: the link that opens it, or its words for another kind of workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.kql.dialects import Dialect, dialect_for
from tui.kql.schema import shipped_schema
from tui.triage.cell import Cell
from tui.triage.queries.compile import base_query, drill_query, view_query
from tui.triage.queries.context import Query
from tui.triage.runs import Run
from tui.workspaces.protocol import Workspace

PORTALS = {"defender": "Defender XDR", "log_analytics": "Microsoft Sentinel"}
"""The kinds of workspace whose portals take KQL, and their names."""


class PortalError(ValueError):
    """The question cannot be asked there; says what is missing."""


def portal_link(workspace: Workspace, query: str) -> str:
    """Where `query`, which is written for `workspace`, opens in a browser; PortalError says why there is no such link."""
    link = workspace.portal_link(query)
    if link is not None:
        return link
    if workspace.portal_link("print 1") is not None:
        raise PortalError("the query is too long for a link; copy the KQL instead")
    if workspace.kind == "log_analytics":
        raise PortalError(f"the configuration of {workspace.name} has no resource_id, by which the portal finds it")
    raise PortalError(f"{workspace.name} has no portal")


def portal_kql(kind: str, run: Run, opened: Sequence[Cell | None] = ()) -> str:
    """The KQL of `run` for a workspace of `kind` (`defender`, `log_analytics`), with the same values, window and rows.

    `opened` are the cells that led to `run`, its own first; PortalError when that kind of workspace cannot answer it.
    """
    try:
        return _query(dialect_for(kind, shipped_schema(kind)), run, opened).kql
    except ValueError as error:
        raise PortalError(str(error)) from error


def _query(dialect: Dialect, run: Run, opened: Sequence[Cell | None]) -> Query:
    context = replace(run.context, dialect=dialect)
    cell = opened[0] if opened else None
    if run.origin is not None and cell is not None:
        return drill_query(context, _query(dialect, cell.run, opened[1:]), cell.row, cell.column)
    if run.query.view == "base":
        return base_query(context, run.query.leg)
    return view_query(context, run.query.view, run.query.bounds)
