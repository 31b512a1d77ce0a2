"""The sessions there are: listed, found by name, renamed, put away and brought back.

A session that is deleted goes to `.discarded` beside the others, whole, and can be recovered. All functions wait for the
disk and are meant for worker threads; what the disk refuses is raised as OSError.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tui.kql.dialects import nearest
from tui.settings.files import (
    Lock,
    UnsafeFileError,
    flush_folder,
    holder_of,
    is_held,
    own_folder,
    plain_folder,
    reason_of,
)
from tui.triage.records.documents import DocumentError
from tui.triage.records.folder import SESSION, SessionFolder, session_in
from tui.triage.records.model import SessionRecord, checked_name
from tui.triage.records.reading import Contents

DISCARDED = ".discarded"
_STAMP = "%Y%m%dT%H%M%SZ"
_DISCARDED_NAME = re.compile(r"(?P<folder>.+)\.(?P<stamp>\d{8}T\d{6}Z)(?:-\d+)?\Z", re.ASCII)
_IDENTITY = re.compile(r"-([0-9a-f]{8})\Z", re.ASCII)
_RUN = re.compile(r"[1-9]\d{0,8}\.toml\Z", re.ASCII)
_FILES_COUNTED = 100_000
"""Files whose sizes are added up; no session comes near it."""


class ShelfError(LookupError):
    """A name that does not lead to one session."""


class NoSessionError(ShelfError):
    """There is no session of this name; says the nearest."""


class SessionHeldError(OSError):
    """A session that another program has open, so that it cannot be changed; says who."""


@dataclass(frozen=True)
class Entry:
    """A session on the shelf. `held` says who has it open, `trouble` why it cannot be read; what is not known is empty.

    `size` is in bytes. `saved` is when it was saved last, of one that cannot be read when its folder changed.
    """

    path: Path
    name: str
    identity: str
    saved: datetime
    workspace: str = ""
    kind: str = ""
    author: str = ""
    runs: int = 0
    marks: int = 0
    size: int = 0
    held: str = ""
    trouble: str = ""
    imported: str = ""
    discarded: datetime | None = None


def entries(root: Path) -> list[Entry]:
    """The sessions below `root`, those saved last first. Nothing is changed, and one that is broken is among them."""
    found = (_entry(path) for path in _folders(root))
    return sorted(found, key=lambda entry: (entry.saved, entry.path.name), reverse=True)


def discarded(root: Path) -> list[Entry]:
    """The sessions that were deleted and can be recovered, those deleted last first."""
    found = []
    for path in _folders(root / DISCARDED):
        if match := _DISCARDED_NAME.match(path.name):
            moment = datetime.strptime(match["stamp"], _STAMP).replace(tzinfo=UTC)
            found.append(replace(_entry(path, match["folder"]), discarded=moment))
    return sorted(found, key=lambda entry: (entry.discarded or entry.saved, entry.path.name), reverse=True)


def find(root: Path, name: str) -> Path:
    """The folder of the session called `name`, in any case; an identity or the name of a folder does as well.

    NoSessionError when there is none, ShelfError when there are several.
    """
    return _choose(entries(root), name, "session").path


def rename(path: Path, name: str, who: str) -> list[str]:
    """Gives the session in `path` another name; its folder keeps its own. Gives what was found amiss with it.

    SessionNameError for a name that cannot be, SessionHeldError.
    """
    new = checked_name(name)
    with _opened(path, who) as (folder, contents):
        folder.write_session(replace(with_digests(folder, contents), name=new, saved=datetime.now(UTC)))
        return [*contents.problems, *folder.said]


def discard(path: Path) -> Path:
    """Puts the session in `path` away, and says where; `recover` brings it back. SessionHeldError."""
    lock = _lock_of(path)
    try:
        target = own_folder(path.parent / DISCARDED) / f"{path.name}.{datetime.now(UTC):{_STAMP}}"
        number = 1
        while os.path.lexists(target):
            number += 1
            target = target.with_name(f"{path.name}.{datetime.now(UTC):{_STAMP}}-{number}")
        path.rename(target)
        flush_folder(target.parent)
        flush_folder(path.parent)
    finally:
        if lock is not None:
            lock.release()
    return target


def recover(root: Path, name: str) -> Path:
    """Brings back the deleted session called `name`, and says where it is; of several of one name by its identity.

    NoSessionError, ShelfError; FileExistsError when a session lies where it was.
    """
    entry = _choose(discarded(root), name, "deleted session")
    match = _DISCARDED_NAME.match(entry.path.name)
    assert match is not None, "only such names are listed"
    target = root / match["folder"]
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "a session lies where it was", str(target))
    entry.path.rename(target)
    flush_folder(target.parent)
    flush_folder(entry.path.parent)
    return target


def with_digests(folder: SessionFolder, contents: Contents) -> SessionRecord:
    """The session of `contents` with the digests of all its runs, those taken up after a kill included."""
    return replace(contents.record, runs={number: folder.run_digest(number) for number in contents.runs})


def identities(root: Path) -> set[str]:
    """The identities in use, deleted sessions included."""
    return {entry.identity for entry in (*entries(root), *discarded(root))}


@contextmanager
def _opened(path: Path, who: str) -> Iterator[tuple[SessionFolder, Contents]]:
    """The session in `path`, open for this program alone."""
    folder, contents = SessionFolder.open(path, who)
    try:
        if not folder.writable:
            raise SessionHeldError(errno.EBUSY, folder.held, str(path))
        yield folder, contents
    finally:
        folder.close()


def _folders(root: Path) -> list[Path]:
    """What may be sessions below `root`: folders, and links, which are listed but not followed."""
    try:
        found = list(plain_folder(root).iterdir())
    except FileNotFoundError:
        return []
    return [path for path in found if not path.name.startswith(".") and (path.is_symlink() or path.is_dir())]


def _entry(path: Path, folder_name: str = "") -> Entry:
    """`path` as it is listed; `folder_name` is the name it had, where that was another."""
    called = folder_name or path.name
    match = _IDENTITY.search(called)
    identity = match[1] if match else ""
    moment = datetime.fromtimestamp(0, UTC)
    with suppress(OSError, OverflowError, ValueError):
        moment = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    plain = Entry(path, called.removesuffix(f"-{identity}"), identity, moment)
    try:
        plain_folder(path)
        lock = path / "lock"
        held = (holder_of(lock) or "another program") if is_held(lock) else ""
        plain = replace(plain, runs=_run_count(path), size=_size(path), held=held)
        record = session_in(path)
    except (OSError, DocumentError) as error:
        return replace(plain, trouble=_trouble(error, path))
    return replace(
        plain,
        name=record.name,
        identity=record.identity,
        saved=record.saved,
        workspace=record.workspace,
        kind=record.kind,
        author=record.author,
        marks=len(record.marks),
        imported=record.imported,
    )


def _trouble(error: Exception, path: Path) -> str:
    if isinstance(error, FileNotFoundError):
        return f"has no {SESSION}"
    if not isinstance(error, OSError):
        return f"{SESSION}: {error}"
    name = Path(error.filename).name if error.filename and Path(error.filename) != path else ""
    return f"{name}: {reason_of(error)}" if name else reason_of(error)


def _run_count(path: Path) -> int:
    try:
        return sum(_RUN.match(entry.name) is not None for entry in plain_folder(path / "runs").iterdir())
    except OSError:
        return 0


def _size(path: Path) -> int:
    """The bytes of the files in `path` and the folders in it; links are not followed."""
    total = 0
    for count, entry in enumerate(_files(path)):
        if count >= _FILES_COUNTED:
            break
        with suppress(OSError):
            total += entry.stat(follow_symlinks=False).st_size
    return total


def _files(path: Path, deeper: bool = True) -> Iterator[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(path) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path), deeper=False) if deeper else ()
            else:
                yield entry


def _choose(known: Iterable[Entry], name: str, what: str) -> Entry:
    """The one entry that `name` means; its folder's name comes before its identity, and that before its name."""
    known, wanted = list(known), " ".join(name.split()).casefold()
    for told in (lambda entry: entry.path.name.casefold(), _folder, lambda entry: entry.identity, _plain_name):
        found = [entry for entry in known if told(entry) == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise ShelfError(f"{len(found)} {what}s are called {name!r}; name one of {_listing(found)}")
    names = {entry.name: None for entry in known}
    raise NoSessionError(f"there is no {what} {name!r}{nearest(name, names)}")


def _folder(entry: Entry) -> str:
    """The name of its folder, of a deleted one that which it had."""
    match = _DISCARDED_NAME.match(entry.path.name) if entry.discarded else None
    return (match["folder"] if match else entry.path.name).casefold()


def _plain_name(entry: Entry) -> str:
    return " ".join(entry.name.split()).casefold()


def _listing(found: list[Entry]) -> str:
    """What tells `found` apart: their identities, or their folders where those are the same."""
    several = len({entry.identity for entry in found}) < len(found)
    return ", ".join(
        f"{entry.path.name if several else entry.identity} (saved {entry.saved:%Y-%m-%d %H:%M}Z)" for entry in found
    )


def _lock_of(path: Path) -> Lock | None:
    """The lock of a session that is to be moved; None where it can have none. SessionHeldError."""
    try:
        plain_folder(path)
        lock = Lock.take(path / "lock", "somebody who deletes it")
    except UnsafeFileError:
        return None
    if lock is None:
        holder = holder_of(path / "lock") or "another program"
        raise SessionHeldError(errno.EBUSY, f"it is open elsewhere: {holder}", str(path))
    return lock
