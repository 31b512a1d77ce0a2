"""From narrow rows to the wide tables of the evidence: which column says what.

Both kinds of row become the same narrow columns first: everyday rows from the skeleton and their act, crafted rows from
what the stories recorded. Columns that nothing here names keep their default: an empty text, or null.
"""

from __future__ import annotations

from tui.evidence.demo.estate import TENANT
from tui.evidence.tables import quote, visible_columns

_PROCESS_NUMBERS = "(500 + (r.roll >> 8) % 16000) * 4"
_TEXT = "a.before || CASE WHEN a.varies THEN (r.roll % a.variety)::VARCHAR || a.after ELSE '' END"
_ADDRESS = "a.before || CASE WHEN a.varies THEN (a.first + r.roll % a.variety)::VARCHAR ELSE '' END"
_PORT = "(49152 + (r.roll >> 20) % 16000)"
_LOGON_ID = "(1000000 + (r.roll >> 16) % 8000000)::BIGINT"

EVERYDAY: dict[str, str] = {
    "DeviceProcessEvents": f"""
        r.proc, a.image, {_PROCESS_NUMBERS} AS pid, r.moment - (r.roll >> 12) % 30000 AS created,
        {_TEXT} AS command, i.account, i.logon_id, i.session, i.is_remote, i.remote_name, i.remote_ip,
        CASE a.integrity WHEN '' THEN i.integrity ELSE a.integrity END AS integrity""",
    "DeviceFileEvents": f"""
        r.proc, a.action, a.folder, {_TEXT} AS name, a.low + (r.roll >> 16) % a.span AS size,
        CASE WHEN a.hashed THEN sha1(a.folder || {_TEXT}) ELSE '' END AS sha1,
        CASE a.action WHEN 'FileRenamed' THEN a.folder ELSE '' END AS previous_folder,
        CASE a.action WHEN 'FileRenamed' THEN 'draft ' || {_TEXT} ELSE '' END AS previous_name,
        '' AS origin_url, '' AS origin_referrer, '' AS origin_ip,
        CASE a.share WHEN '' THEN 'Local' ELSE 'Smb' END AS protocol, a.source_ip,
        CASE a.share WHEN '' THEN NULL ELSE {_PORT} END AS source_port, a.account, a.share, '' AS label""",
    "DeviceNetworkEvents": f"""
        r.proc, a.action,
        {_ADDRESS} AS remote_ip, CASE a.action WHEN 'InboundConnectionAccepted' THEN {_PORT} ELSE a.port END AS remote_port,
        a.url, CASE a.action WHEN 'InboundConnectionAccepted' THEN a.port ELSE {_PORT} END AS local_port,
        CASE a.port WHEN 3478 THEN 'Udp' WHEN 53 THEN 'Udp' ELSE 'Tcp' END AS protocol""",
    "DeviceLogonEvents": f"""
        r.proc, a.action, a.logon_type, a.account, a.protocol, {_LOGON_ID} AS logon_id, a.failure,
        false AS administrator, a.remote_name, a.remote_ip,
        CASE a.remote_ip WHEN '' THEN NULL ELSE {_PORT} END AS remote_port""",
    "DeviceEvents": """
        r.proc, a.action, a.folder, a.name, 0 AS account, '' AS remote_name, '' AS remote_ip,
        a.remote_url, a.additional""",
    "SecurityEvent": f"""
        r.proc, a.event_id, a.account, {_LOGON_ID} AS logon_id, a.source_ip,
        CASE a.source_ip WHEN '' THEN NULL ELSE {_PORT} END AS source_port, a.share, a.share_path, {_TEXT} AS target,
        a.mask, CASE a.root WHEN '' THEN '' ELSE a.root || {_TEXT} END AS object_name, a.logon_type, a.workstation,
        '' AS session_name""",
}
"""The narrow columns of an everyday row: r is the skeleton, a the act, i the process that does it."""

_ELEVATION = """CASE {0} WHEN 'High' THEN 'TokenElevationTypeFull' WHEN 'System' THEN 'TokenElevationTypeDefault'
    ELSE 'TokenElevationTypeLimited' END"""
_IP_TYPE = """CASE WHEN n.remote_ip = '' THEN '' WHEN n.remote_ip LIKE '10.%' THEN 'Private'
    WHEN n.remote_ip LIKE '127.%' THEN 'Loopback' ELSE 'Public' END"""
_DOMAIN = "CASE u.name WHEN 'root' THEN i.host ELSE u.domain END"

