"""Files that only their owner can read, written so that no moment shows half of one.

A file is written beside its place, flushed to the disk, and moved there in one step; after that its folder is flushed,
so that what was said to be saved is there after a crash of the program or of the machine.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"
"""The end of the name of a file that is being written; what is left of one holds nothing that was said to be saved."""


class UnsafeFileError(OSError):
    """A file or folder that is not what it must be: a link, another user's, or open to others."""


def write_private(path: Path, data: bytes) -> None:
    """Puts `data` at `path` with mode 0600, whole or not at all; OSError when it cannot."""
    with replacing(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content takes the place of `path` when the block ends well; a link there is replaced, not followed."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Has the names in `folder` on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_private(path: Path, limit: int) -> bytes:
    """The content of `path`; UnsafeFileError for a link, something that is no file, or more than `limit` bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise UnsafeFileError(error.errno, "is a link, which is not followed", str(path)) from None
        raise
    with os.fdopen(descriptor, "rb") as stream:
        kind = os.fstat(stream.fileno())
        if not stat.S_ISREG(kind.st_mode):
            raise UnsafeFileError(0, "is no file", str(path))
        if kind.st_size > limit:
            raise UnsafeFileError(0, f"has {kind.st_size:,} bytes, more than {limit:,}", str(path))
        return stream.read()


def own_folder(folder: Path) -> Path:
    """`folder`, made if need be, entered by nobody but its owner.

    UnsafeFileError when it is a link or another user's; OSError when it cannot be made or its mode not be set right.
    """
    for parent in reversed([folder, *folder.parents]):
        if not parent.exists() and not parent.is_symlink():
            parent.mkdir(mode=0o700, exist_ok=True)
    kind = folder.lstat()
    if stat.S_ISLNK(kind.st_mode):
        raise UnsafeFileError(0, "is a link, which is not followed", str(folder))
    if not stat.S_ISDIR(kind.st_mode):
        raise UnsafeFileError(0, "is no folder", str(folder))
    if kind.st_uid != os.getuid():
        raise UnsafeFileError(0, f"belongs to user {kind.st_uid}, not to you", str(folder))
    if kind.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


class Lock:
    """A lock on a file, held until `release` or the end of the process; `who` is written into it for those who wait."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor

    @classmethod
    def take(cls, path: Path, who: str, wait: bool = False) -> Lock | None:
        """The lock at `path`, made if need be; None when somebody else holds it and `wait` is not set. OSError."""
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, who.encode("utf-8", "replace")[:200], 0)
        return cls(path, descriptor)

    def release(self) -> None:
        """Lets go of the lock; the file stays, since another may wait for it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def holder_of(path: Path) -> str:
    """Who wrote into the lock at `path`, or nothing."""
    with contextlib.suppress(OSError):
        return read_private(path, 1000).decode("utf-8", "replace").strip()
    return ""
