"""What an import says about itself: while it runs, and when it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True)
class ImportProgress:
    """Where an import is: `file` of `files`, the bytes of it read so far, and the records of the whole import so far.

    `step` is `checking`, `reading`, `joining` or `saving`; `total` is 0 while the size of a file is not known.
    """

    step: str
    name: str
    file: int
    files: int
    bytes: int
    total: int
    records: int


@dataclass
class FileReport:
    """What became of one file, or of one member of an archive.

    `rows` counts the rows of each table that came from it and are left after pairs were merged, `merged` the pairs it
    had a part in, `skipped` the records that gave no `Device*` row or no row at all, by reason. An `error` means that
    nothing was taken from the file; `already` names the import that brought the same content before.
    """

    path: Path
    member: str = ""
    layout: str = ""
    sha256: str = ""
    bytes: int = 0
    records: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    clock: str = ""
    offset: timedelta | None = None
    """What was added to the file's own clock to reach UTC, where that clock was not UTC."""
    warnings: list[str] = field(default_factory=list)
    error: str = ""
    already: str = ""

    @property
    def name(self) -> str:
        """The path, and the member inside it."""
        return f"{self.path}!{self.member}" if self.member else str(self.path)

    @property
    def imported(self) -> bool:
        """Whether records of the file went into the workspace."""
        return not self.error and not self.already


@dataclass
class ImportReport:
    """What an import did to `workspace`: `rows` is by how much each table grew, `merged` the pairs per table."""

    workspace: Path
    files: list[FileReport] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    changed: bool = False
    cancelled: bool = False

    @property
    def records(self) -> int:
        """Records read from the files that were imported."""
        return sum(file.records for file in self.files if file.imported)

    @property
    def skipped(self) -> Counter[str]:
        """Skipped records of all files, by reason."""
        return sum((file.skipped for file in self.files if file.imported), Counter())

    @property
    def failed(self) -> bool:
        """Whether a file could not be imported."""
        return any(file.error for file in self.files)


NOT_MAPPED = ": not mapped"
"""How the reason ends for a kind of record that is kept but has no `Device*` row."""

_KINDS_TOLD = 12

_PAIRS = {
    "DeviceProcessEvents": "Sysmon 1 and Security 4688 of one process",
    "DeviceNetworkEvents": "Sysmon 3 and Security 5156 of one connection",
}


def render_report(report: ImportReport) -> list[str]:
    """The report as plain lines. They hold names from files: make them safe before they reach a terminal."""
    if report.cancelled:
        return [f"cancelled: nothing was changed in {report.workspace}"]
    lines: list[str] = []
    for file in report.files:
        lines += _file_lines(file)
    lines += [f"warning: {warning}" for warning in report.warnings]
    lines.append(_summary(report))
    if report.changed:
        lines += _counts("added", report.rows)
        lines += _pairs(report.merged)
    return lines


def _summary(report: ImportReport) -> str:
    taken = sum(file.imported for file in report.files)
    known = sum(bool(file.already) for file in report.files)
    broken = sum(bool(file.error) for file in report.files)
    parts = [f"{taken:,} of {len(report.files):,} files imported, {report.records:,} records in {report.seconds:.1f} s"]
    if known:
        parts.append(f"{known:,} already there")
    if broken:
        parts.append(f"{broken:,} not imported")
    if not report.changed:
        parts.append(f"nothing was changed in {report.workspace}")
    return "; ".join(parts)


def _file_lines(file: FileReport) -> list[str]:
    lines = [file.name]
    if file.error:
        return [*lines, f"  not imported: {file.error}"]
    if file.already:
        return [*lines, f"  already there: {file.already}; nothing was added"]
    lines.append(f"  {file.layout}; {file.records:,} records, {file.bytes:,} bytes, SHA-256 {file.sha256}")
    if file.clock:
        lines.append(f"  {file.clock}")
    lines += [f"  {line}" for line in _counts("rows", file.rows)]
    lines += [f"  {line}" for line in _pairs(file.merged)]
    lines += [f"  {line}" for line in _skipped(file.skipped)]
    return lines + [f"  warning: {warning}" for warning in file.warnings]


def _counts(word: str, rows: Mapping[str, int]) -> list[str]:
    told = ", ".join(f"{table} {count:,}" for table, count in sorted(rows.items()) if count)
    return [f"{word}: {told}"] if told else []


def _skipped(skipped: Counter[str]) -> list[str]:
    """Records without a `Device*` row by kind, the rarest together; then what was skipped for other reasons."""
    unmapped = [
        (reason.removesuffix(NOT_MAPPED), n) for reason, n in skipped.most_common() if reason.endswith(NOT_MAPPED)
    ]
    lines = []
    if unmapped:
        told = ", ".join(f"{kind} ({count:,})" for kind, count in unmapped[:_KINDS_TOLD])
        rest = unmapped[_KINDS_TOLD:]
        more = f", {len(rest):,} other kinds ({sum(count for _, count in rest):,})" if rest else ""
        lines.append(f"kept as WindowsEvent or SecurityEvent, not mapped: {told}{more}")
    return lines + [f"{reason} ({n:,})" for reason, n in skipped.most_common() if not reason.endswith(NOT_MAPPED)]


def _pairs(merged: Mapping[str, int]) -> list[str]:
    return [f"merged: {count:,} pairs, {_PAIRS[table]}" for table, count in sorted(merged.items()) if count]
