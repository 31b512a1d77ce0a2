from __future__ import annotations

import errno
import fcntl
import os
import resource
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.steps import WRITING, at_step, make_read_only, mounted
from tui.settings.files import (
    Lock,
    UnsafeFileError,
    close_to_others,
    flush_folder,
    holder_of,
    is_held,
    open_private,
    own_folder,
    plain_folder,
    read_private,
    replacing,
    write_private,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def in_child(work: Callable[[], object]) -> int:
    """Does `work` in a process of its own; gives its exit code, 0 when nothing was raised."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_file_is_its_owners_alone_whatever_lay_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("before")
    path.chmod(0o666)
    write_private(path, b"after")
    assert (path.read_bytes(), mode(path)) == (b"after", 0o600)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "a"
    victim.write_text("keep")
    path.symlink_to(victim)
    write_private(path, b"new")
    assert (victim.read_text(), path.is_symlink(), path.read_bytes()) == ("keep", False, b"new")


def test_what_fails_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_private(path, b"before")

    def fail() -> None:
        with replacing(path) as stream:
            stream.write(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_full_disk_at_every_step_leaves_the_old_or_the_new_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "a"
    step = failures = 0
    while True:
        step += 1
        write_private(path, b"before")
        with at_step(step, no_space, WRITING) as reached:
            try:
                write_private(path, b"after")
            except OSError:
                failures += 1
        assert path.read_bytes() in ((b"before", b"after") if reached() else (b"after",))
        assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
        if not reached():
            break
    assert failures == step - 1 >= 4


def test_a_disk_that_is_really_full_leaves_what_was_there(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=64k") as folder:
        path = folder / "a"
        write_private(path, b"before")
        with pytest.raises(OSError, match="No space left"):
            write_private(path, b"x" * 200_000)
        assert path.read_bytes() == b"before"
        assert [entry.name for entry in folder.iterdir()] == ["a"]


def test_a_limit_on_the_size_of_files_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_private(path, b"before")

    def write_too_much() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with pytest.raises(OSError, match="File too large"):
            write_private(path, b"x" * 5000)

    assert in_child(write_too_much) == 0
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_where_nothing_may_be_written_that_is_said(tmp_path: Path) -> None:
    with mounted(tmp_path / "still", "size=64k") as folder:
        write_private(folder / "a", b"before")
        make_read_only(folder)
        with pytest.raises(OSError, match="Read-only file system"):
            write_private(folder / "a", b"after")
        assert read_private(folder / "a", 10) == b"before"
        assert own_folder(folder) == folder


def test_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    folder = own_folder(tmp_path / "a" / "b" / "c")
    assert [mode(one) for one in (folder, folder.parent, folder.parent.parent)] == [0o700] * 3
    folder.chmod(0o755)
    assert mode(own_folder(folder)) == 0o700


def test_a_folder_that_is_not_mine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_folder(tmp_path / "a")
    folder.chmod(0o755)
    owner = folder.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(UnsafeFileError, match=f"belongs to user {owner}, not to you"):
        own_folder(folder)
    assert mode(folder) == 0o755


def test_links_and_files_are_no_folders(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(victim)
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "file").touch()
    for take in (own_folder, plain_folder):
        for name, words in (("link", "is a link"), ("dangling", "is a link"), ("file", "is no folder")):
            with pytest.raises(UnsafeFileError, match=words):
                take(tmp_path / name)
    assert mode(victim) == 0o755
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(FileNotFoundError):
        plain_folder(tmp_path / "absent")


def test_only_plain_files_of_modest_size_are_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert read_private(tmp_path / "file", 5) == b"12345"
    for name, words in (
        ("link", "is a link, which is not followed"),
        ("folder", "is no file"),
        ("pipe", "is no file"),
    ):
        with pytest.raises(UnsafeFileError, match=words):
            read_private(tmp_path / name, 100)
    with pytest.raises(UnsafeFileError, match="has 5 bytes, more than 4"):
        read_private(tmp_path / "file", 4)
    with pytest.raises(UnsafeFileError, match="is no file"):
        read_private(Path("/dev/zero"), 100)
    with pytest.raises(FileNotFoundError), open_private(tmp_path / "absent"):
        pass


def test_files_are_closed_to_others_and_links_left_alone(tmp_path: Path) -> None:
    folder, victim = own_folder(tmp_path / "a"), tmp_path / "victim"
    victim.touch(mode=0o644)
    for name, given in (("open", 0o644), ("wide", 0o777), ("mine", 0o600)):
        (folder / name).touch()
        (folder / name).chmod(given)
    (folder / "link").symlink_to(victim)
    assert sorted(close_to_others(folder)) == ["open", "wide"]
    assert {mode(folder / name) for name in ("open", "wide", "mine")} == {0o600}
    assert mode(victim) & 0o044
    assert close_to_others(folder) == []


def test_a_folder_that_cannot_be_flushed_is_fine_and_a_failing_disk_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(number: int) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        return fsync

    monkeypatch.setattr(os, "fsync", refuse(errno.EINVAL))
    flush_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        flush_folder(tmp_path)


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path)
    first = Lock.take(path, "ana@host")
    assert first is not None
    assert (Lock.take(path, "bob@host"), holder_of(path), is_held(path)) == (None, "ana@host", True)
    first.release()
    assert not is_held(path)
    second = Lock.take(path, "bob@host")
    assert second is not None
    assert (holder_of(path), mode(path)) == ("bob@host", 0o600)
    second.release()


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    def hold_and_die() -> None:
        Lock.take(path, "gone@host")
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(hold_and_die) == -signal.SIGKILL
    lock = Lock.take(path, "ana@host")
    assert lock is not None
    lock.release()


def test_a_lock_whose_file_is_gone_is_known_to_hold_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = Lock.take(path, "ana@host")
    assert first is not None
    assert first.in_place
    path.unlink()
    assert not first.in_place
    second = Lock.take(path, "bob@host")
    assert second is not None
    assert (first.in_place, second.in_place) == (False, True)
    first.release()
    assert is_held(path)
    second.release()
    assert not second.in_place


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_nothing_else_is_taken_for_a_lock(tmp_path: Path, kind: str) -> None:
    path, victim = tmp_path / "lock", tmp_path / "victim"
    victim.write_text("keep")
    if kind == "link":
        path.symlink_to(victim)
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(OSError, match=r"is a link|Is a directory|is no file"):
        Lock.take(path, "ana@host")
    assert (victim.read_text(), is_held(path)) == ("keep", False)


def test_a_file_system_without_locks_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OSError, match="No locks available"):
        Lock.take(tmp_path / "lock", "ana@host")


def test_a_full_disk_keeps_nobody_from_locking(tmp_path: Path) -> None:
    with at_step(1, no_space, ("pwrite",)) as reached:
        lock = Lock.take(tmp_path / "lock", "ana@host")
    assert reached()
    assert lock is not None
    lock.release()