_VERSION = {
    "CompanyName": "company",
    "ProductName": "product",
    "ProductVersion": "version",
    "InternalFileName": "original",
    "OriginalFileName": "original",
    "FileDescription": "description",
}

_PROCESS = {
    "ActionType": "'ProcessCreated'",
    "FileName": "m.name",
    "FolderPath": "m.path",
    "SHA1": "m.sha1",
    "MD5": "m.md5",
    "FileSize": "m.size",
    **{f"ProcessVersionInfo{column}": f"m.{name}" for column, name in _VERSION.items()},
    "ProcessId": "n.pid",
    "ProcessCommandLine": "n.command",
    "ProcessIntegrityLevel": "n.integrity",
    "ProcessTokenElevation": _ELEVATION.format("n.integrity"),
    "ProcessCreationTime": "make_timestamp(n.created)",
    "AccountDomain": _DOMAIN,
    "AccountName": "u.name",
    "AccountSid": "u.sid",
    "AccountUpn": "u.upn",
    "AccountObjectId": "u.object_id",
    "LogonId": "n.logon_id",
    "CreatedProcessSessionId": "n.session",
    "IsProcessRemoteSession": "n.is_remote",
    "ProcessRemoteSessionDeviceName": "n.remote_name",
    "ProcessRemoteSessionIP": "n.remote_ip",
}
_FILE = {
    "ActionType": "n.action",
    "FileName": "n.name",
    "FolderPath": "n.folder || n.name",
    "SHA1": "n.sha1",
    "FileOriginUrl": "n.origin_url",
    "FileOriginReferrerUrl": "n.origin_referrer",
    "FileOriginIP": "n.origin_ip",
    "PreviousFolderPath": "rtrim(n.previous_folder, '\\')",
    "PreviousFileName": "n.previous_name",
    "FileSize": "n.size",
    "RequestProtocol": "CASE n.protocol WHEN '' THEN 'Local' ELSE n.protocol END",
    "RequestSourceIP": "n.source_ip",
    "RequestSourcePort": "n.source_port",
    "RequestAccountName": "u.name",
    "RequestAccountDomain": "u.domain",
    "RequestAccountSid": "u.sid",
    "ShareName": "n.share",
    "SensitivityLabel": "n.label",
    "IsAzureInfoProtectionApplied": "n.label <> ''",
}
_NETWORK = {
    "ActionType": "n.action",
    "RemoteIP": "n.remote_ip",
    "RemotePort": "n.remote_port",
    "RemoteUrl": "n.url",
    "LocalIP": "CASE WHEN n.remote_ip LIKE '127.%' THEN '127.0.0.1' ELSE i.LocalIP END",
    "LocalPort": "n.local_port",
    "Protocol": "n.protocol",
    "LocalIPType": "CASE WHEN n.remote_ip LIKE '127.%' THEN 'Loopback' ELSE 'Private' END",
    "RemoteIPType": _IP_TYPE,
}
_LOGON = {
    "ActionType": "n.action",
    "LogonType": "n.logon_type",
    "AccountDomain": _DOMAIN,
    "AccountName": "u.name",
    "AccountSid": "u.sid",
    "Protocol": "n.protocol",
    "FailureReason": "n.failure",
    "IsLocalAdmin": "n.administrator",
    "LogonId": "n.logon_id",
    "RemoteDeviceName": "n.remote_name",
    "RemoteIP": "n.remote_ip",
    "RemoteIPType": _IP_TYPE,
    "RemotePort": "n.remote_port",
}
_EVENT = {
    "ActionType": "n.action",
    "FileName": "n.name",
    "FolderPath": "n.folder || n.name",
    "AccountDomain": "u.domain",
    "AccountName": "u.name",
    "AccountSid": "u.sid",
    "RemoteUrl": "n.remote_url",
    "RemoteDeviceName": "n.remote_name",
    "RemoteIP": "n.remote_ip",
    "AdditionalFields": "n.additional",
}
_TITLES = {
    4624: (12544, "An account was successfully logged on."),
    4663: (12800, "An attempt was made to access an object."),
    4778: (12551, "A session was reconnected to a Window Station."),
    4779: (12551, "A session was disconnected from a Window Station."),
    5145: (12811, "A network share object was checked to see whether client can be granted desired access."),
}
_SUBJECT = "CASE WHEN n.event_id IN (4663, 5145) THEN {0} ELSE '' END"
_TARGET = "CASE WHEN n.event_id = 4624 THEN {0} ELSE '' END"
_DESKTOP = "CASE WHEN n.event_id IN (4778, 4779) THEN {0} ELSE '' END"
_HEX_LOGON = "'0x' || lower(hex(n.logon_id))"
_AUDIT = {
    "EventID": "n.event_id",
    "Activity": "CASE n.event_id "
    + " ".join(f"WHEN {number} THEN '{number} - {title}'" for number, (_, title) in _TITLES.items())
    + " END",
    "Task": "CASE n.event_id "
    + " ".join(f"WHEN {number} THEN {task}" for number, (task, _) in _TITLES.items())
    + " END",
    "Account": "u.domain || '\\' || u.name",
    "AccountType": "'User'",
    "Computer": "i.DeviceName",
    "Channel": "'Security'",
    "EventSourceName": "'Microsoft-Windows-Security-Auditing'",
    "EventRecordId": "n.number::VARCHAR",
    "Keywords": "'0x8020000000000000'",
    "Level": "'8'",
    "SubjectAccount": _SUBJECT.format("u.domain || '\\' || u.name"),
    "SubjectUserName": _SUBJECT.format("u.name"),
    "SubjectDomainName": _SUBJECT.format("u.domain"),
    "SubjectUserSid": _SUBJECT.format("u.sid"),
    "SubjectLogonId": _SUBJECT.format(_HEX_LOGON),
    "TargetAccount": _TARGET.format("u.domain || '\\' || u.name"),
    "TargetUserName": _TARGET.format("u.name"),
    "TargetDomainName": _TARGET.format("u.domain"),
    "TargetUserSid": _TARGET.format("u.sid"),
    "TargetLogonId": _TARGET.format(_HEX_LOGON),
    "LogonType": "n.logon_type",
    "LogonTypeName": "CASE n.logon_type WHEN 3 THEN '3 - Network' WHEN 10 THEN '10 - RemoteInteractive' ELSE '' END",
    "LogonProcessName": _TARGET.format("'Kerberos'"),
    "AuthenticationPackageName": _TARGET.format("'Kerberos'"),
    "WorkstationName": _TARGET.format("n.workstation"),
    "AccountName": _DESKTOP.format("u.name"),
    "AccountDomain": _DESKTOP.format("u.domain"),
    "LogonID": _DESKTOP.format(_HEX_LOGON),
    "SessionName": "n.session_name",
    "ClientName": _DESKTOP.format("n.workstation"),
    "ClientAddress": _DESKTOP.format("n.source_ip"),
    "IpAddress": "CASE WHEN n.event_id IN (4624, 5145) THEN n.source_ip ELSE '' END",
    "IpPort": "CASE WHEN n.event_id IN (4624, 5145) THEN coalesce(n.source_port::VARCHAR, '') ELSE '' END",
    "ShareName": "n.share",
    "ShareLocalPath": "n.share_path",
    "RelativeTargetName": "CASE n.event_id WHEN 5145 THEN n.target ELSE '' END",
    "ObjectName": "n.object_name",
    "ObjectServer": "CASE n.event_id WHEN 4663 THEN 'Security' ELSE '' END",
    "ObjectType": "CASE WHEN n.event_id IN (4663, 5145) THEN 'File' ELSE '' END",
    "AccessMask": "n.mask",
    "ProcessId": "CASE n.event_id WHEN 4663 THEN '0x4' ELSE '' END",
}

