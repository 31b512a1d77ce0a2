from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.kept import HUNT, a_kept_run, opened, put, rows_of, tree
from tests.support.records import a_run, a_session
from tui.library.loader import parse_hunt
from tui.triage.queries.context import Bound, ColumnMeaning, Key
from tui.triage.records.bundle import BundleError, bundle_name, export_session, import_session
from tui.triage.records.bundle_members import Limits
from tui.triage.records.documents import run_document, session_document
from tui.triage.records.folder import SessionFolder, hunt_file_of, session_in
from tui.triage.records.model import RunRecord, SessionRecord
from tui.triage.records.reading import digest_of
from tui.triage.records.shelf import discard, entries, find
from tui.triage.records.toml import dumps

Parts = dict[str, bytes]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
def file(root: Path, tmp_path: Path) -> Path:
    """A session file; the session it was made of lies elsewhere."""
    target = tmp_path / "INC-4471.huntdeck"
    assert export_session(put(tmp_path / "other"), target) == []
    return target


def parts_of(file: Path) -> Parts:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def as_bundle(parts: Mapping[str, bytes], **manifest: Any) -> bytes:
    """`parts` with a manifest that agrees with them, but for what is given."""
    parts = {name: data for name, data in parts.items() if name != "manifest.json"}
    members = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in parts.items()
    ]
    document = {"form": "huntdeck session", "version": 1, "members": members, "left_out": []} | manifest
    return zipped({**parts, "manifest.json": json.dumps(document).encode()})


def zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def refused(root: Path, data: bytes, words: str, limits: Limits | None = None) -> None:
    """`data` is refused with `words`, and nothing of it stays."""
    before = tree(root) if root.exists() else {}
    file = root.parent / "refused.huntdeck"
    file.write_bytes(data)
    with pytest.raises(BundleError) as error:
        import_session(file, root, limits=limits)
    assert words in str(error.value)
    assert tree(root) == before
    assert not list(root.glob(".*"))


def session_parts(
    session: SessionRecord | None = None, runs: tuple[RunRecord, ...] = (), hunt: str = HUNT, rows: bytes | None = None
) -> Parts:
    """The members of a session whose digests are all right; `rows` are those of run 1."""
    parts: Parts = {}
    digests = {}
    if rows is not None:
        parts["runs/1.parquet"] = rows
    for given in runs:
        run = replace(given, rows_sha256=digest_of(rows)) if rows is not None and given.number == 1 else given
        parts[f"runs/{run.number}.toml"] = dumps(run_document(run)).encode()
        parts[f"hunts/{run.hunt_file}"] = hunt.encode()
        digests[run.number] = digest_of(parts[f"runs/{run.number}.toml"])
    parts["session.toml"] = dumps(
        session_document(replace(session or replace(a_session(), trail=()), runs=digests))
    ).encode()
    return parts


def parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


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


@pytest.mark.parametrize(
    "name",
    [
        "../evil.toml",
        "/etc/evil.toml",
        "runs/../../evil.toml",
        "runs\\1.toml",
        "runs/",
        "runs/01.toml",
        "runs/1.toml/x",
        "runs/a.toml",
        "hunts/.hidden.toml",
        "hunts/x.py",
        "lock",
        "backup/session.toml.1",
        "damaged/x",
        "./session.toml",
        "session.toml\x00.txt",
        "hunts/\u202ea.toml",
        "Session.toml",
    ],
)
def test_members_have_known_names_only(file: Path, root: Path, name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for known, data in parts_of(file).items():
            archive.writestr(known, data)
        info = zipfile.ZipInfo("x")
        info.filename = info.orig_filename = name
        archive.writestr(info, b"x")
    refused(root, out.getvalue(), "which no session has")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("first", "second"), [("session.toml", "session.toml"), ("hunts/a-1.toml", "hunts/A-1.toml")])
def test_no_two_members_have_one_name_in_any_case(file: Path, root: Path, first: str, second: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in (first, second, "manifest.json"):
            archive.writestr(name, b"x")
    refused(root, out.getvalue(), "it has two members")


@pytest.mark.parametrize(
    ("kind", "words"),
    [(stat.S_IFLNK, "session.toml is a link"), (stat.S_IFDIR, "is no plain file"), (stat.S_IFIFO, "is no plain file")],
)
def test_members_are_plain_files(file: Path, root: Path, kind: int, words: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts_of(file).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o777) << 16 if name == "session.toml" else 0
            archive.writestr(info, data)
    refused(root, out.getvalue(), words)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"file": 100}, "it has more than 100 bytes"),
        ({"members": 3}, "it has 6 members, more than 3"),
        ({"text": 50}, "bytes, more than 50"),
        ({"member": 50}, "runs/1.parquet has"),
        ({"total": 3000}, "unpacked it has"),
        ({"rows": 2}, "runs/1.parquet has 3 rows, more than 2"),
        ({"columns": 1}, "runs/1.parquet has 2 columns, more than 1"),
        ({"values": 10}, "runs/1.parquet unpacks to"),
        ({"kql": 10}, "runs/1.toml: its query has"),
        ({"ratio": 1, "small": 100}, "unpacks to more than 1 times its size"),
    ],
)
def test_sizes_have_limits(file: Path, root: Path, limits: dict[str, int], words: str) -> None:
    refused(root, file.read_bytes(), words, Limits(**limits))


