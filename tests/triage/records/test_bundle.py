"""A session out as one file, and in again."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.bundles import as_bundle, parts_of, refused, session_parts
from tests.support.kept import HUNT, a_kept_run, opened, put, rows_of, tree
from tests.support.records import a_run
from tui.library.loader import parse_hunt
from tui.triage.records.bundle import BundleError, bundle_name, export_session, import_session
from tui.triage.records.folder import SessionFolder, hunt_file_of, session_in
from tui.triage.records.shelf import discard, entries, find


def test_a_session_comes_back_as_it_was(file: Path, root: Path, tmp_path: Path) -> None:
    source = next((tmp_path / "other").iterdir())
    path = import_session(file, root, "bob@far")
    assert path.parent == root
    record, runs, problems = opened(path)
    before, runs_before, _ = opened(source)
    assert problems == []
    assert runs == runs_before
    assert replace(record, imported="") == before
    folder, contents = SessionFolder.open(path, "bob@far")
    rows = folder.rows(contents.runs[1])
    folder.close()
    assert rows is not None
    assert rows.equals(rows_of())
    assert path.stat().st_mode & 0o777 == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in path.rglob("*") if one.is_file()} == {0o600}


def test_an_imported_session_says_where_it_came_from(file: Path, root: Path) -> None:
    path = import_session(file, root, "bob@far")
    said = session_in(path).imported
    assert said.startswith("bob@far, 2")
    assert said.endswith(f", INC-4471.huntdeck, sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}")
    assert entries(root)[0].imported == said


def test_a_session_file_has_the_stated_form(file: Path) -> None:
    parts = parts_of(file)
    hunt = f"hunts/{hunt_file_of('T1119-91', HUNT)}"
    assert set(parts) == {"manifest.json", "session.toml", "runs/1.toml", "runs/1.parquet", "runs/2.toml", hunt}
    manifest = json.loads(parts["manifest.json"])
    assert (manifest["form"], manifest["version"], manifest["identity"]) == ("huntdeck session", 1, "0a1b2c3d")
    told = {one["name"]: (one["size"], one["sha256"]) for one in manifest["members"]}
    assert told == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in parts.items() if name != "manifest.json"
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_locks_backups_and_damage_stay_at_home(root: Path, tmp_path: Path) -> None:
    path = put(root)
    folder, contents = SessionFolder.open(path, "ana@host")
    folder.write_session(contents.record)
    (path / "runs" / "3.toml").write_text("no", encoding="utf-8")
    folder.close()
    opened(path)
    assert (path / "damaged").is_dir()
    export_session(path, tmp_path / "a.huntdeck")
    assert {name.partition("/")[0] for name in parts_of(tmp_path / "a.huntdeck")} == {
        "manifest.json",
        "session.toml",
        "runs",
        "hunts",
    }


def test_a_session_that_is_open_elsewhere_can_be_exported(root: Path, tmp_path: Path) -> None:
    path = put(root)
    folder, _ = SessionFolder.open(path, "bob@far")
    before = tree(path)
    assert export_session(path, tmp_path / "a.huntdeck") == []
    assert tree(path) == before
    folder.close()
    import_session(tmp_path / "a.huntdeck", tmp_path / "far")


def test_a_file_that_is_there_is_not_replaced_unasked(root: Path, tmp_path: Path) -> None:
    path, target = put(root), tmp_path / "a.huntdeck"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        export_session(path, target)
    assert target.read_text(encoding="utf-8") == "mine"
    assert export_session(path, target, overwrite=True) == []
    assert target.read_bytes().startswith(b"PK")


def test_a_link_in_the_place_of_the_file_is_replaced_not_followed(root: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep", encoding="utf-8")
    target = tmp_path / "a.huntdeck"
    target.symlink_to(victim)
    export_session(put(root), target, overwrite=True)
    assert victim.read_text(encoding="utf-8") == "keep"
    assert not target.is_symlink()


def test_what_is_damaged_is_left_out_and_said_and_the_rest_can_be_taken_in(root: Path, tmp_path: Path) -> None:
    path = put(root)
    rows = path / "runs" / "1.parquet"
    rows.write_bytes(rows.read_bytes()[:-1] + b"x")
    (path / "runs" / "2.toml").write_text("no", encoding="utf-8")
    said = export_session(path, tmp_path / "a.huntdeck")
    assert [words.partition(":")[0] for words in said] == ["run 2 is left out", "runs/1.parquet"]
    taken = import_session(tmp_path / "a.huntdeck", tmp_path / "far")
    record, runs, problems = opened(taken)
    assert sorted(record.runs) == sorted(runs) == [1]
    assert problems == ["the rows of run 1 are not there"]


def test_a_session_that_is_here_already_gets_a_new_identity(file: Path, root: Path) -> None:
    first = import_session(file, root)
    second = import_session(file, root)
    discard(first)
    third = import_session(file, root)
    found = [session_in(path).identity for path in (second, third)]
    assert len({"0a1b2c3d", *found}) == 3
    assert first.name == "INC-4471-0a1b2c3d"
    assert [path.name for path in (second, third)] == [f"INC-4471-{identity}" for identity in found]
    assert find(root, found[0]) == second


def test_lists_in_files_of_this_machine_are_not_exported(root: Path, tmp_path: Path) -> None:
    values = {
        "T1119-91": {"tools": "@/home/ana/list.txt", "domain": "@example.org"},
        "T1119-92": {"x": "@/etc/hosts", "y": 3},
    }
    said = export_session(put(root, values=values), tmp_path / "a.huntdeck")
    assert said == [
        "session.toml: T1119-91.tools names a file of this machine",
        "session.toml: T1119-92.x names a file of this machine",
    ]
    record, _, _ = opened(import_session(tmp_path / "a.huntdeck", tmp_path / "far"))
    assert record.values == {"T1119-91": {"domain": "@example.org"}, "T1119-92": {"y": 3}}


def test_names_of_files_cannot_leave_their_folder() -> None:
    assert bundle_name("../../etc/passwd\x00\u202e") == "etc-passwd.huntdeck"
    assert bundle_name("") == "_.huntdeck"


def test_every_flipped_byte_of_the_file_is_noticed_or_changes_nothing(file: Path, root: Path) -> None:
    whole = file.read_bytes()
    expected, _, _ = opened(import_session(file, root))
    noticed = 0
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x21]) + whole[place + 1 :])
        before = len(entries(root))
        try:
            path = import_session(file, root)
        except BundleError:
            noticed += 1
            assert len(entries(root)) == before
        else:
            record, runs, problems = opened(path)
            assert problems == []
            assert sorted(runs) == [1, 2]
            assert replace(record, identity="", imported="") == replace(expected, identity="", imported="")
        assert not list(root.glob(".incoming*"))
    assert noticed > 100


def test_every_truncated_file_is_refused(file: Path, root: Path) -> None:
    whole = file.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 60)):
        refused(root, whole[:length], "")


def test_a_hunt_is_the_one_its_name_has_the_digest_of(root: Path) -> None:
    parts = session_parts(runs=(a_kept_run(1),))
    name = next(name for name in parts if name.startswith("hunts/"))
    parts[name] += b"# more"
    refused(root, as_bundle(parts), "it is not the one that was saved")


def test_shipped_words_in_names_and_texts_do_no_harm(root: Path) -> None:
    hunt = HUNT.replace('count = "ProcessCount"', 'count = "App"').replace(
        'purpose = "', 'purpose = "Never cluster(x) | evaluate python(): '
    )
    parse_hunt(hunt, Path("x"))
    query = replace(a_run(1).query, kql="T | where a == \"cluster('x')\" // .drop", title="database('x')")
    file = root.parent / "a.huntdeck"
    file.write_bytes(as_bundle(session_parts(runs=(a_kept_run(1, hunt, query=query),), hunt=hunt)))
    assert opened(import_session(file, root))[2] == []


def test_a_folder_is_no_session_file(root: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, tmp_path):
        with pytest.raises(BundleError, match="it is no file"):
            import_session(place, root)
    with pytest.raises(OSError, match="No such file"):
        import_session(tmp_path / "none", root)


def test_what_a_killed_import_left_goes_with_the_next(file: Path, root: Path) -> None:
    left = root / ".incoming-0011223344556677"
    (left / "runs").mkdir(parents=True)
    (left / "lock").touch()
    begun = root / ".incoming-begun"
    begun.mkdir()
    assert entries(root) == []
    import_session(file, root)
    assert not left.exists()
    assert begun.exists()
