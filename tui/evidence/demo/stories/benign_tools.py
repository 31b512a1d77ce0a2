"""Benign captures, exports, dumps, uploads, share use and remote desktops; `benign` says what is told for which hunt."""

from __future__ import annotations

from tui.evidence.demo.acts import known_address
from tui.evidence.demo.recorder import Recorder
from tui.evidence.demo.timing import HOUR, MINUTE, SECOND, clock

_MEGABYTE = 1_000_000


def traffic_captures(recorder: Recorder) -> None:
    """T1119-04: the network team, a vendor's support case, live response and monitoring."""
    network, support, people, monitor = (
        recorder.estate.device(name) for name in ("it-ws-301", "it-ws-302", "hr-ws-152", "mon-01")
    )
    recorder.is_benign("T1119-04", network, "the network team captures with Wireshark")
    recorder.is_benign("T1119-04", support, "a trace for a vendor's support case")
    recorder.is_benign("T1119-04", people, "live response traces a network problem")
    recorder.is_benign("T1119-04", monitor, "monitoring samples traffic every six hours")
    for day in recorder.calendar.work_days:
        at = day + clock("11:10")
        shark = recorder.start("wireshark", '"{image}"', recorder.running("it-ws-301", "explorer", at), at)
        path = "C:\\Users\\r.lind\\Captures\\uplink.pcapng"
        capture = recorder.start("dumpcap", f'"{{image}}" -i 4 -w {path}', shark, at + 20 * SECOND)
        recorder.event(capture, at + 21 * SECOND, "DriverLoad", path="C:\\Windows\\System32\\drivers\\npcap.sys")
        recorder.write(capture, path, 44_000_000, at + 22 * SECOND)
    day = recorder.calendar.work_days[-1]
    at = day + clock("13:20")
    shell = recorder.start("cmd", '"{image}"', recorder.running("it-ws-302", "explorer", at), at, integrity="High")
    path = "C:\\Temp\\vendor-case.etl"
    trace = recorder.start("netsh", f"netsh trace start capture=yes tracefile={path}", shell, at + 20 * SECOND)
    recorder.write(trace, path, 210_000_000, at + 40 * SECOND)
    command = 'powershell.exe -Command "New-NetEventSession -Name vendor -LocalFilePath C:\\Temp\\vendor-2.etl"'
    trace = recorder.start("powershell", command, shell, at + 15 * MINUTE)
    recorder.write(trace, "C:\\Temp\\vendor-2.etl", 90_000_000, at + 16 * MINUTE)
    at = day + clock("10:05")
    response = recorder.start("sense_response", '"{image}"', recorder.running("hr-ws-152", "sensor", at), at)
    path = "C:\\ProgramData\\Microsoft\\Diagnostics\\net.etl"
    trace = recorder.start("pktmon", f"pktmon start --capture --file-name {path}", response, at + 5 * SECOND)
    recorder.write(trace, path, 64_000_000, at + 8 * SECOND)
    for day in recorder.calendar.whole_days:
        for hour in (1, 7, 13, 19):
            at = day + hour * HOUR + 2 * MINUTE
            path = f"D:\\Lookout\\pcap\\sample{hour}.pcap"
            command = f'"{{image}}" -a duration:60 -w {path}'
            capture = recorder.start("tshark", command, recorder.running("mon-01", "probe", at), at)
            recorder.write(capture, path, 9_000_000, at + 2 * SECOND)


def powershell_exports(recorder: Recorder) -> None:
    """T1119-05: inventory, directory sync, monitoring, and an administrator's list of users."""
    names = {
        "deploy-01": (
            "inventory is exported every morning",
            "scheduler",
            "05:30",
            "Get-ADComputer -Filter *",
            "svc_deploy",
        ),
        "sync-01": ("the sync run's result is exported", "sync engine", "06:40", "Get-SyncRunHistory", ""),
        "mon-01": ("monitoring writes a daily list", "probe", "06:00", "Get-ServiceState -All", ""),
        "it-ws-301": ("an administrator exports a list of users", "explorer", "10:50", "Get-ADUser -Filter *", ""),
    }
    for name, (reason, parent, time, source, account) in names.items():
        device = recorder.estate.device(name)
        recorder.is_benign("T1119-05", device, reason)
        days = recorder.calendar.work_days if name == "it-ws-301" else recorder.calendar.whole_days
        for number, day in enumerate(days):
            at = day + clock(time)
            path = f"C:\\Reports\\list-{number}.csv"
            script = f"{source} | Export-Csv -NoTypeInformation -Path {path}"
            shell = recorder.start(
                "powershell",
                f'powershell.exe -Command "{script}"',
                recorder.running(name, parent, at),
                at,
                account=account,
            )
            if name == "mon-01":
                recorder.script_block(shell, at + SECOND, script)
            else:
                recorder.event(shell, at + 2 * SECOND, "PowerShellCommand", additional='{"Command":"Export-Csv"}')
                recorder.connect(shell, at + 3 * SECOND, recorder.estate.device("dc01"), 389)
            recorder.write(shell, path, 120_000 + 7 * number, at + 9 * SECOND)
    at = recorder.calendar.work_days[-1] + clock("15:15")
    support = recorder.estate.device("it-ws-302")
    recorder.is_benign("T1119-05", support, "an administrator keeps a listing with a redirection")
    command = 'powershell.exe -Command "Get-Service > C:\\Temp\\services.txt"'
    shell = recorder.start("powershell", command, recorder.running("it-ws-302", "explorer", at), at)
    recorder.write(shell, "C:\\Temp\\services.txt", 44_000, at + 3 * SECOND)


