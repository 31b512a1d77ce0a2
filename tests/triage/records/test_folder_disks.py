"""Disks that refuse."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import stat
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from tests.support.kept import HUNT, a_kept_run, opened, put, rows_of, tree
from tests.support.steps import WRITING, at_step, make_read_only, mounted
from tui.settings.files import PARTIAL
from tui.triage.records.folder import SessionFolder
from tui.triage.records.reading import read_contents
from tui.triage.records.shelf import with_digests


def no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fill(path: Path) -> None:
    """Writes to `path` until the disk takes no more."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    with suppress(OSError):
        while os.write(descriptor, b"x" * 4096):
            pass
    os.close(descriptor)


def test_a_disk_that_is_full_at_any_step_loses_nothing_and_work_goes_on_after(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(path, kept)
    refused = 0
    for step in count(1):
        shutil.rmtree(path)
        shutil.copytree(kept, path)
        folder, contents = SessionFolder.open(path, "ana@host")
        record = with_digests(folder, contents)

        def save(folder: SessionFolder = folder, record: object = record) -> None:
            folder.write_run(a_kept_run(3), HUNT, rows_of(4).to_batches())
            runs = {**record.runs, 3: folder.run_digest(3)}  # type: ignore[attr-defined]
            folder.write_session(replace(record, name="after", runs=runs))  # type: ignore[type-var]

        failed = False
        with at_step(step, no_space, WRITING) as reached:
            try:
                save()
            except OSError:
                failed = True
        refused += failed
        read = read_contents(path, None)
        assert set(read.runs) >= {1, 2}
        assert read.record.name in (("INC-4471", "after") if failed else ("after",))
        assert read.problems == []
        save()
        folder.close()
        found, runs, problems = opened(path)
        assert (found.name, sorted(runs), problems) == ("after", [1, 2, 3], [])
        assert not list(path.rglob(f"*{PARTIAL}"))
        if not reached():
            break
    assert refused >= 15


def test_a_disk_that_is_really_full_loses_nothing(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=512k") as root:
        path = put(root)
        folder, contents = SessionFolder.open(path, "ana@host")
        fill(root / "filler")
        with pytest.raises(OSError, match="No space left"):
            folder.write_run(a_kept_run(3), HUNT, rows_of(5000).to_batches())
        with pytest.raises(OSError, match="No space left"):
            folder.write_session(replace(contents.record, name="x" * 80, marks=contents.record.marks * 50))
        (root / "filler").unlink()
        folder.write_session(replace(contents.record, name="after"))
        folder.close()
        record, runs, problems = opened(path)
        assert (record.name, sorted(runs), problems) == ("after", [1, 2], [])


def test_a_limit_on_the_size_of_files_loses_nothing(path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        folder, _ = SessionFolder.open(path, "ana@host")
        try:
            folder.write_run(a_kept_run(3), HUNT, rows_of(50_000).to_batches())
        except OSError as error:
            os._exit(error.errno or 1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == errno.EFBIG
    _, runs, problems = opened(path)
    assert (sorted(runs), problems) == ([1, 2], [])
    assert not list(path.rglob(f"*{PARTIAL}"))


def test_where_nothing_may_be_written_a_session_is_read_and_that_is_said(tmp_path: Path) -> None:
    with mounted(tmp_path / "still", "size=512k") as root:
        path = put(root)
        make_read_only(root)
        folder, contents = SessionFolder.open(path, "ana@host")
        assert folder.held == "cannot be written: lock: Read-only file system"
        assert (sorted(contents.runs), contents.problems) == ([1, 2], [])
        with pytest.raises(PermissionError, match="Read-only file system"):
            folder.write_session(contents.record)
        folder.close()


def test_a_session_of_somebody_else_is_read_and_never_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, before = path.stat().st_uid, tree(path)
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    folder, contents = SessionFolder.open(path, "ana@host")
    assert folder.held == f"cannot be written: belongs to user {owner}, not to you"
    assert sorted(contents.runs) == [1, 2]
    folder.close()
    assert tree(path) == before


def test_a_session_of_a_newer_version_is_read_and_never_written(tmp_path: Path) -> None:
    path = put(tmp_path, format=2, unknown={"colour": "blue"})
    folder, contents = SessionFolder.open(path, "ana@host")
    assert folder.held == "written by a newer huntdeck (form 2)"
    assert sorted(contents.runs) == [1, 2]
    with pytest.raises(PermissionError, match="newer huntdeck"):
        folder.write_session(contents.record)
    folder.close()


def test_wrong_modes_are_mended_and_said(path: Path) -> None:
    for name, mode in ((".", 0o755), ("runs", 0o777), ("session.toml", 0o644), ("runs/1.parquet", 0o666)):
        (path / name).chmod(mode)
    _, runs, problems = opened(path)
    assert problems == [
        "others could read session.toml; now they cannot",
        "others could read 1.parquet; now they cannot",
    ]
    assert sorted(runs) == [1, 2]
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path, *path.rglob("*"))} == {0o600, 0o700}
