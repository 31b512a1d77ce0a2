"""Defender XDR: advanced hunting through Microsoft Graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from azure.core.rest import HttpRequest

from tui.kql.schema import Schema, shipped_schema
from tui.workspaces.live.arrow_columns import kql_type
from tui.workspaces.live.outcomes import outcome_of_error
from tui.workspaces.live.portal import defender_link
from tui.workspaces.live.workspace import LiveWorkspace
from tui.workspaces.protocol import Outcome, State, Window, WorkspaceError

if TYPE_CHECKING:
    from tui.workspaces.live.decode import AnswerDecoder

_REACH = "does not reach anything in Defender XDR"
_TABLES_AT_ONCE = 20


class DefenderWorkspace(LiveWorkspace):
    """The advanced hunting of a tenant."""

    refused_words = {"cluster": _REACH, "database": _REACH, "workspace": _REACH}

    @property
    def scope(self) -> str:
        """Microsoft Graph, also when it is reached at another address."""
        return f"{self.settings.place.defender}/.default"

    def query_request(self, query: str, window: Window, seconds: float, identifier: str) -> HttpRequest:
        """The window goes along; the service has its own time limit, of three minutes."""
        del seconds, identifier
        return self._request(query, f"{_text(window.start)}/{_text(window.end)}")

    def _request(self, query: str, span: str) -> HttpRequest:
        # Without the charset, other characters than ASCII's are misread.
        headers = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
        body = json.dumps({"Query": query, "Timespan": span}, ensure_ascii=False).encode("utf-8", "backslashreplace")
        url = f"{self.settings.endpoint}/v1.0/security/runHuntingQuery"
        return HttpRequest("POST", url, content=body, headers=headers)

    def told_by(self, decoder: AnswerDecoder) -> tuple[Outcome | None, Mapping[str, float]]:
        """The service says nothing besides rows; an error inside an answer is taken as the others'."""
        error = decoder.top.get("error")
        return outcome_of_error(self.kind, error) if error else None, {}

    async def read_schema(self) -> Schema:
        """By `getschema` of the documented tables: those that cannot be found are not there, or not licensed.

        Where the service answers queries but not this one, the documented schema.
        """
        try:
            return await self._schema_there()
        except WorkspaceError as error:
            if error.outcome.state not in (State.FAILED, State.NO_TABLE):
                raise
            await self.rows("print Works = 1")
            return shipped_schema("defender")

    async def _schema_there(self) -> Schema:
        known = list(shipped_schema("defender"))
        found: dict[str, dict[str, str]] = {}
        for start in range(0, len(known), _TABLES_AT_ONCE):
            for row in await self.rows(_schema_query(known[start : start + _TABLES_AT_ONCE])):
                columns = found.setdefault(str(row["TableName"]), {})
                columns[str(row["ColumnName"])] = kql_type(str(row["ColumnType"]))
        return found

    def portal_link(self, query: str) -> str | None:
        """Advanced hunting in the Defender portal."""
        return defender_link(self.settings.place.defender_portal, query, self.settings.tenant)


def _schema_query(tables: Sequence[str]) -> str:
    parts = [f'({table} | getschema | extend TableName = "{table}")' for table in tables]
    return f"union isfuzzy=true {', '.join(parts)}\n| project TableName, ColumnName, ColumnType"


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
