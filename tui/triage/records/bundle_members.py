"""The members of a session in one file: which there may be, how large, and out of it with nothing taken on trust."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

FORM = "huntdeck session"
VERSION = 1
MANIFEST = "manifest.json"

_MEMBER = re.compile(
    r"session\.toml|runs/[1-9][0-9]{0,8}\.(?:toml|parquet)|hunts/[A-Za-z0-9_][A-Za-z0-9._-]{0,80}\.toml", re.ASCII
)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CHUNK = 2**20
_LOCAL_HEADER = b"PK\x03\x04"
_ENCRYPTED = 0x1
_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises for archives that are damaged or not what they say."""


class BundleError(ValueError):
    """A session file that is not taken in; says which part of it, and why."""


@dataclass(frozen=True)
class Limits:
    """How much a session file may hold; sizes in bytes."""

    file: int = 2 * 2**30
    members: int = 10_000
    listing: int = 4 * 2**20
    """The list of members, and the manifest."""
    text: int = 16 * 2**20
    member: int = 2 * 2**30
    total: int = 4 * 2**30
    ratio: int = 200
    """How many times its packed size a member may have when it is larger than `small`."""
    small: int = 2**20
    rows: int = 5_000_000
    columns: int = 2_000
    values: int = 4 * 2**30
    """The values of a run's rows, unpacked."""
    kql: int = 2**20
    """The characters of a query."""


@dataclass(frozen=True)
class Manifest:
    """What a session file says of itself: sizes and SHA-256 of its members by name, and what was left out of it."""

    members: Mapping[str, tuple[int, str]]
    left_out: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """As it stands in the file."""
        members = [{"name": name, "size": size, "sha256": digest} for name, (size, digest) in self.members.items()]
        document = {
            "form": FORM,
            "version": VERSION,
            **self.about,
            "members": members,
            "left_out": list(self.left_out),
        }
        return (json.dumps(document, indent=1) + "\n").encode()


class _Bounded:
    """A file that gives at most `limit` bytes at once: a list of members that is longer is not even read."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream, self._limit = stream, limit
        self._size = os.fstat(stream.fileno()).st_size
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int | None = -1) -> bytes:
        """As of any file."""
        wanted = self._size - self._stream.tell() if size is None or size < 0 else size
        if wanted > self._limit:
            raise BundleError(f"its list of members has {wanted:,} bytes, more than {self._limit:,}")
        return self._stream.read(wanted)

    def seekable(self) -> bool:
        """It can be read from anywhere."""
        return True


class Archive:
    """A session file, open for reading, whose names, kinds and sizes were found to be fit. BundleError."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        if os.fstat(stream.fileno()).st_size > limits.file:
            raise BundleError(f"it has more than {limits.file:,} bytes")
        if stream.read(len(_LOCAL_HEADER)) != _LOCAL_HEADER:
            raise BundleError("it is no session file: it is not a zip archive")
        stream.seek(0)
        try:
            self._zip = zipfile.ZipFile(_Bounded(stream, max(limits.listing, _CHUNK)))
        except BundleError:
            raise
        except _FAULTS as error:
            raise BundleError(f"it is no zip archive, or a damaged one: {error}") from None
        self._members = self._checked(self._zip.infolist())
        self.manifest = self._read_manifest()

    def _checked(self, found: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        limits = self._limits
        if len(found) > limits.members:
            raise BundleError(f"it has {len(found):,} members, more than {limits.members:,}")
        members: dict[str, zipfile.ZipInfo] = {}
        folded: dict[str, str] = {}
        for member in found:
            name = member.orig_filename
            if name != MANIFEST and not _MEMBER.fullmatch(name):
                raise BundleError(f"it has a member {name!r}, which no session has")
            if (twin := folded.setdefault(name.casefold(), name)) != name or name in members:
                raise BundleError(f"it has two members {twin!r} and {name!r}")
            self._check_member(member)
            members[name] = member
        if (total := sum(member.file_size for member in found)) > limits.total:
            raise BundleError(f"unpacked it has {total:,} bytes, more than {limits.total:,}")
        return members

    def _check_member(self, member: zipfile.ZipInfo) -> None:
        limits, name = self._limits, member.orig_filename
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise BundleError(f"{name} is {'a link' if kind == stat.S_IFLNK else 'no plain file'}")
        if member.flag_bits & _ENCRYPTED:
            raise BundleError(f"{name} is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BundleError(f"{name} is packed in a way that is not used here")
        largest = limits.listing if name == MANIFEST else limits.text if name.endswith(".toml") else limits.member
        if member.file_size > largest:
            raise BundleError(f"{name} has {member.file_size:,} bytes, more than {largest:,}")
        if member.file_size > max(limits.small, limits.ratio * member.compress_size):
            raise BundleError(f"{name} unpacks to more than {limits.ratio} times its size")

    def _read_manifest(self) -> Manifest:
        if MANIFEST not in self._members:
            raise BundleError(f"it is no session file: it has no {MANIFEST}")
        try:
            with self._zip.open(self._members[MANIFEST]) as stream:
                document = json.loads(stream.read(self._limits.listing + 1))
        except (*_FAULTS, RecursionError, OSError) as error:
            raise BundleError(f"{MANIFEST} cannot be read: {error}") from None
        manifest = _manifest_of(document)
        if manifest.members.keys() != self._members.keys() - {MANIFEST}:
            missing = sorted(manifest.members.keys() ^ (self._members.keys() - {MANIFEST}))
            raise BundleError(f"{MANIFEST} and the members do not agree on {missing[0]}")
        return manifest

    def extract(self, folder: Path) -> None:
        """Writes every member to `folder` and flushes it to the disk; its size and SHA-256 must be those it should have."""
        for name, (size, digest) in self.manifest.members.items():
            target = folder / name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                found = self._copy(name, size, out)
                out.flush()
                os.fsync(out.fileno())
            if found != digest:
                raise BundleError(f"{name} is damaged: its SHA-256 is not the one in {MANIFEST}")

    def _copy(self, name: str, size: int, out: BinaryIO) -> str:
        """Copies a member, which must have `size` bytes, and gives its SHA-256."""
        found, count = hashlib.sha256(), 0
        try:
            with self._zip.open(self._members[name]) as stream:
                while chunk := stream.read(_CHUNK):
                    count += len(chunk)
                    if count > size:
                        break
                    found.update(chunk)
                    out.write(chunk)
        except _FAULTS as error:
            raise BundleError(f"{name} is damaged: {error}") from None
        if count != size:
            raise BundleError(f"{name} is damaged: it has not the {size:,} bytes it should have")
        return found.hexdigest()


def _manifest_of(document: Any) -> Manifest:
    if not isinstance(document, dict) or document.get("form") != FORM:
        raise BundleError(f"it is no session file: {MANIFEST} says nothing of the form")
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        newer = isinstance(version, int) and version > VERSION
        raise BundleError("it was made by a newer huntdeck" if newer else f"{MANIFEST} has the version {version!r}")
    members: dict[str, tuple[int, str]] = {}
    found, left_out = document.get("members"), document.get("left_out", [])
    for one in found if isinstance(found, list) else ():
        match one:
            case {"name": str(name), "size": int(size), "sha256": str(digest)} if _DIGEST.fullmatch(digest):
                members[name] = (size, digest)
            case _:
                raise BundleError(f"{MANIFEST} names a member without its size or SHA-256")
    if not isinstance(left_out, list) or not all(isinstance(one, str) for one in left_out):
        raise BundleError(f"{MANIFEST}: left_out is no list of texts")
    return Manifest(members, tuple(left_out))
