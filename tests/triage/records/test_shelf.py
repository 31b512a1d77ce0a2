from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.records import MOMENT, a_run, a_session
from tui.triage.records.folder import SessionFolder, hunt_file_of, session_in
from tui.triage.records.model import SessionNameError
from tui.triage.records.names import folder_name
from tui.triage.records.shelf import (
    DISCARDED,
    NoSessionError,
    SessionHeldError,
    ShelfError,
    discard,
    discarded,
    entries,
    find,
    recover,
    rename,
)

SOURCE = 'id = "T1119-91"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


def put(root: Path, name: str, identity: str, hours: int = 0) -> Path:
    """A session with one run, saved `hours` after the others, and closed."""
    path = root / folder_name(name, identity)
    folder = SessionFolder.create(path, "ana@host")
    folder.write_run(replace(a_run(1), hunt_file=hunt_file_of("T1119-91", SOURCE)), SOURCE, None)
    saved = MOMENT + timedelta(hours=hours)
    runs = {1: folder.run_digest(1)}
    folder.write_session(replace(a_session(), name=name, identity=identity, saved=saved, runs=runs))
    folder.close()
    return path


def tree(path: Path) -> dict[str, bytes]:
    return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def test_sessions_are_listed_with_what_they_hold_the_last_saved_first(root: Path) -> None:
    put(root, "old one", "00000001")
    newer = put(root, "INC-4471 [/]\x1b[2J", "00000002", hours=2)
    found = entries(root)
    assert [entry.identity for entry in found] == ["00000002", "00000001"]
    first = found[0]
    assert (first.path, first.name, first.workspace, first.kind) == (newer, "INC-4471 [/]\x1b[2J", "acme", "evidence")
    assert (first.runs, first.marks, first.author, first.saved) == (1, 1, "ana@host", MOMENT + timedelta(hours=2))
    assert first.size == sum(len(data) for data in tree(newer).values())
    assert (first.held, first.trouble, first.imported, first.discarded) == ("", "", "", None)


def test_no_folder_is_no_sessions(root: Path) -> None:
    assert entries(root) == discarded(root) == []


def test_who_holds_a_session_is_said(root: Path) -> None:
    path = put(root, "mine", "00000001")
    folder, _ = SessionFolder.open(path, "bob@elsewhere")
    assert [entry.held for entry in entries(root)] == ["bob@elsewhere"]
    folder.close()
    assert [entry.held for entry in entries(root)] == [""]


def test_looking_at_the_list_keeps_nobody_from_opening(root: Path) -> None:
    path = put(root, "mine", "00000001")
    for _ in range(20):
        entries(root)
        folder, _contents = SessionFolder.open(path, "ana@host")
        assert folder.writable
        folder.close()


def test_broken_and_hostile_folders_stand_in_the_list_and_stop_nothing(root: Path, tmp_path: Path) -> None:
    put(root, "whole", "00000001", hours=9999)
    victim = tmp_path / "victim"
    put(victim, "victim", "0000000a")
    broken = put(root, "broken", "00000002")
    (broken / "session.toml").write_text("name = 3\n", encoding="utf-8")
    pipe = put(root, "pipe", "00000003")
    (pipe / "session.toml").unlink()
    os.mkfifo(pipe / "session.toml")
    linked = put(root, "linked", "00000004")
    (linked / "session.toml").unlink()
    (linked / "session.toml").symlink_to(victim / "victim-0000000a" / "session.toml")
    nested = put(root, "nested", "00000005")
    (nested / "session.toml").write_text("a = " + "[" * 10_000, encoding="utf-8")
    (root / "link-00000006").symlink_to(victim / "victim-0000000a")
    (root / "empty-00000007").mkdir()
    (root / "a file").write_text("x", encoding="utf-8")
    folder = put(root, "folder", "00000008")
    (folder / "session.toml").unlink()
    (folder / "session.toml").mkdir()
    before = tree(tmp_path / "sessions" / "broken-00000002")
    troubles = {entry.path.name: entry.trouble for entry in entries(root)}
    assert troubles == {
        "whole-00000001": "",
        "broken-00000002": "session.toml: format: this key is missing",
        "pipe-00000003": "session.toml: is no file",
        "linked-00000004": "session.toml: is a link, which is not followed",
        "nested-00000005": "session.toml: not TOML: nested too deep",
        "link-00000006": "is a link, which is not followed",
        "empty-00000007": "has no session.toml",
        "folder-00000008": "session.toml: is no file",
    }
    assert tree(broken) == before
    assert find(root, "WHOLE").name == "whole-00000001"
    assert find(root, "broken").name == "broken-00000002"


def test_a_session_is_found_by_name_identity_and_folder(root: Path) -> None:
    path = put(root, "Étude  4471", "0a1b2c3d")
    for name in ("étude 4471", "ÉTUDE   4471 ", "0A1B2C3D", path.name):
        assert find(root, name) == path


