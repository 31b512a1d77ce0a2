"""The rows of a run as a Parquet file with its SHA-256."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tui.results.exported import Hashing
from tui.settings.files import open_private, replacing

_CHUNK = 2**20


def write_rows(path: Path, batches: Iterable[pa.RecordBatch]) -> str:
    """Writes `batches`, at least one, to `path`, and gives the SHA-256 of the file."""
    with replacing(path) as stream:
        hashing = Hashing(stream)
        writer: pq.ParquetWriter | None = None
        try:
            for batch in batches:
                if writer is None:
                    writer = pq.ParquetWriter(hashing, batch.schema, compression="zstd")
                writer.write_batch(batch)
            if writer is None:
                raise ValueError("rows without a schema cannot be kept")
        except BaseException:
            if writer is not None:  # else it would write the end of the file when it is collected, into a closed stream
                with contextlib.suppress(OSError, ValueError, pa.ArrowException):
                    writer.close()
            raise
        writer.close()
    # What a large file took stays with the program otherwise: 27 MiB of a million rows.
    pa.default_memory_pool().release_unused()
    return hashing.digest


def read_rows(path: Path, sha256: str) -> pa.Table:
    """The rows in `path`; ValueError when the file's digest is another one, or when it is no Parquet file. OSError."""
    found = hashlib.sha256()
    with open_private(path) as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
        if found.hexdigest() != sha256:
            raise ValueError("the file is not the one that was saved (its SHA-256 differs)")
        stream.seek(0)
        try:
            table: pa.Table = pq.read_table(stream)
        except (pa.ArrowException, OSError) as error:
            raise ValueError(str(error).splitlines()[0]) from None
    return table
