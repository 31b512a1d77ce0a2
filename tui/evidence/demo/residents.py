"""The programs that keep running: what a machine starts when it boots and what its user opens after logging on.

Everyday activity is done by these processes, and stories take them as parents.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.evidence.demo.estate import Device
from tui.evidence.demo.recorder import Dice, Recorder
from tui.evidence.demo.rows import Process, Session
from tui.evidence.demo.timing import HOUR, MINUTE, SECOND


@dataclass(frozen=True, slots=True)
class Presence:
    """A running program with a habit: from which hour of the evidence, up to but without which."""

    process: Process
    habit: str
    first_hour: int
    last_hour: int


_Service = tuple[str, str, str, str, str]
"""Image, command, the name that stories find it by, its habit, its account."""

_SERVICES: tuple[_Service, ...] = (
    ("svchost", "{image} -k netsvcs -p -s Schedule", "scheduler", "scheduler", "system"),
    ("svchost", "{image} -k netsvcs -p -s wuauserv", "update service", "update service", "system"),
    ("svchost", "{image} -k NetworkService -s TermService", "remote desktop service", "", "network service"),
    ("svchost", "{image} -k DcomLaunch -p", "component service", "", "system"),
    ("defender", '"{image}"', "defender", "defender", "system"),
    ("sensor", '"{image}"', "sensor", "sensor", "system"),
    ("spoolsv", "{image}", "spooler", "spooler", "system"),
    ("searchindexer", "{image} /Embedding", "indexer", "indexer", "system"),
    ("ccmexec", "{image}", "management agent", "management agent", "system"),
)
_ROLE_SERVICES: dict[str, tuple[_Service, ...]] = {
    "domain controller": (
        ("dns", "{image}", "name service", "name service", "system"),
        ("dfsrs", "{image}", "replication", "", "system"),
    ),
    "file server": (("dfsrs", "{image}", "replication", "replication", "system"),),
    "backup server": (("backup_agent", '"{image}"', "backup agent", "backup agent", "svc_backup"),),
    "database server": (
        ("sqlservr", '"{image}" -sMSSQLSERVER', "sql server", "sql server", "svc_sql"),
        ("sqlagent", '"{image}" -i MSSQLSERVER', "sql agent", "", "svc_sql"),
        ("mysqld", '"{image}" --defaults-file=F:\\MySQL\\my.ini', "mysql server", "mysql server", "svc_sql"),
    ),
    "build server": (("build_agent", '"{image}" --service', "build agent", "build agent", "svc_ci"),),
    "deployment server": (("site_server", '"{image}"', "site server", "site server", "svc_deploy"),),
    "monitoring server": (
        ("probe", '"{image}"', "probe", "probe", "svc_monitor"),
        ("scanner", '"{image}" --daemon', "scanner", "", "svc_scan"),
    ),
    "directory sync": (("sync_engine", '"{image}"', "sync engine", "sync engine", "svc_sync"),),
    "web server": (("w3wp", '{image} -ap "Wharf"', "web server", "web server", "network service"),),
}
_LINUX_SERVICES = (
    ("sshd", "sshd: {image} -D [listener]", "logon service", "sshd"),
    ("cron", "{image} -f -P", "scheduler", "cron"),
    ("rsyslogd", "{image} -n -iNONE", "log service", "rsyslogd"),
    ("mdatp", "{image}", "sensor", "mdatp"),
    ("node_exporter", "{image}", "node exporter", "node_exporter"),
)
_LINUX_ROLE_SERVICES = {
    "linux database": (("postgres", "{image} -D /var/lib/postgresql/16/main", "postgres", "postgres"),),
    "linux build": (("runner", "{image} run", "runner", "runner"), ("dockerd", "{image} -H fd://", "dockerd", "")),
}
_EVERYONES_APPS = ("edge", "outlook", "teams", "onedrive")
_DEPARTMENT_APPS = {
    "development": ("chrome", "code"),
    "production": ("chrome", "cad", "excel"),
    "it": ("chrome", "code", "excel"),
}
_OFFICE_APPS = ("chrome", "winword", "excel")


def populate(recorder: Recorder) -> list[Presence]:
    """Start every machine's programs, for as long as it is on; gives what runs with a habit."""
    presences: list[Presence] = []
    calendar = recorder.calendar
    for device in recorder.estate.devices:
        dice = recorder.dice(f"residents of {device.short}")
        if device.always_on:
            spans = [(calendar.start + dice.number(20, 120) * SECOND, calendar.end)]
        else:
            spans = [
                (since + dice.number(60, 110) * MINUTE, until - dice.number(0, 100) * MINUTE)
                for since, until in calendar.shifts
                if until - since >= 5 * HOUR
            ]
        for since, until in spans:
            _Machine(recorder, device, dice, since, until, presences).boot()
    return presences


