"""Links in the places of a session's parts."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.kept import HUNT, a_kept_run, opened, rename_to, rows_of, tree
from tui.settings.files import PARTIAL, UnsafeFileError
from tui.triage.records.folder import SessionFolder


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("session.toml", "session.toml cannot be read: is a link, which is not followed (kept as damaged/session.toml"),
        ("runs", "runs is a link, which is not followed (kept as damaged/runs."),
        ("runs/1.toml", "run 1 is left out: is a link, which is not followed (kept as damaged/1.toml."),
        ("hunts", "hunts is a link, which is not followed (kept as damaged/hunts."),
        ("hunts/HUNT", "the hunt of run 1, 2 cannot be used: is a link, which is not followed (kept as damaged/"),
        ("backup", "backup is a link, which is not followed (kept as damaged/backup."),
    ],
)
def test_a_link_in_the_place_of_a_part_is_not_followed(path: Path, tmp_path: Path, name: str, words: str) -> None:
    rename_to(path, "INC-4471")
    part = path / name.replace("HUNT", a_kept_run(1).hunt_file)
    victim = tmp_path / "victim"
    part.rename(victim)
    part.symlink_to(victim)
    before = tree(tmp_path / "victim") if victim.is_dir() else victim.read_bytes()
    folder, contents = SessionFolder.open(path, "ana@host")
    assert any(problem.startswith(words) for problem in contents.problems)
    folder.write_run(a_kept_run(5), HUNT, rows_of().to_batches())
    folder.write_session(replace(contents.record, trail=(), runs={5: folder.run_digest(5)}))
    folder.close()
    assert (tree(tmp_path / "victim") if victim.is_dir() else victim.read_bytes()) == before
    assert not part.is_symlink()
    assert 5 in opened(path)[1]


@pytest.mark.parametrize(
    "name", ["session.toml", "runs", "hunts", "backup", "backup/session.toml.previous", "runs/5.toml"]
)
def test_a_link_put_there_while_it_is_open_is_not_followed(path: Path, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    folder, contents = SessionFolder.open(path, "ana@host")
    part = path / name
    if part.is_dir():
        part.rename(tmp_path / "was")
        victim.mkdir()
    else:
        part.unlink(missing_ok=True)
        victim.write_text("keep")
    part.symlink_to(victim)

    def save() -> None:
        folder.write_run(a_kept_run(5), HUNT, rows_of().to_batches())
        folder.write_session(replace(contents.record, trail=(), runs={5: folder.run_digest(5)}))

    if victim.is_dir():
        with pytest.raises(UnsafeFileError, match="is a link, which is not followed"):
            save()
        assert list(victim.iterdir()) == []
    else:
        save()
        assert victim.read_text() == "keep"
        assert not part.is_symlink()
    folder.close()


def test_a_link_in_the_place_of_the_lock_keeps_the_session_unwritten(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep")
    (path / "lock").unlink()
    (path / "lock").symlink_to(victim)
    folder, contents = SessionFolder.open(path, "ana@host")
    assert folder.held == "cannot be written: lock: is a link, which is not followed"
    assert sorted(contents.runs) == [1, 2]
    assert victim.read_text() == "keep"
    folder.close()


def test_a_link_in_the_place_of_damaged_keeps_what_is_damaged_where_it_is(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (path / "damaged").symlink_to(victim)
    (path / "runs" / "2.toml").write_text("no")
    _, runs, problems = opened(path)
    assert sorted(runs) == [1]
    assert problems == [
        "run 2 is left out: it is not the one that was saved (its SHA-256 differs) "
        "(it stays where it is: is a link, which is not followed)"
    ]
    assert (list(victim.iterdir()), (path / "runs" / "2.toml").read_text()) == ([], "no")


def test_a_link_in_the_place_of_the_session_is_not_opened(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "sessions" / "link-00000001"
    link.symlink_to(path)
    before = tree(path)
    with pytest.raises(UnsafeFileError, match="is a link, which is not followed"):
        SessionFolder.open(link, "ana@host")
    with pytest.raises(FileNotFoundError):
        SessionFolder.open(tmp_path / "none", "ana@host")
    assert tree(path) == before


def test_unfinished_files_behind_a_link_are_not_cleared(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / f".mine{PARTIAL}").write_text("keep")
    (path / "extra").symlink_to(victim)
    shutil.rmtree(path / "backup")
    (path / "backup").symlink_to(victim)
    (path / "runs" / f".left{PARTIAL}").write_text("half")
    opened(path)
    assert (victim / f".mine{PARTIAL}").read_text() == "keep"
    assert not (path / "runs" / f".left{PARTIAL}").exists()


def test_nobody_waits_for_a_pipe(path: Path) -> None:
    for name in ("session.toml", "runs/1.toml", "runs/1.parquet"):
        (path / name).unlink()
        os.mkfifo(path / name)
    folder, contents = SessionFolder.open(path, "ana@host")
    assert sorted(contents.runs) == [2]
    assert any("is no file" in problem for problem in contents.problems)
    folder.close()
    (path / "lock").unlink()
    os.mkfifo(path / "lock")
    folder, _ = SessionFolder.open(path, "ana@host")
    assert folder.held == "cannot be written: lock: is no file"
    folder.close()
