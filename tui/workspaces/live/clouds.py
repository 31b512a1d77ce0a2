"""Where the services are in each cloud, in one place.

From the services' documentation of endpoints and national clouds (Microsoft Graph deployments, Defender for Endpoint for US
Government customers) and from Microsoft's own clients (the Azure SDKs' Log Analytics endpoints and audiences, the Kusto SDK's
trusted clusters, azure-identity's authorities).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """One cloud: where to sign in, and per kind of workspace the address, the token's audience and the portal.

    An empty text says that the service, or its portal, does not exist there. Azure Data Explorer's address is the cluster's
    own: `data_explorer` is what follows its name.
    """

    name: str
    authority: str
    log_analytics: str
    log_analytics_portal: str
    defender: str
    defender_portal: str
    data_explorer: str
    data_explorer_audience: str
    data_explorer_portal: str
    management: str
    """Azure Resource Manager, which knows the plans of tables."""


CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "public",
            "login.microsoftonline.com",
            "https://api.loganalytics.io",
            "https://portal.azure.com",
            "https://graph.microsoft.com",
            "https://security.microsoft.com",
            "kusto.windows.net",
            "https://kusto.kusto.windows.net",
            "https://dataexplorer.azure.com",
            "https://management.azure.com",
        ),
        Cloud(
            "us_government",
            "login.microsoftonline.us",
            "https://api.loganalytics.us",
            "https://portal.azure.us",
            "https://graph.microsoft.us",
            "https://security.microsoft.us",
            "kusto.usgovcloudapi.net",
            "https://kusto.kusto.usgovcloudapi.net",
            "https://dataexplorer.azure.us",
            "https://management.usgovcloudapi.net",
        ),
        Cloud(
            "us_government_dod",
            "login.microsoftonline.us",
            "https://api.loganalytics.us",
            "https://portal.azure.us",
            "https://dod-graph.microsoft.us",
            "https://security.apps.mil",
            "kusto.usgovcloudapi.net",
            "https://kusto.kusto.usgovcloudapi.net",
            "https://dataexplorer.azure.us",
            "https://management.usgovcloudapi.net",
        ),
        Cloud(
            "china",
            "login.chinacloudapi.cn",
            "https://api.loganalytics.azure.cn",
            "https://portal.azure.cn",
            "",
            "",
            "kusto.chinacloudapi.cn",
            "https://kusto.kusto.chinacloudapi.cn",
            "https://dataexplorer.azure.cn",
            "https://management.chinacloudapi.cn",
        ),
    )
}
"""The clouds by name. Hunting through Microsoft Graph is not offered in China."""