def test_a_member_that_unpacks_to_much_more_is_not_unpacked(root: Path) -> None:
    data = as_bundle({"session.toml": b"# " + b"a" * 12 * 2**20})
    assert len(data) < 50_000
    refused(root, data, "session.toml unpacks to more than 200 times its size")


def test_a_list_of_members_that_is_too_long_is_not_read(file: Path, root: Path) -> None:
    data = bytearray(file.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    data[end:end] = b"\x00" * 8 * 2**20
    end += 8 * 2**20
    start = struct.unpack_from("<L", data, end + 16)[0]
    struct.pack_into("<L", data, end + 12, end - start)
    refused(root, bytes(data), "its list of members has")


def test_one_long_text_in_many_rows_counts_as_often_as_it_stands(root: Path) -> None:
    texts = pa.array(["x" * 1000] * 20_000)
    data = parquet(rows_of(20_000, Long=texts), compression="zstd")
    assert len(data) < 500_000
    parts = session_parts(runs=(a_kept_run(1),), rows=data)
    refused(root, as_bundle(parts), "runs/1.parquet unpacks to more than", Limits(values=19_000_000))
    file = root.parent / "fits.huntdeck"
    file.write_bytes(as_bundle(parts))
    import_session(file, root, limits=Limits(values=25_000_000))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (b"no parquet", "runs/1.parquet cannot be read"),
        (parquet(pa.table({"a": [{"x": 1}]})), "column 'a' is of type struct<x: int64>, which no run keeps"),
        (parquet(pa.table({"a": pa.array([b"x"], pa.binary())})), "column 'a' is of type binary"),
        (parquet(pa.table([[1], [2]], names=["a", "a"])), "two columns"),
    ],
)
def test_rows_are_such_as_runs_keep(root: Path, rows: bytes, words: str) -> None:
    refused(root, as_bundle(session_parts(runs=(a_kept_run(1),), rows=rows)), words)


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