def database_dumps(recorder: Recorder) -> None:
    """T1119-06: nightly dumps of both database servers, build tests, and a developer."""
    for name, reason in (
        ("db-01", "SQL Server's own job backs up every night"),
        ("db-02", "cron dumps the databases every night"),
        ("build-01", "build tests dump a schema"),
        ("dev-ws-402", "a developer dumps a test database"),
    ):
        recorder.is_benign("T1119-06", recorder.estate.device(name), reason)
    for number, day in enumerate(recorder.calendar.whole_days):
        at = day + clock("22:15")
        path = f"G:\\SqlBackup\\wharf-{number}.bak"
        command = f'"{{image}}" -S localhost -Q "BACKUP DATABASE wharf TO DISK=\'{path}\'"'
        tool = recorder.start("sqlcmd", command, recorder.running("db-01", "sql agent", at), at)
        recorder.connect(tool, at + SECOND, "127.0.0.1", 1433)
        recorder.write(recorder.running("db-01", "sql server", at), path, 8_400 * _MEGABYTE, at + 4 * SECOND)
        at = day + clock("23:05")
        path = f"/srv/dumps/orders-{number}.dump"
        shell = recorder.start(
            "sh", "/bin/sh -c /opt/northwharf/nightly.sh", recorder.running("db-02", "scheduler", at), at
        )
        tool = recorder.start("pg_dump_linux", f"{{image}} -Fc -h localhost -f {path} orders", shell, at + SECOND)
        recorder.connect(tool, at + 2 * SECOND, "127.0.0.1", 5432)
        recorder.write(tool, path, 900 * _MEGABYTE, at + 9 * SECOND, "FileModified")
    database, other = recorder.estate.device("db-01"), recorder.estate.device("db-02")
    for day in recorder.calendar.work_days:
        at = day + clock("11:45")
        path = "C:\\BuildAgent\\work\\schema.sql"
        command = f'"{{image}}" --no-data -h db-01 wharf_test -r {path}'
        tool = recorder.start("mysqldump", command, recorder.running("build-01", "build agent", at), at)
        recorder.connect(tool, at + SECOND, database, 3306)
        recorder.write(tool, path, 300_000, at + 3 * SECOND)
    at = recorder.calendar.work_days[-1] + clock("13:35")
    command = '"{image}" -h db-02 -d orders_test -f C:\\src\\fixtures\\orders.sql'
    tool = recorder.start("pg_dump", command, recorder.running("dev-ws-402", "code", at), at)
    recorder.connect(tool, at + SECOND, other, 5432)
    recorder.write(tool, "C:\\src\\fixtures\\orders.sql", 4_000_000, at + 4 * SECOND)


def cloud_storage(recorder: Recorder) -> None:
    """T1119-09: programs whose ordinary business ends in somebody's cloud storage."""
    dice = recorder.dice("benign cloud storage")
    uses = (
        # devices, program, name, how many a day, reason
        (recorder.estate.workstations("people"), "onedrive", "api.onedrive.com", 3, "OneDrive syncs"),
        (recorder.estate.workstations("marketing"), "chrome", "drive.google.com", 4, "an agency shares its drafts"),
        (recorder.estate.workstations("sales"), "teams", "slack-files.s3.amazonaws.com", 3, "a chat keeps files in S3"),
        (
            recorder.estate.workstations()[::6],
            "update service",
            "wuassets.blob.core.windows.net",
            1,
            "updates from a blob",
        ),
    )
    for devices, program, url, count, reason in uses:
        for device in devices:
            recorder.is_benign("T1119-09", device, reason)
            for day in recorder.calendar.work_days:
                for _ in range(count):
                    at = day + clock("09:00") + dice.number(0, 420) * MINUTE
                    process = recorder.running(device.short, program, at)
                    recorder.connect(process, at, known_address(url), 443, url)
    _server_storage(recorder)


