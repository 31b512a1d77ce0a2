from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desk import Desk, small_desk
from tui.results.view import Filter, RowView
from tui.screens.actions.showing import look


def view(one: Desk) -> tuple[tuple[Filter, ...], tuple[tuple[str, bool], ...]]:
    current = one.screen.trail.current
    assert current is not None
    return current.step.view.filters, current.step.view.sort


def shown(one: Desk) -> int:
    current = one.screen.trail.current
    assert current is not None
    assert current.prepared is not None
    return current.prepared.count


async def type_filter(one: Desk, column: str, text: str) -> None:
    await one.go_to(column)
    await one.press("plus")
    await one.until(lambda: f"Filter {column}" in one.text)
    await one.press(*text)


@pytest.mark.parametrize(
    ("column", "text", "said", "left"),
    [
        ("ProcessCount", ">= 2", "2 of 3 rows fetched would stay", 2),
        ("ProcessCount", "> 0.001k", "2 of 3 rows fetched would stay", 2),
        ("DeviceName", "!contains CORP", "1 of 3 rows fetched would stay", 1),
        ("DeviceName", "~ ^(alpha|gamma)", "2 of 3 rows fetched would stay", 2),
        ("LastSeen", "> 2026-11-21 03:00Z", "2 of 3 rows fetched would stay", 2),
    ],
)
async def test_a_typed_filter_says_how_many_rows_stay(
    tmp_path: Path, column: str, text: str, said: str, left: int
) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await type_filter(one, column, text)
        await one.until(lambda: said in one.text, said)
        await one.press("enter")
        await one.until(lambda: shown(one) == left)
        assert f"{left} of 3 filtered" in one.trail


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [("ProcessCount", "> many", "expected a number such as"), ("DeviceName", "~ (", "missing ):")],
)
async def test_what_is_wrong_is_said_while_typing(tmp_path: Path, column: str, text: str, said: str) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await type_filter(one, column, text)
        await one.until(lambda: said in one.text, said)
        await one.press("enter")
        assert f"Filter {column}" in one.text
        await one.press("escape")
        assert view(one) == ((), ())


async def test_filters_and_orders_are_taken_back_one_by_one(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.press("x")
        await one.until(lambda: "nothing is filtered" in one.line("keys"))
        await type_filter(one, "DeviceName", "something")
        await one.press("enter")
        await one.settle()
        await one.go_to("ProcessCount")
        await one.press("s")
        await one.settle()
        await one.go_to("DeviceName")
        await one.press("O")
        await one.until(lambda: "sorted by ProcessCount down, then DeviceName up" in one.line("chips"))
        await one.press("x")
        await one.until(lambda: "takes one back" in one.text)
        await one.press("down", "enter")
        await one.until(lambda: view(one)[0] == (Filter("DeviceName", "!=", None),))
        await one.until(lambda: "takes one back" in one.text)
        await one.press("down", "enter")
        await one.until(lambda: view(one) == ((Filter("DeviceName", "!=", None),), (("DeviceName", False),)))
        await one.until(lambda: "takes one back" in one.text)
        await one.press("escape")


async def test_another_key_of_the_order_turns_and_goes(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("ThresholdsMet")
        await one.press("O")
        await one.settle()
        await one.go_to("DeviceName")
        for order in (
            (("ThresholdsMet", True), ("DeviceName", False)),
            (("ThresholdsMet", True), ("DeviceName", True)),
            (("ThresholdsMet", True),),
        ):
            await one.press("O")
            await one.until(lambda order=order: view(one)[1] == order)


async def test_keys_that_come_at_once_build_on_each_other(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        await one.go_to("ProcessCount")
        for act in ("without", "sort_also"):
            one.screen.action_act(act)
        await one.until(lambda: view(one) == ((Filter("ProcessCount", "!=", 5),), (("ProcessCount", True),)))
        await one.until(lambda: shown(one) == 2)
        for _ in range(2):
            one.screen.action_act("undo")
        await one.until(lambda: view(one) == ((), ()) and shown(one) == 3)


async def test_a_view_that_cannot_be_had_leaves_the_one_shown(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        await one.open_hunt()
        wrong = RowView(filters=(Filter("DeviceName", "matches", "("),))
        one.screen.attempt(lambda: look(one.screen, wrong))
        await one.until(lambda: "missing )" in one.line("keys"))
        assert view(one) == ((), ())
        assert shown(one) == 3
