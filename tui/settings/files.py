"""Files that only their owner can read, written so that no moment shows half of one.

A file is written beside its place, flushed to the disk, and moved there in one step; after that its folder is flushed,
so that what was said to be saved is there after a crash of the program or of the machine.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"
"""The end of the name of a file that is being written; what is left of one holds nothing that was said to be saved."""


_UNSUPPORTED = (errno.EINVAL, errno.ENOTSUP)
"""What file systems answer that cannot flush a folder: they have no need of it."""

_LINK = "is a link, which is not followed"
_TRIES, _PAUSE = 5, 0.01
"""How often and after how many seconds a lock is asked for again: a look at who holds it takes less."""


class UnsafeFileError(OSError):
    """A file or folder that is not what it must be: a link, another user's, or open to others."""


def reason_of(error: Exception) -> str:
    """Why, without the file: `No space left on device`."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def write_private(path: Path, data: bytes) -> None:
    """Puts `data` at `path` with mode 0600, whole or not at all; OSError when it cannot."""
    with replacing(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def replacing(path: Path, over: bool = True) -> Iterator[BinaryIO]:
    """A stream whose content takes the place of `path` when the block ends well; a link there is replaced, not followed.

    Unless it may go `over` what is there: then FileExistsError when there is anything.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if not over:
            # Whoever makes the empty file has the name: nothing that others put there meanwhile is replaced.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
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
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    finally:
        os.close(descriptor)


def read_private(path: Path, limit: int) -> bytes:
    """The content of `path`; UnsafeFileError for a link, something that is no file, or more than `limit` bytes."""
    with open_private(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        data = stream.read(limit + 1) if size <= limit else b""
        if size > limit or len(data) > limit:
            raise UnsafeFileError(errno.EFBIG, f"has {max(size, len(data)):,} bytes, more than {limit:,}", str(path))
        return data


def open_private(path: Path) -> BinaryIO:
    """`path`, open for reading; UnsafeFileError for a link or something that is no file."""
    descriptor = _open_plain(path, os.O_RDONLY)
    return os.fdopen(descriptor, "rb")


def _open_plain(path: Path, flags: int) -> int:
    """A descriptor of `path`, which neither is a link nor anything but a file; a pipe there is not waited for."""
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP and path.is_symlink():
            raise UnsafeFileError(error.errno, _LINK, str(path)) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsafeFileError(errno.EINVAL, "is no file", str(path))
    return descriptor


def own_folder(folder: Path) -> Path:
    """`folder`, made if need be, entered by nobody but its owner.

    UnsafeFileError when it is a link or another user's; OSError when it cannot be made or its mode not be set right.
    """
    for parent in reversed([folder, *folder.parents]):
        if not parent.exists() and not parent.is_symlink():
            parent.mkdir(mode=0o700, exist_ok=True)
    with _opened_folder(folder) as descriptor:
        kind = os.fstat(descriptor)
        if kind.st_uid != os.getuid():
            raise UnsafeFileError(errno.EPERM, f"belongs to user {kind.st_uid}, not to you", str(folder))
        if kind.st_mode & 0o077:
            os.fchmod(descriptor, 0o700)
    return folder


def plain_folder(folder: Path) -> Path:
    """`folder` when it is one; UnsafeFileError for a link or something else, FileNotFoundError. Nothing is changed."""
    with _opened_folder(folder):
        return folder


@contextlib.contextmanager
def _opened_folder(folder: Path) -> Iterator[int]:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if folder.is_symlink():
            raise UnsafeFileError(error.errno, _LINK, str(folder)) from None
        if error.errno == errno.ENOTDIR:
            raise UnsafeFileError(error.errno, "is no folder", str(folder)) from None
        raise
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def close_to_others(folder: Path) -> list[str]:
    """Takes the rights of others from the files in `folder`; gives the names of those where that was needed. OSError."""
    mended = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mode & 0o077:
                descriptor = _open_plain(Path(entry.path), os.O_RDONLY)
                try:
                    os.fchmod(descriptor, 0o600)
                finally:
                    os.close(descriptor)
                mended.append(entry.name)
    return mended


class Lock:
    """A lock on a file, held until `release` or the end of the process; `who` is written into it for those who wait."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor

    @classmethod
    def take(cls, path: Path, who: str, wait: bool = False) -> Lock | None:
        """The lock at `path`, made if need be; None when somebody else holds it and `wait` is not set. OSError."""
        while True:
            lock = cls(path, _open_plain(path, os.O_CREAT | os.O_RDWR))
            try:
                if not lock._acquire(wait):
                    lock.release()
                    return None
                if lock.in_place:
                    lock._sign(who)
                    return lock
            except BaseException:
                lock.release()
                raise
            lock.release()  # the file was moved or deleted meanwhile: another one stands there, or none

    def _acquire(self, wait: bool) -> bool:
        for remaining in reversed(range(_TRIES)):
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                if remaining:
                    time.sleep(_PAUSE)
            else:
                return True
        return False

    def _sign(self, who: str) -> None:
        """Writes `who`; a disk without room for that does not keep anybody from working."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, who.encode("utf-8", "replace")[:200], 0)

    @property
    def in_place(self) -> bool:
        """Whether the file at `path` is still the one that is locked; when not, others may hold that one."""
        if self._descriptor < 0:
            return False
        try:
            there = self.path.lstat()
        except OSError:
            return False
        mine = os.fstat(self._descriptor)
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def release(self) -> None:
        """Lets go of the lock; the file stays, since another may wait for it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock at `path`; False too where that cannot be known."""
    try:
        descriptor = _open_plain(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def holder_of(path: Path) -> str:
    """Who wrote into the lock at `path`, or nothing."""
    with contextlib.suppress(OSError):
        return read_private(path, 1000).decode("utf-8", "replace").strip()
    return ""
