"""The live workspaces that the analyst has set up: `$XDG_CONFIG_HOME/huntdeck/workspaces.toml`, a table for each.

    [acme-prod]
    kind = "log_analytics"
    workspace_id = "00000000-0000-0000-0000-000000000000"
    tenant = "acme.example"

It holds no secret: `client_secret` and the like are refused, for the environment is the place for them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tui.kql.dialects import nearest
from tui.settings.paths import WorkspaceNameError, config_folder, workspace_file
from tui.workspaces.live.clouds import CLOUDS, Cloud
from tui.workspaces.live.errors import ConfigurationError
from tui.workspaces.live.remembered import REMEMBERED

LIVE_KINDS = ("log_analytics", "defender", "data_explorer")
WAYS = ("environment", "workload_identity", "azure_cli", "managed_identity", "device_code", "none")
"""How to sign in; `none` for servers that ask for no token."""

_REQUIRED = {"log_analytics": ("workspace_id",), "defender": (), "data_explorer": ("database",)}
_SECRETS = ("secret", "password", "token", "certificate", "private_key", "api_key", "apikey", "credential", "assertion")
_BELONGS = {
    "workspace_id": "log_analytics",
    "resource_id": "log_analytics",
    "basic_tables": "log_analytics",
    "cluster": "data_explorer",
    "database": "data_explorer",
}
"""Keys that only one kind has."""


@dataclass(frozen=True)
class LiveSettings:
    """One live workspace. Texts are empty where nothing is set.

    `remember_sign_in` says where a device code's sign-in outlasts the program. `url` takes the place of the service's
    address, `authority` that of the place to sign in; `ca` is a file with further authorities to trust; `resource_id` (the
    workspace's Azure resource) is for links to the portal, and for asking which plans the tables have; `basic_tables` names
    tables, with commas between them, whose plan is Basic or Auxiliary.
    """

    name: str
    kind: str
    cloud: str = "public"
    workspace_id: str = ""
    resource_id: str = ""
    basic_tables: str = ""
    cluster: str = ""
    database: str = ""
    tenant: str = ""
    client_id: str = ""
    sign_in: str = ""
    remember_sign_in: str = ""
    url: str = ""
    authority: str = ""
    ca: Path | None = None

    @property
    def place(self) -> Cloud:
        """The cloud's addresses."""
        return CLOUDS[self.cloud]

    @property
    def endpoint(self) -> str:
        """Where the service is, without a slash at the end."""
        if self.url:
            return self.url.rstrip("/")
        if self.kind == "data_explorer":
            return _cluster_address(self.cluster, self.place)
        return self.place.log_analytics if self.kind == "log_analytics" else self.place.defender

    @property
    def plans(self) -> dict[str, str]:
        """The tables that the configuration says may not be combined with others, each with its plan."""
        names = (name.strip() for name in self.basic_tables.split(","))
        return {name: "Basic or Auxiliary" for name in names if name}

    @property
    def host(self) -> str:
        """The name of the service's computer."""
        return urlsplit(self.endpoint).netloc


def configuration_file() -> Path:
    """Where live workspaces are configured."""
    return config_folder() / "workspaces.toml"


def read_configuration(path: Path | None = None) -> dict[str, LiveSettings]:
    """The live workspaces by name, none when there is no file; ConfigurationError names file, workspace and key."""
    path = path or configuration_file()
    try:
        with path.open("rb") as stream:
            tables = tomllib.load(stream)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from error
    return {name: settings_from(name, table, str(path)) for name, table in tables.items()}


def settings_from(name: str, table: Any, where: str) -> LiveSettings:
    """The settings in one table; ConfigurationError says what is wrong, `where` the table is."""
    place = f"{where}: [{name}]"
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"{where}: {name} stands outside of any workspace; begin with [NAME]")
    try:
        workspace_file(name)
    except WorkspaceNameError as error:
        raise ConfigurationError(f"{where}: {error}") from error
    for problem in _problems(table):
        raise ConfigurationError(f"{place} {problem}")
    values = {key: value.strip() for key, value in table.items()}
    ca = Path(values.pop("ca")).expanduser() if values.get("ca") else None
    values.pop("ca", None)
    settings = LiveSettings(name=name, ca=ca, **values)
    for problem in _disagreements(settings):
        raise ConfigurationError(f"{place} {problem}")
    return settings


def _problems(table: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with single keys."""
    known = [field.name for field in fields(LiveSettings) if field.name != "name"]
    for key, value in table.items():
        if key not in known:
            if any(word in key.lower() for word in _SECRETS):
                yield (
                    f"{key}: secrets do not belong in this file; set AZURE_CLIENT_ID, AZURE_TENANT_ID and "
                    'AZURE_CLIENT_SECRET in the environment and sign_in = "environment"'
                )
            yield f"{key} is not known{nearest(key, known)}"
        if not isinstance(value, str):
            yield f"{key} needs a text, found {type(value).__name__}"
    allowed = {"kind": LIVE_KINDS, "cloud": tuple(CLOUDS), "sign_in": WAYS, "remember_sign_in": REMEMBERED}
    for key, choices in allowed.items():
        value = table.get(key, {"kind": None, "cloud": "public"}.get(key, ""))
        if value is None:
            yield f"{key} is missing: one of {', '.join(choices)}"
        elif value not in choices and not (key.endswith("sign_in") and value == ""):
            yield f"{key} = {value!r} is none of {', '.join(choices)}{nearest(value, choices)}"


def _disagreements(settings: LiveSettings) -> Iterator[str]:
    """What does not go together."""
    for key in _REQUIRED[settings.kind]:
        if not getattr(settings, key):
            yield f"{key} is missing, which {settings.kind} needs"
    for key, kind in _BELONGS.items():
        if getattr(settings, key) and kind != settings.kind:
            yield f"{key} belongs to {kind}, not {settings.kind}"
    if settings.kind == "data_explorer" and not (settings.cluster or settings.url):
        yield "cluster is missing, which data_explorer needs: its name, or https://NAME.REGION.kusto.windows.net"
    if not settings.endpoint:
        yield f"{settings.kind} is not offered in the cloud {settings.cloud}"
    for key in ("url", "authority"):
        address = getattr(settings, key)
        if address and not _is_address(address):
            yield f"{key} = {address!r} is no address such as https://host"
        elif address.startswith("http://") and settings.sign_in != "none":
            yield f"{key} must be https: a token is not sent over an open connection"
    if settings.remember_sign_in and settings.sign_in != "device_code":
        yield (
            'remember_sign_in is for sign_in = "device_code": the other ways keep what they need themselves, outside of '
            "huntdeck"
        )
    if settings.ca and not settings.ca.is_file():
        yield f"ca = {str(settings.ca)!r}: there is no such file"


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not parts.username and not parts.query


def _cluster_address(cluster: str, cloud: Cloud) -> str:
    """`https://NAME.REGION.kusto.windows.net` for a cluster's name, with region or not, or its whole address."""
    if cluster.startswith("https://"):
        return cluster.rstrip("/")
    return f"https://{cluster}" if cluster.endswith(cloud.data_explorer) else f"https://{cluster}.{cloud.data_explorer}"
