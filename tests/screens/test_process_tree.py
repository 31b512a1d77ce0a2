from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.screens.test_dialogs_idle import drawn_while_idle
from tests.support.chain import DEVICE, chain_workspace
from tests.support.desk import Desk, desk_on
from tests.support.small import HeldWorkspace, small_catalogue
from tui.app import HuntdeckApp
from tui.library.catalogue import load_catalogue
from tui.screens.opening import Start
from tui.screens.process_tree import ProcessTreeScreen, TreeLook
from tui.triage.process_tree import build_tree
from tui.widgets.item_list import ItemList


@asynccontextmanager
async def chain_desk(folder: Path, size: tuple[int, int] = (160, 45)) -> AsyncIterator[Desk]:
    """The app on the workspace with the chain, its hunts and the pivot to a process tree."""
    path = chain_workspace(folder)
    catalogue = small_catalogue(folder)
    pivot = load_catalogue().hunts["pivot-process-tree"]
    catalogue.hunts[pivot.id] = pivot
    start = Start("small", lambda _: (HeldWorkspace("small", path), catalogue), None, None, None, "")
    async with desk_on(HuntdeckApp(start), size) as one:
        yield one


def tree(one: Desk) -> ProcessTreeScreen:
    screen = one.app.screen
    assert isinstance(screen, ProcessTreeScreen)
    return screen


def lines(one: Desk) -> list[str]:
    """The processes shown, with what stands left of them."""
    return [line.split("11-")[0].split("not rec")[0].rstrip() for line in bodies(one)]


def bodies(one: Desk) -> list[str]:
    return [item.body[0].plain for item in tree(one).query_one(ItemList).items]


async def open_tree(one: Desk) -> None:
    """The tree about robocopy.exe of the chain, by `p` on its row in the hunt's drill."""
    await one.open_hunt()
    await one.go_to("ProcessCount", row_with(one, "DeviceName", DEVICE))
    await one.press("enter")
    await one.settle()
    await one.go_to("ProcessCommandLine", 0)
    await one.press("p")
    await one.until(lambda: len(one.app.screen_stack) == 2, "the pivots")
    await one.pilot.pause()
    assert "Process tree of a device" in one.text
    await one.press(*"process tree", "enter")
    await one.until(lambda: isinstance(one.app.screen, ProcessTreeScreen), "the tree")
    await one.until(lambda: one.app.screen.query(ItemList) and bodies(one), "its lines")
    await one.pilot.pause()


def row_with(one: Desk, column: str, value: str) -> int:
    """The row that has `value` in `column`."""
    place = one.screen.trail.current
    assert place is not None
    assert place.prepared is not None
    return [found for (found,) in place.prepared.page(0, place.prepared.count, [column])].index(value)


async def test_ancestors_siblings_and_children_and_what_they_did(tmp_path: Path) -> None:
    async with chain_desk(tmp_path) as one:
        await open_tree(one)
        assert lines(one) == [
            "v explorer.exe 40",
            "  v cmd.exe 50",
            "    v tool.exe 60",
            "        @ robocopy.exe 70",
        ]
        assert "␛[2J" in bodies(one)[3]
        assert "\x1b" not in one.text
        await one.press("up", "up", "left")
        await one.until(lambda: "cmd.exe 50" in one.text)
        await one.press("f")
        await one.until(lambda: "0 files: nothing to open" in one.text, "why nothing opens")
        assert isinstance(one.app.screen, ProcessTreeScreen)


async def test_a_number_opens_into_its_events_and_back_leads_to_the_tree(tmp_path: Path) -> None:
    async with chain_desk(tmp_path) as one:
        await open_tree(one)
        await one.press("f")
        await one.until(lambda: one.app.screen is one.screen, "the events")
        await one.settle()
        assert "FileCount of robocopy.exe | 3 of 3" in one.trail
        assert one.screen.pane.values["FileName"] == "out0.pdf"
        await one.press("backspace")
        await one.until(lambda: isinstance(one.app.screen, ProcessTreeScreen), "the tree again")
        await one.until(lambda: one.app.screen.query(ItemList) and bodies(one), "its lines")
        await one.press("enter")
        await one.until(lambda: one.app.screen is one.screen, "the start")
        await one.settle()
        assert one.screen.pane.values["ProcessId"] == 70
        await one.press("backspace")
        await one.until(lambda: isinstance(one.app.screen, ProcessTreeScreen), "the tree once more")
        await one.press("escape")
        await one.until(lambda: one.app.screen is one.screen)
        await one.settle()
        assert one.place == ("events", 0, "ProcessCommandLine")


async def test_all_processes_of_the_device_and_an_id_used_again(tmp_path: Path) -> None:
    async with chain_desk(tmp_path) as one:
        await open_tree(one)
        await one.press("a")
        await one.until(lambda: any("60" in line and "not recorded" in line for line in bodies(one)), "all")
        await one.press("g")
        await one.until(lambda: "explorer.exe" in one.text)
        await one.press("asterisk")
        await one.until(lambda: any("later.exe 60" in line for line in lines(one)), "all below")
        shown = lines(one)
        assert shown.index("  v later.exe 60") + 1 == shown.index("      other.exe 71")
        assert len(shown) == 8


async def test_the_rows_as_a_list_and_from_there_the_tree_of_another(tmp_path: Path) -> None:
    async with chain_desk(tmp_path) as one:
        await open_tree(one)
        await one.press("v")
        await one.until(lambda: one.app.screen is one.screen)
        await one.settle()
        assert "8 of 8" in one.trail
        await one.go_to("FileName", row_with(one, "FileName", "other.exe"))
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, ProcessTreeScreen), "the tree")
        await one.until(lambda: one.app.screen.query(ItemList) and bodies(one), "its lines")
        assert lines(one)[-1].strip() == "@ other.exe 71"


async def test_it_fits_a_small_terminal(tmp_path: Path) -> None:
    async with chain_desk(tmp_path, (80, 24)) as one:
        await open_tree(one)
        assert any("robocopy.exe 70" in line for line in one.text.splitlines())
        assert "Enter start" in one.text
        assert "Esc back" in one.text


async def test_it_draws_nothing_of_itself() -> None:
    rows = [{"ProcessId": number, "ProcessCreationTime": None, "FileName": "a.exe"} for number in range(1, 50)]

    def made() -> ProcessTreeScreen:
        return ProcessTreeScreen(build_tree(rows), TreeLook(), ["ChildCount"], "Process tree")

    assert await drawn_while_idle(made, ("down",)) == 0
