import hashlib
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tui.results.export import FORMATS, Format
from tui.results.exported import VALUES, check_target, export_rows, manifest_path

ROWS = pa.table(
    {
        "Timestamp": pa.array([datetime(2026, 11, 21, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
        "Command": ["=cmd|' /C calc'!A0\x1b]0;x\x07", ""],
        "Count": pa.array([1, None], pa.int64()),
    }
)


@pytest.mark.parametrize("form", FORMATS)
def test_a_manifest_says_what_the_file_holds(tmp_path: Path, form: Format) -> None:
    made = export_rows(tmp_path / "rows", ROWS, form, {"hunt": {"id": "T1119-01"}})
    data = (tmp_path / "rows").read_bytes()
    assert (made.rows, made.size, made.sha256) == (2, len(data), hashlib.sha256(data).hexdigest())
    said = json.loads(manifest_path(tmp_path / "rows").read_text(encoding="ascii"))
    assert said["file"]["sha256"] == made.sha256
    assert (said["format"], said["values"], said["rows"]) == (form, VALUES[form], 2)
    assert said["hunt"] == {"id": "T1119-01"}
    assert said["columns"][1:] == [{"name": "Command", "type": "string"}, {"name": "Count", "type": "long"}]


def test_the_form_decides_what_becomes_of_a_formula(tmp_path: Path) -> None:
    for form in ("csv", "csv-exact"):
        export_rows(tmp_path / form, ROWS, form, None)
    assert b"'=cmd" in (tmp_path / "csv").read_bytes()
    assert b"\x1b" not in (tmp_path / "csv").read_bytes()
    assert b",=cmd|' /C calc'!A0\x1b]0;x\x07,1" in (tmp_path / "csv-exact").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["csv", "csv-exact"]


def test_only_the_owner_reads_file_and_manifest(tmp_path: Path) -> None:
    export_rows(tmp_path / "rows", ROWS, "jsonl", {})
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("there", ["rows", "rows.manifest.json"])
def test_nothing_is_written_over_unless_it_is_asked_for(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(FileExistsError):
        export_rows(tmp_path / "rows", ROWS, "csv", {})
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
    export_rows(tmp_path / "rows", ROWS, "csv", {}, over=True)
    assert (tmp_path / "rows").read_text() != "mine"
    assert json.loads((tmp_path / "rows.manifest.json").read_text())["rows"] == 2


@pytest.mark.parametrize("appears", ["rows", "rows.manifest.json"])
def test_a_file_that_appears_meanwhile_is_not_written_over(tmp_path: Path, appears: str) -> None:
    def told(_: int) -> None:
        (tmp_path / appears).write_text("mine")

    with pytest.raises(FileExistsError):
        export_rows(tmp_path / "rows", ROWS, "csv", {}, told)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(appears, "mine")]


def test_what_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    told: list[int] = []

    def stop_later(count: int) -> None:
        told.append(count)
        if count > 10_000:
            raise StoppedError

    many = pa.table({"N": list(range(50_000))})
    for form in FORMATS:
        with pytest.raises(StoppedError):
            export_rows(tmp_path / form, many, form, {}, stop_later)
    assert list(tmp_path.iterdir()) == []
    assert told[:3] == [0, 1024, 2048]


def test_parquet_keeps_types_and_values(tmp_path: Path) -> None:
    export_rows(tmp_path / "rows.parquet", ROWS, "parquet", {})
    assert pq.read_table(tmp_path / "rows.parquet").equals(ROWS)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileNotFoundError, match="no/rows"):
        check_target(tmp_path / "no" / "rows")
    with pytest.raises(NotADirectoryError, match="file/rows"):
        check_target(tmp_path / "file" / "rows")