def change(change: Callable[[Parts], object], **manifest: Any) -> Callable[[Parts], bytes]:
    def made(parts: Parts) -> bytes:
        change(parts)
        return as_bundle(parts, **manifest)

    return made


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda parts: b"", "it is no session file: it is not a zip archive"),
        (lambda parts: b"PK\x03\x04 and no more", "it is no zip archive, or a damaged one"),
        (lambda parts: zipped({"session.toml": b"x"}), "it has no manifest.json"),
        (lambda parts: zipped({**parts, "manifest.json": b"[" * 100_000}), "manifest.json cannot be read"),
        (lambda parts: zipped({**parts, "manifest.json": b"[]"}), "manifest.json says nothing of the form"),
        (lambda parts: as_bundle(parts, form="zoo"), "manifest.json says nothing of the form"),
        (lambda parts: as_bundle(parts, version=2), "it was made by a newer huntdeck"),
        (lambda parts: as_bundle(parts, version="one"), "manifest.json has the version 'one'"),
        (lambda parts: as_bundle(parts, members=[]), "manifest.json and the members do not agree on hunts/"),
        (lambda parts: as_bundle(parts, members=[{"name": "session.toml"}]), "without its size or SHA-256"),
        (lambda parts: as_bundle(parts, left_out=3), "left_out is no list"),
        (change(lambda parts: parts.pop("session.toml")), "it has no session.toml"),
        (change(lambda parts: parts.pop("runs/2.toml")), "does not name the runs that are there: [2]"),
        (change(lambda parts: parts.pop("runs/1.parquet")), "runs/1.parquet is not there"),
        (change(lambda parts: parts.update({"runs/2.parquet": b"x"})), "runs/2.parquet is not there, or not the one"),
        (change(lambda parts: parts.update({"runs/9.parquet": b"x"})), "runs/9.parquet belongs to no run"),
        (change(lambda parts: parts.update({"hunts/x-1.toml": b"x"})), "hunts/x-1.toml belongs to no run"),
        (change(lambda parts: parts.update({"runs/1.toml": parts["runs/2.toml"]})), "is not the one that session.toml"),
        (change(lambda parts: parts.update({"session.toml": b"name = 3"})), "session.toml: format: this key is"),
        (change(lambda parts: parts.update({"session.toml": b"\xff"})), "session.toml: not UTF-8"),
        (change(lambda parts: parts.update({"session.toml": b"x=" + b"[" * 9999})), "nested too deep"),
    ],
)
def test_what_is_not_whole_is_refused(file: Path, root: Path, make: Callable[[Parts], bytes], words: str) -> None:
    refused(root, make(parts_of(file)), words)


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ({"format": 2}, "it was made by a newer huntdeck (form 2)"),
        ({"kind": "zoo"}, "session.toml: kind: expected one of evidence, log_analytics, defender, data_explorer"),
        ({"identity": "../../x"}, "its name or identity cannot be a session's"),
        ({"name": "  "}, "a session needs a name"),
        ({"name": "x" * 90}, "at most 80 characters"),
        ({"values": {"T1119-91": {"tools": "@/etc/passwd"}}}, "values.T1119-91.tools names a file to read"),
        ({"values": {"T9": {"any": " @~/.ssh/id_rsa"}}}, "values.T9.any names a file to read"),
    ],
)
def test_what_a_session_cannot_say_is_refused(root: Path, session: dict[str, Any], words: str) -> None:
    parts = session_parts(replace(a_session(), trail=(), **session), (a_kept_run(1),))
    refused(root, as_bundle(parts), words)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"kql": 'cluster("x").database("y").T'}, "its query reaches out of its workspace: cluster( reads from"),
        ({"kql": "T | evaluate http_request('https://x')"}, "evaluate http_request may call out"),
        ({"kql": ".drop table T"}, "is a command to the service"),
        ({"kql": "T | where a == 'open"}, "it cannot be read"),
        ({"keys": (Key("A", "string", "workspace('x')"),)}, "the key A reaches out of its workspace"),
        ({"keys": (Key("A", "string", "a) | union (T"),)}, "the key A cannot be read"),
        ({"keys": (Key("A", "cluster"),)}, "'cluster' is no type of KQL"),
        ({"bounds": (Bound(Key("A", "string", "strcat(a, database"), "x"),)}, "the bound A cannot be read"),
        ({"bounds": (Bound(Key("A", "string", "1 + database"), "x"),)}, "the bound A reaches out"),
        ({"columns": (ColumnMeaning("C", "rows", "processes", "", "adx('x')"),)}, "the column C reaches out"),
        ({"columns": (ColumnMeaning("C", "sum", "processes", "app('x')"),)}, "the column C reaches out"),
    ],
)
def test_queries_stay_in_their_workspace(root: Path, query: dict[str, Any], words: str) -> None:
    run = a_kept_run(1, query=replace(a_run(1).query, **query))
    refused(root, as_bundle(session_parts(runs=(run,))), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'where = "',
            "where = \"FileName in (externaldata(a:string)['https://x']) or ",
            "legs.processes.where reaches",
        ),
        ('table = "DeviceProcessEvents"', "table = \"workspace('x').T\"", "legs.processes.table reaches out"),
        ('count = "ProcessCount"', "count = \"X = cluster('a')\"", "legs.processes.count reaches out"),
        (
            'count = "ProcessCount"',
            'count = "P"\ndistinct = { "a(database" = "FileName" }',
            "legs.processes.distinct.a(database reaches out",
        ),
        (
            "[legs.processes]",
            '[views.x]\ntitle = "cluster(x)"\npipeline = "leg_processes | evaluate python()"\n[legs.processes]',
            "views.x.pipeline reaches out",
        ),
        ('id = "T1119-91"', 'id = "T1119-90"', "is of T1119-91, and its hunt is T1119-90"),
        ('subject = "device"', 'subject = "planet"', "subject: expected one of"),
        ('subject = "device"', 'subject = "device', "not TOML"),
        ('subject = "device"', 'subject = "device"\ncode = "import os"', "unknown key"),
        ("[parameters.tools]", "a." * 5000 + "a = 1\n[parameters.tools]", "a key has more than 40 parts"),
        ("[parameters.tools]", "x = " + "[" * 3000 + "\n[parameters.tools]", "T1119-91-"),
    ],
)
def test_hunts_are_read_by_the_loader_and_stay_in_their_workspace(root: Path, old: str, new: str, words: str) -> None:
    hunt = HUNT.replace(old, new)
    assert hunt != HUNT
    refused(root, as_bundle(session_parts(runs=(a_kept_run(1, hunt),), hunt=hunt)), words)


def test_runs_are_of_known_kinds_of_workspace(root: Path) -> None:
    refused(root, as_bundle(session_parts(runs=(a_kept_run(1, kind="zoo"),))), "'zoo' is no kind of workspace")


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
