"""First paint, keys and idling of the whole program at 160x45, over 100,000 events: `python tests/benchmarks/main_screen.py`.

The workspace lies in a directory of its own and goes away afterwards.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from terminal import DOWN, PAGE_DOWN, RIGHT, UP, Presses, Terminal, python

EVENTS = 100_000
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


def write_evidence(folder: Path) -> None:
    """One device with `EVENTS` processes, and a hunt that counts them."""
    import duckdb

    from tui.evidence.tables import create_table

    (folder / "all.toml").write_text(HUNT, encoding="utf-8")
    with duckdb.connect(str(folder / "bench.duckdb")) as connection:
        for table in ("DeviceProcessEvents", "DeviceFileEvents"):
            create_table(connection, table)
        connection.execute(
            "INSERT INTO DeviceProcessEvents (Timestamp, TimeGenerated, DeviceName, ActionType, FileName, ProcessCommandLine, "
            "ProcessId, AccountName, InitiatingProcessFileName, SHA1, ReportId) "
            "SELECT t, t, 'ws-114.corp.example', 'ProcessCreated', 'tool' || (n % 97) || '.exe', "
            "'C:\\Tools\\tool' || (n % 97) || '.exe --input c:\\data\\' || n || '.csv --out ' || md5(n::VARCHAR), "
            "n % 30000, 'user' || (n % 13), 'explorer.exe', md5(n::VARCHAR), n "
            f"FROM (SELECT n, TIMESTAMP '2026-11-01' + INTERVAL (n) SECOND AS t FROM range({EVENTS}) r(n))"
        )


def run(folder: Path) -> None:
    """The program on that workspace, opened after its first frame as always; what that needs is imported then."""
    from tui.app import HuntdeckApp
    from tui.screens.opening import Start

    def opening(_: str) -> tuple[Any, Any]:
        from tui.library.catalogue import Catalogue
        from tui.library.loader import read_hunt
        from tui.workspaces.evidence import EvidenceWorkspace

        hunt = read_hunt(folder / "all.toml")
        return EvidenceWorkspace("bench", folder / "bench.duckdb"), Catalogue({hunt.id: hunt})

    HuntdeckApp(Start("bench", opening, folder / "cache", folder / "sessions")).run()


def show(name: str, presses: Presses, promise: str = "") -> None:
    print(
        f"{name:32}{presses.median_bytes:8.0f} median{presses.mean_bytes:8.0f} mean{max(presses.sizes):8} max bytes"
        f"{presses.median_ms:8.1f} ms median{presses.p95_ms:8.1f} p95   {promise}"
    )


def measure(folder: Path) -> None:
    argv = python(__file__, "--app", str(folder))
    paints = []
    for _ in range(5):
        terminal = Terminal(argv)
        paints.append(terminal.wait_for(b"reading the hunts"))
        terminal.wait_for(b"T1119")
        terminal.close()
    print(f"{'first paint':32}{statistics.median(paints):8.2f} s median of {len(paints)}   at most 0.6 s")
    terminal = Terminal(argv)
    terminal.wait_for(b"T1119")
    print(f"{'idle in the tree':32}{terminal.idle():8.0f} bytes a second   0")
    show("Down in the tree", terminal.press(DOWN, 2))
    show("Up in the tree", terminal.press(UP, 1))
    terminal.press(DOWN, 1)
    terminal.press(b"\r", 1)
    terminal.wait_for(b"ws-114")
    terminal.press(RIGHT, 3)
    terminal.press(b"\r", 1)
    terminal.wait_for(b"tool0.exe")
    terminal.until_quiet(1)
    show("Down without scrolling", terminal.press(DOWN, 30), "at most 650 bytes, 10 ms")
    show("Down, 200 presses", terminal.press(DOWN, 200), "at most 1,000 bytes mean, 15 ms")
    show("PageDown", terminal.press(PAGE_DOWN, 40), "at most 7,500 bytes, 40 ms")
    show("Right", terminal.press(RIGHT, 8))
    show("Tab, there and back", terminal.press(b"\t", 4))
    print(f"{'idle in the result':32}{terminal.idle():8.0f} bytes a second   0")
    print(f"{'memory of the program':32}{terminal.memory():8} MiB")
    terminal.close()


def main() -> None:
    if sys.argv[1:2] == ["--app"]:
        run(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as directory:
        write_evidence(Path(directory))
        measure(Path(directory))


if __name__ == "__main__":
    main()
