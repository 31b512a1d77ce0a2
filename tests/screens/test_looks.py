"""Themes chosen while they are seen, density, messages, and what is heard when a long run ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.support.desk import Desk, small_desk
from tui.screens.choose import ChooseScreen
from tui.screens.messages import KEPT, Messages
from tui.screens.page import PageScreen
from tui.screens.theme import ThemeScreen
from tui.screens.window import WindowScreen
from tui.settings.config import read_config
from tui.settings.paths import config_file, own_themes_folder
from tui.settings.themes import load_themes, shipped_themes
from tui.widgets.dialog import Dialog


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def configured(text: str) -> Path:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text(text, encoding="utf-8")
    return config_file()


async def do(one: Desk, command: str) -> None:
    await one.press("colon")
    await one.until(lambda: isinstance(one.app.screen, ChooseScreen))
    await one.press(*command)
    await one.press("enter")


@asynccontextmanager
async def choosing(folder: Path) -> AsyncIterator[tuple[Desk, ThemeScreen]]:
    async with small_desk(folder) as one:
        await do(one, "theme")
        await one.until(lambda: isinstance(one.app.screen, ThemeScreen))
        screen = one.app.screen
        assert isinstance(screen, ThemeScreen)
        await one.pilot.pause()
        yield one, screen


async def test_each_theme_is_shown_while_the_cursor_is_on_it_and_escape_takes_it_back(tmp_path: Path) -> None:
    names = list(load_themes()[0])
    async with choosing(tmp_path) as (one, _):
        assert one.app.theme == "dark"
        start = names.index("dark")
        for name in names[start + 1 :]:
            await one.press("down")
            await one.until(lambda name=name: one.app.theme == name)
        await one.press("escape")
        await one.until(lambda: one.app.theme == "dark")
        assert not config_file().exists()


async def test_the_theme_that_is_kept_is_that_of_the_next_start(tmp_path: Path) -> None:
    path = configured("# mine\n[clipboard]\nlimit = 5000 # small\n")
    async with choosing(tmp_path) as (one, _):
        await one.press("home", "enter")
        await one.until(lambda: "theme amber, kept in" in one.line("keys"))
    assert path.read_text(encoding="utf-8").startswith("# mine\n[clipboard]\nlimit = 5000 # small\n")
    assert read_config()[0].look.theme == "amber"
    async with small_desk(tmp_path) as again:
        assert again.app.theme == "amber"


async def test_a_configuration_that_cannot_be_changed_is_left_and_says_the_line(tmp_path: Path) -> None:
    path = configured("look = { mouse = true }\n")
    async with choosing(tmp_path) as (one, _):
        await one.press("home", "enter")
        await one.until(lambda: 'add theme = "amber" below [look]' in one.line("keys"))
        assert one.app.theme == "amber"
    assert path.read_text(encoding="utf-8") == "look = { mouse = true }\n"


async def test_themes_of_ones_own_are_offered_and_what_is_wrong_with_one_is_said(tmp_path: Path) -> None:
    own_themes_folder().mkdir(parents=True)
    good = (shipped_themes() / "dark.toml").read_text(encoding="utf-8")
    (own_themes_folder() / "mine.toml").write_text(good.replace('name = "dark"', 'name = "mine"'), encoding="utf-8")
    (own_themes_folder() / "bad.toml").write_text(good.replace("primary =", "primry ="), encoding="utf-8")
    configured('[look]\ntheme = "mine"\n')
    async with small_desk(tmp_path, size=(300, 45)) as one:
        assert one.app.theme == "mine"
        await one.until(lambda: "bad.toml: primry: unknown key; did you mean 'primary'?" in one.line("keys"))


async def test_a_theme_that_is_not_there_leaves_the_default_and_is_said(tmp_path: Path) -> None:
    configured('[look]\ntheme = "ambr"\n')
    async with small_desk(tmp_path) as one:
        assert one.app.theme == "dark"
        await one.until(lambda: "look.theme: there is no theme 'ambr'" in one.line("keys"))


@pytest.mark.parametrize("density", ["normal", "compact"])
async def test_density_is_room_around_things(tmp_path: Path, density: str) -> None:
    configured(f'[look]\ndensity = "{density}"\n')
    async with small_desk(tmp_path, size=(80, 24)) as one:
        await one.press("w")
        await one.until(lambda: isinstance(one.app.screen, WindowScreen))
        await one.pilot.pause()
        height = one.app.screen.query_one(Dialog).outer_size.height
        assert height >= 14 if density == "normal" else height <= 11
        assert "F5 set" in one.text


def test_messages_are_bounded_and_newest_first() -> None:
    messages = Messages()
    for number in range(KEPT + 5):
        messages.add(f"message {number}\nof two lines", warning=number % 2 == 1)
    lines = list(messages.lines(UTC))
    assert len(lines) == len(messages) == KEPT
    assert lines[0].endswith(f"  message {KEPT + 4} of two lines")
    assert f"! message {KEPT + 3} " in lines[1]


def test_messages_have_their_time_in_the_zone_that_is_shown() -> None:
    messages = Messages()
    messages.add("x", warning=False)
    zone = timezone(timedelta(hours=5))
    (line,) = messages.lines(zone)
    said = datetime.strptime(f"{datetime.now(zone).year}-{line[:14]}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    assert abs(datetime.now(UTC) - said) < timedelta(minutes=1)


async def test_what_was_said_can_be_read_later(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        one.screen.say("something to know")
        one.app.notify("[/] from a dialog \x1b[2J", severity="warning")
        await one.press("down")
        assert "something to know" not in one.line("keys")
        await do(one, "messages")
        await one.until(lambda: isinstance(one.app.screen, PageScreen))
        await one.until(lambda: "something to know" in one.text)
        lines = [line for line in one.text.splitlines() if "something to know" in line or "from a dialog" in line]
        assert "! [/] from a dialog ␛[2J" in lines[0]
        assert "something to know" in lines[1]


class Rung:
    """An app that has a terminal, and what was written to it."""

    def __init__(self, one: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.written = one.app, []
        monkeypatch.setattr(type(self.app), "is_headless", False)
        monkeypatch.setattr(self.app, "write_to_terminal", self.written.append)
        monkeypatch.delenv("TMUX", raising=False)
        monkeypatch.delenv("STY", raising=False)

    def after(self, seconds: float) -> list[str]:
        self.written.clear()
        self.app.tell_of_end(seconds)
        return list(self.written)


async def test_it_rings_when_a_long_run_ends_and_nobody_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured("[look]\nbell_after = 10\n")
    async with small_desk(tmp_path) as one:
        rung = Rung(one, monkeypatch)
        await one.press("down")
        assert rung.after(11) == []
        one.app.app_focus = False
        assert rung.after(11) == ["\a"]
        assert rung.after(9) == []
        one.app.app_focus = True
        one.app._touched -= 11
        assert rung.after(11) == ["\a"]
        await one.press("down")
        assert rung.after(11) == []
        monkeypatch.undo()


async def test_it_is_silent_when_it_shall_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured('[look]\nbell = "off"\nbell_after = 1\n')
    async with small_desk(tmp_path) as one:
        rung = Rung(one, monkeypatch)
        one.app.app_focus = False
        assert "".join(rung.after(100)) == ""
        monkeypatch.undo()


async def test_a_run_that_ends_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with small_desk(tmp_path) as one:
        told: list[float] = []
        monkeypatch.setattr(one.app, "tell_of_end", told.append)
        await one.open_hunt()
        assert len(told) == 1
        assert 0 < told[0] < 60


async def test_below_the_tree_stands_what_the_hunt_under_its_cursor_looks_for(tmp_path: Path) -> None:
    async with small_desk(tmp_path) as one:
        assert "Copy tools and what they wrote." in one.text
        assert "looks in DeviceProcessEvents" in one.text
        await one.press("down")
        await one.until(lambda: "Files of one name." in one.text)
        assert "Copy tools and what they wrote." not in one.text
        await one.pilot.resize_terminal(100, 30)
        await one.until(lambda: "Files of one name." not in one.text)
