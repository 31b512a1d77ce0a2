"""Choosing a theme: the whole screen shows each while the cursor is on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.modal import Modal
from tui.settings.themes import Theme
from tui.terminal.safe_text import cell_width, pad, safe
from tui.widgets.dialog import Dialog, leave_rows
from tui.widgets.item_list import Item, ItemList
from tui.widgets.words import Words


class ThemeScreen(Modal[str | None]):
    """Offers `themes`, each shown by `show` while the cursor is on it; gives the name of the one to keep.

    Escape shows `current` again, and gives None.
    """

    CSS_PATH = "theme.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "keep"),
        Binding("escape,q", "leave", "as it was", key_display="Esc"),
    ]

    def __init__(self, themes: Sequence[Theme], current: str, show: Callable[[str], None]) -> None:
        super().__init__()
        self._themes, self._current, self._show = list(themes), current, show

    def compose(self) -> ComposeResult:
        """The names, and words about the one under the cursor."""
        width = max(cell_width(theme.name) for theme in self._themes)
        with Dialog("Theme"):
            yield ItemList([Item((self._line(theme, width),)) for theme in self._themes], wrap=False)
            yield Words(id="about")

    def _line(self, theme: Theme, width: int) -> Content:
        kind = "terminal's" if theme.ansi else "dark" if theme.dark else "light"
        mark = "  now" if theme.name == self._current else ""
        return Content.assemble(pad(safe(theme.name), width), (f"  {kind}{mark}", "$text-muted"))

    def on_mount(self) -> None:
        """The list has the keys, its cursor on the theme that is shown."""
        names = [theme.name for theme in self._themes]
        if self._current in names:
            self._list.move_to(names.index(self._current))
        self._list.focus()
        self._tell()

    def on_resize(self) -> None:
        """As many themes as there is room for."""
        leave_rows(self._list, 8)

    @property
    def _list(self) -> ItemList:
        return self.query_one(ItemList)

    @property
    def _theme(self) -> Theme:
        return self._themes[self._list.cursor or 0]

    def _tell(self) -> None:
        self.query_one("#about", Words).say(safe(self._theme.words))

    @on(ItemList.Highlighted)
    def _preview(self) -> None:
        self._show(self._theme.name)
        self._tell()

    @on(ItemList.Chosen)
    def action_keep(self) -> None:
        """Keeps the theme under the cursor."""
        self._show(self._theme.name)
        self.dismiss(self._theme.name)

    def action_leave(self) -> None:
        """The theme that was there before."""
        self._show(self._current)
        self.dismiss(None)
