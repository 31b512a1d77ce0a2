"""Columns on the screen: hidden, moved, pinned, wide, found by name; remembered per kind; named views."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk, desk_on
from tests.support.small import HeldWorkspace, small_catalogue, small_workspace
from tests.support.snapshot import assert_snapshot
from tui.app import HuntdeckApp
from tui.screens.opening import Start
from tui.triage.column_choices import LookStore

Opened = Callable[..., Any]


@pytest.fixture
def desk(tmp_path: Path) -> Opened:
    @asynccontextmanager
    async def opened(width: int = 160, height: int = 45) -> AsyncIterator[Desk]:
        path = tmp_path / "small.duckdb"
        if not path.is_file():
            await small_workspace(tmp_path).close()
        catalogue = small_catalogue(tmp_path)
        start = Start("small", lambda _: (HeldWorkspace("small", path), catalogue), columns=tmp_path / "columns.toml")
        async with desk_on(HuntdeckApp(start), (width, height)) as one:
            yield one

    return opened


async def devices(one: Desk) -> list[str]:
    await one.open_hunt()
    return list(one.screen.pane.columns)


async def test_a_column_is_hidden_shown_and_the_choice_remembered_for_its_kind(desk: Opened) -> None:
    async with desk() as one:
        shown = await devices(one)
        await one.go_to("Bytes")
        await one.press("d")
        assert one.screen.pane.columns == [name for name in shown if name != "Bytes"]
        assert one.screen.pane.column == "LargestFile"
        assert "Bytes is hidden" in one.line("keys")
        assert "1 column hidden (V)" in one.line("chips")
        await one.press("d", "d")
        assert "3 columns hidden (V lists them)" in one.line("chips")
        await one.press("s")
        await one.settle()
        assert "Bytes" not in one.screen.pane.columns
        values = one.screen.pane.values
        assert (values["ProcessCount"], values["Bytes"]) in {(5, 45015), (2, 9006), (1, 3003)}
    async with desk() as one:
        await devices(one)
        assert "Bytes" not in one.screen.pane.columns
        await one.press("V", *"byt", "enter")
        assert one.screen.pane.column == "Bytes"
        assert one.screen.pane.columns.index("Bytes") == shown.index("Bytes")


async def test_the_last_column_and_the_only_one_can_be_under_the_cursor(desk: Opened) -> None:
    async with desk() as one:
        shown = await devices(one)
        await one.press("end", "d")
        assert one.screen.pane.column == shown[-2]
        for _ in range(len(shown)):
            await one.press("d")
        assert len(one.screen.pane.columns) == 1
        assert "the only column" in one.line("keys")


async def test_columns_move_are_pinned_and_each_step_is_taken_back(desk: Opened) -> None:
    async with desk() as one:
        shown = await devices(one)
        steps = [list(shown)]
        await one.go_to("FileCount")
        for key in ("left_parenthesis", "shift+left", "right_parenthesis", "exclamation_mark"):
            await one.press(key)
            steps.append(list(one.screen.pane.columns))
        place = shown.index("FileCount")
        assert steps[2][place - 2] == "FileCount"
        assert steps[3][place - 1] == "FileCount"
        assert one.screen.pane.column == "FileCount"
        table = one.screen.pane.table
        assert table._source is not None
        order = [table._source.names[index] for index in table._layout_now.order]
        assert order[:3] == [":V", "DeviceName", "FileCount"]
        await one.press("left_parenthesis", "left_parenthesis")
        assert "the first of the columns" in one.line("keys")
        for expected in (steps[4], steps[3], steps[2], steps[1], steps[0]):
            await one.press("Z")
            assert one.screen.pane.columns == expected
        await one.press("Z")
        assert "nothing to take back" in one.line("keys")


async def test_rows_are_read_right_after_columns_moved(desk: Opened) -> None:
    async with desk() as one:
        await devices(one)
        await one.go_to("Bytes", 1)
        await one.press("left_parenthesis", "left_parenthesis", "left_parenthesis")
        assert one.screen.pane.values["Bytes"] == 9006
        assert one.line("cell").startswith("Bytes = 9006")
        await one.press("s")
        await one.settle()
        assert one.screen.pane.values["Bytes"] == one.screen.pane.table.cell_at_cursor()
        await one.press("=")
        await one.settle()
        assert one.screen.trail.current is not None
        assert [one.column for one in one.screen.trail.current.step.view.filters] == ["Bytes"]


async def test_widths(desk: Opened) -> None:
    async with desk(80, 24) as one:
        await one.open_hunt()
        await one.go_to("ProcessCount")
        await one.press("enter")
        await one.settle()
        await one.go_to("ProcessCommandLine")
        table = one.screen.pane.table
        shown, needed = table.width_of("ProcessCommandLine")
        assert shown < needed
        await one.press("less_than_sign")
        assert table.width_of("ProcessCommandLine")[0] == shown - 4
        await one.press("greater_than_sign", "greater_than_sign")
        assert table.width_of("ProcessCommandLine")[0] == min(shown + 4, needed)
        await one.press("underscore")
        assert table.width_of("ProcessCommandLine")[0] == needed
        await one.press("greater_than_sign")
        assert "whole already" in one.line("keys")
        await one.press("underscore")
        assert table.width_of("ProcessCommandLine")[0] < needed
        await one.press("home", "less_than_sign")
        assert "never cut" in one.line("keys")


async def test_columns_with_one_value_are_hidden_in_words_and_for_this_list_only(desk: Opened, tmp_path: Path) -> None:
    async with desk() as one:
        await one.open_hunt()
        await one.go_to("FileCount", 1)
        await one.press("enter")
        await one.settle()
        before = list(one.screen.pane.columns)
        await one.press("D")
        await one.until(lambda: "one value hidden" in one.line("keys"))
        words = one.line("keys")
        assert "ActionType = FileCreated" in words
        assert " of them empty: " in words
        left = one.screen.pane.columns
        assert "FileName" in left
        assert "ActionType" not in left
        assert f"{len(before) - len(left)} with one value hidden (D shows them)" in one.line("chips")
        assert not LookStore(tmp_path / "columns.toml").looks.kinds
        await one.press("V", *"actiontype")
        assert "one value: FileCreated" in one.text
        await one.press("enter")
        assert one.screen.pane.column == "ActionType"
        await one.press("D")
        await one.until(lambda: one.screen.pane.columns == before)


async def test_a_column_is_found_by_letters_of_its_name(desk: Opened) -> None:
    async with desk() as one:
        await devices(one)
        await one.press("J", *"lgfl", "enter")
        assert one.screen.pane.column == "LargestFile"
        await one.press("d", "J", *"largest", "enter")
        assert one.screen.pane.column == "LargestFile"


async def test_everything_is_as_by_itself_again(desk: Opened) -> None:
    async with desk() as one:
        shown = await devices(one)
        await one.go_to("Bytes")
        await one.press("d", "left_parenthesis", "exclamation_mark")
        await one.press("colon", *"columns as they", "enter")
        assert one.screen.pane.columns == shown
        await one.press("Z")
        assert one.screen.pane.columns != shown


async def test_a_named_view_keeps_columns_order_and_filters(desk: Opened) -> None:
    async with desk() as one:
        shown = await devices(one)
        await one.go_to("FileCount")
        await one.press("s", "left_parenthesis")
        await one.settle()
        await one.go_to("MailCount")
        await one.press("=", "d")
        await one.settle()
        kept = list(one.screen.pane.columns)
        await one.press("colon", *"save this view", "enter")
        await one.press(*"busy ones", "enter")
        assert "view busy ones is kept" in one.line("keys")
        assert "view busy ones" in one.line("chips")
        await one.press("colon", *"leave the named", "enter")
        await one.settle()
        await one.until(lambda: "view busy" not in one.line("chips"))
        assert "MailCount" not in one.screen.pane.columns  # hidden for devices before it was kept
        await one.press("Z", "Z")
        assert one.screen.pane.columns == shown
    async with desk() as one:
        assert await devices(one) == shown
        await one.press("v", *"busy")
        assert "kept: devices, 1 filter, by FileCount" in one.text
        await one.press("enter")
        await one.settle()
        await one.until(lambda: one.screen.pane.columns == kept)
        place = one.screen.trail.current
        assert place is not None
        assert (place.step.view.sort, len(place.step.view.filters)) == ((("FileCount", True),), 1)
        await one.press("colon", *"forget a named", "enter", "enter")
        assert one.screen.looks.views("T1119-91") == []


async def test_a_named_view_is_chosen_from_the_tree(desk: Opened) -> None:
    async with desk() as one:
        await devices(one)
        await one.go_to("Bytes")
        await one.press("d", "colon", *"save this view", "enter", *"mine", "enter")
    async with desk() as one:
        one.screen.hunt_tree.select("T1119-91")
        await one.press("v", *"mine", "enter")
        await one.until(lambda: one.screen.trail.current is not None)
        await one.settle()
        await one.until(lambda: "view mine" in one.line("chips"))
        assert "Bytes" not in one.screen.pane.columns


async def test_a_damaged_file_is_said_when_the_session_opens(desk: Opened, tmp_path: Path) -> None:
    (tmp_path / "columns.toml").write_text("kinds = [")
    async with desk() as one:
        assert "columns.toml is damaged" in " ".join(one.text.split())


@pytest.mark.parametrize(("width", "height"), [(160, 45), (80, 24)])
async def test_what_a_value_looks_like(desk: Opened, width: int, height: int) -> None:
    async with desk(width, height) as one:
        await one.open_hunt()
        await one.go_to("ProcessCount", 1)
        await one.press("enter")
        await one.settle()
        await one.go_to("ProcessCommandLine", 0)
        await one.press("space")
        assert_snapshot(one.app, f"value-{width}x{height}")
        await one.press("escape")
        assert one.place[1:] == (0, "ProcessCommandLine")


async def test_help_says_what_the_signs_in_the_table_mean(desk: Opened) -> None:
    async with desk() as one:
        await devices(one)
        await one.press("question_mark")
        assert "Signs in the table" in one.text
        assert "no value (null)" in " ".join(one.text.split())