_SCRIPT = {
    "Computer": "i.DeviceName",
    "Channel": "'Microsoft-Windows-PowerShell/Operational'",
    "Provider": "'Microsoft-Windows-PowerShell'",
    "EventID": "4104",
    "EventData": "n.data",
    "EventLevel": "5",
    "EventLevelName": "'Verbose'",
    "EventRecordId": "n.number::VARCHAR",
    "Keywords": "'0x0'",
    "Task": "2",
    "Version": "1",
    "SystemProcessId": "i.InitiatingProcessId",
    "SystemUserId": "i.InitiatingProcessAccountSid",
}

_COLUMNS: dict[str, dict[str, str]] = {
    "DeviceProcessEvents": _PROCESS,
    "DeviceFileEvents": _FILE,
    "DeviceNetworkEvents": _NETWORK,
    "DeviceLogonEvents": _LOGON,
    "DeviceEvents": _EVENT,
    "SecurityEvent": _AUDIT,
    "WindowsEvent": _SCRIPT,
}
_JOINS = {
    "DeviceProcessEvents": "JOIN scratch.image m ON m.image = n.image JOIN scratch.account u ON u.account = n.account",
    "DeviceNetworkEvents": "",
    "WindowsEvent": "",
}
_USUAL_JOINS = "JOIN scratch.account u ON u.account = n.account"


