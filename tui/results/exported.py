"""Rows as a file with a manifest beside it, which says what the rows are, in which form, and the file's SHA-256."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from tui.results.columns import column_infos
from tui.results.export import Format, Source, write
from tui.results.values import iso
from tui.settings.files import replacing

ENDINGS: dict[Format, str] = {
    "table": "txt",
    "csv": "csv",
    "csv-exact": "csv",
    "jsonl": "jsonl",
    "parquet": "parquet",
    "markdown": "md",
}
"""How the names of files of each format end."""

SPREADSHEET, EXACT, TO_READ = "spreadsheet-safe", "exact", "to read"
VALUES: dict[str, str] = {
    "csv": SPREADSHEET,
    "csv-exact": EXACT,
    "jsonl": EXACT,
    "json": EXACT,
    "parquet": EXACT,
    "table": TO_READ,
    "markdown": TO_READ,
}
"""What each format does to values: nothing, what keeps a spreadsheet from calculating, or what makes them fit to read."""

_SAID = {
    SPREADSHEET: "texts that a spreadsheet would take for formulas begin with an apostrophe; control characters are visible",
    EXACT: "every value is whole and unchanged",
    TO_READ: "control characters are visible; a table in plain text cuts long values",
}
_STEP = 1_024
"""Rows turned into text at a time: while their values become Python's, no other thread gets on."""


@dataclass(frozen=True)
class Exported:
    """A file that was written: its rows, bytes and SHA-256, and the manifest beside it, if one was asked for."""

    path: Path
    rows: int
    size: int
    sha256: str
    manifest: Path | None


class Hashing:
    """A stream that hands on what is written, and knows its digest and size. What pyarrow asks of a file is here."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Hands `data` on."""
        self._digest.update(data)
        self.size += len(data)
        return self._stream.write(data)

    def tell(self) -> int:
        """How many bytes were written."""
        return self.size

    def flush(self) -> None:
        """Hands on what waits."""
        self._stream.flush()

    def close(self) -> None:
        """The stream under it stays open: it is flushed to the disk before it takes its place."""

    @property
    def digest(self) -> str:
        """The SHA-256 of all that was written."""
        return self._digest.hexdigest()


def manifest_path(path: Path) -> Path:
    """Where the manifest of the file at `path` is."""
    return path.with_name(f"{path.name}.manifest.json")


def check_target(path: Path, over: bool = False, manifest: bool = True) -> None:
    """FileExistsError, FileNotFoundError or NotADirectoryError when rows cannot be written to `path`."""
    for name in (path, manifest_path(path)) if manifest else (path,):
        if not over and (name.exists() or name.is_symlink()):
            raise FileExistsError(errno.EEXIST, "is there already", str(name))
    if not path.parent.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if not path.parent.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def export_rows(
    path: Path,
    rows: Source,
    form: Format,
    facts: Mapping[str, Any] | None,
    told: Callable[[int], None] = lambda _: None,
    over: bool = False,
) -> Exported:
    """Writes `rows` in `form` to `path`, which only its owner can read, and a manifest with `facts` beside it.

    `told` is called with the number of rows written so far, and may raise to stop: then nothing is left behind. Without
    `facts` there is no manifest. Nothing is written over unless `over` says so: FileExistsError. OSError.
    """

    def put(stream: BinaryIO) -> int:
        return write(_counted(rows, told, None if form == "parquet" else _STEP), form, stream)

    infos = column_infos(rows.schema)
    about = None if facts is None else {**facts, "columns": [{"name": one.name, "type": one.kql_type} for one in infos]}
    return export_stream(path, put, form, about, over)


def export_stream(
    path: Path, put: Callable[[BinaryIO], int], form: str, facts: Mapping[str, Any] | None, over: bool = False
) -> Exported:
    """As `export_rows`, of what `put` writes; it gives the number of rows."""
    check_target(path, over, facts is not None)
    manifest = manifest_path(path) if facts is not None else None
    described = False
    try:
        with replacing(path, over) as stream:
            hashing = Hashing(stream)
            count = put(hashing)  # type: ignore[arg-type]
            made = Exported(path, count, hashing.size, hashing.digest, manifest)
            if manifest is not None and facts is not None:
                with replacing(manifest, over) as beside:
                    beside.write(_manifest(made, form, facts).encode())
                described = True
    except BaseException:
        if described and manifest is not None:  # of a file that is not there
            manifest.unlink(missing_ok=True)
        raise
    return made


def _manifest(made: Exported, form: str, facts: Mapping[str, Any]) -> str:
    values = VALUES[form]
    document = {
        "manifest": 1,
        "file": {"name": made.path.name, "bytes": made.size, "sha256": made.sha256, "written": iso(datetime.now(UTC))},
        "format": form,
        "values": values,
        "values_are": _SAID[values],
        "rows": made.rows,
        **facts,
    }
    return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=2) + "\n"


def _counted(rows: Source, told: Callable[[int], None], step: int | None) -> pa.RecordBatchReader:
    """`rows`, `step` at a time (None: as they come), each time told how many have gone."""

    def parts() -> Iterator[pa.RecordBatch]:
        count = 0
        for batch in rows.to_batches() if isinstance(rows, pa.Table) else rows:
            for start in range(0, batch.num_rows, step or batch.num_rows):
                told(count)
                part = batch.slice(start, step)
                yield part
                count += part.num_rows
        told(count)

    return pa.RecordBatchReader.from_batches(rows.schema, parts())
