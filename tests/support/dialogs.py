"""A dialog alone on the screen, without the last gate: what it shows must be harmless by itself."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import ModalScreen

from tests.support.snapshot import screen_text
from tests.support.waiting import until
from tui.settings.themes import load_themes
from tui.widgets.theme import textual_theme

SIZES = [(80, 24), (160, 45)]
HOSTILE = "[/]\x1b]0;title\x07[@click=app.quit]go[/] \x1b[2J\x9b\u202efdp.exe\u200b\udc80[bold"
"""A text that acts on a terminal, is broken markup, and hides characters."""


class DialogApp(App[None]):
    """Shows `dialog`, and keeps what it gives, what it copies and how often anything is drawn."""

    def __init__(self, dialog: ModalScreen[Any], theme: str = "dark") -> None:
        super().__init__()
        for known in load_themes()[0].values():
            self.register_theme(textual_theme(known))
        self.theme = theme
        self.dialog = dialog
        self.given: list[Any] = []
        self.copied: list[str] = []
        self.drawn = 0

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.given.append)

    def copy_to_clipboard(self, text: str) -> None:
        text.encode("utf-8")
        self.copied.append(text)

    def _display(self, screen: Any, renderable: Any) -> None:
        self.drawn += renderable is not None
        super()._display(screen, renderable)


class Opened:
    """A dialog that is shown, and its keys."""

    def __init__(self, app: DialogApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def words(self) -> str:
        """The text without frames and line ends."""
        return " ".join(self.text.replace("│", " ").split())

    @property
    def given(self) -> list[Any]:
        return self.app.given

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, words: str) -> None:
        await self.press(*("space" if character == " " else character for character in words))

    async def until(self, condition: Any, what: str = "") -> None:
        await until(self.pilot, condition, what)

    async def until_shown(self, words: str) -> None:
        await self.until(lambda: words in self.text, repr(words))


@asynccontextmanager
async def opened(dialog: ModalScreen[Any], size: tuple[int, int] = (80, 24)) -> AsyncIterator[Opened]:
    app = DialogApp(dialog)
    async with app.run_test(size=size) as pilot:
        shown = Opened(app, pilot)
        await shown.until(lambda: dialog.is_current and dialog.focused is not None, "the dialog")
        await pilot.pause()
        yield shown


def harmful(text: str) -> list[str]:
    """The characters of `text` that a terminal acts on or that nobody sees."""
    return [
        character for character in text if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Cs")
    ]
