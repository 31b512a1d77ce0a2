from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region

from tests.support.snapshot import screen_text
from tui.terminal.safe_text import cell_width, safe
from tui.widgets.columns import Column, Row, heading_and_items
from tui.widgets.item_list import Item, ItemList
from tui.widgets.wrapping import wrap_cells


class CountingList(ItemList):
    """Keeps which regions it draws again."""

    redrawn: list[tuple[Region, ...]]

    def refresh(self, *regions: Region, **more: Any) -> Any:
        if hasattr(self, "redrawn"):
            self.redrawn.append(regions)
        return super().refresh(*regions, **more)


class ListApp(App[None]):
    def __init__(self, items: Sequence[Item], **more: Any) -> None:
        super().__init__()
        self.items = CountingList(items, **more)
        self.seen: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.items

    def on_item_list_highlighted(self, event: ItemList.Highlighted) -> None:
        self.seen.append(f"at {event.index}")

    def on_item_list_chosen(self, event: ItemList.Chosen) -> None:
        self.seen.append(f"chose {event.index}")


def items(*bodies: str) -> list[Item]:
    return [Item(tuple(Content(line) for line in body.split("\n"))) for body in bodies]


def lines(app: ListApp) -> list[str]:
    return screen_text(app).rstrip("\n").split("\n")


async def test_the_cursor_passes_over_headings() -> None:
    listed = [
        Item((Content("One"),), heading=True),
        *items("a", "b"),
        Item((Content("Two"),), heading=True),
        *items("c"),
    ]
    app = ListApp(listed)
    async with app.run_test(size=(20, 10)) as pilot:
        app.items.focus()
        assert lines(app)[:2] == ["  One", "▌ a"]
        await pilot.press("down", "down", "down", "up", "home", "up", "end")
        assert app.seen == ["at 2", "at 4", "at 2", "at 1", "at 4"]


async def test_only_headings_have_no_cursor() -> None:
    app = ListApp([Item((Content("One"),), heading=True)])
    async with app.run_test(size=(20, 10)) as pilot:
        app.items.focus()
        await pilot.press("down", "up", "end", "home", "pagedown", "pageup")
        assert app.items.cursor is None
        assert app.seen == []


async def test_a_step_draws_two_items() -> None:
    app = ListApp(items(*(f"item {n}" for n in range(30))))
    async with app.run_test(size=(20, 10)) as pilot:
        app.items.focus()
        await pilot.pause()
        app.items.redrawn = []
        await pilot.press("down")
        assert [region for regions in app.items.redrawn for region in regions] == [
            Region(0, 0, 20, 1),
            Region(0, 1, 20, 1),
        ]


async def test_an_update_draws_what_is_another() -> None:
    app = ListApp(items("a", "b", "c"))
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.pause()
        app.items.redrawn = []
        app.items.update_items(items("a", "x", "c"))
        assert app.items.redrawn == [(Region(0, 1, 20, 1),)]
        app.items.redrawn.clear()
        app.items.update_items(items("a", "x", "c"))
        assert app.items.redrawn == []
        await pilot.pause()
        assert lines(app)[1] == "  x"


@pytest.mark.parametrize("keys", [["pagedown"] * 9, ["ctrl+d"] * 9, ["G"], ["end"], ["j"] * 50])
async def test_the_cursor_stays_in_sight(keys: list[str]) -> None:
    app = ListApp(items(*(f"item {n}" for n in range(50))))
    async with app.run_test(size=(20, 10)) as pilot:
        app.items.focus()
        for key in keys:
            await pilot.press(key)
            assert any(line.startswith("▌") for line in lines(app))
        assert app.items.cursor == 49
        assert "▌ item 49" in " ".join(lines(app))
        await pilot.press("g")
        assert lines(app)[0].startswith("▌ item 0")


