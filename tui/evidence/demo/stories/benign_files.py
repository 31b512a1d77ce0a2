"""Benign copying, archiving, scripting and office work; `benign` says what is told for which hunt."""

from __future__ import annotations

from tui.evidence.demo.acts import known_address
from tui.evidence.demo.estate import Device
from tui.evidence.demo.recorder import Recorder
from tui.evidence.demo.rows import Process
from tui.evidence.demo.timing import HOUR, MINUTE, SECOND, clock

_MEGABYTE = 1_000_000


def file_copies(recorder: Recorder) -> None:
    """T1119-01: robocopy and xcopy in the hands of software distribution, backup and builds."""
    dice = recorder.dice("benign file copies")
    deploy, backup, build = (recorder.estate.device(name) for name in ("deploy-01", "bkp-03", "build-01"))
    recorder.is_benign("T1119-01", deploy, "software distribution fetches packages with robocopy")
    recorder.is_benign("T1119-01", backup, "the backup server mirrors a share with robocopy every night")
    recorder.is_benign("T1119-01", build, "the build agent copies its output with xcopy")
    for number, day in enumerate(recorder.calendar.whole_days):
        at = day + clock("20:30")
        parent = recorder.running("deploy-01", "site server", at)
        copy = recorder.start(
            "robocopy", "robocopy.exe \\\\fs01\\Public\\Packages D:\\DeployManager\\pkg /MIR /R:2", parent, at
        )
        recorder.share_connection(deploy, "fs01", at + SECOND)
        _copy_files(recorder, copy, "D:\\DeployManager\\pkg\\app{n}.msi", 22, at + 2 * SECOND, 90_000_000)

        at = day + clock("01:05")
        parent = recorder.running("bkp-03", "backup agent", at)
        command = "robocopy.exe \\\\fs01\\Finance E:\\Mirror\\Finance /MIR /Z /B /LOG+:E:\\Mirror\\finance.log"
        copy = recorder.start("robocopy", command, parent, at)
        recorder.share_connection(backup, "fs01", at + SECOND)
        _copy_files(
            recorder, copy, f"E:\\Mirror\\Finance\\2025\\ledger {number}-{{n}}.xlsx", 110, at + 2 * SECOND, 3_000_000
        )

        for at in (day + clock("10:15"), day + clock("15:40")):
            agent = recorder.running("build-01", "build agent", at)
            shell = recorder.start("cmd", "{image} /c publish.cmd", agent, at)
            target = f"D:\\Drops\\{dice.number(1000, 9999)}"
            command = f"xcopy C:\\BuildAgent\\work\\out {target} /s /y"
            copy = recorder.start("xcopy", command, shell, at + SECOND)
            _copy_files(recorder, copy, f"{target}\\wharf{{n}}.dll", 9, at + 2 * SECOND, 900_000)


