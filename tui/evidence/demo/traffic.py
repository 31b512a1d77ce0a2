"""Habits that follow from who works where: logons to each machine, and the use of the file servers' shares."""

from __future__ import annotations

from tui.evidence.demo.acts import Act, Audit, Connect, Habit, Logon, Write
from tui.evidence.demo.estate import Device, Estate

SHARES = {"fs01": ("Finance", "People", "Public"), "fs02": ("Production", "Sales", "Public")}
_NETWORK, _FILES, _LOGONS, _AUDIT = "DeviceNetworkEvents", "DeviceFileEvents", "DeviceLogonEvents", "SecurityEvent"
_DOCUMENTS = ("2025\\budget {n}.xlsx", "2025\\invoice {n}.pdf", "projects\\plan {n}.docx", "minutes\\minutes {n}.docx")
_MOST_USERS = 60
_READ, _LIST = "0x120089", "0x100081"


def habits_of(estate: Estate) -> dict[str, Habit]:
    """The habits `logons to DEVICE` of every device and `kernel of DEVICE` of the file servers."""
    habits = {f"logons to {device.short}": _logons(estate, device) for device in estate.devices}
    habits |= {f"kernel of {device.short}": _file_server(estate, device) for device in estate.servers("file server")}
    return habits


def _logons(estate: Estate, device: Device) -> Habit:
    if device.is_server:
        rates = {"domain controller": 40, "file server": 30}
        return Habit("server", _server_logons(estate, device), {_LOGONS: rates.get(device.role, 8)})
    user, deploy = device.user.index, estate.device("deploy-01")
    acts: tuple[Act, ...] = (
        Logon("Unlock", user, weight=7),
        Logon("CachedInteractive", user),
        Logon("Unlock", user, failure="InvalidUserNameOrPassword"),
        Logon("Network", estate.account("svc_deploy").index, deploy.short, deploy.ip, weight=2),
    )
    return Habit("office", acts, {_LOGONS: 4})


def _server_logons(estate: Estate, device: Device) -> tuple[Act, ...]:
    protocol = "ssh" if device.is_linux else "Kerberos"
    acts: list[Act] = []
    for name, source in (("svc_monitor", "mon-01"), ("svc_backup", "bkp-03"), ("svc_sync", "sync-01")):
        origin = estate.device(source)
        acts.append(Logon("Network", estate.account(name).index, origin.short, origin.ip, protocol=protocol, weight=3))
    everyone = estate.workstations()[:_MOST_USERS]
    visitors = everyone if device.role in ("domain controller", "file server") else everyone[device.index % 5 :: 5]
    for visitor in visitors:
        acts.append(Logon("Network", visitor.user.index, visitor.short, visitor.ip, protocol=protocol, weight=2))
    clumsy = visitors[0]
    acts.append(Logon("Network", clumsy.user.index, clumsy.short, clumsy.ip, "InvalidUserNameOrPassword", 1, "NTLM"))
    return tuple(acts)


def _file_server(estate: Estate, server: Device) -> Habit:
    """Documents read and written through shares, seen by the sensor (files, connections) and by auditing."""
    acts: list[Act] = []
    for number, visitor in enumerate(estate.workstations()[:_MOST_USERS]):
        who, ip, workstation = visitor.user.index, visitor.ip, visitor.short.upper()
        share = SHARES[server.short][number % 3]
        document = _DOCUMENTS[number % len(_DOCUMENTS)]
        root = f"D:\\Shares\\{share}\\"
        object_path = f"\\??\\D:\\Shares\\{share}"
        acts += [
            Write(root + document, 12_000, 2_000_000, 1, "FileModified", share=share, account=who, source_ip=ip),
            Connect(ip=f"@{visitor.short}", port=445, action="InboundConnectionAccepted"),
            Audit(5145, who, ip, workstation, f"\\\\*\\{share}", object_path, document, _READ, weight=4),
            Audit(
                5145, who, ip, workstation, f"\\\\*\\{share}", object_path, document.partition("\\")[0], _LIST, weight=2
            ),
            Audit(5145, who, ip, workstation, "\\\\*\\IPC$", "", "srvsvc", "0x12019F"),
            Audit(4663, who, "", "", "", "", document, "0x1", root, weight=2),
            Audit(4624, who, ip, workstation, logon_type=3),
        ]
    return Habit("server", tuple(acts), {_FILES: 60, _NETWORK: 40, _AUDIT: 10})
