"""What stories are told with: each call records one event, and `planted` says to which hunts the events within belong."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from tui.evidence.demo.estate import Device, Estate
from tui.evidence.demo.images import IMAGES
from tui.evidence.demo.legs import leg_of
from tui.evidence.demo.rows import (
    AuditRow,
    ConnectionRow,
    EventRow,
    FileRow,
    LogonRow,
    Process,
    Row,
    ScriptRow,
    Session,
)
from tui.evidence.demo.timing import MINUTE, SECOND, Calendar

Item = TypeVar("Item")

SYSTEM_SESSION = Session(logon_id=999, number=0)
_LOGON_NUMBERS = {"Interactive": 2, "Network": 3, "Batch": 4, "Service": 5, "Unlock": 7, "RemoteInteractive": 10}


class Dice:
    """Numbers that follow from the seed and the name of what they are for, so that stories do not move each other."""

    def __init__(self, seed: int, name: str) -> None:
        self._random = random.Random(f"{seed} {name}")

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, items: Sequence[Item]) -> Item:
        """One of `items`."""
        return items[self.number(0, len(items) - 1)]


@dataclass(frozen=True, slots=True)
class Plant:
    """One event that belongs to the intrusion: its table, its number there, the hunt and leg it is meant for, and why."""

    table: str
    crafted: int
    hunt: str
    leg: str
    note: str


@dataclass(frozen=True, slots=True)
class Benign:
    """A device that meets a hunt's primary condition for an everyday reason."""

    hunt: str
    device: Device
    reason: str


