"""The counts of `tests/hunts/every_feature.toml` in SQL written by hand, straight from what the hunt says."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from tests.triage.random_evidence import ADDRESSES, quote
from tui.kql.literals import parse_timespan
from tui.library.model import Value
from tui.workspaces.protocol import Window

PRIVATE = [ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]

LEGS = """
CREATE TEMP MACRO key_of(id, name) AS CASE WHEN id = '' THEN lower(name) ELSE id END;
CREATE TEMP MACRO bin_of(moment, size) AS (epoch_us(moment) - epoch_us($start::TIMESTAMP)) // size;
CREATE TEMP TABLE every_process AS SELECT *, key_of(DeviceId, DeviceName) AS k FROM case_.DeviceProcessEvents
    WHERE Timestamp >= $start AND Timestamp < $stop;
CREATE TEMP TABLE processes AS SELECT *, bin_of(Timestamp, $near) AS b FROM every_process
    WHERE list_contains($tools, lower(FileName))
    AND ($word = '' OR contains(lower(ProcessCommandLine), lower($word)))
    AND (len($folders) = 0 OR len(list_filter($folders, lambda f: lower(FolderPath) = lower(f)
        OR starts_with(lower(FolderPath), lower(f) || '\\'))) > 0)
    AND (len($heads) = 0 OR len(list_filter($heads, lambda h: starts_with(lower(AccountName), lower(h)))) > 0)
    AND ($since::TIMESTAMP IS NULL OR ProcessCreationTime >= $since::TIMESTAMP);
CREATE TEMP TABLE uncommon AS SELECT * FROM processes p WHERE ProcessId IS DISTINCT FROM 3 AND $rare >=
    (SELECT count(DISTINCT o.k) FROM processes o WHERE lower(o.ProcessCommandLine) = lower(p.ProcessCommandLine));
CREATE TEMP TABLE parents AS SELECT * FROM every_process e WHERE EXISTS (FROM processes p WHERE p.k = e.k
    AND p.InitiatingProcessId = e.ProcessId AND p.InitiatingProcessCreationTime = e.ProcessCreationTime);
CREATE TEMP TABLE files AS SELECT *, bin_of(Timestamp, $near) AS b, bin_of(Timestamp, $burst) AS burst
    FROM (SELECT *, key_of(DeviceId, DeviceName) AS k FROM case_.DeviceFileEvents) e
    WHERE Timestamp >= $start AND Timestamp < $stop AND ActionType = $action
    AND (len($ends) = 0 OR len(list_filter($ends, lambda e: ends_with(lower(FileName), lower(e)))) > 0)
    AND ($pattern = '' OR regexp_matches(FolderPath, $pattern))
    AND EXISTS (FROM processes p WHERE p.k = e.k
        AND p.ProcessId = e.InitiatingProcessId AND p.ProcessCreationTime = e.InitiatingProcessCreationTime);
CREATE TEMP TABLE large AS SELECT * FROM files WHERE FileSize >= $least OR ($unsized AND FileSize IS NULL);
CREATE TEMP TABLE connections AS SELECT * FROM (SELECT *, key_of(DeviceId, DeviceName) AS k FROM case_.DeviceNetworkEvents) e
    WHERE Timestamp >= $start AND Timestamp < $stop
    AND list_contains($remote, RemoteIP) AND list_contains($local, LocalIP)
    AND EXISTS (FROM processes p WHERE p.k = e.k AND abs(p.b - bin_of(e.Timestamp, $near)) <= 1);
CREATE TEMP TABLE logons AS SELECT * FROM (SELECT *, key_of(DeviceId, DeviceName) AS k FROM case_.DeviceLogonEvents) e
    WHERE Timestamp >= $start AND Timestamp < $stop
    AND EXISTS (FROM processes p WHERE p.k = e.k AND p.b - bin_of(e.Timestamp, $near) IN (0, 1));
CREATE TEMP TABLE every_event AS SELECT *, key_of(DeviceId, DeviceName) AS k FROM case_.DeviceEvents
    WHERE Timestamp >= $start AND Timestamp < $stop;
CREATE TEMP TABLE others AS SELECT * FROM every_event e
    WHERE EXISTS (FROM files f WHERE f.k = e.k AND bin_of(e.Timestamp, $near) - f.b IN (0, 1));
