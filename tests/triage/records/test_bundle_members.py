"""What is no archive of a session, or too much of one, is refused."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from tests.support.bundles import as_bundle, parquet, parts_of, refused, session_parts
from tests.support.kept import a_kept_run, rows_of
from tui.triage.records.bundle import import_session
from tui.triage.records.bundle_members import Limits


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
