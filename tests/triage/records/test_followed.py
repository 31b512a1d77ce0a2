"""A session that another program writes: what it adds, changes and lets go is taken over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.small import small_catalogue, small_workspace
from tui.results.store import ResultStore
from tui.settings.files import own_folder
from tui.triage.records.folder import SessionFolder
from tui.triage.records.followed import Followed
from tui.triage.records.keeper import Keeper
from tui.triage.records.resuming import resume
from tui.triage.runs import Fresh, Run
from tui.triage.session import Session


@asynccontextmanager
async def session_in(folder: Path) -> AsyncIterator[Session]:
    own_folder(folder)
    session = Session(small_workspace(folder), small_catalogue(folder), ResultStore(None), lambda run: None)
    await session.prepare()
    yield session
    await session.close()


async def run_in(session: Session) -> Run:
    run = session.run_view(session.catalogue.hunts["T1119-91"])
    assert run.task is not None
    await run.task
    return run


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[Session, Keeper, Session, Followed]]:
    """The session that is written with its keeper, and the one that is read and follows it."""
    async with session_in(tmp_path / "writer") as writing, session_in(tmp_path / "reader") as reading:
        keeper = Keeper(writing, tmp_path / "sessions", lambda: None)
        await run_in(writing)
        keeper.touch()
        assert await keeper.flush()
        assert keeper.folder is not None
        folder, contents = SessionFolder.open(keeper.folder.path, "ana@host")
        assert folder.held
        other = Keeper(reading, tmp_path / "sessions", lambda: None)
        await resume(reading, other, folder, contents)
        yield writing, keeper, reading, Followed(reading, folder, other.digests)
        await keeper.close()


async def test_runs_that_came_and_what_is_fresh_in_them_are_taken_over(
    both: tuple[Session, Keeper, Session, Followed],
) -> None:
    writing, keeper, reading, followed = both
    assert (await followed.renew()).runs == []
    run = await run_in(writing)
    keeper.touch()
    assert await keeper.flush()
    renewed = await followed.renew()
    assert [one.number for one in renewed.runs] == [2]
    assert not renewed.free
    assert [one.number for one in reading.runs] == [1, 2]
    await reading.load(reading.runs[1])
    assert reading.runs[1].rows is not None
    assert reading.runs[1].rows.count == 3
    run.fresh = Fresh(datetime(2026, 11, 22, tzinfo=UTC), frozenset({"a" * 24}))
    keeper.write_again(run)
    assert await keeper.flush()
    renewed = await followed.renew()
    assert (renewed.runs, renewed.fresh) == ([], [reading.runs[1]])
    assert reading.runs[1].fresh == run.fresh
    assert (await followed.renew()).fresh == []


async def test_runs_that_were_let_go_go_here_too_unless_they_are_needed(
    both: tuple[Session, Keeper, Session, Followed],
) -> None:
    writing, keeper, reading, followed = both
    second = await run_in(writing)
    keeper.touch()
    assert await keeper.flush()
    await followed.renew()
    await writing.drop(second)
    keeper.let_go(second)
    await run_in(writing)
    keeper.touch()
    assert await keeper.flush()
    assert keeper.folder is not None
    assert sorted(path.name for path in (keeper.folder.path / "runs").iterdir()) == [
        "1.parquet",
        "1.toml",
        "3.parquet",
        "3.toml",
    ]
    await followed.renew()
    assert [one.number for one in reading.runs] == [1, 3]


async def test_runs_of_the_reader_keep_out_of_the_way(both: tuple[Session, Keeper, Session, Followed]) -> None:
    writing, keeper, reading, followed = both
    own = await run_in(reading)
    assert own.number == 1001
    await run_in(writing)
    keeper.touch()
    assert await keeper.flush()
    await followed.renew()
    assert [one.number for one in reading.runs] == [1, 2, 1001]


async def test_it_is_told_when_the_writer_lets_go(both: tuple[Session, Keeper, Session, Followed]) -> None:
    _, keeper, _, followed = both
    assert not (await followed.renew()).free
    await keeper.close()
    assert (await followed.renew()).free
