from __future__ import annotations

from pathlib import Path

import pytest

from tui.workspaces.live.clouds import CLOUDS
from tui.workspaces.live.configuration import LiveSettings, read_configuration
from tui.workspaces.live.errors import ConfigurationError
from tui.workspaces.live.opening import live_workspace
from tui.workspaces.protocol import MissingWorkspaceError
from tui.workspaces.registry import list_workspaces, open_workspace

IDENTITY = "00000000-0000-0000-0000-000000000001"
GOOD = f"""
[acme-prod]
kind = "log_analytics"
workspace_id = "{IDENTITY}"
tenant = "acme.example"
resource_id = "/subscriptions/1/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w"

[acme-xdr]
kind = "defender"
cloud = "us_government"
sign_in = "azure_cli"

[lake]
kind = "data_explorer"
cluster = "hunts.westeurope"
database = "Device's"
"""


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the configuration is; nothing is there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "config" / "huntdeck" / "workspaces.toml"
    path.parent.mkdir(parents=True)
    return path


def test_workspaces_open_by_name(configured: Path) -> None:
    assert list_workspaces() == []
    configured.write_text(GOOD, encoding="utf-8")
    found = {entry.name: entry for entry in list_workspaces()}
    assert {name: entry.kind for name, entry in found.items()} == {
        "acme-prod": "log_analytics",
        "acme-xdr": "defender",
        "lake": "data_explorer",
    }
    assert found["acme-prod"].address == "https://api.loganalytics.io"
    assert found["acme-xdr"].address == "https://graph.microsoft.us"
    assert found["lake"].address == "https://hunts.westeurope.kusto.windows.net"
    for name, entry in found.items():
        workspace = open_workspace(name)
        assert (workspace.name, workspace.kind, workspace.banner) == (name, entry.kind, "LIVE")
    with pytest.raises(MissingWorkspaceError, match="did you mean acme-prod"):
        open_workspace("acme-prd")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[a]\nkind = "sentinel"', r"\[a\] kind = 'sentinel' is none of log_analytics, defender, data_explorer"),
        ('[a]\nkind = "defendr"', "did you mean defender"),
        ("[a]\n", r"\[a\] kind is missing"),
        ('[a]\nkind = "defender"\ntenannt = "x"', "tenannt is not known; did you mean tenant"),
        (
            '[a]\nkind = "defender"\nclient_secret = "hunter2"',
            "client_secret: secrets do not belong in this file; set AZURE_",
        ),
        ('[a]\nkind = "defender"\npassword = "hunter2"', "password: secrets do not belong"),
        ('[a]\nkind = "defender"\ntenant = 5', "tenant needs a text, found int"),
        ('[a]\nkind = "defender"\nsign_in = "browser"', "sign_in = 'browser' is none of environment"),
        ('[a]\nkind = "defender"\ncloud = "mars"', "cloud = 'mars' is none of public"),
        ('[a]\nkind = "defender"\ncloud = "china"', "defender is not offered in the cloud china"),
        ('[a]\nkind = "defender"\ndatabase = "x"', "database belongs to data_explorer, not defender"),
        ('[a]\nkind = "log_analytics"', "workspace_id is missing"),
        ('[a]\nkind = "data_explorer"\ndatabase = "x"', "cluster is missing"),
        ('[a]\nkind = "defender"\nurl = "http://127.0.0.1:1"', "url must be https"),
        ('[a]\nkind = "defender"\nurl = "graph"', "url = 'graph' is no address"),
        ('[a]\nkind = "defender"\nurl = "https://me:pw@graph"', "is no address"),
        ('[a]\nkind = "defender"\nca = "/no/such.pem"', "there is no such file"),
        ('kind = "defender"', "kind stands outside of any workspace"),
        ('["../x"]\nkind = "defender"', "cannot name a workspace"),
        ("[a\n", "not TOML"),
    ],
)
def test_what_is_wrong_is_named(configured: Path, text: str, words: str) -> None:
    configured.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=words) as caught:
        read_configuration()
    assert str(configured) in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_every_cloud_has_its_addresses() -> None:
    for name, cloud in CLOUDS.items():
        for kind in ("log_analytics", "defender", "data_explorer"):
            settings = LiveSettings("x", kind, name, cluster="c", database="d", workspace_id=IDENTITY)
            if name == "china" and kind == "defender":
                assert settings.endpoint == ""
                continue
            scope = live_workspace(settings).scope
            assert scope.startswith("https://")
            assert scope.endswith("/.default")
            assert settings.endpoint.startswith("https://")
            assert cloud.authority.startswith("login.")


@pytest.mark.parametrize(
    ("cluster", "address"),
    [
        ("c", "https://c.kusto.windows.net"),
        ("c.westeurope", "https://c.westeurope.kusto.windows.net"),
        ("c.westeurope.kusto.windows.net", "https://c.westeurope.kusto.windows.net"),
        ("https://c.westeurope.kusto.windows.net/", "https://c.westeurope.kusto.windows.net"),
    ],
)
def test_a_cluster_is_named_in_short_or_whole(cluster: str, address: str) -> None:
    assert LiveSettings("x", "data_explorer", cluster=cluster, database="d").endpoint == address
