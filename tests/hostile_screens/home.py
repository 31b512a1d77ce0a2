"""A user's data in which every text is a payload: an evidence workspace and hunts of one's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import tomli_w

from tests.hostile_screens.payloads import MARKED, ON_ONE_LINE
from tui.evidence.tables import create_table, quote
from tui.kql.schema import evidence_schema

WORKSPACE = "hostile"
RUN, FORM = "T1119-00", "T1119-00-00"
"""The hunt that finds every event, and the one whose parameters are payloads; the first two of the tree."""
ODD_COLUMN = "<col[/]\x1b]0;evil\x07\u202e"
CENTRE = MARKED["title"]
"""The device that has an event with every payload; each other payload names a device with one event."""
_START = datetime(2026, 11, 21, 2, 0)
_TABLES = ("DeviceProcessEvents", "DeviceFileEvents", "DeviceNetworkEvents", "DeviceLogonEvents")
_PLAIN = ("ActionType", "DeviceId", "DeviceName", "Protocol", "LogonType", "Type", "TenantId", "SourceSystem")
_LEGS = {"processes": "process", "files": "file", "connections": "network", "logons": "logon"}


def write_home(folder: Path) -> None:
    """Writes workspace and hunts below `folder`, which is to be `$XDG_DATA_HOME`."""
    workspaces, hunts = folder / "huntdeck" / "workspaces", folder / "huntdeck" / "hunts"
    workspaces.mkdir(parents=True)
    hunts.mkdir()
    write_evidence(workspaces / f"{WORKSPACE}.duckdb")
    _write(hunts / "run.toml", _hunt(RUN, CENTRE))
    _write(hunts / "form.toml", _form_hunt())
    for number, (name, text) in enumerate(MARKED.items(), 1):
        _write(hunts / f"{number:02}-{name.replace(chr(39), '')}.toml", _hunt(f"{RUN}-{number:02}", text))
    broken = hunts / "broken-[@click=app.leave]\x1b]0;evil\x07\u202e.toml"
    _write(broken, {**_hunt("T1119-66", "broken"), "subject": MARKED["title"], MARKED["bidi"]: 1})


def _write(path: Path, hunt: Mapping[str, Any]) -> None:
    path.write_text(tomli_w.dumps(hunt), encoding="utf-8")


def write_evidence(path: Path) -> None:
    """An evidence workspace whose every text is a payload."""
    with duckdb.connect(str(path)) as connection:
        for table in _TABLES:
            create_table(connection, table)
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {quote(ODD_COLUMN)} VARCHAR DEFAULT ''")
            events = [_row(table, CENTRE, text, number) for number, text in enumerate(MARKED.values())]
            events += [_row(table, text, text, number) for number, text in enumerate(MARKED.values()) if text != CENTRE]
            connection.register("events", pa.Table.from_pylist(events))
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM events")
        connection.execute("CREATE TABLE _log_cleared (DeviceId VARCHAR, Timestamp TIMESTAMP)")
        cleared = [[text.lower(), _START] for text in MARKED.values()]
        connection.executemany("INSERT INTO _log_cleared VALUES (?, ?)", cleared)


def _row(table: str, device: str, text: str, number: int) -> Mapping[str, Any]:
    """An event on `device` of which every text is `text`."""
    moment = _START + timedelta(minutes=number)
    row: dict[str, Any] = {"DeviceName": device, "Timestamp": moment, "TimeGenerated": moment, ODD_COLUMN: text}
    for name, kind in evidence_schema()[table].items():
        if kind == "string" and name not in _PLAIN and not name.startswith("_"):
            row[name] = text
        elif kind == "dynamic" and name == "AdditionalFields":
            row[name] = json.dumps({text: text})
    return {**row, "ActionType": "Done", "ReportId": number}


def _hunt(identifier: str, title: str) -> dict[str, Any]:
    """A hunt that finds every event, of which every text is a payload, as its file holds it."""
    words = list(MARKED.values())
    return {
        "id": identifier,
        "title": title,
        "techniques": ["T1119"],
        "subject": "device",
        "by": ["account"],
        "purpose": title,
        "triage": "\n".join(words),
        "false_positives": words,
        "cannot_see": MARKED["bidi"],
        "requires": words,
        "primary": "processes",
        "legs": {
            leg: {"kind": kind, "table": table, "where": "isnotempty(DeviceName)", "count": f"{leg.title()}Count"}
            for (leg, kind), table in zip(_LEGS.items(), _TABLES, strict=True)
        },
    }


def _form_hunt() -> dict[str, Any]:
    """A hunt with a parameter for every payload: default, help and unit."""
    words = list(MARKED.values())
    hunt = _hunt(FORM, MARKED["colour"])
    parameters: dict[str, Any] = {
        f"word_{number:02}": {"type": "string", "default": text, "help": text, "unit": text}
        for number, text in enumerate(words)
    }
    conditions = [f"FileName == p_{name}" for name in parameters]
    lines = [MARKED[name] for name in ON_ONE_LINE]
    parameters["list"] = {"type": "string_list", "default": lines, "help": words[0]}
    parameters["choice"] = {"type": "choice", "choices": words, "default": words[0], "help": words[0]}
    hunt["parameters"] = parameters
    hunt["legs"]["processes"]["where"] = " or ".join([*conditions, "FileName == p_choice", "FileName in (p_list)"])
    return hunt
