from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.small import small_catalogue, small_workspace
from tui.results.store import ResultStore
from tui.triage.records import keeper as keeper_module
from tui.triage.records.folder import SessionFolder, session_in
from tui.triage.records.keeper import Keeper
from tui.triage.records.model import SessionNameError
from tui.triage.records.reading import read_contents
from tui.triage.runs import Run
from tui.triage.session import Session


class Kept:
    """A session on the small workspace, and what keeps it."""

    def __init__(self, folder: Path, root: Path | None) -> None:
        self.root = root
        self.told = 0
        self.session = Session(small_workspace(folder), small_catalogue(folder), ResultStore(None), self._changed)
        self.hunt = self.session.catalogue.hunts["T1119-91"]

    def _changed(self, run: Run) -> None:
        if run.outcome is not None:
            self.keeper.touch()

    def _told(self) -> None:
        self.told += 1

    async def ready(self) -> Kept:
        await self.session.prepare()
        self.keeper = Keeper(self.session, self.root, self._told)
        return self

    async def run(self) -> Run:
        run = self.session.run_view(self.hunt)
        assert run.task is not None
        await run.task
        return run

    async def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        await self.keeper.close()
        await self.session.close()


async def test_a_finished_run_is_saved_by_itself(tmp_path: Path) -> None:
    kept = await Kept(tmp_path, tmp_path / "sessions").ready()
    await kept.run()
    await kept.until(lambda: kept.keeper.saved and not kept.keeper.dirty)
    assert kept.told == 1
    assert kept.keeper.folder is not None
    contents = read_contents(kept.keeper.folder.path, None)
    assert contents.problems == []
    assert list(contents.runs) == [1]
    assert kept.keeper.folder.rows(contents.runs[1]).num_rows == 3
    await kept.close()


async def test_many_changes_are_written_together(tmp_path: Path) -> None:
    kept = await Kept(tmp_path, tmp_path / "sessions").ready()
    await kept.run()
    for _ in range(50):
        kept.keeper.touch()
    await kept.until(lambda: kept.keeper.saved and not kept.keeper.dirty)
    assert kept.told == 1
    await kept.close()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_in_memory_only_nothing_is_written(tmp_path: Path) -> None:
    kept = await Kept(tmp_path, None).ready()
    before = names_in(tmp_path)
    await kept.run()
    assert await kept.keeper.flush()
    assert names_in(tmp_path) == before
    await kept.close()


async def test_what_the_disk_refuses_is_said_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "_RETRY", 0.02)
    full = True
    write = SessionFolder.write_session

    def refusing(folder: SessionFolder, record: object) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device", str(folder.path))
        write(folder, record)  # type: ignore[arg-type]

    monkeypatch.setattr(SessionFolder, "write_session", refusing)
    kept = await Kept(tmp_path, tmp_path / "sessions").ready()
    await kept.run()
    await kept.until(lambda: kept.keeper.trouble)
    assert kept.keeper.trouble == "No space left on device"
    assert kept.keeper.saved is None
    assert kept.keeper.dirty
    full = False
    await kept.until(lambda: kept.keeper.saved)
    assert not kept.keeper.trouble
    assert kept.keeper.folder is not None
    assert list(read_contents(kept.keeper.folder.path, None).runs) == [1]
    await kept.close()


async def test_rescue_saves_at_once(tmp_path: Path) -> None:
    kept = await Kept(tmp_path, tmp_path / "sessions").ready()
    await kept.run()
    assert kept.keeper.dirty
    kept.keeper.rescue()
    assert not kept.keeper.dirty
    folder = next((tmp_path / "sessions").iterdir())
    assert list(read_contents(folder, None).runs) == [1]
    await kept.close()


async def test_closing_saves_what_is_left(tmp_path: Path) -> None:
    kept = await Kept(tmp_path, tmp_path / "sessions").ready()
    await kept.run()
    kept.keeper.rename("  INC-1   x ")
    await kept.close()
    folder = next((tmp_path / "sessions").iterdir())
    assert session_in(folder).name == "INC-1 x"
    reopened, contents = SessionFolder.open(folder, "bo")
    assert not reopened.held
    assert contents.problems == []
    reopened.close()


async def test_a_name_must_be_one(tmp_path: Path) -> None:
    kept = await Kept(tmp_path, None).ready()
    with pytest.raises(SessionNameError, match="needs a name"):
        kept.keeper.rename(" \n ")
    await kept.close()


async def test_elsewhere_everything_goes_along(tmp_path: Path) -> None:
    kept = await Kept(tmp_path, tmp_path / "sessions").ready()
    await kept.run()
    await kept.keeper.flush()
    first = kept.keeper.folder
    assert first is not None
    await kept.run()
    await kept.keeper.save_elsewhere(tmp_path / "other")
    second = kept.keeper.folder
    assert second is not None
    assert second.path.parent == tmp_path / "other"
    assert list(read_contents(second.path, None).runs) == [1, 2]
    again, contents = SessionFolder.open(first.path, "bo")
    assert again.writable
    assert list(contents.runs) == [1]
    again.close()
    await kept.close()


async def test_elsewhere_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    kept = await Kept(tmp_path, tmp_path / "sessions").ready()
    await kept.run()
    await kept.keeper.flush()
    first = kept.keeper.folder
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="is no folder"):
        await kept.keeper.save_elsewhere(tmp_path / "file")
    assert kept.keeper.folder is first
    assert await kept.keeper.flush()
    await kept.close()