CREATE TEMP TABLE starts AS SELECT * FROM every_event WHERE ActionType = 'Anchor';
"""

MEASURES = {
    "processes": {
        "ProcessCount": "count(*)",
        "CommandLines": "count(DISTINCT ProcessCommandLine)",
        "Hours": "count(DISTINCT date_part('hour', Timestamp))",
        "ParentIds": "count(DISTINCT InitiatingProcessId)",
    },
    "uncommon": {"UncommonCount": "count(*)"},
    "parents": {"ParentCount": "count(*)"},
    "files": {
        "FileCount": "count(*)",
        "Folders": "count(DISTINCT regexp_replace(FolderPath, '[\\\\/][^\\\\/]*$', ''))",
        "FileNames": "count(DISTINCT FileName)",
        "Bytes": "coalesce(sum(FileSize), 0)",
        "Largest": "max(FileSize)",
        "Scaled": "max(FileSize * $factor)",
    },
    "large": {"LargeCount": "count(*)", "LargeBytes": "coalesce(sum(FileSize), 0)"},
    "connections": {"ConnectionCount": "count(*)", "Ports": "count(DISTINCT RemotePort)"},
    "logons": {"LogonCount": "count(*)"},
    "others": {"OtherCount": "count(*)"},
    "starts": {"StartCount": "count(*)"},
}
EXTREMES = ("Largest", "Scaled")


def counts(path: Path, values: Mapping[str, Value], window: Window) -> dict[str, dict[str, Any]]:
    """The measures of every device that the main view must show, by its key."""
    given = parameters(values, window)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH {quote(str(path)).replace(chr(34), chr(39))} AS case_ (READ_ONLY)")
        for statement in LEGS.split(";\n"):
            if statement.strip():
                run(connection, statement, given)
        found: dict[str, dict[str, Any]] = {}
        for leg, measures in MEASURES.items():
            columns = ", ".join(f"{expression} AS {name}" for name, expression in measures.items())
            answer = run(connection, f"SELECT k, {columns} FROM {leg} GROUP BY k", given)
            for key, *numbers in answer.fetchall():
                found.setdefault(key, {}).update(zip(measures, numbers, strict=True))
        run(
            connection, "CREATE TEMP TABLE bursts AS SELECT k, burst, count(*) AS n FROM files GROUP BY k, burst", given
        )
        size = given["burst"]
        peaks = f"SELECT k, max(n), arg_max(burst, (n, -burst)) * {size} FROM bursts GROUP BY k"
        for key, number, offset in run(connection, peaks, given).fetchall():
            start = window.start.replace(tzinfo=None)
            found[key] |= {"PeakFiles": number, "PeakAt": start + (datetime.resolution * offset)}
    zero = {name: None if name in EXTREMES else 0 for measures in MEASURES.values() for name in measures}
    whole = {key: {**zero, "PeakFiles": 0, "PeakAt": None, **measured} for key, measured in found.items()}
    return {key: row for key, row in whole.items() if row["ProcessCount"] or row["StartCount"]}


def run(connection: duckdb.DuckDBPyConnection, sql: str, given: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
    """Runs `sql` with those of `given` that it names, written as literals where a parameter cannot stand."""
    for name in sorted(given, key=len, reverse=True):
        if f"${name}" in sql:
            sql = sql.replace(f"${name}", literal(given[name]))
    return connection.execute(sql)


def literal(value: object) -> str:
    """A value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]::VARCHAR[]"
    if isinstance(value, str | datetime):
        return "'" + str(value).replace("'", "''") + "'"
    return str(value)


def parameters(values: Mapping[str, Value], window: Window) -> dict[str, object]:
    """The hunt's values as the SQL needs them."""

    def texts(name: str) -> list[str]:
        value = values[name]
        return list(value) if isinstance(value, tuple) else []

    def within(address: str, blocks: list[Any]) -> bool:
        try:
            return any(ipaddress.ip_address(address) in block for block in blocks)
        except ValueError:
            return False

    servers = [ipaddress.ip_network(text) for text in texts("servers")]
    since = values["since"]
    return {
        "start": window.start.replace(tzinfo=None),
        "stop": window.end.replace(tzinfo=None),
        "near": round(parse_timespan(str(values["near_window"])).total_seconds() * 1_000_000),
        "burst": round(parse_timespan(str(values["burst"])).total_seconds() * 1_000_000),
        "tools": [tool.lower() for tool in texts("tools")],
        "word": values["word"] or "",
        "folders": [folder.rstrip("\\") for folder in texts("folders")],
        "heads": texts("starts"),
        "ends": texts("ends"),
        "pattern": values["pattern"] or "",
        "since": since.rstrip("Z") if isinstance(since, str) else None,
        "rare": values["rare_devices"],
        "action": values["action"],
        "least": values["least_size"],
        "unsized": values["unsized"],
        "factor": values["factor"],
        "remote": [address for address in ADDRESSES if not servers or within(address, servers)],
        "local": [address for address in ADDRESSES if not within(address, PRIVATE)],
    }
