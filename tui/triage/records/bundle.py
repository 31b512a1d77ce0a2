"""A session as one file `NAME.huntdeck`, to hand on or to keep, and such a file as a session.

The file is a zip archive of `manifest.json` (form, version, the sizes and SHA-256 of all other members, what was left
out), `session.toml`, `runs/N.toml` with `runs/N.parquet`, and the hunts as they were run. It holds no code, no lock, no
backups and nothing that was damaged. The digests tell damage on the way, not who made the file: what comes in is checked
as what a stranger wrote. All functions wait for the disk and are meant for worker threads.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import stat
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tui.library.loader import HuntError, parse_hunt
from tui.library.model import Hunt
from tui.settings.files import Lock, flush_folder, is_held, open_private, own_folder, read_private, replacing
from tui.triage.findings import author_here
from tui.triage.records.bundle_contents import check_contents, files_named
from tui.triage.records.bundle_members import MANIFEST, Archive, Limits, Manifest
from tui.triage.records.bundle_members import BundleError as BundleError
from tui.triage.records.documents import DocumentError, session_document
from tui.triage.records.folder import SESSION
from tui.triage.records.model import RunRecord, SessionRecord
from tui.triage.records.names import folder_name, new_identity, slug
from tui.triage.records.reading import LARGEST_TEXT, check_hunt_file, read_contents, sealed
from tui.triage.records.shelf import identities
from tui.triage.records.toml import dumps

SUFFIX = ".huntdeck"
_INCOMING = ".incoming-"
_BEGINS = 60.0
"""Seconds after which an import has its lock."""
_CHUNK = 2**20
_PLAIN_FILE = (stat.S_IFREG | 0o600) << 16


def bundle_name(name: str) -> str:
    """The file name that a session called `name` is exported as."""
    return f"{slug(name)}{SUFFIX}"


def export_session(path: Path, target: Path, overwrite: bool = False) -> list[str]:
    """Writes the session in `path` to the file `target`, and gives what had to be left out. OSError.

    The session may be open elsewhere: what is written is its state as it was saved last. FileExistsError when `target`
    is there already.
    """
    if not overwrite and os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "there is such a file already", str(target))
    contents = read_contents(path, None)
    left_out = list(contents.problems)
    with replacing(target) as stream, zipfile.ZipFile(stream, "w") as archive:
        writer = _Writer(path, archive)
        runs, hunts = writer.runs(contents.runs, left_out)
        session = _without_files(replace(contents.record, runs=runs), hunts, left_out)
        writer.text(SESSION, sealed(dumps(session_document(session))))
        about = {
            "exported": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "by": str(author_here()),
            "identity": session.identity,
            "name": session.name,
        }
        archive.writestr(_info(MANIFEST), Manifest(writer.members, tuple(left_out), about).as_bytes())
    return left_out


class _Writer:
    """Puts files of a session into an archive, each with its size and SHA-256 in `members`."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        self.members: dict[str, tuple[int, str]] = {}

    def text(self, name: str, data: bytes) -> str:
        """Adds `data`, and gives its SHA-256."""
        self._archive.writestr(_info(name), data)
        digest = hashlib.sha256(data).hexdigest()
        self.members[name] = (len(data), digest)
        return digest

    def runs(self, runs: dict[int, RunRecord], left_out: list[str]) -> tuple[dict[int, str], dict[str, Hunt]]:
        """Adds the runs with their hunts and rows; gives the digests of their descriptions, and the hunts by id."""
        digests: dict[int, str] = {}
        hunts: dict[str, Hunt] = {}
        for number, run in sorted(runs.items()):
            name = f"hunts/{run.hunt_file}"
            try:
                source = check_hunt_file(self._path / name)
                hunts[run.hunt] = parse_hunt(source, Path(name))
                description = read_private(self._path / "runs" / f"{number}.toml", LARGEST_TEXT)
            except (OSError, DocumentError, HuntError) as error:
                left_out.append(f"runs/{number}.toml: {error}")
                continue
            if name not in self.members:
                self.text(name, source.encode())
            digests[number] = self.text(f"runs/{number}.toml", description)
            if run.rows_sha256:
                self._rows(run, left_out)
        return digests, hunts

    def _rows(self, run: RunRecord, left_out: list[str]) -> None:
        name = f"runs/{run.number}.parquet"
        try:
            with open_private(self._path / name) as stream:
                size = os.fstat(stream.fileno()).st_size
                if _digest(stream) != run.rows_sha256:
                    left_out.append(f"{name}: it is not what was saved (its SHA-256 differs)")
                    return
                stream.seek(0)
                with self._archive.open(_info(name, zipfile.ZIP_STORED), "w", force_zip64=True) as member:
                    shutil.copyfileobj(stream, member, _CHUNK)
        except FileNotFoundError:
            left_out.append(f"{name}: it is not there")
            return
        self.members[name] = (size, run.rows_sha256)


