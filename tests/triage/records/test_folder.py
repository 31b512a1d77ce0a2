from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import stat
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.support.kept import HUNT, a_kept_run, opened, put, rows_of, tree
from tests.support.records import a_session
from tests.support.steps import WRITING, at_step, make_read_only, mounted
from tui.settings.files import PARTIAL, Lock, UnsafeFileError
from tui.triage.records import folder as folder_module
from tui.triage.records.folder import DamagedRowsError, SessionFolder
from tui.triage.records.reading import is_sealed, read_contents
from tui.triage.records.shelf import with_digests


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session with two runs, the first of which has rows."""
    return put(tmp_path / "sessions")


def rename_to(path: Path, name: str) -> list[str]:
    """Opens the session, saves it under another name, and gives what was said."""
    folder, contents = SessionFolder.open(path, "ana@host")
    try:
        folder.write_session(replace(with_digests(folder, contents), name=name))
        return [*contents.problems, *folder.said]
    finally:
        folder.close()


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


# Two at once


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


# Changed by hand while nobody has it open


def test_a_fit_change_by_hand_is_taken_and_said(path: Path) -> None:
    target = path / "session.toml"
    target.write_text(target.read_text().replace('name = "INC-4471"', 'name = "by hand"'))
    record, runs, problems = opened(path)
    assert (record.name, sorted(runs)) == ("by hand", [1, 2])
    assert problems == ["session.toml is not as huntdeck saved it: changed by hand, or damaged; it is used as it is"]
    assert rename_to(path, "saved") == problems
    assert opened(path)[2] == []


def test_a_run_stays_when_only_what_the_session_says_of_it_was_changed(path: Path) -> None:
    target = path / "session.toml"
    text = target.read_text()
    digest = opened(path)[0].runs[2]
    target.write_text(text.replace(digest, digest[::-1]))
    record, runs, problems = opened(path)
    assert sorted(runs) == [1, 2]
    assert len(problems) == 1
    assert len(record.trail) == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "INC-4471"', "name = INC", "not TOML: Invalid value (at line 3, column 8)"),
        ('name = "INC-4471"', "name = 4471", "name: expected a text, found 4471 (line 3)"),
        ('kind = "evidence"', 'kind = "zoo"', "kind: expected one of evidence, log_analytics, defender, data_explorer"),
        ('opinion = "benign"', 'opinion = "odd"', "verdicts.opinion: expected one of suspicious, benign, unknown"),
        ("row = 3", 'row = "three"', "marks.row: expected a whole number from 0, found 'three' (line"),
    ],
)
def test_an_unfit_change_by_hand_names_its_line_and_the_last_state_is_used(
    path: Path, old: str, new: str, words: str
) -> None:
    rename_to(path, "INC-4471")
    target = path / "session.toml"
    text = target.read_text()
    assert old in text
    edited = text.replace(old, new)
    target.write_text(edited)
    line = edited.splitlines().index(next(one for one in edited.splitlines() if one.lstrip().startswith(new))) + 1
    record, runs, (problem,) = opened(path)
    assert problem.startswith(f"session.toml cannot be read: {words}")
    assert f"line {line}" in problem or "verdicts" in words
    assert record.name == "INC-4471"
    assert sorted(runs) == [1, 2]
    kept = path / problem.partition("(kept as ")[2].partition(")")[0]
    assert kept.read_text() == edited
    assert "the state of 2026-11-21 14:02:31Z is used" in problem


def test_the_line_of_one_of_several_marks_is_named(path: Path) -> None:
    folder, contents = SessionFolder.open(path, "ana@host")
    marks = tuple(replace(contents.record.marks[0], row=row) for row in (10, 11, 12))
    folder.write_session(replace(contents.record, marks=marks))
    folder.close()
    target = path / "session.toml"
    edited = target.read_text().replace("row = 11", "row = -11")
    target.write_text(edited)
    line = edited.splitlines().index("row = -11") + 1
    assert f"marks.row: expected a whole number from 0, found -11 (line {line})" in opened(path)[2][0]


def test_without_a_backup_the_runs_are_there(path: Path) -> None:
    (path / "session.toml").write_text("no")
    record, runs, (problem,) = opened(path)
    assert "there is no backup, so only the runs are here" in problem
    assert (record.name, record.identity, record.workspace, sorted(runs)) == ("INC-4471", "0a1b2c3d", "acme", [1, 2])


def test_the_last_state_but_one_is_always_kept_and_a_few_older_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        minutes = 0

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=cls.minutes)

    monkeypatch.setattr(folder_module, "datetime", Clock)
    folder, contents = SessionFolder.open(path, "ana@host")
    for minutes in range(40):
        Clock.minutes = minutes
        folder.write_session(replace(contents.record, name=f"at {minutes}"))
    folder.close()
    backups = sorted(one.name for one in (path / "backup").iterdir())
    assert backups == [
        *(f"session.toml.20261122T00{minutes:02}00Z" for minutes in (15, 20, 25, 30, 35)),
        "session.toml.previous",
    ]
    assert 'name = "at 38"' in (path / "backup" / "session.toml.previous").read_text()
    (path / "session.toml").unlink()
    assert opened(path)[0].name == "at 38"
    (path / "backup" / "session.toml.previous").write_text("no")
    assert opened(path)[0].name == "at 34"


def test_a_file_system_without_second_names_has_backups_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    rename_to(path, "new")
    (path / "session.toml").unlink()
    assert opened(path)[0].name == "INC-4471"


# Runs


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


# Disks that refuse


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


# Links


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


def test_closing_lets_others_in(path: Path) -> None:
    folder, _ = SessionFolder.open(path, "ana@host")
    folder.close()
    folder.close()
    lock = Lock.take(path / "lock", "bob@far")
    assert lock is not None
    lock.release()