class Recorder:
    """Collects the crafted events of one demo."""

    def __init__(self, estate: Estate, calendar: Calendar, seed: int) -> None:
        self.estate = estate
        self.calendar = calendar
        self.seed = seed
        self.processes: list[Process] = []
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.plants: list[Plant] = []
        self.benign: list[Benign] = []
        self._dice = Dice(seed, "recorder")
        self._pids = {device.index: 400 + self._dice.number(0, 99) * 4 for device in estate.devices}
        self._logon_ids = 0x41000
        self._planting: list[dict[str, tuple[str, str]]] = []
        self._running: dict[tuple[str, str], list[tuple[int, int, Process]]] = defaultdict(list)

    def dice(self, name: str) -> Dice:
        """The dice of the story of that name."""
        return Dice(self.seed, name)

    @contextmanager
    def planted(self, *hunts: str, note: str, leg: str = "") -> Iterator[None]:
        """Events recorded within belong to the intrusion and are meant for `hunts`.

        Nested, both hold; for the same hunt the inner one does. The leg follows from the event unless given.
        """
        self._planting.append(dict.fromkeys(hunts, (leg, note)))
        try:
            yield
        finally:
            self._planting.pop()

    def is_benign(self, hunt: str, device: Device, reason: str) -> None:
        """Note that `device` meets `hunt`'s primary condition for `reason`."""
        if Benign(hunt, device, reason) not in self.benign:
            self.benign.append(Benign(hunt, device, reason))

    def _plant(self, table: str, crafted: int, row: Row | None = None) -> None:
        meant: dict[str, tuple[str, str]] = {}
        for planting in self._planting:
            meant |= planting
        for hunt, (leg, note) in meant.items():
            self.plants.append(Plant(table, crafted, hunt, leg or leg_of(hunt, row), note))

    def _check(self, at: int) -> None:
        if not self.calendar.start <= at < self.calendar.end:
            raise ValueError(f"a story tells of moment {at}, outside the evidence")

    def _record(self, table: str, row: Row) -> None:
        self._check(row.at)
        if row.at < self.processes[row.proc - 1].created:
            raise ValueError(f"a story has {table} done by a process that starts later")
        self.rows[table].append(row)
        if self._planting:
            self._plant(table, len(self.rows[table]), row)

    # Processes and sessions

    def new_session(self, number: int = 1, remote: Device | None = None) -> Session:
        """A fresh logon session; `number` is the desktop's, 0 for a service or a network logon."""
        self._logon_ids += self._dice.number(3, 4_000)
        return Session(self._logon_ids, number, remote)

    def begin(self, device: Device, image: str, at: int, *, hidden: bool = False) -> Process:
        """The first process of a device that has just started: its kernel or init."""
        account = self.estate.account("root" if device.is_linux else "system")
        pid = 1 if device.is_linux else 4
        process = Process(
            len(self.processes) + 1, device, image, pid, at, "", account, SYSTEM_SESSION, "System", None, hidden
        )
        self.processes.append(process)
        return process

    def start(
        self,
        image: str,
        command: str,
        parent: Process,
        at: int,
        *,
        account: str = "",
        session: Session | None = None,
        integrity: str = "",
    ) -> Process:
        """A process started by `parent` on its device; account, session and integrity are the parent's unless given.

        `{image}` in `command` stands for the program's path.
        """
        self._check(at + SECOND)
        if at < parent.created:
            raise ValueError(f"a story starts {image} before its parent")
        device = parent.device
        step = 1 if device.is_linux else 4
        self._pids[device.index] += step * self._dice.number(1, 40)
        process = Process(
            len(self.processes) + 1,
            device,
            image,
            self._pids[device.index],
            at,
            command.replace("{image}", IMAGES[image].path),
            self.estate.account(account) if account else parent.account,
            session or parent.session,
            integrity or parent.integrity,
            parent,
        )
        self.processes.append(process)
        if self._planting:
            self._plant("DeviceProcessEvents", process.index)
        return process

    def keep_running(self, name: str, process: Process, since: int, until: int) -> None:
        """Let stories find `process` on its device as `name` from `since` to `until`."""
        self._running[process.device.short, name].append((since, until, process))

    def running(self, device: str, name: str, at: int) -> Process:
        """The process known as `name` that runs on `device` (short name) at that moment; LookupError for none."""
        for since, until, process in self._running[device, name]:
            if since <= at < until:
                return process
        raise LookupError(f"{name} does not run on {device} at moment {at}")

    # Files

    def write(
        self, by: Process, path: str, size: int | None, at: int, action: str = "FileCreated", **more: Any
    ) -> None:
        """A file event at the full `path`; `more` are fields of FileRow."""
        folder, name = split_path(path)
        self._record("DeviceFileEvents", FileRow(by.index, at, action, folder, name, size, **more))

    def write_by_share(
        self, server: str, path: str, size: int, at: int, *, share: str, account: str, source: Device, **more: Any
    ) -> None:
        """A file that `account` wrote to `server` from `source` through `share`, as the server's sensor sees it."""
        row: dict[str, Any] = {"action": "FileCreated", "source_port": self._port()} | more
        who = self.estate.account(account).index
        kernel = self.running(server, "kernel", at)
        self.write(kernel, path, size, at, protocol="Smb", source_ip=source.ip, account=who, share=share, **row)

    # Network

    def _port(self) -> int:
        return self._dice.number(49_152, 65_500)

    def connect(
        self, by: Process, at: int, remote: Device | str, port: int, url: str = "", action: str = "ConnectionSuccess"
    ) -> None:
        """A connection that `by` made to a device, or to an address."""
        address = remote.ip if isinstance(remote, Device) else remote
        self._record("DeviceNetworkEvents", ConnectionRow(by.index, at, action, address, port, url, self._port()))

    def accept(self, by: Process, at: int, source: Device, port: int) -> None:
        """A connection from `source` that `by` accepted on its local `port`."""
        row = ConnectionRow(by.index, at, "InboundConnectionAccepted", source.ip, self._port(), "", port)
        self._record("DeviceNetworkEvents", row)

    def share_connection(self, source: Device, server: str, at: int, port: int = 445) -> None:
        """A connection to a file share: both ends see it, and both say the kernel did it."""
        target = self.estate.device(server)
        self.connect(self.running(source.short, "kernel", at), at, target, port)
        self.accept(self.running(server, "kernel", at), at + 2_000, source, port)

    # Logons

    def logon(
        self,
        device: str,
        at: int,
        account: str,
        logon_type: str,
        *,
        source: Device | None = None,
        session: Session | None = None,
        failure: str = "",
        protocol: str = "Kerberos",
        administrator: bool = False,
    ) -> Session:
        """A logon to `device`, failed when `failure` says why; gives its session."""
        session = session or self.new_session(0 if logon_type == "Network" else 1)
        row = LogonRow(
            self.running(device, "logon service", at).index,
            at,
            "LogonFailed" if failure else "LogonSuccess",
            logon_type,
            self.estate.account(account).index,
            protocol,
            session.logon_id,
            failure,
            administrator,
            source.short if source else "",
            source.ip if source else "",
            self._port() if source else None,
        )
        self._record("DeviceLogonEvents", row)
        return session

    def audit(self, device: str, at: int, event_id: int, account: str, session: Session, **more: Any) -> None:
        """A Windows security event of `device`; `more` are fields of AuditRow."""
        kernel = self.running(device, "kernel", at)
        who = self.estate.account(account).index
        self._record("SecurityEvent", AuditRow(kernel.index, at, event_id, who, session.logon_id, **more))

    def audit_logon(
        self, device: str, at: int, account: str, logon_type: str, source: Device, session: Session
    ) -> None:
        """The security event of a logon over the network (4624)."""
        more = {"logon_type": _LOGON_NUMBERS[logon_type], "workstation": source.short.upper(), "source_ip": source.ip}
        self.audit(device, at, 4624, account, session, source_port=self._port(), **more)

    def read_share(
        self, server: str, at: int, *, account: str, source: Device, session: Session, share: str, path: str
    ) -> None:
        """A file read through a share: the access check (5145) and the use of the handle (4663)."""
        root = f"D:\\Shares\\{share}"
        self.audit(
            server, at, 5145, account, session, source_ip=source.ip, source_port=self._port(), share=f"\\\\*\\{share}",
            share_path=f"\\??\\{root}", target=path, mask="0x120089",
        )  # fmt: skip
        self.audit(server, at + 900, 4663, account, session, object_name=f"{root}\\{path}", mask="0x1")

    # Everything else

    def event(self, by: Process, at: int, action: str, **more: Any) -> None:
        """Another event of a process; `more` are fields of EventRow, `path` a full path."""
        if "path" in more:
            more["folder"], more["name"] = split_path(more.pop("path"))
        self._record("DeviceEvents", EventRow(by.index, at, action, **more))

    def script_block(self, by: Process, at: int, text: str, path: str = "") -> None:
        """The text of a script that a PowerShell process ran, from the file `path` unless it was typed.

        Windows names the computer only. Where the sensor's rows have an id of their own, the two could not be told to be
        one device, so only the monitoring server logs scripts.
        """
        data = json.dumps({"MessageNumber": 1, "MessageTotal": 1, "ScriptBlockText": text, "Path": path})
        self._record("WindowsEvent", ScriptRow(by.index, at, data))

    def remote_desktop(self, parent: Process, target: str, account: str, at: int, until: int) -> Process:
        """`account` opens a desktop on `target` from `parent`'s device; gives the Explorer of that desktop.

        Recorded: mstsc and its connection, the connection accepted, the logon (both kinds of record), the desktop's first
        processes, and the disconnect.
        """
        source = parent.device
        client = self.start("mstsc", f'"{{image}}" /v:{target}', parent, at)
        self.connect(client, at + SECOND, self.estate.device(target), 3389, target)
        self.accept(self.running(target, "remote desktop service", at), at + SECOND + 3_000, source, 3389)
        session = self.new_session(2, remote=source)
        logged_on = at + 9 * SECOND
        self.logon(target, logged_on, account, "RemoteInteractive", source=source, session=session, administrator=True)
        self.audit_logon(target, logged_on, account, "RemoteInteractive", source, session)
        window = {"session_name": "RDP-Tcp#7", "workstation": source.short.upper(), "source_ip": source.ip}
        self.audit(target, logged_on + SECOND, 4778, account, session, **window)
        services = self.running(target, "service manager", at)
        desktop = logged_on + 4 * SECOND
        login = self.start("winlogon", "winlogon.exe", services, desktop, session=Session(999, 2, source))
        userinit = self.start(
            "userinit", "{image}", login, desktop + SECOND, account=account, session=session, integrity="Medium"
        )
        explorer = self.start("explorer", "{image}", userinit, desktop + 2 * SECOND)
        self.start("rdpclip", "rdpclip", self.running(target, "remote desktop service", at), desktop + 3 * SECOND,
                   account=account, session=session, integrity="Medium")  # fmt: skip
        self.audit(target, max(until, desktop + MINUTE), 4779, account, session, **window)
        return explorer


def split_path(path: str) -> tuple[str, str]:
    """A full path as its folder, with the separator, and its file name."""
    cut = max(path.rfind("\\"), path.rfind("/")) + 1
    return path[:cut], path[cut:]
