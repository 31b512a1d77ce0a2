"""The files of an import: found in folders and archives, opened as the bytes they hold once unpacked."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from tui.evidence.errors import UnreadableFileError
from tui.settings.files import reason_of

HEAD = 1 << 20
"""How many bytes of the start of a file are looked at to recognise it."""

_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PASSED_OVER = ("__MACOSX/", ".DS_Store")

Tick = Callable[[int], None]
"""Told the number of bytes read so far; may raise to stop the reading."""


@dataclass(frozen=True)
class Source:
    """A file, or a member of a zip archive; `problem` says why it cannot even be opened."""

    path: Path
    member: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return Path(self.member or self.path).name


@dataclass(frozen=True)
class Content:
    """What a source holds once unpacked: its size and SHA-256, and its first bytes."""

    size: int
    sha256: str
    head: bytes


def find_sources(paths: Sequence[Path]) -> Iterator[Source]:
    """The files of `paths` in order: folders recursively by name without following links, zip archives by member."""
    for path in paths:
        if path.is_dir():
            closed: list[OSError] = []
            for folder, folders, names in os.walk(path, onerror=closed.append):
                folders.sort()
                for name in sorted(names):
                    if name not in _PASSED_OVER:
                        yield from _of_file(Path(folder) / name)
            for error in closed:
                yield Source(Path(error.filename), problem=_reason(error))
        else:
            yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Source]:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            yield Source(path, problem="it is no regular file")
            return
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        yield Source(path, problem=_reason(error))
        return
    if start not in _ZIP:
        yield Source(path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member.filename for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        yield Source(path, problem=f"the zip archive is cut off or damaged ({error})")
        return
    members = [name for name in members if not name.startswith(_PASSED_OVER[0]) and Path(name).name not in _PASSED_OVER]
    if not members:
        yield Source(path, problem="the zip archive is empty")
    for name in members:
        yield Source(path, name)


def _reason(error: OSError) -> str:
    return {FileNotFoundError: "there is no such file", PermissionError: "it may not be read"}.get(
        type(error), reason_of(error)
    )


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The source's bytes once unpacked; what goes wrong while they are read is an UnreadableFileError."""
    if source.problem:
        raise UnreadableFileError(source.problem)
    try:
        if not source.member:
            with source.path.open("rb") as stream, _unpacked(stream) as plain:
                yield plain
            return
        with (
            zipfile.ZipFile(source.path) as archive,
            archive.open(source.member) as packed,
            _unpacked(cast(BinaryIO, packed)) as plain,
        ):
            yield plain
    except EOFError as error:
        raise UnreadableFileError("the file is cut off: its compressed data ends early") from error
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFileError(f"its compressed data is damaged ({error})") from error
    except NotImplementedError as error:
        raise UnreadableFileError(f"its compression is not known here ({error})") from error
    except RuntimeError as error:
        if "encrypted" not in str(error) and "password" not in str(error).lower():
            raise
        raise UnreadableFileError("it is encrypted: unpack it first") from error
    except OSError as error:
        raise UnreadableFileError(_reason(error)) from error


@contextmanager
def _unpacked(stream: BinaryIO) -> Iterator[BinaryIO]:
    if stream.read(2) != _GZIP:
        stream.seek(0)
        yield stream
        return
    stream.seek(0)
    with gzip.GzipFile(fileobj=stream) as plain:
        yield cast(BinaryIO, plain)


def survey(source: Source, tick: Tick) -> Content:
    """Reads all of `source` once: its size, hash and first bytes. UnreadableFileError when it is damaged or cut off."""
    digest = hashlib.sha256()
    size = 0
    head = b""
    with opened(source) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if len(head) < HEAD:
                head += chunk[: HEAD - len(head)]
            tick(size)
    if head[:4] in _ZIP:
        raise UnreadableFileError("it is an archive inside an archive: unpack it first")
    return Content(size, digest.hexdigest(), head)


class CountedReader(io.RawIOBase):
    """A stream's bytes, counted and hashed on their way; the stream itself stays open."""

    def __init__(self, stream: BinaryIO, tick: Tick) -> None:
        self._stream = stream
        self._tick = tick
        self._digest = hashlib.sha256()
        self._told = 0
        self.bytes = 0

    def readable(self) -> bool:
        """True: this is a stream to read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills `buffer` from the stream, and tells how far it is."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._digest.update(data)
        self.bytes += len(data)
        if self.bytes - self._told >= _CHUNK or not data:
            self._told = self.bytes
            self._tick(self.bytes)
        return len(data)

    def sha256(self) -> str:
        """The hash of the whole stream: of what was read, and of the rest, which is read now."""
        while chunk := self._stream.read(_CHUNK):
            self._digest.update(chunk)
        return self._digest.hexdigest()
