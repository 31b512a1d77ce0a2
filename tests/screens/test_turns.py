"""Acts one after another: none is lost to the key that follows it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.support.waiting import until
from tui.results.errors import ViewError
from tui.screens.turns import Turns, Work


class Bench:
    """Turns on a screen of their own, and what came of them."""

    def __init__(self, app: App[None]) -> None:
        self.done: list[str] = []
        self.said: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.app = app
        self.turns = Turns(app.screen, self.said.append)

    def act(self, name: str) -> Work:
        """Work that ends when its gate is opened."""
        self.gates[name] = asyncio.Event()

        async def work() -> None:
            self.done.append(f"{name} begins")
            await self.gates[name].wait()
            self.done.append(f"{name} ends")

        return work()


@asynccontextmanager
async def bench() -> AsyncIterator[tuple[Bench, Pilot[None]]]:
    app: App[None] = App()
    async with app.run_test() as pilot:
        yield Bench(app), pilot


async def test_acts_are_done_in_the_order_of_their_keys() -> None:
    async with bench() as (one, pilot):
        for name in ("first", "second", "third"):
            one.turns.take(lambda name=name: one.act(name))
        await until(pilot, lambda: one.done == ["first begins"], "the first alone")
        for name in ("third", "second", "first"):
            one.gates[name].set()
        await until(pilot, lambda: len(one.done) == 6, "all")
        assert one.done == [f"{name} {what}" for name in ("first", "second", "third") for what in ("begins", "ends")]
        one.turns.take(lambda: one.act("fourth"))
        await until(pilot, lambda: one.done[-1] == "fourth begins", "an act after a rest")
        one.gates["fourth"].set()


async def test_what_cannot_be_done_is_said_and_the_next_act_follows() -> None:
    def at_once() -> None:
        raise ViewError("no such column")

    async def later() -> None:
        raise OSError(28, "No space left on device", "/evidence")

    async with bench() as (one, pilot):
        one.turns.take(at_once)
        one.turns.take(later)
        one.turns.take(lambda: one.act("next"))
        await until(pilot, lambda: one.done == ["next begins"], "the next act")
        assert one.said[0] == "no such column"
        assert "No space left on device" in one.said[1]
        one.gates["next"].set()


async def test_work_that_waits_for_a_service_holds_no_act_up() -> None:
    async with bench() as (one, pilot):
        one.turns.beside(lambda: one.act("slow"), "service", exclusive=True)
        one.turns.take(lambda: one.act("act"))
        await until(pilot, lambda: set(one.done) == {"slow begins", "act begins"}, "both")
        one.turns.beside(lambda: one.act("newer"), "service", exclusive=True)
        await until(pilot, lambda: "newer begins" in one.done, "the newer one in its place")
        one.gates["slow"].set()
        one.gates["newer"].set()
        await until(pilot, lambda: "newer ends" in one.done, "the newer one")
        assert "slow ends" not in one.done


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("begun", [True, False])
async def test_leaving_lets_go_of_acts_that_have_not_begun(begun: bool) -> None:
    async with bench() as (one, pilot):
        one.turns.take(lambda: one.act("first"))
        one.turns.take(lambda: one.act("second"))
        if begun:
            await until(pilot, lambda: one.done == ["first begins"], "the first")
        one.turns.drop()
        del one.gates
    gc.collect()
    assert "second begins" not in one.done
