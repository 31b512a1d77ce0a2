"""The program as the benchmarks start it: `python -m tests.benchmarks.bench_app events|million|endless FOLDER`.

`events` is a workspace of 100,000 events, `million` answers every drill with 1,000,000 rows of 12 columns, `endless` with a
query that only ends when it is stopped.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

EVENTS = 100_000
ROWS = 1_000_000
HUNT = """
id = "T1119-90"
title = "All processes"
techniques = ["T1119"]
subject = "device"
purpose = "All."
triage = "Read."
primary = "processes"

[legs.processes]
kind = "process"
table = "DeviceProcessEvents"
where = "ProcessId >= 0"
count = "ProcessCount"

[legs.files]
kind = "file"
table = "DeviceFileEvents"
where = "FileName == 'none'"
count = "FileCount"
"""
ENDLESS = """DeviceProcessEvents | extend One = 1
| join kind=inner (DeviceProcessEvents | extend One = 1) on One
| join kind=inner (DeviceProcessEvents | extend One = 1) on One
| summarize Total = countif(FileName == SHA1)"""


def write_events(folder: Path, events: int = EVENTS, devices: int = 1) -> None:
    """Some devices with `events` processes in all, a second apart, and a hunt that counts them."""
    import duckdb

    from tui.evidence.tables import create_table

    (folder / "all.toml").write_text(HUNT, encoding="utf-8")
    with duckdb.connect(str(folder / "bench.duckdb")) as connection:
        for table in ("DeviceProcessEvents", "DeviceFileEvents"):
            create_table(connection, table)
        connection.execute(
            "INSERT INTO DeviceProcessEvents (Timestamp, TimeGenerated, DeviceName, ActionType, FileName, ProcessCommandLine, "
            "ProcessId, AccountName, InitiatingProcessFileName, SHA1, ReportId) "
            f"SELECT t, t, 'ws-' || (114 + n % {devices}) || '.corp.example', 'ProcessCreated', 'tool' || (n % 97) || '.exe', "
            "'C:\\Tools\\tool' || (n % 97) || '.exe --input c:\\data\\' || n || '.csv --out ' || md5(n::VARCHAR), "
            "n % 30000, 'user' || (n % 13), 'explorer.exe', md5(n::VARCHAR), n "
            f"FROM (SELECT n, TIMESTAMP '2026-11-01' + INTERVAL (n) SECOND AS t FROM range({events}) r(n))"
        )


def write_evidence(folder: Path) -> None:
    """The same, and a million invented rows."""
    from tests.benchmarks.results_store import write_rows

    write_events(folder)
    write_rows(folder / "rows.arrows", ROWS)


def workspace(mode: str, folder: Path) -> Any:
    """The workspace of `mode`."""
    from tui.workspaces.evidence import EvidenceWorkspace
    from tui.workspaces.protocol import Completion, Outcome, State
    from tui.workspaces.threads import in_thread

    class Answering(EvidenceWorkspace):
        """Answers with the rows of the file, or with a query without end."""

        async def run(self, query: str, window: Any, limits: Any, on_batch: Any) -> Completion:
            if mode == "endless":
                return await super().run(ENDLESS, window, limits, on_batch)
            if mode == "million" and "summarize" not in query:
                await in_thread(lambda: hand_over(folder / "rows.arrows", on_batch))
                return Completion(Outcome(State.COMPLETE))
            return await super().run(query, window, limits, on_batch)

    return Answering("bench", folder / "bench.duckdb")


def hand_over(path: Path, on_batch: Any) -> None:
    """Each batch of the file to `on_batch`."""
    import pyarrow as pa

    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
        for batch in stream:
            on_batch(batch)


def run(mode: str, folder: Path) -> None:
    """The program on that workspace, opened after its first frame as always; what that needs is imported then."""
    from tui.app import HuntdeckApp
    from tui.screens.opening import Start

    def opening(_: str) -> tuple[Any, Any]:
        from tui.library.catalogue import Catalogue
        from tui.library.loader import read_hunt

        hunt = read_hunt(folder / "all.toml")
        return workspace(mode, folder), Catalogue({hunt.id: hunt})

    start = Start("bench", opening, folder / "cache", folder / "sessions", verdicts=folder / "verdicts.toml")
    app = HuntdeckApp(start)
    app.run()
    import os

    os._exit(app.return_code or 0)


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