async def test_without_a_cursor_the_keys_scroll() -> None:
    app = ListApp(items(*(f"item {n}" for n in range(50))), cursor=False)
    async with app.run_test(size=(20, 10)) as pilot:
        app.items.focus()
        await pilot.press("down", "down")
        assert lines(app)[0].startswith("item 2")
        await pilot.press("pagedown", "up")
        assert lines(app)[0].startswith("item 11")
        await pilot.press("end")
        assert lines(app)[9].startswith("item 49")
        assert app.seen == []


async def test_heads_stand_left_of_bodies_that_wrap() -> None:
    app = ListApp([Item((Content("one two three four"), Content("five")), Content("a long head"))], indent=8)
    async with app.run_test(size=(21, 10)):
        assert lines(app) == ["▌ a long …one two", "▌         three four", "▌         five"]


async def test_without_wrapping_long_lines_are_cut_visibly() -> None:
    app = ListApp(items("one two three four"), wrap=False)
    async with app.run_test(size=(15, 3)):
        assert lines(app)[0] == "▌ one two thr…"


async def test_the_mouse_moves_and_chooses() -> None:
    app = ListApp(items("a", "b\nb", "c"))
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.click(CountingList, offset=(3, 2))
        assert app.seen == ["at 1"]
        await pilot.click(CountingList, offset=(3, 3), times=2)
        assert app.seen == ["at 1", "at 2", "chose 2"]
        await pilot.click(CountingList, offset=(3, 8))
        assert len(app.seen) == 3


async def test_found_text_is_marked_also_across_a_break() -> None:
    app = ListApp(items("abcdefghij klm"), cursor=False)
    async with app.run_test(size=(9, 4)) as pilot:
        app.items.mark_found("HIJ")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        marked = app.items.get_visual_style("item-list--found").rich_style.bgcolor
        shown = [
            segment.text for strip in strips for segment in strip if segment.style and segment.style.bgcolor == marked
        ]
        assert "".join(shown) == "hij"


async def test_it_is_wrapped_anew_when_resized() -> None:
    app = ListApp(items("one two three four five six"))
    async with app.run_test(size=(40, 10)) as pilot:
        assert lines(app)[0] == "▌ one two three four five six"
        await pilot.resize_terminal(16, 10)
        await pilot.pause()
        assert [line[2:] for line in lines(app)] == ["one two three", "four five six"]


texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("ab ,;界é\u0301"), max_size=60).map(safe)


@given(texts, st.integers(1, 20))
def test_wrapped_pieces_are_the_text_and_fit(text: str, width: int) -> None:
    spans = wrap_cells(text, width)
    assert "".join(text[start:end] for start, end in spans) == text
    for start, end in spans:
        assert cell_width(text[start:end].removesuffix(" ")) <= width or end - start == 1
        assert end > start or text == ""


def test_lines_break_after_a_space_that_is_near() -> None:
    assert wrap_cells("aaaa bbbb cccc", 11) == [(0, 10), (10, 14)]
    assert wrap_cells("aaaa bbbb cccc", 9) == [(0, 10), (10, 14)]
    assert wrap_cells("aa" + "b" * 40, 20) == [(0, 20), (20, 40), (40, 42)]
    assert wrap_cells("", 5) == [(0, 0)]


def test_columns_are_aligned_and_the_widest_gives_way() -> None:
    columns = [Column("no.", right=True), Column("name"), Column("words")]
    rows = [Row((1, "a\x1bb", "first")), Row((20, "x" * 30, "second"), "$error")]
    heading, listed = heading_and_items(columns, rows, 100)
    assert heading.plain == f"no.  {'name':<30}  words"
    assert [item.body[0].plain for item in listed] == [f"  1  {'a␛b':<30}  first", f" 20  {'x' * 30}  second"]
    assert [str(span.style) for span in listed[1].body[0].spans] == ["$error"]
    _, narrow = heading_and_items(columns, rows, 30)
    assert [item.body[0].plain for item in narrow] == [f"  1  {'a␛b':<17}  first", f" 20  {'x' * 5}…{'x' * 11}  second"]
    assert heading_and_items(columns, [], 10)[1] == []
