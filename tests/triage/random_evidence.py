"""Small random evidence: few values, many coincidences, and names that break what is pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from hypothesis import strategies as st

from tui.evidence.tables import create_table, quote
from tui.workspaces.protocol import Window

Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by table."""

START = datetime(2026, 11, 20, tzinfo=UTC)
STARTS = [datetime(2026, 11, 19, 23), datetime(2026, 11, 20, 0, 0, 0, 1), None]
"""Creation times of processes."""

DEVICES = [
    ("dev-1", "fin.corp.example"),
    ("dev-1", "FIN.corp.example"),
    ("", "fin.corp.example"),
    ("", "Fin.Corp.Example"),
    ("fin.corp.example", "alias"),
    ("", ""),
    ("", 'O\'Brien "x"\\'),
    ("dev\n2", "new\nline.corp.example"),
    ("id'\"; drop table x; --\\", "quote"),
    ("", "\u0130stanbul"),
]
ACCOUNTS = [("", ""), ("CORP", "ann"), ("corp", "Ann"), ("", "bob"), ("a\\b", "c'\"\n")]
PROGRAMS = [
    "tool.exe",
    "tool.exe",
    "TOOL.EXE",
    "other.exe",
    "robocopy.exe",
    "cmd.exe",
    "7z.exe",
    "net.exe",
    "sqldump.exe",
]
LINES = [
    "",
    "a",
    "A",
    "copy /e \\\\srv\\share\\* c:\\x",
    "net use x: \\\\fs\\admin$",
    "7z a -psecret out.7z c:\\'q\" \\",
    "tsclient copy\nb",
]
FOLDERS = ["", "C:\\Temp", "c:\\temp\\a.txt", "\\\\fs\\docs\\a.7z", "D:/x\n/y", 'C:\\it\'s "q"\\z.zip']
NAMES = ["a.txt", "A.TXT", "b.zip", "out.7z", "", 'c".docx', "d\\"]
ADDRESSES = ["", "10.0.0.5", "192.0.2.7", "203.0.113.9", "fe80::1", "not an address"]

minutes = st.sampled_from([0, 1, 5, 9, 10, 11, 14, 15, 16, 20, 29, 30, 31, 45, 59, 60, 75, 90, 119, 120, 200])
moments = st.builds(
    lambda minute, micro: START.replace(tzinfo=None) + timedelta(minutes=minute, microseconds=micro),
    minutes,
    st.sampled_from([0, 0, 0, 1, -1, 500_000]),
)
numbers = st.sampled_from([1, 1, 1, 1, 2, 3, None])
starts = st.sampled_from([*STARTS[:1] * 4, *STARTS])
devices = st.sampled_from(DEVICES[:2]) | st.sampled_from(DEVICES[:5]) | st.sampled_from(DEVICES)
"""Often the same, so that rows of one table belong to those of another."""


def rows(**columns: st.SearchStrategy[object]) -> st.SearchStrategy[list[dict[str, object]]]:
    """Four to fourteen rows of a table with a time, a device and `columns`."""
    row = st.builds(
        lambda device, moment, number, values: {
            "Timestamp": moment,
            "TimeGenerated": moment,
            "DeviceId": device[0],
            "DeviceName": device[1],
            "ReportId": number,
            **values,
        },
        devices,
        moments,
        st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, None]),
        st.fixed_dictionaries(columns),
    )
    return st.lists(row, min_size=4, max_size=14)


def started_by() -> dict[str, st.SearchStrategy[object]]:
    """The columns of the process that did something."""
    return {
        "InitiatingProcessId": numbers,
        "InitiatingProcessCreationTime": starts,
        "InitiatingProcessFileName": st.sampled_from(PROGRAMS),
        "InitiatingProcessCommandLine": st.sampled_from(LINES),
        "InitiatingProcessAccountDomain": st.sampled_from([domain for domain, _ in ACCOUNTS]),
        "InitiatingProcessAccountName": st.sampled_from([name for _, name in ACCOUNTS]),
    }


evidence: st.SearchStrategy[Rows] = st.fixed_dictionaries(
    {
        "DeviceProcessEvents": rows(
            FileName=st.sampled_from(PROGRAMS),
            FolderPath=st.sampled_from(FOLDERS),
            ProcessVersionInfoOriginalFileName=st.sampled_from(["", *PROGRAMS]),
            ProcessCommandLine=st.sampled_from(LINES),
            ProcessId=numbers,
            ProcessCreationTime=starts,
            AccountDomain=st.sampled_from([domain for domain, _ in ACCOUNTS]),
            AccountName=st.sampled_from([name for _, name in ACCOUNTS]),
            **started_by(),
        ),
        "DeviceFileEvents": rows(
            ActionType=st.sampled_from(["FileCreated", "FileCreated", "FileCreated", "FileModified"]),
            FileName=st.sampled_from(NAMES),
            FolderPath=st.sampled_from(FOLDERS),
            FileSize=st.sampled_from([None, 0, 1, 10, 10, 4_000_000_000_000]),
            ShareName=st.sampled_from(["", "docs"]),
            RequestSourceIP=st.sampled_from(ADDRESSES),
            IsInitiatingProcessRemoteSession=st.sampled_from([None, True, False]),
            **started_by(),
        ),
        "DeviceNetworkEvents": rows(
            ActionType=st.sampled_from(["ConnectionSuccess", "InboundConnectionAccepted"]),
            RemoteIP=st.sampled_from(ADDRESSES),
            LocalIP=st.sampled_from(ADDRESSES),
            RemotePort=st.sampled_from([None, 445, 139, 443]),
            LocalPort=st.sampled_from([None, 3389]),
            **started_by(),
        ),
        "DeviceLogonEvents": rows(
            ActionType=st.just("LogonSuccess"),
            LogonType=st.sampled_from(["RemoteInteractive", "Network"]),
            AccountDomain=st.sampled_from([domain for domain, _ in ACCOUNTS]),
            AccountName=st.sampled_from([name for _, name in ACCOUNTS]),
            RemoteIP=st.sampled_from(ADDRESSES),
        ),
        "DeviceEvents": rows(ActionType=st.sampled_from(["Anchor", "Other"]), FileName=st.sampled_from(NAMES)),
    }
)

windows: st.SearchStrategy[Window] = st.builds(
    lambda start, end: Window(START + timedelta(minutes=start), START + timedelta(minutes=end)),
    st.sampled_from([0, -60, 1, 10]),
    st.sampled_from([300, 120, 31]),
)


def write(path: Path, tables: Rows) -> Path:
    """A workspace file at `path` that holds `tables`, and no other."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for table, found in tables.items():
            create_table(connection, table)
            for row in found:
                names, marks = ", ".join(map(quote, row)), ", ".join("?" for _ in row)
                connection.execute(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", list(row.values()))
    return path
