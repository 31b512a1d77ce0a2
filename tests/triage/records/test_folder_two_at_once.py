"""A session that two have open, or that is changed while it is open."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.kept import HUNT, a_kept_run, opened, put, rows_of, tree
from tests.support.records import a_session
from tui.settings.files import PARTIAL, UnsafeFileError
from tui.triage.records.folder import SessionFolder


def test_the_second_who_opens_reads_only_and_is_told_who_holds_it(path: Path) -> None:
    first, contents = SessionFolder.open(path, "ana@host")
    second, read = SessionFolder.open(path, "bob@far")
    before = tree(path)
    assert (second.writable, second.held) == (False, "open elsewhere: ana@host")
    assert (read.record, read.runs) == (contents.record, contents.runs)
    for write in (lambda: second.write_session(read.record), lambda: second.write_run(a_kept_run(3), HUNT, None)):
        with pytest.raises(PermissionError, match="open elsewhere: ana@host"):
            write()
    assert tree(path) == before
    second.close()
    first.write_session(contents.record)
    first.close()
    third, _ = SessionFolder.open(path, "bob@far")
    assert third.writable
    third.close()


def test_the_second_who_opens_moves_nothing_that_is_damaged(path: Path) -> None:
    first, _ = SessionFolder.open(path, "ana@host")
    (path / "runs" / "2.toml").write_text("no")
    (path / "runs" / f".3.toml.00{PARTIAL}").write_text("being written")
    before = tree(path)
    second, read = SessionFolder.open(path, "bob@far")
    assert sorted(read.runs) == [1]
    assert read.problems == ["run 2 is left out: it is not the one that was saved (its SHA-256 differs)"]
    assert tree(path) == before
    second.close()
    first.close()


def test_two_programs_write_two_sessions(tmp_path: Path) -> None:
    one = SessionFolder.create(tmp_path / "one-00000001", "ana@host")
    two = SessionFolder.create(tmp_path / "two-00000002", "bob@far")
    for number in (1, 2, 3):
        for folder in (one, two):
            folder.write_run(a_kept_run(number), HUNT, rows_of(number).to_batches())
            folder.write_session(
                replace(a_session(), trail=(), runs={known: folder.run_digest(known) for known in range(1, number + 1)})
            )
    for folder in (one, two):
        folder.close()
        _, runs, problems = opened(folder.path)
        assert (sorted(runs), problems) == ([1, 2, 3], [])


def test_a_change_by_hand_while_it_is_open_is_kept_and_said(path: Path) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    target = path / "session.toml"
    edited = target.read_bytes().replace(b'name = "INC-4471"', b'name = "by hand"')
    target.write_bytes(edited)
    folder.write_session(replace(contents.record, name="by the program"))
    (said,) = folder.said
    kept = path / said.rpartition("kept as ")[2]
    assert said.startswith("session.toml was changed by somebody else while it was open; that one is kept as backup/")
    assert kept.read_bytes() == edited
    folder.said.clear()
    folder.write_session(replace(contents.record, name="again"))
    assert folder.said == []
    folder.close()
    assert opened(path)[0].name == "again"


def test_a_file_deleted_while_it_is_open_is_written_again_and_that_is_said(path: Path) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    (path / "session.toml").unlink()
    folder.write_session(contents.record)
    assert folder.said == ["session.toml was deleted by somebody else while it was open; it is written again"]
    folder.close()
    assert opened(path)[2] == []


def test_folders_deleted_while_it_is_open_are_made_again(path: Path) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    for name in ("runs", "hunts", "backup"):
        shutil.rmtree(path / name)
    folder.write_run(a_kept_run(3), HUNT, rows_of().to_batches())
    folder.write_session(replace(contents.record, trail=(), runs={3: folder.run_digest(3)}))
    folder.close()
    _, runs, problems = opened(path)
    assert (sorted(runs), problems) == ([3], [])


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_a_session_that_is_gone_while_it_is_open_is_not_made_again(path: Path, how: str) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    if how == "deleted":
        shutil.rmtree(path)
    else:
        path.rename(path.with_name("elsewhere"))
    for write in (lambda: folder.write_session(contents.record), lambda: folder.write_run(a_kept_run(3), HUNT, None)):
        with pytest.raises(FileNotFoundError, match="the session's folder is gone: deleted or moved by somebody else"):
            write()
    assert not path.exists()
    folder.close()


def test_a_folder_replaced_by_a_link_while_it_is_open_is_not_followed(path: Path, tmp_path: Path) -> None:
    victim = put(tmp_path / "victim", identity="0000000b")
    before = tree(victim)
    folder, contents = SessionFolder.open(path, "ana@host")
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(victim)
    with pytest.raises(UnsafeFileError, match="is a link, which is not followed"):
        folder.write_session(contents.record)
    folder.close()
    assert tree(victim) == before


def test_a_lock_deleted_while_it_is_open_is_taken_again(path: Path) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    (path / "lock").unlink()
    folder.write_session(contents.record)
    second, _ = SessionFolder.open(path, "bob@far")
    assert second.held == "open elsewhere: ana@host"
    second.close()
    folder.close()


def test_who_lost_the_lock_to_another_writes_no_more(path: Path) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    (path / "lock").unlink()
    second, _ = SessionFolder.open(path, "bob@far")
    assert second.writable
    with pytest.raises(PermissionError, match="open elsewhere: bob@far"):
        folder.write_session(contents.record)
    second.write_session(contents.record)
    second.close()
    folder.close()
