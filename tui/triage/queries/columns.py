"""The columns shown first for each kind of row, by their names in the tables."""

from __future__ import annotations

from tui.library.model import Kind

FIRST_COLUMNS: dict[Kind, tuple[str, ...]] = {
    "process": (
        "DeviceName", "AccountName", "FileName", "ProcessVersionInfoOriginalFileName", "ProcessCommandLine",
        "InitiatingProcessFileName", "InitiatingProcessCommandLine", "ProcessIntegrityLevel", "LogonId", "ProcessId", "SHA1",
    ),
    "file": (
        "DeviceName", "ActionType", "FileName", "FolderPath", "FileSize", "InitiatingProcessFileName",
        "InitiatingProcessAccountName", "PreviousFileName", "PreviousFolderPath", "ShareName", "RequestSourceIP",
        "RequestAccountName", "FileOriginUrl", "SensitivityLabel", "SHA1",
    ),
    "network": (
        "DeviceName", "ActionType", "RemoteIP", "RemotePort", "RemoteUrl", "RemoteIPType", "InitiatingProcessFileName",
        "InitiatingProcessAccountName", "LocalIP", "LocalPort", "Protocol",
    ),
    "logon": (
        "DeviceName", "ActionType", "LogonType", "AccountName", "RemoteIP", "RemoteDeviceName", "Protocol", "IsLocalAdmin",
        "LogonId", "FailureReason",
    ),
    "share": (
        "Computer", "EventID", "SubjectUserName", "IpAddress", "ShareName", "RelativeTargetName", "AccessMask", "ObjectName",
        "ProcessName",
    ),
    "event": (
        "DeviceName", "ActionType", "FileName", "FolderPath", "ProcessCommandLine", "InitiatingProcessFileName",
        "InitiatingProcessCommandLine", "InitiatingProcessAccountName", "AdditionalFields",
    ),
    "mail": ("Operation", "UserId", "MailboxOwnerUPN", "ClientInfoString", "ClientIP", "OfficeObjectId"),
}  # fmt: skip
"""After the time column. A column that a table lacks is left out."""