class _Machine:
    """One device from when it is switched on until it is switched off."""

    def __init__(
        self, recorder: Recorder, device: Device, dice: Dice, since: int, until: int, presences: list[Presence]
    ) -> None:
        self._recorder = recorder
        self._device = device
        self._dice = dice
        self._since = since
        self._until = until
        self._presences = presences

    def boot(self) -> None:
        """Start the system, its services and, at a workstation, the user's programs."""
        kernel = self._recorder.begin(
            self._device, "systemd" if self._device.is_linux else "kernel", self._since, hidden=True
        )
        if self._device.is_linux:
            self._boot_linux(kernel)
        else:
            self._boot_windows(kernel)

    def _stay(self, process: Process, name: str, habit: str) -> Process:
        start = self._recorder.calendar.start
        self._recorder.keep_running(name, process, process.created, self._until)
        if habit:
            first, last = -((start - process.created) // HOUR), (self._until - start) // HOUR
            self._presences.append(Presence(process, habit, first, last))
        return process

    def _boot_windows(self, kernel: Process) -> None:
        recorder, at = self._recorder, self._since
        role = self._device.role
        if role == "file server":
            habit = f"kernel of {self._device.short}"
        else:
            habit = "server kernel" if self._device.is_server else "workstation kernel"
        self._stay(kernel, "kernel", habit)
        sessions = recorder.start("smss", "{image}", kernel, at + SECOND)
        initial = recorder.start("wininit", "wininit.exe", sessions, at + 2 * SECOND)
        services = recorder.start("services", "{image}", initial, at + 3 * SECOND)
        self._stay(services, "service manager", "")
        logons = recorder.start("lsass", "{image}", initial, at + 3 * SECOND + 400_000)
        self._stay(logons, "logon service", "directory service" if role == "domain controller" else "")
        self._stay(logons, "logons", f"logons to {self._device.short}")
        for number, (image, command, name, habit, account) in enumerate(_SERVICES + _ROLE_SERVICES.get(role, ())):
            at_work = at + (5 + number) * SECOND + self._dice.number(0, 900_000)
            session = recorder.new_session(0) if account.startswith("svc_") else None
            process = recorder.start(image, command, services, at_work, account=account, session=session)
            self._stay(process, name, habit)
        if not self._device.is_server:
            self._log_on(sessions)

    def _log_on(self, sessions: Process) -> None:
        recorder, user = self._recorder, self._device.user
        at = self._since + self._dice.number(2, 6) * MINUTE
        session = recorder.logon(self._device.short, at, user.name, "Interactive")
        login = recorder.start("winlogon", "winlogon.exe", sessions, at - MINUTE, session=Session(999, 1))
        userinit = recorder.start(
            "userinit", "{image}", login, at, account=user.name, session=session, integrity="Medium"
        )
        explorer = recorder.start("explorer", "{image}", userinit, at + SECOND)
        self._stay(explorer, "explorer", "explorer")
        apps = _EVERYONES_APPS + _DEPARTMENT_APPS.get(self._device.department, _OFFICE_APPS)
        for app in apps:
            opened = at + self._dice.number(20, 900) * SECOND
            self._stay(recorder.start(app, '"{image}"', explorer, opened), app, app)

    def _boot_linux(self, init: Process) -> None:
        recorder = self._recorder
        self._stay(init, "kernel", "")
        services = _LINUX_SERVICES + _LINUX_ROLE_SERVICES.get(self._device.role, ())
        for number, (image, command, name, habit) in enumerate(services):
            at = self._since + (2 + number) * SECOND
            self._stay(recorder.start(image, command, init, at), name, habit)
        daemon = recorder.running(self._device.short, "logon service", self._since + MINUTE)
        self._stay(daemon, "logons", f"logons to {self._device.short}")
        if self._device.role == "linux developer":
            at = self._since + 4 * MINUTE
            session = recorder.logon(
                self._device.short,
                at,
                "l.zhang",
                "Network",
                source=recorder.estate.device("dev-ws-402"),
                protocol="ssh",
            )
            shell = recorder.start("bash", "-bash", daemon, at + SECOND, account="l.zhang", session=session)
            self._stay(shell, "developer shell", "developer shell")
