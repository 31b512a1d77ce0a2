"""The rows of a run as a Parquet file with its SHA-256."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from tui.settings.files import open_private, replacing

_CHUNK = 2**20


class _Hashing:
    """A stream that hands on what is written, and its digest. What pyarrow asks of a file is here, and no more."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> int:
        """Hands `data` on."""
        self._digest.update(data)
        self._size += len(data)
        return self._stream.write(data)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def flush(self) -> None:
        """Hands on what waits."""
        self._stream.flush()

    def close(self) -> None:
        """The stream under it stays open: it is flushed to the disk before it takes its place."""

    @property
    def digest(self) -> str:
        """The SHA-256 of all that was written."""
        return self._digest.hexdigest()


def write_rows(path: Path, batches: Iterable[pa.RecordBatch]) -> str:
    """Writes `batches`, at least one, to `path`, and gives the SHA-256 of the file."""
    with replacing(path) as stream:
        hashing = _Hashing(stream)
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
