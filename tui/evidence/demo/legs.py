"""Which leg of a hunt a planted event is meant for, by the names that the hunts give their legs.

`context` is an event that belongs to the intrusion's work for a hunt without being counted by it: the shell around a tool,
the connection to a share that only other hunts look at.
"""

from __future__ import annotations

from tui.evidence.demo.rows import AuditRow, ConnectionRow, EventRow, FileRow, LogonRow, Row, ScriptRow

CONTEXT = "context"

_FILE_PORTS = (445, 139, 2049)
_SHARE_HUNTS = ("T1119-01", "T1119-08", "T1119-10")
_EVENTS = {
    "DriverLoad": "drivers",
    "PowerShellCommand": "commands",
    "SensitiveFileRead": "reads",
    "NetworkShareObjectAccessChecked": "share_checks",
}


def leg_of(hunt: str, row: Row | None) -> str:
    """The leg of `hunt` that `row` is meant for; None stands for a process."""
    match row:
        case None:
            return "processes"
        case FileRow():
            return _file_leg(hunt, row)
        case ConnectionRow(action="InboundConnectionAccepted"):
            return "accepted"
        case ConnectionRow():
            if row.remote_port in _FILE_PORTS and hunt not in _SHARE_HUNTS:
                return CONTEXT
            return "parent_connections" if hunt == "T1119-02" else "connections"
        case LogonRow():
            return "logons"
        case EventRow():
            return _EVENTS.get(row.action, CONTEXT)
        case AuditRow():
            return {5145: "share_reads", 4663: "object_reads"}.get(row.event_id, "logons")
        case ScriptRow():
            return "script_blocks"


def _file_leg(hunt: str, row: FileRow) -> str:
    if row.action == "FileDeleted":
        return CONTEXT
    if row.share and hunt != "T1119-08":
        return "share_files"
    ending = row.name.rpartition(".")[2]
    match hunt:
        case "T1119-02":
            # Of numbered volumes, hunts count the first.
            return CONTEXT if ending.isdigit() and ending != "001" else "archives"
        case "T1119-03":
            return "archives"
        case "T1119-04" if ending == "etl":
            return "traces"
        case "T1119-06" if ending == "bak":
            return "dump_files"
    return "files"
