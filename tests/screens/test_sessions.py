from __future__ import annotations

from pathlib import Path

from tests.support.desk import Desk, small_desk
from tui.library.loader import parse_hunt
from tui.triage.records.folder import SessionFolder, session_in
from tui.triage.records.reading import read_contents
from tui.workspaces.absent import AbsentWorkspace


async def saved(one: Desk) -> Path:
    """The folder of the session, once all of it is on disk."""
    await one.until(lambda: one.screen.keeper.saved is not None and not one.screen.keeper.dirty, "the session saved")
    folder = one.screen.keeper.folder
    assert folder is not None
    return folder.path


async def drilled(one: Desk) -> None:
    await one.open_hunt()
    await one.go_to("FileCount", 0)
    await one.press("enter")
    await one.settle()


async def test_nothing_is_written_before_there_is_something_to_keep(tmp_path: Path) -> None:
    async with small_desk(tmp_path, tmp_path / "sessions") as one:
        await one.press("j", "k", "slash", "escape")
        assert "new session" in one.line("header")
    assert not (tmp_path / "sessions").exists()


async def test_a_session_is_come_back_to_as_it_was_left_without_a_query(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await drilled(one)
        await one.go_to("FileName", 4)
        await one.press("equals_sign")
        await one.settle()
        assert f"saved {one.screen.keeper.saved:%H:%M:%S}" in one.line("header")
        folder = await saved(one)
        before, trail = one.text.splitlines()[2:-1], one.trail
        await one.press("ctrl+q")
    async with small_desk(tmp_path, sessions, folder) as one:
        await one.settle()
        assert one.workspace.asked == 0
        assert one.text.splitlines()[2:-1] == before
        assert one.trail.split(" | ")[:3] == trail.split(" | ")[:3]
        await one.press("u", "backspace")
        await one.settle()
        assert one.place == ("devices", 0, "FileCount")
        assert one.workspace.asked == 0


async def test_a_number_of_an_earlier_day_opens_as_it_was_counted(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await one.open_hunt()
        folder = await saved(one)
    async with small_desk(tmp_path, sessions, folder) as one:
        hunt = one.screen.session.catalogue.hunts["T1119-91"]
        changed = parse_hunt(
            hunt.source.replace('where = "FileName in~ (p_tools)"', "where = \"FileName == 'x'\""), Path("x")
        )
        assert one.screen.session.runs[0].context.hunt == hunt
    async with small_desk(tmp_path, sessions, folder) as one:
        one.screen.session.catalogue.hunts["T1119-91"] = changed
        one.screen.refresh_words()
        assert any("(3)" in line for line in one.screen.hunt_tree.lines)
        await one.settle()
        await one.go_to("FileCount", 0)
        counted = one.screen.pane.values["FileCount"]
        await one.press("enter")
        await one.settle()
        assert one.screen.trail.current is not None
        assert one.screen.trail.current.step.run.received == counted > 0


async def test_new_runs_follow_the_numbers_of_the_old_ones(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await drilled(one)
        folder = await saved(one)
    async with small_desk(tmp_path, sessions, folder) as one:
        await one.settle()
        await one.press("r")
        await one.settle()
        await saved(one)
        assert [run.number for run in one.screen.session.runs] == [1, 2, 3]
    contents = read_contents(folder, None)
    assert contents.problems == []
    assert sorted(contents.runs) == [1, 2, 3]
    assert contents.runs[3].rows_sha256


async def test_a_failed_and_a_stopped_run_are_kept_too(tmp_path: Path) -> None:
    async with small_desk(tmp_path, tmp_path / "sessions") as one:
        await one.open_hunt("T1560-01")
        one.workspace.held = True
        one.screen.hunt_tree.select("T1119-91")
        await one.press("tab", "enter")
        await one.until(one.screen.session.active)
        await one.press("ctrl+c")
        await one.settle()
        folder = await saved(one)
    states = [run.outcome.state for run in read_contents(folder, None).runs.values()]
    assert states == ["failed", "cancelled"]


async def test_a_second_opener_reads_only(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await one.open_hunt()
        folder = await saved(one)
    first, _ = SessionFolder.open(folder, "bo@elsewhere")
    before = (folder / "session.toml").read_bytes()
    async with small_desk(tmp_path, sessions, folder) as one:
        await one.settle()
        assert "read only: open elsewhere: bo@elsewhere" in one.line("header")
        assert "nothing here is saved" in one.line("keys")
        await one.press("r")
        await one.settle()
        assert one.screen.trail.current is not None
    first.close()
    assert (folder / "session.toml").read_bytes() == before
    assert len(read_contents(folder, None).runs) == 1


async def test_a_session_of_a_workspace_that_is_not_here_can_be_read(tmp_path: Path) -> None:
    from tests.support.desk import desk_on
    from tests.support.small import small_catalogue
    from tui.app import HuntdeckApp
    from tui.screens.opening import Start
    from tui.workspaces.protocol import MissingWorkspaceError

    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await one.open_hunt()
        folder = await saved(one)
    small_catalogue(tmp_path)

    def opening(name: str) -> None:
        raise MissingWorkspaceError(f"there is no workspace {name!r}")

    app = HuntdeckApp(Start("demo", opening, None, sessions, folder))  # type: ignore[arg-type]
    async with desk_on(app) as one:
        await one.settle()
        assert one.line("header").startswith("ABSENT small")
        assert "there is no workspace 'small'" in one.line("keys")
        assert isinstance(one.screen.session.workspace, AbsentWorkspace)
        assert one.screen.pane.values["FileCount"]
        await one.press("r")
        await one.settle()
        assert "is not on this machine" in one.text


async def test_damaged_rows_are_said_and_can_be_run_again(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await one.open_hunt()
        folder = await saved(one)
    (folder / "runs" / "1.parquet").write_bytes(b"PAR1")
    async with small_desk(tmp_path, sessions, folder) as one:
        await one.until(lambda: "are not there any more" in one.text)
        assert "damaged/1.parquet." in one.text
        await one.press("r")
        await one.settle()
        assert one.screen.pane.has_rows


async def test_what_cannot_be_saved_is_said_and_saved_elsewhere(tmp_path: Path) -> None:
    blocked = tmp_path / "sessions"
    blocked.write_text("this is a file")
    async with small_desk(tmp_path, blocked) as one:
        await one.open_hunt()
        await one.until(lambda: "NOT SAVED" in one.line("header"))
        assert "is no folder" in one.line("header")
        await one.press("q", "q")
        await one.until(lambda: "What was done since is not saved" in one.text)
        await one.press("escape")
        one.screen.keeper.rename("INC-4471 [/]")
        await one.screen.keeper.save_elsewhere(tmp_path / "other")
        assert "INC-4471 [/] saved" in one.line("header")
        folder = await saved(one)
    assert folder.parent == tmp_path / "other"
    assert session_in(folder).name == "INC-4471 [/]"
    assert len(read_contents(folder, None).runs) == 1


async def test_sessions_are_changed_renamed_and_put_away_by_keys(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions, name="first") as one:
        await drilled(one)
        first = await saved(one)
        await one.press("S")
        await one.until(lambda: "1 session" in one.text)
        await one.press("n")
        await one.until(lambda: one.screen.ready and "new session" in one.line("header"))
        assert not one.screen.session.runs
        await one.open_hunt()
        second = await saved(one)
        assert second != first
        await one.press("S")
        await one.until(lambda: "2 sessions" in one.text)
        await one.press("down", "enter")
        await one.until(lambda: one.screen.ready and "first saved" in one.line("header"))
        await one.settle()
        assert one.place[0] == "events"
        await one.press("S", "r")
        await one.until(lambda: "Name of this session" in one.text)
        await one.press(*"-again", "enter")
        await one.until(lambda: session_in(first).name == "first-again")
        await one.press("S")
        await one.until(lambda: "2 sessions" in one.text)
        await one.press("down", "d")
        await one.until(lambda: "Put this session away?" in one.text)
        await one.press("y")
        await one.until(lambda: not second.exists())
        await one.press("S", "u")
        await one.until(lambda: "Sessions that were put away" in one.text)
        await one.press("enter")
        await one.until(second.exists)


async def test_the_number_of_a_lost_run_is_not_given_again(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions) as one:
        await drilled(one)
        folder = await saved(one)
    (folder / "runs" / "2.toml").unlink()
    async with small_desk(tmp_path, sessions, folder) as one:
        await one.settle()
        await one.press("r")
        await one.settle()
        assert [run.number for run in one.screen.session.runs] == [1, 3]


async def test_the_start_offers_the_sessions_of_the_workspace(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    async with small_desk(tmp_path, sessions, name="INC-7 [/]\x1b") as one:
        await one.open_hunt()
        await saved(one)
    async with small_desk(tmp_path, sessions) as one:
        await one.until(lambda: "INC-7 [/]␛: 1 run, 0 marks, saved just now" in one.text)
