"""The small tables that rows are made wide with: images, accounts, devices and every process that does something."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from tui.evidence.demo.estate import Device, Estate
from tui.evidence.demo.images import IMAGES
from tui.evidence.demo.layout import INITIATOR
from tui.evidence.demo.recorder import Recorder
from tui.evidence.demo.rows import ROW_TYPES, arrow_table, process_table

_SYSTEMS = {
    # platform: version, build, version information, distribution
    "WindowsServer2022": ("10.0", 20348, "21H2", "WindowsServer2022"),
    "WindowsServer2019": ("10.0", 17763, "1809", "WindowsServer2019"),
    "Windows11": ("10.0", 22631, "23H2", "Windows11"),
    "Windows10": ("10.0", 19045, "22H2", "Windows10"),
    "Linux": ("24.04", 0, "24.04", "Ubuntu"),
}


def _load(scratch: DuckDBPyConnection, name: str, arrow: pa.Table) -> None:
    scratch.register("arriving", arrow)
    scratch.execute(f"CREATE TABLE scratch.{name} AS SELECT * FROM arriving")
    scratch.unregister("arriving")


def load_dimensions(scratch: DuckDBPyConnection, recorder: Recorder) -> None:
    """Put into `scratch`: image, account, device, process, initiator, and crafted_TABLE for each table of evidence."""
    estate = recorder.estate
    _load(scratch, "image", _image_table())
    _load(scratch, "account", _account_table(estate))
    _load(scratch, "device", pa.Table.from_pylist([_device_columns(device) for device in estate.devices]))
    _load(scratch, "process", process_table(recorder.processes))
    for table, kind in ROW_TYPES.items():
        _load(scratch, f"crafted_{table}", arrow_table(kind, recorder.rows[table]))
    # Rows of processes say when the sensor told of it, some milliseconds after the process began.
    scratch.execute(
        """
        CREATE VIEW scratch.crafted_DeviceProcessEvents AS
        SELECT proc AS crafted, created + proc * 7919 % 30000 AS moment, parent AS proc, image, pid, created, command,
            account, logon_id, session, is_remote, remote_name, remote_ip, integrity
        FROM scratch.process WHERE NOT hidden
        """
    )
    scratch.execute(
        f"""
        CREATE TABLE scratch.initiator AS
        SELECT p.proc, p.account, p.logon_id, p.session, p.is_remote, p.remote_name, p.remote_ip, p.integrity,
            d.host, d.DeviceId, d.DeviceName, d.MachineGroup, d.LocalIP,
            {", ".join(f"{value} AS {column}" for column, value in INITIATOR.items())}
        FROM scratch.process p
        JOIN scratch.image m ON m.image = p.image
        JOIN scratch.account u ON u.account = p.account
        JOIN scratch.device d ON d.device = p.device
        LEFT JOIN scratch.process q ON q.proc = p.parent
        LEFT JOIN scratch.image k ON k.image = q.image
        """
    )


def _image_table() -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "image": key, "name": image.name, "path": image.path, "sha1": image.sha1, "md5": image.md5,
                "size": image.size, "company": image.company, "product": image.product, "version": image.version,
                "original": image.original, "description": image.description, "signer": image.signer,
            }
            for key, image in IMAGES.items()
        ]
    )  # fmt: skip


def _account_table(estate: Estate) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "account": account.index, "domain": account.domain, "name": account.name, "sid": account.sid,
                "upn": account.upn, "object_id": account.object_id,
            }
            for account in estate.accounts
        ]
    )  # fmt: skip


def _device_columns(device: Device) -> dict[str, Any]:
    version, build, information, distribution = _SYSTEMS[device.platform]
    return {
        "device": device.index, "host": device.short, "DeviceId": device.id, "DeviceName": device.name,
        "MachineGroup": "Servers" if device.is_server else "Workstations", "LocalIP": device.ip,
        "OSPlatform": device.platform, "OSVersion": version, "OSBuild": build, "OSVersionInfo": information,
        "OSDistribution": distribution, "DeviceType": "Server" if device.is_server else "Workstation",
        "Model": "Virtual Machine" if device.is_server else "Latitude 5450",
        "Vendor": "Microsoft Corporation" if device.is_server else "Dell Inc.",
        "user": device.user.name, "user_sid": device.user.sid, "user_domain": device.user.domain,
    }  # fmt: skip
