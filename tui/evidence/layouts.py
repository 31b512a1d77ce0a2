"""The layouts that the import reads, by the words its report uses."""

from __future__ import annotations

from enum import StrEnum


class Layout(StrEnum):
    """How a file's records are written."""

    EVTX = "Windows event log (EVTX)"
    EVTX_JSON = "Windows events as JSON of an EVTX tool"
    NXLOG = "Windows events as JSON of nxlog"
    POWERSHELL = "Windows events as JSON of a PowerShell export"
    WINLOGBEAT_7 = "Windows events as JSON of Winlogbeat 7"
    WINLOGBEAT_6 = "Windows events as JSON of Winlogbeat 6"
    DEFENDER_LOCAL_CSV = "Defender portal CSV with a browser's times"
    DEFENDER_CSV = "Defender portal CSV"
    LOG_ANALYTICS_CSV = "Log Analytics portal CSV"
    SENTINEL_CSV = "Sentinel table as CSV"

    @property
    def utc(self) -> bool:
        """Whether its times are UTC as they claim; else the clock must be learnt."""
        return self not in (Layout.NXLOG, Layout.POWERSHELL)
