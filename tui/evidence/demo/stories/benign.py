"""Everyday reasons for which devices meet the hunts' primary conditions, one function per hunt.

| hunt | who, and why | where |
|---|---|---|
| T1119-01 | deployment packages, logon scripts, backup mirror, build drops | `benign_files.file_copies` |
| T1119-02 | downloads, installers, log rotation, backup store, build archives | `benign_files.large_archives` |
| T1119-03 | backup and sync scripts of servers, cron, a profile backup | `benign_files.collection_scripts` |
| T1119-04 | network team, vendor support, diagnostics, monitoring | `benign_tools.traffic_captures` |
| T1119-05 | inventory, directory sync, monitoring, an administrator's export | `benign_tools.powershell_exports` |
| T1119-06 | nightly dumps, build tests, a developer | `benign_tools.database_dumps` |
| T1119-07 | logon scripts, monitoring, patching, log rotation, builds | `benign_files.scripted_runs` |
| T1119-08 | Office's own files, OneDrive, indexing, the people team's shares | `benign_files.sensitive_files` |
| T1119-09 | OneDrive, software with storage behind it, backup, updates | `benign_tools.cloud_storage` |
| T1119-10 | vulnerability scanner, backup, replication, mapped drives | `benign_tools.network_shares` |
| remote desktop | administrators | `benign_tools.remote_desktops` |
"""

from __future__ import annotations

from tui.evidence.demo.recorder import Recorder
from tui.evidence.demo.stories import benign_files, benign_tools


def tell_benign_stories(recorder: Recorder) -> None:
    """Record every benign story."""
    for story in (
        benign_files.file_copies,
        benign_files.large_archives,
        benign_files.collection_scripts,
        benign_tools.traffic_captures,
        benign_tools.powershell_exports,
        benign_tools.database_dumps,
        benign_files.scripted_runs,
        benign_files.sensitive_files,
        benign_tools.cloud_storage,
        benign_tools.network_shares,
        benign_tools.remote_desktops,
    ):
        story(recorder)