def insert_statement(table: str, *, crafted: bool) -> str:
    """SQL that adds the crafted or the everyday rows of `table`, of running numbers from $first to $last."""
    columns = _common_columns(table) | _COLUMNS[table] | _initiator_columns(table)
    if crafted:
        narrow = f"""SELECT r.number, r.moment, c.* EXCLUDE (crafted, moment) FROM scratch.rows_{table} r
            JOIN scratch.crafted_{table} c ON c.crafted = r.crafted WHERE r.crafted > 0"""
    else:
        process = "JOIN scratch.initiator i ON i.proc = r.proc" if table == "DeviceProcessEvents" else ""
        narrow = f"""SELECT r.number, r.moment, {EVERYDAY[table]} FROM scratch.rows_{table} r
            JOIN scratch.act_{table} a ON a.act = r.act {process} WHERE r.crafted = 0"""
    return f"""INSERT INTO {quote(table)} ({", ".join(map(quote, columns))})
        SELECT {", ".join(columns.values())}
        FROM ({narrow} AND r.number BETWEEN $first AND $last) n
        JOIN scratch.initiator i ON i.proc = n.proc {_JOINS.get(table, _USUAL_JOINS)}"""


def _common_columns(table: str) -> dict[str, str]:
    columns = {
        "Timestamp": "make_timestamp(n.moment)",
        "TimeGenerated": "make_timestamp(n.moment)",
        "DeviceId": "i.DeviceId",
        "DeviceName": "i.DeviceName",
        "ReportId": "n.number",
        "MachineGroup": "i.MachineGroup",
        "TenantId": f"'{TENANT}'",
        "Type": f"'{table}'",
    }
    visible = visible_columns(table)
    return {column: value for column, value in columns.items() if column in visible} | _PROVENANCE


_PROVENANCE = {"_File": "'demo'", "_Record": "n.number", "_FileSha256": "''", "_Source": "'demo'", "_TimeText": "''"}


def _initiator_columns(table: str) -> dict[str, str]:
    if table in ("SecurityEvent", "WindowsEvent"):
        return {}
    return {column: f"i.{column}" for column in visible_columns(table) if column in INITIATOR}


INITIATOR: dict[str, str] = {
    "InitiatingProcessAccountDomain": "CASE u.name WHEN 'root' THEN d.host ELSE u.domain END",
    "InitiatingProcessAccountName": "u.name",
    "InitiatingProcessAccountSid": "u.sid",
    "InitiatingProcessAccountUpn": "u.upn",
    "InitiatingProcessAccountObjectId": "u.object_id",
    "InitiatingProcessLogonId": "p.logon_id",
    "InitiatingProcessIntegrityLevel": "p.integrity",
    "InitiatingProcessTokenElevation": _ELEVATION.format("p.integrity"),
    "InitiatingProcessSHA1": "m.sha1",
    "InitiatingProcessMD5": "m.md5",
    "InitiatingProcessFileName": "m.name",
    "InitiatingProcessFileSize": "m.size",
    **{f"InitiatingProcessVersionInfo{column}": f"m.{name}" for column, name in _VERSION.items()},
    "InitiatingProcessId": "p.pid",
    "InitiatingProcessCommandLine": "p.command",
    "InitiatingProcessCreationTime": "make_timestamp(p.created)",
    "InitiatingProcessFolderPath": "m.path",
    "InitiatingProcessParentId": "q.pid",
    "InitiatingProcessParentFileName": "coalesce(k.name, '')",
    "InitiatingProcessParentCreationTime": "make_timestamp(q.created)",
    "InitiatingProcessSignerType": "m.signer",
    "InitiatingProcessSignatureStatus": "CASE m.signer WHEN '' THEN 'Unknown' ELSE 'Valid' END",
    "InitiatingProcessSessionId": "p.session",
    "IsInitiatingProcessRemoteSession": "p.is_remote",
    "InitiatingProcessRemoteSessionDeviceName": "p.remote_name",
    "InitiatingProcessRemoteSessionIP": "p.remote_ip",
}
"""The columns about the process that did something: p is that process, m its image, u its account, q and k its parent and
that one's image, d the device."""