def _server_storage(recorder: Recorder) -> None:
    backup, build = recorder.estate.device("bkp-03"), recorder.estate.device("build-01")
    recorder.is_benign("T1119-09", backup, "the backup product keeps a copy in a storage account")
    recorder.is_benign("T1119-09", build, "azcopy publishes builds to a storage account")
    for day in recorder.calendar.whole_days:
        agent = recorder.running("bkp-03", "backup agent", day + clock("04:00"))
        url = "northwharfvault.blob.core.windows.net"
        for part in range(16):
            recorder.connect(agent, day + clock("04:00") + part * 4 * MINUTE, known_address(url), 443, url)
        at = day + clock("17:25")
        url = "northwharfdrops.blob.core.windows.net"
        command = f'"{{image}}" copy D:\\Drops https://{url}/drops --recursive'
        tool = recorder.start("azcopy", command, recorder.running("build-01", "build agent", at), at)
        for part in range(4):
            recorder.connect(tool, at + (2 + part) * SECOND, known_address(url), 443, url)


def network_shares(recorder: Recorder) -> None:
    """T1119-10: a scanner that tries everything, and servers that talk to each other's shares."""
    scanner, backup, replica = (recorder.estate.device(name) for name in ("mon-01", "bkp-03", "fs02"))
    recorder.is_benign("T1119-10", scanner, "the vulnerability scanner tries every machine")
    recorder.is_benign("T1119-10", backup, "the backup server reads every server's shares")
    for server in recorder.estate.servers("file server"):
        recorder.is_benign("T1119-10", server, "the file servers replicate")
    dice = recorder.dice("benign shares")
    servers = [device for device in recorder.estate.servers() if not device.is_linux]
    for day in recorder.calendar.whole_days:
        engine = recorder.running("mon-01", "scanner", day + clock("21:00"))
        for number, device in enumerate(recorder.estate.devices):
            at = day + clock("21:00") + number * 2 * SECOND
            recorder.connect(
                engine, at, device, 445, action="ConnectionSuccess" if device.is_server else "ConnectionFailed"
            )
            recorder.connect(engine, at + SECOND, device, 139, action="ConnectionFailed")
        for number, device in enumerate(servers):
            if device is not backup:
                recorder.share_connection(backup, device.short, day + clock("01:30") + number * 90 * SECOND)
        for _ in range(6):
            at = day + dice.number(0, 23) * HOUR + dice.number(0, 3_000) * SECOND
            recorder.share_connection(replica, "fs01", at)
            recorder.share_connection(recorder.estate.device("fs01"), "fs02", at + 20 * SECOND)


def remote_desktops(recorder: Recorder) -> None:
    """Administrators at work: over the jump host to one domain controller, and straight to the other.

    None of these machines has another benign story, so that their desktops lend no weight to one.
    """
    estate = recorder.estate
    for device, reason in (("adm-jump-01", "administrators work there"), ("dc01", "administered over the jump host")):
        recorder.is_benign("remote-desktop", estate.device(device), reason)
    recorder.is_benign("remote-desktop", estate.device("dc02"), "administered by remote desktop")
    for day in recorder.calendar.work_days:
        at = day + clock("09:45")
        desk = recorder.running("it-ws-301", "explorer", at)
        jump = recorder.remote_desktop(desk, "adm-jump-01", "adm.rlind", at, at + 50 * MINUTE)
        recorder.start("powershell", "powershell.exe", jump, at + 2 * MINUTE, integrity="High")
        inner = recorder.remote_desktop(jump, "dc01", "adm.rlind", at + 5 * MINUTE, at + 30 * MINUTE)
        recorder.start("cmd", "{image} /k repadmin /showrepl", inner, at + 8 * MINUTE, integrity="High")
    at = recorder.calendar.work_days[-1] + clock("14:30")
    desk = recorder.running("it-ws-302", "explorer", at)
    other = recorder.remote_desktop(desk, "dc02", "adm.kvasquez", at, at + 40 * MINUTE)
    recorder.write(other, "C:\\Temp\\hotfix.msu", 40_000_000, at + 3 * MINUTE)
    recorder.start(
        "cmd",
        "{image} /c copy \\\\tsclient\\C\\Tools\\hotfix.msu C:\\Temp\\hotfix.msu",
        other,
        at + 2 * MINUTE + 50 * SECOND,
    )
