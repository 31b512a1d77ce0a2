"""Watching from the screen: asked for, told in header, table, title and bell, and ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import duckdb
import pytest

from tests.support.desk import Desk, small_desk
from tests.support.small import write_run
from tui.screens.ask import AskScreen
from tui.screens.watch import WatchScreen
from tui.triage.session import Session
from tui.triage.watch import Watch

DELTA = "delta.corp.example"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with small_desk(tmp_path, tmp_path / "sessions") as opened:
        opened.screen.hunt_tree.select("T1119-91")
        yield opened


def written(desk: Desk) -> list[str]:
    """What is written to the terminal from now on besides drawings."""
    sequences: list[str] = []
    desk.app.write_to_terminal = sequences.append  # type: ignore[method-assign]
    return sequences


def session_of(desk: Desk) -> Session:
    return desk.screen.session


def watch_of(desk: Desk) -> Watch:
    watch = session_of(desk).watching
    assert watch is not None
    return watch


async def begin(desk: Desk, every: str = "1s") -> None:
    """Opens the form by its command, and begins to watch the hunt under the cursor."""
    desk.screen.action_act("watch")
    await desk.until(lambda: "rounds at most" in desk.text, "form")
    field = desk.app.screen.query_one("#every")
    field.value = every  # type: ignore[attr-defined]
    await desk.press("f5")
    await desk.until(lambda: session_of(desk).watching is not None, "watch")
    await desk.until(lambda: watch_of(desk).rounds >= 1 and watch_of(desk).next_at, "the first round")


def add(desk: Desk, run: int = 9) -> None:
    """Has another device in the evidence."""
    path = Path(desk.workspace.path)
    copy = path.with_suffix(".next")
    copy.write_bytes(path.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        write_run(connection, DELTA, 2, run)
    copy.replace(path)


async def test_what_is_fresh_is_told_and_marked(desk: Desk) -> None:
    sequences = written(desk)
    await begin(desk)
    assert "watching T1119-91 every 1 s" in desk.line("header")
    assert sequences[0].startswith("\x1b[22;2t")
    add(desk)
    await desk.until(lambda: watch_of(desk).news, "something fresh")
    await desk.until(lambda: "1 fresh" in desk.line("header"), "header")
    assert any(f"T1119-91: 1 new: {DELTA}" in line for line in desk.app.messages.lines(UTC))
    assert "\x1b]2;huntdeck: 1 fresh\x1b\\" in sequences
    await desk.until(lambda: "(3 +1)" in desk.text, "the badge")
    await desk.press("enter")
    await desk.until(lambda: "new since" in desk.text, "the row")
    row = next(line for line in desk.text.splitlines() if DELTA in line)
    assert "new since" in row
    assert "+" in row.split(DELTA)[0]
    await desk.until(lambda: watch_of(desk).news == 0, "what was looked at is seen")
    assert sequences[-1] == "\x1b]2;huntdeck\x1b\\"


async def test_it_is_stopped_by_its_command(desk: Desk) -> None:
    sequences = written(desk)
    await begin(desk)
    desk.screen.action_act("stop_watch")
    await desk.until(lambda: session_of(desk).watching is None, "the end")
    await desk.until(lambda: "watch stopped after" in desk.line("keys"), "words")
    assert "watching" not in desk.line("header")
    assert sequences[-1].endswith("\x1b[23;2t")


async def test_leaving_asks_first(desk: Desk) -> None:
    await begin(desk, "15m")
    await desk.press("q")
    await desk.until(lambda: isinstance(desk.app.screen, AskScreen), "question")
    assert "The watch would end" in desk.text
    await desk.press("escape")
    assert watch_of(desk).rounds == 1
    desk.screen.action_act("watch")
    assert "a watch goes on until" in desk.line("keys")


async def test_spans_that_cannot_be_are_said_in_the_form(desk: Desk) -> None:
    desk.screen.action_act("watch")
    await desk.until(lambda: "rounds at most" in desk.text, "form")
    assert "1 query every 15 min, 33 rounds at most, 33 queries" in desk.text
    field = desk.app.screen.query_one("#every")
    for typed, said in (
        ("9h", "8 h are over before the second round"),
        ("often", "expected a span"),
        ("0s", "more often"),
    ):
        field.value = typed  # type: ignore[attr-defined]
        await desk.until(lambda said=said: said in desk.text, said)  # type: ignore[misc]
    await desk.press("f5")
    assert isinstance(desk.app.screen, WatchScreen)
    await desk.press("escape")
    assert session_of(desk).watching is None


async def test_a_hunt_that_cannot_run_is_not_watched(desk: Desk) -> None:
    desk.screen.hunt_tree.select("T1560-02")
    desk.screen.action_act("watch")
    assert "T1560-02 cannot run here" in desk.line("keys")
    assert not isinstance(desk.app.screen, WatchScreen)


async def test_the_form_is_whole_at_80_columns(tmp_path: Path) -> None:
    async with small_desk(tmp_path, size=(80, 24)) as desk:
        desk.screen.hunt_tree.select("T1119-91")
        desk.screen.action_act("watch")
        await desk.until(lambda: "rounds at most" in desk.text, "form")
        for words in (
            "T1119-91 File copies",
            "from one round to the next",
            "then it ends by itself",
            "Begin",
            "F5 begin",
        ):
            assert words in desk.text


async def test_signs_come_to_rows_that_were_opened_while_the_round_went_on(desk: Desk) -> None:
    await begin(desk, "2s")
    add(desk)
    await desk.until(lambda: session_of(desk).active(), "the next round")
    await desk.press("enter")
    await desk.until(lambda: "new since" in desk.text, "the row")
    await desk.until(lambda: watch_of(desk).news == 0, "what was looked at is seen")
