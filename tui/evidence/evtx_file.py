"""Records of EVTX files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from evtx import PyEvtxParser

from tui.evidence.errors import UnreadableFileError
from tui.evidence.windows_json import layout_of, windows_record
from tui.evidence.windows_record import WindowsRecord

_HEADER = 4096
_CHUNK = 65536
_CHUNK_COUNT = slice(42, 44)


@dataclass
class EvtxReader:
    """Reads one file. `damaged` holds what the parser said of parts it could not read."""

    damaged: list[str] = field(default_factory=list)
    records: int = 0

    def read(self, stream: BinaryIO) -> Iterator[WindowsRecord | None]:
        """The records in order, None for one without a readable event id.

        UnreadableFileError when the file is shorter than its header says, or nothing in it can be read.
        """
        self._check_length(stream)
        try:
            parsed = PyEvtxParser(stream).records_json()
        except (OSError, RuntimeError) as error:
            raise UnreadableFileError(f"its EVTX header is damaged: {_first_line(error)}") from error
        while True:
            try:
                record = next(parsed)
            except StopIteration:
                break
            except (OSError, RuntimeError) as error:
                self.damaged.append(_first_line(error))
                continue
            except BaseException as error:
                # The parser is written in Rust; where it gives up, Python sees an exception beside all others.
                if type(error).__name__ != "PanicException":
                    raise
                raise UnreadableFileError(f"it is damaged: {_first_line(error)}") from error
            self.records += 1
            value = json.loads(cast(Mapping[str, str], record)["data"])
            yield windows_record(self.records, value, layout_of(value))
        if not self.records:
            raise UnreadableFileError(self.damaged[0] if self.damaged else "it holds no records")

    def _check_length(self, stream: BinaryIO) -> None:
        head = stream.read(_CHUNK_COUNT.stop)
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        chunks = int.from_bytes(head[_CHUNK_COUNT], "little")
        expected = _HEADER + chunks * _CHUNK
        if len(head) < _CHUNK_COUNT.stop or size < expected:
            raise UnreadableFileError(
                f"the file is cut off: it has {size:,} of the {expected:,} bytes that its header tells of"
            )


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
