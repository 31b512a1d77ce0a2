"""The program itself inside of tmux and of GNU screen: what it says of a copy, and what truly arrived where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.multiplexers import Screen, Tmux
from tests.support.outer import need
from tests.support.typed import copy, run_a_hunt, show_and_come_back, small_program

SIZE = (150, 40)


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    return small_program(tmp_path)


@pytest.fixture
def tmux(tmp_path: Path, command: list[str]) -> Iterator[Tmux]:
    need("tmux")
    made = Tmux(tmp_path, command, SIZE)
    yield made
    made.close()


@pytest.fixture
def screen(tmp_path: Path, command: list[str]) -> Iterator[Screen]:
    need("screen")
    made = Screen(tmp_path, command, SIZE)
    yield made
    made.close()


def test_in_tmux_its_words_are_true(tmux: Tmux) -> None:
    outer = tmux.attach()
    run_a_hunt(outer)
    copy(
        outer,
        b"cell",
        "copy verified: in tmux's buffer (prefix ] pastes it); sent to your terminal, which must allow it",
    )
    outer.until(lambda: outer.clipboard == [b"alpha.corp.example"], "the text in the terminal")
    assert tmux.buffer == b"alpha.corp.example"
    outer.type(b"j")
    copy(outer, b"kql as run", "copy verified: in tmux's buffer")
    outer.until(lambda: len(outer.clipboard) == 2, "the KQL in the terminal")
    kql = tmux.buffer
    assert outer.clipboard[1] == kql
    assert not kql.endswith(b"\n")
    show_and_come_back(outer, kql.decode().split("\n")[-3:-1])


def test_in_screen_its_words_are_true_and_the_picture_stays_whole(screen: Screen, tmp_path: Path) -> None:
    outer = screen.outer
    run_a_hunt(outer)
    rows = slice(2, -1)
    before = outer.lines[rows]
    copy(
        outer,
        b"kql as run",
        "copy sent (Y shows it to select): through GNU screen to your terminal, which must allow it",
    )
    outer.until(lambda: outer.clipboard, "the KQL in the terminal")
    (kql,) = outer.clipboard
    assert len(kql) > 768
    assert b"DeviceProcessEvents" in kql
    assert not kql.endswith(b"\n")
    assert outer.lines[rows] == before
    show_and_come_back(outer, kql.decode().split("\n")[-3:-1])
    outer.type(b"Y")
    outer.until_shown("--- Enter returns")
    outer.type(b"w")
    outer.until_shown("--- written to this file, which only you can read; Enter returns ---")
    (path,) = (tmp_path / "data" / "huntdeck" / "copies").iterdir()
    outer.until_shown(str(path))
    assert path.read_bytes() == kql
    outer.type(b"\x03")
    outer.until_shown("alpha.corp.example")
