"""Files, folders and archives: found, recognised by content, refused in clear words, taken once, all or nothing."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import duckdb
import pytest

from tests.evidence import samples
from tests.evidence.recorded import FOLDER, needs_recordings
from tests.evidence.samples import bring, rows, sysmon_process, write_lines
from tui.evidence.errors import EvidenceImportError, UnreadableFileError
from tui.evidence.importer import import_evidence
from tui.evidence.json_stream import json_lines, json_values
from tui.evidence.report import ImportProgress


def _lines(path: Path, *starts: int) -> Path:
    return write_lines(path, [samples.winlogbeat_7(sysmon_process(at, at + 1, record=at)) for at in starts or (0,)])


def _zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def _gzip(path: Path, data: bytes) -> Path:
    path.write_bytes(gzip.compress(data))
    return path


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return _lines(tmp_path / "content", 0, 5).read_bytes()


@pytest.mark.parametrize("wrap", ["plain", "gzip", "zip", "gzip in zip", "folder"])
def test_files_are_read_however_they_are_packed(wrap: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "evidence.dat"
    if wrap == "plain":
        path.write_bytes(content)
    elif wrap == "gzip":
        _gzip(path, content)
    elif wrap == "zip":
        _zip(path, deep__inside=content)
    elif wrap == "gzip in zip":
        _zip(path, member=gzip.compress(content))
    else:
        (path / "a" / "b").mkdir(parents=True)
        (path / "a" / "b" / "x").write_bytes(content)
    report = bring(tmp_path / "w.duckdb", path)
    assert report.rows == {"DeviceProcessEvents": 2, "WindowsEvent": 2}
    assert report.files[0].member == {"zip": "deep/inside", "gzip in zip": "member"}.get(wrap, "")


def test_names_say_nothing_about_what_a_file_is(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "Security.evtx").write_bytes(content)
    assert bring(tmp_path / "w.duckdb", tmp_path / "Security.evtx").rows["WindowsEvent"] == 2


def test_all_members_and_all_files_of_a_folder_are_taken_in_order(tmp_path: Path) -> None:
    parts = [_lines(tmp_path / f"part{n}", n).read_bytes() for n in range(4)]
    folder = tmp_path / "folder"
    folder.mkdir()
    with zipfile.ZipFile(_zip(folder / "b.zip", one=parts[0], two=parts[1]), "a") as archive:
        archive.writestr("__MACOSX/._two", b"\x00\x01")
    (folder / "a").write_bytes(parts[2])
    _gzip(folder / "c.gz", parts[3])
    report = bring(tmp_path / "w.duckdb", folder)
    assert [(file.path.name, file.member) for file in report.files] == [
        ("a", ""),
        ("b.zip", "one"),
        ("b.zip", "two"),
        ("c.gz", ""),
    ]
    assert report.rows["WindowsEvent"] == 4


REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda good: b"", "it is empty"),
    "blank": (lambda good: b" \n\n", "it is empty"),
    "cut-off line": (lambda good: good[:-40], "the file is cut off: line 2, where it ends, is not whole JSON"),
    "cut-off first line": (lambda good: good[:100], "the file is cut off or damaged"),
    "cut-off array": (
        lambda good: b"[" + good.splitlines()[0] + b",\n" + good[:80],
        "the file is cut off inside JSON value 2",
    ),
    "array without end": (lambda good: b"[" + good.splitlines()[0], "its JSON array does not end after element 1"),
    "text after an array": (lambda good: b"[" + good.splitlines()[0] + b"] x", "more text after the end"),
    "broken array": (
        lambda good: b"[" + good.splitlines()[0] + b', {"a" 1}, {"b": "' + b"x" * 99 + b'"}]',
        "value 2 is not JSON",
    ),
    "cut-off gzip": (lambda good: gzip.compress(good)[:-20], "the file is cut off: its compressed data ends early"),
    "damaged gzip": (
        lambda good: gzip.compress(good)[:30] + b"\xff" * 9 + gzip.compress(good)[39:],
        "compressed data is damaged",
    ),
    "binary": (lambda good: bytes(range(256)) * 20, "it is a binary file"),
    "capture": (
        lambda good: b"\xd4\xc3\xb2\xa1" + b"\x00" * 99,
        "it is a packet capture (pcap), which is not imported",
    ),
    "prose": (lambda good: b"Dear all,\nplease find enclosed\n", "it is text of no kind that can be imported"),
    "xml": (lambda good: b"<Event xmlns='x'><System/></Event>", "it is XML"),
    "zeek": (lambda good: b"#separator \\x09\n#fields\tts\n", "it is a Zeek log"),
    "other json": (lambda good: b'{"Operation": "Send", "Id": 1}\n', "it is JSON, but not of Windows events"),
    "json of numbers": (lambda good: b"[1, 2]", "it is JSON, but not of Windows events"),
    "half an evtx": (
        lambda good: b"ElfFile\x00" + b"\x00" * 34 + b"\x03\x00" + b"\x00" * 8000,
        "the file is cut off: it has 8,044 of",
    ),
    "no evtx": (lambda good: b"ElfFile\x00" + b"\x07" * 34 + b"\x00\x00" + b"\x09" * 9000, "it holds no records"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_said_in_clear_words_and_changes_nothing(
    name: str, content: bytes, tmp_path: Path
) -> None:
    spoil, words = REFUSED[name]
    (tmp_path / "bad").write_bytes(spoil(content))
    report = bring(tmp_path / "new" / "w.duckdb", tmp_path / "bad")
    assert words in report.files[0].error
    assert not report.changed
    assert report.failed
    assert list((tmp_path / "new").iterdir()) == []


def test_bad_files_change_nothing_in_a_workspace_and_stop_no_other(content: bytes, tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(workspace, _lines(tmp_path / "before", 99))
    before = workspace.read_bytes()
    bad = tmp_path / "bad"
    bad.mkdir()
    for name, (spoil, _) in REFUSED.items():
        (bad / name).write_bytes(spoil(content))
    report = bring(workspace, bad)
    assert not report.changed
    assert workspace.read_bytes() == before
    report = bring(workspace, bad, tmp_path / "content")
    assert [bool(file.error) for file in report.files] == [True] * len(REFUSED) + [False]
    assert rows(workspace, "SELECT count(*) FROM WindowsEvent") == [(3,)]
    assert rows(workspace, "SELECT count(*) FROM _imports") == [(2,)]


def test_a_cut_off_zip_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = _zip(tmp_path / "x.zip", a=content)
    path.write_bytes(path.read_bytes()[:-30])
    assert "the zip archive is cut off or damaged" in bring(tmp_path / "w.duckdb", path).files[0].error


def test_an_archive_in_an_archive_an_empty_one_and_what_is_no_file_are_refused(content: bytes, tmp_path: Path) -> None:
    inner = _zip(tmp_path / "inner.zip", a=content)
    os.mkfifo(tmp_path / "pipe")
    paths = [
        _zip(tmp_path / "outer.zip", b=inner.read_bytes()),
        _zip(tmp_path / "none.zip"),
        tmp_path / "pipe",
        tmp_path / "nowhere",
    ]
    errors = [file.error for file in bring(tmp_path / "w.duckdb", *paths).files]
    assert "archive inside an archive" in errors[0]
    assert errors[1:] == ["the zip archive is empty", "it is no regular file", "there is no such file"]


@needs_recordings
def test_evtx_in_an_archive_cut_off_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(FOLDER / "evtx" / "windows-evtx.zip") as archive:
        [name] = [name for name in archive.namelist() if "DonPAPI" in name]
        whole = archive.read(name)
    path = _zip(tmp_path / "x.zip", cut=whole[: 4096 + 3 * 65536], good=whole[: 4096 + 7 * 65536])
    report = bring(tmp_path / "w.duckdb", path)
    assert "the file is cut off" in report.files[0].error
    assert report.rows["SecurityEvent"] == 750


@needs_recordings
def test_a_damaged_part_of_an_evtx_file_is_said_and_the_rest_taken(tmp_path: Path) -> None:
    with zipfile.ZipFile(FOLDER / "evtx" / "windows-evtx.zip") as archive:
        [name] = [name for name in archive.namelist() if "DonPAPI" in name]
        data = bytearray(archive.read(name))
    data[4096 + 2 * 65536 : 4096 + 2 * 65536 + 8] = b"XXXXXXXX"
    (tmp_path / "x").write_bytes(data)
    report = bring(tmp_path / "w.duckdb", tmp_path / "x")
    assert 0 < report.rows["SecurityEvent"] < 750
    assert "a part could not be read" in report.files[0].warnings[0]


@pytest.mark.parametrize("again", ["same file", "renamed", "gzip", "zip", "twice in one import"])
def test_the_same_content_adds_nothing_and_that_is_said(again: str, content: bytes, tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    original = tmp_path / "content"
    (tmp_path / "other name.json").write_bytes(content)
    path = {
        "same file": original,
        "renamed": tmp_path / "other name.json",
        "gzip": _gzip(tmp_path / "x.gz", content),
        "zip": _zip(tmp_path / "x.zip", member=content),
        "twice in one import": tmp_path / "other name.json",
    }[again]
    if again == "twice in one import":
        report = bring(workspace, original, path)
    else:
        bring(workspace, original)
        before = workspace.read_bytes()
        report = bring(workspace, path)
        assert workspace.read_bytes() == before
        assert not report.changed
        assert report.records == 0
    assert report.files[-1].already.startswith(f"the same content came as {original} on ")
    assert rows(workspace, "SELECT count(*) FROM WindowsEvent") == [(2,)]


def test_records_that_another_export_of_the_log_brought_are_not_doubled(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(workspace, _lines(tmp_path / "monday", 1, 2, 3))
    later = [samples.evtx_json(sysmon_process(at, at + 1, record=at)) for at in (2, 3, 4)]
    report = bring(workspace, write_lines(tmp_path / "tuesday", later))
    assert report.files[0].skipped["already there from another file"] == 2
    assert report.rows == {"DeviceProcessEvents": 1, "WindowsEvent": 1}


def test_provenance_is_kept_beside_each_row(content: bytes, tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    path = _zip(tmp_path / "x.zip", member=content)
    report = bring(workspace, path)
    found = rows(
        workspace, "SELECT DISTINCT _File, _FileSha256, _Record, _Source FROM DeviceProcessEvents ORDER BY _Record"
    )
    assert found == [(f"{path}!member", report.files[0].sha256, number, "Sysmon 1") for number in (1, 2)]
    [(sha, name, layout, records)] = rows(workspace, "SELECT Sha256, Name, Layout, Records FROM _imports")
    assert (sha, name, layout, records) == (report.files[0].sha256, f"{path}!member", report.files[0].layout, 2)


def test_files_and_folders_are_private(tmp_path: Path) -> None:
    workspace = tmp_path / "data" / "w.duckdb"
    bring(workspace, _lines(tmp_path / "e"))
    assert stat.S_IMODE(workspace.stat().st_mode) == 0o600
    assert stat.S_IMODE(workspace.parent.stat().st_mode) == 0o700
    assert [path.name for path in workspace.parent.iterdir()] == ["w.duckdb"]


def test_a_failed_import_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = tmp_path / "data" / "w.duckdb"
    bring(workspace, _lines(tmp_path / "one", 1))
    before = workspace.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tui.evidence.importer.put_in_place", full)
    with pytest.raises(EvidenceImportError, match="No space left on device"):
        bring(workspace, _lines(tmp_path / "two", 2))
    assert workspace.read_bytes() == before
    assert [path.name for path in workspace.parent.iterdir()] == ["w.duckdb"]


@pytest.mark.parametrize("step", ["checking", "reading", "joining", "saving"])
def test_a_cancelled_import_changes_nothing(step: str, tmp_path: Path) -> None:
    workspace = tmp_path / "data" / "w.duckdb"
    bring(workspace, _lines(tmp_path / "one", 1))
    before = workspace.read_bytes()
    seen: list[str] = []
    path = _lines(tmp_path / "two", 2, 3)
    report = import_evidence([path], workspace, None, lambda progress: seen.append(progress.step), lambda: step in seen)
    # The step at which it was asked to stop is told once; nothing is told after it.
    assert seen[-1] == step or step == "saving"
    assert report.cancelled == (step != "saving")
    assert report.changed == (step == "saving")
    assert (workspace.read_bytes() == before) == (step != "saving")
    assert [path.name for path in workspace.parent.iterdir()] == ["w.duckdb"]


def test_progress_tells_file_bytes_and_records(tmp_path: Path) -> None:
    paths = [_lines(tmp_path / f"f{n}", *range(n * 3000, n * 3000 + 2500)) for n in (1, 2)]
    told: list[ImportProgress] = []
    import_evidence(paths, tmp_path / "w.duckdb", progress=told.append)
    reading = [one for one in told if one.step == "reading"]
    assert {(one.file, one.files, one.name) for one in reading} == {(1, 2, str(paths[0])), (2, 2, str(paths[1]))}
    assert all(0 <= one.bytes <= one.total for one in reading)
    assert max(one.records for one in reading) >= 4500
    assert [one.records for one in told] == sorted(one.records for one in told)
    assert told[-1].records == 5000


def test_there_is_one_writer(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    path = _lines(tmp_path / "e")
    with (tmp_path / "w.duckdb.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EvidenceImportError, match="another import is writing"):
            bring(workspace, path)
    assert not workspace.exists()
    assert bring(workspace, path).changed


def test_a_second_import_waits_for_nobody_and_says_so(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    first, second = _lines(tmp_path / "one", 1), _lines(tmp_path / "two", 2)
    refused: list[str] = []

    def meanwhile(progress: ImportProgress) -> None:
        if progress.step == "reading" and not refused:
            with pytest.raises(EvidenceImportError) as error:
                bring(workspace, second)
            refused.append(str(error.value))

    report = import_evidence([first], workspace, progress=meanwhile)
    assert refused == [f"another import is writing to {workspace}"]
    assert report.changed
    assert rows(workspace, "SELECT count(*) FROM WindowsEvent") == [(1,)]


def test_what_an_interrupted_import_left_is_cleared_away(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    left = tmp_path / ".w.duckdb.import-abc"
    left.mkdir()
    (left / "workspace.duckdb").write_bytes(b"half")
    bring(workspace, _lines(tmp_path / "e"))
    assert not left.exists()


def test_an_open_reader_keeps_what_it_read(tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    bring(workspace, _lines(tmp_path / "one", 1))
    with duckdb.connect(str(workspace), read_only=True) as reader:
        bring(workspace, _lines(tmp_path / "two", 2))
        assert reader.execute("SELECT count(*) FROM WindowsEvent").fetchall() == [(1,)]
    assert rows(workspace, "SELECT count(*) FROM WindowsEvent") == [(2,)]


@pytest.mark.parametrize("kind", ["text", "demo"])
def test_only_evidence_workspaces_are_written_to(kind: str, tmp_path: Path) -> None:
    workspace = tmp_path / "w.duckdb"
    if kind == "text":
        workspace.write_text("no database" * 1000)
    else:
        with duckdb.connect(str(workspace)) as connection:
            connection.execute(
                "CREATE TABLE _meta (key VARCHAR, value VARCHAR); INSERT INTO _meta VALUES ('kind', 'demo')"
            )
    before = workspace.read_bytes()
    with pytest.raises(EvidenceImportError, match="no evidence workspace" if kind == "text" else "holds demo data"):
        bring(workspace, _lines(tmp_path / "e"))
    assert workspace.read_bytes() == before


class _Endless:
    """A text stream without end that counts what was asked of it."""

    def __init__(self, start: str, part: str) -> None:
        self.given = 0
        self._start, self._part = start, part

    def readline(self, size: int) -> str:
        del size
        self.given += 1
        return self._part

    def read(self, size: int) -> str:
        start, self._start = self._start, ""
        self.given += 1
        return start + self._part * (size // len(self._part))


@pytest.mark.parametrize("shape", ["lines", "array"])
def test_json_is_read_one_value_at_a_time(shape: str) -> None:
    line = json.dumps({"a": "x" * 1000})
    stream = _Endless("" if shape == "lines" else "[", line + ("\n" if shape == "lines" else ","))
    values: Iterator[object] = (json_lines if shape == "lines" else json_values)(stream)  # type: ignore[arg-type]
    for _ in range(1000):
        next(values)
    assert stream.given <= (1000 if shape == "lines" else 2)


@pytest.mark.parametrize(
    "text", ['{"a": 1}{"b": 2}', '{\n "a": 1\n}\n{\n "b": 2\n}\n', '[{"a": 1},\n{"b": 2}]\n', '\n[ {"a":1} , {"b":2} ]']
)
def test_json_values_in_every_arrangement(text: str) -> None:
    assert [value for _, value in json_values(StringIO(text))] == [{"a": 1}, {"b": 2}]


def test_a_line_that_never_ends_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="longer than"):
        list(json_lines(_Endless("", "x" * (32 << 20))))  # type: ignore[arg-type]
