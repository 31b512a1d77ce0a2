"""Runs that a session lets go: they leave the folder, after `session.toml` does not name them any more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.small import small_catalogue, small_workspace
from tui.results.store import ResultStore
from tui.triage.records.folder import SessionFolder, session_in
from tui.triage.records.keeper import Keeper
from tui.triage.records.reading import read_contents
from tui.triage.runs import Run
from tui.triage.session import Session


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[tuple[Session, Keeper]]:
    """A session with three runs on disk."""
    session = Session(small_workspace(tmp_path), small_catalogue(tmp_path), ResultStore(None), lambda run: None)
    await session.prepare()
    keeper = Keeper(session, tmp_path / "sessions", lambda: None)
    for _ in range(3):
        run = session.run_view(session.catalogue.hunts["T1119-91"])
        assert run.task is not None
        await run.task
    keeper.touch()
    assert await keeper.flush()
    yield session, keeper
    await keeper.close()
    await session.close()


def folder_of(keeper: Keeper) -> Path:
    assert keeper.folder is not None
    return keeper.folder.path


async def let_go(session: Session, keeper: Keeper, run: Run) -> None:
    await session.drop(run)
    keeper.let_go(run)


async def test_a_run_that_was_let_go_is_gone_and_its_number_is_not_given_again(kept: tuple[Session, Keeper]) -> None:
    session, keeper = kept
    await let_go(session, keeper, session.runs[1])
    assert await keeper.flush()
    contents = read_contents(folder_of(keeper), None)
    assert sorted(contents.runs) == [1, 3]
    assert contents.problems == []
    assert {path.stem for path in (folder_of(keeper) / "runs").iterdir()} == {"1", "3"}
    assert session.next_number == 4


async def test_a_kill_between_leaves_a_run_that_is_taken_up_again(
    kept: tuple[Session, Keeper], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, keeper = kept

    def refuse(folder: SessionFolder, number: int) -> None:
        assert number not in session_in(folder.path).runs
        raise OSError(5, "not now")

    with monkeypatch.context() as patched:
        patched.setattr(SessionFolder, "forget_run", refuse)
        await let_go(session, keeper, session.runs[1])
        assert not await keeper.flush()
        assert "not now" in keeper.trouble
        contents = read_contents(folder_of(keeper), None)
        assert sorted(contents.runs) == [1, 2, 3]
        assert contents.problems == []
    assert await keeper.flush()
    assert keeper.trouble == ""
    assert sorted(read_contents(folder_of(keeper), None).runs) == [1, 3]


async def test_the_rows_of_a_run_that_was_let_go_are_said_to_be(kept: tuple[Session, Keeper]) -> None:
    session, keeper = kept
    run = session.runs[1]
    await let_go(session, keeper, run)
    with pytest.raises(ValueError, match="brought nothing new"):
        await session.load(run)


async def test_a_run_is_needed_where_the_trail_leads_something_was_opened_or_marked(
    kept: tuple[Session, Keeper],
) -> None:
    session, _ = kept
    first, second, third = session.runs
    assert not any(map(session.is_needed, session.runs))
    names = [info.name for info in second.rows.columns]  # type: ignore[union-attr]
    with second.rows.prepare() as held:  # type: ignore[union-attr]
        row = dict(zip(names, held.page(0, 1, names)[0], strict=True))
    opened = session.open_cell(second, row, "ProcessCount")
    assert [session.is_needed(run) for run in (first, second, third)] == [False, True, False]
    assert opened.task is not None
    await opened.task
