"""What the manifest of an export says of a run: the question, where and when it was asked, and which rows were taken."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.results.values import iso, json_value
from tui.results.view import RowView

if TYPE_CHECKING:
    from tui.triage.runs import Run
    from tui.workspaces.protocol import Outcome


def run_facts(run: Run, outcome: Outcome | None, kind: str, author: str = "") -> dict[str, Any]:
    """Hunt, parameters, run, window, scope and query of `run`, which `outcome` ended in a workspace of `kind`; for JSON.

    A run that goes on has no outcome: the rows are those that came so far.
    """
    context, query = run.context, run.query
    origin = run.origin
    return {
        "exported_by": author,
        "hunt": {"id": context.hunt.id, "title": context.hunt.title, "techniques": list(context.hunt.techniques)},
        "parameters": _plain(context.values),
        "run": {
            "number": run.number,
            "began": iso(run.began),
            "workspace": run.workspace,
            "workspace_kind": kind,
            "view": query.view,
            "what": query.title,
            "opened_from": None
            if origin is None
            else {"run": origin.run, "column": origin.column, "row": origin.row, "counted": origin.counted},
            "outcome": str(outcome.state) if outcome is not None else "goes on",
            "reason": outcome.reason if outcome is not None else "",
            "rows_received": run.received,
        },
        "window": {
            "from": iso(context.window.start),
            "to": iso(context.window.end),
            **({"late_rows": True} if context.window.late else {}),
        },
        "scope": {name: list(names) for name, names in asdict(context.scope).items() if names},
        "query": {"sha256": hashlib.sha256(query.kql.encode("utf-8", "replace")).hexdigest(), "kql": query.kql},
    }


def choice_facts(view: RowView | None, columns: Sequence[str] | None = None, chosen: str = "") -> dict[str, Any]:
    """Which rows of a run were taken, in which order: those of `view`, or with None all; `columns` None means all.

    `chosen` says what the rows are that `view.only` takes.
    """
    if view is None:
        return {"taken": {"rows": "all of the run", "order": "as they came", "columns": _columns(columns)}}
    return {
        "taken": {
            "rows": "as shown",
            "filters": [{"column": one.column, "is": one.op, "value": json_value(one.value)} for one in view.filters],
            "only": chosen if view.only is not None else "",
            "left_out_as_benign": len(view.without),
            "order": [{"column": name, "descending": descending} for name, descending in view.sort],
            "columns": _columns(columns),
        }
    }


def _columns(columns: Sequence[str] | None) -> str:
    return "all" if columns is None else "as shown"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, str | datetime):
        return json_value(value)
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(held) for held in value]
    return json_value(value)
