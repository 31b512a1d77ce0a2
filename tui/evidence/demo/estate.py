"""The invented company whose devices the demo evidence comes from: its machines, people and service accounts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

DOMAIN = "NORTHWHARF"
DNS_DOMAIN = "northwharf.example"
TENANT = "6f1c2f0e-4f3b-4d5a-9a51-1119c011ec70"

_SERVERS = (
    # name, role, operating system
    ("dc01", "domain controller", "WindowsServer2022"),
    ("dc02", "domain controller", "WindowsServer2022"),
    ("fs01", "file server", "WindowsServer2022"),
    ("fs02", "file server", "WindowsServer2022"),
    ("bkp-03", "backup server", "WindowsServer2019"),
    ("db-01", "database server", "WindowsServer2022"),
    ("db-02", "linux database", "Linux"),
    ("build-01", "build server", "WindowsServer2022"),
    ("lnx-build-02", "linux build", "Linux"),
    ("lnx-dev-05", "linux developer", "Linux"),
    ("adm-jump-01", "jump host", "WindowsServer2022"),
    ("deploy-01", "deployment server", "WindowsServer2019"),
    ("mon-01", "monitoring server", "WindowsServer2022"),
    ("sync-01", "directory sync", "WindowsServer2022"),
    ("web-01", "web server", "WindowsServer2019"),
)
_NAMED_WORKSTATIONS = (
    # name, department, user
    ("fin-ws-114", "finance", "j.doe"),
    ("fin-ws-112", "finance", "m.okafor"),
    ("hr-ws-151", "people", "s.lindqvist"),
    ("hr-ws-152", "people", "t.marchetti"),
    ("mfg-ws-208", "production", "p.hansen"),
    ("it-ws-301", "it", "r.lind"),
    ("it-ws-302", "it", "k.vasquez"),
    ("dev-ws-401", "development", "a.novak"),
    ("dev-ws-402", "development", "l.zhang"),
)
_DEPARTMENTS = (
    ("mkt", "marketing"),
    ("sal", "sales"),
    ("fin", "finance"),
    ("mfg", "production"),
    ("dev", "development"),
    ("hr", "people"),
)
_FIRST = "a b c d e f g h i k l m n o p r s t u v w y".split()
_LAST = (
    "aalto abbott bauer berg castel cohen dahl diaz egede evans farkas fischer garnier gupta haas huang ibsen ito jansen "
    "jones kaya keller laine lopez maeda moreau nagy nilsson olsen ortiz park peeters quist rahman rossi sato silva tanaka "
    "thorne ueda unger vance virtanen weber wolff yilmaz young zeman"
).split()
_ALWAYS_ON = frozenset({"fin-ws-114", "mfg-ws-208", "it-ws-301", "dev-ws-401"})
SERVICE_ACCOUNTS = ("svc_backup", "svc_sql", "svc_deploy", "svc_monitor", "svc_ci", "svc_sync", "svc_scan")
ADMINISTRATORS = ("adm.rlind", "adm.kvasquez")
_DOMAIN_SID = "S-1-5-21-2119440011-3118220507-1119074001"


@dataclass(frozen=True)
class Account:
    """An account; `index` is its number in the estate, 0 the account of nobody."""

    index: int
    domain: str
    name: str
    sid: str
    upn: str = ""
    object_id: str = ""


@dataclass(frozen=True)
class Device:
    """A machine; `user` works at it (nobody at a server), `department` is its user's or the servers'."""

    index: int
    short: str
    role: str
    platform: str
    department: str
    ip: str
    user: Account
    always_on: bool

    @property
    def name(self) -> str:
        """The lower-case FQDN."""
        return f"{self.short}.{DNS_DOMAIN}"

    @property
    def id(self) -> str:
        """The device id: 40 hexadecimal digits that follow from the name alone.

        The monitoring server has no sensor: its events come by forwarding, and as after an import its name is its id.
        """
        if self.role == "monitoring server":
            return self.name
        return hashlib.sha1(f"device {self.name}".encode(), usedforsecurity=False).hexdigest()

    @property
    def is_linux(self) -> bool:
        """Whether it runs Linux."""
        return self.platform == "Linux"

    @property
    def is_server(self) -> bool:
        """Whether nobody works at it."""
        return self.role != "workstation"


@dataclass
class Estate:
    """The machines and accounts of a demo with so many devices."""

    size: int
    accounts: list[Account] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._add_account("", "", "")
        self._add_account("nt authority", "system", "S-1-5-18")
        self._add_account("nt authority", "local service", "S-1-5-19")
        self._add_account("nt authority", "network service", "S-1-5-20")
        self._add_account("", "root", "")
        for name in (*SERVICE_ACCOUNTS, *ADMINISTRATORS):
            self._add_domain_account(name)
        for short, role, platform in _SERVERS:
            self._add_server(short, role, platform)
        for short, department, user in _NAMED_WORKSTATIONS:
            self._add_workstation(short, department, user)
        for number in range(self.size - len(self.devices)):
            prefix, department = _DEPARTMENTS[number % len(_DEPARTMENTS)]
            self._add_workstation(f"{prefix}-ws-{501 + number}", department, _person(number))

    @cached_property
    def _by_name(self) -> dict[str, Device]:
        return {device.short: device for device in self.devices}

    @cached_property
    def _accounts_by_name(self) -> dict[str, Account]:
        return {account.name: account for account in self.accounts}

    def device(self, short: str) -> Device:
        """The device of that short name; KeyError for another."""
        return self._by_name[short]

    def account(self, name: str) -> Account:
        """The account of that name (`system`, `root`, `svc_backup`, `j.doe`); KeyError for another."""
        return self._accounts_by_name[name]

    def workstations(self, department: str = "") -> list[Device]:
        """The workstations, or those of one department, in the estate's order."""
        return [device for device in self.devices if not device.is_server and department in ("", device.department)]

    def servers(self, role: str = "") -> list[Device]:
        """The servers, or those of one role, in the estate's order."""
        return [device for device in self.devices if device.is_server and role in ("", device.role)]

    def addresses(self, name: str) -> tuple[str, int, int]:
        """Where `name` (a device, `servers` or `workstations`) is: the address, `{n}` for its varying last part, that
        part's smallest value and how many follow each other."""
        if name not in ("servers", "workstations"):
            return self.device(name).ip, 0, 1
        prefix, _, first = (self.servers() if name == "servers" else self.workstations())[0].ip.rpartition(".")
        count = sum(device.ip.startswith(f"{prefix}.") for device in self.devices)
        return f"{prefix}.{{n}}", int(first), count

    def _add_account(self, domain: str, name: str, sid: str, upn: str = "", object_id: str = "") -> Account:
        account = Account(len(self.accounts), domain, name, sid, upn, object_id)
        self.accounts.append(account)
        return account

    def _add_domain_account(self, name: str) -> Account:
        digest = hashlib.sha1(f"account {name}".encode(), usedforsecurity=False).digest()
        sid = f"{_DOMAIN_SID}-{1100 + len(self.accounts)}"
        return self._add_account(DOMAIN, name, sid, f"{name}@{DNS_DOMAIN}", str(UUID(bytes=digest[:16], version=4)))

    def _add_server(self, short: str, role: str, platform: str) -> None:
        index = len(self.devices)
        nobody = self.accounts[0]
        self.devices.append(Device(index, short, role, platform, "servers", f"10.20.1.{11 + index}", nobody, True))

    def _add_workstation(self, short: str, department: str, user: str) -> None:
        index = len(self.devices)
        ip = f"10.20.{16 + index // 200}.{20 + index % 200}"
        platform = "Windows11" if index % 4 else "Windows10"
        always_on = short in _ALWAYS_ON or index % 7 == 5
        account = self._add_domain_account(user)
        self.devices.append(Device(index, short, "workstation", platform, department, ip, account, always_on))


def _person(number: int) -> str:
    """The account name of the person with that number; no two are the same."""
    lap, rest = divmod(number, len(_FIRST) * len(_LAST))
    column, row = rest % len(_FIRST), rest // len(_FIRST)
    return f"{_FIRST[column]}.{_LAST[(row + 11 * column) % len(_LAST)]}{lap or ''}"
