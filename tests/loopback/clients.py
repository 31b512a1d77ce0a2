"""Clients of the loopback servers: the SDK's for Log Analytics, plain HTTP for the others."""

from __future__ import annotations

from typing import Any

import requests

from tui.loopback.log_analytics import WORKSPACE_ID
from tui.loopback.server import LoopbackServer


def ask(server: LoopbackServer, kql: str, token: str = "", **more: Any) -> requests.Response:
    """The answer of any of the three services to a query, as it came."""
    path, key = {
        "log_analytics": (f"/v1/workspaces/{WORKSPACE_ID}/query", "query"),
        "defender": ("/v1.0/security/runHuntingQuery", "Query"),
        "data_explorer": ("/v2/rest/query", "csl"),
    }[server.name]
    body = {key: kql, **more.pop("body", {})}
    headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
    return requests.post(server.url + path, json=body, headers=headers, verify=str(server.ca), timeout=30, **more)


def rows_of(server: LoopbackServer, response: requests.Response) -> list[dict[str, Any]]:
    """The rows of an answer by column name."""
    answer = response.json()
    if server.name == "defender":
        return list(answer["results"])
    if server.name == "log_analytics":
        table = answer["tables"][0]
        names, rows = [column["name"] for column in table["columns"]], table["rows"]
    else:
        table = next(frame for frame in answer if frame.get("TableKind") == "PrimaryResult")
        names, rows = [column["ColumnName"] for column in table["Columns"]], table["Rows"]
    return [dict(zip(names, row, strict=True)) for row in rows if isinstance(row, list)]
