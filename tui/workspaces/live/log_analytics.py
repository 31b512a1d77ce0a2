"""Log Analytics and Microsoft Sentinel: the query API, through azure-monitor-query's client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from azure.core.rest import HttpRequest

from tui.kql.schema import Schema
from tui.settings.log import LOG
from tui.workspaces.live.network import in_network
from tui.workspaces.live.outcomes import outcome_of_error
from tui.workspaces.live.portal import logs_link
from tui.workspaces.live.workspace import LiveWorkspace
from tui.workspaces.protocol import Outcome, Window, WorkspaceError

if TYPE_CHECKING:
    from tui.workspaces.live.decode import AnswerDecoder

MOST_SECONDS = 600
_LATE = timedelta(hours=1)
"""How much later than the window's end a row may have been stored and still be looked for, as hunts' queries do."""
_TABLES_VERSION = "2022-10-01"
_REACH = "does not reach anything in Log Analytics"


class LogAnalyticsWorkspace(LiveWorkspace):
    """A Log Analytics workspace by its id."""

    refused_words = {
        "cluster": _REACH,
        "database": _REACH,
        "current_principal": "is not known in Log Analytics",
        "sql_request": "is not allowed in Log Analytics",
        "python": "is not allowed in Log Analytics",
    }

    @property
    def scope(self) -> str:
        """The service's own resource, also when it is reached at another address."""
        return f"{self.settings.place.log_analytics}/.default"

    def query_request(self, query: str, window: Window, seconds: float, identifier: str) -> HttpRequest:
        """The window goes along, longer by an hour or until now, so that rows stored late are found; no cached answers."""
        del identifier
        stored = max(window.end, datetime.now(UTC)) if window.late else window.end
        wait = max(1, min(ceil(seconds), MOST_SECONDS))
        headers = {"Prefer": f"wait={wait},include-statistics=true", "Cache-Control": "no-cache"}
        body = {"query": query, "timespan": f"{_text(window.start)}/{_text(stored + _LATE)}"}
        return HttpRequest("POST", f"workspaces/{self.settings.workspace_id}/query", json=body, headers=headers)

    def told_by(self, decoder: AnswerDecoder) -> tuple[Outcome | None, Mapping[str, float]]:
        """A partial error inside an answer, and the query's statistics."""
        error = decoder.top.get("error")
        return outcome_of_error(self.kind, error) if error else None, _figures(decoder.top.get("statistics"))

    async def read_schema(self) -> Schema:
        """From the workspace's metadata, which knows custom tables and newer columns."""
        from tui.workspaces.live.decode import AnswerDecoder

        request = HttpRequest("GET", f"workspaces/{self.settings.workspace_id}/metadata")
        answer = await self.asked(request, AnswerDecoder(0, lambda batch: None))
        return {
            str(table["name"]): {str(column["name"]): str(column["type"]) for column in table["columns"]}
            for table in answer.objects
            if table.get("name") and table.get("columns")
        }

    async def read_plans(self) -> dict[str, str] | None:
        """From Azure Resource Manager, where the configuration names the workspace's resource.

        A sign-in by device code is not asked for it: it could want another code, for a service that no query needs.
        """
        from tui.workspaces.live.decode import AnswerDecoder
        from tui.workspaces.live.http import Sender

        settings = self.settings
        if not settings.resource_id or settings.sign_in == "device_code" or self.way == "device_code":
            return None
        place = settings.url.rstrip("/") or settings.place.management
        path = f"/{settings.resource_id.strip('/')}/tables?api-version={_TABLES_VERSION}"
        scope = f"{settings.place.management}/.default"
        sender = Sender("management", place, scope, self._source, settings.ca)
        request = HttpRequest("GET", place + path)
        try:
            answer = await self.asked(request, AnswerDecoder(0, lambda batch: None), lambda: sender)
        except WorkspaceError as error:
            LOG.warning("%s: the plans of its tables cannot be read: %s", self.name, error.outcome.state)
            return None
        finally:
            await in_network(sender.close())
        return _plans(answer.top.get("value"))

    def portal_link(self, query: str) -> str | None:
        """The portal finds a workspace by its Azure resource: without `resource_id` in the configuration there is no link."""
        settings = self.settings
        if not settings.resource_id:
            return None
        return logs_link(settings.place.log_analytics_portal, query, settings.resource_id, settings.tenant)


def _plans(tables: Any) -> dict[str, str]:
    """The plan of each table that has another one than Analytics."""
    found = {}
    for table in tables if isinstance(tables, list) else ():
        properties = table.get("properties") if isinstance(table, Mapping) else None
        plan = properties.get("plan") if isinstance(properties, Mapping) else None
        if plan and plan != "Analytics":
            found[str(table.get("name", ""))] = str(plan)
    return found


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _figures(statistics: Any) -> dict[str, float]:
    """Seconds the service took and rows it looked at, where it says."""
    query = statistics.get("query") if isinstance(statistics, Mapping) else None
    if not isinstance(query, Mapping):
        return {}
    found = {"service_seconds": query.get("executionTime")}
    inputs = query.get("inputDatasetStatistics")
    if isinstance(inputs, Mapping) and isinstance(inputs.get("rows"), Mapping):
        found["rows_scanned"] = inputs["rows"].get("scanned")
    return {name: float(value) for name, value in found.items() if isinstance(value, int | float)}