def _info(name: str, packing: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type, info.external_attr, info.create_system = packing, _PLAIN_FILE, 3
    return info


def _digest(stream: BinaryIO) -> str:
    found = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()


def _without_files(session: SessionRecord, hunts: dict[str, Hunt], left_out: list[str]) -> SessionRecord:
    """`session` without what forms say of lists in files, which mean nothing elsewhere."""
    named = files_named(session, hunts)
    left_out += [f"{SESSION}: {one} names a file of this machine" for one in named]
    values = {
        hunt: {name: value for name, value in given.items() if f"{hunt}.{name}" not in named}
        for hunt, given in session.values.items()
    }
    return replace(session, values=values)


def import_session(file: Path, root: Path, who: str = "", limits: Limits | None = None) -> Path:
    """Takes the session in `file` in below `root`, and gives its folder, whose session says where it came from.

    All of it is checked before any of it is there; it is built aside and moved in place in one step. A session whose
    identity is here already gets a new one. BundleError says what is wrong with the file; OSError. Then nothing is left.
    """
    limits = limits or Limits()
    with _chosen(file) as stream, _staging(root) as staging:
        digest = _digest(stream)
        stream.seek(0)
        archive = Archive(stream, limits)
        archive.extract(staging)
        session = check_contents(staging, archive.manifest, limits)
        now = datetime.now(UTC)
        identity = new_identity() if session.identity in identities(root) else session.identity
        imported = f"{who or author_here()}, {now:%Y-%m-%d %H:%M:%S}Z, {file.name}, sha256 {digest}"
        session = replace(session, identity=identity, imported=imported)
        with replacing(staging / SESSION) as out:
            out.write(sealed(dumps(session_document(session))))
        return _move_in(staging, root, folder_name(session.name, identity))


@contextmanager
def _chosen(file: Path) -> Iterator[BinaryIO]:
    """The file that the analyst chose, which may be a link but must lead to a file."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BundleError("it is no file")
    with os.fdopen(descriptor, "rb") as stream:
        yield stream


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """A folder beside the sessions that is gone afterwards, with those of imports that were killed."""
    own_folder(root)
    for left in root.glob(f"{_INCOMING}*"):
        if _is_abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    folder = root / f"{_INCOMING}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    lock = Lock.take(folder / "lock", "an import")
    try:
        yield folder
    finally:
        if lock is not None:
            lock.release()
        with suppress(OSError):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Whether the import that made `folder` is no more; one that has just begun may have no lock yet."""
    with suppress(OSError):
        if os.path.lexists(folder / "lock"):
            return not folder.is_symlink() and not is_held(folder / "lock")
        return time.time() - folder.lstat().st_mtime > _BEGINS
    return False


def _move_in(staging: Path, root: Path, name: str) -> Path:
    target = root / name
    for folder in ("runs", "hunts", "backup"):
        flush_folder(own_folder(staging / folder))
    flush_folder(staging)
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "there is such a folder already", str(target))
    staging.rename(target)
    flush_folder(root)
    return target
