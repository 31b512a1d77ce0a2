"""The management commands of Azure Data Explorer that a client of queries needs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tui.loopback.answers import CLR, Answer, answer_of

if TYPE_CHECKING:
    from tui.loopback.data_explorer import DataExplorer

_CANCEL = re.compile(r"""\.cancel\s+query\s+["'](.+?)["']""")
_SCHEMA = re.compile(r"""\.show\s+database\s+(\S+\s+)?(?:cslschema|schema)(\s+as\s+json)?\s*\Z""")


class NotManagedError(Exception):
    """A management command that is not taken here."""


def managed(server: DataExplorer, command: str) -> Answer:
    """The one table that `command` gives; NotManagedError for commands that are not known."""
    text = command.strip().rstrip(";").strip()
    if cancel := _CANCEL.match(text):
        running = server.cancel(cancel.group(1))
        columns = {"QueryCancelled": "bool", "ClientRequestId": "string"}
        return answer_of(columns, [(running, cancel.group(1))])
    if schema := _SCHEMA.match(text):
        return _schema_json(server) if schema.group(2) else _schema_rows(server)
    if text == ".show tables":
        columns = dict.fromkeys(("TableName", "DatabaseName", "Folder", "DocString"), "string")
        return answer_of(columns, [(table, server.database, "", "") for table in server.tables.schema])
    if text == ".show databases":
        columns = {"DatabaseName": "string", "PersistentStorage": "string", "Version": "string", "IsCurrent": "bool"}
        return answer_of(columns, [(server.database, "", "v1.0", True)])
    if text == ".show version":
        columns = {"BuildVersion": "string", "ServiceType": "string", "ProductVersion": "string"}
        return answer_of(columns, [("1.0.0", "Engine", "loopback")])
    if text == ".show queries":
        columns = {"ClientActivityId": "string", "State": "string"}
        return answer_of(columns, [(identity, "InProgress") for identity in server.running])
    raise NotManagedError(f"Syntax error: Query could not be parsed: {text.splitlines()[0][:80] if text else ''}")


def _schema_rows(server: DataExplorer) -> Answer:
    columns = {
        "DatabaseName": "string",
        "TableName": "string",
        "ColumnName": "string",
        "ColumnType": "string",
        "IsDefaultTable": "bool",
        "IsDefaultColumn": "bool",
        "PrettyName": "string",
        "Version": "string",
        "Folder": "string",
        "DocString": "string",
    }
    rows = [
        (server.database, table, name, f"System.{_clr(kind)}", False, False, "", "", "", "")
        for table, known in server.tables.schema.items()
        for name, kind in known.items()
    ]
    return answer_of(columns, rows)


def _schema_json(server: DataExplorer) -> Answer:
    tables: dict[str, Any] = {
        table: {
            "Name": table,
            "OrderedColumns": [
                {"Name": name, "Type": f"System.{_clr(kind)}", "CslType": kind} for name, kind in columns.items()
            ],
        }
        for table, columns in server.tables.schema.items()
    }
    database = {"Name": server.database, "Tables": tables, "MajorVersion": 1, "MinorVersion": 0, "Functions": {}}
    return answer_of({"DatabaseSchema": "string"}, [(json.dumps({"Databases": {server.database: database}}),)])


def _clr(kind: str) -> str:
    return {"decimal": "Data.SqlTypes.SqlDecimal"}.get(kind, CLR[kind])
