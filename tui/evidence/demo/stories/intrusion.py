"""The intrusion: one collection over six days, from a finance workstation to the database server.

| story day | where | what | hunts |
|---|---|---|---|
| 1 09:12 | fin-ws-114 | a macro, a renamed PowerShell, tools under other names | (entry) |
| 1 09:40 | fin-ws-114 | users, computers and share listings exported, the commands encoded | 05 |
| 1 14:05 | fin-ws-114 | captures with pktmon, netsh and a renamed dumpcap | 04 |
| 2 02:05 | fin-ws-114 | shares of nine servers mapped within the hour | 10 |
| 2 02:40 | fin-ws-114 | fs01 copied with a renamed robocopy; scripts; sensitive files | 01 03 07 08 10 |
| 2 03:05 | fin-ws-114 | split RAR volumes below 100 MB, then uploads | 02 09 |
| 3 01:20 | adm-jump-01 | remote desktop; scripts, exports, capture, shares, files through tsclient | 01 02 03 04 05 07 08 10 |
| 3 02:30 | db-01 | remote desktop; databases dumped with sqlcmd, bcp and a renamed mysqldump | 01 02 06 07 08 10 |
| 3 03:40 | mfg-ws-208 | remote desktop; the staging machine is prepared | 05 07 10 |
| 4 00:30 | mfg-ws-208 | a scheduled script copies and packs every half hour, then uploads by address | 01 02 03 07 08 09 10 |
| 4 01:15 | lnx-build-02 | over ssh: capture, NFS, pg_dump, cron script, tar, uploads | 02 03 04 06 07 09 10 |
| 5 01:50 | fin-ws-114 | remote desktop back, the last files, an upload with the browser | 01 08 09 |
| 6 03:00 | fin-ws-114, mfg-ws-208 | traces deleted | 08 |
"""

from __future__ import annotations

from collections.abc import Callable

from tui.evidence.demo.recorder import Recorder
from tui.evidence.demo.stories import intrusion_servers, intrusion_staging, intrusion_workstation
from tui.evidence.demo.stories.intruder import Intruder

Scene = Callable[[Intruder, int], None]

_SCENES: tuple[tuple[int, str, str, Scene], ...] = (
    (1, "09:12", "fin-ws-114: entry by a macro", intrusion_workstation.entry),
    (1, "09:40", "fin-ws-114: exports by encoded PowerShell", intrusion_workstation.exports),
    (1, "14:05", "fin-ws-114: traffic captures", intrusion_workstation.captures),
    (2, "02:05", "fin-ws-114: shares of nine servers mapped", intrusion_workstation.shares),
    (2, "02:40", "fin-ws-114: file server copied by a renamed robocopy", intrusion_workstation.copies),
    (2, "03:05", "fin-ws-114: split archives and uploads", intrusion_workstation.archives_and_upload),
    (3, "01:20", "adm-jump-01: remote desktop, scripts, shares", intrusion_servers.jump_host),
    (3, "02:30", "db-01: databases dumped", intrusion_servers.database_server),
    (3, "03:40", "mfg-ws-208: staging prepared by remote desktop", intrusion_staging.prepare),
    (4, "00:30", "mfg-ws-208: scheduled collection and uploads", intrusion_staging.scheduled_collection),
    (4, "01:15", "lnx-build-02: collection over ssh", intrusion_staging.linux),
    (5, "01:50", "fin-ws-114: remote desktop back, upload with the browser", intrusion_workstation.return_visit),
    (6, "03:00", "fin-ws-114 and mfg-ws-208: traces deleted", intrusion_staging.clean_up),
)

TIMELINE: tuple[str, ...] = tuple(f"day {day} {time} {what}" for day, time, what, _ in _SCENES)

MISSED_BY_NAME: tuple[tuple[str, str, str], ...] = (
    ("T1119-01", "mfg-ws-208", "robocopy runs as svchelper.exe; only its original file name tells"),
    ("T1119-02", "mfg-ws-208", "volumes named .7z.001, each below 100 MB: no .zip, no .rar, nothing large"),
    ("T1119-03", "fin-ws-114", "PowerShell runs as wsmhelper.exe; only its original file name tells"),
    ("T1119-04", "adm-jump-01", "dumpcap runs as netdiag.exe and writes .pcapng, not .pcap or .cap"),
    (
        "T1119-05",
        "mfg-ws-208",
        "pwsh.exe with encoded commands: only the sensor's event and the written files tell",
    ),
    ("T1119-06", "db-01", "mysqldump runs as dbtool.exe; bcp and sqlcmd are no dump tools by name"),
    ("T1119-07", "mfg-ws-208", "the script is a .wsf that a scheduled task starts, not .bat, .ps1 or .sh"),
    (
        "T1119-08",
        "adm-jump-01",
        "it-vault.kdbx, id_rsa and Passwords 2024.xlsx are neither passwords.txt nor confidential.docx",
    ),
    (
        "T1119-09",
        "mfg-ws-208",
        "uploads to a bare address, and to a bucket below s3.amazonaws.com, by rclone as winsyncd.exe",
    ),
    ("T1119-10", "lnx-build-02", "NFS (2049) instead of SMB (445)"),
)
"""Hunt, device, and why a plain match of names misses what was done there."""


def tell_intrusion(recorder: Recorder) -> None:
    """Record the intrusion, every event of it planted."""
    intruder = Intruder(recorder)
    for number, (day, time, _, scene) in enumerate(_SCENES):
        scene(intruder, recorder.calendar.story(number, len(_SCENES), day, time))
