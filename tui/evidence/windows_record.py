"""One record of a Windows event log, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

SYSMON = "sysmon"
SECURITY = "security"

_SYSMON_CHANNEL = "microsoft-windows-sysmon/operational"


@lru_cache(maxsize=256)
def _family(channel: str, provider: str) -> str:
    if channel == _SYSMON_CHANNEL or provider == "microsoft-windows-sysmon":
        return SYSMON
    if channel == "security" or (not channel and provider == "microsoft-windows-security-auditing"):
        return SECURITY
    return ""


@dataclass(slots=True)
class WindowsRecord:
    """A record with the system part sorted out and the event's own data in `data`.

    `utc` is the time where the record itself says it in UTC (Sysmon's UtcTime). `printed` is the time on the clock of
    the file, which may not be UTC, and `received` the time in UTC at which a collector got the record. `time_text` is
    the best of them as it was written.
    """

    number: int
    event_id: int
    channel: str = ""
    provider: str = ""
    computer: str = ""
    record_id: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    utc: datetime | None = None
    printed: datetime | None = None
    received: datetime | None = None
    time_text: str = ""
    version: int | None = None
    level: int | None = None
    level_name: str = ""
    task: int | None = None
    opcode: str = ""
    keywords: str = ""
    process_id: int | None = None
    thread_id: int | None = None
    user_id: str = ""

    @property
    def family(self) -> str:
        """`sysmon`, `security`, or '' for every other log."""
        return _family(self.channel.lower(), self.provider.lower())

    @property
    def source(self) -> str:
        """The record's kind in words, such as `Sysmon 1` or `Security 4688`."""
        log = {SYSMON: "Sysmon", SECURITY: "Security"}.get(self.family) or self.channel or self.provider or "event"
        return f"{log} {self.event_id}"

    @property
    def device(self) -> str:
        """The host's name in lower case: its identity where the source has no other."""
        return self.computer.strip().lower()
