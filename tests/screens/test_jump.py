"""Letters on the lines in sight."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.support.desk import small_desk
from tui.screens.jump import LETTERS, JumpScreen, letters_for


@given(st.integers(0, len(LETTERS) ** 2))
def test_no_letters_begin_others(count: int) -> None:
    words = letters_for(count)
    assert len(words) == len(set(words)) == count
    singles = {word for word in words if len(word) == 1}
    assert not singles & {word[0] for word in words if len(word) == 2}
    assert words == sorted(words, key=len)


async def test_the_letters_of_a_row_go_to_it(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        assert one.place[1] == 0
        await one.press("apostrophe")
        await one.until(lambda: isinstance(one.app.screen, JumpScreen))
        await one.press(LETTERS[2])
        await one.until(lambda: one.place[1] == 2, "the third row")
        assert not one.screen.in_tree


async def test_lines_of_the_other_pane_follow_and_take_the_keys_along(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        rows = one.screen.pane.table.row_count
        tree = one.screen.hunt_tree
        lines = tree.lines
        await one.press("apostrophe")
        await one.until(lambda: isinstance(one.app.screen, JumpScreen))
        await one.press(LETTERS[rows + len(lines) - 1])
        await one.until(lambda: one.screen.in_tree, "the tree")
        assert tree.in_sight[-1] == len(lines) - 1
        await one.press("enter")


async def test_other_keys_change_nothing(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        for key in ("escape", "1", "m"):
            await one.press("apostrophe")
            await one.until(lambda: isinstance(one.app.screen, JumpScreen))
            await one.press(key)
            await one.until(lambda: not isinstance(one.app.screen, JumpScreen), "the letters gone")
        assert one.place[1] == 0
        assert not one.screen.session.findings.marks


async def test_letters_stand_on_their_lines(tmp_path: Path) -> None:
    async with small_desk(tmp_path, size=(80, 24)) as one:
        await one.open_hunt()
        await one.press("apostrophe")
        await one.until(lambda: isinstance(one.app.screen, JumpScreen))
        lines = one.text.splitlines()
        rows = [line for line in lines if ".corp.example" in line and "=" not in line]
        assert [line[0] for line in rows] == [LETTERS[0], LETTERS[2]]