def _copy_files(recorder: Recorder, by: Process, path: str, count: int, at: int, largest: int) -> None:
    """`count` files written by `by` within some minutes; `{n}` in `path` is their number."""
    dice = recorder.dice(f"copies of {by.index}")
    for number in range(count):
        size = dice.number(largest // 20, largest)
        recorder.write(
            by, path.replace("{n}", str(number + 1)), size, at + number * 3 * SECOND + dice.number(0, 900_000)
        )


def _logon_script(recorder: Recorder, device: Device, day: int) -> None:
    """The logon script of the day: templates from a share, a mapped drive."""
    explorer = recorder.running(device.short, "explorer", day + clock("12:00"))
    at = explorer.created + 25 * SECOND
    script = recorder.start("gpscript", "gpscript.exe /Logon", explorer, at)
    command = "{image} /c \\\\northwharf.example\\netlogon\\logon.bat copy templates"
    shell = recorder.start("cmd", command, script, at + SECOND)
    recorder.start("conhost", "{image} 0xffffffff -ForceV1", shell, at + SECOND + 50_000)
    target = f"C:\\Users\\{device.user.name}\\AppData\\Roaming\\Microsoft\\Templates"
    copy = recorder.start("xcopy", f"xcopy \\\\fs01\\Public\\Templates {target} /d /y /i", shell, at + 2 * SECOND)
    recorder.share_connection(device, "fs01", at + 2 * SECOND)
    _copy_files(recorder, copy, f"{target}\\letter{{n}}.dotx", 3, at + 3 * SECOND, 90_000)
    recorder.start("net", "net use P: \\\\fs01\\Public /persistent:no", shell, at + 20 * SECOND)


def scripted_runs(recorder: Recorder) -> None:
    """T1119-07: scripts that run by themselves; the logon script is also a benign copy (T1119-01) and drive (T1119-10)."""
    machines = [
        device
        for department in ("finance", "people")
        for device in recorder.estate.workstations(department)
        if not device.always_on
    ]
    for device in machines:
        recorder.is_benign("T1119-01", device, "the logon script copies templates with xcopy")
        recorder.is_benign("T1119-07", device, "the logon script runs xcopy")
        recorder.is_benign("T1119-10", device, "the logon script maps a drive")
        for day in recorder.calendar.work_days:
            _logon_script(recorder, device, day)
    _server_scripts(recorder)


def _server_scripts(recorder: Recorder) -> None:
    monitor, deploy, web = (recorder.estate.device(name) for name in ("mon-01", "deploy-01", "web-01"))
    recorder.is_benign("T1119-07", monitor, "a monitoring script exports its figures every hour")
    recorder.is_benign("T1119-07", deploy, "patches are staged by a script every evening")
    recorder.is_benign("T1119-07", web, "a script rotates the logs every night")
    for day in recorder.calendar.whole_days:
        for hour in range(24):
            at = day + hour * HOUR + 4 * MINUTE
            scheduler = recorder.running("mon-01", "scheduler", at)
            command = (
                "powershell.exe -NoProfile -File C:\\Scripts\\Get-Metrics.ps1 -Mode export -Out D:\\Lookout\\metrics"
            )
            shell = recorder.start("powershell", command, scheduler, at, account="svc_monitor")
            recorder.script_block(shell, at + SECOND, "Get-Metric -All | export", "C:\\Scripts\\Get-Metrics.ps1")
            recorder.write(shell, "D:\\Lookout\\metrics\\hour.json", 90_000 + hour, at + 6 * SECOND, "FileModified")
        at = day + clock("19:15")
        scheduler = recorder.running("deploy-01", "scheduler", at)
        command = "{image} /c C:\\Scripts\\stage-patches.cmd copy D:\\Patches"
        shell = recorder.start("cmd", command, scheduler, at, account="svc_deploy")
        copy = recorder.start("robocopy", "robocopy.exe D:\\Patches D:\\DeployManager\\wsus /E", shell, at + SECOND)
        _copy_files(recorder, copy, "D:\\DeployManager\\wsus\\kb{n}.msu", 8, at + 2 * SECOND, 40_000_000)


def large_archives(recorder: Recorder) -> None:
    """T1119-02: downloads, installers, rotated logs, the backup store and build archives."""
    dice = recorder.dice("benign archives")
    for device in recorder.estate.workstations("development"):
        recorder.is_benign("T1119-02", device, "a developer downloads archives with the browser")
        for day in recorder.calendar.work_days[-2:]:
            at = day + clock("10:40") + dice.number(0, 100) * MINUTE
            browser = recorder.running(device.short, "chrome", at)
            url = f"https://downloads.breakwater.example/sdk/wharf-sdk-{dice.number(2, 9)}.zip"
            folder = f"C:\\Users\\{device.user.name}\\Downloads\\"
            recorder.write(
                browser, folder + url.rpartition("/")[2], dice.number(120, 420) * _MEGABYTE, at, "FileRenamed",
                previous_folder=folder, previous_name=f"Unconfirmed {dice.number(10_000, 99_999)}.crdownload",
                origin_url=url, origin_referrer="https://downloads.breakwater.example/",
                origin_ip=known_address("downloads.breakwater.example"),
            )  # fmt: skip
    for device in recorder.estate.workstations()[1::4]:
        recorder.is_benign("T1119-02", device, "an installer unpacks a cabinet")
        at = recorder.calendar.work_days[-1] + clock("12:20")
        agent = recorder.running(device.short, "management agent", at)
        installer = recorder.start("msiexec", "{image} /i C:\\Windows\\ccmcache\\1a\\office.msi /qn", agent, at)
        recorder.write(installer, "C:\\Windows\\Installer\\office16.cab", 310 * _MEGABYTE, at + 30 * SECOND)
    _nightly_archives(recorder)


def _nightly_archives(recorder: Recorder) -> None:
    web, backup, build = (recorder.estate.device(name) for name in ("web-01", "bkp-03", "lnx-build-02"))
    recorder.is_benign("T1119-02", web, "log rotation packs the web logs every night")
    recorder.is_benign("T1119-02", backup, "the backup product keeps its store in archives")
    recorder.is_benign("T1119-02", build, "nightly builds are packed with tar")
    dice = recorder.dice("nightly archives")
    for number, day in enumerate(recorder.calendar.whole_days):
        at = day + clock("00:20")
        scheduler = recorder.running("web-01", "scheduler", at)
        shell = recorder.start("cmd", "{image} /c C:\\Scripts\\rotate-logs.cmd backup", scheduler, at)
        log = f"D:\\OldLogs\\w3svc1-{number}.zip"
        pack = recorder.start("seven_zip", f'"{{image}}" a {log} C:\\inetpub\\logs\\*.log', shell, at + SECOND)
        recorder.write(pack, log, dice.number(110, 190) * _MEGABYTE, at + 70 * SECOND)

        agent = recorder.running("bkp-03", "backup agent", day + clock("01:00"))
        for part in range(14):
            at = day + clock("01:00") + part * 14 * MINUTE + dice.number(0, 300) * SECOND
            path = f"E:\\Tidewater\\store\\full-{number}-{part:02}.zip"
            recorder.write(agent, path, dice.number(1_500, 9_000) * _MEGABYTE, at)

        at = day + clock("03:10")
        runner = recorder.running("lnx-build-02", "runner", at)
        path = f"/srv/build/nightly/wharf-{number}.tar.gz"
        pack = recorder.start("tar", f"tar -czf {path} /srv/build/work/out", runner, at)
        recorder.write(pack, path, dice.number(110, 160) * _MEGABYTE, at + 40 * SECOND, "FileModified")


def collection_scripts(recorder: Recorder) -> None:
    """T1119-03: script hosts told to back up, sync or archive."""
    _profile_backups(recorder)
    backup, sync = recorder.estate.device("bkp-03"), recorder.estate.device("sync-01")
    developer, database = recorder.estate.device("lnx-dev-05"), recorder.estate.device("db-02")
    recorder.is_benign("T1119-03", backup, "a script backs up shares every night")
    recorder.is_benign("T1119-03", sync, "a script starts the directory sync")
    recorder.is_benign("T1119-03", developer, "cron backs up the home folders")
    recorder.is_benign("T1119-03", database, "cron archives the write-ahead logs")
    for number, day in enumerate(recorder.calendar.whole_days):
        at = day + clock("00:45")
        scheduler = recorder.running("bkp-03", "scheduler", at)
        command = "powershell.exe -File C:\\Scripts\\Backup-Shares.ps1 -Source \\\\fs02\\Sales -Recurse -Verb backup"
        shell = recorder.start("powershell", command, scheduler, at, account="svc_backup")
        recorder.write(shell, f"E:\\Shares\\sales-{number}.zip", 640 * _MEGABYTE, at + 4 * MINUTE)
        recorder.share_connection(backup, "fs02", at + 3 * SECOND)
        for time in ("06:30", "12:30", "18:30"):
            at = day + clock(time)
            engine = recorder.running("sync-01", "sync engine", at)
            command = "powershell.exe -Command Start-Cycle -Policy sync -Path \\\\dc01\\sysvol\\* -Delta"
            shell = recorder.start("powershell", command, engine, at)
            recorder.connect(shell, at + 3 * SECOND, recorder.estate.device("dc01"), 389)
        at = day + clock("02:20")
        cron = recorder.running("lnx-dev-05", "scheduler", at)
        shell = recorder.start("bash", "bash -c 'backup --recursive /home/* /srv/homes'", cron, at)
        copy = recorder.start("rsync", "rsync -a --delete /home/ /srv/homes/", shell, at + SECOND)
        for part in range(5):
            recorder.write(copy, f"/srv/homes/l.zhang/part{part}.py", 9_000, at + (3 + part) * SECOND, "FileModified")
        at = day + clock("02:50")
        cron = recorder.running("db-02", "scheduler", at)
        shell = recorder.start("bash", "bash -c 'archive -r /var/lib/postgresql/wal/*'", cron, at)
        recorder.write(shell, f"/srv/wal/{number}.tar.gz", 210 * _MEGABYTE, at + 50 * SECOND, "FileModified")


def _profile_backups(recorder: Recorder) -> None:
    """The same script on many workstations: its command lines differ in the user and a number only."""
    for number, device in enumerate(recorder.estate.workstations()):
        if device.always_on or device.department == "development":
            continue
        recorder.is_benign("T1119-03", device, "profiles are backed up before the weekend")
        at = recorder.calendar.work_days[-1] + clock("12:40") + number * 20 * SECOND
        agent = recorder.running(device.short, "management agent", at)
        command = (
            "powershell.exe -File C:\\Windows\\CCM\\Scripts\\Save-Profile.ps1 -Mode backup "
            f"-Path C:\\Users\\{device.user.name}\\Documents -Job {4100 + number}"
        )
        recorder.start("powershell", command, agent, at)


_PEOPLE_FILES = ("Payroll November.xlsx", "Salary bands 2025.xlsx", "Contract template.docx")


def sensitive_files(recorder: Recorder) -> None:
    """T1119-08: people whose work these files are, and programs that touch every file."""
    dice = recorder.dice("benign sensitive files")
    for number, device in enumerate(recorder.estate.workstations("people") + recorder.estate.workstations("finance")):
        if device.always_on:
            continue
        recorder.is_benign("T1119-08", device, "Office saves and locks files that people work on")
        file = _PEOPLE_FILES[number % len(_PEOPLE_FILES)]
        folder = f"C:\\Users\\{device.user.name}\\Documents\\"
        for day in recorder.calendar.work_days:
            at = day + clock("09:30") + dice.number(0, 240) * MINUTE
            office = recorder.running(device.short, "excel" if file.endswith("xlsx") else "winword", at)
            recorder.write(office, f"{folder}~${file}", 165, at)
            for save in range(3):
                when = at + (save + 1) * 6 * MINUTE
                recorder.write(office, folder + file, 90_000, when, "FileModified", label="Confidential")
            explorer = recorder.running(device.short, "explorer", at)
            recorder.write(explorer, f"{folder}old\\{file}", 90_000, at + 25 * MINUTE)
            indexer = recorder.running(device.short, "indexer", at)
            recorder.event(indexer, at + 40 * MINUTE, "SensitiveFileRead", path=folder + file)
    _sensitive_shares(recorder)


def _sensitive_shares(recorder: Recorder) -> None:
    people, server = recorder.estate.device("hr-ws-151"), recorder.estate.device("fs01")
    recorder.is_benign("T1119-08", server, "the people team saves its files on the share")
    for day in recorder.calendar.work_days:
        at = day + clock("14:05")
        recorder.share_connection(people, "fs01", at)
        session = recorder.logon("fs01", at + SECOND, "s.lindqvist", "Network", source=people)
        recorder.write_by_share(
            "fs01", "D:\\Shares\\People\\Salary bands 2025.xlsx", 96_000, at + 3 * SECOND, share="People",
            account="s.lindqvist", source=people, action="FileModified", label="Confidential",
        )  # fmt: skip
        recorder.read_share(
            "fs01", at + 2 * SECOND, account="s.lindqvist", source=people, session=session, share="People",
            path="Salary bands 2025.xlsx",
        )  # fmt: skip
    for device in recorder.estate.workstations("marketing") + recorder.estate.workstations("sales"):
        recorder.is_benign("T1119-08", device, "OneDrive brings a shared contract up to date")
        at = recorder.calendar.work_days[-1] + clock("11:30")
        path = f"C:\\Users\\{device.user.name}\\OneDrive - Northwharf\\contract outline.docx"
        recorder.write(recorder.running(device.short, "onedrive", at), path, 44_000, at, "FileModified")
