from __future__ import annotations

import pytest
from textual import events

from tests.support.dialogs import HOSTILE, SIZES, harmful, opened
from tests.support.snapshot import assert_snapshot
from tui.screens.ask import AskScreen
from tui.screens.choose import ChooseScreen

OPTIONS = [
    ("run again", "r"),
    ("copy", "y"),
    ("T1119-01 Automated file copies", "Bulk copying by robocopy, xcopy or a shell that copies whole folders."),
    ("T1119-04 Network traffic capture", "Packet capture by tcpdump, Wireshark and their kin."),
    ("T1119-10 Network shares", "Devices that reach many file servers in a short time."),
    *((f"pivot-{number}", "a pivot") for number in range(40)),
]


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_looks_like(size: tuple[int, int]) -> None:
    async with opened(ChooseScreen("Commands and hunts", OPTIONS), size) as shown:
        await shown.press("down")
        assert_snapshot(shown.app, f"choose-{size[0]}x{size[1]}")


async def test_arrows_and_enter_pick() -> None:
    async with opened(ChooseScreen("Views", OPTIONS)) as shown:
        await shown.press("down", "down", "up", "enter")
        assert shown.given == [1]


async def test_letters_narrow_and_the_one_that_begins_with_them_is_first() -> None:
    async with opened(ChooseScreen("Commands", OPTIONS)) as shown:
        await shown.type("net sha")
        assert "> net sha   2 of 45" in shown.text
        assert "run again" not in shown.text
        await shown.press("enter")
        assert shown.given == [4]
    async with opened(ChooseScreen("Commands", OPTIONS)) as shown:
        await shown.type("COPY")
        await shown.press("enter")
        assert shown.given == [1]


async def test_letters_that_are_keys_elsewhere_are_typed() -> None:
    async with opened(ChooseScreen("Commands", [("jgkq G/", "x"), ("other", "y")])) as shown:
        await shown.type("jgkq G/")
        assert "1 of 2" in shown.text
        await shown.press("enter")
        assert shown.given == [0]


async def test_letters_are_taken_back() -> None:
    async with opened(ChooseScreen("Commands", OPTIONS)) as shown:
        await shown.type("zzz")
        assert "0 of 45" in shown.text
        await shown.press("enter")
        assert shown.given == []
        await shown.press("backspace", "backspace", "backspace")
        assert "run again" in shown.text
        await shown.type("net")
        await shown.press("ctrl+u")
        assert "letters narrow the list" in shown.text


async def test_a_paste_is_typed_and_presses_nothing() -> None:
    async with opened(ChooseScreen("Commands", OPTIONS)) as shown:
        shown.app.dialog.post_message(events.Paste("network\nshares\n"))
        await shown.pilot.pause()
        assert "> network shares   1 of 45" in shown.text
        assert shown.given == []


async def test_a_click_moves_and_a_second_one_picks() -> None:
    async with opened(ChooseScreen("Views", OPTIONS[:3])) as shown:
        await shown.pilot.click("ChoiceList", offset=(5, 2))
        assert shown.given == []
        await shown.pilot.click("ChoiceList", offset=(5, 2), times=2)
        assert shown.given == [2]


async def test_escape_picks_nothing() -> None:
    async with opened(ChooseScreen("Views", OPTIONS)) as shown:
        await shown.press("escape")
        assert shown.given == [None]


async def test_nothing_to_pick_from() -> None:
    async with opened(ChooseScreen("Views", [])) as shown:
        await shown.press("down", "enter", "escape")
        assert shown.given == [None]


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_options_are_harmless(size: tuple[int, int]) -> None:
    async with opened(ChooseScreen(HOSTILE, [(HOSTILE, HOSTILE), ("b[/]", HOSTILE)]), size) as shown:
        assert "[@click=app.quit]go" in shown.text
        assert harmful(shown.text) == []
        await shown.type("[@click")
        assert "1 of 2" in shown.text or "2 of 2" in shown.text
        await shown.press("enter")
        assert shown.given == [0]


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_question_looks_like(size: tuple[int, int]) -> None:
    ask = AskScreen("Leave huntdeck?", "2 runs are under way and would be stopped.", "Leave", "Stay")
    async with opened(ask, size) as shown:
        assert_snapshot(shown.app, f"ask-{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], False),
        (["escape"], False),
        (["q"], False),
        (["n"], False),
        (["y"], True),
        (["up", "enter"], True),
        (["k", "j", "enter"], False),
    ],
)
async def test_the_answer_is_no_unless_yes_is_said(keys: list[str], answer: bool) -> None:
    async with opened(AskScreen("Leave?")) as shown:
        await shown.press(*keys)
        assert shown.given == [answer]


async def test_a_question_about_hostile_things_is_harmless() -> None:
    async with opened(AskScreen(HOSTILE, HOSTILE, HOSTILE, HOSTILE)) as shown:
        assert harmful(shown.text) == []
        await shown.press("enter")
        assert shown.given == [False]
