"""Plain clients of the three services."""

from __future__ import annotations

from typing import Any

import requests

from tui.loopback.group import Loopback
from tui.loopback.log_analytics import WORKSPACE_ID
from tui.loopback.server import LoopbackServer

SERVICES = ("log_analytics", "defender", "data_explorer")
TIME = {"log_analytics": "TimeGenerated", "defender": "Timestamp", "data_explorer": "Timestamp"}
"""The column that holds an event's time in each."""
_PATHS = {
    "log_analytics": (f"/v1/workspaces/{WORKSPACE_ID}/query", "query"),
    "defender": ("/v1.0/security/runHuntingQuery", "Query"),
    "data_explorer": ("/v2/rest/query", "csl"),
}


def named(loopback: Loopback, name: str) -> LoopbackServer:
    """One of the servers by name."""
    return next(server for server in loopback.servers if server.name == name)


def ask(
    server: LoopbackServer,
    kql: str,
    body: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    token: str = "",
    **more: Any,
) -> requests.Response:
    """The answer of any of the services to a query, as it came."""
    path, key = _PATHS[server.name]
    sent = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    settings = {"verify": str(server.ca), "timeout": 30, **more}
    return requests.post(server.url + path, json={key: kql, **(body or {})}, headers=sent, **settings)


def command(server: LoopbackServer, text: str) -> requests.Response:
    """The answer of Azure Data Explorer to a management command."""
    body = {"db": "Hunting", "csl": text}
    return requests.post(f"{server.url}/v1/rest/mgmt", json=body, verify=str(server.ca), timeout=30)


def rows_of(server: LoopbackServer, response: requests.Response) -> list[dict[str, Any]]:
    """The rows of an answer by column name."""
    assert response.status_code == 200, response.text
    answer = response.json()
    if server.name == "defender":
        return list(answer["results"])
    if server.name == "log_analytics":
        table = answer["tables"][0]
        names = [column["name"] for column in table["columns"]]
        return [dict(zip(names, row, strict=True)) for row in table["rows"]]
    if "Tables" in answer:
        table = answer["Tables"][0]
    else:
        table = next(frame for frame in answer if frame.get("TableKind") == "PrimaryResult")
    names = [column["ColumnName"] for column in table["Columns"]]
    return [dict(zip(names, row, strict=True)) for row in table["Rows"] if isinstance(row, list)]


def types_of(server: LoopbackServer, response: requests.Response) -> dict[str, str]:
    """The columns of an answer with their types as the service writes them."""
    answer = response.json()
    if server.name == "defender":
        return {column["name"]: column["type"] for column in answer["schema"]}
    if server.name == "log_analytics":
        return {column["name"]: column["type"] for column in answer["tables"][0]["columns"]}
    table = next(frame for frame in answer if frame.get("TableKind") == "PrimaryResult")
    return {column["ColumnName"]: column["ColumnType"] for column in table["Columns"]}
