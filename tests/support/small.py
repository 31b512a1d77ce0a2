"""A small evidence workspace and a few hunts over it: three devices, one of them with a hostile name."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from tui.evidence.tables import create_table, quote
from tui.library.catalogue import Catalogue
from tui.library.loader import read_hunt
from tui.workspaces.evidence import EvidenceWorkspace
from tui.workspaces.protocol import BatchSink, Completion, Limits, Outcome, State, Window

START = datetime(2026, 11, 21, 2, 0)
HOSTILE_DEVICE = "beta[/]\x1b]0;title\x07"
HOSTILE_COMMAND = 'robocopy "[@click=app.quit]x[/]" \x1b[2J\u202ed: /e'
DEVICES = {"alpha.corp.example": 5, HOSTILE_DEVICE: 2, "gamma.corp.example": 1}
"""Copy tools run on each device; each run wrote three files."""

HUNTS = {
    "copies.toml": """
id = "T1119-91"
title = "File copies"
techniques = ["T1119"]
subject = "device"
by = ["account"]
purpose = "Copy tools and what they wrote."
triage = "Read the command lines."
primary = "processes"

[parameters.tools]
type = "string_list"
default = ["robocopy.exe"]
help = "Image names"

[legs.processes]
kind = "process"
table = "DeviceProcessEvents"
where = "FileName in~ (p_tools)"
count = "ProcessCount"
distinct = { DistinctCommandLines = "ProcessCommandLine" }
group_by = ["FileName"]

[legs.files]
kind = "file"
table = "DeviceFileEvents"
by_process_of = "processes"
count = "FileCount"
sum = { Bytes = "FileSize" }
largest = { LargestFile = "FileSize" }

[legs.mails]
kind = "mail"
table = "OfficeActivity"
where = "Operation == 'x'"
count = "MailCount"
optional = true
""",
    "named.toml": """
id = "T1119-92"
title = "A named file"
techniques = ["T1119"]
subject = "device"
purpose = "Files of one name."
triage = "Read."
primary = "files"

[parameters.name]
type = "string"
required = true
help = "The name"

[legs.files]
kind = "file"
table = "DeviceFileEvents"
where = "FileName =~ p_name"
count = "FileCount"

[legs.connections]
kind = "network"
table = "DeviceNetworkEvents"
where = "RemotePort == 445"
count = "ConnectionCount"
optional = true
""",
    "refused.toml": """
id = "T1560-01"
title = "A refused hunt"
techniques = ["T1560"]
subject = "device"
purpose = "Its condition cannot be run."
triage = "Read."
primary = "files"

[legs.files]
kind = "file"
table = "DeviceFileEvents"
where = "make_string(65) == FileName"
count = "FileCount"

[legs.connections]
kind = "network"
table = "DeviceNetworkEvents"
where = "RemotePort == 445"
count = "ConnectionCount"
optional = true
""",
    "absent.toml": """
id = "T1560-02"
title = "Mail only"
techniques = ["T1560"]
subject = "mailbox"
purpose = "Its table is not here."
triage = "Read."
primary = "mails"

[legs.mails]
kind = "mail"
table = "OfficeActivity"
where = "Operation == 'x'"
count = "MailCount"
""",
    "device.toml": """
id = "pivot-device"
title = "Events of a device"
techniques = ["T1119"]
subject = "device"
opens_with = "timeline"
pivot = true
purpose = "All of one device."
triage = "Read."
primary = "processes"

[parameters.device]
type = "string"
required = true
entity = "device"
help = "Device name"

[legs.processes]
kind = "process"
table = "DeviceProcessEvents"
where = "DeviceName =~ p_device"
count = "ProcessCount"

[legs.files]
kind = "file"
table = "DeviceFileEvents"
where = "DeviceName =~ p_device"
count = "FileCount"
""",
}


class HeldWorkspace(EvidenceWorkspace):
    """Runs wait until they are let go; each sets `asked` when it begins."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, path)
        self.held = False
        self.asked = 0
        self.let_go = asyncio.Event()
        self.answer: list[Any] = []
        """Batches to answer with instead, each once `give` is released."""
        self.give = asyncio.Semaphore(0)

    async def run(self, query: str, window: Window, limits: Limits, on_batch: BatchSink) -> Completion:
        """As an evidence workspace, once it is let go."""
        self.asked += 1
        if self.held:
            await self.let_go.wait()
        for batch in self.answer:
            await self.give.acquire()
            on_batch(batch)
        if self.answer:
            return Completion(Outcome(State.COMPLETE))
        return await super().run(query, window, limits, on_batch)


def small_workspace(folder: Path) -> HeldWorkspace:
    """The workspace, written below `folder`."""
    path = folder / "small.duckdb"
    path.write_bytes(_small_file())
    return HeldWorkspace("small", path)


@cache
def _small_file() -> bytes:
    """What the file of the workspace holds; it is made once, which takes longer than most tests on it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.duckdb"
        with duckdb.connect(str(path)) as connection:
            for table in ("DeviceProcessEvents", "DeviceFileEvents", "DeviceNetworkEvents"):
                create_table(connection, table)
            for number, (device, runs) in enumerate(DEVICES.items()):
                for run in range(runs):
                    write_run(connection, device, number, run)
        return path.read_bytes()


def small_catalogue(folder: Path) -> Catalogue:
    """The hunts above."""
    catalogue = Catalogue()
    for name, text in HUNTS.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        hunt = read_hunt(path)
        catalogue.hunts[hunt.id] = hunt
    return catalogue


def write_run(connection: duckdb.DuckDBPyConnection, device: str, number: int, run: int) -> None:
    """One process and the three files it wrote, a minute apart from the next."""
    created = START + timedelta(hours=number, minutes=run)
    identity = 1000 + number * 100 + run
    common = {"DeviceId": "", "DeviceName": device, "ReportId": identity * 10}
    process = {
        "ActionType": "ProcessCreated",
        "FileName": "robocopy.exe",
        "ProcessCommandLine": HOSTILE_COMMAND if run % 2 == 0 else f"robocopy c:\\a d:\\b{run}",
        "ProcessId": identity,
        "ProcessCreationTime": created,
        "AccountDomain": "corp",
        "AccountName": "j.doe" if run % 2 == 0 else "svc",
    }
    _insert(connection, "DeviceProcessEvents", {**common, **process, **_at(created)})
    for place in range(3):
        moment = created + timedelta(seconds=place + 1)
        file = {
            "ActionType": "FileCreated",
            "FileName": f"copy-{run}-{place}.pdf",
            "FolderPath": f"d:\\b\\copy-{run}-{place}.pdf",
            "FileSize": 1000 * (run + 1) + place,
            "InitiatingProcessId": identity,
            "InitiatingProcessFileName": "robocopy.exe",
            "InitiatingProcessCreationTime": created,
            "InitiatingProcessAccountDomain": "corp",
            "InitiatingProcessAccountName": "j.doe",
        }
        _insert(connection, "DeviceFileEvents", {**common, **file, "ReportId": identity * 10 + place, **_at(moment)})


def _at(moment: datetime) -> Mapping[str, datetime]:
    return {"Timestamp": moment, "TimeGenerated": moment}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
    columns = ", ".join(map(quote, row))
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
