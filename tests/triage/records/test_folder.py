"""A session's folder: what is saved comes back, and no run is lost or written over."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.kept import HUNT, a_kept_run, opened, rows_of, tree
from tests.support.records import a_session
from tui.settings.files import Lock
from tui.triage.records.folder import DamagedRowsError, SessionFolder
from tui.triage.records.reading import is_sealed


def test_what_is_saved_comes_back(path: Path) -> None:
    record, runs, problems = opened(path)
    assert problems == []
    assert replace(record, runs={}) == replace(a_session(), name="INC-4471", runs={})
    assert sorted(runs) == [1, 2]
    assert runs[2] == a_kept_run(2)
    folder, contents = SessionFolder.open(path, "ana@host")
    first, second = folder.rows(contents.runs[1]), folder.rows(contents.runs[2])
    folder.close()
    assert first is not None
    assert first.equals(rows_of())
    assert second is None


def test_everything_is_its_owners_alone(path: Path) -> None:
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path, *path.rglob("*"))} == {0o600, 0o700}


def test_the_file_can_be_read_and_says_when_it_was_changed(path: Path) -> None:
    data = (path / "session.toml").read_bytes()
    assert data.startswith(b'format = 1\nidentity = "0a1b2c3d"\nname = "INC-4471"\n')
    assert is_sealed(data)
    assert not is_sealed(data.replace(b"INC-4471", b"INC-4472"))
    assert not is_sealed(data[:-80])
    assert not is_sealed(data + b"\n")


def test_a_new_session_takes_no_other_ones_place(path: Path) -> None:
    before = tree(path)
    with pytest.raises(FileExistsError):
        SessionFolder.create(path, "ana@host")
    assert tree(path) == before


def test_no_run_is_written_over_by_another(path: Path) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    other = a_kept_run(1, seconds=9.0, began=a_kept_run(1).began + timedelta(hours=1))
    before = tree(path)
    folder.write_run(other, HUNT, None)
    assert [said.partition(";")[0] for said in folder.said] == [
        "1.toml: another run had its number",
        "1.parquet: another run had its number",
    ]
    after = tree(path / "damaged")
    assert set(after.values()) == {before["runs/1.toml"], before["runs/1.parquet"]}
    folder.write_session(replace(contents.record, runs={number: folder.run_digest(number) for number in (1, 2)}))
    folder.close()
    assert opened(path)[1][1] == other


def test_the_same_run_may_be_written_again(path: Path) -> None:
    folder, _ = SessionFolder.open(path, "ana@host")
    before = tree(path)
    folder.write_run(a_kept_run(1), HUNT, rows_of().to_batches())
    folder.close()
    assert tree(path) == before
    assert folder.said == []


def test_a_lost_runs_number_is_not_given_again(path: Path) -> None:
    (path / "runs" / "2.toml").unlink()
    folder, contents = SessionFolder.open(path, "ana@host")
    assert sorted(contents.runs) == [1]
    assert folder.next_number(contents.record) == 3
    assert folder.next_number(replace(contents.record, runs={}, marks=())) == 2
    folder.close()


def test_a_kept_hunt_that_was_damaged_is_written_again_with_the_next_run(path: Path) -> None:
    hunt = path / "hunts" / a_kept_run(1).hunt_file
    folder, _ = SessionFolder.open(path, "ana@host")
    hunt.write_text("x")
    folder.write_run(a_kept_run(3), HUNT, None)
    assert hunt.read_text() == HUNT
    assert folder.said[0].startswith(f"{hunt.name}: it is not what was saved; it is kept as damaged/")
    folder.close()


def test_damaged_rows_are_kept_aside_and_said_and_the_disks_moods_are_not_damage(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    rows = folder.rows_path(1)

    def fail(*given: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", fail)
        with pytest.raises(DamagedRowsError, match=r"the rows of run 1 cannot be read: Input/output error\Z"):
            folder.rows(contents.runs[1])
    assert rows.exists()
    rows.write_bytes(rows.read_bytes()[:-1])
    with pytest.raises(DamagedRowsError, match=r"its SHA-256 differs\); they are kept as damaged/1\.parquet\.2"):
        folder.rows(contents.runs[1])
    assert not rows.exists()
    with pytest.raises(DamagedRowsError, match="No such file"):
        folder.rows(contents.runs[1])
    folder.close()


def test_closing_lets_others_in(path: Path) -> None:
    folder, _ = SessionFolder.open(path, "ana@host")
    folder.close()
    folder.close()
    lock = Lock.take(path / "lock", "bob@far")
    assert lock is not None
    lock.release()