def test_what_is_not_there_has_a_nearest(root: Path) -> None:
    put(root, "INC-4471", "00000001")
    with pytest.raises(NoSessionError, match=r"there is no session 'INC-4417'; did you mean INC-4471\?"):
        find(root, "INC-4417")


def test_of_several_with_one_name_the_identities_are_listed(root: Path) -> None:
    put(root, "same", "00000001")
    second = put(root, "Same", "00000002", hours=1)
    with pytest.raises(ShelfError) as error:
        find(root, "same")
    assert str(error.value) == (
        "2 sessions are called 'same'; name one of 00000002 (saved 2026-11-21 15:02Z), "
        "00000001 (saved 2026-11-21 14:02Z)"
    )
    assert not isinstance(error.value, NoSessionError)
    assert find(root, "00000002") == second


def test_of_copies_with_one_identity_the_folders_are_listed(root: Path) -> None:
    path = put(root, "same", "00000001")
    path.rename(root / "copy-00000001")
    put(root, "same", "00000001")
    with pytest.raises(ShelfError, match=r"same-00000001 \(saved .*copy-00000001 \(saved"):
        find(root, "00000001")
    assert find(root, "copy-00000001").name == "copy-00000001"


def test_no_name_leads_out_of_the_folder(root: Path) -> None:
    put(root, "a", "00000001")
    for name in ("../sessions/a-00000001", ".", "..", "", "/etc", ".discarded"):
        with pytest.raises(NoSessionError):
            find(root, name)


def test_a_renamed_session_keeps_its_folder_and_its_runs(root: Path) -> None:
    path = put(root, "before", "00000001")
    assert rename(path, "  after\n the [/] incident ", "ana@host") == []
    assert session_in(path).name == "after the [/] incident"
    assert find(root, "after the [/] incident") == path
    folder, contents = SessionFolder.open(path, "ana@host")
    assert (sorted(contents.runs), contents.problems) == ([1], [])
    folder.close()


def test_a_session_that_is_open_elsewhere_is_neither_renamed_nor_deleted(root: Path) -> None:
    path = put(root, "mine", "00000001")
    folder, _ = SessionFolder.open(path, "bob@elsewhere")
    before = tree(path)
    with pytest.raises(SessionHeldError, match="open elsewhere: bob@elsewhere"):
        rename(path, "other", "ana@host")
    with pytest.raises(SessionHeldError, match="open elsewhere: bob@elsewhere"):
        discard(path)
    assert tree(path) == before
    folder.close()


def test_a_session_cannot_have_every_name(root: Path) -> None:
    path = put(root, "mine", "00000001")
    for name in ("", " \n ", "x" * 81):
        with pytest.raises(SessionNameError):
            rename(path, name, "ana@host")
    assert session_in(path).name == "mine"


def test_a_deleted_session_comes_back_whole(root: Path) -> None:
    path = put(root, "mine", "00000001")
    before = tree(path)
    where = discard(path)
    assert where.parent == root / DISCARDED
    assert where.parent.stat().st_mode & 0o777 == 0o700
    assert entries(root) == []
    (gone,) = discarded(root)
    assert (gone.name, gone.identity, gone.path) == ("mine", "00000001", where)
    assert gone.discarded is not None
    assert recover(root, "MINE") == path
    assert tree(path) == before | {"lock": (path / "lock").read_bytes()}
    assert (discarded(root), len(entries(root))) == ([], 1)


def test_a_deleted_session_is_found_by_its_folder_and_identity(root: Path) -> None:
    path = put(root, "mine", "00000001")
    for name in ("mine-00000001", "00000001", "Mine"):
        discard(path)
        assert recover(root, name) == path
    assert recover(root, discard(path).name) == path


def test_two_sessions_deleted_from_one_place_are_both_kept(root: Path) -> None:
    first = discard(put(root, "mine", "00000001"))
    second = discard(put(root, "mine", "00000001", hours=1))
    assert first != second
    assert len(discarded(root)) == 2
    for name in ("mine", "00000001", "mine-00000001"):
        with pytest.raises(ShelfError, match=f"2 deleted sessions are called '{name}'; name one of mine-00000001.2"):
            recover(root, name)
    assert recover(root, second.name) == root / "mine-00000001"
    with pytest.raises(FileExistsError):
        recover(root, first.name)
    assert first.is_dir()


def test_what_was_never_deleted_cannot_be_recovered(root: Path) -> None:
    put(root, "mine", "00000001")
    with pytest.raises(NoSessionError, match="there is no deleted session 'mine'"):
        recover(root, "mine")


def test_a_link_in_the_place_of_a_session_is_deleted_itself(root: Path, tmp_path: Path) -> None:
    victim = put(tmp_path / "victim", "victim", "0000000a")
    before = tree(victim)
    (root).mkdir()
    (root / "link-00000001").symlink_to(victim)
    where = discard(root / "link-00000001")
    assert where.is_symlink()
    assert tree(victim) == before
    assert not (root / "link-00000001").is_symlink()
