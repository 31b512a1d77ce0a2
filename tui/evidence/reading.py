"""Reads one recognised file into staged rows, whatever its format."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from tui.evidence.clocks import Clock
from tui.evidence.errors import UnreadableFileError
from tui.evidence.evtx_file import EvtxReader
from tui.evidence.json_stream import json_lines, json_values
from tui.evidence.layouts import Layout
from tui.evidence.mapping import MappedRow, device_row, kept_row
from tui.evidence.portal_csv import PortalReader, PortalRow
from tui.evidence.recognise import Kind, Recognised
from tui.evidence.report import FileReport
from tui.evidence.sources import CountedReader
from tui.evidence.staging import Staging
from tui.evidence.tables import visible_columns
from tui.evidence.values import text
from tui.evidence.windows_json import layout_of, windows_record
from tui.evidence.windows_record import SYSMON, WindowsRecord

_PULSE = 2_000
"""Records between two signs of life."""


@dataclass
class Reading:
    """What reading a file left besides its staged rows."""

    layout: Layout
    clock: Clock
    hosts: set[str]


class FileReader:
    """Reads one file: its records become staged rows, what is to say about them goes into `report`.

    `pulse` is called every few thousand records and may raise to stop the reading; `folder` is for passing files.
    """

    def __init__(
        self, staging: Staging, report: FileReport, zone: tzinfo | None, folder: Path, pulse: Callable[[], None]
    ) -> None:
        self._pulse = pulse
        self._staging = staging
        self._report = report
        self._zone = zone
        self._folder = folder
        self._clock = Clock()
        self._hosts: set[str] = set()

    def read(self, stream: BinaryIO, how: Recognised, counted: CountedReader) -> Reading:
        """Stages all records; UnreadableFileError when the file is not whole or holds nothing that can be taken."""
        if how.kind is Kind.CSV:
            layout = self._read_csv(counted, how)
        elif how.kind is Kind.EVTX:
            layout = self._read_evtx(stream, counted)
        else:
            layout = self._read_json(counted, how)
        self._staging.flush()
        self._report.layout = layout.value
        return Reading(layout, self._clock, self._hosts)

    def _read_json(self, counted: CountedReader, how: Recognised) -> Layout:
        layouts: dict[Layout, int] = {}
        broken: list[int] = []
        with _text(counted, how.encoding, "\n") as stream:
            items = json_lines(stream) if how.kind is Kind.JSON_LINES else json_values(stream)
            for item in items:
                self._count()
                if item.value is None:
                    broken.append(item.number)
                    continue
                layout = layout_of(item.value)
                record = windows_record(item.number, item.value, layout)
                if record is None or layout is None:
                    self._report.skipped["not a Windows event"] += 1
                    continue
                layouts[layout] = layouts.get(layout, 0) + 1
                self._take(record)
        if broken:
            self._report.skipped["line is not JSON"] += len(broken)
            more = f", nor are {len(broken) - 1:,} others" if len(broken) > 1 else ""
            self._report.warnings.append(f"line {broken[0]:,} is not JSON{more}")
        if not layouts:
            raise UnreadableFileError("it holds no Windows events")
        return max(layouts, key=lambda layout: layouts[layout])

    def _read_evtx(self, stream: BinaryIO, counted: CountedReader) -> Layout:
        reader = EvtxReader()
        with tempfile.TemporaryFile(dir=self._folder) as spool:
            whole: Any = stream
            if not (isinstance(stream, io.BufferedReader) and stream.seekable()):
                shutil.copyfileobj(cast(BinaryIO, counted), spool, 1 << 20)
                spool.seek(0)
                whole = spool
            for record in reader.read(whole):
                self._count()
                if record is None:
                    self._report.skipped["record without an event id"] += 1
                else:
                    self._take(record)
        self._report.warnings += [f"a part could not be read: {words}" for words in reader.damaged]
        return Layout.EVTX

    def _read_csv(self, counted: CountedReader, how: Recognised) -> Layout:
        assert how.header is not None
        reader = PortalReader(how.header, self._zone)
        with _text(counted, how.encoding, "") as stream:
            for row in reader.rows(stream):
                self._count()
                self._take_row(row)
        report = self._report
        report.records = reader.records
        report.skipped.update(reader.skipped)
        unused = sorted({*how.header.unknown, *reader.lost})
        if unused:
            report.warnings.append(f"columns that the tables do not have were left out: {', '.join(unused)}")
        if reader.guessed_zone:
            report.warnings.append(
                "its times name no zone and were taken as UTC; give the zone of the browser if it was another"
            )
        if reader.timeless:
            report.warnings.append(f"{reader.timeless:,} rows have no time that can be read")
        return how.header.layout

    def _take(self, record: WindowsRecord) -> None:
        """Stages what a Windows record gives."""
        self._hosts.add(record.device)
        if record.utc is not None and record.printed is not None and record.family == SYSMON:
            self._clock.observe(record.printed, record.utc)
        self._stage(kept_row(record), record)
        self._stage_device_row(record)

    def _stage_device_row(self, record: WindowsRecord) -> None:
        row, reason = device_row(record)
        if row is None:
            self._report.skipped[reason] += 1
        else:
            self._stage(row, record)

    def _stage(self, row: MappedRow, record: WindowsRecord) -> None:
        columns = row.columns
        columns["_Utc"] = record.utc
        columns["_Printed"] = record.printed
        columns["_Received"] = record.received
        columns["_TimeText"] = record.time_text
        columns["_Source"] = record.source
        self._finish(row.table, columns, record.number)

    def _count(self) -> None:
        self._report.records += 1
        if self._report.records % _PULSE == 0:
            self._pulse()

    def _take_row(self, row: PortalRow) -> None:
        """Stages a portal row, and what a Windows record that it holds gives."""
        columns = dict(row.values)
        columns.pop("Timestamp", None)
        has = visible_columns(row.table)
        if "DeviceName" in columns and "DeviceId" in has:
            columns.setdefault("DeviceId", columns["DeviceName"].lower())
        if "Type" in has:
            columns.setdefault("Type", row.table)
        columns["_Utc"] = row.time
        columns["_TimeText"] = row.time_text
        columns["_Source"] = row.table
        columns["_RowKey"] = row.key
        self._finish(row.table, columns, row.number)
        record = _record_of(row)
        if record is not None:
            self._stage_device_row(record)

    def _finish(self, table: str, columns: dict[str, Any], number: int) -> None:
        columns["_File"] = self._report.name
        columns["_Record"] = number
        columns["_FileSha256"] = self._report.sha256
        self._staging.add(table, columns)


def _text(counted: CountedReader, encoding: str, newline: str) -> TextIO:
    return io.TextIOWrapper(io.BufferedReader(counted, 1 << 18), encoding, errors="replace", newline=newline)


def _record_of(row: PortalRow) -> WindowsRecord | None:
    """The Windows record that a row of SecurityEvent or WindowsEvent holds."""
    values = row.values
    if row.table not in ("SecurityEvent", "WindowsEvent") or values.get("EventID") is None:
        return None
    data: dict[str, Any] = dict(values)
    if row.table == "WindowsEvent":
        data = _object(values.get("EventData"))
    return WindowsRecord(
        number=row.number,
        event_id=values["EventID"],
        channel=text(values.get("Channel")) or ("Security" if row.table == "SecurityEvent" else ""),
        provider=text(values.get("Provider") or values.get("EventSourceName")),
        computer=text(values.get("Computer")),
        data=data,
        utc=row.time,
        time_text=row.time_text,
    )


def _object(value: Any) -> dict[str, Any]:
    try:
        found = json.loads(value or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
