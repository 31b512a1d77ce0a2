from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pytest

from tests.support.desk import Desk, small_desk
from tui.results import exported


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def export(one: Desk, rows: int, form: int) -> None:
    """Goes through the questions of E, to the last."""
    await one.press("E")
    await one.until(lambda: "which rows?" in one.text)
    await one.press(*["down"] * rows, "enter")
    await one.until(lambda: "in which format?" in one.text)
    await one.press(*["down"] * form, "enter")
    await one.until(lambda: "Export to" in one.text)


@pytest.mark.parametrize(("rows", "count", "narrow"), [(0, 1, False), (1, 1, True), (2, 3, False)])
async def test_rows_go_to_a_file_with_a_manifest(
    tmp_path: Path, home: Path, rows: int, count: int, narrow: bool
) -> None:
    async with small_desk(tmp_path, size=(300, 45)) as one:
        await one.open_hunt()
        await one.go_to("ProcessCount", 0)
        await one.press("equals_sign")
        await one.settle()
        await export(one, rows, 2)
        await one.press("enter")
        await one.until(lambda: "its manifest beside it" in one.line("keys"))
        shown = one.screen.pane.columns
    written = home / next(name for name in names(home) if name.endswith(".jsonl"))
    lines = [json.loads(line) for line in written.read_text().splitlines()]
    said = json.loads(exported.manifest_path(written).read_text())
    assert len(lines) == said["rows"] == count
    assert said["file"]["sha256"] == hashlib.sha256(written.read_bytes()).hexdigest()
    if rows < 2:
        assert said["taken"]["filters"] == [{"column": "ProcessCount", "is": "==", "value": 5}]
    else:
        assert said["taken"]["rows"] == "all of the run"
    assert (list(lines[0]) == shown) is narrow


async def test_what_is_there_already_is_said_while_typing(tmp_path: Path, home: Path) -> None:
    async with small_desk(tmp_path, size=(300, 45)) as one:
        await one.open_hunt()
        await export(one, 0, 0)
        (home / "mine.csv.manifest.json").write_text("mine")
        await one.press("ctrl+a", "ctrl+k", *str(home / "mine.csv"))
        await one.until(lambda: "is there already" in one.text)
        await one.press("enter")
        assert names(home) == ["mine.csv.manifest.json"]


async def test_an_export_is_stopped_and_leaves_nothing(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = exported.write

    def slow(*given: object) -> int:
        begun.set()
        go_on.wait(20)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(exported, "write", slow)
    async with small_desk(tmp_path, size=(300, 45)) as one:
        await one.open_hunt()
        await export(one, 0, 0)
        await one.press("enter")
        await one.until(begun.is_set)
        await one.press("ctrl+c")
        await one.until(lambda: "the export was stopped" in one.line("keys"))
        go_on.set()
        await one.until(lambda: not names(home))
        assert not names(home)
