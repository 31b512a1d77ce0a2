"""The programs of the demo evidence: where each lies and what its version information says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_SYSTEM = "C:\\Windows\\System32\\"
_OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
_MICROSOFT = "Microsoft Corporation"
_WINDOWS = "Microsoft Windows Operating System"


@dataclass(frozen=True)
class Image:
    """A program file. `original` is the name its version information gives, which a renamed copy keeps."""

    path: str
    company: str = ""
    product: str = ""
    version: str = ""
    original: str = ""
    description: str = ""
    content: str = ""
    """What its hash is made from: copies of one program under several names share it."""

    @property
    def name(self) -> str:
        """The file name."""
        return self.path.replace("\\", "/").rpartition("/")[2]

    def _digest(self, algorithm: str) -> str:
        return hashlib.new(algorithm, (self.content or self.path).encode(), usedforsecurity=False).hexdigest()

    @property
    def sha1(self) -> str:
        """SHA-1 of the program, the same on every device."""
        return self._digest("sha1")

    @property
    def md5(self) -> str:
        """MD5 of the program."""
        return self._digest("md5")

    @property
    def size(self) -> int:
        """Bytes."""
        return 40_000 + int(self.sha1[:6], 16) % 4_000_000

    @property
    def signer(self) -> str:
        """Who signed it, as the sensor names it: `OsVendor`, `Other` or nothing."""
        return "OsVendor" if self.company == _MICROSOFT else "Other" if self.company else ""


def _windows(name: str, description: str, original: str = "", folder: str = _SYSTEM) -> Image:
    return Image(folder + name, _MICROSOFT, _WINDOWS, "10.0.20348.2849", original or name, description)


def _office(name: str, description: str) -> Image:
    return Image(_OFFICE + name, _MICROSOFT, "Microsoft Office", "16.0.17928.20286", name, description)


def _program(path: str, company: str, product: str, version: str, original: str = "") -> Image:
    name = path.rpartition("\\")[2]
    return Image(path, company, product, version, original or name, product)


def renamed(original: Image, path: str) -> Image:
    """A copy of `original` under another name: version information and hash stay."""
    return Image(
        path,
        original.company,
        original.product,
        original.version,
        original.original,
        original.description,
        original.path,
    )


_WINDOWS_PROGRAMS = {
    "kernel": _windows("ntoskrnl.exe", "NT Kernel & System", "ntkrnlmp.exe"),
    "smss": _windows("smss.exe", "Windows Session Manager"),
    "wininit": _windows("wininit.exe", "Windows Start-Up Application", "WinInit.exe"),
    "winlogon": _windows("winlogon.exe", "Windows Logon Application"),
    "services": _windows("services.exe", "Services and Controller app"),
    "lsass": _windows("lsass.exe", "Local Security Authority Process"),
    "svchost": _windows("svchost.exe", "Host Process for Windows Services"),
    "spoolsv": _windows("spoolsv.exe", "Spooler SubSystem App"),
    "taskhostw": _windows("taskhostw.exe", "Host Process for Windows Tasks"),
    "wmiprvse": _windows("WmiPrvSE.exe", "WMI Provider Host", "Wmiprvse.exe", _SYSTEM + "wbem\\"),
    "searchindexer": _windows("SearchIndexer.exe", "Microsoft Windows Search Indexer"),
    "searchprotocolhost": _windows("SearchProtocolHost.exe", "Microsoft Windows Search Protocol Host"),
    "userinit": _windows("userinit.exe", "Userinit Logon Application", "USERINIT.EXE"),
    "explorer": _windows("explorer.exe", "Windows Explorer", "EXPLORER.EXE", "C:\\Windows\\"),
    "rdpclip": _windows("rdpclip.exe", "RDP Clipboard Monitor"),
    "mstsc": _windows("mstsc.exe", "Remote Desktop Connection"),
    "cmd": _windows("cmd.exe", "Windows Command Processor", "Cmd.Exe"),
    "conhost": _windows("conhost.exe", "Console Window Host", "CONHOST.EXE"),
    "powershell": _windows(
        "powershell.exe", "Windows PowerShell", "PowerShell.EXE", _SYSTEM + "WindowsPowerShell\\v1.0\\"
    ),
    "wscript": _windows("wscript.exe", "Microsoft Windows Based Script Host"),
    "robocopy": _windows("Robocopy.exe", "Microsoft Robocopy", "robocopy.exe"),
    "xcopy": _windows("xcopy.exe", "Extended Copy Utility", "XCOPY.EXE"),
    "netsh": _windows("netsh.exe", "Network Command Shell"),
    "pktmon": _windows("PktMon.exe", "Monitor internal packet propagation and packet drop reports", "PktMon.exe"),
    "net": _windows("net.exe", "Net Command"),
    "reg": _windows("reg.exe", "Registry Console Tool"),
    "schtasks": _windows("schtasks.exe", "Task Scheduler Configuration Tool"),
    "wevtutil": _windows("wevtutil.exe", "Eventing Command Line Utility"),
    "msiexec": _windows("msiexec.exe", "Windows installer"),
    "curl": _windows("curl.exe", "The curl executable"),
    "gpupdate": _windows("gpupdate.exe", "Microsoft Group Policy Update Utility"),
    "gpscript": _windows("gpscript.exe", "Group Policy Script Application", "GPSCRIPT.EXE"),
    "dfsrs": _windows("dfsrs.exe", "Distributed File System Replication"),
    "dns": _windows("dns.exe", "Domain Name System (DNS) Server"),
    "w3wp": _windows("w3wp.exe", "IIS Worker Process", folder=_SYSTEM + "inetsrv\\"),
    "wuauclt": _windows("wuauclt.exe", "Windows Update"),
    "defender": _windows(
        "MsMpEng.exe", "Antimalware Service Executable", folder="C:\\ProgramData\\Microsoft\\Windows Defender\\"
    ),
    "sensor": _windows(
        "MsSense.exe", "Windows Defender Advanced Threat Protection", folder="C:\\Program Files\\Windows Defender\\"
    ),
    "sense_response": _windows("SenseIR.exe", "Live response", folder="C:\\Program Files\\Windows Defender\\"),
    "ccmexec": _windows("CcmExec.exe", "Host Process for Configuration Manager", folder="C:\\Windows\\CCM\\"),
}

_DESKTOP_PROGRAMS = {
    "outlook": _office("OUTLOOK.EXE", "Microsoft Outlook"),
    "winword": _office("WINWORD.EXE", "Microsoft Word"),
    "excel": _office("EXCEL.EXE", "Microsoft Excel"),
    "onedrive": _program(
        "C:\\Program Files\\Microsoft OneDrive\\OneDrive.exe", _MICROSOFT, "Microsoft OneDrive", "24.201.1006.0005"
    ),
    "teams": _program(
        "C:\\Program Files\\WindowsApps\\MSTeams\\ms-teams.exe", _MICROSOFT, "Microsoft Teams", "24277.3507"
    ),
    "edge": _program(
        "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
        _MICROSOFT,
        "Microsoft Edge",
        "130.0.2849.68",
    ),
    "chrome": _program(
        "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", "Google LLC", "Google Chrome", "130.0.6723.92"
    ),
    "seven_zip": _program("C:\\Program Files\\7-Zip\\7z.exe", "Igor Pavlov", "7-Zip", "24.08"),
    "rar": _program("C:\\Program Files\\WinRAR\\Rar.exe", "Alexander Roshal", "WinRAR", "7.1.0", "Rar.exe"),
    "pwsh": _program("C:\\Program Files\\PowerShell\\7\\pwsh.exe", _MICROSOFT, "PowerShell", "7.4.6.500", "pwsh.dll"),
    "code": _program("C:\\Program Files\\Microsoft VS Code\\Code.exe", _MICROSOFT, "Visual Studio Code", "1.95.1"),
    "node": _program("C:\\Program Files\\nodejs\\node.exe", "Node.js", "Node.js", "20.18.0"),
    "git": _program("C:\\Program Files\\Git\\cmd\\git.exe", "The Git Development Community", "Git", "2.47.0"),
    "python": _program("C:\\Program Files\\Python312\\python.exe", "Python Software Foundation", "Python", "3.12.7"),
    "cad": _program("C:\\Program Files\\Harrow CAD\\hcad.exe", "Harrow Engineering", "Harrow CAD", "11.4.2"),
    "wireshark": _program(
        "C:\\Program Files\\Wireshark\\Wireshark.exe", "The Wireshark developer community", "Wireshark", "4.4.1"
    ),
    "dumpcap": _program(
        "C:\\Program Files\\Wireshark\\dumpcap.exe", "The Wireshark developer community", "Dumpcap", "4.4.1"
    ),
    "tshark": _program(
        "C:\\Program Files\\Wireshark\\tshark.exe", "The Wireshark developer community", "TShark", "4.4.1"
    ),
    "rclone": _program("C:\\Tools\\rclone\\rclone.exe", "https://rclone.org", "Rclone", "1.68.1"),
    "azcopy": _program("C:\\Tools\\azcopy\\azcopy.exe", _MICROSOFT, "AzCopy", "10.27.0"),
}

_SERVER_PROGRAMS = {
    "backup_agent": _program(
        "C:\\Program Files\\Tidewater Backup\\tidebackupsvc.exe", "Tidewater Software", "Tidewater Backup", "12.1.4"
    ),
    "sqlservr": _program(
        "C:\\Program Files\\Microsoft SQL Server\\MSSQL16\\MSSQL\\Binn\\sqlservr.exe",
        _MICROSOFT,
        "SQL Server",
        "16.0.4150.1",
    ),
    "sqlagent": _program(
        "C:\\Program Files\\Microsoft SQL Server\\MSSQL16\\MSSQL\\Binn\\SQLAGENT.EXE",
        _MICROSOFT,
        "SQL Agent",
        "16.0.4150.1",
    ),
    "sqlcmd": _program(
        "C:\\Program Files\\Microsoft SQL Server\\Client SDK\\ODBC\\170\\Tools\\Binn\\SQLCMD.EXE",
        _MICROSOFT,
        "SQL Server Command Line Tool",
        "16.0.4150.1",
    ),
    "bcp": _program(
        "C:\\Program Files\\Microsoft SQL Server\\Client SDK\\ODBC\\170\\Tools\\Binn\\bcp.exe",
        _MICROSOFT,
        "Bulk Copy Program",
        "16.0.4150.1",
    ),
    "mysqld": _program(
        "C:\\Program Files\\MySQL\\MySQL Server 8.0\\bin\\mysqld.exe", "Oracle", "MySQL Server", "8.0.39"
    ),
    "mysqldump": _program(
        "C:\\Program Files\\MySQL\\MySQL Server 8.0\\bin\\mysqldump.exe", "Oracle", "MySQL", "8.0.39"
    ),
    "pg_dump": _program(
        "C:\\Program Files\\PostgreSQL\\16\\bin\\pg_dump.exe", "PostgreSQL Global", "PostgreSQL", "16.4"
    ),
    "build_agent": _program(
        "C:\\BuildAgent\\bin\\agentservice.exe", "Quayside Systems", "Quayside Build Agent", "9.2.0"
    ),
    "msbuild": _program("C:\\BuildTools\\MSBuild\\Current\\Bin\\MSBuild.exe", _MICROSOFT, "MSBuild", "17.11.9"),
    "site_server": _program(
        "C:\\Program Files\\Deploy Manager\\bin\\smsexec.exe", _MICROSOFT, "Configuration Manager", "5.0.9128"
    ),
    "probe": _program("C:\\Program Files\\Lookout Monitor\\probesvc.exe", "Lookout Systems", "Lookout Probe", "7.3.1"),
    "scanner": _program(
        "C:\\Program Files\\Saltmarsh Scanner\\scand.exe",
        "Saltmarsh Security",
        "Saltmarsh Vulnerability Scanner",
        "6.0.3",
    ),
    "sync_engine": _program(
        "C:\\Program Files\\Directory Sync\\miiserver.exe", _MICROSOFT, "Directory Synchronization", "2.4.27.0"
    ),
}

_LINUX_PROGRAMS = {
    "systemd": Image("/usr/lib/systemd/systemd"),
    "sshd": Image("/usr/sbin/sshd"),
    "cron": Image("/usr/sbin/cron"),
    "rsyslogd": Image("/usr/sbin/rsyslogd"),
    "node_exporter": Image("/usr/local/bin/node_exporter"),
    "mdatp": Image("/opt/microsoft/mdatp/sbin/wdavdaemon"),
    "postgres": Image("/usr/lib/postgresql/16/bin/postgres"),
    "runner": Image("/opt/quayside/runner"),
    "dockerd": Image("/usr/bin/dockerd"),
    "bash": Image("/usr/bin/bash"),
    "sh": Image("/usr/bin/dash"),
    "rsync": Image("/usr/bin/rsync"),
    "tar": Image("/usr/bin/tar"),
    "cp": Image("/usr/bin/cp"),
    "curl_linux": Image("/usr/bin/curl"),
    "aws": Image("/usr/local/bin/aws"),
    "tcpdump": Image("/usr/bin/tcpdump"),
    "pg_dump_linux": Image("/usr/lib/postgresql/16/bin/pg_dump"),
    "mount_nfs": Image("/usr/sbin/mount.nfs"),
    "gcc": Image("/usr/bin/gcc"),
    "make": Image("/usr/bin/make"),
    "git_linux": Image("/usr/bin/git"),
    "python_linux": Image("/usr/bin/python3.12"),
}

IMAGES: dict[str, Image] = _WINDOWS_PROGRAMS | _DESKTOP_PROGRAMS | _SERVER_PROGRAMS | _LINUX_PROGRAMS

# What the intruder brings: each is a known tool under a name that says nothing.
IMAGES |= {
    "robocopy_renamed": renamed(IMAGES["robocopy"], "C:\\ProgramData\\Helper\\svchelper.exe"),
    "rar_renamed": renamed(IMAGES["rar"], "C:\\ProgramData\\Helper\\pack.exe"),
    "seven_zip_renamed": renamed(IMAGES["seven_zip"], "C:\\ProgramData\\Helper\\zupd.exe"),
    "rclone_renamed": renamed(IMAGES["rclone"], "C:\\ProgramData\\Helper\\winsyncd.exe"),
    "powershell_renamed": renamed(IMAGES["powershell"], "C:\\ProgramData\\Helper\\wsmhelper.exe"),
    "dumpcap_renamed": renamed(IMAGES["dumpcap"], "C:\\ProgramData\\Helper\\netdiag.exe"),
    "mysqldump_renamed": renamed(IMAGES["mysqldump"], "C:\\ProgramData\\Helper\\dbtool.exe"),
    "tcpdump_renamed": renamed(IMAGES["tcpdump"], "/var/tmp/.cache/kworkerd"),
}
