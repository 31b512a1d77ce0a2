"""Links that open a query in a service's portal."""

from __future__ import annotations

import base64
import gzip
import re
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from tui.kql.literals import LiteralError, parse_datetime
from tui.workspaces.protocol import Window

LONGEST = 8_000
"""Characters of a link that browsers and portals still take."""

_BOUND = re.compile(r"^let p_(from|to) = datetime\(([^)]*)\);", re.MULTILINE)


def defender_link(portal: str, query: str, tenant: str = "") -> str | None:
    """Advanced hunting with `query` filled in; None when it would be too long."""
    lines = "\r\n".join(query.splitlines())
    packed = base64.urlsafe_b64encode(_packed(lines.encode("utf-16-le"))).decode().rstrip("=")
    owner = f"&tid={quote(tenant, safe='')}" if tenant else ""
    return _short(f"{portal}/v2/advanced-hunting?query={packed}&timeRangeId=month{owner}")


def logs_link(portal: str, query: str, resource_id: str, tenant: str = "") -> str | None:
    """The Logs page of a Log Analytics workspace, by its Azure resource, with `query` and its window; None when too long."""
    packed = quote(quote(base64.b64encode(_packed(query.encode())).decode(), safe=""), safe="")
    window = window_in(query)
    span = "P30D"
    if window is not None:
        late = window.end + timedelta(hours=1)
        span = quote(f"{window.start:%Y-%m-%dT%H:%M:%S.000Z}/{late:%Y-%m-%dT%H:%M:%S.000Z}", safe="")
    place = quote(resource_id, safe="")
    return _short(
        f"{portal}#@{quote(tenant, safe='')}/blade/Microsoft_OperationsManagementSuite_Workspace/Logs.ReactView/resourceId/"
        f"{place}/source/LogsBlade.AnalyticsShareLinkToQuery/q/{packed}/timespan/{span}"
    )


def data_explorer_link(portal: str, query: str, cluster: str, database: str) -> str | None:
    """The query page of a database, its cluster given by address; None when too long."""
    packed = quote(base64.b64encode(_packed(query.encode())).decode(), safe="")
    host = quote(urlsplit(cluster).netloc, safe="")
    return _short(f"{portal}/clusters/{host}/databases/{quote(database, safe='')}?query={packed}")


def window_in(query: str) -> Window | None:
    """The window that a hunt's query is bound by; None for a query without."""
    found: dict[str, datetime] = {}
    for name, text in _BOUND.findall(query):
        try:
            found[name] = parse_datetime(text)
        except LiteralError:
            return None
    try:
        return Window(found["from"], found["to"])
    except (KeyError, ValueError):
        return None


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _short(link: str) -> str | None:
    return link if len(link) <= LONGEST else None
