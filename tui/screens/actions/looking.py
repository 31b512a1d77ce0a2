"""How the program looks, and what it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.screens.main import MainScreen
    from tui.settings.themes import Theme


class _Looked(Protocol):
    """The app, as far as its looks go."""

    theme: str
    themes: Mapping[str, Theme]
    no_color: bool

    def tell_of_end(self, seconds: float) -> None:
        """Rings when a run of `seconds` has ended and nobody looks."""
        ...


def choose_theme(screen: MainScreen) -> None:
    """Another theme, shown while it is chosen, and kept in the configuration."""
    from tui.screens.theme import ThemeScreen

    app = cast(_Looked, screen.app)
    if app.no_color:
        screen.say("NO_COLOR is set: no theme shows", warning=True)
        return

    def show(name: str) -> None:
        if name != app.theme:
            app.theme = name

    def chosen(name: str | None) -> None:
        if name is not None:
            _keep(screen, name)

    screen.app.push_screen(ThemeScreen(list(app.themes.values()), app.theme, show), chosen)


def _keep(screen: MainScreen, name: str) -> None:
    from tui.settings.changing import NotChangedError, set_word
    from tui.settings.paths import config_file

    path = config_file()
    try:
        set_word(path, "look", "theme", name)
    except NotChangedError as error:
        screen.say(f"theme {name} until you leave: {error}", warning=True)
    except OSError as error:
        screen.say(f"theme {name} until you leave; {path}: {error.strerror}", warning=True)
    else:
        screen.say(f"theme {name}, kept in {path}")


def show_messages(screen: MainScreen) -> None:
    """What was said, newest first."""
    from tui.screens.messages import messages_of
    from tui.screens.page import PageScreen

    messages = messages_of(screen.app)
    text = "\n".join(messages.lines(screen.zone)) or "Nothing was said yet."
    screen.app.push_screen(PageScreen("Messages", text))


def tell_of_end(screen: MainScreen, seconds: float) -> None:
    """Has the terminal told that a run of `seconds` has ended, where that is wanted."""
    cast(_Looked, screen.app).tell_of_end(seconds)
