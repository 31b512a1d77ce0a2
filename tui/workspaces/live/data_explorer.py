"""Azure Data Explorer, over its REST API through azure-core.

Not through azure-kusto-data: it loses the rows of partial answers, cuts datetimes, parses on the event loop, takes no
authority of one's own, and asks for metadata with a blocking call.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

from azure.core.rest import HttpRequest

from tui.kql.schema import Schema
from tui.workspaces.live.arrow_columns import kql_type
from tui.workspaces.live.network import network_loop
from tui.workspaces.live.outcomes import outcome_of_one_api
from tui.workspaces.live.portal import data_explorer_link
from tui.workspaces.live.workspace import LiveWorkspace
from tui.workspaces.protocol import Outcome, Window, WorkspaceError

if TYPE_CHECKING:
    from tui.workspaces.live.decode import AnswerDecoder

MOST_SECONDS = 3600
_PAYLOAD_EVENT = "QueryResourceConsumption"


class DataExplorerWorkspace(LiveWorkspace):
    """A database of a cluster."""

    @property
    def scope(self) -> str:
        """The service's resource in the cloud."""
        return f"{self.settings.place.data_explorer_audience}/.default"

    def query_request(self, query: str, window: Window, seconds: float, identifier: str) -> HttpRequest:
        """The service is told the time limit; its own limits of rows and bytes stand."""
        del window, identifier
        whole = max(1, min(ceil(seconds), MOST_SECONDS))
        span = f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
        return self._request("/v2/rest/query", query, {"servertimeout": span})

    def _request(self, path: str, text: str, options: Mapping[str, Any]) -> HttpRequest:
        body = {"db": self.settings.database, "csl": text, "properties": json.dumps({"Options": options})}
        headers = {"x-ms-app": "huntdeck", "x-ms-version": "2024-12-12", "Accept": "application/json"}
        return HttpRequest("POST", f"{self.settings.endpoint}{path}", json=body, headers=headers)

    def told_by(self, decoder: AnswerDecoder) -> tuple[Outcome | None, Mapping[str, float]]:
        """Errors among the rows or at the end, and the resources that were used."""
        errors = decoder.errors or [
            error for frame in decoder.objects for error in frame.get("oneapierrors") or () if frame.get("haserrors")
        ]
        return outcome_of_one_api(errors) if errors else None, _figures(decoder)

    async def read_schema(self) -> Schema:
        """From the database's schema."""
        from tui.workspaces.live.decode import AnswerDecoder

        found: list[Any] = []
        request = self._request("/v1/rest/mgmt", f".show database ['{_quoted(self.settings.database)}'] schema", {})
        await self.asked(request, AnswerDecoder(1_000_000, found.append))
        schema: dict[str, dict[str, str]] = {}
        for row in (row for batch in found for row in batch.to_pylist()):
            if row.get("TableName") and row.get("ColumnName"):
                schema.setdefault(row["TableName"], {})[row["ColumnName"]] = kql_type(row["ColumnType"])
        return schema

    def portal_link(self, query: str) -> str | None:
        """The web interface of Azure Data Explorer."""
        settings = self.settings
        return data_explorer_link(settings.place.data_explorer_portal, query, settings.endpoint, settings.database)

    def _stop_on_server(self, identifier: str) -> None:
        """Sends the cancellation, and does not wait for it."""
        task = network_loop().create_task(self._cancel(identifier))
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _cancel(self, identifier: str) -> None:
        from tui.workspaces.live.decode import AnswerDecoder

        request = self._request("/v1/rest/mgmt", f'.cancel query "{identifier}"', {})
        try:
            await self.asked(request, AnswerDecoder(1, lambda batch: None))
        except (WorkspaceError, asyncio.CancelledError):
            return


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _figures(decoder: AnswerDecoder) -> dict[str, float]:
    """Seconds the service took and rows it looked at, where it says."""
    for row in decoder.side_rows:
        if _PAYLOAD_EVENT in row:
            try:
                used = json.loads(row[-1])
            except (TypeError, ValueError):
                return {}
            scanned = used.get("input_dataset_statistics", {}).get("rows", {}).get("scanned")
            found = {"service_seconds": used.get("ExecutionTime"), "rows_scanned": scanned}
            return {name: float(value) for name, value in found.items() if isinstance(value, int | float)}
    return {}
