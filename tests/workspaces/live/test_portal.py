from __future__ import annotations

import base64
import gzip
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from tui.workspaces.live.configuration import LiveSettings
from tui.workspaces.live.opening import live_workspace
from tui.workspaces.live.portal import LONGEST, window_in
from tui.workspaces.protocol import Window

QUERY = (
    "// T1119-01: ümläut ✓\n"
    "let p_from = datetime(2026-11-20T01:00:00.000000Z);\n"
    "let p_to = datetime(2026-11-21T01:00:00.000000Z);\n"
    'DeviceEvents\n| where FileName == "a+b/c%20&d"\n'
)
RESOURCE = "/subscriptions/1/resourceGroups/g h/providers/Microsoft.OperationalInsights/workspaces/w"


def link(kind: str, query: str = QUERY, **more: str) -> str | None:
    own = {
        "log_analytics": {"workspace_id": "w", "resource_id": RESOURCE},
        "data_explorer": {"cluster": "hunts.westeurope", "database": "Device logs"},
    }
    settings = LiveSettings("x", kind, **{"tenant": "acme.example", **own.get(kind, {}), **more})
    return live_workspace(settings).portal_link(query)


def unpacked(text: str) -> bytes:
    return gzip.decompress(base64.b64decode(text))


def test_a_defender_link_holds_the_query() -> None:
    found = link("defender")
    assert found is not None
    parts = urlsplit(found)
    assert (parts.netloc, parts.path) == ("security.microsoft.com", "/v2/advanced-hunting")
    values = parse_qs(parts.query)
    packed = values["query"][0]
    assert "=" not in packed
    text = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode("utf-16-le")
    assert text.replace("\r\n", "\n") == QUERY.rstrip("\n")
    assert values["tid"] == ["acme.example"]


def test_a_logs_link_holds_query_resource_and_window() -> None:
    found = link("log_analytics")
    assert found is not None
    assert found.startswith(
        "https://portal.azure.com#@acme.example/blade/Microsoft_OperationsManagementSuite_Workspace/"
    )
    parts = urlsplit(found).fragment.split("/")
    assert unquote(parts[parts.index("resourceId") + 1]) == RESOURCE
    assert unpacked(unquote(unquote(parts[parts.index("q") + 1]))).decode() == QUERY
    assert unquote(parts[parts.index("timespan") + 1]) == "2026-11-20T01:00:00.000Z/2026-11-21T02:00:00.000Z"
    assert link("log_analytics", resource_id="") is None


def test_a_data_explorer_link_holds_query_cluster_and_database() -> None:
    found = link("data_explorer")
    assert found is not None
    parts = urlsplit(found)
    assert unquote(parts.path) == "/clusters/hunts.westeurope.kusto.windows.net/databases/Device logs"
    assert unpacked(parse_qs(parts.query)["query"][0]).decode() == QUERY


def test_a_query_too_long_for_a_link_gives_none() -> None:
    long = (
        "DeviceEvents | where FileName in (" + ", ".join(f"'{hash(str(n)):x}{n * 7919:x}'" for n in range(3_000)) + ")"
    )
    for kind in ("log_analytics", "defender", "data_explorer"):
        assert link(kind, long) is None
        short = link(kind)
        assert short is not None
        assert len(short) < LONGEST


def test_other_clouds_have_other_portals() -> None:
    assert str(link("defender", cloud="us_government")).startswith("https://security.microsoft.us/")
    assert str(link("log_analytics", cloud="china")).startswith("https://portal.azure.cn#")


def test_the_window_of_a_query() -> None:
    assert window_in(QUERY) == Window(datetime(2026, 11, 20, 1, tzinfo=UTC), datetime(2026, 11, 21, 1, tzinfo=UTC))
    assert window_in("DeviceEvents") is None
    assert window_in("let p_from = datetime(soon);\nlet p_to = datetime(2026-01-01);") is None
